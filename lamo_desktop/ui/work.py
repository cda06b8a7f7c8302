"""What is done in processes of their own: reading, validating, writing. No Qt here; imports where they are used."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.recommend.policy import Policy

if TYPE_CHECKING:  # what a process needs is loaded there; the window starts without it
    from lamo_desktop.validate.validation import Validation

Progress = Callable[[str, float], None]


def read_export(path: Path, profile: str | None, progress: Progress) -> Cohort:
    """The cohort of an export."""
    from lamo_desktop.admissions import read_cohort
    from lamo_desktop.formulary import load_formulary

    progress("Opening", 0.0)
    return read_cohort(path, load_formulary(), profile, progress)


def validate_job(path: Path, policy: Policy, progress: Progress) -> "Validation":
    """A job's lists against its orders, every figure with its interval."""
    from lamo_desktop.formulary import load_formulary
    from lamo_desktop.recommend import batch
    from lamo_desktop.recommend.store import JobStore
    from lamo_desktop.ui.results import package_of
    from lamo_desktop.validate.outcomes import from_recommendations
    from lamo_desktop.validate.validation import validate

    progress("results", 0.0)
    formulary = load_formulary()
    with JobStore.open(path, read_only=True) as store:
        package = package_of(store.job())
        recommendations = batch.results(store, package, formulary, policy)
    return validate(from_recommendations(recommendations, package, formulary, policy), progress=progress)


def save_workbook(job: Path, policy: Policy, target: Path, progress: Progress) -> None:
    """The recommendations workbook of a job under a policy."""
    from lamo_desktop.formulary import load_formulary
    from lamo_desktop.recommend import batch
    from lamo_desktop.recommend.store import JobStore
    from lamo_desktop.report.workbook import write_workbook
    from lamo_desktop.ui.results import package_of

    progress("Reading the job", 0.0)
    with JobStore.open(job, read_only=True) as store:
        recommendations = batch.results(store, package_of(store.job()), load_formulary(), policy)
    progress("Writing the workbook", 0.3)
    write_workbook(recommendations, target)


def save_report(validation: "Validation", target: Path, progress: Progress) -> None:
    """The validation report."""
    from lamo_desktop.report.html import write_report

    progress("Writing the report", 0.0)
    write_report(validation, target)


def save_job(job: Path, target: Path, progress: Progress) -> None:
    """A copy of a job file, whole also while another process writes to it."""
    import sqlite3

    progress("Copying the job", 0.0)
    partial = target.with_name(f".{target.name}.part")
    partial.touch(mode=0o600)
    with sqlite3.connect(job) as source, sqlite3.connect(partial) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    partial.replace(target)
