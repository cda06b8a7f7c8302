"""Files: their hash, a new one in place of an old one whole or not at all, private, durable, wiped."""

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lamo_desktop.errors import InputError

NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0)
FINISHED = "finished"  # name of the new file until it takes the target's


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, hex. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


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


def check_writable(target: Path, suffix: str = "", export: Path | None = None) -> None:
    """Raises InputError now rather than after hours of scoring when `target` cannot be written.

    `suffix` (".xlsx") is the ending the file must have, if any. `export` is what is read and must stay as it is.
    """
    if export is not None and target.resolve() == export.resolve():
        raise InputError(f"{target.name} is the export itself: choose another name for what is to be saved.")
    if suffix and target.suffix.lower() != suffix and not target.is_dir():
        raise InputError(f"{target.name} must end in {suffix}, or the programs that read it do not open it.")
    _check_target(target)
    try:
        _workplace(target).rmdir()
    except OSError as error:
        raise InputError(_sentence(target, error)) from error


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Gives a path to write to; when the block ends well, that file takes the target's name, else nothing has changed.

    What is written meanwhile, libraries' temporary files included, lies in a private folder beside the target.
    Raises InputError when the target is open elsewhere, write-protected, or the disk is full.
    """
    _check_target(target)
    workplace = None
    try:
        _remove_leftovers(target)
        workplace = _workplace(target)
        finished = workplace / FINISHED
        os.close(os.open(finished, os.O_WRONLY | os.O_CREAT, 0o600))
        with _temporary_files_in(workplace):
            yield finished
        if target.exists():
            shutil.copymode(target, finished)  # who may read it stays the user's choice; a new file is the owner's only
        durable(finished)  # on disk before its name, and before the job that it was made from is deleted
        finished.replace(target)
        durable(target.parent)
    except OSError as error:
        raise InputError(_sentence(target, error)) from error
    finally:
        if workplace is not None:
            shutil.rmtree(workplace, ignore_errors=True)


def _check_target(target: Path) -> None:
    if target.is_dir():
        raise InputError(f"{target} is a folder: give the name of a file.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent} to write {target.name} to.")
    excel, libreoffice = target.with_name(f"~${target.name}"), target.with_name(f".~lock.{target.name}#")
    if target.exists() and (excel.exists() or libreoffice.exists()):
        raise InputError(f"{target.name} is open in another program: close it there, or save as {_other_name(target)}.")
    if target.exists() and not os.access(target, os.W_OK):
        raise InputError(f"{target.name} is write-protected: save as {_other_name(target)}.")


def _workplace(target: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))


def _other_name(target: Path) -> str:
    """A free name like the target's."""
    number = 2
    while target.with_stem(f"{target.stem} ({number})").exists():
        number += 1
    return target.with_stem(f"{target.stem} ({number})").name


def _sentence(target: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {target.name} was not written; free some space or choose another disk."
    if isinstance(error, PermissionError):
        return (
            f"{target.name} cannot be written: it is open in another program or its folder is write-protected; "
            f"close it, or save as {_other_name(target)} or in another folder."
        )
    return f"{target.name} cannot be written ({error.strerror or error}): choose another name or folder."


def _remove_leftovers(target: Path) -> None:
    """What an earlier, killed run left of this file."""
    for leftover in target.parent.glob(f".{_literal(target.name)}.*.partial"):
        shutil.rmtree(leftover, ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """openpyxl keeps each sheet in a temporary file until it saves: not in the system's folder, where others look."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
