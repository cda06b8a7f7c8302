"""Findings of a workbook or text file: columns such as "Creatinine (mg/dL)", or a sheet with one value a row.

A column is one of findings where its header names a quantity and its cells hold values of it. Where the header names no
unit and the quantity has several, the column as a whole must tell it: all values but a few are possible in one unit,
with a median that patients have, and in no other. Else it is not read. A quantity of one unit needs such a median too.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from lamo_desktop.admissions.cohort import Observation, Problem, Sex
from lamo_desktop.admissions.findings import last_and_worst
from lamo_desktop.admissions.measurements import ImpossibleError, NoValueError, Reading, UnclearError, read_value
from lamo_desktop.admissions.quantities import BLOOD_PRESSURE, Measured, Unit, measured, plain_name, words
from lamo_desktop.admissions.synonyms import known_later
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.value_faults import ValueFaults
from lamo_desktop.admissions.values import DateOrder, decided_order, has_time, identifier, is_unknown, parse_date

LOOKED_AT = 400  # filled cells of a column that tell what it holds
READABLE = 0.6  # share of them that must be values
POSSIBLE = 0.95  # share of the values that the right unit must allow
TELLING = 5  # values, at least, to tell a unit by
JOINED = 0.5  # share of a sheet's admission ids that must be admissions
SHORT = 2  # letters of a name that may be anything
DAY = 24.0  # hours from admission to the index time
UNIT_TOLD = "no unit in the header: the values are read as {unit}, which alone fits them; write it in the header"
NO_UNIT = "no unit is given and the values do not tell it: not read; write the unit in the header, as in {example}"
_VALUE_HEADERS = frozenset(
    ("value", "values", "result", "results", "result value", "numeric value", "value num", "valuenum", "wert")
) | frozenset(("ergebnis", "messwert", "valeur", "resultat", "valor", "resultado", "值", "结果", "检验结果"))
_UNIT_HEADERS = words("unit units uom valueuom einheit unite unites unidad unidades 单位") | {"result unit"}
_TIME = re.compile(r"time|date|datum|zeit|heure|hora|fecha|时间|日期|taken|collected|chart", re.IGNORECASE)
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class FindingColumn:
    """A column of the admissions table that holds a finding; `told`: the unit that its cells tell."""

    column: int
    of: Measured
    told: Unit | None = None


@dataclass(frozen=True, slots=True)
class FindingSheet:
    """A sheet in long form and its columns; a sheet need not have a unit or a time."""

    table: Table
    admission: int
    name: int
    value: int
    unit: int | None = None
    time: int | None = None


@dataclass(frozen=True, slots=True)
class FlatFindings:
    """Where a flat file holds findings, and what is to be said of the choice."""

    columns: tuple[FindingColumn, ...] = ()
    sheets: tuple[FindingSheet, ...] = ()
    problems: tuple[Problem, ...] = ()


def find_findings(admissions: Table, taken: Collection[int], ids: int | None, others: Sequence[Table]) -> FlatFindings:
    """The columns of the admissions table beside those `taken`, and the `others` that hold findings of its `ids`,
    where it has any.
    """
    problems: list[Problem] = []
    columns = []
    for column, header in enumerate(admissions.columns):
        if column in taken or known_later(header):
            continue
        of = measured(header)
        filled = [cell for cell in admissions.cells[column] if not is_unknown(cell)][:LOOKED_AT]
        if of is None or not filled or not _holds_values(filled, of) or not _is_usual(filled, of, header):
            continue
        where = f"{admissions.title}, column {header[:60]}"
        told, said = _told_unit(filled, of, where)
        problems += said
        if not said or told:
            columns.append(FindingColumn(column, of, told))
    known = set() if ids is None else {identifier(cell) for cell in admissions.cells[ids]}
    sheets = [sheet for table in others if (sheet := _sheet(table, known))]
    return FlatFindings(tuple(columns), tuple(sheets), tuple(problems))


def _holds_values(cells: Sequence[str], of: Measured) -> bool:
    """Whether enough cells are values: possible ones, or at least numbers."""
    if of.quantity.kind == "state":
        return all(_reads(cell, of, None) for cell in cells)
    choices: Sequence[Unit | None] = [None] if of.unit else of.choices()
    best = max(sum(bool(_reads(cell, of, unit)) for cell in cells) for unit in choices)
    return best >= READABLE * len(cells)


def _is_usual(cells: Sequence[str], of: Measured, header: str) -> bool:
    """Whether a column whose header names no unit may be this quantity: its median is one that patients have.

    A name of a letter or two may be anything: "K" with whole numbers alone is a class, and no potassium.
    """
    if of.unit or of.quantity.kind == "state" or of.substance == BLOOD_PRESSURE or len(of.choices()) > 1:
        return True  # the header says it, or the unit is told by the values
    values = [reading.value for cell in cells for reading in _reads(cell, of, None)]
    low, high = of.quantity.median
    short = len(plain_name(header)) <= SHORT and "+" not in header
    whole = all(value == int(value) for value in values)
    return low <= median(values) <= high and not (short and whole and of.quantity.decimals)


def _reads(cell: str, of: Measured, unit: Unit | None) -> tuple[Reading, ...]:
    try:
        return read_value(cell, of, unit)
    except ValueError:
        return ()


def _told_unit(cells: Sequence[str], of: Measured, where: str) -> tuple[Unit | None, list[Problem]]:
    """The unit that a column's values tell, where neither header nor cells name one."""
    if of.quantity.kind == "state" or of.unit or len(of.choices()) < 2:
        return None, []
    bare = [cell for cell in cells if not _reads(cell, of, None) and any(_reads(cell, of, u) for u in of.choices())]
    if not bare:
        return None, []
    fitting = []
    for unit in of.choices():
        values = [reading.value for cell in bare for reading in _reads(cell, of, unit)]
        low, high = of.quantity.median
        if len(values) >= max(TELLING, POSSIBLE * len(bare)) and low <= median(values) <= high:
            fitting.append(unit)
    if len(fitting) == 1:
        return fitting[0], [Problem(where, UNIT_TOLD.format(unit=fitting[0].name), "info")]
    example = f"'{of.quantity.short} ({of.quantity.unit})'"
    return None, [Problem(where, NO_UNIT.format(example=example), "warning")]


def _sheet(table: Table, known: Collection[str]) -> FindingSheet | None:
    """How a sheet holds findings in long form; None where it does not."""
    samples = [[cell for cell in column if cell][:LOOKED_AT] for column in table.cells]
    admission = _best(samples, lambda cells: _share(cells, lambda cell: identifier(cell) in known), JOINED, ())
    if admission is None:
        return None
    name = _best(samples, lambda cells: _share(cells, lambda cell: measured(cell) is not None), JOINED, (admission,))
    if name is None:
        return None
    taken = {admission, name}
    headers = [plain_name(header) for header in table.columns]
    value = _headed(headers, _VALUE_HEADERS, taken)
    if value is None:
        value = _best(samples, lambda cells: _share(cells, _is_number), READABLE, taken)
    if value is None:
        return None
    taken.add(value)
    unit = _headed(headers, _UNIT_HEADERS, taken)
    times = [c for c, header in enumerate(table.columns) if c not in taken | {unit} and _TIME.search(header)]
    dated = [c for c in times if samples[c] and _share(samples[c], _is_date) >= READABLE]
    return FindingSheet(table, admission, name, value, unit, dated[0] if dated else None)


def _best(
    samples: Sequence[Sequence[str]], share: Callable[[Sequence[str]], float], least: float, taken: Collection[int]
) -> int | None:
    shares = [(share(cells), -column) for column, cells in enumerate(samples) if column not in taken and cells]
    best = max(shares, default=(0.0, 0))
    return -best[1] if best[0] >= least else None


def _share(cells: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, cells)) / len(cells)


def _headed(headers: Sequence[str], wanted: frozenset[str], taken: Collection[int]) -> int | None:
    return next((c for c, header in enumerate(headers) if header in wanted and c not in taken), None)


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.search(cell)) and len(cell) <= 20


def _is_date(cell: str) -> bool:
    try:
        return parse_date(cell, "dmy") is not None
    except ValueError:
        return False


class FlatFindingsReader:
    """Reads the findings of a flat file's admissions; `faults` are the values set aside and cells without one."""

    def __init__(self, found: FlatFindings, table: Table, date_order: DateOrder) -> None:
        self.faults = ValueFaults()
        self._found, self._table = found, table
        self._orders = {
            id(sheet): decided_order(sheet.table.cells[sheet.time], date_order)[0]
            for sheet in found.sheets
            if sheet.time is not None
        }
        self._listed: dict[str, list[tuple[FindingSheet, int]]] = {}
        for sheet in found.sheets:
            for row, cell in enumerate(sheet.table.cells[sheet.admission]):
                self._listed.setdefault(identifier(cell), []).append((sheet, row))

    def of(self, admission: str, row: int, admitted: datetime | None, sex: Sex | None) -> tuple[Observation, ...]:
        """The last and the worst value of each finding of an admission, which stands in `row`."""
        found: list[Observation] = []
        for each in self._found.columns:
            where = self._table.where(row, each.column)
            found += self._read(self._table.cells[each.column][row], each.of, each.told, None, where)
        for sheet, place in self._listed.get(admission, ()):
            found += self._of_sheet(sheet, place, admitted)
        return last_and_worst(found, sex)

    def _of_sheet(self, sheet: FindingSheet, row: int, admitted: datetime | None) -> list[Observation]:
        cells = sheet.table.cells
        of = measured(cells[sheet.name][row])
        if of is None:
            return []
        where = sheet.table.where(row, sheet.value)
        told = None if sheet.unit is None else of.unit_of(cells[sheet.unit][row])
        if sheet.unit is not None and told is None and not is_unknown(cells[sheet.unit][row]):
            self.faults.unclear(of.quantity.name, "a unit that it is not measured in", where)
            return []
        try:
            hours, counts = self._hours(sheet, row, admitted)
        except ValueError as error:
            self.faults.unclear(of.quantity.name, f"its time: {error}", where)
            return []
        return self._read(cells[sheet.value][row], of, told, hours, where) if counts else []

    def _hours(self, sheet: FindingSheet, row: int, admitted: datetime | None) -> tuple[float | None, bool]:
        """Hours from the index time, 24 hours after admission, and whether the value was known by then.

        A date without a time of day counts on the day of admission and before; without dates every value counts.
        Raises ValueError for a time that cannot be read.
        """
        if admitted is None or sheet.time is None:
            return None, True
        text = sheet.table.cells[sheet.time][row]
        moment = parse_date(text, self._orders[id(sheet)])
        if moment is None:
            return None, True
        if not has_time(text):
            return None, moment.date() <= admitted.date()
        hours = (moment - admitted).total_seconds() / 3600 - DAY
        return round(hours, 2), hours <= 0

    def _read(self, cell: str, of: Measured, told: Unit | None, hours: float | None, where: str) -> list[Observation]:
        try:
            readings = read_value(cell, of, told)
        except NoValueError as error:
            self.faults.no_value(of.quantity.name, str(error), where)
            return []
        except UnclearError as error:
            self.faults.unclear(of.quantity.name, str(error), where)
            return []
        except ImpossibleError:
            self.faults.impossible(of.quantity.name, where)
            return []
        for reading in readings:
            self.faults.used(reading.quantity.name)
        return [
            Observation(r.quantity.name, r.value, r.quantity.unit, hours, False, r.bound, r.written, where)
            for r in readings
        ]
