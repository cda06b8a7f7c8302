"""Profiles that a person's corrections become: they read the file again exactly as it was corrected."""

from pathlib import Path

import openpyxl
import pytest
import yaml

from lamo_desktop.admissions.mapping import save_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.formulary import Formulary, load_formulary


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def test_one_row_per_order_is_saved_as_such(tmp_path: Path, formulary: Formulary) -> None:
    path = tmp_path / "long.csv"
    path.write_text(
        "admission id,age,sex,diagnoses,drug\n"
        "A1,60,F,sepsis,ASPIRIN 81 MG\nA1,60,F,sepsis,HEPARIN\nA2,70,M,flu,HEPARIN\n",
        encoding="utf-8",
    )
    first = read_export(path, formulary)
    save_profile(first, tmp_path / "long.yaml")
    columns = yaml.safe_load((tmp_path / "long.yaml").read_text(encoding="utf-8"))["columns"]
    assert columns["order_drug"] == "drug"
    again = read_export(path, formulary, tmp_path / "long.yaml")
    assert again.cohort.admissions == first.cohort.admissions
    assert again.cohort.admissions[0].orders == ("aspirin", "heparin")
    assert not again.cohort.set_aside


def test_a_header_row_is_that_of_the_named_sheet_only(tmp_path: Path, formulary: Formulary) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Stays"
    for row in (("Age", "Sex"), ("see", "below"), ("Admission ID", "Dx"), ("A1", "sepsis"), ("A2", "flu")):
        sheet.append(row)
    orders = book.create_sheet("Orders")
    for row in (("Admission ID", "Drug"), ("A1", "ASPIRIN 81 MG"), ("A2", "HEPARIN"), ("A2", "ASPIRIN 81 MG")):
        orders.append(row)
    book.save(tmp_path / "two.xlsx")
    profile = tmp_path / "two.yaml"
    profile.write_text("kind: flat\nheader_row: 3\nsheets: {admissions: Stays}\n", encoding="utf-8")
    export = read_export(tmp_path / "two.xlsx", formulary, profile)
    assert [table.header_row for table in export.tables] == [3, 1]
    assert [admission.orders for admission in export.cohort.admissions] == [("aspirin",), ("aspirin", "heparin")]


def test_progress_is_told_while_rows_are_read(tmp_path: Path, formulary: Formulary) -> None:
    path = tmp_path / "many.csv"
    rows = "".join(f"A{i},50,flu\n" for i in range(9_000))
    path.write_text(f"admission id,age,diagnoses\n{rows}", encoding="utf-8")
    told: list[float] = []
    read_export(path, formulary, None, lambda what, share: told.append(share))
    assert told == sorted(told)
    assert len({share for share in told if 0.15 <= share < 0.85}) >= 4
