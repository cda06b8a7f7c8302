"""MIMIC-III and MIMIC-IV tables: admissions with ages, coded diagnoses and procedures with titles, orders, units,
notes.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from lamo_desktop.admissions.cohort import SetAside, Sex
from lamo_desktop.admissions.folder import TableFolder, identifier, number, records, sex_or_none
from lamo_desktop.admissions.order_overlap import Span
from lamo_desktop.admissions.order_window import OrderWindow
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.errors import row_fault

OLDEST = 90  # older patients are published with a shifted birth date (age 300) or an anchor age of 91
ICD9 = "9"
TITLES = {"diagnoses": "diagnosis_titles", "procedures": "procedure_titles"}
CodedEntry = tuple[str, str]  # (code with its point, title)
OrderText = tuple[str, ...]  # the row's drug texts, the best first
Order = tuple[OrderText, Span]


@dataclass(frozen=True, slots=True)
class HospitalAdmission:
    """One row of the admissions table. `columns` holds its other texts, those of its patient included."""

    admission: str
    subject: str
    admitted: pd.Timestamp
    age: int
    sex: Sex | None
    row: int
    columns: Mapping[str, str]


def times(column: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """ISO dates and times ("2164-10-23T21:09:00Z", "2164-10-23 21:09:00", "2164-10-23"); anything else is NaT."""
    return pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True)


def read_admissions(folder: TableFolder) -> tuple[list[HospitalAdmission], list[SetAside]]:
    """All admissions in file order, and the rows set aside: no or a repeated identifier, no time, or an age that
    cannot be one.
    """
    patients = folder.read("patients")
    patients["subject"] = identifier(patients["subject"])
    known = {record["subject"]: record for record in records(patients.drop_duplicates("subject"))}
    frame = folder.read("admissions")
    for column in ("subject", "admission"):
        frame[column] = identifier(frame[column])
    admitted, ages = times(frame["admitted"]), _ages(frame, known)
    found: list[HospitalAdmission] = []
    aside: list[SetAside] = []
    seen: set[str] = set()
    for place, (row, record) in enumerate(zip(frame.index, records(frame), strict=True)):
        where, patient = f"{folder.file('admissions')} row {row}", known.get(record["subject"])
        try:
            reason = _unusable(record, patient, admitted.iloc[place], ages.iloc[place], seen, folder.file("patients"))
            if not reason:
                sex = sex_or_none((patient or {})["sex"])
                columns = {**(patient or {}), **record}
                age = int(min(ages.iloc[place], OLDEST))
                ids = record["admission"], record["subject"]
                found.append(HospitalAdmission(*ids, admitted.iloc[place], age, sex, int(row), columns))
                seen.add(record["admission"])
                if sex is None:
                    message = "the sex is missing or neither F nor M; the admission is used without it"
                    folder.note(where, message, "info")
        except Exception as error:
            reason = row_fault(error)
        if reason:
            aside.append(SetAside(record["admission"], where, reason))
    return found, aside


def _unusable(
    record: Mapping[str, str],
    patient: Mapping[str, str] | None,
    admitted: pd.Timestamp,
    age: float,
    seen: set[str],
    patients: str,
) -> str:
    """Why a row cannot be an admission; "" when it can."""
    if not record["admission"]:
        return "the row has no admission identifier"
    if record["admission"] in seen:
        return "the admission identifier is repeated; the first row with it is used"
    if patient is None:
        return f"its patient is not in {patients}"
    if pd.isna(admitted):
        return "the time of admission is missing or not an ISO date and time"
    return "the age cannot be computed from the patient's row" if pd.isna(age) else ""


def _ages(frame: pd.DataFrame, patients: Mapping[str, Mapping[str, str]]) -> "pd.Series[float]":
    """Age in whole years at admission, from the birth date or (MIMIC-IV) from the age in an anchor year; NaN when
    unknown.
    """
    admitted = times(frame["admitted"])
    rows = [patients.get(subject, {}) for subject in frame["subject"]]

    def column(name: str) -> "pd.Series[str]":
        return pd.Series([row.get(name, "") for row in rows], index=frame.index, dtype=object)

    if any("anchor_age" in row for row in rows):
        ages: pd.Series[float] = number(column("anchor_age")) + admitted.dt.year - number(column("anchor_year"))
    else:
        birth = times(column("birth"))
        before_birthday = (admitted.dt.month * 100 + admitted.dt.day) < (birth.dt.month * 100 + birth.dt.day)
        ages = 0.0 + admitted.dt.year - birth.dt.year - before_birthday
    return ages.where(ages >= 0).astype(float)


def read_coded(folder: TableFolder, table: str, wanted: Collection[str]) -> dict[str, list[CodedEntry]]:
    """The `table` ("diagnoses" or "procedures") of these admissions, each in order of sequence, as (code, title)."""
    titles = {
        (row["code"].upper(), row.get("version", ICD9)): row["title"] for row in records(folder.read(TITLES[table]))
    }
    frame = folder.read(table, lambda chunk: _of(chunk, wanted))
    frame = frame.assign(place=number(frame["sequence"]).fillna(float("inf"))).sort_values("place", kind="stable")
    coded: dict[str, list[CodedEntry]] = defaultdict(list)
    for row in records(frame):
        code, version = row["code"].upper(), row.get("version", ICD9)
        if code:
            readable = pointed(code, version) if table == "diagnoses" else code
            coded[row["admission"]].append((readable, titles.get((code, version)) or f"ICD-{version} {readable}"))
    return coded


def pointed(code: str, version: str) -> str:
    """A diagnosis code with its point, which the tables leave out: 99591 -> 995.91, E8798 -> E879.8 (ICD-9)."""
    category = 4 if version == ICD9 and code.startswith("E") else 3
    return f"{code[:category]}.{code[category:]}" if len(code) > category and "." not in code else code


def read_orders(
    folder: TableFolder, profile: Profile, admitted: Mapping[str, pd.Timestamp]
) -> tuple[dict[str, list[Order]], str]:
    """The orders of the order window, for these admissions (admission -> time of admission), and which orders count,
    in words.
    """
    kinds, window = profile.words("drug_types"), profile.order_window()
    by_day = "label_window_days" in profile.data["rules"]  # the starts of these tables have no time of day
    counts: Counter[bool] = Counter()

    def keep(chunk: pd.DataFrame) -> pd.DataFrame:
        chunk = _of(chunk, admitted)
        if (chunk["drug_type"] != "").any():
            chunk = chunk[chunk["drug_type"].str.casefold().isin(kinds)]
        start, begin = times(chunk["start"]), chunk["admission"].map(admitted)
        folder.note_rows(
            "prescriptions", chunk.index[start.isna()], "the start is missing or not an ISO date; the row is not used"
        )
        within = _within_window(window, by_day, start, begin)
        counts.update(within[start.notna()].tolist())
        return chunk[within]

    frame = folder.read("prescriptions", keep)
    texts = [name for name in ("drug", "generic", "entered") if name in frame]
    spans = _spans(frame, by_day, admitted)
    orders: dict[str, list[Order]] = defaultdict(list)
    for admission, span, *row in zip(frame["admission"], spans, *(frame[name] for name in texts), strict=True):
        orders[admission].append((tuple(dict.fromkeys(text for text in row if text)), span))
    return orders, window.account(counts[True], counts[False], by_day)


def _spans(frame: pd.DataFrame, by_day: bool, admitted: Mapping[str, pd.Timestamp]) -> list[Span]:
    """When each order starts and stops, in minutes from admission; a day without a time of day is the whole day."""
    begin = pd.to_datetime(frame["admission"].map(admitted), utc=True)
    start, stop = times(frame["start"]), times(frame["stop"] if "stop" in frame else pd.Series("", index=frame.index))
    if by_day:
        begin, start, stop = begin.dt.normalize(), start.dt.normalize(), stop.dt.normalize() + pd.Timedelta(days=1)
    minutes = [(moment - begin).dt.total_seconds() / 60 for moment in (start, stop)]
    pairs = zip(*(column.tolist() for column in minutes), strict=True)
    return [(first, None if math.isnan(last) else last) for first, last in pairs]


def _within_window(
    window: OrderWindow, by_day: bool, start: "pd.Series[pd.Timestamp]", admitted: "pd.Series[pd.Timestamp]"
) -> "pd.Series[bool]":
    begin = pd.to_datetime(admitted, utc=True)
    if by_day:
        return (start.dt.normalize() - begin.dt.normalize()).dt.days.between(*window.days)
    return ((start - begin).dt.total_seconds() / 60).between(window.first, window.last)


def read_first(folder: TableFolder, table: str, value: str, wanted: Collection[str]) -> dict[str, str]:
    """The earliest entry of a table with times (services, intensive care stays) for each of these admissions."""
    frame = folder.read(table, lambda chunk: _of(chunk, wanted))
    frame = frame.assign(moment=times(frame["time"])).sort_values("moment", kind="stable", na_position="last")
    frame = frame[frame[value] != ""].drop_duplicates("admission")
    return dict(zip(frame["admission"], frame[value], strict=True))


def read_discharge_summaries(folder: TableFolder, profile: Profile, wanted: Collection[str]) -> dict[str, str]:
    """The discharge summary of each of these admissions, whole: addenda and rows marked as errors are left out."""

    def keep(chunk: pd.DataFrame) -> pd.DataFrame:
        chunk = _of(chunk, wanted)
        for column, rule in (("category", "note_categories"), ("description", "note_descriptions")):
            if column in chunk and (chunk[column] != "").any():
                chunk = chunk[chunk[column].str.casefold().isin(profile.words(rule))]
        return chunk[chunk["error"] != "1"] if "error" in chunk else chunk

    frame = folder.read("notes", keep).drop_duplicates("admission")
    return dict(zip(frame["admission"], frame["text"], strict=True))


def _of(chunk: pd.DataFrame, wanted: Collection[str]) -> pd.DataFrame:
    chunk = chunk.assign(admission=identifier(chunk["admission"]))
    return chunk[chunk["admission"].isin(list(wanted))]
