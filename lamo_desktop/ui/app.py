"""Starts the window."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from lamo_desktop.errors import InputError
from lamo_desktop.model.memory import forbid_memory_dumps
from lamo_desktop.paths import own_folder, resource
from lamo_desktop.ui import installation, language
from lamo_desktop.ui.kit import theme
from lamo_desktop.ui.kit.words import said
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


def _say_and_end(fault: InputError, seen: bool) -> int:
    """Without a place for its jobs there is no window: say so, in a box where a person may be looking (`seen`)."""
    print(f"lamo-desktop: {fault}", file=sys.stderr)
    app = QApplication(sys.argv[:1])
    language.install(app, language.SYSTEM)
    if seen:
        QMessageBox.critical(None, "LAMO Desktop", said(str(fault)))
    return fault.exit_code


def main(export: Path | None = None, picture: Path | None = None) -> int:
    """Open the window, with a file or folder if one is named, or only for a picture of it; returns the exit code."""
    forbid_memory_dumps()
    try:
        for name in ("logs", "jobs"):
            own_folder(name)
    except InputError as fault:
        return _say_and_end(fault, seen=picture is None)
    app = make_application(sys.argv[:1])
    window = open_window(app)
    window.journal.catch_faults(window.say_fault)
    if export is not None:
        window.open_path(export)
    if picture is not None:
        installation.take_picture(window, picture)
    return app.exec()
