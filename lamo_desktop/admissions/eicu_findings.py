"""First-day findings of eICU-CRD: the APACHE tables, respiratory care, blood pressure, the laboratory and the body.

The APACHE tables hold the worst values of the first 24 hours. What of them enters is listed here column by column.
Never read are what is an order or an outcome in disguise: `meds`, `day1meds` (sedation during the coma score),
`thrombolytics`, `activetx` (whether the stay had an active treatment), `diedinhospital`, `dischargelocation`,
`var03hspxlos` (a predicted length of stay); nor `graftcount`, `ima`, `amilocation`, `midur`, `admitdiagnosis`,
`saps3*`, `readmit` (of the operation, the admission diagnosis and the visit, which other tables say), nor what repeats
`apacheapsvar` (`day1eyes`, `day1pao2`, ...) or the patient table.
"""

import math
from collections.abc import Callable, Mapping

import pandas as pd

from lamo_desktop.admissions.cohort import Observation, Sex
from lamo_desktop.admissions.findings import Gathered
from lamo_desktop.admissions.folder import TableFolder, identifier, number, records
from lamo_desktop.admissions.measurements import Bound, ImpossibleError, NoValueError, UnclearError, read_value
from lamo_desktop.admissions.quantities import Unit, measured, quantities
from lamo_desktop.admissions.value_faults import ValueFaults
from lamo_desktop.errors import row_fault

NOT_AVAILABLE = -1.0

# Column, as the program calls it -> finding.
APACHE: Mapping[str, str] = {
    "urine": "urine output",
    "wbc": "white cells",
    "temperature": "temperature",
    "respiratory_rate": "respiratory rate",
    "sodium": "sodium",
    "heart_rate": "heart rate",
    "mean_pressure": "mean blood pressure",
    "ph": "pH",
    "hematocrit": "haematocrit",
    "creatinine": "creatinine",
    "albumin": "albumin",
    "pao2": "PaO2",
    "paco2": "PaCO2",
    "urea_nitrogen": "urea nitrogen",
    "glucose": "glucose",
    "bilirubin": "bilirubin",
    "fio2": "FiO2",
}
APACHE_STATES: Mapping[str, str] = {"intubated": "intubated", "ventilated": "ventilated", "dialysis": "dialysis"}
PREDICTION_STATES: Mapping[str, str] = {
    "aids": "AIDS",
    "liver_failure": "liver failure",
    "lymphoma": "lymphoma",
    "metastatic_cancer": "metastatic cancer",
    "leukemia": "leukaemia",
    "immunosuppression": "immunosuppression",
    "cirrhosis": "cirrhosis",
    "elective_surgery": "elective surgery",
    "diabetes": "diabetes",
    "intubated": "intubated",
    "ventilated": "ventilated",
}
AIRWAYS = {
    "oral ett": "intubated",
    "nasal ett": "intubated",
    "double-lumen tube": "intubated",
    "tracheostomy": "tracheostomy",
}
PRESSURES = {
    "systolic": "systolic blood pressure",
    "diastolic": "diastolic blood pressure",
    "mean": "mean blood pressure",
}
BODY = ("weight", "height")
LABORATORY = {  # names of the lab table that a header would not have
    "bedside glucose": "glucose",
    "Hct": "haematocrit",
    "Hgb": "haemoglobin",
    "PT - INR": "INR",
    "total bilirubin": "bilirubin",
    "ALT (SGPT)": "ALT",
    "AST (SGOT)": "AST",
    "WBC x 1000": "white cells",
    "platelets x 1000": "platelets",
}
Row = dict[str, str]


class FindingsReader:
    """Gathers the observations of unit stays by the index time, from those tables that the export has.

    `stays` gives each stay's sex. `faults` are the values set aside.
    """

    def __init__(self, folder: TableFolder, stays: Mapping[str, Sex | None], index: float) -> None:
        self.faults = ValueFaults()
        self._folder, self._index = folder, index
        self._gathered = Gathered(stays)

    def read(self) -> None:
        """Read every table."""
        readers = {
            "apache": self._apache,
            "apache_prediction": self._prediction,
            "respiratory_care": self._respiratory,
            "blood_pressure": self._pressure,
            "body": self._body,
            "laboratory": self._laboratory,
        }
        for table, use in readers.items():
            if self._folder.has(table):
                self._each(table, use)

    def of(self, stay: str) -> tuple[Observation, ...]:
        """The last and the worst value of each finding of a stay."""
        return self._gathered.of(stay)

    def _each(self, table: str, use: Callable[[Row, str], None]) -> None:
        """Use the rows of these stays that were entered by the index time; none is kept in memory."""

        def keep(chunk: pd.DataFrame) -> pd.DataFrame:
            chunk = chunk.assign(stay=identifier(chunk["stay"]))
            chunk = chunk[chunk["stay"].isin(self._gathered.sexes.keys())]
            if "offset" in chunk:
                chunk = chunk[number(chunk["offset"]) <= self._index]
            for place, row in zip(chunk.index, records(chunk), strict=True):
                where = f"{self._folder.file(table)} row {place}"
                try:
                    use(row, where)
                except Exception as error:
                    self._folder.note(where, f"{row_fault(error)}; its findings are left out")
            return chunk.iloc[:0]

        self._folder.read(table, keep, quiet=True)

    def _add(
        self,
        row: Row,
        where: str,
        name: str,
        value: float,
        worst: bool = False,
        bound: Bound = "",
        written: str = "",
    ) -> None:
        """One value in its quantity's unit, with its bound and the unit it was converted from."""
        quantity = quantities()[name]
        if not bound and not quantity.lowest <= value <= quantity.highest:
            self.faults.impossible(name, where)
            return
        minutes = _number(row.get("offset", ""))
        hours = None if minutes is None else round((minutes - self._index) / 60, 2)
        observation = Observation(name, round(value, 4), quantity.unit, hours, worst, bound, written, where)
        self._gathered.add(row["stay"], observation)
        self.faults.used(name)

    def _apache(self, row: Row, where: str) -> None:
        for column, name in APACHE.items():
            value = _number(row[column])
            if value is not None:
                value = value * 100 if name == "FiO2" and value <= 1 else value
                self._add(row, where, name, value, worst=True)
        coma = [_number(row[part]) for part in ("eyes", "motor", "verbal")]
        if all(part is not None for part in coma):
            self._add(row, where, "GCS", sum(part for part in coma if part is not None), worst=True)
        self._states(row, where, APACHE_STATES)

    def _prediction(self, row: Row, where: str) -> None:
        self._states(row, where, PREDICTION_STATES)
        value = _number(row["ejection_fraction"])
        if value is not None:
            self._add(row, where, "ejection fraction", value)

    def _states(self, row: Row, where: str, columns: Mapping[str, str]) -> None:
        for column, name in columns.items():
            value = _number(row[column])
            if value in (0.0, 1.0):
                self._add(row, where, name, value, worst=True)

    def _respiratory(self, row: Row, where: str) -> None:
        if airway := AIRWAYS.get(row["airway"].casefold()):
            self._add(row, where, airway, 1.0)
        begun = [_number(row[name]) for name in ("ventilation_start", "earlier_start")]
        if any(start and start <= self._index for start in begun):  # 0: not filled in
            self._add(row, where, "ventilated", 1.0)

    def _pressure(self, row: Row, where: str) -> None:
        for column, name in PRESSURES.items():
            value = _number(row[column])
            if value is not None:
                self._add(row, where, name, value)

    def _body(self, row: Row, where: str) -> None:
        for name in BODY:
            value = _number(row[name])
            if value:
                self._add(row, where, name, value)

    def _laboratory(self, row: Row, where: str) -> None:
        of = measured(LABORATORY.get(row["name"], row["name"]))
        if of is None or of.quantity.kind == "state":
            return
        text = row["text"] if row["text"][:1] in ("<", ">") else row["value"] or row["text"]
        written = row["unit"] or row["unit_written"]
        told = of.unit_of(row["unit"]) or of.unit_of(row["unit_written"])
        if told is None and written:
            self.faults.unclear(of.quantity.name, "a unit that it is not measured in", where)
            return
        told = told or Unit(of.quantity.unit, 1.0, 0.0)
        try:
            readings = read_value(text, of, told)
        except ImpossibleError:
            self.faults.impossible(of.quantity.name, where)
        except UnclearError as error:
            self.faults.unclear(of.quantity.name, str(error), where)
            return
        except NoValueError:
            return
        else:
            for found in readings:
                self._add(row, where, found.quantity.name, found.value, bound=found.bound, written=found.written)


def _number(text: str) -> float | None:
    """A number of these tables; None for an empty cell and for -1, which stands for not available."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value != NOT_AVAILABLE else None
