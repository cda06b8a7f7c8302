"""Findings from tables as published: what enters, what never does, and by when it must have been recorded."""

from pathlib import Path

import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.findings import finding_of
from lamo_desktop.formulary import Formulary, load_formulary
from tests.admissions.test_eicu import only, orders, patient, read, write
from tests.admissions.test_mimic import mimic3, mimic4, put

APACHE = {
    "patientunitstayid": 1,
    "intubated": 1,
    "vent": 0,
    "dialysis": 0,
    "eyes": 1,
    "motor": 4,
    "verbal": 2,
    "meds": 1,
    "urine": -1,
    "wbc": 21.5,
    "temperature": 36.2,
    "creatinine": 2.3,
    "sodium": 900,
    "fio2": 0.6,
}
PREDICTION = {
    "patientunitstayid": 1,
    "diedinhospital": 1,
    "thrombolytics": 1,
    "activetx": 1,
    "day1meds": 1,
    "var03hspxlos": 9.5,
    "dischargelocation": 7,
    "cirrhosis": 1,
    "diabetes": 0,
    "electivesurgery": "",
    "ventday1": 1,
    "ejectfx": -1,
}


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def values(admission: Admission) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for each in admission.observations:
        found.setdefault(each.name, []).append(each.value)
    return found


def finding_codes(admission: Admission) -> set[str]:
    return {code for code in admission.codes if finding_of(code)}


def test_the_first_day_of_eicu(tmp_path: Path, formulary: Formulary) -> None:
    pressure = [
        {"patientunitstayid": 1, "observationoffset": at, "noninvasivesystolic": systolic, "noninvasivemean": ""}
        for at, systolic in ((30, 84), (1400, 121), (1441, 60), (20, 8000))
    ]
    laboratory = [
        {
            "patientunitstayid": 1,
            "labresultoffset": at,
            "labname": name,
            "labresult": value,
            "labresulttext": text,
            "labmeasurenamesystem": unit,
        }
        for at, name, value, text, unit in (
            (60, "potassium", 2.9, "2.9", "mmol/L"),
            (900, "potassium", 4.1, "4.1", "mmol/L"),
            (1500, "potassium", 7.0, "7.0", "mmol/L"),
            (60, "WBC x 1000", 11, "11", "K/mcL"),
            (60, "lactate", "", "<0.3", "mmol/L"),
            (60, "urinary creatinine", 90, "90", "mg/dL"),
            (60, "creatinine", 9, "9", "nmol/L"),  # never read as mg/dL
        )
    ]
    respiratory = [
        {
            "patientunitstayid": 1,
            "respcarestatusoffset": 100,
            "airwaytype": "Oral ETT",
            "ventstartoffset": 90,
            "priorventstartoffset": 0,
        }
    ]
    tables = {
        "apacheApsVar": [APACHE],
        "apachePredVar": [PREDICTION],
        "vitalAperiodic": pressure,
        "lab": laboratory,
        "respiratoryCare": respiratory,
    }
    stays = [patient(1, admissionweight=81.5, admissionheight="")]
    cohort = read(write(tmp_path, patient=stays, medication=orders(1), **tables), formulary)
    admission = only(cohort)
    assert values(admission) == {
        "creatinine": [2.3],
        "potassium": [4.1, 2.9],
        "lactate": [0.3],
        "white cells": [11, 21.5],
        "temperature": [36.2],
        "systolic blood pressure": [121, 84],
        "FiO2": [60],
        "GCS": [7],
        "weight": [81.5],
        "intubated": [1],
        "ventilated": [1],
        "dialysis": [0],
        "cirrhosis": [1],
        "diabetes": [0],
    }
    assert finding_codes(admission) >= {
        "finding:creatinine very high",
        "finding:potassium very low",
        "finding:white cells very high",
        "finding:temperature normal",
        "finding:intubated",
        "finding:not dialysis",
        "finding:cirrhosis",
    }
    assert not any(
        word in code for code in finding_codes(admission) for word in ("sodium", "urine", "elective", "died")
    )
    assert [o.hours for o in admission.observations if o.name == "potassium"] == [-9.0, -23.0]
    assert all(o.worst and o.hours is None for o in admission.observations if o.name == "creatinine")
    assert cohort.unread_values == {"creatinine": 1, "sodium": 1, "systolic blood pressure": 1}
    places = {problem.where: problem.message for problem in cohort.problems if "set aside" in problem.message}
    assert places.keys() == {"apacheApsVar.csv row 2", "vitalAperiodic.csv row 5", "lab.csv row 8"}
    assert "sodium (90 to 200 mmol/L)" in places["apacheApsVar.csv row 2"]


def test_what_is_an_order_or_an_outcome_never_changes_a_finding(tmp_path: Path, formulary: Formulary) -> None:
    """The columns named in the reader's contract, turned round one by one."""
    shut = ("meds", "day1meds", "thrombolytics", "activetx", "diedinhospital", "dischargelocation", "var03hspxlos")

    def codes(folder: Path, change: str) -> tuple[str, ...]:
        folder.mkdir()
        aps, prediction = ({**row, change: 0} if change in row else row for row in (APACHE, PREDICTION))
        tables = {"apacheApsVar": [aps], "apachePredVar": [prediction]}
        return only(read(write(folder, patient=[patient(1)], medication=orders(1), **tables), formulary)).codes

    as_it_is = codes(tmp_path / "none", "none")
    assert all(codes(tmp_path / column, column) == as_it_is for column in shut)
    assert codes(tmp_path / "creatinine", "creatinine") != as_it_is


def test_an_export_without_findings_says_nothing_of_them(tmp_path: Path, formulary: Formulary) -> None:
    cohort = read(write(tmp_path, patient=[patient(1)], medication=orders(1)), formulary)
    assert not only(cohort).observations and not finding_codes(only(cohort)) and not cohort.unread_values
    assert not any("apache" in problem.where.casefold() or "weight" in problem.message for problem in cohort.problems)


def items(folder: Path) -> None:
    put(
        folder,
        "d_labitems.csv",
        "itemid,label,fluid,category",
        "50912,Creatinine,Blood,Chemistry",
        "51082,Creatinine,Urine,Chemistry",
        "50971,Potassium,Blood,Chemistry",
        "50821,pO2,Blood,Blood Gas",
        "51301,White Blood Cells,Blood,Hematology",
    )
    put(
        folder,
        "d_items.csv",
        "itemid,label",
        "223761,Temperature Fahrenheit",
        "220179,Non Invasive Blood Pressure systolic",
        "226531,Admission Weight (lbs.)",
        "220739,GCS - Eye Opening",
        "223900,GCS - Verbal Response",
        "223901,GCS - Motor Response",
        "225792,Invasive Ventilation",
        "223835,Inspired O2 Fraction",
    )


def charted(folder: Path, stay: int, times: tuple[str, str, str]) -> None:
    before, late, after = times
    put(
        folder,
        "labevents.csv",
        "subject_id,hadm_id,itemid,charttime,value,valuenum,valueuom",
        f"1,{stay},50912,{before},1.4,1.4,mg/dL",
        f"1,{stay},50912,{late},0.9,0.9,mg/dL",
        f"1,{stay},50912,{after},5.9,5.9,mg/dL",
        f"1,{stay},51082,{before},90,90,mg/dL",
        f"1,{stay},50971,{before},31,31,mEq/L",
        f"1,{stay},50821,{before},40,40,mm Hg",
        f"1,{stay},51301,{before},>600,,K/uL",
        f"1,,50912,{before},9,9,mg/dL",
    )
    put(
        folder,
        "chartevents.csv",
        "subject_id,hadm_id,itemid,charttime,value,valuenum,valueuom",
        f"1,{stay},223761,{before},101.3,101.3,?F",
        f"1,{stay},220179,{before},88,88,mmHg",
        f"1,{stay},226531,{before},180,180,",
        f"1,{stay},220739,{before},To Speech,3,",
        f"1,{stay},223900,{before},Confused,4,",
        f"1,{stay},223901,{before},Obeys Commands,6,",
        f"1,{stay},220739,{late},None,1,",
        f"1,{stay},223900,{late},No Response-ETT,1,",
        f"1,{stay},223901,{late},No response,1,",
        f"1,{stay},223835,{before},50,50,",
    )


EXPECTED = {
    "creatinine": [0.9, 1.4],
    "white cells": [600],
    "temperature": [38.5],
    "systolic blood pressure": [88],
    "FiO2": [50],
    "GCS": [13],
    "weight": [81.6466],
}


def test_mimic4_laboratory_and_chart(tmp_path: Path, formulary: Formulary) -> None:
    folder = mimic4(tmp_path)
    items(folder / "hosp")
    charted(folder / "hosp", 11, ("2152-01-10 13:00:00", "2152-01-11 12:00:00", "2152-01-11 12:01:00"))
    put(folder, "icu/procedureevents.csv", "hadm_id,itemid,starttime", "11,225792,2152-01-10 15:00:00")
    cohort = read_cohort(folder, formulary)
    (admission,) = cohort.admissions
    assert values(admission) == {**EXPECTED, "ventilated": [1]}
    assert cohort.unread_values == {"potassium": 1}
    assert {"finding:creatinine high", "finding:ventilated", "finding:gcs normal"} <= finding_codes(admission)
    assert next(o for o in admission.observations if o.name == "temperature").written == "°F"


def test_mimic3_laboratory_and_chart(tmp_path: Path, formulary: Formulary) -> None:
    folder = mimic3(tmp_path)
    items(folder)
    charted(folder, 11, ("2150-01-01 23:30:00", "2150-01-02 23:00:00", "2150-01-02 23:01:00"))
    cohort = read_cohort(folder, formulary)
    admission = next(a for a in cohort.admissions if a.admission_id == "11")
    assert values(admission) == EXPECTED
    assert not next(a for a in cohort.admissions if a.admission_id == "12").observations
