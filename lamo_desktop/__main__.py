"""Opens the window: `python -m lamo_desktop [FILE]`."""

import multiprocessing
import os
import sys


def main() -> int:
    """Start the desktop program; the import is here because a reading process starts in this module too."""
    multiprocessing.freeze_support()
    if getattr(sys, "frozen", False):
        _keep_libraries_to_ourselves()
    from lamo_desktop.ui.app import main as start

    return start()


def _keep_libraries_to_ourselves() -> None:
    """A bundle finds its libraries by LD_LIBRARY_PATH, and a file manager that it opens must not load them."""
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before


if __name__ == "__main__":
    sys.exit(main())
