"""When the orders of a table start and end: dates with or without a time, or the time passed since admission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lamo_desktop.admissions.cell_evidence import is_date
from lamo_desktop.admissions.order_window import UNITS, OrderWindow, is_number, parse_span
from lamo_desktop.admissions.synonyms import minutes_per_unit
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import (
    AmbiguousDateError,
    DateOrder,
    decided_order,
    has_time,
    is_day_number,
    is_unknown,
    parse_date,
)
from lamo_desktop.errors import InputError

NO_COLUMN = "no column says when an order starts"
MOST = 0.5  # share of the filled cells that must be readable
DAY_NUMBERS = 0.9  # share from which numbers are dates as Excel counts them: minutes from admission begin at 0


@dataclass(frozen=True, slots=True)
class OrderStarts:
    """The start column of a table. `unit`: minutes in one unit of its bare numbers; `relative`: times from admission.

    `said` tells how the column was read, where a person should know.
    """

    cells: Sequence[str]
    where: str
    relative: bool
    unit: float | None
    date_order: DateOrder
    said: str = ""

    def within(self, row: int, admitted: datetime | None, admitted_by_day: bool, window: OrderWindow) -> bool | None:
        """Whether the order of a row starts in the window; None where that cannot be read."""
        if self.relative:
            minutes = parse_span(self.cells[row], self.unit)
            return None if minutes is None else window.holds(minutes)
        try:
            start = parse_date(self.cells[row], self.date_order)
        except ValueError:
            return None
        if start is None or admitted is None:
            return None
        return window.holds_between(admitted, start, self.by_day(row, admitted_by_day))

    def minutes(self, row: int, admitted: datetime | None, by_day_to: float = 0.0) -> float | None:
        """Minutes from the admission, of a date without a time `by_day_to` minutes after its midnight; None where that
        cannot be read.
        """
        if self.relative:
            return parse_span(self.cells[row], self.unit)
        try:
            moment = parse_date(self.cells[row], self.date_order)
        except ValueError:
            return None
        if moment is None or admitted is None:
            return None
        later = 0.0 if has_time(self.cells[row]) else by_day_to
        return (moment - admitted).total_seconds() / 60 + later

    def by_day(self, row: int, admitted_by_day: bool) -> bool:
        """Whether only whole days can be compared."""
        return not self.relative and (admitted_by_day or not has_time(self.cells[row]))


def order_starts(
    table: Table, column: int, profile: Mapping[str, Any], admission_dated: bool, what: str = "start"
) -> tuple[OrderStarts | None, str]:
    """How a column of starts, or of ends, is read, or the reason why it cannot be.

    Raises InputError for a unit that is none.
    """
    asked = str(profile["order_start_unit"])
    if asked and asked not in UNITS:
        raise InputError(f"order_start_unit is {asked!r}; expected minutes, hours or days, or nothing.")
    header, cells = table.columns[column], table.cells[column]
    filled = [cell for cell in cells if not is_unknown(cell)]
    where, named = f"{table.title}, column {header[:60]}", f"the {what} column {header[:60]!r}"
    if not filled:
        return None, f"{named} is empty"
    unit = UNITS.get(asked) or minutes_per_unit(header)
    dates = not asked and sum(is_day_number(cell) or is_date(cell) for cell in filled) >= DAY_NUMBERS * len(filled)
    if sum(map(is_number, filled)) > MOST * len(filled) and not dates:
        if unit is None:
            return None, (
                f"{named} holds numbers without a unit; say whether they are minutes, hours or days (order_start_unit)"
            )
        words = {minutes: word for word, minutes in UNITS.items()}[unit]
        said = f"the numbers in this column are read as {words} from admission"
        return OrderStarts(cells, where, True, unit, "ask", said), ""
    if not dates and sum(parse_span(cell, unit) is not None for cell in filled) > MOST * len(filled):
        return OrderStarts(cells, where, True, unit, "ask"), ""
    order, said = decided_order(filled, profile["date_order"])
    if not _mostly_read(filled, order):
        if _mostly_dates(filled):
            return None, f"day and month of {named} cannot be told apart; set date_order to dmy or mdy"
        return None, f"{named} holds no dates or times that can be read"
    if not admission_dated:
        return None, f"{named} holds dates, and no column holds the admission date to count from"
    return OrderStarts(cells, where, False, None, order, said), ""


def asks_date_order(table: Table, column: int, profile: Mapping[str, Any]) -> bool:
    """Whether a start column holds dates that are read only when it is known which of day and month is first."""
    filled = [cell for cell in table.cells[column] if not is_unknown(cell)]
    order, _ = decided_order(filled, profile["date_order"])
    return _mostly_dates(filled) and not _mostly_read(filled, order)


def _mostly_dates(filled: list[str]) -> bool:
    return sum(map(is_date, filled)) > MOST * len(filled)


def _mostly_read(filled: list[str], order: DateOrder) -> bool:
    return sum(_reads(cell, order) for cell in filled) > MOST * len(filled)


def _reads(cell: str, order: DateOrder) -> bool:
    try:
        return parse_date(cell, order) is not None
    except (AmbiguousDateError, ValueError):
        return False
