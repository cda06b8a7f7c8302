"""Starts the window."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from lamo_desktop.model.memory import forbid_memory_dumps
from lamo_desktop.paths import data_dir, resource
from lamo_desktop.ui import installation, jobs, language, theme
from lamo_desktop.ui.log import log_file
from lamo_desktop.ui.settings import settings
from lamo_desktop.ui.window import MainWindow

TURN_SECONDS = 0.0001  # how long another thread works on when the window's thread wants to; Python's own is 0.005


def make_application(arguments: Sequence[str]) -> QApplication:
    """The application with its font, style, colours and language; there can be only one."""
    sys.setswitchinterval(TURN_SECONDS)  # one painting asks for its turn many times, and would wait each time
    app = QApplication(list(arguments))
    app.setApplicationName("LAMO Desktop")
    app.setDesktopFileName("lamo-desktop")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource("icons/lamo.svg"))))
    theme.choose_font(app)
    language.install(app)
    theme.choose(str(settings().value("scheme", "system", type=str)))
    theme.apply_palette(app)
    return app


def open_window(app: QApplication) -> MainWindow:
    """The window, shown. The stylesheet comes last: on widgets that are still being put together it costs twice."""
    app.setStyleSheet("")
    window = MainWindow()
    theme.apply(app)
    window.show()
    return window


def folder_fault() -> str:
    """Why nothing could be kept in the user's own folder, "" when it can."""
    where = os.environ.get("LAMO_DATA_DIR") or str(Path.home())
    try:
        where = str(data_dir())
        for folder in (jobs.folder(), log_file().parent):
            where = str(folder)
            folder.mkdir(mode=0o700, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError
    except OSError as error:
        return f"{where} ({error.strerror})" if error.strerror else where
    return ""


def _say_and_end(arguments: Sequence[str], folder: str) -> int:
    """There is no window without a place for its jobs: say so in a box of its own."""
    app = QApplication(list(arguments))
    language.install(app, language.SYSTEM)
    text = QCoreApplication.translate(
        "app",
        "LAMO Desktop keeps its jobs and settings in a folder that cannot be written to: {f}. Make it writable, or "
        "name another folder in the environment variable LAMO_DATA_DIR; then start again.",
    )
    QMessageBox.critical(None, "LAMO Desktop", text.format(f=folder))
    return 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, with a file or folder if one is named; returns the exit code."""
    given = list(sys.argv if arguments is None else arguments)
    forbid_memory_dumps()
    if sentence := folder_fault():
        return _say_and_end(given, sentence)
    app = make_application(given)
    window = open_window(app)
    window.journal.catch_faults(window.say_fault)
    paths = [Path(argument) for argument in given[1:] if not argument.startswith("-")]
    if paths:
        window.open_path(paths[0])
    if (picture := installation.picture_asked(given)) is not None:
        installation.take_picture(window, picture)
    return app.exec()
