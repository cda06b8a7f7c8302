"""The job files the window keeps in the user's own folder: named by time only, so that no name tells of a patient."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lamo_desktop.errors import LamoError
from lamo_desktop.paths import own_folder

SUFFIX = ".lamo"


@dataclass(frozen=True)
class KeptJob:
    """A job file in the user's folder and how far it is: `done` of `total` admissions, `failed` besides."""

    path: Path
    created: str
    done: int
    failed: int
    total: int

    @property
    def unfinished(self) -> bool:
        """Whether admissions wait to be scored."""
        return self.done + self.failed < self.total


def folder() -> Path:
    """Where job files are kept; readable by their owner only."""
    return own_folder("jobs")


def new_job_path() -> Path:
    """A name that is not taken."""
    stem = datetime.now().astimezone().strftime("%Y-%m-%d %H-%M-%S")
    path = folder() / f"{stem}{SUFFIX}"
    number = 2
    while path.exists():
        path, number = folder() / f"{stem} {number}{SUFFIX}", number + 1
    return path


def kept_jobs() -> list[KeptJob]:
    """All readable job files of the user's folder, newest first. Files that are no job are left alone."""
    from lamo_desktop.jobs.store import JobStore

    found = []
    for path in sorted(folder().glob(f"*{SUFFIX}"), reverse=True):
        with contextlib.suppress(LamoError), JobStore.open(path, read_only=True) as store:
            counts = store.counts()
            found.append(KeptJob(path, store.job().created, counts.done, counts.failed, counts.total))
    return found


def delete(path: Path) -> None:
    """Delete a job file for good, with what belongs to it. Raises InputError when it is in use."""
    from lamo_desktop.jobs.store import purge

    purge(path)
    workbook_of(path).unlink(missing_ok=True)


def workbook_of(job: Path) -> Path:
    """Where the command writes the workbook of a job that the window runs; Export makes the one the user gets."""
    return job.with_suffix(".xlsx")


def remove_workbook(job: Path | None) -> None:
    """Delete that workbook: the job file holds everything, and patient data should not lie in two places."""
    if job is not None and job.parent == folder():
        with contextlib.suppress(OSError):
            workbook_of(job).unlink(missing_ok=True)
