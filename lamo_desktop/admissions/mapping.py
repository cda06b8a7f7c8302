"""How an export was read, table by table and column by column, for a person to confirm and to save as a profile."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.column_cells import Match
from lamo_desktop.admissions.folder import find_tables, header_of
from lamo_desktop.admissions.headers import HeaderMapping
from lamo_desktop.admissions.profile import Profile, differences, load_profile
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.workbook_scan import column_letter
from lamo_desktop.errors import InputError
from lamo_desktop.safe_load import yaml_text

LABEL = "label"  # a column kept as a subgroup label
CLOCK = "time_of_day"  # a column joined with that of its date
HOME = "home medications"  # the role of a sheet
FINDING = "finding"  # a column with a measured value or a state
OF_FINDINGS = frozenset(  # tables that are named only where they say something
    (
        "apache",
        "apache_prediction",
        "respiratory_care",
        "blood_pressure",
        "body",
        "laboratory",
        "laboratory_items",
        "charted",
        "charted_items",
        "charted_procedures",
    )
)


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """One field and the column that holds it. No column: `header` is what was looked for, `confidence` 0, no letter.

    `confidence` is 1 for a synonym or the profile's own word, less the more had to be assumed (see `Vocabulary`).
    """

    field: str
    letter: str
    header: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ReadTable:
    """One table as it was found: `name` is its sheet or file, `form` the file's kind, encoding and delimiter.

    `rows` is None where rows are counted by the attrition table only. A table that is not there has no `form`.
    """

    name: str
    role: str
    form: str
    header_row: int
    rows: int | None
    columns: tuple[ReadColumn, ...]
    missing: tuple[str, ...] = ()  # fields that no column holds
    unused: tuple[str, ...] = ()  # headers of the columns of a flat file's table that nothing is taken from


@dataclass(frozen=True, slots=True)
class Export:
    """An export as read: the cohort (which may be empty), the profile and tables it came from.

    `headers` is the mapping of a flat file with its cells; None for a folder of published tables.
    """

    cohort: Cohort
    profile: Profile
    tables: tuple[ReadTable, ...]
    headers: HeaderMapping | None = None


def flat_tables(mapping: HeaderMapping, profile: Profile) -> tuple[ReadTable, ...]:
    """The admissions table and, where there is one, the orders table of a flat file."""
    of_findings = [each.column for each in mapping.findings.columns]
    beside = [*_beside(mapping.admissions, CLOCK, mapping.clocks), *_beside(mapping.admissions, FINDING, of_findings)]
    beside += _beside(mapping.admissions, LABEL, mapping.labels)
    mapped = sorted(mapping.matches, key=_place)
    held = {match.field for match in (*mapped, *mapping.order_matches)}
    if mapping.home is not None:
        held.add("medications_on_admission")
    missing = tuple(name for name in profile.data["synonyms"] if name not in held and not name.startswith("order_"))
    tables = [_flat_table(mapping.admissions, "admissions", [*mapped, *beside], missing)]
    if mapping.orders is not None:
        gone = tuple(name for name in ("order_start",) if name not in held)
        timed = _beside(mapping.orders, CLOCK, mapping.order_clocks)
        tables.append(_flat_table(mapping.orders, "orders", [*mapping.order_matches, *timed], gone))
    if mapping.home is not None:
        home = mapping.home
        matches = [
            Match(name, column, home.table.columns[column], 1.0)
            for name, column in (("admission_id", home.admission), ("medications_on_admission", home.drug))
        ]
        tables.append(_flat_table(home.table, HOME, sorted(matches, key=_place), ()))
    return tuple(tables)


def _flat_table(table: Table, role: str, matches: list[Match], missing: tuple[str, ...]) -> ReadTable:
    columns = tuple(ReadColumn(m.field, table.letters[m.column], m.header, m.confidence) for m in matches)
    used = {match.column for match in matches}
    unused = tuple(header for column, header in enumerate(table.columns) if column not in used)
    return ReadTable(table.title, role, table.form, table.header_row, len(table), columns, missing, unused)


def _beside(table: Table, field: str, columns: Iterable[int]) -> list[Match]:
    """Columns that serve for something which is no field of its own."""
    return [Match(field, column, table.columns[column], 1.0) for column in sorted(columns)]


def folder_tables(path: Path, profile: Profile) -> tuple[ReadTable, ...]:
    """The tables of a folder that a profile names, with the columns their headers have; absent tables too."""
    files = find_tables(path)
    tables = []
    for name, spec in profile.tables().items():
        file = files.get(spec.file.casefold())
        wanted = {**spec.columns, **spec.optional}
        if file is None and name in OF_FINDINGS:
            continue
        if file is None:
            tables.append(ReadTable(f"{spec.file}.csv", name, "", 0, None, (), tuple(wanted)))
            continue
        header, form = header_of(file)
        places = {text.strip().casefold(): place for place, text in reversed(list(enumerate(header)))}
        found = {field: places.get(column.casefold()) for field, column in wanted.items()}
        columns = tuple(
            ReadColumn(field, column_letter(place), header[place].strip(), 1.0)
            for field, place in found.items()
            if place is not None
        )
        if name in OF_FINDINGS and not any(column.field in spec.optional for column in columns) and spec.optional:
            continue
        missing = tuple(field for field, place in found.items() if place is None)
        tables.append(ReadTable(file.relative_to(path).as_posix(), name, form, 1, None, columns, missing))
    return tuple(tables)


def save_profile(export: Export, path: Path) -> None:
    """Write how an export was read as the user's own profile (YAML), to be given as `--profile` or shared.

    What the profile used had changed from the shipped one (date order, eligibility rules, synonyms) is kept. A folder's
    profile names all its tables and columns. Raises OSError when it cannot be written.
    """
    if path.suffix.casefold() not in {".yaml", ".yml"}:
        raise InputError(f"{path.name} must end in .yaml, or it cannot be given as a profile.")
    kind = export.profile.kind
    data: dict[str, Any] = {"kind": kind, "name": path.stem}
    data |= differences(export.profile.data, load_profile(kind).data)
    data |= {"name": path.stem} | _as_read(export)
    path.write_text(yaml_text(data), encoding="utf-8")


def _as_read(export: Export) -> dict[str, Any]:
    if export.headers is None:
        return {"tables": export.profile.data["tables"]}
    mapping = export.headers
    columns: dict[str, Any] = dict.fromkeys(export.profile.data["columns"], "")  # a field taken out stays out
    for name in dict.fromkeys(match.field for match in (*mapping.matches, *mapping.order_matches)):
        found = sorted((m for m in (*mapping.matches, *mapping.order_matches) if m.field == name), key=_place)
        headers = list(dict.fromkeys(match.header for match in found))
        # With one row per order the column holds a drug each, and ids may repeat.
        field = "order_drug" if name == "orders" and mapping.long_form and len(headers) == 1 else name
        columns[field] = headers if len(headers) > 1 else headers[0]
    sheets = {
        "admissions": mapping.admissions.sheet,
        "orders": mapping.orders.sheet if mapping.orders else "",
        "home_medications": mapping.home.table.sheet if mapping.home else "",
    }
    return {"columns": columns, "sheets": sheets, "date_order": export.profile.data["date_order"]}


def _place(match: Match) -> int:
    return match.column
