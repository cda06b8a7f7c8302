"""Starts the window."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from lamo_desktop.paths import resource
from lamo_desktop.ui import theme
from lamo_desktop.ui.settings import settings
from lamo_desktop.ui.window import MainWindow


def make_application(arguments: Sequence[str]) -> QApplication:
    """The application with its font, style, colours and Qt's own translations; there can be only one."""
    app = QApplication(list(arguments))
    app.setApplicationName("LAMO Desktop")
    app.setDesktopFileName("lamo-desktop")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource("icons/lamo.svg"))))
    theme.choose_font(app)
    translator = QTranslator(app)
    if translator.load(QLocale(), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    theme.choose(str(settings().value("scheme", "system", type=str)))
    theme.apply(app)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, with a file or folder if one is named; returns the exit code."""
    given = list(sys.argv if arguments is None else arguments)
    app = make_application(given)
    window = MainWindow()
    window.show()
    paths = [Path(argument) for argument in given[1:] if not argument.startswith("-")]
    if paths:
        window.open_path(paths[0])
    return app.exec()
