"""Fields that no header names are found by what stands in the columns; what is not certain is asked for."""

from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.read import read_cohort, read_export
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary

Row = list[object]
DRUGS = ("heparin", "aspirin 81 mg", "furosemide 40 mg", "metoprolol", "insulin lispro", "lisinopril 5 mg")
DISEASES = ("Pneumonia", "Acute myocardial infarction", "Sepsis", "Diabetes mellitus", "Heart failure")
CODES = ("I10", "J18.9", "E11.65", "N17.9", "S06.5X0A")


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def workbook(path: Path, **sheets: list[Row]) -> Path:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def read(path: Path, formulary: Formulary) -> tuple[dict[str, list[str]], Cohort]:
    export = read_export(path, formulary)
    held: dict[str, list[str]] = {}
    for table in export.tables:
        for column in table.columns:
            held.setdefault(column.field, []).append(column.header)
    return held, export.cohort


def stays(*extra: str) -> list[Row]:
    """Twelve admissions without an id; `extra` headers are to be filled by the test."""
    rows: list[Row] = [["Age", "Sex", "Admission date", "Diagnoses", *extra]]
    for n in range(12):
        rows.append([40 + n, "FM"[n % 2], f"2024-01-{n + 1:02} 08:00", DISEASES[n % 5]])
    return rows


def said(cohort: Cohort, words: str) -> bool:
    return any(words in problem.message for problem in cohort.problems)


def test_an_id_that_is_different_in_every_row_is_the_admission_id(tmp_path: Path, formulary: Formulary) -> None:
    rows = stays("Kuckuck", "Weight", "Ward", "Whom")
    for n, row in enumerate(rows[1:]):
        row += [f"K-{1000 + n}", 50.5 + n, f"ICU {n % 3}B", f"Ada Lovelace {chr(65 + n)}"]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["admission_id"] == ["Kuckuck"] and len(cohort.admissions) == 12
    assert said(cohort, "chosen by its cells as the admission id, please check")
    export = read_export(tmp_path / "a.xlsx", formulary)
    (column,) = [c for table in export.tables for c in table.columns if c.field == "admission_id"]
    assert column.confidence < 0.9  # the mark of "please check"


def test_of_two_ids_that_nothing_tells_apart_none_is_guessed(tmp_path: Path, formulary: Formulary) -> None:
    rows = stays("Kuckuck", "Elster")
    for n, row in enumerate(rows[1:]):
        row += [f"K-{1000 + n}", f"E-{7000 + n}"]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert "admission_id" not in held
    assert said(
        cohort, "each row is taken for one admission and called by its number; perhaps it is 'Kuckuck' or 'Elster'"
    )
    assert [a.admission_id for a in cohort.admissions][:2] == ["row 2", "row 3"]
    assert cohort.source.numbered_patients


def test_the_words_of_a_header_tell_between_two_ids(tmp_path: Path, formulary: Formulary) -> None:
    rows = stays("Stay ref. code", "Person ref. code")
    for n, row in enumerate(rows[1:]):
        row += [f"K-{1000 + n}", f"E-{7000 + n}"]
    held, _ = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert (held["admission_id"], held["patient_id"]) == (["Stay ref. code"], ["Person ref. code"])


def test_an_id_that_repeats_where_persons_come_back_is_the_patients(tmp_path: Path, formulary: Formulary) -> None:
    rows = stays("Kuckuck", "Elster")
    for n, row in enumerate(rows[1:]):
        row += [f"K-{1000 + n}", f"E-{7000 + n % 10}"]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert (held["admission_id"], held["patient_id"]) == (["Kuckuck"], ["Elster"])
    assert len({a.patient_id for a in cohort.admissions}) == 10


def test_of_two_tables_the_ids_that_join_are_taken(tmp_path: Path, formulary: Formulary) -> None:
    rows = stays("Elster", "Kuckuck")
    for n, row in enumerate(rows[1:]):
        row += [f"E-{7000 + n}", f"K-{1000 + n}"]
    orders: list[Row] = [["Nummer X", "Zettel", "Wann"]]
    orders += [[f"K-{1000 + n % 12}", DRUGS[n % 6], f"2024-01-{n % 12 + 1:02} {9 + n // 12:02}:00"] for n in range(48)]
    laboratory: list[Row] = [["Nummer", "Component", "Result"]]
    laboratory += [[f"E-{7000 + n % 12}", "Digoxin level", 1.2] for n in range(60)]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows, Rx=orders, Labs=laboratory), formulary)
    assert held["admission_id"] == ["Kuckuck", "Nummer X"]
    assert (held["order_drug"], held["order_start"]) == (["Zettel"], ["Wann"])
    assert all(len(a.orders or ()) >= 1 for a in cohort.admissions)


def test_with_one_row_per_order_the_id_is_that_of_the_stay(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["Elster", "Kuckuck", "Specht", "Age", "Sex", "Admission date", "Diagnoses", "Zettel", "Wann"]]
    for n in range(60):
        stay = n // 5
        own: Row = [f"E-{7000 + stay % 10}", f"K-{1000 + stay}", f"O-{5000 + n}", 40 + stay % 10, "FM"[stay % 2]]
        rows.append(
            [
                *own,
                f"2024-01-{stay + 1:02} 08:00",
                DISEASES[stay % 5],
                DRUGS[n % 5],
                f"2024-01-{stay + 1:02} 1{n % 5}:00",
            ]
        )
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert (held["admission_id"], held["patient_id"]) == (["Kuckuck"], ["Elster"])
    assert held["order_start"] == ["Wann"]
    assert len(cohort.admissions) == 12 and all(len(a.orders or ()) == 5 for a in cohort.admissions)


def test_codes_are_diagnoses_and_beds_are_not(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["HADM", "Age", "Sex", "Place", "Zettel", "Zettel 2"]]
    rows += [
        [f"K-{n}", 40 + n, "F", f"B{n:02}", CODES[n % 5], f"{CODES[(n + 1) % 5]}; {CODES[n % 5]}"] for n in range(12)
    ]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["diagnoses"] == ["Zettel", "Zettel 2"] and said(cohort, "its cells are ICD codes")


def test_two_columns_of_diseases_are_asked_for(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["HADM", "Age", "Zettel", "Blatt"]]
    rows += [[f"K-{n}", 40 + n, DISEASES[n % 5], DISEASES[(n + 2) % 5]] for n in range(12)]
    with pytest.raises(InputError, match=r"no column was found for the .*diagnoses.*perhaps it is 'Zettel' or 'Blatt'"):
        read_cohort(workbook(tmp_path / "a.xlsx", A=rows), formulary)


def test_all_columns_of_a_numbered_family_are_read(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["HADM", "Age", "Diagnoses", *(f"DRUG{n}_NAME" for n in range(1, 12))]]
    rows += [
        [f"K-{n}", 40 + n, "Sepsis", *(DRUGS[(n + k) % 6] if k < n else None for k in range(11))] for n in range(12)
    ]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["orders"] == rows[0][3:]
    assert len(cohort.admissions[-1].orders or ()) == 6


def test_the_dates_of_a_stay_are_told_by_their_order(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["HADM", "Age", "Sex", "Diagnoses", "Printed", "On the ward", "Zeitpunkt", "Born there"]]
    for n in range(12):
        born = f"19{40 + 4 * n}-05-01"
        rows.append(
            [
                f"K-{n}",
                40 + n,
                "F",
                "Sepsis",
                "2024-03-01",
                f"2024-01-{n + 1:02} 12:00",
                f"2024-01-{n + 1:02} 08:00",
                born,
            ]
        )
    held, _ = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["admission_date"] == ["Zeitpunkt"]


def test_the_end_of_an_order_is_no_start(tmp_path: Path, formulary: Formulary) -> None:
    rows = stays("HADM")
    for n, row in enumerate(rows[1:]):
        row.append(f"K-{1000 + n}")
    orders: list[Row] = [["HADM", "Drug", "Wann"]]
    orders += [[f"K-{1000 + n % 12}", DRUGS[n % 6], f"2024-01-{n % 12 + 5 + n // 12:02} 09:00"] for n in range(48)]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows, Rx=orders), formulary)
    assert "order_start" not in held and said(cohort, "no column says when an order starts")


def test_sex_and_age_are_told_by_their_cells(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["HADM", "Diagnoses", "Q1", "Q2", "Q3"]]
    rows += [[f"K-{n}", "Sepsis", ("weiblich", "männlich")[n % 2], f"{40 + n} J.", 40 + n] for n in range(12)]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert (held["sex"], held["age"]) == (["Q1"], ["Q2"])
    assert cohort.admissions[0].sex == "female" and cohort.admissions[0].age == 40


def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["HADM", "Diagnoses", "Something"]]
    rows += [[f"K-{n}", "Sepsis", n % 3] for n in range(12)]
    _, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    (problem,) = [p for p in cohort.problems if "no column was found for" in p.message]
    assert "the patient id, age, sex, admission date and drugs that were ordered" in problem.message
    assert "'Something'" in problem.message and problem.severity == "warning"


def orders(*headers: str) -> list[Row]:
    """Eight admissions with six orders each, a row for each order; `headers` are to be filled by the test."""
    rows: list[Row] = [["Admission ID", "Age", "Sex", "Diagnoses", "Drug", *headers]]
    for n in range(48):
        stay = n // 6
        rows.append([f"A{1000 + stay}", 40 + stay, "FM"[stay % 2], DISEASES[stay % 5], DRUGS[n % 6]])
    return rows


def test_a_date_that_differs_from_order_to_order_is_none_of_the_stay(tmp_path: Path, formulary: Formulary) -> None:
    rows = orders("ADT_ADMIT_DTTM", "START_DATE", "End date")
    for n, row in enumerate(rows[1:]):
        day, hour = n // 6 + 1, n % 6 + 8
        row += [f"2024-01-{day:02} 07:00", f"2024-01-{day:02} {hour:02}:00", f"2024-01-{day:02} {hour + 6:02}:30"]
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert (held["admission_date"], held["order_start"]) == (["ADT_ADMIT_DTTM"], ["START_DATE"])
    assert "discharge_date" not in held
    assert len(cohort.admissions) == 8 and all(len(a.orders or ()) == 6 for a in cohort.admissions)


def test_nobody_is_discharged_before_the_admission(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["NDA", "AGE", "SEXE", "ENTREE_UM", "DIAG_LIB", "DATE_ENT"]]
    for n in range(12):
        rows.append(
            [f"N{1000 + n}", 40 + n, "FM"[n % 2], f"2024-01-{n + 2:02}", DISEASES[n % 5], f"2024-01-{n + 1:02}"]
        )
    held, _ = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["admission_date"] == ["DATE_ENT"] and "discharge_date" not in held


def test_an_admitting_diagnosis_beside_a_reason_is_the_diagnosis(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["Visit No.", "Age", "Sex", "Admit date", "Admitting Dx", "Chief Complaint"]]
    for n in range(12):
        rows.append([f"V{1000 + n}", 40 + n, "FM"[n % 2], f"2024-01-{n + 1:02}", DISEASES[n % 5], DISEASES[-n % 5]])
    held, _ = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert (held["diagnoses"], held["reason"]) == (["Admitting Dx"], ["Chief Complaint"])


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("DRUG_FORM", ("TABLET", "SOLN", "INJ")),
        ("Medikation > verordnet von", ("Schäfer, T.", "Yilmaz, A.", "Weiß, J.")),
    ],
)
def test_a_form_and_a_prescriber_are_no_drugs(
    header: str, cells: tuple[str, ...], tmp_path: Path, formulary: Formulary
) -> None:
    rows = orders(header)
    rows[0][4] = "Item 7"
    for n, row in enumerate(rows[1:]):
        row.append(cells[n % len(cells)])
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["orders"] == ["Item 7"]
    assert {drug for a in cohort.admissions for drug in a.orders or ()} >= {"heparin", "metoprolol"}


def test_a_ward_called_unit_is_no_patient(tmp_path: Path, formulary: Formulary) -> None:
    rows = orders("Unit", "Patient (pseudonymised)")
    for n, row in enumerate(rows[1:]):
        row += [("CCU", "4 West", "SICU", "MICU")[n // 6 % 4], f"{37920924 + n // 6}"]
    held, _ = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["patient_id"] == ["Patient (pseudonymised)"]


def test_treatment_at_home_is_nothing_ordered(tmp_path: Path, formulary: Formulary) -> None:
    home: list[Row] = [["Episodio", "Medicamento"]]
    rows: list[Row] = [["Episodio", "Edad", "Sexo", "Fecha de ingreso", "Diagnóstico"]]
    for n in range(12):
        rows.append([f"E{1000 + n}", 40 + n, "HM"[n % 2], f"2024-01-{n + 1:02}", DISEASES[n % 5]])
        home += [[f"E{1000 + n}", DRUGS[n % 6]], [f"E{1000 + n}", DRUGS[(n + 1) % 6]]]
    path = workbook(tmp_path / "a.xlsx", **{"Episodios": rows, "Tratamiento domiciliario": home})
    _, cohort = read(path, formulary)
    assert not cohort.has_orders and cohort.admissions[0].home_medications == ("heparin", "aspirin")


def test_codes_under_a_header_of_diagnoses_are_added_to_those_found(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["Fall-Nr.", "Alter", "Geschlecht", "Einweisungsgrund", "Aufnahmediagnosen (ICD-10-GM)"]]
    rows[0].append("Nebendiagnosen")
    for n in range(12):
        rows.append(
            [f"F{1000 + n}", 40 + n, "mw"[n % 2], f"V.a. {DISEASES[n % 5]}", f"{CODES[n % 5]}, I48.0", "I10.90; E11.90"]
        )
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["diagnoses"] == ["Aufnahmediagnosen (ICD-10-GM)", "Nebendiagnosen"]
    assert "I48.0" in str(cohort.admissions[0].diagnoses) + str(cohort.admissions[0].codes)


def test_a_group_header_makes_no_subgroup_and_hides_no_identifier(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [["Fall", None, None, None, "Klinik", None, None, None, None, None]]
    rows.append(
        ["Fallnummer", "Alter", "Geschlecht", "Diagnosen", "Station", "Nachname", "Patient name", "Todesursache"]
    )
    rows[1] += ["Befund Rö", "Patient MRN ID"]
    for n in range(24):
        names = ["Kowalski", "Brandl", "Meier"][n % 3]
        row: Row = [
            f"F{1000 + n}",
            40 + n,
            "mw"[n % 2],
            DISEASES[n % 5],
            f"{n % 3}A",
            names,
            names,
            ["", "Sepsis"][n % 2],
        ]
        rows.append([*row, ["o.B.", "Infiltrat"][n % 2], f"E{45436 + n}"])
    path = workbook(tmp_path / "a.xlsx", A=rows)
    held, cohort = read(path, formulary)
    assert held["label"] == ["Klinik › Station"]
    assert all(a.patient_id.startswith("P000") or not a.patient_id.startswith("E") for a in cohort.admissions)


def test_a_dutch_date_of_admission_is_one(tmp_path: Path, formulary: Formulary) -> None:
    rows: list[Row] = [
        ["Opnamenummer", "Leeftijd", "Geslacht", "Opnamedatum", "Ontslagdatum", "Hoofddiagnose (ICD-10)"]
    ]
    for n in range(12):
        rows.append(
            [f"{5000 + n}", f"{40 + n} jr", "MV"[n % 2], f"0{n % 9 + 1}-01-2023", f"1{n % 9 + 1}-01-2023", CODES[n % 5]]
        )
    held, cohort = read(workbook(tmp_path / "a.xlsx", A=rows), formulary)
    assert held["admission_date"] == ["Opnamedatum"]
    assert cohort.admissions[0].age == 40
