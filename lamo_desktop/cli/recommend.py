"""What each `lamo` command does: it calls the rooms in the order of the data and tells a person what came out."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from lamo_desktop.adapt import patient_tags
from lamo_desktop.admissions.quarantine import quarantined
from lamo_desktop.check.account import counted
from lamo_desktop.cli.options import Bench, Demo, Input, InstallBase, Package, Recommend, Report, Resume
from lamo_desktop.cli.steps import (
    NO_OVERLAY,
    NOTICE,
    chosen_candidates,
    chosen_package,
    chosen_policy,
    engine_settings,
    exit_code,
    job_file,
    read_input,
    run_to_end,
    score_cohort,
    with_overlay,
)
from lamo_desktop.cli.validate import write_validation
from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.jobs import batch
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import install_base, load_package, verify_package
from lamo_desktop.paths import resource
from lamo_desktop.progress import Reporter
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.report.workbook import check_writable, write_workbook
from lamo_desktop.validate import from_recommendations
from lamo_desktop.validate.adaptation_overlay import learned_from_words, n_learned_from
from lamo_desktop.validate.overlay import SiteOverlay


def recommend(options: Recommend) -> int:
    """`lamo recommend`: export in, workbook out; the job file makes it resumable."""
    reporter = Reporter(options.progress)
    check_writable(options.output, ".xlsx", options.input)
    policy, (package, overlay) = chosen_policy(options), chosen_package(options)
    formulary = load_formulary(options.names, options.interactions, options.knowledge)
    candidates = chosen_candidates(options.candidates, package, formulary)
    cohort = read_input(options, formulary, reporter)
    with job_file(options.job, options.output) as path:
        outcome = score_cohort(
            path, cohort, package, policy, formulary, engine_settings(options), options.limit, reporter, candidates
        )
        save_workbook(outcome, options.output, formulary, options.input)
    warn_of_own_rows(outcome, overlay)
    return exit_code(options, cohort)


def save_workbook(outcome: Recommendations, output: Path, formulary: Formulary, export: Path | None = None) -> None:
    """Write the workbook, with the rows that were not scored as far as the export is there, and sum up what it holds.

    `export`: where the person at the command says that it is.
    """
    repeated = quarantined(outcome.source, outcome.not_scored, formulary, export)
    write_workbook(outcome, output, repeated)
    print_summary(outcome, output)
    if repeated.note:
        print(repeated.note)


def resume(options: Resume) -> int:
    """`lamo resume`: finish an interrupted job from its own file, and write the workbook."""
    reporter = Reporter(options.progress)
    check_writable(options.output, ".xlsx")
    with JobStore.open(options.job) as store:
        job = store.job()
        _check_overlay(options, store)
        if str(options.overlay) == NO_OVERLAY:
            options = replace(options, overlay=None)
        shipped = load_package(options.model) if options.model else batch.package_of(job)
        package, overlay = with_overlay(shipped, options)
        formulary = load_formulary(options.names, options.interactions, options.knowledge)
        policy = chosen_policy(options, job.policy)
        if options.retry_failed:
            print(f"Admissions that are tried again: {store.retry_failed()}")
        run_to_end(store, package, engine_settings(options, store.last_settings()), reporter)
        outcome = batch.results(store, package, formulary, policy)
    save_workbook(outcome, options.output, formulary)
    warn_of_own_rows(outcome, overlay)
    return 0


def warn_of_own_rows(outcome: Recommendations, overlay: SiteOverlay | None) -> None:
    """Say how many of the admissions compared are of patients that the overlay in use was learned from."""
    if overlay is None or not any(item.has_orders for item in outcome.items):
        return
    patients = [item.admission.patient_id for item in outcome.items]
    if known := n_learned_from(overlay, patients, outcome.source, patient_tags.kept_key()):
        print(learned_from_words(known, len(patients)))


def _check_overlay(options: Resume, store: JobStore) -> None:
    """Raises InputError where a job would silently end with other lists than those it was begun for."""
    asked_for = batch.overlay_asked_for(store.events())
    if options.overlay is None and asked_for:
        named = " ".join(filter(None, (str(asked_for.get("name", "")), f"({str(asked_for.get('sha256', ''))[:12]})")))
        raise InputError(
            f"{store.path.name} was run with the site overlay {named}: give it with --overlay FILE, or say "
            f"--overlay {NO_OVERLAY} for the lists of the model as shipped."
        )


def model_info(options: Package) -> int:
    """`lamo model info`: what a package is."""
    package = load_package(options.package)
    print(f"{package.name} {package.version}: {package.label}")
    facts: dict[str, Any] = {
        "base": f"{package.base_file} ({package.architecture}), SHA-256 {package.base_sha256}",
        "base from": package.base_source,
        "licence": package.licence,
        "manifest SHA-256": package.sha256,
        "prompt version": package.prompt_version,
        "context": f"{package.context_tokens} tokens",
        "adapters": len(package.adapters) or "none",
        "vocabulary": f"{len(package.candidates)} drugs (of {len(package.drugs)} ingredients)",
        "policies": ", ".join(f"{name} {threshold:+.3f}" for name, threshold in package.policies.items()),
    }
    for title, block in (("training", package.training), ("metrics", package.metrics)):
        facts.update({f"{title}: {key}": value for key, value in block.items() if not isinstance(value, dict | list)})
    for name, value in facts.items():
        print(f"  {name}: {value}")
    return 0


def model_verify(options: Package) -> int:
    """`lamo model verify`: every hash of a package, base weights included."""
    package = load_package(options.package)
    verify_package(package)
    print(f"{package.name} {package.version}: every file is as its manifest says.")
    return 0


def model_install_base(options: InstallBase) -> int:
    """`lamo model install-base`: check and place the base weights."""
    print(f"Base weights: {install_base(options.source, load_package(options.model), options.to)}")
    return 0


def bench(options: Bench) -> int:
    """`lamo bench`: the engine's ratios on this computer."""
    from lamo_desktop.model.bench import run_bench, table

    figures = run_bench(load_package(options.model), engine_settings(options))
    print(table(figures))
    if options.json is not None:
        with replacing(options.json) as unfinished:
            unfinished.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def demo(options: Demo) -> int:
    """`lamo demo`: recommend and validate on the bundled admissions, from one job."""
    options.out.mkdir(parents=True, exist_ok=True)
    workbook, report = options.out / "recommendations.xlsx", options.out / "validation.html"
    check_writable(workbook, ".xlsx")
    check_writable(report)
    reporter, policy, settings = Reporter(options.progress), Policy(), engine_settings(options)
    formulary, package = load_formulary(), load_package(options.model)
    export = Input(input=resource("demo/eicu"), profile="eicu")
    cohort = read_input(export, formulary, reporter)
    with job_file(None, workbook) as path:
        outcome = score_cohort(path, cohort, package, policy, formulary, settings, None, reporter)
        save_workbook(outcome, workbook, formulary, export.input)
    files = Report(output=report, json=options.out / "validation.json", small_cell=options.small_cell)
    outcomes = from_recommendations(outcome, package, formulary, policy)
    write_validation(outcomes, {}, files, reporter, adaptation=True)
    print(f"Report: {report}")
    return 0


def print_summary(outcome: Recommendations, output: Path) -> None:
    """What a run gave, in a few lines."""
    figures = outcome.figures
    print(f"Model: {outcome.provenance['package']['label']}")
    aside = counted(len(outcome.set_aside), "row")
    print(f"Admissions: {figures.n_scored} scored, {figures.n_failed} failed, {aside} set aside")
    if figures.ratio is None or figures.jaccard is None:
        print(f"Drugs recommended: {figures.n_recommended} (the export has no orders to compare with)")
    else:
        print(
            f"Drugs recommended: {figures.n_recommended_compared} for {figures.n_ordered} ordered candidates "
            f"(overprescribing ratio {figures.ratio:.2f}), visit-mean Jaccard {figures.jaccard:.3f}"
        )
        left_out = f"{figures.n_outside} of drugs that are no candidates, {figures.n_unmapped} unmapped"
        print(f"Orders that the comparison leaves out: {left_out}")
    found = ", ".join(f"{number} {severity}" for severity, number in figures.findings.items() if number)
    print(f"Safety findings: {found or 'none'}; {counted(figures.n_withheld, 'drug')} withheld from the lists")
    print(f"Workbook: {output}")
    print(NOTICE)
