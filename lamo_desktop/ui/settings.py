"""What is remembered between starts: the layout and the colour scheme. No file names, no patient data."""

from PySide6.QtCore import QSettings

from lamo_desktop.paths import data_dir


def settings() -> QSettings:
    """The INI file in the user's own folder."""
    return QSettings(str(data_dir() / "window.ini"), QSettings.Format.IniFormat)
