"""`python -m trainer.cli` is the `lamo-train` command."""

import sys

from trainer.cli import main

if __name__ == "__main__":
    sys.exit(main())
