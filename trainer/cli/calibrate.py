"""The verb `lamo-train calibrate`: its options, what it runs, and the table it prints."""

import argparse
from pathlib import Path

from trainer.cli.options import add_engine, add_rows, beside_cohort, engine_settings, say
from trainer.cohort.splits import SPLITS
from trainer.package.calibrate import CalibrateOptions, calibrate
from trainer.package.figures import Figures
from trainer.package.fitted_terms import TERM_KINDS


def add_calibrate(calibrate: argparse.ArgumentParser) -> None:
    """Options of `lamo-train calibrate`."""
    calibrate.add_argument("cohort", type=Path, metavar="COHORT", help="a file made by `lamo-train cohort`")
    calibrate.add_argument(
        "--model", type=Path, metavar="PACKAGE", help="package to start from; the embedded one when not given"
    )
    calibrate.add_argument(
        "--scores", type=Path, metavar="FILE", help="keeps scores for another run; beside the cohort by default"
    )
    add_engine(calibrate)
    calibrate.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PACKAGE", help="the package folder to write"
    )
    add_rows(calibrate, "calibrate and tune on")
    calibrate.add_argument(
        "--report", nargs="*", choices=SPLITS, default=["internal"], help="rows whose figures it records"
    )
    calibrate.add_argument(
        "--limit", type=int, help="tune on so many rows at most, drawn at random; all when not given"
    )
    calibrate.add_argument(
        "--terms",
        choices=TERM_KINDS,
        default="all",
        help="terms to add to the model's scores: of codes and words (features), a reading head (state), all",
    )
    calibrate.add_argument(
        "--no-knowledge",
        dest="knowledge",
        action="store_false",
        help="leave out the terms of drug knowledge, which are fitted below those of codes and words",
    )
    calibrate.add_argument(
        "--offsets",
        type=Path,
        metavar="FILE.npz",
        help="also write the terms' out-of-fold logits, for `lamo-train fit --offsets`",
    )
    only = calibrate.add_mutually_exclusive_group()
    only.add_argument(
        "--findings-only",
        action="store_true",
        help="keep a finished package, and only add terms of first-day findings and what adapting starts from",
    )
    only.add_argument(
        "--site-prior-only",
        action="store_true",
        help="keep a finished package as it is, and only add what adapting it to a hospital starts from",
    )
    calibrate.add_argument("--version", default="0.1.0", help="version of the package written")


def run_calibrate(options: argparse.Namespace) -> None:
    """Write a calibrated package and print its figures."""
    chosen = CalibrateOptions(
        cohort=options.cohort,
        output=options.output,
        model=options.model,
        scores=options.scores or beside_cohort(options.cohort, ".scores.jsonl"),
        splits=options.splits,
        report=options.report,
        leave_out=options.leave_out,
        limit=options.limit,
        terms=options.terms,
        knowledge=options.knowledge,
        offsets=options.offsets,
        version=options.version,
        engine=engine_settings(options),
        site_prior_only=options.site_prior_only,
        findings_only=options.findings_only,
    )
    for split, models in calibrate(chosen, say).items():
        _table(split, models)
    say(f"wrote {options.output}")


def _table(split: str, models: dict[str, dict[str, Figures]]) -> None:
    """Print visit means; the ratio is drugs recommended / drugs ordered."""
    print(
        f"{split:<11}{'policy':<22}{'n':>5}{'Jaccard':>9}{'ratio':>7}{'prec.':>7}{'recall':>8}{'PRAUC':>7}{'loss':>8}"
    )
    for model, by_policy in models.items():
        for policy, f in by_policy.items():
            numbers = f"{f.admissions:>5}{f.jaccard:>9.4f}{f.ratio:>7.2f}{f.precision:>7.3f}{f.recall:>8.3f}"
            print(f"{model:<11}{policy:<22}{numbers}{f.prauc:>7.3f}{f.log_loss:>8.4f}")
