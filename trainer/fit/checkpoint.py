"""A run's state on disk, written whole or not at all, so that a run killed at any moment goes on exactly."""

from pathlib import Path
from typing import Any

import torch

from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing

FILE = "checkpoint.pt"


def save_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Write `state` (numbers, text, lists, tables and tensors) into a run's folder.

    Raises InputError when the disk is full or cannot be written; the checkpoint before is then still whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(folder / FILE) as scratch, scratch.open("wb") as file:
            torch.save(state, file)
    except RuntimeError as error:
        if "write" not in str(error).lower():
            raise
        raise InputError(
            f"{folder / FILE} was not written: the disk is full; the one before is still whole."
        ) from error


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
