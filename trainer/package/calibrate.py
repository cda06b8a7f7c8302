"""Calibrating: a package and a cohort become a package with fitted terms, thresholds and its figures."""

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import load_formulary
from lamo_desktop.formulary.knowledge import load_drug_knowledge
from lamo_desktop.model.package import ModelPackage, SitePriorFile, load_package, write_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.model.site_prior import write_site_prior
from trainer.cohort.rows import Rows, ordered_matrix, read_rows, without, write_offsets
from trainer.package.calibrated import Progress, calibrated_package, sample, untuned
from trainer.package.engine_scores import answers
from trainer.package.figures import Figures, as_metrics, base_rate_figures, package_figures
from trainer.package.finished import with_site_prior
from trainer.package.fitted_terms import (
    LABELS,
    TERM_KINDS,
    not_trained_on,
    package_with_terms,
    ready_to_tune,
    to_ask,
)
from trainer.package.site_prior import SITE_PRIOR, site_prior_of


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    """What to calibrate, on which rows, and where to."""

    cohort: Path
    """A cohort file."""
    output: Path
    """The package folder to write."""
    model: Path | None
    """The package to start from; None: the base of the embedded one."""
    scores: Path
    """Keeps the engine's answers for another run."""
    splits: Sequence[str]
    """Rows to calibrate and tune on."""
    report: Sequence[str]
    """Rows whose figures the package records; none of `splits`."""
    leave_out: Path | None
    """An export whose patients are not tuned on."""
    limit: int | None
    """Tune on so many rows at most."""
    terms: str
    """A key of `TERM_KINDS`: the terms to add to the model's scores."""
    knowledge: bool
    """Fit the terms of drug knowledge below those of codes and words."""
    offsets: Path | None
    """Also write the terms' out-of-fold logits there."""
    version: str
    """Version of the package written."""
    site_prior_only: bool
    """Keep a finished package as it is, and only add what adapting it to a hospital starts from."""
    findings_only: bool
    """The same, and terms of findings: the scores of admissions without any stay."""
    engine: EngineSettings


def calibrate(options: CalibrateOptions, say: Progress) -> dict[str, dict[str, dict[str, Figures]]]:
    """Write the calibrated package; its figures and the base rates' by split, model and policy."""
    rows, formulary = read_rows(options.cohort), load_formulary()
    if (both := set(options.splits) & set(options.report)) and not options.site_prior_only:
        raise InputError(f"The figures on {both.pop()} rows would be of rows that were tuned on: report others.")
    if options.site_prior_only or options.findings_only:
        tuning = without(rows.of(options.splits), options.leave_out, say)
        finished, add = load_package(options.model), options.findings_only
        package = with_site_prior(finished, rows, tuning, formulary, options.output, options.version, say, add)
        return _with_figures(package, rows, options, say) if add else {}
    start = ready_to_tune(load_package(options.model) if options.model else untuned(load_package()))
    kinds = TERM_KINDS[options.terms]
    settings, scores = options.engine, options.scores
    tuning = sample(without(rows.of(options.splits), options.leave_out, say), options.limit)
    reported = {split: rows.of([split]) for split in options.report}
    pool = without(rows.of(start.training.get("splits", ["train"])), options.leave_out, lambda message: None)
    unseen = not_trained_on(start, pool, tuning)
    everything = [*to_ask(start, tuning, unseen, kinds), *itertools.chain.from_iterable(reported.values())]
    knowledge = load_drug_knowledge() if options.knowledge and "features" in kinds else None
    candidates = sorted(rows.candidates)
    answers(start, everything, candidates, scores, settings, say, allergies=knowledge is None)  # in one engine's run
    about: dict[str, Any] = {"version": options.version}
    if not start.fine_tuned:
        about["label"] = LABELS[options.terms]
    elif kinds:
        about["label"] = f"{start.label}, with a fitted code model"
    with tempfile.TemporaryDirectory() as scratch:
        if kinds:
            tuned = package_with_terms(
                start, rows, formulary, tuning, unseen, scores, settings, kinds, Path(scratch), say, knowledge
            )
            drugs = sorted(rows.candidates)
            prior = site_prior_of(tuned.bare, ordered_matrix(tuning, drugs), tuning, drugs, formulary.drug_class)
            write_site_prior(prior, Path(scratch) / SITE_PRIOR)
            about["site_prior"] = SitePriorFile(SITE_PRIOR, sha256_of(Path(scratch) / SITE_PRIOR))
            files = {**tuned.files, SITE_PRIOR: Path(scratch) / SITE_PRIOR}
            package = write_package(options.output, replace(tuned.package, **about), files)
            if options.offsets:
                write_offsets(options.offsets, [a.admission_id for a in tuning], sorted(rows.candidates), tuned.offsets)
        else:
            plain = calibrated_package(start, rows, formulary.drug_class, tuning, unseen, scores, settings, say)
            package = write_package(options.output, replace(plain, **about))
    return _with_figures(package, rows, options, say)


def _with_figures(
    package: ModelPackage, rows: Rows, options: CalibrateOptions, say: Progress
) -> dict[str, dict[str, dict[str, Figures]]]:
    """Its figures on the reported rows, which it records, and the base rates', by split, model and policy."""
    figures, metrics = {}, {}
    for split in options.report:
        admissions = rows.of([split])
        found = package_figures(package, admissions, options.scores, options.engine, say)
        base = base_rate_figures(rows.of(["train"]), admissions, sorted(rows.candidates))
        figures[split] = {"model": found, "base rates": base}
        metrics[split] = {name: as_metrics(each) for name, each in figures[split].items()}
    training = {**package.training, "formulary": load_formulary().version}
    write_package(options.output, replace(package, metrics=metrics, training=training))
    return figures
