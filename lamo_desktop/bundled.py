"""The `lamo` program of a bundle (build.spec). Its engine processes start without the rooms that they do not use."""

import sys


def main() -> int:
    """`lamo worker` is an engine process; everything else is the command. Returns the exit code."""
    if sys.argv[1:] == ["worker"]:
        from lamo_desktop.model.worker import main as run
    else:
        from lamo_desktop.cli import main as run
    return run()


if __name__ == "__main__":
    sys.exit(main())
