"""MIMIC-III or MIMIC-IV tables to a Cohort: adults' hospital admissions, as known 24 hours after admission.

The label is the distinct ingredients of prescriptions that start in the label window: MIMIC-III start dates have no
time of day, so the day of admission and the next are taken; MIMIC-IV has times. Diagnoses and procedures are coded at
discharge and so know more than was known at the index time; the published LAMO work does the same, and the cohort's
problem list says so. The previous hospitalization is the latest one that began before.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lamo_desktop.admissions.cohort import Admission, AttritionStep, Cohort, PreviousStay, SetAside, Source
from lamo_desktop.admissions.eicu_orders import recommendable
from lamo_desktop.admissions.eligibility import eligible_admissions
from lamo_desktop.admissions.folder import TableFolder
from lamo_desktop.admissions.mimic_tables import (
    CodedEntry,
    HospitalAdmission,
    OrderText,
    read_admissions,
    read_coded,
    read_discharge_summaries,
    read_first,
    read_orders,
)
from lamo_desktop.admissions.notes import cut_sections, parse_allergies, parse_medications
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.formulary import Formulary, Mapped

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
    orders = read_orders(folder, profile, wanted)
    progress("reading notes", 0.7)
    summaries = read_discharge_summaries(folder, profile, wanted)
    progress("building admissions", 0.8)
    writer = _Writer(
        formulary,
        labels,
        diagnoses,
        procedures,
        units,
        services,
        summaries,
        orders if folder.has("prescriptions") else None,
    )
    admissions = [
        writer.admission(row, previous.get(row.admission), f"{folder.file('admissions')} row {row.row}")
        for row in adults
    ]
    kept, steps = eligible_admissions(admissions, profile.rule("minimum_diagnoses"), profile.rule("minimum_drugs"))
    source = Source(str(path), dict(sorted(folder.hashes.items())), profile.name)
    attrition = (*_first_steps(rows, aside, adults, profile.rule("adult_age")), *steps)
    unmapped = dict(writer.unmapped.most_common())
    return Cohort(kept, source, attrition, tuple(folder.problems), tuple(aside), unmapped)


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
    """Turns table rows into admissions; counts the order texts that could not be mapped."""

    formulary: Formulary
    labels: Mapping[str, str]
    diagnoses: Mapping[str, list[CodedEntry]]
    procedures: Mapping[str, list[CodedEntry]]
    units: Mapping[str, str]
    services: Mapping[str, str]
    summaries: Mapping[str, str]
    orders: Mapping[str, Counter[OrderText]] | None
    unmapped: Counter[str] = field(default_factory=Counter)
    _mapped: dict[OrderText, Mapped] = field(default_factory=dict)

    def admission(self, row: HospitalAdmission, before: HospitalAdmission | None, where: str) -> Admission:
        columns = {
            **row.columns,
            "unit": self.units.get(row.admission, ""),
            "service": self.services.get(row.admission, ""),
        }
        labels = {label: columns.get(column, "") or "unknown" for label, column in self.labels.items()}
        missing: Counter[str] = Counter()
        for texts, rows in self._unmapped(row.admission):
            missing[texts[0] if texts else "(no drug name)"] += rows
        self.unmapped.update(missing)
        previous = self._previous(before) if before else None
        reason = columns.get("reason", "").replace("\\", ", ")
        summary = self.summaries.get(row.admission, "")
        sections = cut_sections(summary) if summary else {}
        allergies = parse_allergies(sections.pop("allergies", ""))
        home = self._home_medications(sections.pop("medications_on_admission", ""))
        context_codes = {f"med:{name}" for name in home} | {f"allergy:{name.casefold()}" for name in allergies}
        return Admission(
            admission_id=row.admission,
            patient_id=row.subject,
            age=row.age,
            sex=row.sex,
            reason=reason.casefold() if reason.isupper() else reason,
            diagnoses=self._titles(self.diagnoses, row),
            procedures=self._titles(self.procedures, row),
            allergies=allergies,
            home_medications=home,
            sections=sections,
            previous=previous,
            codes=tuple(sorted(self._codes(row, columns, previous) | context_codes)),
            orders=self._ordered(row) if self.orders is not None else None,
            unmapped_orders=tuple(sorted(missing)),
            labels={**labels, "visit": "repeat" if before else "first"},
            source_row=where,
        )

    def _previous(self, row: HospitalAdmission) -> PreviousStay:
        return PreviousStay(
            row.age, self._titles(self.diagnoses, row), self._titles(self.procedures, row), self._ordered(row)
        )

    def _home_medications(self, text: str) -> tuple[str, ...]:
        names: list[str] = []
        for entry in parse_medications(text):
            mapped = self.formulary.map(entry)
            names += recommendable(mapped) if mapped.status != "unmapped" else (entry,)
        return tuple(dict.fromkeys(names))

    def _titles(self, coded: Mapping[str, list[CodedEntry]], row: HospitalAdmission) -> tuple[str, ...]:
        return tuple(dict.fromkeys(title for _, title in coded.get(row.admission, [])))

    def _ordered(self, row: HospitalAdmission) -> tuple[str, ...]:
        return tuple(sorted({name for texts in self._rows(row.admission) for name in recommendable(self._read(texts))}))

    def _unmapped(self, admission: str) -> list[tuple[OrderText, int]]:
        return [
            (texts, rows) for texts, rows in self._rows(admission).items() if self._read(texts).status == "unmapped"
        ]

    def _rows(self, admission: str) -> Counter[OrderText]:
        return (self.orders or {}).get(admission, Counter())

    def _read(self, texts: OrderText) -> Mapped:
        """The first of a row's texts that can be mapped: its drug, else its generic name, else the name it was entered
        by.
        """
        if texts not in self._mapped:
            readings = [self.formulary.map(text) for text in texts]
            self._mapped[texts] = next((m for m in readings if m.status != "unmapped"), Mapped((), "unmapped", ""))
        return self._mapped[texts]

    def _codes(self, row: HospitalAdmission, columns: Mapping[str, str], previous: PreviousStay | None) -> set[str]:
        codes = {f"sex:{row.sex or 'unknown'}", f"age:{row.age // 10 * 10}"}
        for code, _ in self.diagnoses.get(row.admission, []):
            codes |= {f"icd:{code}", f"icd:{code.partition('.')[0]}"}
        if columns.get("reason"):
            codes.add(f"adm:{columns['reason'].casefold()}")
        codes |= {f"procedure:{code}" for code, _ in self.procedures.get(row.admission, [])}
        for column, prefix in (
            ("unit", "unit"),
            ("service", "service"),
            ("source", "source"),
            ("admission_type", "type"),
        ):
            if columns.get(column):
                codes.add(f"{prefix}:{columns[column].casefold()}")
        if previous is not None:
            codes |= {f"previous med:{name}" for name in previous.drugs}
            codes |= {f"previous dx:{title.casefold()}" for title in previous.diagnoses}
        return codes
