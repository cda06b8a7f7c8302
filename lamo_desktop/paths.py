"""Where files live: what ships with the program, and what belongs to the user."""

import os
import sys
from pathlib import Path


def resources() -> Path:
    """The `resources` folder: beside the executable in a bundle, else at the top of the source tree."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parent.parent
    return root / "resources"


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


def base_weight_folders(package: Path) -> list[Path]:
    """Folders searched for base weights, in order: the package itself, the program's, the user's."""
    return [package, resources() / "models", data_dir() / "models"]
