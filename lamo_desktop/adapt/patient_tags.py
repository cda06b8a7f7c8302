"""Tags by which this computer, and no other, knows the patients again that something was learned from.

A tag is a keyed hash (HMAC-SHA-256, cut to 8 bytes) of a patient's id. The key never leaves the program's own folder on
this computer, so whoever has an overlay cannot try out ids; on another computer the tags say nothing.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable

from lamo_desktop.errors import InputError
from lamo_desktop.files import NOT_FOLLOWED
from lamo_desktop.paths import own_folder

RUNNING_NUMBER = re.compile(r"P\d{5,}")  # what readers put in the place of a record number
LENGTH = 8  # bytes of a tag
KEY_BYTES = 32
KEY = "patients.key"
THIS_COMPUTER = "this computer"


def tags(patients: Iterable[str], key: bytes) -> frozenset[bytes]:
    """The tag of each patient id, and one of this computer."""
    return frozenset(_tag(f"patient {patient}", key) for patient in patients) | {_tag(THIS_COMPUTER, key)}


def lasting(patients: Iterable[str], numbered: bool | None) -> bool:
    """Whether the ids are the hospital's own, so that the same patient has the same one in another export.

    `numbered`: whether the reader gave them, as it says; None: not recorded, so that their form has to tell.
    """
    if numbered is not None:
        return not numbered
    return not all(RUNNING_NUMBER.fullmatch(patient) for patient in patients)


def made_here(among: frozenset[bytes], key: bytes) -> bool:
    """Whether the tags were made with this key, so that they tell who is known."""
    return _tag(THIS_COMPUTER, key) in among


def known(patients: Iterable[str], among: frozenset[bytes], key: bytes) -> list[bool]:
    """Which patients have one of the tags."""
    return [_tag(f"patient {patient}", key) in among for patient in patients]


def kept_key() -> bytes | None:
    """This computer's key, None when there is none yet. Raises InputError when it cannot be read."""
    return own_key() if (own_folder("overlays") / KEY).exists() else None


def own_key() -> bytes:
    """This computer's key, made when there is none. Raises InputError when it cannot be read or made."""
    path = own_folder("overlays") / KEY
    try:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOT_FOLLOWED, 0o600)
        except FileExistsError:
            key = path.read_bytes()
        else:
            key = secrets.token_bytes(KEY_BYTES)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
    except OSError as error:
        raise InputError(f"{path} cannot be used ({error.strerror}): make it readable, or delete it.") from error
    if len(key) != KEY_BYTES:
        raise InputError(f"{path} is damaged: delete it; what was learned before is then not known again here.")
    return key


def _tag(text: str, key: bytes) -> bytes:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)[:LENGTH]
