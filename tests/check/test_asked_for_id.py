"""Where nothing tells which of two ids is the admission's, one sentence asks, and the answer is a header."""

import csv
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.read import read_export
from lamo_desktop.check.corrections import with_columns
from lamo_desktop.check.opening import open_export
from lamo_desktop.cli import main
from lamo_desktop.formulary import load_formulary
from lamo_desktop.safe_load import yaml_text
from lamo_desktop.ui.import_.mappingtable import missing_sentence

DRUGS = ("heparin", "aspirin", "metoprolol")


@pytest.fixture
def two_ids(tmp_path: Path) -> Path:
    path = tmp_path / "two.csv"
    rows = [
        [f"{4711 + 13 * n}", f"{88100 + 7 * n}", f"{60 + n}", "FM"[n % 2], "I10", d] for n in range(9) for d in DRUGS
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Blau", "Grün", "Age", "Sex", "Diagnoses", "Drug"], *rows])
    return path


def test_the_command_names_them_and_takes_the_answer_in_a_profile(
    two_ids: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(two_ids), "--progress", "none"]) == 2
    asked = capsys.readouterr().err
    assert "perhaps it is 'Blau' or 'Grün': say which column identifies an admission" in asked
    answer = two_ids.with_suffix(".yaml")
    for header in ("Blau", "Grün"):
        answer.write_text(f"kind: flat\ncolumns: {{admission_id: {header}}}\n", encoding="utf-8")
        assert main(["check", str(two_ids), "--profile", str(answer), "--progress", "none"]) == 0
        assert "9 admissions can be scored" in capsys.readouterr().out


def test_the_window_names_them_and_takes_the_choice(two_ids: Path) -> None:
    opened = open_export(two_ids, None, None, lambda stage, share: None)
    assert opened.cohort is None and opened.perhaps_ids == ("Blau", "Grün")
    assert "Which column identifies an admission: “Blau” or “Grün”?" in missing_sentence(opened)
    held: dict[str, list[str]] = {}
    for column in opened.tables[0].columns:
        held.setdefault(column.field, []).append(column.header)
    answer = two_ids.with_suffix(".yaml")
    answer.write_text(yaml_text(with_columns(opened, {**held, "admission_id": ["Grün"]}, {})), encoding="utf-8")
    again = open_export(two_ids, str(answer), None, lambda stage, share: None)
    assert again.cohort is not None and len(again.cohort.admissions) == 9
    assert all(len(admission.orders or ()) == 3 for admission in again.cohort.admissions)


def test_a_named_id_of_the_admissions_finds_its_like_among_the_orders(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    stays, orders = book.active, book.create_sheet("Orders")
    assert stays is not None
    stays.append(["Blau", "Grün", "Age", "Sex", "Diagnoses"])
    orders.append(["Bezug", "Drug"])
    for n in range(9):
        stays.append([f"{4711 + 13 * n}", f"{88100 + 7 * n}", 60 + n, "FM"[n % 2], "I10"])
        orders.append([f"{88100 + 7 * n}", DRUGS[n % 3]])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "own.yaml").write_text("kind: flat\ncolumns: {admission_id: Grün}\n", encoding="utf-8")
    cohort = read_export(tmp_path / "a.xlsx", load_formulary(), tmp_path / "own.yaml").cohort
    assert [admission.orders for admission in cohort.admissions[:3]] == [(drug,) for drug in DRUGS]
