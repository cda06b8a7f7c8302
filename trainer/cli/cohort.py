"""The verb `lamo-train cohort`: its options, and what it runs."""

import argparse
from pathlib import Path

from lamo_desktop.admissions import read_cohort
from lamo_desktop.formulary import load_formulary
from trainer.cli.options import say
from trainer.cohort.rows import benchmark_rows, write_rows
from trainer.cohort.splits import SplitRule


def add_cohort(cohort: argparse.ArgumentParser) -> None:
    """Options of `lamo-train cohort`."""
    cohort.add_argument("input", type=Path, metavar="DATA", help="a workbook, a CSV file or a folder of tables")
    cohort.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE.jsonl.gz", help="the cohort file to write"
    )
    cohort.add_argument("--profile", metavar="NAME|FILE", help="how the export is laid out; detected when not given")
    cohort.add_argument(
        "--source", default="", help="name and licence of the data, recorded in every package made from it"
    )
    rule = SplitRule()
    cohort.add_argument(
        "--split",
        choices=("year-region", "patient"),
        default=rule.by,
        help="by discharge year and region, or patients at random into training and internal rows",
    )
    cohort.add_argument("--train-year", default=rule.train_year, help="discharge year of training and internal rows")
    cohort.add_argument("--temporal-year", default=rule.temporal_year, help="discharge year of the temporal rows")
    cohort.add_argument(
        "--external-region", default=rule.external_region, help="region whose hospitals are external rows"
    )
    cohort.add_argument(
        "--internal-percent", type=int, default=rule.internal_percent, help="patients set apart as internal"
    )
    cohort.add_argument("--seed", type=int, default=rule.seed, help="changes which patients are internal")
    cohort.add_argument(
        "--min-admissions", type=int, default=10, help="training admissions an ingredient must be ordered in"
    )
    cohort.add_argument(
        "--hold-out",
        type=float,
        default=0.0,
        metavar="PERCENT",
        help="leave so many of the candidates out, to be judged with `evaluate --unseen` after training",
    )


def run_cohort(options: argparse.Namespace) -> None:
    """Read an export with orders and write the cohort file."""
    cohort = read_cohort(options.input, load_formulary(), options.profile, lambda stage, share: say(stage))
    rule = SplitRule(
        options.split,
        options.train_year,
        options.temporal_year,
        options.external_region,
        options.internal_percent,
        options.seed,
    )
    rows = benchmark_rows(cohort, rule, options.min_admissions, options.source, options.hold_out)
    write_rows(rows, options.output)
    counts = ", ".join(f"{len(found)} {name}" for name, found in rows.splits.items())
    say(f"{options.output}: {counts} admissions, {len(rows.candidates)} candidates")
