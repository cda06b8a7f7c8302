"""The `lamo-train` command."""

from trainer.cli.command import main, parser

__all__ = ["main", "parser"]
