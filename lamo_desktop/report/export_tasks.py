"""Export tasks, each done in a process of its own: a job's workbook, report, tables, figures and copy."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lamo_desktop.errors import InputError
from lamo_desktop.recommend.policy import Policy

if TYPE_CHECKING:  # what a process needs is loaded there; the window starts without it
    from lamo_desktop.validate.overlay import SiteOverlay
    from lamo_desktop.validate.validation import Validation

Progress = Callable[[str, float], None]


def save_workbook(
    job: Path, policy: Policy, overlay: "SiteOverlay | None", export: Path | None, target: Path, progress: Progress
) -> str:
    """The recommendations workbook of a job under a policy and, where one is in use, a site overlay.

    `export`: where the job's export is, if it is open; what was not scored is read from there once more.
    Returns which of that is missing in the workbook, and why; "" where nothing is.
    """
    from lamo_desktop.admissions.quarantine import quarantined
    from lamo_desktop.admissions.site_files import used_knowledge, used_names
    from lamo_desktop.formulary import load_formulary
    from lamo_desktop.jobs import batch
    from lamo_desktop.jobs.batch import package_of
    from lamo_desktop.jobs.store import JobStore
    from lamo_desktop.report.workbook import write_workbook

    progress("Reading the job", 0.0)
    with JobStore.open(job, read_only=True) as store:
        package = package_of(store.job())
        calibrated = overlay.apply(package) if overlay else package
        formulary = load_formulary(used_names(), knowledge=used_knowledge())
        recommendations = batch.results(store, package, formulary, policy, calibrated)
    progress("Reading the rows that were not scored", 0.2)
    repeated = quarantined(recommendations.source, recommendations.not_scored, formulary, export)
    progress("Writing the workbook", 0.5)
    write_workbook(recommendations, target, repeated)
    return repeated.note


def save_report(validation: "Validation", target: Path, progress: Progress) -> None:
    """The validation report."""
    from lamo_desktop.report.html import write_report

    progress("Writing the report", 0.0)
    write_report(validation, target)


def save_tables(validation: "Validation", target: Path, progress: Progress) -> None:
    """The validation's tables as a workbook."""
    from lamo_desktop.report.validation_workbook import write_validation_workbook

    progress("Writing the tables", 0.0)
    write_validation_workbook(validation, target)


def save_figures(validation: "Validation", target: Path, progress: Progress) -> None:
    """Every figure of the validation as JSON, as `lamo validate --json` writes it."""
    from lamo_desktop.files import replacing

    progress("Writing the figures", 0.0)
    text = json.dumps(validation.to_json(), indent=2, allow_nan=False) + "\n"
    with replacing(target) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def save_overlay(overlay: "SiteOverlay", target: Path) -> None:
    """A site overlay as a file, for `lamo --overlay` and for this window; another one of that name stays beside it."""
    from lamo_desktop.validate.overlay import load_overlay, set_aside

    with suppress(InputError):  # whatever else lies there was given up in the file dialog
        if target.exists() and load_overlay(target).sha256 != overlay.sha256:
            set_aside(target)
    overlay.save(target)


def save_job(job: Path, target: Path, progress: Progress) -> None:
    """A copy of a job file, whole also while another process writes to it."""
    from lamo_desktop.files import replacing
    from lamo_desktop.jobs import schema

    progress("Copying the job", 0.0)
    if target.exists() and target.samefile(job):
        raise InputError(f"{target.name} is the job itself: choose another name.")
    with schema.explained(job):
        source = schema.connect(job)
    with closing(source), replacing(target) as unfinished:
        copy = sqlite3.connect(unfinished)
        try:
            source.backup(copy)
        except sqlite3.OperationalError as error:
            raise InputError(
                f"{target.name} was not written ({error}): free some space or choose another disk."
            ) from error
        finally:
            copy.close()
