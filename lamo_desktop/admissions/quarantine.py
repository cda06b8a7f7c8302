"""Rows that were not scored, in the export's own layout: to be repaired in Excel and imported again as a workbook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lamo_desktop.admissions.cohort import Source
from lamo_desktop.admissions.flat import read_mapping
from lamo_desktop.admissions.folder import TableFolder
from lamo_desktop.admissions.headers import HeaderMapping
from lamo_desktop.admissions.profile import Profile, stated_profile
from lamo_desktop.admissions.repaired import REASON
from lamo_desktop.admissions.values import identifier
from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import Formulary

ROWS, ORDERS, HOME = "Quarantine", "Quarantine orders", "Quarantine home medications"
OF_QUARANTINED = "an order of a row on sheet Quarantine"
HOME_OF_QUARANTINED = "a home medication of a row on sheet Quarantine"
SAME_ADMISSION = "another row of the same admission"
MAIN_TABLE = {"eicu": "patient", "mimic3": "admissions", "mimic4": "admissions"}


@dataclass(frozen=True, slots=True)
class QuarantineTable:
    """One sheet: headers and rows as in the export, with the reason and place of each row as the first column."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def quarantine(
    path: Path, profile: Profile, headers: HeaderMapping | None, reasons: Mapping[str, str]
) -> tuple[QuarantineTable, ...]:
    """The rows whose address is in `reasons`, and the order rows of their admissions; nothing where there are none.

    `headers`: how a workbook or text table was read; None for a folder of tables.
    """
    if not reasons:
        return ()
    if headers is not None:
        return tuple(_of_workbook(headers, reasons))
    folder = TableFolder(path, profile)
    name = MAIN_TABLE[profile.kind]
    header, records = folder.records(name)
    rows = tuple(
        (_told(where, reasons[where]), *cells)
        for number, cells in records
        if (where := f"{folder.file(name)} row {number}") in reasons
    )
    return (QuarantineTable(ROWS, (REASON, *header), rows),)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """The sheets of a job's rows that were not scored, and `note`: which of these rows are not on them, and why."""

    tables: tuple[QuarantineTable, ...] = ()
    note: str = ""


def quarantined(
    source: Source, reasons: Mapping[str, str], formulary: Formulary, export: Path | None = None
) -> Quarantined:
    """The rows whose address is in `reasons`, read once more from the export that a cohort came from.

    `export`: where a person said that it is; otherwise it is looked for where it was. Only an export that has not
    changed since is read; of any other the note says so.
    """
    if not reasons:
        return Quarantined()
    try:
        path = export or _where_it_was(source)
        profile = stated_profile(source.kind, source.stated)
        _check_unchanged(path, profile, source)
        headers = read_mapping(path, profile, formulary)[0] if profile.kind == "flat" else None
        tables = quarantine(path, profile, headers, reasons)
    except (InputError, OSError) as error:
        why = str(error) if isinstance(error, InputError) else f"{Path(source.path).name} cannot be read."
        return Quarantined(note=f"The rows that were not scored are not repeated in this workbook: {why}")
    missing = len(reasons) - sum(not row[0].endswith(SAME_ADMISSION) for row in tables[0].rows)
    note = f"{missing:,} of the {len(reasons):,} rows that were not scored are not rows of its table, and not repeated."
    return Quarantined(tables, note if missing else "")


def _where_it_was(source: Source) -> Path:
    """Where the export was when it was read.

    A job file may come from anyone, and must not make the program ask a computer that its maker chose.
    """
    if not source.place or not source.kind:
        raise InputError("This job was made by an earlier version, which did not keep how its export is read.")
    if source.place.replace("\\", "/").startswith("//"):
        raise InputError(f"The export is on another computer ({source.place}), which is not asked for it.")
    return Path(source.place)


def _check_unchanged(path: Path, profile: Profile, source: Source) -> None:
    file, name = path, path.name
    if profile.kind != "flat":
        folder = TableFolder(path, profile)
        name = folder.file(MAIN_TABLE[profile.kind])
        file = path / name
    if not file.is_file():
        raise InputError(f"{name} is no longer in {file.parent}.")
    if sha256_of(file) != source.files.get(name):
        raise InputError(f"{name} in {file.parent} has changed since it was read.")


def _of_workbook(mapping: HeaderMapping, reasons: Mapping[str, str]) -> Iterator[QuarantineTable]:
    table = mapping.admissions
    columns = mapping.columns("admission_id")
    ids = [identifier("\n".join(cell for j in columns if (cell := table.cells[j][i]))) for i in range(len(table))]
    ids = ids if columns else list(map(mapping.row_name, range(len(table))))
    listed = {i: reasons[where] for i in range(len(table)) if (where := table.where(i)) in reasons}
    names = {ids[i] for i in listed} - {""}
    if mapping.long_form:
        listed |= {i: SAME_ADMISSION for i, name in enumerate(ids) if name in names and i not in listed}
    rows = ((_told(table.where(i), listed[i]), *(column[i] for column in table.cells)) for i in sorted(listed))
    yield QuarantineTable(ROWS, (REASON, *table.columns), tuple(rows))
    orders, column = mapping.orders, mapping.order_column("admission_id")
    if orders is not None and column is not None:
        belonging = (i for i, name in enumerate(orders.cells[column]) if identifier(name) in names)
        ordered = ((_told(orders.where(i), OF_QUARANTINED), *(cells[i] for cells in orders.cells)) for i in belonging)
        yield QuarantineTable(ORDERS, (REASON, *orders.columns), tuple(ordered))
    if mapping.home is not None:
        home = mapping.home.table
        own = (i for i, name in enumerate(home.cells[mapping.home.admission]) if identifier(name) in names)
        taken = ((_told(home.where(i), HOME_OF_QUARANTINED), *(cells[i] for cells in home.cells)) for i in own)
        yield QuarantineTable(HOME, (REASON, *home.columns), tuple(taken))


def _told(where: str, reason: str) -> str:
    return reason if reason.startswith(where) else f"{where}: {reason}"
