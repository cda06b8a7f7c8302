"""The `lamo-train` command: a cohort with orders becomes a calibrated model package, and a package its figures.

Exit codes as for `lamo`: 0 done, 2 unusable input or usage, 3 the model or the engine failed, 130 cancelled.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from lamo_desktop.admissions import read_cohort
from lamo_desktop.errors import InputError, LamoError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.formulary.knowledge import load_drug_knowledge
from lamo_desktop.model.package import load_package, write_package
from lamo_desktop.model.process import EngineSettings
from trainer.build import as_metrics, base_rate_figures, calibrated_package, package_figures, sample
from trainer.entrants import untuned
from trainer.evaluate import Figures
from trainer.evaluate_command import add_evaluate, run_evaluate
from trainer.fit_command import add_export, add_fit, add_rows, run_export, run_fit
from trainer.rows import benchmark_rows, read_rows, without, write_offsets, write_rows
from trainer.scores import answers
from trainer.splits import SPLITS, SplitRule
from trainer.tuned_terms import LABELS, TERM_KINDS, not_trained_on, package_with_terms, ready_to_tune, to_ask


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Every failure is one sentence on stderr, never a traceback."""
    options = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except LamoError as error:
        print(f"lamo-train: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("lamo-train: cancelled; scores made so far are kept.", file=sys.stderr)
        return 130
    except MemoryError:
        print("lamo-train: the computer's memory is not enough for this cohort.", file=sys.stderr)
        return 3
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"lamo-train: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line with every option and its default."""
    top = argparse.ArgumentParser(prog="lamo-train", description="Train, calibrate and judge model packages for lamo.")
    verbs = top.add_subparsers(required=True, metavar="COMMAND")

    cohort = _verb(verbs, "cohort", _cohort, "read an export with orders and split it into training and test rows")
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

    add_fit(_verb(verbs, "fit", run_fit, "train adapters on a cohort's training rows by a recipe"))
    add_export(_verb(verbs, "export", run_export, "write a trained run as a model package of GGUF files"))

    calibrate = _verb(
        verbs, "calibrate", _calibrate, "score tuning rows, fit each drug's calibration and the thresholds"
    )
    _scored(calibrate)
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
    calibrate.add_argument("--version", default="0.1.0", help="version of the package written")

    add_evaluate(
        _verb(verbs, "evaluate", run_evaluate, "judge packages on some rows beside simple models, in one table")
    )
    return top


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], None],
    purpose: str,
) -> argparse.ArgumentParser:
    defaults = argparse.ArgumentDefaultsHelpFormatter
    verb = verbs.add_parser(name, help=purpose, description=f"{purpose.capitalize()}.", formatter_class=defaults)
    verb.set_defaults(run=run)
    return verb


def _scored(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("cohort", type=Path, metavar="COHORT", help="a file made by `lamo-train cohort`")
    verb.add_argument(
        "--model", type=Path, metavar="PACKAGE", help="package to start from; the embedded one when not given"
    )
    verb.add_argument(
        "--scores", type=Path, metavar="FILE", help="keeps scores for another run; beside the cohort by default"
    )
    verb.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto", help="where the model runs")
    verb.add_argument("--threads", type=int, help="CPU threads; all cores when not given")


def _cohort(options: argparse.Namespace) -> None:
    cohort = read_cohort(options.input, load_formulary(), options.profile, lambda stage, share: _say(stage))
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
    _say(f"{options.output}: {counts} admissions, {len(rows.candidates)} candidates")


def _calibrate(options: argparse.Namespace) -> None:
    rows, formulary = read_rows(options.cohort), load_formulary()
    start = ready_to_tune(load_package(options.model) if options.model else untuned(load_package()))
    kinds = TERM_KINDS[options.terms]
    settings, scores = _settings(options), _scores_file(options)
    tuning = sample(without(rows.of(options.splits), options.leave_out, _say), options.limit)
    if both := set(options.splits) & set(options.report):
        raise InputError(f"The figures on {both.pop()} rows would be of rows that were tuned on: report others.")
    reported = {split: rows.of([split]) for split in options.report}
    pool = without(rows.of(start.training.get("splits", ["train"])), options.leave_out, lambda message: None)
    unseen = not_trained_on(start, pool, tuning)
    everything = [*to_ask(start, tuning, unseen, kinds), *itertools.chain.from_iterable(reported.values())]
    knowledge = load_drug_knowledge() if options.knowledge and "features" in kinds else None
    candidates = sorted(rows.candidates)
    answers(start, everything, candidates, scores, settings, _say, allergies=knowledge is None)  # in one engine's run
    about = {"version": options.version}
    if not start.fine_tuned:
        about["label"] = LABELS[options.terms]
    elif kinds:
        about["label"] = f"{start.label}, with a fitted code model"
    with tempfile.TemporaryDirectory() as scratch:
        if kinds:
            tuned = package_with_terms(
                start, rows, formulary, tuning, unseen, scores, settings, kinds, Path(scratch), _say, knowledge
            )
            package = write_package(options.output, replace(tuned.package, **about), tuned.files)
            if options.offsets:
                write_offsets(options.offsets, [a.admission_id for a in tuning], sorted(rows.candidates), tuned.offsets)
        else:
            plain = calibrated_package(start, rows, formulary.drug_class, tuning, unseen, scores, settings, _say)
            package = write_package(options.output, replace(plain, **about))
    metrics = {}
    for split, admissions in reported.items():
        found = package_figures(package, admissions, scores, settings, _say)
        base = base_rate_figures(rows.of(["train"]), admissions, sorted(rows.candidates))
        metrics[split] = {"model": as_metrics(found), "base rates": as_metrics(base)}
        _table(split, {"model": found, "base rates": base})
    training = {**package.training, "formulary": formulary.version}
    write_package(options.output, replace(package, metrics=metrics, training=training))
    _say(f"wrote {options.output}")


def _settings(options: argparse.Namespace) -> EngineSettings:
    return EngineSettings(device=options.device, threads=options.threads)


def _scores_file(options: argparse.Namespace) -> Path:
    cohort: Path = options.cohort
    chosen: Path | None = options.scores
    return chosen or cohort.with_name(f"{cohort.name.split('.')[0]}.scores.jsonl")


def _table(split: str, models: dict[str, dict[str, Figures]]) -> None:
    """Print visit means; the ratio is drugs recommended / drugs ordered."""
    print(
        f"{split:<11}{'policy':<22}{'n':>5}{'Jaccard':>9}{'ratio':>7}{'prec.':>7}{'recall':>8}{'PRAUC':>7}{'loss':>8}"
    )
    for model, by_policy in models.items():
        for policy, f in by_policy.items():
            numbers = f"{f.admissions:>5}{f.jaccard:>9.4f}{f.ratio:>7.2f}{f.precision:>7.3f}{f.recall:>8.3f}"
            print(f"{model:<11}{policy:<22}{numbers}{f.prauc:>7.3f}{f.log_loss:>8.4f}")


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
