"""What of an export is not used, or not understood, is listed alike at every door, and taken for nothing."""

import csv
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.mapping import CLOCK, FINDING
from lamo_desktop.admissions.read import read_export
from lamo_desktop.cli import main
from lamo_desktop.formulary import load_formulary

HEADER = [
    "HADM",
    "Age",
    "Sex",
    "Adm. date",
    "Adm. time",
    "Diagnoses",
    "Allergies",
    "Home medications",
    "Creatinine (mg/dL)",
    "Marker",
]
ROWS = [
    ["A1", "67", "F", "2024-01-05", "20:00", "I10", "Zubrin dust; penicillin", "frobinol 5 mg", "1.2", "x" * 70],
    ["A2", "71", "M", "2024-01-07", "08:00", "I10", "NKDA", "metoprolol", "0.9", "y" * 70],
    ["A3", "71", "M", "2024-01-08", "08:00", "I10", "zubrin dust", "Frobinol 5 mg", "0.8", "z" * 70],
]  # fmt: skip


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "stays.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *ROWS])
    return path


def test_times_of_day_and_findings_are_used_columns(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (table,) = read_export(export, load_formulary()).tables
    fields = {column.header: column.field for column in table.columns}
    assert (fields["Adm. time"], fields["Creatinine (mg/dL)"]) == (CLOCK, FINDING)
    assert table.unused == ("Marker",)
    assert main(["check", str(export), "--progress", "none"]) == 0
    printed = capsys.readouterr().out
    assert "columns not used: 'Marker'" in printed and "columns not taken" in printed
    asked = next(line for line in printed.splitlines() if "columns not taken" in line)
    assert asked.endswith("(columns not taken: 'Marker')")


def test_one_of_each_is_said_in_the_singular(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, ROWS[0], ["A2", "abc", *ROWS[1][2:]]])
    assert main(["check", str(path), "--progress", "none"]) == 0
    printed = capsys.readouterr().out
    assert "1 row set aside:" in printed
    assert "1 home medication (1 text) not understood, so that nothing follows from it:" in printed


def test_unknown_allergies_and_home_medications_are_counted_with_their_cell(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = read_export(export, load_formulary()).cohort
    listed = [(entry.kind, entry.text, entry.admissions, entry.where) for entry in cohort.not_understood]
    assert listed == [
        ("allergy", "zubrin dust", 2, "stays.csv row 2, column Allergies"),
        ("home medication", "frobinol 5 mg", 2, "stays.csv row 2, column Home medications"),
    ]
    book = tmp_path / "check.xlsx"
    assert main(["check", str(export), "--xlsx", str(book), "--progress", "none"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "2 allergies (1 text) not understood" in printed and "2 zubrin dust first: stays.csv row 2" in printed
    assert list(openpyxl.load_workbook(book)["Not understood"].values)[2:] == listed
