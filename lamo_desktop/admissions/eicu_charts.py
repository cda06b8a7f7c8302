"""The entry tables of eICU-CRD, gathered into one chart per unit stay."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lamo_desktop.admissions.eicu_context import DiagnosisEntry, diagnosis_entry
from lamo_desktop.admissions.folder import TableFolder, identifier, number, records
from lamo_desktop.admissions.order_overlap import Span
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.errors import row_fault

Row = dict[str, Any]
Within = Callable[["pd.Series[float]"], "pd.Series[bool]"]


@dataclass(slots=True)
class Chart:
    """What was entered for one unit stay. Diagnoses carry their time; everything else is limited to the index time."""

    diagnoses: list[DiagnosisEntry] = field(default_factory=list)
    admission_paths: list[str] = field(default_factory=list)
    admission_names: list[str] = field(default_factory=list)  # only the diagnoses of the admission form
    procedures: list[str] = field(default_factory=list)  # operations the patient came from
    history: list[tuple[str, str]] = field(default_factory=list)  # (path, value), the latest entry first
    allergies: list[str] = field(default_factory=list)
    home_medications: list[tuple[str, str]] = field(default_factory=list)  # (text, drug code)
    orders: Counter[tuple[str, str]] = field(default_factory=Counter)  # (text, drug code) -> rows in the label window
    spans: list[tuple[str, str, Span]] = field(default_factory=list)  # (text, drug code, span) of these rows
    failed: str = ""  # the first row that the program failed on, and how


class ChartReader:
    """Reads the tables into `charts`, one per unit stay asked for, and counts in `named` the rows with a name and a
    code.

    `named` maps (drug text, drug code) to rows of the whole export: what codes mean is learned from it.
    """

    def __init__(self, folder: TableFolder, profile: Profile, stays: Collection[str]) -> None:
        self.charts = {stay: Chart() for stay in stays}
        self.named: Counter[tuple[str, str]] = Counter()
        self.orders_within = self.orders_outside = 0  # order rows, by whether they start in the order window
        self._folder = folder
        self._profile = profile

    def read_context(self) -> None:
        """Everything but the orders: all diagnoses, and what else was entered by the index time."""
        index = self._profile.rule("index_minutes")
        priorities = self._profile.words("priorities")

        def diagnosis(chart: Chart, row: Row) -> None:
            entry = diagnosis_entry(row["path"], row["icd"], row["priority"], row["offset"], priorities)
            if entry.path:
                chart.diagnoses.append(entry)

        def admission_diagnosis(chart: Chart, row: Row) -> None:
            chart.admission_paths.append(row["path"])
            if "|All Diagnosis|" in row["path"] and row["name"]:
                (chart.procedures if "|Operative|" in row["path"] else chart.admission_names).append(row["name"])

        def past_history(chart: Chart, row: Row) -> None:
            chart.history.append((row["path"], row["value"]))

        def allergy(chart: Chart, row: Row) -> None:
            chart.allergies.append(row["allergy"])

        def admission_drug(chart: Chart, row: Row) -> None:
            chart.home_medications.append((row["name"], row["code"]))

        self._add("diagnosis", pd.Series.notna, diagnosis)
        for add in (admission_diagnosis, past_history, allergy, admission_drug):
            self._add(add.__name__, lambda offset: offset <= index, add)

    def read_orders(self) -> None:
        """The orders that start in the label window and were not cancelled."""
        window = self._profile.order_window()

        def within(offset: "pd.Series[float]") -> "pd.Series[bool]":
            held = (offset >= window.first) & (offset <= window.last)
            self.orders_within += int(held.sum())
            self.orders_outside += int((offset.notna() & ~held).sum())
            return held

        def order(chart: Chart, row: Row) -> None:
            chart.orders[row["name"], row["code"]] += 1
            chart.spans.append((row["name"], row["code"], (row["offset"], _stop(row.get("stop", "")))))

        self._add("medication", within, order)

    def _add(self, table: str, within: Within, add: Callable[[Chart, Row], None]) -> None:
        """Add a table's rows to their charts; a row that fails is noted in its chart, and the others go on."""
        for place, row in self._rows(table, within):
            chart = self.charts[row["stay"]]
            try:
                add(chart, row)
            except Exception as error:
                chart.failed = chart.failed or f"{self._folder.file(table)} row {place}: {row_fault(error)}"

    def _rows(self, table: str, within: Within) -> Iterator[tuple[int, Row]]:
        """The rows of the stays asked for whose time ("offset", a number in them) is `within`, the latest first, each
        with its number in the file.
        """
        cancelled = self._profile.words("cancelled_values")

        def keep(chunk: pd.DataFrame) -> pd.DataFrame:
            if "code" in chunk:
                chunk["code"] = identifier(chunk["code"])
                both = chunk[(chunk["name"] != "") & ~chunk["code"].isin(["", "0"])]
                self.named.update(zip(both["name"], both["code"], strict=True))
            if "cancelled" in chunk:
                chunk = chunk[~chunk["cancelled"].str.casefold().isin(cancelled)]
            chunk = chunk.assign(stay=identifier(chunk["stay"]))
            chunk = chunk[chunk["stay"].isin(self.charts.keys())]
            offset = number(chunk["offset"])
            header = self._folder.tables[table].columns["offset"]
            message = f"{header} is not a number of minutes; the row is not used"
            self._folder.note_rows(table, chunk.index[offset.isna()], message)
            return chunk.assign(offset=offset)[within(offset)]

        frame = self._folder.read(table, keep)
        frame = frame.sort_values("offset", ascending=False, kind="stable")
        yield from zip(frame.index, records(frame), strict=True)


def _stop(cell: str) -> float | None:
    """When an order stops, in minutes; None where the cell is empty or 0, which stands for not recorded."""
    try:
        minutes = float(cell)
    except ValueError:
        return None
    return minutes if minutes and math.isfinite(minutes) else None
