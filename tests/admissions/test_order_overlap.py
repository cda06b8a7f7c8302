"""Which orders are active at one time, by one rule for every reader."""

from pathlib import Path

import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.order_overlap import Span, together
from lamo_desktop.formulary import Formulary, load_formulary
from tests.admissions.test_eicu import order, patient, read, write
from tests.admissions.test_mimic import mimic3, put


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.mark.parametrize(
    ("spans", "sets"),
    [
        ([], ()),
        ([("a", (0, 600)), ("b", (60, 900))], ()),  # both at once
        ([("a", (0, 600)), ("b", (600, 900))], (("a",), ("b",))),  # one ends as the other starts
        ([("a", (0, None)), ("b", (600, 900))], ()),  # no stop: it goes on
        ([("a", (300, 60)), ("b", (900, None))], ()),  # a stop before the start is none
        ([("a", (0, 0)), ("b", (200, None))], ()),  # a single dose works on
        ([("a", (0, 0)), ("b", (240, None))], (("a",), ("b",))),
        ([("a", (0, 300)), ("b", (0, None)), ("c", (400, None))], (("a", "b"), ("b", "c"))),
        ([("a", (0, 300)), ("a", (500, 900)), ("b", (600, None))], ()),  # ordered again
    ],
)
def test_sets_of_orders_active_at_one_time(spans: list[tuple[str, Span]], sets: tuple[tuple[str, ...], ...]) -> None:
    assert together(spans) == sets


def test_eicu(tmp_path: Path, formulary: Formulary) -> None:
    def timed(name: str, start: int, stop: object) -> dict[str, object]:
        return {**order(1, name, start), "drugstopoffset": stop}

    rows = [timed("LORAZEPAM 2 MG", -30, 300), timed("ASPIRIN 81 MG", 0, 0), timed("ZOLPIDEM 5 MG TAB", 600, 2000)]
    (admission,) = read(write(tmp_path, patient=[patient(1)], medication=rows), formulary).admissions
    assert admission.orders == ("aspirin", "lorazepam", "zolpidem")
    assert admission.orders_together == (("aspirin", "lorazepam"), ("aspirin", "zolpidem"))
    for row in rows:
        del row["drugstopoffset"]
    (admission,) = read(write(tmp_path, patient=[patient(1)], medication=rows), formulary).admissions
    assert admission.orders_together == ()


def test_mimic3_by_whole_days(tmp_path: Path, formulary: Formulary) -> None:
    put(
        mimic3(tmp_path),
        "PRESCRIPTIONS.csv",
        "hadm_id,startdate,enddate,drug_type,drug",
        "11,2150-01-01,2150-01-01,MAIN,Lorazepam",
        "11,2150-01-01,2150-01-02,MAIN,Aspirin",
        "11,2150-01-02,,MAIN,Zolpidem Tartrate",
    )
    (admission,) = [a for a in read_cohort(tmp_path, formulary).admissions if a.admission_id == "11"]
    assert admission.orders_together == (("aspirin", "lorazepam"), ("aspirin", "zolpidem"))


def test_an_export_without_stops_says_nothing(tmp_path: Path, formulary: Formulary) -> None:
    path = tmp_path / "flat.csv"
    path.write_text(
        "admission id,age,sex,diagnoses,drug,order start,admission date\n"
        "A1,67,F,sepsis,lorazepam,2024-01-20 08:00,2024-01-20 08:00\n"
        "A1,67,F,sepsis,zolpidem,2024-01-20 22:00,2024-01-20 08:00\n"
    )
    (admission,) = read_cohort(path, formulary).admissions
    assert (admission.orders, admission.orders_together) == (("lorazepam", "zolpidem"), ())
