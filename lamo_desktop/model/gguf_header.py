"""Reads the text values of a GGUF file's header, so that a wrong file is refused before llama.cpp sees it.

The layout is that of the GGUF specification, versions 2 and 3, little-endian: magic, version, tensor count, number of
key-value pairs, then the pairs (key, type, value).
"""

import struct
from pathlib import Path
from typing import BinaryIO

from lamo_desktop.errors import ModelError

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # bytes per value, by GGUF type number
_STRING, _ARRAY = 8, 9
_LONGEST_STRING = 1 << 26  # chat templates are long; a longer "string" means the file is not what it says


def header_strings(path: Path) -> dict[str, str]:
    """The header's string values before its first array, for example {"general.architecture": "llama"}.

    Writers put the `general.` and architecture keys first and the tokenizer's long arrays last, so stopping there keeps
    this instant for any size of file. Raises ModelError when the file is not a GGUF file this program can read.
    """
    values = {}
    try:
        with path.open("rb") as file:
            magic, version, _, pairs = struct.unpack("<4sIQQ", _exactly(file, 24))
            if magic != b"GGUF" or version not in (2, 3):
                raise ValueError
            for _ in range(pairs):
                key, (kind,) = _string(file), struct.unpack("<I", _exactly(file, 4))
                if kind == _STRING:
                    values[key] = _string(file)
                elif kind == _ARRAY:
                    break
                else:
                    _exactly(file, _SIZES[kind])
    except OSError as error:
        raise ModelError(f"The model file {path.name} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, struct.error) as error:
        raise ModelError(f"The model file {path.name} is damaged or not a GGUF file.") from error
    return values


def _string(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", _exactly(file, 8))
    if length > _LONGEST_STRING:
        raise ValueError
    return _exactly(file, length).decode("utf-8")


def _exactly(file: BinaryIO, size: int) -> bytes:
    read = file.read(size)
    if len(read) < size:
        raise ValueError
    return read
