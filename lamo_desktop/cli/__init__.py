"""The `lamo` command."""

from lamo_desktop.cli.command import main, parser

__all__ = ["main", "parser"]
