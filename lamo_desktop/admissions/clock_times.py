"""A date in one column and its time of day in another ("Adm. date", "Adm. time") are one moment."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lamo_desktop.admissions.cell_evidence import is_date, sample_of
from lamo_desktop.admissions.cohort import Problem
from lamo_desktop.admissions.column_cells import Match
from lamo_desktop.admissions.header_words import understood
from lamo_desktop.admissions.synonyms import normalised
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import has_time, is_day_number, is_unknown

MOMENTS = ("admission_date", "order_start", "order_end")
NEARLY_ALL = 0.9  # share of the filled cells that must be dates without a time, or times of day
SAYS_NOTHING = frozenset({"date", "nothing", "due", "name"})  # ideas of a header that do not say of what it is the time
OTHER_TIMES = frozenset({"late", "birth"})

_CLOCK = re.compile(
    r"(?P<h>[01]?\d|2[0-3])\s?[:h]\s?(?P<m>[0-5]\d)(?:\s?[:m]\s?[0-5]\d(?:[.,]\d+)?)?s?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?:uhr|hrs?|h)?\.?",
    re.IGNORECASE,
)
_FOUR_FIGURES = re.compile(r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)")


def with_clock_times(table: Table, matches: Sequence[Match]) -> tuple[Table, set[int], list[Problem]]:
    """The table with each date and its time of day in one cell, the columns of such times, and what is said of them."""
    taken = {match.column for match in matches}
    clocks = [j for j in range(len(table.columns)) if j not in taken and _holds_times(table, j)]
    cells = list(table.cells)
    used: set[int] = set()
    said: list[Problem] = []
    for match in matches:
        if match.field not in MOMENTS or not clocks or not _holds_days(table.cells[match.column]):
            continue
        serving = [j for j in clocks if j not in used and _belongs(table, j, match.column)]
        if len(serving) > 1:  # of several the one beside the date
            serving = [j for j in serving if j == match.column + 1]
        for j in serving:
            pairs = zip(table.cells[match.column], table.cells[j], strict=True)
            cells[match.column] = [_together(day, time) for day, time in pairs]
            used.add(j)
            where = f"{table.title}, column {table.columns[j][:60]}"
            said.append(Problem(where, f"read as the time of day of {match.header[:60]!r}", "info"))
    return (replace(table, cells=tuple(cells)) if used else table), used, said


def _holds_days(cells: Sequence[str]) -> bool:
    """Whether the cells are dates without a time of day."""
    sample = sample_of(cells)
    days = sum((is_date(cell) or is_day_number(cell)) and not has_time(cell) for cell in sample)
    return bool(sample) and days >= NEARLY_ALL * len(sample)


def _holds_times(table: Table, column: int) -> bool:
    """Whether the cells are times of day; four figures alone are, where the header speaks of a time."""
    sample = sample_of(table.cells[column])
    told = understood(table.columns[column]) or ()
    patterns = [_CLOCK, _FOUR_FIGURES] if any("date" in ideas for ideas in told) else [_CLOCK]
    times = sum(any(pattern.fullmatch(cell.strip()) for pattern in patterns) for cell in sample)
    return bool(sample) and times >= NEARLY_ALL * len(sample)


def _belongs(table: Table, clock: int, day: int) -> bool:
    """Whether a column of times is that of a column of dates: its header speaks of the same, or stands beside it and
    speaks of nothing else.
    """
    beside = clock == day + 1
    first, second = _ideas(table.columns[day]), _ideas(table.columns[clock])
    if first is None or second is None:  # headers of unknown words that begin alike: "RYRQ", "RYSJ"
        here, there = normalised(table.columns[day]), normalised(table.columns[clock])
        return beside and here[:2] == there[:2]
    if second & OTHER_TIMES:
        return False
    return bool(first & second) or (beside and not second)


def _ideas(header: str) -> frozenset[str] | None:
    told = understood(header)
    return None if told is None else frozenset().union(*told) - SAYS_NOTHING


def _together(day: str, time: str) -> str:
    """One moment as it is written elsewhere; the date alone where the time is missing or stands in it already."""
    match = _CLOCK.fullmatch(time.strip()) or _FOUR_FIGURES.fullmatch(time.strip())
    if match is None or is_unknown(day) or has_time(day):
        return day
    part = match.groupdict()
    hour = int(part["h"])
    if part.get("half"):
        hour = hour % 12 + (12 if part["half"].lower().startswith("p") else 0)
    if is_day_number(day):
        return f"{float(day.replace(',', '.')) + (hour + int(part['m']) / 60) / 24:.6f}"
    return f"{day.strip()} {hour:02}:{part['m']}"
