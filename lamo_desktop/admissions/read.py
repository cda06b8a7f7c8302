"""The one door of this room: a path in, a Cohort out, whatever the export looks like."""

import csv
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.eicu import read_eicu
from lamo_desktop.admissions.flat import read_flat
from lamo_desktop.admissions.folder import find_tables, read_header
from lamo_desktop.admissions.mapping import Export, flat_tables, folder_tables
from lamo_desktop.admissions.mimic import read_mimic
from lamo_desktop.admissions.not_understood import not_understood
from lamo_desktop.admissions.profile import Profile, load_profile
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary

Progress = Callable[[str, float], None]


def read_cohort(
    path: Path,
    formulary: Formulary,
    profile: str | Path | None = None,
    progress: Progress | None = None,
    order_window: str | None = None,
    encoding: str | None = None,
) -> Cohort:
    """The cohort of a workbook, a text table or a folder of published tables.

    `profile` is a name or a YAML file; None finds it by what is there. `progress(what, fraction)` is called as reading
    goes on. Raises InputError, in one sentence, for anything that cannot be used; an export without a single eligible
    admission is such a thing, and the sentence says at which step the last ones left.
    """
    cohort = read_export(path, formulary, profile, progress, order_window, encoding).cohort
    if not cohort.admissions:
        raise InputError(nobody_left(cohort))
    return cohort


def read_export(
    path: Path,
    formulary: Formulary,
    profile: str | Path | None = None,
    progress: Progress | None = None,
    order_window: str | None = None,
    encoding: str | None = None,
) -> Export:
    """Like `read_cohort`, with how the export was read; the cohort may be empty, so that one can be told why.

    `order_window` ("-24..24" in hours from admission, or "all") and `encoding` are taken instead of the profile's.
    """
    progress = progress or (lambda what, fraction: None)
    path = Path(path)
    if not path.exists():
        raise InputError(f"There is no file or folder {path.name!r} at the given place.")
    chosen = load_profile(profile) if profile is not None else load_profile(detect_kind(path))
    profile_in_use = chosen.changed(order_window, encoding)
    export = _read(path, profile_in_use, formulary, progress)
    progress("admissions read", 1.0)
    source = replace(
        export.cohort.source,
        place=str(path.resolve()),
        kind=profile_in_use.kind,
        stated=profile_in_use.stated(),
    )
    admissions = [table for table in export.tables if table.role == "admissions"] if export.headers else []
    held = Counter(column.field for table in export.tables for column in table.columns)
    columns = {column.field: column for table in admissions for column in table.columns if held[column.field] == 1}
    unknown = not_understood(export.cohort.admissions, formulary, columns)
    return replace(export, cohort=replace(export.cohort, source=source, not_understood=unknown))


def nobody_left(cohort: Cohort) -> str:
    """The sentence for an export without a single eligible admission."""
    asked = "".join(f"; {p.where}: {p.message}" for p in cohort.problems if p.severity == "error" and not p.question)
    return f"{Path(cohort.source.path).name}: no admission is left to work on{_last_loss(cohort)}{asked}."


def detect_kind(path: Path) -> str:
    """The profile kind of an export: a file is "flat"; a folder is told by its tables.

    Raises InputError when it is neither.
    """
    if path.is_file():
        if path.suffix.casefold() in {".zip", ".7z", ".rar", ".tar", ".tgz"}:
            raise InputError(f"{path.name} is an archive; unpack it and give the folder.")
        return "flat"
    tables = find_tables(path)
    if "patient" in tables:
        return "eicu"
    if {"patients", "admissions"} <= tables.keys():
        return "mimic4" if _has_column(tables["patients"], "anchor_age") else "mimic3"
    if not tables:
        raise InputError(
            f"The folder {path.name!r} holds no table (.csv or .csv.gz); give a workbook file or a folder of tables."
        )
    raise InputError(
        f"The folder {path.name!r} is not recognised: expected the tables of eICU (patient, diagnosis, medication) or "
        f"MIMIC (patients, admissions); for a workbook or a single table give the file itself, or name a profile."
    )


def _has_column(table: Path, name: str) -> bool:
    try:
        return name in {column.strip().casefold() for column in read_header(table)[0]}
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error):
        return False  # reading the table will say what is wrong with it


def _read(path: Path, profile: Profile, formulary: Formulary, progress: Progress) -> Export:
    if profile.kind == "flat":
        if path.is_dir():
            raise InputError(f"The profile {profile.name} reads a workbook or a text table; {path.name!r} is a folder.")
        cohort, mapping = read_flat(path, profile, formulary, progress)
        return Export(cohort, profile, flat_tables(mapping, profile), mapping)
    if not path.is_dir():
        raise InputError(f"The profile {profile.name} reads a folder of tables; {path.name!r} is a file.")
    reader = read_eicu if profile.kind == "eicu" else read_mimic
    return Export(reader(path, profile, formulary, progress), profile, folder_tables(path, profile))


def _last_loss(cohort: Cohort) -> str:
    """Where the last admissions left, for the message; empty when there is nothing to say."""
    losses = [step for step in cohort.attrition if step.removed]
    if not losses:
        return ""
    last = losses[-1]
    return f" after the step '{last.step}' ({last.removed:,} removed: {last.reason})"
