"""Where files live: what ships with the program, and what belongs to the user."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lamo_desktop.errors import InputError


def resources() -> Path:
    """The `resources` folder: inside a bundle, at the top of the source tree, or where an installed wheel puts it."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parent.parent
    installed = Path(sys.prefix) / "share" / "lamo-desktop" / "resources"
    return installed if installed.is_dir() and not (root / "resources").is_dir() else root / "resources"


def resource(name: str) -> Path:
    """Path of one shipped file, for example `resource("formulary/ingredients.csv")`."""
    return resources() / name


def data_dir() -> Path:
    """The user's own folder (created when absent): saved profiles, derived weights. `LAMO_DATA_DIR` overrides it.

    Raises InputError when it cannot be made.
    """
    folder = _data_dir()
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def own_folder(*names: str) -> Path:
    """A folder in the user's own ("jobs"), made when absent, for its owner only. Raises InputError as `data_dir`."""
    folder = data_dir()
    for name in names:
        folder = folder / name
        with _explained(folder):
            folder.mkdir(0o700, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(errno.EACCES, "it is read-only")
    return folder


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"The program's own folder {folder} cannot be used ({error.strerror}): "
            "set LAMO_DATA_DIR to a folder that you can write to."
        ) from error


def _data_dir() -> Path:
    chosen = os.environ.get("LAMO_DATA_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "LAMO Desktop"
    shared = Path(os.environ.get("XDG_DATA_HOME", ""))  # the specification has an empty or a relative one ignored
    return (shared if shared.is_absolute() else Path.home() / ".local" / "share") / "lamo-desktop"


def engine_folder() -> Path | None:
    """A folder with another build of llama.cpp, made for a GPU; None: the program's own.

    `LAMO_LLAMA_LIB` names it (empty: none); without that it is `gpu` beside the executables of a bundle, if there.
    """
    chosen = os.environ.get("LAMO_LLAMA_LIB")
    if chosen is not None:
        return Path(chosen) if chosen else None
    beside = Path(sys.executable).parent / "gpu"
    return beside if getattr(sys, "frozen", False) and beside.is_dir() else None


def base_weight_folders(package: Path) -> list[Path]:
    """Folders searched for base weights, in order: the package itself, the program's, the user's."""
    return [package, resources() / "models", _data_dir() / "models"]
