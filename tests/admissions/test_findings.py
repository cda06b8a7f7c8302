"""Bands, codes and the line in words of an admission's observations."""

import pytest

from lamo_desktop.admissions.cohort import Admission, Observation, Sex
from lamo_desktop.admissions.findings import (
    band,
    finding_codes,
    finding_of,
    findings_line,
    last_and_worst,
    last_values,
)
from lamo_desktop.admissions.quantities import quantities
from lamo_desktop.codec import from_json, to_json


def seen(name: str, value: float, hours: float | None = None, **other: object) -> Observation:
    return Observation(name, value, quantities()[name].unit, hours, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "sex", "expected"),
    [
        ("creatinine", 1.2, "male", "normal"),
        ("creatinine", 1.2, "female", "high"),
        ("creatinine", 2.0, None, "very high"),
        ("potassium", 2.9, None, "very low"),
        ("potassium", 3.4, None, "low"),
        ("potassium", 5.0, None, "normal"),
        ("potassium", 6.0, None, "very high"),
        ("eGFR", 29, None, "very low"),
        ("eGFR", 60, None, "normal"),
        ("INR", 2.4, None, "high"),
        ("haemoglobin", 12.5, "male", "low"),
        ("haemoglobin", 12.5, "female", "normal"),
        ("GCS", 7, None, "very low"),
        ("intubated", 1, None, "yes"),
        ("intubated", 0, None, "no"),
        ("height", 180, None, None),
    ],
)
def test_the_band_of_a_value(name: str, value: float, sex: Sex | None, expected: str | None) -> None:
    assert band(seen(name, value), sex) == expected


def test_a_limit_of_a_test_has_a_band_only_where_it_tells() -> None:
    assert band(seen("eGFR", 90, bound=">"), None) == "normal"
    assert band(seen("eGFR", 45, bound=">"), None) is None
    assert band(seen("creatinine", 0.2, bound="<"), "male") == "low"
    assert band(seen("CRP", 5, bound="<"), None) == "normal"
    assert band(seen("potassium", 4, bound="<"), None) is None


def test_the_last_and_the_worst_by_the_index_time() -> None:
    values = [
        seen("potassium", 4.0, -20),
        seen("potassium", 2.8, -10),
        seen("potassium", 3.9, -1),
        seen("potassium", 9.0, 0.5),
        seen("sodium", 140),
    ]
    kept = last_and_worst(values, None)
    assert [(o.name, o.value) for o in kept] == [("potassium", 3.9), ("potassium", 2.8), ("sodium", 140)]
    assert last_values(kept)["potassium"].value == 3.9


def test_codes_tell_normal_from_not_measured() -> None:
    values = [seen("creatinine", 0.9), seen("intubated", 1), seen("dialysis", 0), seen("height", 180)]
    codes = finding_codes(values, "male")
    assert codes == {"finding:creatinine normal", "finding:intubated", "finding:not dialysis"}
    assert {finding_of(code) for code in codes} == {"creatinine", "intubated", "dialysis"}
    assert finding_of("dx:renal") == "" and finding_of("finding:potassium very high") == "potassium"


def test_every_finding_is_told_from_its_code() -> None:
    """No name ends in a word for a band, so that a code says whose it is."""
    for name, quantity in quantities().items():
        for value in (quantity.lowest, quantity.highest, sum(quantity.median) / 2):
            for code in finding_codes([seen(name, value)], "female"):
                assert finding_of(code) == name.casefold()


def test_one_line_in_words() -> None:
    values = [
        seen("sodium", 139),
        seen("creatinine", 2.3),
        seen("potassium", 2.9),
        seen("intubated", 1),
        seen("dialysis", 0),
        seen("GCS", 7),
        seen("bilirubin", 0.04, bound="<"),
        seen("eGFR", 28.6),
    ]
    assert findings_line(values, "male") == (
        "creatinine 2.3 mg/dL, very high; eGFR 29 mL/min/1.73 m², very low; potassium 2.9 mmol/L, very low; "
        "GCS 7, very low; intubated; sodium 139 mmol/L; bilirubin <0.04 mg/dL"
    )
    assert findings_line([], None) == ""


def test_observations_survive_a_job_file() -> None:
    admission = Admission(
        "a", "p", observations=(seen("creatinine", 2.3, -4.5, written="µmol/L", source="x.csv row 2"),)
    )
    assert from_json(Admission, to_json(admission)) == admission
