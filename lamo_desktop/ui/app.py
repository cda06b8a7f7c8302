"""Starts the window."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from lamo_desktop.errors import InputError
from lamo_desktop.model.memory import forbid_memory_dumps
from lamo_desktop.paths import own_folder, resource
from lamo_desktop.ui import installation, language, theme
from lamo_desktop.ui.settings import settings
from lamo_desktop.ui.window import MainWindow
from lamo_desktop.ui.words import said

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


def _say_and_end(arguments: Sequence[str], fault: InputError) -> int:
    """Without a place for its jobs there is no window: say so, in a box where a person may be looking."""
    print(f"lamo-desktop: {fault}", file=sys.stderr)
    app = QApplication(list(arguments))
    language.install(app, language.SYSTEM)
    if installation.picture_asked(arguments) is None:
        QMessageBox.critical(None, "LAMO Desktop", said(str(fault)))
    return fault.exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, with a file or folder if one is named; returns the exit code."""
    given = list(sys.argv if arguments is None else arguments)
    forbid_memory_dumps()
    try:
        for name in ("logs", "jobs"):
            own_folder(name)
    except InputError as fault:
        return _say_and_end(given, fault)
    app = make_application(given)
    window = open_window(app)
    window.journal.catch_faults(window.say_fault)
    paths = [Path(argument) for argument in given[1:] if not argument.startswith("-")]
    if paths:
        window.open_path(paths[0])
    if (picture := installation.picture_asked(given)) is not None:
        installation.take_picture(window, picture)
    return app.exec()
