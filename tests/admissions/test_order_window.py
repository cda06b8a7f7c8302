"""The order window: one rule for every reader, told in words, and whole stays where no start is known."""

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.order_window import OrderWindow, parse_order_window, parse_span
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.admissions.values import decided_order
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.paths import resource

FIRST_DAY = OrderWindow.of_minutes(-1440, 1440)


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def workbook(
    path: Path, starts: list[Any], header: str = "Start", admitted: Any = "2024-01-05 08:00", drugs: str = "heparin"
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["HADM", "Age", "Admission date", "Diagnoses"])
    sheet.append(["1", 67, admitted, "I10"])
    orders = book.create_sheet("Orders")
    orders.append(["HADM", "Drug", header])
    for drug, start in zip(["heparin", "aspirin", "furosemide", "insulin lispro"], starts, strict=False):
        orders.append(["1", drug, start])
    book.save(path)
    return path


def read(path: Path, formulary: Formulary, **settings: Any) -> Cohort:
    own = path.with_suffix(".yaml")
    own.write_text(yaml.safe_dump({"kind": "flat", **settings}), encoding="utf-8")
    return read_export(path, formulary, own).cohort


def ordered(cohort: Cohort) -> tuple[str, ...] | None:
    return cohort.admissions[0].orders


def test_windows_as_they_are_written() -> None:
    assert parse_order_window("-24..24") == FIRST_DAY == parse_order_window(" -24 to 24 h")
    assert parse_order_window("0..48").days == (0, 2)
    assert parse_order_window("ALL").whole_stay
    for wrong in ("24", "24..-24", "yesterday", ""):
        with pytest.raises(InputError, match=r"is no order window: expected hours from admission such as -24\.\.24"):
            parse_order_window(wrong)


def test_both_ends_count_and_dates_count_by_days() -> None:
    assert FIRST_DAY.holds(-1440) and FIRST_DAY.holds(1440) and not FIRST_DAY.holds(1441)
    admitted = datetime(2024, 1, 5, 8)
    held = [FIRST_DAY.holds_between(admitted, datetime(2024, 1, day), by_day=True) for day in (4, 5, 6, 7)]
    assert held == [False, True, True, False]
    assert FIRST_DAY.days == OrderWindow.of_days(0, 1).days  # as the published tables with dates count


@pytest.mark.parametrize(
    ("text", "unit", "minutes"),
    [
        ("-30", 1.0, -30),
        ("1,5", 60.0, 90),
        ("1 d 3 h", None, 1620),
        ("90 min", None, 90),
        ("-2h", None, -120),
        ("3 Stunden", None, 180),
        ("30", None, None),
        ("2024-01-05", None, None),
        ("5 mg", None, None),
        ("", 1.0, None),
    ],
)
def test_time_passed_since_admission(text: str, unit: float | None, minutes: float | None) -> None:
    assert parse_span(text, unit) == minutes


def test_every_profile_has_the_rule() -> None:
    assert load_profile("eicu").order_window() == load_profile("mimic4").order_window() == FIRST_DAY
    assert load_profile("mimic3").order_window() == OrderWindow.of_days(0, 1)
    assert load_profile("flat").order_window() == FIRST_DAY
    for kind in ("eicu", "mimic3", "mimic4", "flat"):
        assert load_profile(kind).changed(order_window="0..12").order_window() == OrderWindow.of_minutes(0, 720)


def test_times(tmp_path: Path, formulary: Formulary) -> None:
    starts = ["2024-01-05 20:00", "2024-01-06 08:01", "2024-01-04 09:00", "2024-01-04 07:00"]
    cohort = read(workbook(tmp_path / "a.xlsx", starts), formulary)
    assert ordered(cohort) == ("furosemide", "heparin")
    assert cohort.source.orders == (
        "orders that start from 24 hours before admission to 24 hours after admission: "
        "2 of 4 order rows start outside it"
    )
    assert not cohort.source.whole_stays


@pytest.mark.parametrize(
    ("admitted", "starts"),
    [
        ("42005.35417", ["42005.5", "42006.35", "42006.36", "42011.25"]),
        ("201501010830", ["201501011200", "201501020829", "201501020831", "201501070600"]),
        ("20150101083000", ["20150101120000", "20150102082959", "20150102083001", "20150107060000"]),
    ],
)
def test_days_as_excel_counts_them_and_times_without_marks(
    admitted: str, starts: list[str], tmp_path: Path, formulary: Formulary
) -> None:
    cohort = read(workbook(tmp_path / "a.xlsx", starts, "Start time", admitted), formulary)
    assert ordered(cohort) == ("aspirin", "heparin")
    assert not cohort.source.whole_stays
    doubts = [problem for problem in cohort.problems if problem.severity != "info"]
    assert all("no column was found for the patient id" in problem.message for problem in doubts)


def test_dates_without_a_time(tmp_path: Path, formulary: Formulary) -> None:
    starts = ["2024-01-05", "2024-01-06", "2024-01-07", "2024-01-04"]
    cohort = read(workbook(tmp_path / "a.xlsx", starts), formulary)
    assert ordered(cohort) == ("aspirin", "heparin")
    assert "starts without a time of day: from the day of admission to the day after" in cohort.source.orders


@pytest.mark.parametrize(
    ("header", "starts", "settings"),
    [
        ("Start (min from unit admission)", [-60, 1440, 1441, 9000], {}),
        ("Start offset [h]", [-1, 24, 24.5, 200], {}),
        ("Beginn (Tage seit Aufnahme)", [0, 1, 1.5, 6], {}),
        ("Started", ["30 min", "23 h", "1 d 3 h", "5 days"], {}),
        ("T0", [-60, 1440, 1441, 9000], {"order_start_unit": "minutes", "columns": {"order_start": "T0"}}),
    ],
)
def test_time_since_admission_in_a_column(
    header: str, starts: list[Any], settings: dict[str, Any], tmp_path: Path, formulary: Formulary
) -> None:
    path = workbook(tmp_path / "a.xlsx", starts, header, admitted="")
    assert ordered(read(path, formulary, **settings)) == ("aspirin", "heparin")


def test_of_two_starts_the_time_since_admission_counts_where_no_admission_date_is_known(
    tmp_path: Path, formulary: Formulary
) -> None:
    path, book = tmp_path / "a.xlsx", openpyxl.Workbook()
    book.active.append(["HADM", "Age", "Diagnoses"])
    book.active.append(["1", 67, "I10"])
    orders = book.create_sheet("Orders")
    orders.append(["HADM", "Order text", "Started", "Start (min from unit admission)"])
    for drug, minutes in (("heparin", -60), ("aspirin", 1440), ("furosemide", 1441)):
        orders.append(["1", drug, "2024-01-05 08:00", minutes])
    book.save(path)
    cohort = read(path, formulary)
    assert ordered(cohort) == ("aspirin", "heparin") and not cohort.source.whole_stays


def test_numbers_without_a_unit_are_asked_about_and_change_nothing(tmp_path: Path, formulary: Formulary) -> None:
    path = workbook(tmp_path / "a.xlsx", [5, 10, 2000, 3000], "Start")
    cohort = read(path, formulary)
    assert cohort.source.whole_stays and len(ordered(cohort) or ()) == 4
    (asked,) = [p.message for p in cohort.problems if "whole stays are compared with a first-day question" in p.message]
    assert "'Start' holds numbers without a unit; say whether they are minutes, hours or days" in asked
    assert ordered(read(path, formulary, order_start_unit="hours")) == ("aspirin", "heparin")
    with pytest.raises(InputError, match="order_start_unit is 'weeks'; expected minutes, hours or days"):
        read(path, formulary, order_start_unit="weeks")


def test_without_a_start_column_whole_stays_are_compared_and_it_is_said(tmp_path: Path, formulary: Formulary) -> None:
    cohort = read(workbook(tmp_path / "a.xlsx", ["x"] * 4, "Remark"), formulary)
    assert cohort.source.whole_stays and len(ordered(cohort) or ()) == 4
    assert "no column says when an order starts" in cohort.source.orders
    assert any(p.severity == "warning" and "whole stays are compared" in p.message for p in cohort.problems)
    chosen = read(tmp_path / "a.xlsx", formulary, order_window="all")
    assert chosen.source.orders == "all orders of the stay, as chosen" and chosen.source.whole_stays


def test_orders_in_a_cell_have_no_time(tmp_path: Path, formulary: Formulary) -> None:
    path = tmp_path / "a.csv"
    path.write_text("HADM;Diagnoses;Orders\n1;I10;heparin|aspirin\n", encoding="utf-8")
    cohort = read(path, formulary)
    assert ordered(cohort) == ("aspirin", "heparin") and cohort.source.whole_stays
    assert "orders in a cell of the admission's row have no time of their own" in cohort.source.orders


def test_one_row_per_order_in_the_admissions_table_has_a_start_too(tmp_path: Path, formulary: Formulary) -> None:
    rows = ["HADM;Age;Admission date;Diagnoses;Drug;Start", "1;67;2024-01-05 08:00;I10;heparin;2024-01-05 09:00"]
    rows += ["1;67;2024-01-05 08:00;I10;aspirin;2024-01-08 09:00", "2;60;2024-01-05 08:00;I10;aspirin;2024-01-05 09:00"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    cohort = read(path, formulary)
    assert [a.orders for a in cohort.admissions] == [("heparin",), ("aspirin",)]
    assert "1 of 3 order rows start outside it" in cohort.source.orders


def test_an_option_goes_before_the_profile(formulary: Formulary) -> None:
    demo = resource("demo/eicu")
    day = read_export(demo, formulary).cohort
    six_hours = read_export(demo, formulary, order_window="0..6").cohort
    everything = read_export(demo, formulary, order_window="all").cohort
    assert "from 24 hours before admission to 24 hours after admission" in day.source.orders
    assert "order rows start outside it" in day.source.orders
    assert "from admission to 6 hours after admission" in six_hours.source.orders
    assert everything.source.whole_stays
    sizes = [sum(len(a.orders or ()) for a in cohort.admissions) for cohort in (six_hours, day, everything)]
    assert sizes[0] < sizes[1] <= sizes[2]


def test_cells_that_prove_the_order_of_day_and_month_decide_it(tmp_path: Path, formulary: Formulary) -> None:
    proven = [f"{day:02}/01/2024" for day in range(1, 26)]
    assert decided_order(proven, "ask")[0] == "dmy"
    assert decided_order([f"01/{day:02}/2024" for day in range(1, 26)], "ask")[0] == "mdy"
    assert decided_order([*proven, "01/25/2024"], "ask") == ("ask", "")  # one contradicts
    assert decided_order(["13/01/2024", "02/03/2024"], "ask") == ("ask", "")  # one proof is not enough
    assert decided_order(proven, "mdy") == ("mdy", "")
    rows = ["HADM;Age;Admission date;Diagnoses", *(f"{n};67;{date};I10" for n, date in enumerate(proven))]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    problems = read(path, formulary).problems
    (told,) = [p for p in problems if "day before month" in p.message]
    assert told.severity == "info" and "13 of 25 prove it and none contradicts" in told.message
    assert not any(p.severity == "error" for p in problems)


def test_the_time_of_writing_stands_for_the_start_only_where_it_is_said(tmp_path: Path, formulary: Formulary) -> None:
    def read(*headers: str) -> list[str]:
        path = tmp_path / f"{len(headers)}.xlsx"
        book = openpyxl.Workbook()
        book.active.append(["HADM", "Age", "Admission date", "Diagnoses"])
        book.active.append(["1", 67, "2020-05-13 08:00", "I10"])
        orders = book.create_sheet("Orders")
        orders.append(["HADM", "Drug", *headers])
        orders.append(["1", "heparin", *(["2020-05-13 10:00"] * len(headers))])
        book.save(path)
        return [
            problem.where
            for problem in read_export(path, formulary).cohort.problems
            if "was written" in problem.message
        ]

    assert len(read("Ordered at")) == 1
    assert read("Ordered at", "Start") == []
    for start in ("Start (planned)", "Beginn (geplant)", "Start [local]"):
        assert read("Order date", start) == []
        assert read(start, "Order date") == []


def test_midnight_among_times_is_a_time(tmp_path: Path, formulary: Formulary) -> None:
    """In a workbook 00:00 looks like a date without a time; beside times of day it is one."""
    starts = [datetime(2024, 1, 5, 9, 30), datetime(2024, 1, 6), datetime(2024, 1, 6, 7), datetime(2024, 1, 7)]
    drugs = ["heparin", "aspirin", "metoprolol", "furosemide"]
    for times, orders in (
        (starts, ("aspirin", "heparin", "metoprolol")),
        ([datetime(2024, 1, 6)] * 4, tuple(sorted(drugs))),
    ):
        path = tmp_path / f"{len(orders)}.xlsx"
        book = openpyxl.Workbook()
        book.active.append(["HADM", "Age", "Admission date", "Diagnoses"])
        for n in range(3):
            book.active.append([str(n), 67, datetime(2024, 1, 5, 22 + n % 2), "I10"])
        sheet = book.create_sheet("Orders")
        sheet.append(["HADM", "Drug", "Start"])
        for drug, start in zip(drugs, times, strict=True):
            sheet.append(["0", drug, start])
        book.save(path)
        cohort = read_export(path, formulary).cohort
        assert cohort.admissions[0].orders == orders
        assert ("without a time of day" in cohort.source.orders) == (times is not starts)
