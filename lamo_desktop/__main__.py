"""Opens the window: `python -m lamo_desktop [FILE]`."""

import multiprocessing
import sys


def main() -> int:
    """Start the desktop program; the import is here because a reading process starts in this module too."""
    multiprocessing.freeze_support()
    from lamo_desktop.ui.app import main as start

    return start()


if __name__ == "__main__":
    sys.exit(main())
