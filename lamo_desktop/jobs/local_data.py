"""Everything the program keeps on this computer, by kind, and how it is deleted."""

import contextlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lamo_desktop.errors import InputError
from lamo_desktop.paths import data_dir

JOBS, LOGS, OWN, WEIGHTS, SETTINGS, OTHER = "jobs", "logs", "own", "models", "settings", "other"
_KIND_OF = {  # entries of the user's folder
    "jobs": JOBS,
    "logs": LOGS,
    "log": LOGS,
    "profiles": OWN,
    "names": OWN,
    "overlays": OWN,  # the key by which patients are known again
    "models": WEIGHTS,
    "window": SETTINGS,
}
_BESIDE_A_JOB = ("-wal", "-shm", "-journal", ".lock")


@dataclass(frozen=True)
class Kept:
    """What is kept of one kind: its files and folders, how many files, how many bytes."""

    kind: str
    entries: tuple[Path, ...]
    n_files: int
    n_bytes: int


def kept() -> list[Kept]:
    """Everything in the user's folder, jobs with patient data first; kinds of which there is nothing are left out."""
    found: dict[str, list[Path]] = {kind: [] for kind in (JOBS, LOGS, OWN, WEIGHTS, SETTINGS, OTHER)}
    for entry in sorted(data_dir().iterdir()):
        found[_KIND_OF.get(entry.name.partition(".")[0].lower(), OTHER)].append(entry)
    result = []
    for kind, entries in found.items():
        files = [file for entry in entries for file in _files(entry)]
        if files:
            result.append(Kept(kind, tuple(entries), len(files), sum(_size(file) for file in files)))
    return result


def delete(chosen: Iterable[Kept]) -> int:
    """Delete these for good; returns how many files went. Raises InputError for those in use, after the others went."""
    gone, refused = 0, []
    for entry in (entry for item in chosen for entry in item.entries):
        before = len(_files(entry))
        for job in (file for file in _files(entry) if file.suffix == ".lamo"):
            try:
                _delete_job(job)
            except InputError as error:
                refused.append((job, str(error)))
        for file in _files(entry):
            if not any(file.name.startswith(job.name) or file.stem == job.stem for job, _ in refused):
                try:
                    file.unlink()
                except OSError as error:
                    refused.append((file, f"{file.name} could not be deleted: {error.strerror}."))
        if entry.is_dir():
            _remove_empty(entry)
        gone += before - len(_files(entry))
    if refused:
        raise InputError(f"{len(refused)} could not be deleted. {refused[0][1]}")
    return gone


def _delete_job(job: Path) -> None:
    """Deleted under its lock, so never under the hands of a run."""
    from lamo_desktop.jobs.store import purge

    purge(job)
    for suffix in _BESIDE_A_JOB:
        job.with_name(job.name + suffix).unlink(missing_ok=True)


def _files(entry: Path) -> list[Path]:
    if not entry.is_dir():
        return [entry] if entry.exists() else []
    return [path for path in entry.rglob("*") if path.is_file() or path.is_symlink()]


def _size(file: Path) -> int:
    with contextlib.suppress(OSError):
        return file.stat().st_size
    return 0


def _remove_empty(folder: Path) -> None:
    if not _files(folder):
        shutil.rmtree(folder, ignore_errors=True)


def in_words(n_bytes: int) -> str:
    """For example "3.4 MB"."""
    size = float(n_bytes)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
