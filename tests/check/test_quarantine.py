"""Rows set aside are written as they stood in the export, and read again once they are repaired."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.repaired import REASON
from lamo_desktop.cli import main
from lamo_desktop.formulary import Formulary, load_formulary

HISTORY = "Chest pain since noon. " * 2_000  # more than a cell of Excel holds


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def test_quarantined_rows_are_repaired_and_imported_with_their_orders(
    tmp_path: Path, formulary: Formulary, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Stays"
    for row in (
        ["Export of ward 7"],
        ["Admission ID", "Age", "Sex", "Diagnosis", "HPI", "Ward"],
        ["007", "abc", "F", "=Sepsis", HISTORY, "ICU"],
        ["008", "67", "M", "Gout", "Fell.", "ICU"],
        ["009", "-3", "M", "Asthma", "Coughs.", "ICU"],
    ):
        book.active.append([None if cell == HISTORY else cell for cell in row])
    book.active["D3"].data_type = "s"
    book.active["E3"] = "@history@"
    orders = book.create_sheet("Given")
    for row in (["Admission ID", "Drug name"], ["007", "heparin"], ["008", "aspirin"], ["009", "warfarin"]):
        orders.append(row)
    export, rows = tmp_path / "ward.xlsx", tmp_path / "rows.xlsx"
    book.save(export)
    replace_text(export, "@history@", HISTORY)
    assert main(["check", str(export), "--quarantine", str(rows), "--progress", "none"]) == 0
    assert "(2 rows)" in capsys.readouterr().out
    written = openpyxl.load_workbook(rows)
    assert written.sheetnames == ["Quarantine", "Quarantine orders", "Long text"]
    sheet = written["Quarantine"]
    assert [cell.value for cell in sheet[2]] == [REASON, "Admission ID", "Age", "Sex", "Diagnosis", "HPI", "Ward"]
    assert sheet["A3"].value.startswith("Stays!A3: Stays!B3: expected an age")
    assert [cell.value for cell in sheet[3]][1:5] == ["007", "abc", "F", "=Sepsis"]
    assert sheet["E3"].data_type == "s" and sheet["E3"].quotePrefix
    assert [[cell.value for cell in row][1:] for row in written["Quarantine orders"].iter_rows(3)] == [
        ["007", "heparin"],
        ["009", "warfarin"],
    ]
    sheet["C3"], sheet["C4"] = "61", "62"
    written.save(rows)
    cohort = read_cohort(rows, formulary)
    assert [(a.admission_id, a.age, a.orders) for a in cohort.admissions] == [
        ("007", 61, ("heparin",)),
        ("009", 62, ("warfarin",)),
    ]
    assert cohort.admissions[0].sections["history_of_present_illness"] == HISTORY.strip()
    assert dict(cohort.admissions[0].labels) == {"Ward": "ICU"}
    assert not cohort.set_aside


def test_rows_of_a_folder_s_main_table_are_quarantined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = (
        "patientunitstayid,patienthealthsystemstayid,uniquepid,age,gender,unitvisitnumber,hospitaldischargeyear,"
        "apacheadmissiondx,hospitalid,ethnicity,unittype,unitadmitsource"
    )
    lines = [header, "1,11,p1,67,Female,1,2015,Sepsis,7,,MICU,Floor", '2,12,p2,old,Male,1,2015,"CHF, acute",7,,MICU,ER']
    (tmp_path / "patient.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "diagnosis.csv").write_text(
        "patientunitstayid,diagnosisoffset,diagnosisstring,diagnosispriority\n1,5,renal|failure,Major\n",
        encoding="utf-8",
    )
    rows = tmp_path / "rows.xlsx"
    assert main(["check", str(tmp_path), "--quarantine", str(rows), "--progress", "none"]) == 0
    book = openpyxl.load_workbook(rows)
    sheet = book["Quarantine"]
    assert [cell.value for cell in sheet[2]] == [REASON, *header.split(",")]
    assert sheet["A3"].value.startswith("patient.csv row 3: the age is missing")
    assert [cell.value for cell in sheet[3]][1:5] == ["2", "12", "p2", "old"]
    assert sheet.max_row == 3
    sheet["E3"] = "70"
    book.save(rows)
    (admission,) = read_cohort(rows, load_formulary()).admissions
    assert (admission.admission_id, admission.age, admission.reason) == ("2", 70, "CHF, acute")


def test_the_recommendations_workbook_holds_what_was_not_scored(tmp_path: Path, formulary: Formulary) -> None:
    export, out = tmp_path / "a.csv", tmp_path / "out.xlsx"
    export.write_text("Admission ID,Age,Diagnosis,Orders\n1,61,Gout,aspirin\n2,abc,Asthma,heparin\n", encoding="utf-8")
    options = ["--candidates", "aspirin,heparin", "--threads", "1", "--progress", "none"]
    assert main(["recommend", str(export), "-o", str(out), *options]) == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Recommendations", "Admissions", "Set aside", "Run", "Quarantine"]
    sheet = book["Quarantine"]
    assert [cell.value for cell in sheet[3]][1:] == ["2", "abc", "Asthma", "heparin"]
    sheet["C3"] = "62"
    book.save(out)
    (admission,) = read_cohort(out, formulary).admissions  # of the whole workbook only the repaired rows
    assert (admission.admission_id, admission.age, admission.orders) == ("2", 62, ("heparin",))


def replace_text(path: Path, mark: str, text: str) -> None:
    """Put a text into a workbook that openpyxl would refuse to write whole."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(mark.encode(), text.encode()))
