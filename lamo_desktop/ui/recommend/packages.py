"""Which model packages the window offers: the embedded one and the folders a person added, remembered."""

from pathlib import Path

from lamo_desktop.ui.settings import settings

_ADDED, _CHOSEN = "model/added", "model/chosen"


def added() -> list[Path]:
    """Folders that were added, as far as they are still there."""
    found = settings().value(_ADDED)  # QSettings gives a list of one back as its text
    texts = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return [path for path in map(Path, dict.fromkeys(texts)) if path.is_dir()]


def add(folder: Path) -> None:
    """Remember a folder."""
    folders = [str(path) for path in added()]
    if str(folder) not in folders:
        settings().setValue(_ADDED, [*folders, str(folder)])


def chosen() -> Path | None:
    """The package used last, None for the embedded one; also when its folder is gone."""
    text = str(settings().value(_CHOSEN, "", type=str))
    return Path(text) if text and Path(text).is_dir() else None


def choose(folder: Path | None) -> None:
    """Remember which package is used."""
    if folder is not None:
        settings().setValue(_CHOSEN, str(folder))
    elif settings().contains(_CHOSEN):
        settings().remove(_CHOSEN)
