"""The steps that several `lamo` commands share: reading, choosing model and policy, scoring a job to its end."""

import math
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.cli.options import ALL_CORES, Engine, Input, Lists, Overlaid
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary
from lamo_desktop.jobs import batch
from lamo_desktop.jobs.store import JobStore, purge
from lamo_desktop.model.package import ModelPackage, load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.paths import own_folder
from lamo_desktop.progress import Progress, Reporter
from lamo_desktop.recommend.candidates import candidates_named
from lamo_desktop.recommend.policy import POLICIES, Policy
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.validate.overlay import SiteOverlay, load_overlay

PASSING = "passing-"
NO_OVERLAY = "none"  # what `--overlay none` is
NOTICE = "Decision support for retrospective analysis, not for prescribing."


def read_input(options: Input, formulary: Formulary, reporter: Reporter) -> Cohort:
    """The cohort of the input, with progress. May be empty: scoring refuses that."""

    def told(message: str, share: float) -> None:
        reporter(Progress("reading", round(100 * share), 100, message=message))

    return read_cohort(options.input, formulary, options.profile, told, options.order_window, options.encoding)


def chosen_package(options: Overlaid) -> tuple[ModelPackage, SiteOverlay | None]:
    """The package asked for, with the site's overlay if one is given, and that overlay."""
    return with_overlay(load_package(options.model), options)


def with_overlay(package: ModelPackage, options: Overlaid) -> tuple[ModelPackage, SiteOverlay | None]:
    """A package with the site's overlay if one is given, and that overlay."""
    if options.overlay is None:
        return package, None
    overlay = load_overlay(options.overlay)
    return overlay.apply(package), overlay


def chosen_policy(options: Lists, otherwise: Policy | None = None) -> Policy:
    """The policy and threshold shift asked for; what was not said is as in `otherwise`, else the default.

    Raises InputError when there is no policy of that name, or the shift is no number.
    """
    policy = otherwise or Policy()
    if options.policy is not None:
        policy = replace(policy, name=options.policy)
    if options.threshold_shift is not None:
        policy = replace(policy, threshold_shift=options.threshold_shift)
    if options.show_withheld:
        policy = replace(policy, show_withheld=True)
    if not math.isfinite(policy.threshold_shift):
        raise InputError("The threshold shift must be a number of logits, for example 0.5 or -0.5.")
    if policy.name not in POLICIES:
        raise InputError(f"There is no policy {policy.name}: choose one of {', '.join(POLICIES)}.")
    return policy


def chosen_candidates(asked: str | None, package: ModelPackage, formulary: Formulary) -> list[str]:
    """The candidate drugs: those of the package, or those named in a file (one a line) or with commas, in its order.

    A drug that the package was not trained on may be among them if the formulary knows it; it comes last. "all" is
    every drug of package and formulary, "class:NAME" every drug of a class. Raises InputError for an unknown name, or
    when none is left.
    """
    if asked is None:
        return list(package.candidates)
    if not _is_file(asked):
        return candidates_named(asked.split(","), package, formulary)
    try:
        written = Path(asked).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The list of candidates {asked} cannot be read as text.") from error
    return candidates_named(written.splitlines(), package, formulary)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a file name: a list of names
        return False


def engine_settings(options: Engine, otherwise: EngineSettings | None = None) -> EngineSettings:
    """Device and threads asked for; what was not said is as in `otherwise`, else the default."""
    settings = otherwise or EngineSettings()
    if options.device is not None:
        settings = replace(settings, device=options.device)
    if options.threads is not None:
        settings = replace(settings, threads=None if options.threads == ALL_CORES else options.threads)
    return settings


@contextmanager
def job_file(job: Path | None, output: Path, again: str = "") -> Iterator[Path]:
    """The job's file; one that nobody asked for is removed once its results are written, and kept when they are not.

    `again`: the command that goes on with it, "{job}" in it; default: `lamo resume`.
    """
    if job is not None:
        yield job
        return
    path = own_folder("jobs") / f"{datetime.now():%Y%m%d-%H%M%S-%f}.lamo"
    try:
        yield path
    except BaseException:
        if path.exists():
            command = again or f"lamo resume {{job}} -o {output}"
            print(f"lamo: what was scored is kept: {command.format(job=path)}", file=sys.stderr)
        raise
    purge(path)


@contextmanager
def passing_job() -> Iterator[Path]:
    """A job file for scores that nobody keeps; what a killed run left of one is deleted, too."""
    folder = own_folder("jobs", "compare")
    for left in folder.glob(f"{PASSING}*.lamo"):
        with suppress(InputError):  # another run is working on it
            purge(left)
    path = folder / f"{PASSING}{datetime.now():%Y%m%d-%H%M%S-%f}.lamo"
    try:
        yield path
    finally:
        purge(path)


def score_cohort(
    path: Path,
    cohort: Cohort,
    package: ModelPackage,
    policy: Policy,
    formulary: Formulary,
    settings: EngineSettings,
    limit: int | None,
    reporter: Reporter,
    candidates: Sequence[str] | None = None,
) -> Recommendations:
    """Score a cohort's first `limit` admissions in a new job file, to its end; `candidates` None: the package's."""
    candidates = candidates or package.candidates
    with batch.create_job(path, cohort, package, settings, candidates, policy, limit) as store:
        run_to_end(store, package, settings, reporter)
        return batch.results(store, package, formulary)


def run_to_end(store: JobStore, package: ModelPackage, settings: EngineSettings, reporter: Reporter) -> None:
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


def exit_code(options: Input, cohort: Cohort) -> int:
    """0, or 1 when rows were set aside and `--strict` was given."""
    return 1 if options.strict and cohort.set_aside else 0
