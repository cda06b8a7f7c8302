"""What a file system does not do by itself: keep a file to its owner, make it survive a power cut, wipe it."""

import contextlib
import errno
import os
import sys
from pathlib import Path

NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0)


def make_private(file: Path) -> None:
    """A new, empty file for its owner only; what lay there under the name is wiped first. Raises OSError.

    A link under that name is taken away and not followed, and nobody else's open file becomes ours.
    """
    erase(file)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOT_FOLLOWED, 0o600))


def durable(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, will survive a power cut. Raises OSError."""
    if sys.platform == "win32" and path.is_dir():  # folders cannot be opened there
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks have no answer to that
            raise
    finally:
        os.close(handle)


def erase(file: Path) -> None:
    """Overwrite a file with zeros, on disk, then delete it; nothing when there is none. Raises OSError.

    A link is deleted, what it points to is not touched. What a disk keeps of overwritten blocks (flash drives do, and
    folders with snapshots) no program can reach.
    """
    if not file.is_symlink():
        with contextlib.suppress(FileNotFoundError), file.open("r+b") as opened:
            left = opened.seek(0, os.SEEK_END)
            opened.seek(0)
            while left > 0:
                left -= opened.write(bytes(min(left, 1 << 20)))
            opened.flush()
            os.fsync(opened.fileno())
    file.unlink(missing_ok=True)
