"""What each `lamo` command does: it calls the rooms in the order of the data and tells a person what came out."""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.model.package import ModelPackage, install_base, load_package, verify_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.paths import data_dir, resource
from lamo_desktop.progress import Progress, Reporter
from lamo_desktop.recommend import batch
from lamo_desktop.recommend.policy import POLICIES, Policy
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.recommend.store import JobStore, purge
from lamo_desktop.report.workbook import check_writable, write_workbook

NOTICE = "Decision support for retrospective analysis, not for prescribing."
PROBLEMS_SHOWN = 20
UNMAPPED_SHOWN = 10


def check(options: argparse.Namespace) -> int:
    """`lamo check`: the attrition table, the problems and the unmapped names of an export."""
    cohort = _read(options, load_formulary(options.names, options.interactions), Reporter(options.progress))
    print(f"{cohort.source.path}: read with profile {cohort.source.profile}")
    orders = "with orders to compare with" if cohort.has_orders else "without orders to compare with"
    print(f"{len(cohort.admissions)} admissions can be scored, {orders}")
    print_account(cohort)
    return _exit_code(options, cohort)


def recommend(options: argparse.Namespace) -> int:
    """`lamo recommend`: export in, workbook out; the job file makes it resumable."""
    reporter = Reporter(options.progress)
    check_writable(options.output, ".xlsx")
    policy = _policy(options)
    formulary = load_formulary(options.names, options.interactions)
    package = load_package(options.model)
    cohort = _read(options, formulary, reporter)
    with _job_file(options) as path:
        outcome = _score(options, path, cohort, package, policy, formulary, reporter)
        _write_workbook(outcome, options.output, reporter)
    print_summary(outcome, options.output)
    return _exit_code(options, cohort)


def resume(options: argparse.Namespace) -> int:
    """`lamo resume`: finish an interrupted job from its own file, and write the workbook."""
    reporter = Reporter(options.progress)
    check_writable(options.output, ".xlsx")
    with JobStore.open(options.job) as store:
        package = load_package(options.model or Path(store.job().package.path))
        formulary = load_formulary(options.names, options.interactions)
        chosen = _policy(options) if options.policy or options.knob else None
        _run(store, package, _settings(options), reporter)
        outcome = batch.results(store, package, formulary, chosen)
    _write_workbook(outcome, options.output, reporter)
    print_summary(outcome, options.output)
    return 0


def validate(options: argparse.Namespace) -> int:
    """`lamo validate`: recommend, compare with the orders, and write the site validation report."""
    reporter = Reporter(options.progress)
    for target, suffix in ((options.output, ""), (options.json, ""), (options.xlsx, ".xlsx")):
        if target is not None:
            check_writable(target, suffix)
    policy = _policy(options)
    formulary = load_formulary(options.names, options.interactions)
    package = load_package(options.model)
    cohort = _read(options, formulary, reporter)
    if not cohort.has_orders:
        raise InputError(
            f"{Path(cohort.source.path).name} has no orders, and validation compares with them: "
            "add a column or sheet of orders, or use `lamo recommend`."
        )
    with _job_file(options) as path:
        outcome = _score(options, path, cohort, package, policy, formulary, reporter)
    write_validation(outcome, package, formulary, policy, options, reporter)
    print(f"Report: {options.output}")
    print(NOTICE)
    return _exit_code(options, cohort)


def write_validation(
    outcome: Recommendations,
    package: ModelPackage,
    formulary: Formulary,
    policy: Policy,
    options: argparse.Namespace,
    reporter: Reporter,
) -> None:
    """Validate what a job gave; writes the report (`output`), and where asked its figures and tables."""
    from lamo_desktop.report.html import write_report
    from lamo_desktop.report.validation_workbook import write_validation_workbook
    from lamo_desktop.validate import from_recommendations
    from lamo_desktop.validate import validate as validated

    validation = validated(
        from_recommendations(outcome, package, formulary, policy),
        progress=lambda stage, share: reporter(Progress("validating", round(100 * share), 100, message=stage)),
    )
    write_report(validation, options.output)
    if options.json is not None:
        figures = json.dumps(validation.to_json(), indent=2, allow_nan=False)
        options.json.write_text(figures + "\n", encoding="utf-8")
    if options.xlsx is not None:
        write_validation_workbook(validation, options.xlsx)


def model_info(options: argparse.Namespace) -> int:
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
        "vocabulary": f"{len(package.drugs)} drugs",
        "policies": ", ".join(f"{name} {threshold:+.3f}" for name, threshold in package.policies.items()),
    }
    for title, block in (("training", package.training), ("metrics", package.metrics)):
        facts.update({f"{title}: {key}": value for key, value in block.items() if not isinstance(value, dict | list)})
    for name, value in facts.items():
        print(f"  {name}: {value}")
    return 0


def model_verify(options: argparse.Namespace) -> int:
    """`lamo model verify`: every hash of a package, base weights included."""
    package = load_package(options.package)
    verify_package(package)
    print(f"{package.name} {package.version}: every file is as its manifest says.")
    return 0


def model_install_base(options: argparse.Namespace) -> int:
    """`lamo model install-base`: check and place the base weights."""
    print(f"Base weights: {install_base(options.source, load_package(options.model), options.to)}")
    return 0


def bench(options: argparse.Namespace) -> int:
    """`lamo bench`: the engine's ratios on this computer."""
    from lamo_desktop.model.bench import run_bench, table

    figures = run_bench(load_package(options.model), _settings(options))
    print(table(figures))
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def demo(options: argparse.Namespace) -> int:
    """`lamo demo`: recommend and validate on the bundled admissions, from one job."""
    options.out.mkdir(parents=True, exist_ok=True)
    workbook, report = options.out / "recommendations.xlsx", options.out / "validation.html"
    check_writable(workbook, ".xlsx")
    check_writable(report)
    reporter, policy = Reporter(options.progress), Policy()
    formulary, package = load_formulary(), load_package(options.model)
    options.input, options.profile, options.limit, options.job = resource("demo/eicu"), "eicu", None, None
    options.output = workbook
    cohort = _read(options, formulary, reporter)
    with _job_file(options) as path:
        outcome = _score(options, path, cohort, package, policy, formulary, reporter)
        write_workbook(outcome, workbook)
    options.output, options.json, options.xlsx = report, options.out / "validation.json", None
    write_validation(outcome, package, formulary, policy, options, reporter)
    print_summary(outcome, workbook)
    print(f"Report: {report}")
    return 0


def print_account(cohort: Cohort) -> None:
    """The attrition table, what was set aside, the problems and the unmapped names, for a person."""
    width = max((len(step.step) for step in cohort.attrition), default=0)
    for step in cohort.attrition:
        left = f"  (-{step.removed}: {step.reason})" if step.removed else ""
        print(f"  {step.step.ljust(width)}  {step.remaining:>7}{left}")
    if cohort.set_aside:
        print(f"{len(cohort.set_aside)} rows set aside:")
        for row in cohort.set_aside[:PROBLEMS_SHOWN]:
            print(f"  {row.where}: {row.reason}")
    if cohort.problems:
        print(f"{len(cohort.problems)} problems:")
        for problem in cohort.problems[:PROBLEMS_SHOWN]:
            print(f"  {problem.severity}: {problem.where}: {problem.message}")
    if cohort.unmapped:
        total = sum(cohort.unmapped.values())
        print(f"{total} order rows ({len(cohort.unmapped)} names) not mapped to an ingredient, most frequent first:")
        for text, count in sorted(cohort.unmapped.items(), key=lambda pair: (-pair[1], pair[0]))[:UNMAPPED_SHOWN]:
            print(f"  {count:>6}  {text}")


def print_summary(outcome: Recommendations, output: Path) -> None:
    """What a run gave, in a few lines."""
    figures = outcome.figures
    print(f"Model: {outcome.provenance['package']['label']}")
    print(f"Admissions: {figures.n_scored} scored, {figures.n_failed} failed, {len(outcome.set_aside)} rows set aside")
    if figures.ratio is None or figures.jaccard is None:
        print(f"Drugs recommended: {figures.n_recommended} (the export has no orders to compare with)")
    else:
        print(
            f"Drugs recommended: {figures.n_recommended_compared} for {figures.n_ordered} ordered candidates "
            f"(overprescribing ratio {figures.ratio:.2f}), visit-mean Jaccard {figures.jaccard:.3f}"
        )
        left_out = f"{figures.n_outside} of drugs that are no candidates, {figures.n_unmapped} unmapped"
        print(f"Orders that the comparison leaves out: {left_out}")
    print(f"Workbook: {output}")
    print(NOTICE)


def _read(options: argparse.Namespace, formulary: Formulary, reporter: Reporter) -> Cohort:
    def told(message: str, share: float) -> None:
        reporter(Progress("reading", round(100 * share), 100, message=message))

    cohort = read_cohort(options.input, formulary, options.profile, told)
    if not cohort.admissions:
        print_account(cohort)
        raise InputError(f"{options.input.name} has no admission that meets the eligibility rules.")
    return cohort


def _policy(options: argparse.Namespace) -> Policy:
    policy = Policy(knob=options.knob) if options.policy is None else Policy(options.policy, options.knob)
    if policy.name not in POLICIES:
        raise InputError(f"There is no policy {policy.name}: choose one of {', '.join(POLICIES)}.")
    return policy


def _settings(options: argparse.Namespace) -> EngineSettings:
    return EngineSettings(device=options.device, threads=options.threads)


@contextmanager
def _job_file(options: argparse.Namespace) -> Iterator[Path]:
    """The job's file; one that nobody asked for is removed once its results are written, and kept when they are not."""
    if options.job is not None:
        yield options.job
        return
    folder = data_dir() / "jobs"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{datetime.now():%Y%m%d-%H%M%S-%f}.lamo"
    try:
        yield path
    except BaseException:
        if path.exists():
            print(f"lamo: what was scored is kept: lamo resume {path} -o {options.output}", file=sys.stderr)
        raise
    purge(path)


def _score(
    options: argparse.Namespace,
    path: Path,
    cohort: Cohort,
    package: ModelPackage,
    policy: Policy,
    formulary: Formulary,
    reporter: Reporter,
) -> Recommendations:
    candidates = [drug.name for drug in package.drugs]
    settings = _settings(options)
    with batch.create_job(path, cohort, package, settings, candidates, policy, options.limit) as store:
        _run(store, package, settings, reporter)
        return batch.results(store, package, formulary)


def _run(store: JobStore, package: ModelPackage, settings: EngineSettings, reporter: Reporter) -> None:
    """Score until done. Ctrl-C or a polite kill stops between two admissions, and KeyboardInterrupt says so."""
    stopped = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopped
        stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def told(step: batch.Progress) -> None:
        reporter(Progress("scoring", step.done, step.total, step.failed, step.rate, step.eta))

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    reporter(Progress("loading model"))
    try:
        batch.run_job(store, package, settings, told, lambda: stopped)
    finally:
        reporter.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    if store.counts().open:
        raise KeyboardInterrupt


def _write_workbook(outcome: Recommendations, output: Path, reporter: Reporter) -> None:
    reporter(Progress("writing"))
    write_workbook(outcome, output)


def _exit_code(options: argparse.Namespace, cohort: Cohort) -> int:
    return 1 if options.strict and cohort.set_aside else 0
