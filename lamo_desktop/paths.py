"""Where files live: what ships with the program, and what belongs to the user."""

import os
import sys
from pathlib import Path


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
    """The user's own folder (created when absent): saved profiles, derived weights. `LAMO_DATA_DIR` overrides it."""
    chosen = os.environ.get("LAMO_DATA_DIR")
    if chosen:
        folder = Path(chosen)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "LAMO Desktop"
    else:
        folder = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "lamo-desktop"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
    return [package, resources() / "models", data_dir() / "models"]
