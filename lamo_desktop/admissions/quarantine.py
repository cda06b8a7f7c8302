"""Rows that were not scored, in the export's own layout: to be repaired in Excel and imported again as a workbook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lamo_desktop.admissions.flat_orders import identifier
from lamo_desktop.admissions.folder import TableFolder
from lamo_desktop.admissions.headers import HeaderMapping
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.admissions.repaired import REASON

ROWS, ORDERS = "Quarantine", "Quarantine orders"
OF_QUARANTINED = "an order of a row on sheet Quarantine"
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


def _of_workbook(mapping: HeaderMapping, reasons: Mapping[str, str]) -> Iterator[QuarantineTable]:
    table = mapping.admissions
    columns = mapping.columns("admission_id")
    ids = [identifier("\n".join(cell for j in columns if (cell := table.cells[j][i]))) for i in range(len(table))]
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


def _told(where: str, reason: str) -> str:
    return reason if reason.startswith(where) else f"{where}: {reason}"
