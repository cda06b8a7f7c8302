"""Orders of a flat export: in a cell of the admission's own row, or one per row on a second sheet."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lamo_desktop.admissions.cohort import Problem, Severity
from lamo_desktop.admissions.headers import HeaderMapping
from lamo_desktop.admissions.order_mapper import OrderMapper, Orders
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import is_unknown, parse_date, split_list
from lamo_desktop.errors import row_fault

UNKNOWN_ADMISSION = "the admission is not among the rows read"
NO_DRUG = "the drug is missing"
NO_TIME = "the order's start or the admission date cannot be read, and the profile counts the first hours only"


@dataclass(slots=True)
class Ordered(Orders):
    """The orders of one row's admission, when it began, and where and why one of them could not be read."""

    admitted: datetime | None = None
    failed: str = ""


class OrderReader:
    """Reads the orders of a flat export, each distinct cell once."""

    def __init__(self, mapper: OrderMapper) -> None:
        self.mapper = mapper
        self._cells: dict[str, list[str]] = {}

    def add_cell(self, ordered: Ordered, cell: str) -> None:
        """Add what a cell that may list several drugs orders."""
        if cell not in self._cells:
            self._cells[cell] = self._drugs_in(cell)
        for drug in self._cells[cell]:
            self.mapper.add(ordered, [drug])

    def _drugs_in(self, cell: str) -> list[str]:
        """Entries of a cell; a comma separates only where everything between the commas has a known name."""
        entries: list[str] = []
        for entry in split_list(cell):
            pieces = [piece.strip() for piece in entry.split(",") if piece.strip()]
            named = len(pieces) > 1 and all(self.mapper.read([piece]).ingredients for piece in pieces)
            entries += pieces if named else [entry]
        return entries

    def add_sheet(
        self, mapping: HeaderMapping, admissions: Mapping[str, Ordered | None], profile: Mapping[str, Any]
    ) -> list[Problem]:
        """Add the orders of the second sheet, if there is one; the problems count the rows not used, by reason.

        `admissions`: every admission id of the file; None for those set aside, whose orders need no mention.
        """
        table, hours = mapping.orders, int(profile["order_hours"])
        if table is None:
            return []
        ids, drugs, starts = (_cells(mapping, table, name) for name in ("admission_id", "order_drug", "order_start"))
        unused: dict[str, list[int]] = defaultdict(list)
        for i, (name, drug) in enumerate(zip(ids, drugs, strict=True)):
            key = identifier(name)
            ordered = admissions.get(key)
            if key not in admissions:
                unused[UNKNOWN_ADMISSION].append(i)
            elif is_unknown(drug):
                unused[NO_DRUG].append(i)
            elif ordered is not None:
                try:
                    reason = _untimely(starts[i], ordered.admitted, hours, profile) if hours else ""
                    if reason:
                        unused[reason].append(i)
                    else:
                        self.mapper.add(ordered, [drug])
                except Exception as error:  # without this order the admission's label would be wrong
                    ordered.failed = f"{table.where(i)}: {row_fault(error)}"
        return [_unused(table, reason, rows) for reason, rows in unused.items()]


def identifier(text: str) -> str:
    """An identifier as text, without the ".0" of a number that passed through a spreadsheet."""
    return re.sub(r"^(\d+)\.0+$", r"\1", text.strip())


def _cells(mapping: HeaderMapping, table: Table, name: str) -> list[str]:
    column = mapping.order_column(name)
    return [""] * len(table) if column is None else table.cells[column]


def _untimely(start: str, admitted: datetime | None, hours: int, profile: Mapping[str, Any]) -> str:
    """Why an order does not count among those of the first hours; "" when it does."""
    try:
        begins = parse_date(start, profile["date_order"])
    except ValueError:
        begins = None
    if begins is None or admitted is None:
        return NO_TIME
    return f"they start later than {hours} hours after admission" if begins > admitted + timedelta(hours=hours) else ""


def _unused(table: Table, reason: str, rows: list[int]) -> Problem:
    severity: Severity = "info" if reason.startswith("they start") else "warning"
    if len(rows) == len(table):
        severity = "error"
    return Problem(
        table.title, f"order rows not used because {reason}: {len(rows):,} (first: {table.where(rows[0])})", severity
    )
