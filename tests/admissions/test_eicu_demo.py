"""The shipped demo export and drug-code table, and the whole demo database where LAMO_DATA points to it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.admissions.eicu_orders import shipped_codes
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.paths import resource


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.fixture(scope="module")
def demo(formulary: Formulary) -> Cohort:
    return read_cohort(resource("demo/eicu"), formulary)


@pytest.fixture(scope="module")
def database(formulary: Formulary) -> Cohort:
    data = os.environ.get("LAMO_DATA")
    if not data:
        pytest.skip("LAMO_DATA is not set")
    return read_cohort(Path(data) / "eicu-demo", formulary)


def test_demo_is_large_enough_and_complete(demo: Cohort) -> None:
    assert len(demo.admissions) >= 60
    assert len({a.labels["hospital"] for a in demo.admissions}) >= 6
    assert demo.attrition[-1].remaining == len(demo.admissions)
    assert all(a.orders and len(a.orders) >= 3 and (a.diagnoses or a.reason) for a in demo.admissions)
    for name in ("past_history", "allergies", "home_medications", "procedures"):
        assert sum(bool(getattr(a, name)) for a in demo.admissions) >= 5, name
    assert not [problem for problem in demo.problems if problem.severity != "info"]


def test_demo_holds_no_training_rows(demo: Cohort) -> None:
    assert {a.labels["year"] for a in demo.admissions} == {"2015"}
    assert "Northeast" not in {a.labels["region"] for a in demo.admissions}


def test_demo_carries_its_licence() -> None:
    assert "Open Database License" in resource("demo/eicu/LICENSE.md").read_text(encoding="utf-8")
    assert "eICU Collaborative Research Database" in resource("demo/eicu/ATTRIBUTION.md").read_text(encoding="utf-8")


def test_each_order_row_is_accounted_for(demo: Cohort) -> None:
    for step, following in zip(demo.attrition, demo.attrition[1:], strict=False):
        assert step.remaining - following.removed == following.remaining


def test_shipped_codes_name_known_ingredients(formulary: Formulary) -> None:
    codes = shipped_codes(formulary)
    assert len(codes) > 500
    assert codes["182"].ingredients == ("diltiazem",)
    unknown = {name for mapped in codes.values() if mapped.status == "drug" for name in mapped.ingredients}
    assert not {name for name in unknown if not formulary.known(name)}


def test_demo_admissions_read_the_same_as_in_the_whole_database(demo: Cohort, database: Cohort) -> None:
    def without_places(admission: Admission) -> Admission:
        """Without what the demo's tables leave out: rows elsewhere in a file, and when orders stop."""
        observations = tuple(replace(each, source="") for each in admission.observations)
        return replace(admission, source_row="", observations=observations, orders_together=())

    whole = {a.admission_id: without_places(a) for a in database.admissions}
    assert all(whole[a.admission_id] == without_places(a) for a in demo.admissions)
    assert sum(bool(a.observations) for a in demo.admissions) > 60
    before = {a.patient_id for a in database.admissions if a.labels["year"] == "2014"}
    assert not before & {a.patient_id for a in demo.admissions}


def test_whole_database_is_the_benchmark_cohort(database: Cohort) -> None:
    orders = [len(a.orders or ()) for a in database.admissions]
    assert 1_240 <= len(orders) <= 1_320
    assert 12 <= sum(orders) / len(orders) <= 17
    assert len({a.admission_id for a in database.admissions}) == len(orders)
