"""Opens the window: `python -m lamo_desktop [EXPORT]`."""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lamo_desktop import __version__

NO_WINDOW = 3  # the exit code, as of an engine that cannot start
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence, as of every other failure."""
        self.exit(2, f"{self.prog}: {message[:1].upper()}{message[1:]}: see {self.prog} --help.\n")


def parser() -> argparse.ArgumentParser:
    """The few things that can be said when the window is opened."""
    found = _Parser(
        prog="lamo-desktop",
        description="Opens the window of LAMO Desktop. Decision support for retrospective analysis, not for "
        "prescribing. The command `lamo` does the same work without a window.",
        allow_abbrev=False,
    )
    found.add_argument(
        "input",
        nargs="?",
        type=Path,
        metavar="EXPORT",
        help="a workbook, a CSV file, a folder of tables or a job file (.lamo) to open",
    )
    found.add_argument("--version", action="version", version=f"lamo-desktop {__version__}")
    found.add_argument(
        "--picture", type=Path, metavar="FILE.png", help="save a picture of the window once it is there, and close it"
    )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the desktop program; the import is here because a reading process starts in this module too."""
    multiprocessing.freeze_support()
    options = parser().parse_args(arguments)
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

    return start(options.input, options.picture)


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
