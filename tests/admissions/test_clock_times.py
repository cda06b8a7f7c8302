"""Date and time of day in two columns."""

import csv
from pathlib import Path

import pytest

from lamo_desktop.admissions.read import read_export
from lamo_desktop.formulary import Formulary, load_formulary


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def table(path: Path, header: list[str], *rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


# admitted on the evening of 5 January; the second order starts 25 hours later, on the next day
ROWS = (
    ["A1", "67", "F", "2024-01-05", "20:00", "I10", "heparin", "2024-01-05", "21:15"],
    ["A1", "67", "F", "2024-01-05", "20:00", "I10", "aspirin", "2024-01-06", "21:00"],
    ["A2", "71", "M", "2024-01-07", "08:00", "I10", "furosemide", "2024-01-07", "09:00"],
)


@pytest.mark.parametrize(
    ("day", "clock", "start_day", "start_clock"),
    [
        ("Adm. date", "Adm. time", "Start date", "Start time"),
        ("Aufnahmedatum", "Aufnahmeuhrzeit", "Beginn", "Uhrzeit"),
        ("Date d'entrée", "Heure d'entrée", "Date de début", "Heure de début"),
        ("Fecha ingreso", "Hora ingreso", "Fecha inicio", "Hora inicio"),
        ("入院日期", "入院时刻", "开始日期", "开始时刻"),
    ],
)
def test_they_are_one_moment(
    day: str, clock: str, start_day: str, start_clock: str, tmp_path: Path, formulary: Formulary
) -> None:
    header = ["CSN", "Age", "Sex", day, clock, "Diagnoses", "Drug", start_day, start_clock]
    export = read_export(table(tmp_path / "a.csv", header, *ROWS), formulary)
    first, second = export.cohort.admissions
    assert first.orders == ("heparin",) and second.orders == ("furosemide",)
    assert "without a time of day" not in export.cohort.source.orders
    said = [p.message for p in export.cohort.problems if "read as the time of day of" in p.message]
    assert said == [f"read as the time of day of {day!r}", f"read as the time of day of {start_day!r}"]
    assert clock not in dict(first.labels)


@pytest.mark.parametrize(
    ("time", "orders"),
    [("9:00 PM", ("heparin",)), ("21h00", ("heparin",)), ("2100", ("heparin",)), ("", ("aspirin", "heparin"))],
)
def test_times_are_written_in_several_ways(
    time: str, orders: tuple[str, ...], tmp_path: Path, formulary: Formulary
) -> None:
    header = ["CSN", "Age", "Sex", "Adm. date", "Adm. time", "Diagnoses", "Drug", "Start date", "Start time"]
    rows = [list(row) for row in ROWS]
    rows[1][-1] = time
    export = read_export(table(tmp_path / "a.csv", header, *rows), formulary)
    if time == "2100":
        rows[0][-1], rows[2][-1] = "2115", "0900"
        export = read_export(table(tmp_path / "a.csv", header, *rows), formulary)
    assert export.cohort.admissions[0].orders == orders


def test_the_time_of_something_else_is_not_taken(tmp_path: Path, formulary: Formulary) -> None:
    header = ["CSN", "Age", "Sex", "Adm. date", "Discharge time", "Diagnoses", "Drug", "Start date", "Collected at"]
    export = read_export(table(tmp_path / "a.csv", header, *ROWS), formulary)
    assert export.cohort.admissions[0].orders == ("aspirin", "heparin")
    assert not [p for p in export.cohort.problems if "time of day of" in p.message]


def test_days_as_excel_counts_them_get_their_time(tmp_path: Path, formulary: Formulary) -> None:
    header = ["CSN", "Age", "Sex", "Adm. date", "Adm. time", "Diagnoses", "Drug", "Start date", "Start time"]
    days = {"2024-01-05": "45296", "2024-01-06": "45297", "2024-01-07": "45298"}
    rows = [[days.get(cell, cell) for cell in row] for row in ROWS]
    export = read_export(table(tmp_path / "a.csv", header, *rows), formulary)
    assert [a.orders for a in export.cohort.admissions] == [("heparin",), ("furosemide",)]
