"""`python -m lamo_desktop.cli` is the `lamo` command."""

import sys

from lamo_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
