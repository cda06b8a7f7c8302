"""Flags by what was measured: kidney function from creatinine, potassium, INR; and the rows of a site's own table."""

from pathlib import Path

import pytest

from lamo_desktop.admissions.cohort import Admission, Observation, Sex
from lamo_desktop.admissions.quantities import quantities
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.recommend.organ_function import ckd_epi_2021, cockcroft_gault, organ_function
from lamo_desktop.recommend.safety import CONDITION, Withholding, safety_flags


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def patient(age: int | None = 70, sex: Sex | None = "male", **values: float) -> Admission:
    seen = tuple(
        Observation(name.replace("_", " "), value, quantities()[name.replace("_", " ")].unit, -1.0)
        for name, value in values.items()
    )
    return Admission("1", "p", age, sex, diagnoses=("sepsis",), observations=seen)


def flagged(admission: Admission, formulary: Formulary, *drugs: str) -> dict[str, tuple[str, str]]:
    """Drug -> severity and text of its flag by a condition."""
    found = safety_flags(admission, (), drugs, formulary)
    return {drug: (str(f.severity), f.text) for f in found if f.kind == CONDITION for drug in f.drugs}


@pytest.mark.parametrize(
    ("creatinine", "age", "female", "expected"),
    [
        (1.0, 50, False, 91.9),
        (1.0, 50, True, 68.6),
        (0.6, 30, True, 123.9),
        (2.9, 70, False, 22.5),
        (5.0, 60, True, 9.3),
    ],
)
def test_ckd_epi_2021(creatinine: float, age: int, female: bool, expected: float) -> None:
    """142 * min(Scr/k, 1)^a * max(Scr/k, 1)^-1.200 * 0.9938^age * 1.012 for women, computed by hand."""
    assert ckd_epi_2021(creatinine, age, female) == pytest.approx(expected, abs=0.3)


def test_cockcroft_gault() -> None:
    assert cockcroft_gault(1.0, 40, 72, False) == pytest.approx(100.0)
    assert cockcroft_gault(2.0, 80, 60, True) == pytest.approx(60 * 60 / 144 * 0.85)


def test_a_high_creatinine_speaks_against_what_failing_kidneys_do_not_bear(formulary: Formulary) -> None:
    found = flagged(patient(creatinine=2.9), formulary, "metformin", "ketorolac", "enoxaparin", "aspirin")
    assert found["metformin"][0] == "contraindicated" and found["ketorolac"][0] == "contraindicated"
    assert 'Recorded: "eGFR 23 mL/min/1.73 m² (CKD-EPI 2021, creatinine 2.9 mg/dL)"' in found["metformin"][1]
    assert found["enoxaparin"][0] == "caution" and "aspirin" not in found
    assert not flagged(patient(creatinine=0.9), formulary, "metformin", "ketorolac", "enoxaparin")
    assert flagged(patient(creatinine=1.7), formulary, "metformin")["metformin"][0] == "caution"  # eGFR below 45


def test_the_weight_makes_it_a_clearance(formulary: Formulary) -> None:
    light = patient(age=85, sex="female", creatinine=1.3, weight=45)
    assert "Cockcroft-Gault, creatinine 1.3 mg/dL, 45.0 kg" in flagged(light, formulary, "enoxaparin")["enoxaparin"][1]
    assert not flagged(patient(age=85, sex="female", creatinine=1.3), formulary, "enoxaparin")


def test_nothing_is_computed_that_cannot_be(formulary: Formulary) -> None:
    for admission in (
        patient(age=None, creatinine=2.9),
        patient(age=16, creatinine=2.9),
    ):
        assert "eGFR" not in organ_function(admission)
    dialysis = patient(creatinine=2.9, dialysis=1)
    assert "eGFR" not in organ_function(dialysis)
    assert 'Recorded: "dialysis"' in flagged(dialysis, formulary, "metformin")["metformin"][1]
    assert organ_function(patient(creatinine=2.9, dialysis=0)).keys() >= {"eGFR", "kidney function"}


def test_without_a_sex_a_flag_is_said_where_both_agree(formulary: Formulary) -> None:
    failing = flagged(patient(sex=None, creatinine=5.0), formulary, "metformin", "enoxaparin")
    assert failing["metformin"][0] == "contraindicated" and failing["enoxaparin"][0] == "caution"
    assert "eGFR at most 12 mL/min/1.73 m² (either sex, CKD-EPI 2021, creatinine 5.0 mg/dL)" in failing["metformin"][1]
    assert flagged(patient(sex="female", creatinine=2.2), formulary, "metformin")["metformin"][0] == "contraindicated"
    assert flagged(patient(sex=None, creatinine=2.2), formulary, "metformin")["metformin"][0] == "caution"  # man: 31
    assert not flagged(patient(sex=None, creatinine=1.4), formulary, "metformin")  # only a woman's is below 45
    weighed = organ_function(patient(sex=None, creatinine=5.0, weight=72))
    assert weighed["kidney function"].text.startswith("creatinine clearance at most 14 mL/min")


def test_potassium_and_inr(formulary: Formulary) -> None:
    high = patient(potassium=6.1)
    assert flagged(high, formulary, "potassium chloride")["potassium chloride"][0] == "contraindicated"
    assert Withholding(formulary, ["aspirin", "potassium chloride"], [high]).mask.tolist() == [[False, True]]
    assert not flagged(patient(potassium=5.5), formulary, "potassium chloride")
    low = flagged(patient(potassium=3.1), formulary, "amiodarone", "digoxin", "ondansetron")
    assert low.keys() == {"amiodarone", "digoxin"}
    assert flagged(patient(INR=5.0), formulary, "warfarin")["warfarin"][0] == "serious"
    assert not flagged(patient(INR=3.0), formulary, "warfarin")


def test_the_last_value_counts_and_a_limit_only_where_it_tells(formulary: Formulary) -> None:
    def of(*seen: Observation) -> Admission:
        return Admission("1", "p", 70, "male", diagnoses=("sepsis",), observations=seen)

    worst, last = Observation("potassium", 6.5, "mmol/L", -20), Observation("potassium", 4.4, "mmol/L", -2)
    assert not flagged(of(last, worst), formulary, "potassium chloride")
    day = Observation("potassium", 6.5, "mmol/L", worst=True)
    assert "worst of the first 24 hours" in flagged(of(day), formulary, "potassium chloride")["potassium chloride"][1]
    assert flagged(of(Observation("eGFR", 15, "", bound="<")), formulary, "ketorolac")
    assert not flagged(of(Observation("eGFR", 20, "", bound=">")), formulary, "ketorolac")


def test_a_site_s_table_may_have_findings_or_not(tmp_path: Path) -> None:
    head = "drugs,condition,when,words,codes,severity,reason,source,dated,link"
    own = tmp_path / "contraindications.csv"
    own.write_text(f"{head},findings\naspirin,low platelets,now,,,serious,Bleeding.,our list,2026,,platelets<20\n")
    assert flagged(patient(platelets=15), load_formulary(knowledge=own), "aspirin")["aspirin"][0] == "serious"
    own.write_text(f"{head}\naspirin,gout,now,gout,,caution,Uric acid.,our list,2026,\n")
    assert load_formulary(knowledge=own)
    own.write_text(f"{head},findings\naspirin,low platelets,now,,,serious,Bleeding.,our list,2026,,platelets low\n")
    with pytest.raises(InputError, match="row 2: 'platelets low' is no finding and limit"):
        load_formulary(knowledge=own)
