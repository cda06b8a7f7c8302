"""MIMIC-III or MIMIC-IV tables to a Cohort: adults' hospital admissions, as known 24 hours after admission.

The label is the distinct ingredients of prescriptions that start in the label window: MIMIC-III start dates have no
time of day, so the day of admission and the next are taken; MIMIC-IV has times. Diagnoses and procedures are coded at
discharge and so know more than was known at the index time; the published LAMO work does the same, and the cohort's
problem list says so. The previous hospitalization is the latest one that began before.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lamo_desktop.admissions.codes import admission_codes, column_codes, icd_codes, text_codes
from lamo_desktop.admissions.cohort import Admission, AttritionStep, Cohort, PreviousStay, SetAside, Source
from lamo_desktop.admissions.eligibility import eligible_admissions, faultless
from lamo_desktop.admissions.folder import TableFolder
from lamo_desktop.admissions.mimic_findings import FindingsReader
from lamo_desktop.admissions.mimic_tables import (
    CodedEntry,
    HospitalAdmission,
    Order,
    read_admissions,
    read_coded,
    read_discharge_summaries,
    read_first,
    read_orders,
)
from lamo_desktop.admissions.notes import cut_sections
from lamo_desktop.admissions.order_mapper import OrderMapper, Orders, listed_allergies
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.admissions.value_faults import file_of
from lamo_desktop.errors import row_fault
from lamo_desktop.formulary import Formulary

Progress = Callable[[str, float], None]
CODED_AT_DISCHARGE = "diagnoses and procedures in these tables are coded at discharge, later than the index time"


def read_mimic(path: Path, profile: Profile, formulary: Formulary, progress: Progress) -> Cohort:
    """The cohort of a folder of MIMIC-III or MIMIC-IV tables; without prescriptions `orders` is None.

    Raises InputError for an absent or unreadable required table or column.
    """
    folder = TableFolder(path, profile)
    progress("reading admissions", 0.0)
    rows, aside = read_admissions(folder)
    adults = [row for row in rows if row.age >= profile.rule("adult_age")]
    previous = previous_admissions(rows)
    needed = [*adults, *(previous[row.admission] for row in adults if row.admission in previous)]
    wanted = {row.admission: row.admitted for row in needed}
    tables = folder.tables["admissions"], folder.tables["patients"]
    columns = {name for table in tables for name in (*table.columns, *table.optional)}
    labels = profile.labels(columns | {"unit", "service"})
    progress("reading diagnoses and procedures", 0.1)
    diagnoses, procedures = read_coded(folder, "diagnoses", wanted), read_coded(folder, "procedures", wanted)
    folder.note(folder.file("diagnoses"), CODED_AT_DISCHARGE, "info")
    units, services = read_first(folder, "icu_stays", "unit", wanted), read_first(folder, "services", "service", wanted)
    progress("reading orders", 0.3)
    orders, counted = read_orders(folder, profile, wanted)
    progress("reading findings", 0.6)
    findings = FindingsReader(folder, {row.admission: row for row in adults}, profile.rule("index_minutes"))
    findings.read()
    folder.problems += findings.faults.problems(file_of)
    progress("reading notes", 0.7)
    summaries = read_discharge_summaries(folder, profile, wanted)
    progress("building admissions", 0.8)
    mapper = OrderMapper(formulary)
    writer = _Writer(
        mapper,
        labels,
        diagnoses,
        procedures,
        units,
        services,
        summaries,
        findings,
        orders if folder.has("prescriptions") else None,
    )
    admissions = []
    first_steps = _first_steps(rows, aside, adults, profile.rule("adult_age"))
    for row in adults:
        where = f"{folder.file('admissions')} row {row.row}"
        before = previous.get(row.admission)
        try:
            history = writer.previous(before) if before else None
        except Exception as error:
            history = None
            folder.note(
                f"{folder.file('admissions')} row {before.row if before else row.row}",
                f"{row_fault(error)}; it is left out as the history of a later admission",
            )
        try:
            admissions.append(writer.admission(row, history, "repeat" if before else "first", where))
        except Exception as error:
            aside.append(SetAside(row.admission, where, row_fault(error)))
    kept, steps = eligible_admissions(admissions, profile.rule("minimum_diagnoses"), profile.rule("minimum_drugs"))
    counted = counted if folder.has("prescriptions") else ""
    hashes, whole_stay = dict(sorted(folder.hashes.items())), profile.order_window().whole_stay
    source = Source(str(path), hashes, profile.name, counted, whole_stay and bool(counted), numbered_patients=False)
    attrition = (*first_steps, *faultless(len(adults), len(admissions)), *steps)
    unmapped, excluded = dict(mapper.unmapped.most_common()), dict(mapper.excluded.most_common())
    problems, counts = tuple(folder.problems), findings.faults.counts()
    return Cohort(kept, source, attrition, problems, tuple(aside), unmapped, excluded, counts)


def previous_admissions(rows: Sequence[HospitalAdmission]) -> dict[str, HospitalAdmission]:
    """For each admission that has one: the same patient's latest admission that began before it."""
    last: dict[str, HospitalAdmission] = {}
    previous = {}
    for row in sorted(rows, key=lambda row: row.admitted):
        before = last.get(row.subject)
        if before is not None and before.admitted < row.admitted:
            previous[row.admission] = before
        last[row.subject] = row
    return previous


def _first_steps(
    rows: Sequence[HospitalAdmission], aside: Sequence[SetAside], adults: Sequence[HospitalAdmission], adult_age: int
) -> list[AttritionStep]:
    readable = "set aside: identifier, time of admission, patient or age unusable"
    return [
        AttritionStep("admissions in the export", len(rows) + len(aside), 0),
        AttritionStep("rows that can be read", len(rows), len(aside), readable),
        AttritionStep("adults", len(adults), len(rows) - len(adults), f"younger than {adult_age} years"),
    ]


@dataclass(slots=True)
class _Writer:
    """Turns table rows into admissions."""

    mapper: OrderMapper
    labels: Mapping[str, str]
    diagnoses: Mapping[str, list[CodedEntry]]
    procedures: Mapping[str, list[CodedEntry]]
    units: Mapping[str, str]
    services: Mapping[str, str]
    summaries: Mapping[str, str]
    findings: FindingsReader
    orders: Mapping[str, list[Order]] | None

    def admission(self, row: HospitalAdmission, previous: PreviousStay | None, visit: str, where: str) -> Admission:
        columns = {
            **row.columns,
            "unit": self.units.get(row.admission, ""),
            "service": self.services.get(row.admission, ""),
        }
        labels = {label: columns.get(column, "") or "unknown" for label, column in self.labels.items()}
        orders = Orders()
        rows = self._rows(row.admission)
        for texts, number in Counter(texts for texts, _ in rows).items():
            self.mapper.add(orders, texts, rows=number)
        reason = columns.get("reason", "").replace("\\", ", ")
        summary = self.summaries.get(row.admission, "")
        sections = cut_sections(summary) if summary else {}
        allergies, reactions = listed_allergies(sections.pop("allergies", ""))
        home, is_list = self.mapper.listed_medications(sections.get("medications_on_admission", ""))
        if is_list:
            sections.pop("medications_on_admission", None)
        admission = Admission(
            admission_id=row.admission,
            patient_id=row.subject,
            age=row.age,
            sex=row.sex,
            reason=reason.casefold() if reason.isupper() else reason,
            diagnoses=self._titles(self.diagnoses, row),
            procedures=self._titles(self.procedures, row),
            allergies=allergies,
            reactions=reactions,
            home_medications=home,
            sections=sections,
            previous=previous,
            observations=self.findings.of(row.admission),
            orders=tuple(sorted(orders.ingredients)) if self.orders is not None else None,
            orders_together=self.mapper.together((texts, "", span) for texts, span in rows),
            unmapped_orders=tuple(sorted(orders.unmapped)),
            labels={**labels, "visit": visit},
            source_row=where,
        )
        codes = column_codes(columns) | self._coded(row) | text_codes("adm", [reason])
        codes |= text_codes("dx", admission.diagnoses)
        return replace(admission, codes=admission_codes(admission, self.mapper, codes))

    def previous(self, row: HospitalAdmission) -> PreviousStay:
        """An earlier admission as the history of a later one."""
        drugs = self.mapper.drugs((texts, "") for texts, _ in self._rows(row.admission))
        return PreviousStay(row.age, self._titles(self.diagnoses, row), self._titles(self.procedures, row), drugs)

    def _titles(self, coded: Mapping[str, list[CodedEntry]], row: HospitalAdmission) -> tuple[str, ...]:
        return tuple(dict.fromkeys(title for _, title in coded.get(row.admission, [])))

    def _rows(self, admission: str) -> list[Order]:
        return (self.orders or {}).get(admission, [])

    def _coded(self, row: HospitalAdmission) -> set[str]:
        codes = {f"procedure:{code}" for code, _ in self.procedures.get(row.admission, [])}
        for code, _ in self.diagnoses.get(row.admission, []):
            codes |= icd_codes(code)
        return codes
