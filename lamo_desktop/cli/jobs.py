"""What the commands on a finished or interrupted job file do: audit, purge, lock and unlock."""

import getpass
import os
import sys

from lamo_desktop.cli.options import JobFile
from lamo_desktop.errors import InputError
from lamo_desktop.jobs import schema
from lamo_desktop.jobs.store import JobStore, purge

PASSPHRASE = "LAMO_PASSPHRASE"


def audit(options: JobFile) -> int:
    """`lamo audit`: whether all of a job file is as it was logged. Raises InputError naming the first that is not."""
    with JobStore.open(options.job, read_only=True) as store:
        changed = store.audit()
        events, counts = store.events(), store.counts()
    if changed:
        more = f" ({len(changed) - 1} more findings)" if len(changed) > 1 else ""
        raise InputError(f"{options.job.name} is not as it was written: {changed[0]}{more}")
    print(
        f"{options.job.name} is intact: {counts.total} admissions, {counts.done + counts.failed} results and "
        f"{len(events)} events agree; the log ends with {events[-1].hash}"
    )
    return 0


def purge_job(options: JobFile) -> int:
    """`lamo purge`: a job file, damaged or not, and its journals are overwritten and deleted; nothing else ever is."""
    if not options.job.is_file():
        raise InputError(f"There is no job file {options.job}.")
    try:
        JobStore.open(options.job).close()
    except InputError as error:
        if not schema.looks_like_a_job(options.job):
            raise InputError(f"{options.job.name} is not a job file, so it is not deleted.") from error
    purge(options.job)
    print(f"{options.job.name} is deleted.")
    return 0


def lock(options: JobFile) -> int:
    """`lamo lock`: FILE.lamo becomes FILE.lamo.enc."""
    from lamo_desktop.jobs.sealed import seal

    print(f"Encrypted: {seal(options.job, _passphrase(new=True))}; without the passphrase nobody can open it.")
    return 0


def unlock(options: JobFile) -> int:
    """`lamo unlock`: FILE.lamo.enc becomes FILE.lamo."""
    from lamo_desktop.jobs.sealed import unseal

    print(f"Job file: {unseal(options.job, _passphrase(new=False))}")
    return 0


def _passphrase(new: bool) -> str:
    """From the environment, else the terminal, else the first line of the input; never from the command line."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Passphrase: ")
    if new and getpass.getpass("The same again: ") != first:
        raise InputError("The two passphrases differ.")
    return first
