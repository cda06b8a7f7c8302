"""Orders of a flat export: in a cell of the admission's own row, or one per row on a second sheet."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lamo_desktop.admissions.cohort import Problem, Question, Severity
from lamo_desktop.admissions.headers import HeaderMapping
from lamo_desktop.admissions.order_mapper import OrderMapper, Orders
from lamo_desktop.admissions.order_overlap import Span
from lamo_desktop.admissions.order_start import NO_COLUMN, OrderStarts, asks_date_order, order_starts
from lamo_desktop.admissions.order_status import CANCELLED, OrderStatuses, StatusWords
from lamo_desktop.admissions.order_window import DAY, OrderWindow, parse_span
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import identifier, is_unknown, split_list
from lamo_desktop.errors import row_fault
from lamo_desktop.formulary.text import is_measure

UNKNOWN_ADMISSION = "the admission is not among the rows read"
NO_DRUG = "the drug is missing"
NO_TIME = "the order's start or the admission date cannot be read"
IN_A_CELL = "orders in a cell of the admission's row have no time of their own"
SHORTEST_NAME = 5  # letters of a word that may name a drug
SHORTEST_CHINESE = 2  # the same in characters
WHOLE_STAYS = "whole stays are compared with a first-day question"


@dataclass(slots=True)
class Ordered(Orders):
    """The orders of one row's admission, when it began, and where and why one of them could not be read.

    `by_day`: the admission's date has no time of day.
    """

    admitted: datetime | None = None
    by_day: bool = False
    failed: str = ""
    spans: list[tuple[Sequence[str], str, Span]] = field(default_factory=list)  # where it is known when orders end


class OrderReader:
    """Reads the orders of a flat export that start in the window, each distinct cell once, and counts the others."""

    def __init__(self, mapper: OrderMapper, mapping: HeaderMapping, profile: Profile) -> None:
        self.mapper = mapper
        self._window = profile.order_window()
        self._table = mapping.orders or mapping.admissions
        self._starts, self._reason = _starts(mapping, self._table, profile.data)
        column = _column(mapping, "order_start") if self._starts is None and self._reason != IN_A_CELL else None
        asks = column is not None and asks_date_order(self._table, column, profile.data)
        self._question: Question = "date order" if asks else ""
        self._ends, self._no_ends = _ends(mapping, self._table, profile.data, self._starts)
        self._statuses = _statuses(mapping, self._table, profile.data)
        self._cells: dict[str, list[str]] = {}
        self._rows = self._by_day = 0
        self._unused: dict[str, list[int]] = defaultdict(list)

    def add_row(self, ordered: Ordered, row: int, cell: str) -> None:
        """Add what a row of the admissions table orders: a list of drugs, or the one of this row."""
        if cell not in self._cells:
            self._cells[cell] = self._drugs_in(cell)
        drugs = self._cells[cell]
        if drugs and self._stands(row, drugs) and self._counts(ordered, row):
            for drug in drugs:
                self._add(ordered, row, drug)

    def _drugs_in(self, cell: str) -> list[str]:
        """Entries of a cell; a comma separates only where all between the commas are drugs or may be."""
        entries: list[str] = []
        for entry in split_list(cell):
            pieces = [piece.strip() for piece in entry.split(",") if piece.strip()]
            known = [bool(self.mapper.read([piece]).ingredients) for piece in pieces]
            drugs = all(here or _may_be_drug(piece) for here, piece in zip(known, pieces, strict=True))
            entries += pieces if drugs and sum(known) >= 2 else [entry]
        return entries

    def add_sheet(self, mapping: HeaderMapping, admissions: Mapping[str, Ordered | None]) -> None:
        """Add the orders of the second sheet, if there is one.

        `admissions`: every admission id of the file; None for those set aside, whose orders need no mention.
        """
        table = mapping.orders
        if table is None:
            return
        ids, drugs = (_cells(mapping, table, name) for name in ("admission_id", "order_drug"))
        for i, (name, drug) in enumerate(zip(ids, drugs, strict=True)):
            key = identifier(name)
            ordered = admissions.get(key)
            if key not in admissions:
                self._unused[UNKNOWN_ADMISSION].append(i)
            elif is_unknown(drug):
                self._unused[NO_DRUG].append(i)
            elif ordered is not None:
                try:
                    if self._stands(i, [drug]) and self._counts(ordered, i):
                        self._add(ordered, i, drug)
                except Exception as error:  # without this order the admission's label would be wrong
                    ordered.failed = f"{table.where(i)}: {row_fault(error)}"

    def _add(self, ordered: Ordered, row: int, drug: str) -> None:
        self.mapper.add(ordered, [drug])
        if self._ends is not None and self._starts is not None:
            start = self._starts.minutes(row, ordered.admitted)
            end = self._ends.minutes(row, ordered.admitted, DAY)
            ordered.spans.append(([drug], "", (-math.inf if start is None else start, end)))

    def _stands(self, row: int, drugs: Sequence[str]) -> bool:
        """Whether the order of a row was not cancelled; a cancelled one is counted with the excluded texts."""
        if self._statuses is None or not self._statuses.cancelled(row):
            return True
        for drug in drugs:
            self.mapper.excluded[CANCELLED, drug] += 1
        return False

    def _counts(self, ordered: Ordered, row: int) -> bool:
        """Whether the order of a row starts in the window; where nothing tells, every order counts."""
        self._rows += 1
        if self._window.whole_stay or self._starts is None:
            return True
        within = self._starts.within(row, ordered.admitted, ordered.by_day, self._window)
        if within is None:
            self._unused[NO_TIME].append(row)
        elif not within:
            self._unused[_outside(self._window)].append(row)
        self._by_day += within is not None and self._starts.by_day(row, ordered.by_day)
        return bool(within)

    @property
    def whole_stays(self) -> bool:
        """Whether orders of the whole stay count, by choice or because nothing says when they start."""
        return self._window.whole_stay or self._starts is None

    def account(self) -> str:
        """Which orders count, in words, and how many did not."""
        if self._starts is None and not self._window.whole_stay:
            return f"all orders of the stay, since {self._reason}"
        outside, untimed = len(self._unused[_outside(self._window)]), len(self._unused[NO_TIME])
        return self._window.account(self._rows - outside - untimed, outside, bool(self._by_day), untimed)

    def problems(self) -> list[Problem]:
        """The rows not used, by reason, and that whole stays are compared where they are."""
        found = [_unused(self._table, reason, rows) for reason, rows in self._unused.items() if rows]
        if self._starts is None and not self._window.whole_stay and self._rows:
            found.append(Problem(self._table.title, f"{WHOLE_STAYS}: {self._reason}", question=self._question))
        if self._no_ends:
            found.append(Problem(self._table.title, f"{self._no_ends}: every order is taken to go on", "info"))
        if self._starts is not None and self._starts.said:
            found.append(Problem(self._starts.where, self._starts.said, "info"))
        return found + (self._statuses.problems() if self._statuses else [])


def _may_be_drug(piece: str) -> bool:
    """Whether a piece of text begins with a word that could name a drug, and not with a dose or a route."""
    first = piece.split()[0].casefold()
    shortest = SHORTEST_CHINESE if "\u4e00" <= first[0] <= "\u9fff" else SHORTEST_NAME
    return len(first) >= shortest and first.isalpha() and not is_measure(first)


def _starts(mapping: HeaderMapping, table: Table, profile: Mapping[str, Any]) -> tuple[OrderStarts | None, str]:
    """How the starts of the orders are read, or the reason why they cannot be."""
    if mapping.orders is None and not mapping.long_form:
        return None, IN_A_CELL
    column = _column(mapping, "order_start")
    if column is None:
        return None, NO_COLUMN
    return order_starts(table, column, profile, bool(mapping.columns("admission_date")))


def _ends(
    mapping: HeaderMapping, table: Table, profile: Mapping[str, Any], starts: OrderStarts | None
) -> tuple[OrderStarts | None, str]:
    """How the ends of orders are read whose starts are known, or why the column of ends cannot be read."""
    column = None if starts is None else _column(mapping, "order_end")
    if column is None or starts is None:
        return None, ""
    told = starts.date_order  # what the starts prove of day and month holds for the ends beside them
    known = profile if starts.relative or told == "ask" else {**profile, "date_order": told}
    ends, reason = order_starts(table, column, known, bool(mapping.columns("admission_date")), "end")
    if ends is None and starts.relative:  # counted as the starts are
        counted = [parse_span(cell, starts.unit) for cell in table.cells[column] if not is_unknown(cell)]
        if counted and None not in counted:
            return replace(starts, cells=table.cells[column]), ""
    return ends, reason


def _statuses(mapping: HeaderMapping, table: Table, profile: Mapping[str, Any]) -> OrderStatuses | None:
    """The states of the orders, where one row is one order and a column holds them."""
    column = _column(mapping, "order_status")
    return None if column is None else OrderStatuses(table, column, StatusWords(profile))


def _column(mapping: HeaderMapping, name: str) -> int | None:
    """The column of a field of orders: on their own sheet, or in the admissions table with one row per order."""
    if mapping.orders is not None:
        return mapping.order_column(name)
    return next(iter(mapping.columns(name)), None)


def _cells(mapping: HeaderMapping, table: Table, name: str) -> list[str]:
    column = mapping.order_column(name)
    return [""] * len(table) if column is None else table.cells[column]


def _outside(window: OrderWindow) -> str:
    return f"they start outside the order window ({window.words})"


def _unused(table: Table, reason: str, rows: list[int]) -> Problem:
    severity: Severity = "info" if reason.startswith("they start") else "warning"
    if len(rows) == len(table):
        severity = "error"
    return Problem(
        table.title, f"order rows not used because {reason}: {len(rows):,} (first: {table.where(rows[0])})", severity
    )
