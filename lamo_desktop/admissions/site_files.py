"""What a site keeps in the user's own folder: import profiles, confirmed drug names, drug knowledge."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.paths import data_dir, own_folder

if TYPE_CHECKING:
    from lamo_desktop.admissions.mapping import Export
    from lamo_desktop.formulary.site_names import SiteName

SUFFIX = ".yaml"
_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]')  # what a file name must not have on any system
_RESERVED = frozenset({"eicu", "mimic3", "mimic4", "flat"})


def profiles_folder() -> Path:
    """Where profiles are found by their name, by the window and by `lamo --profile`."""
    return own_folder("profiles")


def own_profiles() -> list[Path]:
    """The user's profiles, by name."""
    return sorted(profiles_folder().glob(f"*{SUFFIX}"), key=lambda path: path.stem.casefold())


def save_own_profile(export: "Export", name: str) -> Path:
    """Keep how an export was read under a name; a profile of that name is replaced, as a whole or not at all.

    Raises InputError for a name that cannot be one, a full disk and a folder that cannot be written to.
    """
    from lamo_desktop.admissions.mapping import save_profile

    name = name.strip().removesuffix(SUFFIX).strip(" .")
    if not name or _UNFIT.search(name) or len(name) > 80:
        raise InputError("A profile's name has 1 to 80 characters and none of < > : \" / \\ | ? *")
    if name.casefold() in _RESERVED:
        raise InputError(f"“{name}” is the name of a profile that comes with the program: choose another name.")
    target = profiles_folder() / f"{name}{SUFFIX}"
    with replacing(target) as scratch:
        named = scratch.parent / target.name  # the name of the file becomes the name of the profile
        save_profile(export, named)
        scratch.write_bytes(named.read_bytes())
    return target


def write_profile(path: Path, data: Mapping[str, Any]) -> None:
    """A profile as a file. Raises InputError when it cannot be written."""
    from lamo_desktop.safe_load import yaml_text

    with replacing(path) as scratch:
        scratch.write_text(yaml_text(dict(data)), encoding="utf-8")


def names_file() -> Path:
    """The drug names that people at this site have confirmed; used for every export that the window reads."""
    return data_dir() / "names.csv"


def used_names() -> Path | None:
    """The same, None while nobody has confirmed any."""
    return names_file() if names_file().is_file() else None


def knowledge_folder() -> Path:
    """The site's own tables of drug knowledge; used for every list that the window shows."""
    return data_dir() / "knowledge"


def used_knowledge() -> Path | None:
    """The same, None while there is none."""
    return knowledge_folder() if any(knowledge_folder().glob("*.csv")) else None


def keep_knowledge(source: Path) -> tuple[str, ...]:
    """Take over a site's tables from a folder, in place of all that were kept; returns their names.

    Raises InputError when one cannot be used, and then what was kept stays, or when they cannot be written.
    """
    from lamo_desktop.formulary import load_formulary
    from lamo_desktop.formulary.knowledge import load_drug_knowledge, tables_of

    tables = tables_of(source)
    load_formulary(knowledge=source)
    load_drug_knowledge(source)
    folder = own_folder("knowledge")
    for name, path in tables.items():
        content = path.read_bytes()
        with replacing(folder / name) as scratch:
            scratch.write_bytes(content)
    for left in folder.glob("*.csv"):
        if left.name not in tables:
            left.unlink()
    return tuple(tables)


def forget_knowledge() -> None:
    """Go back to the shipped tables."""
    for path in knowledge_folder().glob("*.csv"):
        path.unlink()


def kept_names() -> "list[SiteName]":
    """What has been confirmed so far. Raises InputError for a file that cannot be read."""
    from lamo_desktop.formulary.site_names import confirmed_names

    return confirmed_names(names_file()) if names_file().is_file() else []


def keep_names(names: "Iterable[SiteName]") -> None:
    """Replace what has been confirmed, as a whole or not at all; without any name the file is deleted.

    Raises InputError when the file cannot be written.
    """
    from lamo_desktop.formulary.site_names import write_site_names

    listed = list(names)
    if not listed:
        names_file().unlink(missing_ok=True)
        return
    with replacing(names_file()) as scratch:
        write_site_names(scratch, listed)
