"""A job file encrypted with a passphrase, for keeping: FILE.lamo.enc.

Layout: 8 bytes of magic, 16 of salt, 7 of nonce; then the file in pieces of 1 MiB, each sealed with AES-256-GCM under
the nonce, the piece's number (4 bytes) and whether it is the last (1 byte), so that no piece can be changed, moved or
left out: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015). The key is scrypt's (RFC 7914; N = 2^17,
r = 8, p = 1: 128 MB) of the passphrase. Ciphers and key derivation are those of the library `cryptography`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lamo_desktop.errors import InputError
from lamo_desktop.files import durable, erase, make_private
from lamo_desktop.jobs.lock import JobLock
from lamo_desktop.jobs.store import PARTIAL, JobStore

SUFFIX = ".enc"
MAGIC = b"LAMOENC1"
SALT, NONCE, TAG, PIECE = 16, 7, 16, 1 << 20  # bytes
FEWEST_CHARACTERS = 8


def seal(job: Path, passphrase: str) -> Path:
    """Encrypt a job that nobody works on and delete the plain file; returns the encrypted one.

    The plain file goes only after the encrypted one was read back. Raises InputError when the passphrase is too short,
    there is such a file already, or one of them cannot be read or written.
    """
    if len(passphrase) < FEWEST_CHARACTERS:
        raise InputError(f"The passphrase must have at least {FEWEST_CHARACTERS} characters.")
    target = job.with_name(job.name + SUFFIX)
    _refuse_existing(target)
    JobStore.open(job).close()  # whole, and without a journal beside it
    lock = JobLock(job)
    try:
        if any(_beside(job)):  # a reader kept SQLite from bringing all of it into the one file
            raise InputError(f"{job.name} is open in another program: close it there and try again.")
        salt, nonce = os.urandom(SALT), os.urandom(NONCE)
        cipher = AESGCM(_key(passphrase, salt))
        header = MAGIC + salt + nonce
        with _private(target) as unfinished, job.open("rb") as plain, unfinished.open("wb") as sealed:
            sealed.write(header)
            for place, piece, last in _pieces(plain, PIECE):
                sealed.write(cipher.encrypt(_nonce(nonce, place, last), piece, header))
            sealed.flush()
            with unfinished.open("rb") as check, job.open("rb") as again:
                for piece in _opened(check, cipher, target.name):
                    if piece != again.read(len(piece)):
                        raise InputError(f"{target.name} could not be read back: the job file is left as it is.")
        erase(job)
    except OSError as error:
        raise InputError(f"{job.name} could not be encrypted: {error.strerror or error}.") from error
    finally:
        lock.release()
    return target


def unseal(sealed: Path, passphrase: str) -> Path:
    """Make an encrypted job plain again and delete the encrypted file; returns the job file.

    Raises InputError when the passphrase is wrong, the file was changed, or the job file exists or cannot be written.
    """
    if sealed.suffix != SUFFIX:
        raise InputError(f"{sealed.name} is not an encrypted job file: its name does not end in {SUFFIX}.")
    job = sealed.with_suffix("")
    for each in (job, *_beside(job)):  # SQLite would take a journal that lies there for the job's
        _refuse_existing(each)
    lock = JobLock(job)
    try:
        with sealed.open("rb") as file:
            header = file.read(len(MAGIC) + SALT + NONCE)
            if not header.startswith(MAGIC) or len(header) < len(MAGIC) + SALT + NONCE:
                raise InputError(f"{sealed.name} is not an encrypted job file of this program.")
            cipher = AESGCM(_key(passphrase, header[len(MAGIC) :][:SALT]))
            file.seek(0)
            with _private(job) as unfinished, unfinished.open("wb") as plain:
                for piece in _opened(file, cipher, sealed.name):
                    plain.write(piece)
        sealed.unlink()
    except OSError as error:
        raise InputError(f"{sealed.name} could not be decrypted: {error.strerror or error}.") from error
    finally:
        lock.release()
    return job


class _private:  # noqa: N801
    """An unfinished file beside its target, its owner's only; it takes the target's name if the block ends well."""

    def __init__(self, target: Path) -> None:
        self._target, self._file = target, target.with_name(target.name + PARTIAL)

    def __enter__(self) -> Path:
        make_private(self._file)
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            durable(self._file)
            self._file.replace(self._target)
            durable(self._target.absolute().parent)
        else:
            erase(self._file)


def _beside(job: Path) -> Iterator[Path]:
    """SQLite's journals of a job, where there is anything in them."""
    for suffix in ("-wal", "-journal"):
        journal = job.with_name(job.name + suffix)
        if journal.exists() and journal.stat().st_size:
            yield journal


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt, length=32, n=1 << 17, r=8, p=1).derive(passphrase.encode("utf-8", "surrogatepass"))


def _nonce(prefix: bytes, place: int, last: bool) -> bytes:
    return prefix + place.to_bytes(4, "big") + bytes([last])


def _pieces(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes and whether it is the last, of each piece of a file; at least one, which may be empty."""
    place, piece = 0, file.read(size)
    while True:
        following = file.read(size)
        yield place, piece, not following
        if not following:
            return
        place, piece = place + 1, following


def _opened(file: BinaryIO, cipher: AESGCM, name: str) -> Iterator[bytes]:
    header = file.read(len(MAGIC) + SALT + NONCE)
    for place, piece, last in _pieces(file, PIECE + TAG):
        try:
            yield cipher.decrypt(_nonce(header[-NONCE:], place, last), piece, header)
        except InvalidTag:
            raise InputError(f"{name} does not open: the passphrase is wrong or the file was changed.") from None


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise InputError(f"{target.name} exists already: move it away first.")
