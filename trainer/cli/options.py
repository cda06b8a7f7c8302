"""Options that several verbs share, and where they say what they do."""

import argparse
import sys
from pathlib import Path

from lamo_desktop.model.process import EngineSettings
from trainer.cohort.splits import SPLITS


def say(message: str) -> None:
    """One line of progress on stderr."""
    print(message, file=sys.stderr, flush=True)


def add_rows(verb: argparse.ArgumentParser, purpose: str) -> None:
    """Options that choose the rows to learn from."""
    verb.add_argument("--splits", nargs="+", choices=SPLITS, default=["train"], help=f"rows to {purpose}")
    verb.add_argument(
        "--leave-out",
        type=Path,
        metavar="DATA",
        help="an export whose patients are not among them, such as one that the package will be shown with",
    )


def add_engine(verb: argparse.ArgumentParser) -> None:
    """Options of the engine that scores."""
    verb.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto", help="where the model runs")
    verb.add_argument("--threads", type=int, help="CPU threads; all cores when not given")


def engine_settings(options: argparse.Namespace) -> EngineSettings:
    """What `add_engine` asked for."""
    return EngineSettings(device=options.device, threads=options.threads)


def beside_cohort(cohort: Path, suffix: str) -> Path:
    """The file of that ending that belongs to a cohort file, in its folder."""
    return cohort.with_name(f"{cohort.name.split('.')[0]}{suffix}")
