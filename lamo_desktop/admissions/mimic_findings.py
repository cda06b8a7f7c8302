"""Findings of MIMIC-III and MIMIC-IV by the index time: laboratory values, charted vital signs, ventilation, dialysis.

Items are told by their labels in d_labitems and d_items. Of the laboratory only blood counts, and no blood gas: whether
a sample was arterial is not in these tables. A coma score needs its three parts of the same minute; a verbal part that
only says that the patient has a tube is none.
"""

from collections.abc import Callable, Mapping

import pandas as pd

from lamo_desktop.admissions.cohort import Observation
from lamo_desktop.admissions.findings import Gathered
from lamo_desktop.admissions.folder import TableFolder, identifier, records
from lamo_desktop.admissions.measurements import ImpossibleError, NoValueError, UnclearError, read_value
from lamo_desktop.admissions.mimic_tables import HospitalAdmission, times
from lamo_desktop.admissions.quantities import Measured, measured
from lamo_desktop.admissions.value_faults import ValueFaults
from lamo_desktop.errors import row_fault

BLOOD_GAS = frozenset(("PaO2", "PaCO2", "pH", "oxygen saturation", "FiO2"))
BLOOD = ("blood", "")
COMA = {"gcs - eye opening": "eyes", "gcs - verbal response": "verbal", "gcs - motor response": "motor"}
TUBE = "ett"
IN_PERCENT = ("FiO2",)  # charted without a unit
Row = dict[str, str]


class FindingsReader:
    """Gathers the observations of `admissions` until `index` minutes after each began; `faults`: values set aside."""

    def __init__(self, folder: TableFolder, admissions: Mapping[str, HospitalAdmission], index: float) -> None:
        self.faults = ValueFaults()
        self._folder, self._admissions, self._index = folder, admissions, index
        self._gathered = Gathered({name: row.sex for name, row in admissions.items()})
        self._coma: dict[tuple[str, float], dict[str, float]] = {}

    def read(self) -> None:
        """Read the tables that the export has."""
        labels = self._labels("laboratory_items")
        blood = {item: of for item, of in labels.items() if of.quantity.name not in BLOOD_GAS}
        self._each("laboratory", blood, self._value)
        charted = self._labels("charted_items")
        coma = self._coma_items()
        self._each("charted", charted, self._value, coma)
        states = {item: of for item, of in charted.items() if of.quantity.kind == "state"}
        self._each("charted_procedures", states, self._state)

    def of(self, admission: str) -> tuple[Observation, ...]:
        """The last and the worst value of each finding of an admission."""
        return self._gathered.of(admission)

    def _labels(self, table: str) -> dict[str, Measured]:
        """What each item of a dictionary table measures."""
        if not self._folder.has(table):
            return {}
        items = records(self._folder.read(table, quiet=True))
        found = {row["item"]: measured(row["label"]) for row in items if row.get("fluid", "").casefold() in BLOOD}
        return {item: of for item, of in found.items() if of is not None}

    def _coma_items(self) -> dict[str, str]:
        if not self._folder.has("charted_items"):
            return {}
        items = records(self._folder.read("charted_items", quiet=True))
        return {row["item"]: COMA[row["label"].casefold()] for row in items if row["label"].casefold() in COMA}

    def _each(
        self,
        table: str,
        items: Mapping[str, Measured],
        use: Callable[[Row, Measured, float, str], None],
        coma: Mapping[str, str] | None = None,
    ) -> None:
        """Use the rows of the items that were recorded by the index time; none is kept in memory."""
        coma = coma or {}
        wanted = items.keys() | coma.keys()
        if not wanted or not self._folder.has(table):
            return

        def keep(chunk: pd.DataFrame) -> pd.DataFrame:
            chunk = chunk[identifier(chunk["item"]).isin(wanted)]
            chunk = chunk.assign(admission=identifier(chunk["admission"]), item=identifier(chunk["item"]))
            chunk = chunk[chunk["admission"].isin(self._admissions.keys())]
            begun = pd.to_datetime(
                pd.Series([self._admissions[name].admitted for name in chunk["admission"]], index=chunk.index), utc=True
            )
            minutes = (times(chunk["time"]) - begun).dt.total_seconds() / 60
            chunk, minutes = chunk[minutes <= self._index], minutes[minutes <= self._index]
            for place, row, after in zip(chunk.index, records(chunk), minutes.tolist(), strict=True):
                where = f"{self._folder.file(table)} row {place}"
                hours = round((after - self._index) / 60, 2)
                try:
                    if row["item"] in coma:
                        self._coma_part(row, coma[row["item"]], hours, where)
                    else:
                        use(row, items[row["item"]], hours, where)
                except Exception as error:
                    self._folder.note(where, f"{row_fault(error)}; its finding is left out")
            return chunk.iloc[:0]

        self._folder.read(table, keep, quiet=True)

    def _value(self, row: Row, of: Measured, hours: float, where: str) -> None:
        if row.get("error") == "1":
            return
        text = row["value"] if row["value"][:1] in ("<", ">") or not row["number"] else row["number"]
        told = of.unit or of.unit_of(row["unit"])
        if told is None and of.quantity.name in IN_PERCENT:
            told = of.unit_of("%")
        if told is None and (row["unit"] or len(of.choices()) > 1) and of.quantity.kind == "measure":
            if text:
                self.faults.unclear(of.quantity.name, "no unit that it is measured in", where)
            return
        try:
            readings = read_value(text, of, told)
        except ImpossibleError:
            self.faults.impossible(of.quantity.name, where)
            return
        except UnclearError as error:
            self.faults.unclear(of.quantity.name, str(error), where)
            return
        except NoValueError:
            return
        for found in readings:
            quantity = found.quantity
            observation = Observation(
                quantity.name, found.value, quantity.unit, hours, False, found.bound, found.written, where
            )
            self._gathered.add(row["admission"], observation)
            self.faults.used(quantity.name)

    def _state(self, row: Row, of: Measured, hours: float, where: str) -> None:
        """A procedure that has begun."""
        self._gathered.add(row["admission"], Observation(of.quantity.name, 1.0, "", hours, source=where))

    def _coma_part(self, row: Row, part: str, hours: float, where: str) -> None:
        if row.get("error") == "1" or (part == "verbal" and TUBE in row["value"].casefold()):
            return
        parts = self._coma.setdefault((row["admission"], hours), {})
        parts[part] = float(row["number"])
        if len(parts) == len(COMA):
            score = sum(self._coma.pop((row["admission"], hours)).values())
            self._gathered.add(row["admission"], Observation("GCS", score, "", hours, source=where))
