"""Findings in a workbook: columns of the admissions sheet, and a sheet with one value a row."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.findings import finding_of
from lamo_desktop.admissions.flat import read_flat
from lamo_desktop.admissions.headers import HeaderMapping
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.formulary import Formulary, load_formulary

Rows = list[list[object]]
BASE = ["Admission ID", "Age", "Sex", "Admission date", "Diagnoses"]


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def patients(headers: list[str], rows: Rows) -> Rows:
    filled = [[f"A{n}", 60 + n, "FM"[n % 2], "2024-05-13 08:00", "Sepsis", *row] for n, row in enumerate(rows, 1)]
    return [[*BASE, *headers], *filled]


def read(folder: Path, formulary: Formulary, **sheets: Rows) -> tuple[Cohort, HeaderMapping]:
    workbook = Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / "export.xlsx"
    workbook.save(path)
    return read_flat(path, load_profile("flat"), formulary, lambda what, share: None)


def values(cohort: Cohort) -> list[dict[str, float]]:
    return [{o.name: o.value for o in a.observations} for a in cohort.admissions]


def said(cohort: Cohort, word: str) -> dict[str, str]:
    return {p.where: p.message for p in cohort.problems if word in p.message}


def test_columns_with_units_in_five_languages(tmp_path: Path, formulary: Formulary) -> None:
    headers = ["Creatinine (mg/dL)", "K+", "Hämoglobin [g/l]", "Poids (kg)", "INR", "白细胞(×10⁹/L)", "Intubated", "BP"]
    rows: Rows = [
        ["2,3 (H)", 2.9, 98, 82.5, "1.1", "12.4", "yes", "84/50"],
        ["<0.5", "hemolyzed", "", "n/a", 3.2, 4.4, "no", "120/70"],
        [230, 4.4, 131, 61, "", 11, "no", "neg"],
    ]
    cohort, mapping = read(tmp_path, formulary, Admissions=patients(headers, rows))
    assert values(cohort) == [
        {
            "creatinine": 2.3,
            "potassium": 2.9,
            "haemoglobin": 9.8,
            "white cells": 12.4,
            "INR": 1.1,
            "systolic blood pressure": 84,
            "diastolic blood pressure": 50,
            "weight": 82.5,
            "intubated": 1,
        },
        {
            "creatinine": 0.5,
            "white cells": 4.4,
            "INR": 3.2,
            "systolic blood pressure": 120,
            "diastolic blood pressure": 70,
            "intubated": 0,
        },
        {"potassium": 4.4, "haemoglobin": 13.1, "white cells": 11, "weight": 61, "intubated": 0},
    ]
    assert cohort.unread_values == {"creatinine": 1}
    assert said(cohort, "set aside").keys() == {"Admissions!F4"}
    assert said(cohort, "read as not measured").keys() == {"Admissions!G3", "Admissions!M4"}
    first = cohort.admissions[0]
    assert {"finding:creatinine very high", "finding:intubated"} <= set(first.codes)
    assert [(o.source, o.written) for o in first.observations if o.name == "haemoglobin"] == [("Admissions!H2", "g/L")]
    assert not {"K+", "INR"} & first.labels.keys() and first.labels["Intubated"] == "yes"
    assert {c.of.quantity.name for c in mapping.findings.columns} >= {"creatinine", "weight"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([0.8, 1.1, 2.4, 0.9, 1.0, 7.9], [0.8, 1.1, 2.4, 0.9, 1.0, 7.9]),
        ([71, 97, 212, 80, 88, 700], [0.8032, 1.0973, 2.3981, 0.905, 0.9955, 7.9184]),
    ],
)
def test_a_column_without_unit_is_read_where_its_values_tell_it(
    tmp_path: Path, formulary: Formulary, cells: list[float], expected: list[float]
) -> None:
    cohort, _ = read(tmp_path, formulary, Admissions=patients(["Kreatinin"], [[cell] for cell in cells]))
    assert [each.get("creatinine") for each in values(cohort)] == pytest.approx(expected, abs=1e-3)
    assert said(cohort, "no unit in the header")


@pytest.mark.parametrize("cells", [[0.8, 1.1, 88], [1.0, 88, 1.1, 97, 0.9, 105, 1.2, 71], [20, 22, 23, 21, 20, 22]])
def test_a_column_whose_unit_cannot_be_told_is_not_read(
    tmp_path: Path, formulary: Formulary, cells: list[float]
) -> None:
    """Too few values, a mixture of units, and values that no unit makes usual."""
    cohort, _ = read(tmp_path, formulary, Admissions=patients(["Creatinine"], [[cell] for cell in cells]))
    assert not any(values(cohort))
    assert said(cohort, "no unit is given").keys() == {"Admissions, column Creatinine"}


def test_columns_that_only_look_like_findings_are_left_alone(tmp_path: Path, formulary: Formulary) -> None:
    headers = ["HF", "Height of fall", "Creatinine date", "Discharge creatinine (mg/dL)", "Dialysis unit"]
    rows: Rows = [[n % 2, "2 m", "2024-05-13", 1.1, "North"] for n in range(6)]
    cohort, mapping = read(tmp_path, formulary, Admissions=patients(headers, rows))
    assert not any(values(cohort)) and not mapping.findings.columns
    assert set(cohort.admissions[0].labels) == {"Dialysis unit"}


@pytest.mark.parametrize(
    ("header", "cells", "is_read"),
    [
        ("K", [3.9, 4.4, 5.1, 3.0], True),
        ("K", [1, 2, 5, 3, 4, 3], False),  # a class
        ("K+", [4, 4, 5, 3], True),
        ("Na", [139, 128, 141], True),
        ("Na", [1, 0, 1], False),
        ("GCS", [15, 7, 3], True),
        ("Pulse", [1, 2, 12], False),
        ("INR", [1, 1, 2], True),
    ],
)
def test_a_short_name_needs_values_that_speak_for_it(
    tmp_path: Path, formulary: Formulary, header: str, cells: list[float], is_read: bool
) -> None:
    cohort, mapping = read(tmp_path, formulary, Admissions=patients([header], [[cell] for cell in cells]))
    assert bool(mapping.findings.columns) == is_read == any(values(cohort))
    assert header not in cohort.admissions[0].labels


def test_a_sheet_in_long_form(tmp_path: Path, formulary: Formulary) -> None:
    laboratory: Rows = [
        ["Fall-Nr", "Parameter", "Ergebnis", "Einheit", "Abnahmezeit"],
        ["A1", "Kreatinin", "1,4", "mg/dl", "2024-05-13 09:00"],
        ["A1", "Kreatinin", "203", "µmol/l", "2024-05-14 07:30"],
        ["A1", "Kreatinin", "9,9", "mg/dl", "2024-05-14 08:01"],
        ["A1", "Kalium", "45", "mmol/l", "2024-05-13 09:00"],
        ["A2", "Kalium", "5,6 (H)", "mmol/l", "2024-05-13 09:00"],
        ["A2", "Troponin", "12", "ng/l", "2024-05-13 09:00"],
        ["A2", "Natrium", "139", "furlong", "2024-05-13 09:00"],
        ["A3", "INR", "2,1", "", ""],
        ["A9", "INR", "1,0", "", ""],
    ]
    cohort, mapping = read(tmp_path, formulary, Admissions=patients([], [[], [], []]), Labor=laboratory)
    assert [[(o.name, o.value, o.hours) for o in a.observations] for a in cohort.admissions] == [
        [("creatinine", 2.2963, -0.5)],
        [("potassium", 5.6, -23.0)],
        [("INR", 2.1, None)],
    ]
    assert cohort.unread_values == {"potassium": 1, "sodium": 1}
    assert said(cohort, "set aside").keys() == {"Labor!C5", "Labor!C8"}
    assert [sheet.table.title for sheet in mapping.findings.sheets] == ["Labor"]
    assert not said(cohort, "sheet not used")


def test_a_time_that_can_be_read_in_two_ways_is_said_and_never_guessed(tmp_path: Path, formulary: Formulary) -> None:
    def labs(*days: str) -> Rows:
        return [
            ["Admission ID", "Test", "Result", "Collected"],
            *[[f"A{n}", "K", 4.0, d] for n, d in enumerate(days, 1)],
        ]

    rows: Rows = [[], [], [], []]
    cohort, _ = read(tmp_path, formulary, Admissions=patients([], rows), Labs=labs("12/05/2024", "05/05/2024"))
    assert values(cohort)[:2] == [{}, {"potassium": 4.0}] and cohort.unread_values == {"potassium": 1}
    assert said(cohort, "day and month").keys() == {"Labs!C2"}
    proven = labs("12/05/2024", "13/05/2024", "13/05/2024", "13/05/2024")
    cohort, _ = read(tmp_path, formulary, Admissions=patients([], rows), Labs=proven)
    assert values(cohort) == [{"potassium": 4.0}] * 4


def test_a_sheet_of_orders_stays_one_beside_a_sheet_of_findings(tmp_path: Path, formulary: Formulary) -> None:
    ordered: Rows = [["Admission ID", "Drug"]] + [[f"A{n}", drug] for n in (1, 2, 3) for drug in ("aspirin", "heparin")]
    laboratory: Rows = [["Admission ID", "Test", "Result", "Unit"]] + [[f"A{n}", "K", 3 + n / 2, ""] for n in (1, 2, 3)]
    cohort, _ = read(tmp_path, formulary, Admissions=patients([], [[], [], []]), Orders=ordered, Labs=laboratory)
    assert [a.orders for a in cohort.admissions] == [("aspirin", "heparin")] * 3
    assert [each["potassium"] for each in values(cohort)] == [3.5, 4.0, 4.5]


def test_codes_of_findings_name_their_finding(tmp_path: Path, formulary: Formulary) -> None:
    cohort, _ = read(tmp_path, formulary, Admissions=patients(["eGFR"], [[">90"], [28], ["<15"]]))
    found = [[code for code in a.codes if finding_of(code) == "egfr"] for a in cohort.admissions]
    assert found == [["finding:egfr normal"], ["finding:egfr very low"], ["finding:egfr very low"]]
