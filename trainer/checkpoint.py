"""A run's state on disk, written whole or not at all, so that a run killed at any moment goes on exactly."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from lamo_desktop.errors import InputError, ModelError

FILE = "checkpoint.pt"


def save_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Write `state` (numbers, text, lists, tables and tensors) into a run's folder.

    Raises ModelError when the disk is full or cannot be written; the checkpoint before is then still whole.
    """
    with replacing(folder / FILE) as scratch, scratch.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())


def load_checkpoint(folder: Path, identity: str) -> dict[str, Any] | None:
    """The state to go on from, None when the run has none yet.

    Raises InputError when the folder holds a run of other data, base, recipe or groups, or a damaged checkpoint.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        found = state["identity"]
    except Exception as error:  # torch raises many kinds for a file that is not its own
        raise InputError(f"{path} is damaged: name another folder to start anew.") from error
    if found != identity:
        raise InputError(f"{folder} holds a run of other data, base or recipe: name another folder.")
    return state


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A scratch file beside `path` that takes its name when the block ends well. Raises ModelError on a full disk."""
    scratch = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield scratch
        scratch.replace(path)
    except (OSError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "write" not in str(error).lower():
            raise  # torch reports a failed write as a RuntimeError
        reason = "the disk is full"
        if isinstance(error, OSError) and error.errno != errno.ENOSPC:
            reason = str(error.strerror or error)
        raise ModelError(f"{path} could not be written: {reason}; what was saved before is still whole.") from error
    finally:
        scratch.unlink(missing_ok=True)
