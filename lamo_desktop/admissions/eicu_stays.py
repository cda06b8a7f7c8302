"""The patient table of eICU-CRD: its unit stays, which of them are eligible, and which hospital stay came before
which.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lamo_desktop.admissions.cohort import AttritionStep, SetAside, Sex
from lamo_desktop.admissions.folder import TableFolder, age_or_none, identifier, number, records, sex_or_none
from lamo_desktop.errors import row_fault


@dataclass(frozen=True, slots=True)
class Stay:
    """One unit stay.

    `columns` holds the row's other texts by the profile's name for the column, those of its hospital included.
    """

    stay: str
    hospital_stay: str
    patient: str
    age: int  # years, 90 for all above 89
    sex: Sex | None
    visit: float  # which unit stay of its hospital stay, 1 for the first
    year: float  # of discharge from hospital; NaN when not known
    row: int
    columns: Mapping[str, str]


def read_stays(folder: TableFolder) -> tuple[list[Stay], list[SetAside]]:
    """All unit stays in file order, and the rows set aside: no or a repeated identifier, or an impossible age."""
    frame = folder.read("patient")
    for column in ("stay", "hospital_stay", "patient", "hospital"):
        frame[column] = identifier(frame[column])
    hospitals = _hospitals(folder) if not frame.empty else {}
    visits, years = number(frame["unit_visit"]), number(frame["year"])
    stays: list[Stay] = []
    aside: list[SetAside] = []
    seen: set[str] = set()
    for place, (row, record) in enumerate(zip(frame.index, records(frame), strict=True)):
        where = f"{folder.file('patient')} row {row}"
        age, sex = None, None
        try:
            age, sex = age_or_none(record["age"]), sex_or_none(record["sex"])
            reason = _unusable(record, age, seen)
        except Exception as error:
            reason = row_fault(error)
        if age is None or reason:
            aside.append(SetAside(record["stay"], where, reason))
            continue
        seen.add(record["stay"])
        if sex is None:
            folder.note(
                where, "the sex is missing or neither female nor male; the admission is used without it", "info"
            )
        columns = {**record, **hospitals.get(record["hospital"], {})}
        visit = visits.iloc[place]
        stays.append(
            Stay(
                record["stay"],
                record["hospital_stay"],
                record["patient"],
                age,
                sex,
                1.0 if pd.isna(visit) else visit,
                years.iloc[place],
                int(row),
                columns,
            )
        )
    return stays, aside


def _unusable(record: Mapping[str, str], age: int | None, seen: set[str]) -> str:
    for column, name in (("stay", "unit stay"), ("hospital_stay", "hospital stay"), ("patient", "patient")):
        if not record[column]:
            return f"the row has no {name} identifier"
    if record["stay"] in seen:
        return "the unit stay identifier is repeated; the first row with it is used"
    if age is None:
        return "the age is missing or not a number of years from 0 to 120 (or '> 89')"
    return ""


def _hospitals(folder: TableFolder) -> dict[str, dict[str, str]]:
    frame = folder.read("hospital")
    frame["hospital"] = identifier(frame["hospital"])
    return {record["hospital"]: record for record in records(frame)}


def eligible_stays(stays: Sequence[Stay], rows: int, adult_age: int) -> tuple[list[Stay], list[AttritionStep]]:
    """Adults' first unit stays (the lowest visit number in the export), with the eligibility table so far.

    `rows` is the number of rows in the file, those set aside included.
    """
    steps = [AttritionStep("unit stays in the export", rows, 0)]
    readable = AttritionStep(
        "rows that can be read", len(stays), rows - len(stays), "set aside: identifier or age unusable"
    )
    adults = [stay for stay in stays if stay.age >= adult_age]
    first: dict[str, Stay] = {}
    for stay in adults:
        known = first.setdefault(stay.hospital_stay, stay)
        if stay.visit < known.visit:
            first[stay.hospital_stay] = stay
    chosen = [stay for stay in adults if first[stay.hospital_stay] is stay]
    steps += [
        readable,
        AttritionStep("adults", len(adults), len(stays) - len(adults), f"younger than {adult_age} years"),
        AttritionStep(
            "first unit stay of the hospital stay",
            len(chosen),
            len(adults) - len(chosen),
            "a later unit stay of the same hospital stay",
        ),
    ]
    return chosen, steps


def surely_before(stay: Stay, other: Stay) -> bool:
    """Whether `stay` certainly came before `other`: an earlier year, or a lower age (ages above 89 cannot be told
    apart).
    """
    if pd.notna(stay.year) and pd.notna(other.year) and stay.year != other.year:
        return stay.year < other.year
    return stay.age < other.age


def earlier_stays(stays: Iterable[Stay]) -> tuple[dict[str, str], dict[str, str]]:
    """For each hospital stay: the latest one that certainly came before it, if any, and whether it is a "first" or
    "repeat" visit.

    "unknown" is a hospital stay that cannot be put in order with another of the same patient. Of several equally late
    earlier stays the one that stands first in the export is taken.
    """
    first_rows: dict[str, Stay] = {}
    for stay in stays:
        first_rows.setdefault(stay.hospital_stay, stay)
    of_patient: dict[str, list[Stay]] = {}
    for stay in first_rows.values():
        of_patient.setdefault(stay.patient, []).append(stay)
    previous, visit = {}, {}
    for own in of_patient.values():
        for stay in own:
            others = [other for other in own if other is not stay]
            earlier = [other for other in others if surely_before(other, stay)]
            if earlier:
                latest = max(earlier, key=lambda other: (0 if pd.isna(other.year) else other.year, other.age))
                previous[stay.hospital_stay] = latest.hospital_stay
                visit[stay.hospital_stay] = "repeat"
            else:
                certain = all(surely_before(stay, other) for other in others)
                visit[stay.hospital_stay] = "first" if certain else "unknown"
    return previous, visit
