"""`lamo validate`: recommend, compare with what clinicians ordered, recalibrate, compare models, write the report."""

import json
from dataclasses import replace
from pathlib import Path

from lamo_desktop.adapt import patient_tags
from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.cli.options import Report, Validate
from lamo_desktop.cli.steps import (
    NOTICE,
    chosen_package,
    chosen_policy,
    engine_settings,
    exit_code,
    job_file,
    passing_job,
    read_input,
    score_cohort,
)
from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.progress import Progress, Reporter
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.report.html import write_report
from lamo_desktop.report.validation_workbook import write_validation_workbook
from lamo_desktop.report.workbook import check_writable
from lamo_desktop.review.comparing import other_package
from lamo_desktop.validate import Validation, ValidationOptions, from_recommendations
from lamo_desktop.validate import validate as validated
from lamo_desktop.validate.adaptation import SiteAdaptation
from lamo_desktop.validate.adaptation_overlay import learned_from_words, make_adaptation_overlay, n_learned_from
from lamo_desktop.validate.compare import on_same_rows
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.overlay import make_overlay
from lamo_desktop.validate.recalibrate import fit


def validate(options: Validate) -> int:
    """Recommend for every admission of an export that has orders, and report how well the lists agree with them."""
    reporter = Reporter(options.progress)
    if options.overlay is not None and options.save_overlay is not None:
        raise InputError("--save-overlay learns from the model as shipped: leave out --overlay.")
    for target, suffix in (
        (options.output, ""),
        (options.json, ""),
        (options.xlsx, ".xlsx"),
        (options.save_overlay, ""),
    ):
        if target is not None:
            check_writable(target, suffix, options.input)
    policy, (package, overlay) = chosen_policy(options), chosen_package(options)
    formulary = load_formulary(options.names, options.interactions, options.knowledge)
    others = [other_package(path, package) for path in options.compare]
    cohort = read_input(options, formulary, reporter)
    if cohort.admissions and not cohort.has_orders:
        raise InputError(
            f"{Path(cohort.source.path).name} has no orders, and validation compares with them: "
            "add a column or sheet of orders, or use `lamo recommend`."
        )
    with job_file(options.job, options.output) as path:
        outcome = score_cohort(
            path, cohort, package, policy, formulary, engine_settings(options), options.limit, reporter
        )
    outcomes = from_recommendations(outcome, package, formulary, policy)
    compared = {
        other.name: _on_same_rows(outcomes, other, cohort, policy, formulary, options, reporter) for other in others
    }
    if overlay is not None:
        known = n_learned_from(overlay, outcomes.patient_ids, cohort.source, patient_tags.kept_key())
        outcomes = replace(outcomes, n_learned_from=known)
    validation = write_validation(outcomes, compared, options, reporter, adaptation=overlay is None)
    if options.save_overlay is not None:
        print(_save_overlay(validation, package, options.save_overlay))
    print(f"Report: {options.output}")
    if outcomes.n_learned_from:
        print(learned_from_words(outcomes.n_learned_from, len(outcomes.admission_ids)))
    print(NOTICE)
    return exit_code(options, cohort)


def write_validation(
    outcomes: Outcomes, compared: dict[str, Outcomes], files: Report, reporter: Reporter, adaptation: bool
) -> Validation:
    """Validate, and write the report (`output`) and, where asked, its figures (`json`) and tables (`xlsx`)."""
    validation = validated(
        outcomes,
        ValidationOptions(small_cell=files.small_cell, adaptation=adaptation),
        progress=lambda stage, share: reporter(Progress("validating", round(100 * share), 100, message=stage)),
        others=compared,
    )
    write_report(validation, files.output)
    if files.json is not None:
        figures = json.dumps(validation.to_json(), indent=2, allow_nan=False)
        with replacing(files.json) as unfinished:
            unfinished.write_text(figures + "\n", encoding="utf-8")
    if files.xlsx is not None:
        write_validation_workbook(validation, files.xlsx)
    return validation


def _save_overlay(validation: Validation, package: ModelPackage, path: Path) -> str:
    """Save what was learned, or a calibration where adapting is not possible or not better; returns what was saved."""
    outcomes, found = validation.outcomes, validation.adaptation
    if isinstance(found, SiteAdaptation) and found.adaptation is not None:
        key = patient_tags.own_key()
        make_adaptation_overlay(found.adaptation, outcomes, package, path.stem, key, found).save(path)
        return f"Site overlay: {path}, an adaptation (use it with --overlay)"
    make_overlay(fit(outcomes), outcomes).save(path)
    why = found if isinstance(found, str) else "On held-out patients the model is better as it is than adapted."
    return f"Site overlay: {path}, a calibration of each drug (use it with --overlay). {why}"


def _on_same_rows(
    first: Outcomes,
    other: ModelPackage,
    cohort: Cohort,
    policy: Policy,
    formulary: Formulary,
    options: Validate,
    reporter: Reporter,
) -> Outcomes:
    """The other model's lists for the same admissions, from a job of its own that is not kept."""
    with passing_job() as job:
        outcome: Recommendations = score_cohort(
            job, cohort, other, policy, formulary, engine_settings(options), options.limit, reporter
        )
    return on_same_rows(first, outcome, other)
