"""Opens the window: `python -m lamo_desktop [FILE]`."""

import multiprocessing
import os
import sys

NO_WINDOW = 3  # the exit code, as of an engine that cannot start
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def main() -> int:
    """Start the desktop program; the import is here because a reading process starts in this module too."""
    multiprocessing.freeze_support()
    if getattr(sys, "frozen", False):
        _keep_libraries_to_ourselves()
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _SCREENS):
        print("lamo-desktop: there is no screen here (DISPLAY is not set); `lamo` does the same work.", file=sys.stderr)
        return NO_WINDOW
    try:
        from lamo_desktop.ui.app import main as start
    except ImportError as error:  # of Qt, which needs a desktop's libraries
        print(f"lamo-desktop: a part of the window is missing on this computer: {error}.", file=sys.stderr)
        return NO_WINDOW

    return start()


def _keep_libraries_to_ourselves() -> None:
    """A bundle finds its libraries by LD_LIBRARY_PATH, and a file manager that it opens must not load them.

    Its own processes are told to set that path again; where the system lacks a library, they would not start.
    """
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


if __name__ == "__main__":
    sys.exit(main())
