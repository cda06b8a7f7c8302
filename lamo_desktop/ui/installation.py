"""`lamo-desktop --picture=FILE.png [EXPORT]`: does the window open on this computer? A check that needs no person."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from lamo_desktop.ui.window import MainWindow

LONGEST_MS = 120_000
LOOK_MS = 50
NOT_SHOWN = 3  # the program's exit code


def take_picture(window: "MainWindow", file: Path) -> None:
    """Save a picture once the window is on the screen and has read what it was given, then close it.

    The program ends with NOT_SHOWN when that takes longer than LONGEST_MS or the picture cannot be saved.
    """
    since, timer = QElapsedTimer(), QTimer(window, interval=LOOK_MS)
    since.start()

    def look() -> None:
        handle = window.windowHandle()
        shown = handle is not None and handle.isExposed() and not window.session.busy
        if not shown and since.elapsed() < LONGEST_MS:
            return
        timer.stop()
        if shown and window.grab().save(str(file), "PNG"):
            window.close()
        else:
            QApplication.exit(NOT_SHOWN)

    timer.timeout.connect(look)
    timer.start()
