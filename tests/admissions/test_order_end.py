"""When the orders of a workbook or text table end: read in five languages, and never taken for their start."""

import csv
from pathlib import Path

import pytest

from lamo_desktop.admissions.read import read_export
from lamo_desktop.formulary import load_formulary

APART = (("aspirin", "heparin"), ("aspirin", "warfarin"))


@pytest.mark.parametrize(
    ("start", "end", "cells", "sets"),
    [
        ("Start", "Stop", ("2024-01-05 09:00", "2024-01-05 15:00", "2024-01-05 16:00", ""), APART),
        ("Beginn", "Ende", ("05.01.2024 09:00", "05.01.2024 15:00", "05.01.2024 16:00", ""), APART),
        ("Début", "Fin", ("2024-01-05 09:00", "2024-01-05 15:00", "2024-01-05 16:00", ""), APART),
        ("Fecha inicio", "Fecha fin", ("2024-01-05 09:00", "2024-01-05 15:00", "2024-01-05 16:00", ""), APART),
        ("开始时间", "停止时间", ("2024-01-05 09:00", "2024-01-05 15:00", "2024-01-05 16:00", ""), APART),
        ("Start (min from admission)", "End (min from admission)", ("60", "420", "480", ""), APART),
        ("Start (h after admission)", "Stop", ("1", "7", "8", ""), APART),
        ("Start", "Stop", ("2024-01-05", "2024-01-05", "2024-01-05", ""), ()),  # days alone: at one time
        ("Start", "Stop", ("2024-01-05", "2024-01-05", "2024-01-06", ""), APART),
        ("Start", "Stop", ("2024-01-05 09:00", "2024-01-05 09:00", "2024-01-05 11:00", ""), ()),  # a dose works on
        ("Start", "Dose", ("2024-01-05 09:00", "5 mg", "2024-01-05 16:00", "3 mg"), ()),  # nothing says when
    ],
)
def test_orders_that_are_not_active_together(
    start: str, end: str, cells: tuple[str, str, str, str], sets: tuple[tuple[str, ...], ...], tmp_path: Path
) -> None:
    first, stopped, second, open_end = cells
    stay = ["A1", "67", "F", "2024-01-05 08:00", "I10"]
    rows = [
        ["HADM", "Age", "Sex", "Admission date", "Diagnoses", "Drug", end, start],
        [*stay, "aspirin", "", first],
        [*stay, "heparin", stopped, first],
        [*stay, "warfarin", open_end, second],
        ["A2", "71", "M", "2024-01-05 08:00", "I10", "aspirin", "", first],
    ]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    export = read_export(path, load_formulary())
    fields = {column.field: column.header for column in export.tables[0].columns}
    assert (fields["order_start"], fields.get("order_end")) == (start, end if end != "Dose" else None)
    assert export.cohort.admissions[0].orders == ("aspirin", "heparin", "warfarin")
    assert export.cohort.admissions[0].orders_together == sets


def test_what_the_starts_prove_of_day_and_month_holds_for_the_ends(tmp_path: Path) -> None:
    rows = [["HADM", "Age", "Sex", "Admission date", "Diagnoses", "Drug", "Start", "Stop"]]
    for n, drug in enumerate(("aspirin", "heparin") * 10):
        day = n // 2 + 3  # beginning on the 3rd to the 12th, but for those that prove the order
        stay = [f"A{n // 2}", "67", "F", f"{day:02}/01/2024 07:00", "I10"]
        rows.append([*stay, drug, f"{day:02}/01/2024 0{8 + n % 2}:00", f"{day:02}/01/2024 1{n % 2}:00"])
    rows += [["B1", "67", "F", "25/01/2024 07:00", "I10", "aspirin", "25/01/2024 08:00", ""]] * 3
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    cohort = read_export(path, load_formulary()).cohort
    assert not [problem.message for problem in cohort.problems if "cannot be told apart" in problem.message]
