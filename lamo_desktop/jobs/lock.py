"""One program at a time on one job: a lock on a file beside it, which the system lets go when its holder dies."""

import contextlib
import errno
import os
import sys
from pathlib import Path

from lamo_desktop.errors import InputError
from lamo_desktop.files import NOT_FOLLOWED

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # the last two: Windows


class JobLock:
    """Held from construction to `release`; on a file of its own, so that others can still read the job meanwhile."""

    def __init__(self, job: Path) -> None:
        self._path = job.with_name(job.name + ".lock")
        while True:
            try:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | NOT_FOLLOWED, 0o600)
            except OSError as error:
                raise InputError(
                    f"{job.name} cannot be worked on: its folder {job.parent} cannot be written to ({error.strerror})."
                ) from error
            try:
                _take(self._descriptor)
            except OSError as error:
                os.close(self._descriptor)
                if error.errno in _TAKEN:
                    said = "is in use by another run of this program: wait for it, or stop it first"
                else:
                    said = f"cannot be locked where it is ({error.strerror}): put it on a disk of this computer"
                raise InputError(f"{job.name} {said}.") from error
            if self._is_current():
                return
            os.close(self._descriptor)  # its last holder deleted the file in between: lock the new one

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Let go and tidy up; the file is deleted before it is unlocked, so nobody can hold a deleted one."""
        if sys.platform == "win32":  # an open file cannot be deleted there
            os.close(self._descriptor)
            with contextlib.suppress(OSError):
                self._path.unlink()
        else:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
