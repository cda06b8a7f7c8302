"""A sheet of home medications in a workbook is read like the sheet of orders."""

from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.mapping import HOME, save_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary

STAYS = [["HADM", "Age", "Sex", "Diagnoses"], ["A1", 67, "F", "I10"], ["A2", 71, "M", "I10"]]
ORDERS = [["HADM", "Drug", "Start (min from admission)"], ["A1", "heparin", 60], ["A2", "aspirin", 30]]
HOME_ROWS = [["A1", "Lisinopril 10 mg"], ["A1", "frobinol"], ["A2", "metoprolol 25 mg"], ["A9", "warfarin"], ["A2", ""]]


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def book(path: Path, title: str, header: list[str], rows: list[list[str]]) -> Path:
    made = openpyxl.Workbook()
    for name, cells in (("Stays", STAYS), ("Orders", ORDERS), (title, [header, *rows])):
        sheet = made.active if name == "Stays" else made.create_sheet(name)
        assert sheet is not None
        sheet.title = name
        for row in cells:
            sheet.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize(
    ("title", "header"),
    [
        ("Home meds", ["HADM", "Drug"]),
        ("Hausmedikation", ["Fallnummer", "Präparat"]),
        ("Traitement habituel", ["N° séjour", "Médicament"]),
        ("Medicación habitual", ["Nº episodio", "Fármaco"]),
        ("院前用药", ["住院号", "药品名称"]),
        ("Sheet3", ["CSN", "Home medication"]),  # the header tells
    ],
)
def test_it_is_found_and_read(title: str, header: list[str], tmp_path: Path, formulary: Formulary) -> None:
    export = read_export(book(tmp_path / "a.xlsx", title, header, HOME_ROWS), formulary)
    first, second = export.cohort.admissions
    assert first.home_medications == ("lisinopril", "frobinol") and second.home_medications == ("metoprolol",)
    assert (first.orders, second.orders) == (("heparin",), ("aspirin",))
    (table,) = [table for table in export.tables if table.role == HOME]
    assert {c.field: c.header for c in table.columns} == {
        "admission_id": header[0],
        "medications_on_admission": header[1],
    }
    said = {problem.message for problem in export.cohort.problems if problem.where == title}
    assert said == {
        f"rows of home medications not used because the admission is not among the rows read: 1 (first: {title}!A5)",
        f"rows of home medications not used because the drug is missing: 1 (first: {title}!A6)",
    }
    assert [(e.kind, e.text) for e in export.cohort.not_understood] == [("home medication", "frobinol")]


def test_a_titled_sheet_with_few_known_admissions_is_read_and_counted(tmp_path: Path, formulary: Formulary) -> None:
    rows = [["A1", "lisinopril"], *([f"Z{n}", "warfarin"] for n in range(4))]
    cohort = read_export(book(tmp_path / "a.xlsx", "Home meds", ["HADM", "Drug"], rows), formulary).cohort
    assert [admission.home_medications for admission in cohort.admissions] == [("lisinopril",), ()]
    assert [p.message for p in cohort.problems if p.where == "Home meds" and "among the rows read: 4" in p.message]


def test_another_sheet_is_not_taken_and_a_saved_profile_keeps_the_choice(tmp_path: Path, formulary: Formulary) -> None:
    discharge = read_export(book(tmp_path / "a.xlsx", "Discharge drugs", ["HADM", "Drug"], HOME_ROWS), formulary)
    assert discharge.headers is not None and discharge.headers.home is None
    export = read_export(book(tmp_path / "b.xlsx", "Home meds", ["HADM", "Drug"], HOME_ROWS), formulary)
    save_profile(export, tmp_path / "own.yaml")
    again = read_export(tmp_path / "b.xlsx", formulary, tmp_path / "own.yaml")
    assert again.cohort.admissions == export.cohort.admissions


def test_a_chosen_sheet_that_is_not_there_is_said_and_none_is_no_missing_drug(
    tmp_path: Path, formulary: Formulary
) -> None:
    path = book(tmp_path / "a.xlsx", "Home meds", ["HADM", "Drug"], [*HOME_ROWS, ["A2", "none"]])
    cohort = read_export(path, formulary).cohort
    (missing,) = [p.message for p in cohort.problems if "the drug is missing" in p.message]
    assert "the drug is missing: 1 " in missing, "the empty cell alone"
    (tmp_path / "own.yaml").write_text("kind: flat\nsheets: {home_medications: Elsewhere}\n", encoding="utf-8")
    with pytest.raises(InputError, match="Sheet Elsewhere: expected an admission id and a drug column"):
        read_export(path, formulary, tmp_path / "own.yaml")
