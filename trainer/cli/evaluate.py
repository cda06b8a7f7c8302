"""The verb `lamo-train evaluate`: its options, and the benchmark or the unseen-drug experiment that it runs."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.formulary import load_formulary
from lamo_desktop.formulary.knowledge import load_drug_knowledge
from lamo_desktop.model.package import load_package
from trainer.cli.options import add_engine, beside_cohort, engine_settings, say
from trainer.cohort.rows import Rows, read_rows
from trainer.cohort.splits import SPLITS
from trainer.evaluate.baseline_file import kept_baselines
from trainer.evaluate.benchmark import evaluate_split
from trainer.evaluate.benchmark_table import as_json, markdown
from trainer.evaluate.findings import evaluate_findings
from trainer.evaluate.models import (
    PARTS,
    Scorer,
    ablation_under_test,
    baselines_under_test,
    mean_under_test,
    package_names,
    package_under_test,
    untuned_under_test,
)
from trainer.evaluate.unseen import evaluate_unseen, unseen_markdown
from trainer.evaluate.unseen_folds import evaluate_folds, folds_markdown
from trainer.package.calibrated import tuned_splits


def add_evaluate(evaluate: argparse.ArgumentParser) -> None:
    """Options of `lamo-train evaluate`."""
    evaluate.add_argument("cohort", type=Path, metavar="COHORT", help="a file made by `lamo-train cohort`")
    evaluate.add_argument(
        "--packages", type=Path, nargs="+", metavar="P", help="packages to judge; the embedded one when not given"
    )
    evaluated = [name for name in SPLITS if name != "train"]
    evaluate.add_argument("--splits", nargs="+", choices=evaluated, default=["internal"], help="rows to judge on")
    evaluate.add_argument("-o", "--output", type=Path, metavar="OUT.md", help="also write the tables to a file")
    evaluate.add_argument("--json", type=Path, metavar="OUT.json", help="also write every figure with its interval")
    evaluate.add_argument(
        "--no-baselines", dest="baselines", action="store_false", help="leave the simple models out of the table"
    )
    evaluate.add_argument(
        "--mean", action="store_true", help="also judge all packages together, by the mean of their logits"
    )
    evaluate.add_argument(
        "--untuned",
        action="store_true",
        help="also ask the first package's base as it is: on the list if Yes is likelier",
    )
    evaluate.add_argument(
        "--without",
        nargs="+",
        action="append",
        default=[],
        choices=PARTS,
        metavar="PART",
        help=f"also ask the first package without these parts of the prompt ({', '.join(PARTS)}); may be repeated",
    )
    evaluate.add_argument(
        "--unseen", action="store_true", help="judge candidates that the first package was not trained on, by name"
    )
    evaluate.add_argument(
        "--unseen-folds",
        type=int,
        metavar="N",
        help="instead of packages, judge code models without language model on each candidate when it was left out, "
        "in N folds of drugs, with drug knowledge and without",
    )
    evaluate.add_argument(
        "--site", type=Path, metavar="COHORT", help="with --unseen-folds: also judge all rows of another cohort file"
    )
    evaluate.add_argument(
        "--findings",
        action="store_true",
        help="instead of packages, judge code models without language model that see the findings of the first day "
        "and that do not",
    )
    evaluate.add_argument("--resamples", type=int, default=2000, metavar="N", help="bootstrap resamples of patients")
    evaluate.add_argument(
        "--scores", type=Path, metavar="FOLDER", help="keeps scores for another run; the cohort's folder by default"
    )
    add_engine(evaluate)


def run_evaluate(options: argparse.Namespace) -> None:
    """Judge packages, and what they are compared with, on some rows; print the tables and write them where asked."""
    if options.resamples < 100:
        raise InputError(f"--resamples {options.resamples} is too few for an interval: give 100 or more.")
    if options.mean and len(options.packages or []) < 2:
        raise InputError("--mean is of several packages: name two or more with --packages.")
    rows = read_rows(options.cohort)
    for split in options.splits:
        rows.of([split])  # an empty split is said before anything is scored
    for path in (options.output, options.json):
        if path is not None and not path.parent.is_dir():
            raise InputError(f"There is no folder {path.parent} to write {path.name} to.")
    if options.unseen_folds:
        _evaluate_folds(options, rows)
        return
    if options.findings:
        found = evaluate_findings(rows, options.splits, load_formulary(), load_drug_knowledge(), options.resamples, say)
        tables = markdown(found, rows.origin, options.resamples)
        _deliver(options, tables, as_json(found, rows.origin, options.resamples))
        return
    packages = [load_package(path) for path in options.packages or [None]]
    for package in packages:
        for split in set(options.splits) & set(tuned_splits(package, rows)):
            raise InputError(f"{package.name} {package.version} was tuned on {split} rows: judge it on others.")
    names = package_names(packages)
    settings = engine_settings(options)
    scorer = Scorer(rows, options.scores or options.cohort.parent, settings, say)
    if options.unseen:
        drug_class = load_formulary().drug_class
        unseen = evaluate_unseen(
            dict(zip(names, packages, strict=True)), options.splits, scorer, drug_class, options.resamples
        )
        _deliver(options, unseen_markdown(unseen, options.resamples), {"cohort": rows.origin, "unseen": unseen})
        return
    models = [
        package_under_test(name, each, options.splits, scorer) for name, each in zip(names, packages, strict=True)
    ]
    if options.mean:
        models.append(mean_under_test(models))
    models += [ablation_under_test(names[0], packages[0], parts, options.splits, scorer) for parts in options.without]
    if options.untuned:
        models.append(untuned_under_test(packages[0], options.splits, scorer))
    if options.baselines:
        kept = beside_cohort(options.cohort, ".baselines.npz")
        models += baselines_under_test(kept_baselines(rows, kept, say), rows)
    results = []
    for split in options.splits:
        say(f"judging {len(models)} models on {split} rows")
        results.append(evaluate_split(split, models, rows.of([split]), sorted(rows.candidates), options.resamples))
    tables = markdown(results, rows.origin, options.resamples)
    _deliver(options, tables, as_json(results, rows.origin, options.resamples))


def _evaluate_folds(options: argparse.Namespace, rows: Rows) -> None:
    candidates, folds, resamples = sorted(rows.candidates), options.unseen_folds, options.resamples
    if not 2 <= folds <= len(candidates):
        raise InputError(f"--unseen-folds {folds} must be from 2 to the number of candidates, {len(candidates)}.")
    evaluated = {split: rows.of([split]) for split in options.splits}
    if options.site:
        evaluated[options.site.name.split(".")[0]] = read_rows(options.site).of(SPLITS)
    train, formulary, knowledge = rows.of(["train"]), load_formulary(), load_drug_knowledge()
    found = evaluate_folds(train, evaluated, candidates, formulary, knowledge, folds, resamples, say)
    by_rows = {name: {model: asdict(each) for model, each in models.items()} for name, models in found.items()}
    _deliver(options, folds_markdown(found, folds, resamples), {"cohort": rows.origin, "unseen": by_rows})


def _deliver(options: argparse.Namespace, tables: str, figures: dict[str, Any]) -> None:
    print(tables)
    if options.output:
        with replacing(options.output) as scratch:
            scratch.write_text(tables, encoding="utf-8")
    if options.json:
        with replacing(options.json) as scratch:
            scratch.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
