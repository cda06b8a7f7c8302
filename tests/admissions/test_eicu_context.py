"""Chart entries as lines a person reads."""

import pytest

from lamo_desktop.admissions.eicu_context import (
    admission_paths,
    admission_reason,
    diagnosis_entry,
    diagnosis_text,
    diagnosis_texts,
    history_codes,
    history_texts,
)

HEADINGS = {"Metastases": "metastases", "Cancer-Primary Site": "cancer, primary site"}
ROOT = "notes/Progress Notes/Past History/"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pulmonary|respiratory failure|acute respiratory failure", "acute respiratory failure"),
        ("renal|disorder of kidney|acute renal failure|due to sepsis", "acute renal failure due to sepsis"),
        (
            "endocrine|glucose metabolism|diabetes mellitus|Type II|uncontrolled",
            "diabetes mellitus, Type II, uncontrolled",
        ),
        (
            "cardiovascular|shock / hypotension|sepsis|sepsis with multi-organ dysfunction",
            "sepsis with multi-organ dysfunction",
        ),
        ("cardiovascular|cardiac arrest", "cardiac arrest"),
        ("toxicology", "toxicology"),
    ],
)
def test_diagnosis_text(path: str, text: str) -> None:
    assert diagnosis_text(tuple(path.split("|"))) == text


def test_diagnoses_run_by_priority_then_recency_and_say_nothing_twice() -> None:
    rows = [
        ("a|b|fever", "Other", 900),
        ("a|b|anemia", "Major", 10),
        ("a|b|anemia|acute blood loss anemia", "Other", 20),
        ("a|b|shock", "Major", 500),
        ("c|d|shock", "Major", 400),
        ("a|b|stroke", "Primary", 1),
        ("a|b|stroke", "Other", 999),
        ("a|b|gout", "", 5000),
    ]
    entries = [diagnosis_entry(path, "", priority, at, ("primary", "major", "other")) for path, priority, at in rows]
    assert diagnosis_texts(entries) == ("stroke", "shock", "fever", "acute blood loss anemia", "gout")
    assert diagnosis_texts(reversed(entries)) == diagnosis_texts(entries)


def test_past_history() -> None:
    rows = [
        (f"{ROOT}Past History Obtain Options/Performed", "Performed"),
        (f"{ROOT}Past History Obtain Options/No Health Problems", "No Health Problems"),
        (f"{ROOT}Organ Systems/Pulmonary/COPD/COPD  - severe", "COPD  - severe"),
        (f"{ROOT}Organ Systems/Neurologic/Strokes/multiple/multiple", "multiple"),
        (f"{ROOT}Organ Systems/Neurologic/Strokes/stroke - date unknown", "stroke - date unknown"),
        (f"{ROOT}Organ Systems/Hematology/Oncology (R)/Cancer/Cancer-Primary Site/breast", "breast"),
        (f"{ROOT}Organ Systems/Hematology/Oncology (R)/Cancer/Metastases/lung", "lung"),
    ]
    skip, none = ("Past History Obtain Options",), ("No Health Problems",)
    assert history_texts(rows, HEADINGS, skip, none) == (
        "COPD - severe",
        "strokes: multiple",
        "stroke",
        "cancer, primary site: breast",
        "metastases: lung",
    )
    assert history_texts(rows[:2], HEADINGS, skip, none) == ("no known health problems",)
    assert history_texts(rows[:1], HEADINGS, skip, none) == ()
    assert history_codes(rows[2][0]) == {"hx:copd", "hx:copd|copd - severe"}
    assert history_codes(rows[0][0]) == set()


def test_admission_form() -> None:
    assert admission_reason("Coma/change (for hepatic see GI, for diabetic see Endocrine)") == "Coma/change"
    assert (
        admission_reason("Rhythm disturbance (atrial, supraventricular)")
        == "Rhythm disturbance (atrial, supraventricular)"
    )
    paths = [
        "admission diagnosis|All Diagnosis|Operative|Diagnosis|Neurologic|Craniotomy",
        "admission diagnosis|Elective|Yes",
        "admission diagnosis|Additional APACHE  Information|PTCA done within 24 hours|Stent",
        "admission diagnosis",
    ]
    assert admission_paths(paths, ("Additional APACHE",)) == {
        ("Operative", "Neurologic", "Craniotomy"),
        ("Elective", "Yes"),
    }
