"""Linear terms: what they see of a prompt, that a drug's score is its own, and that a damaged file is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import ModelError
from lamo_desktop.model.prompt import parts
from lamo_desktop.model.terms import Terms, features, read_terms, write_terms

ADMISSION = Admission(
    "a1",
    "p1",
    age=67,
    sex="female",
    reason="Sepsis, pulmonary",
    diagnoses=("septic shock", "acute renal failure"),
    home_medications=("metformin",),
    codes=("dx:renal|acute renal failure", "icd:584.9", "hx:copd", "unit:micu"),
)
RNG = np.random.default_rng(0)
NAMES = ("age 60", "code icd:584.9", "dx renal", "dx sepsis", "med metformin")
TERMS = Terms(
    NAMES,
    ("aspirin", "heparin"),
    *(RNG.normal(size=shape).astype(np.float32) for shape in ((5, 2), (2,), (2,), (2,), (4, 2))),
)
LLM = np.array([0.5, -1.5, 2.0], dtype=np.float32)
STATE = RNG.normal(size=4).astype(np.float32)
CANDIDATES = ("heparin", "aspirin", "metoprolol")


def kin(drug: str) -> tuple[str, ...]:
    return {"metoprolol": ("aspirin", "warfarin")}[drug]


def test_features_are_words_by_their_line_and_codes_beside_their_line() -> None:
    found = features(parts(ADMISSION), ADMISSION.codes)
    assert {"dx sepsis", "dx renal", "med metformin", "age 60", "sex woman", "has diagnoses"} <= found
    assert {"code icd:584.9", "code unit:micu"} <= found
    assert "code hx:copd" not in found  # there is no past history in the prompt
    assert "dx renal" not in features(parts(replace(ADMISSION, diagnoses=())), ADMISSION.codes)
    assert not any(f.startswith("code icd") for f in features(parts(replace(ADMISSION, diagnoses=())), ADMISSION.codes))
    older = features(parts(replace(ADMISSION, age=94)))
    assert "age 90" in older


def test_every_line_of_a_prompt_has_a_topic() -> None:
    whole = replace(
        ADMISSION,
        procedures=("intubation",),
        past_history=("copd",),
        allergies=("penicillin",),
        sections={"plan": "rest"},
    )
    assert {"dx intubation", "hx copd", "allergy penicillin", "note rest"} <= features(parts(whole))


def test_a_score_is_the_formula_and_its_own_drugs_alone() -> None:
    found = features(parts(ADMISSION), ADMISSION.codes)
    scores = TERMS.scores(CANDIDATES, LLM, found, STATE, kin)
    rows = [NAMES.index(name) for name in TERMS.known(found)]
    assert len(rows) == 5
    by_hand = TERMS.gain[1] * (0.5 - TERMS.centre[1]) + TERMS.bias[1] + TERMS.weights[rows, 1].sum()
    assert scores[0] == pytest.approx(by_hand + TERMS.head[:, 1] @ STATE, abs=1e-5)
    for place, drug in enumerate(CANDIDATES):
        assert TERMS.scores([drug], LLM[place : place + 1], found, STATE, kin)[0] == scores[place]


def test_a_drug_the_terms_do_not_know_takes_the_mean_of_its_kin_else_of_all() -> None:
    found = features(parts(ADMISSION), ADMISSION.codes)
    linear = TERMS.linear(found, STATE)
    assert TERMS.scores(["metoprolol"], LLM[2:], found, STATE, kin)[0] == pytest.approx(
        TERMS.gain[0] * (2.0 - TERMS.centre[0]) + linear[0], abs=1e-5
    )
    for strangers in ((), ("warfarin",)):
        assert TERMS.scores(["metoprolol"], LLM[2:], found, STATE, lambda drug, kin=strangers: kin)[0] == pytest.approx(
            TERMS.gain.mean() * (2.0 - TERMS.centre.mean()) + linear.mean(), abs=1e-5
        )


def test_a_state_of_another_size_is_refused() -> None:
    with pytest.raises(ModelError, match="reading head"):
        TERMS.scores(CANDIDATES, LLM, frozenset(), STATE[:3], kin)


def test_a_file_is_read_back_exactly_and_damage_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "terms.npz"
    write_terms(TERMS, file)
    again = read_terms(file)
    assert (again.features, again.drugs) == (TERMS.features, TERMS.drugs)
    np.testing.assert_array_equal(again.weights, TERMS.weights)
    whole = file.read_bytes()
    for damaged in (b"", b"PK\x03\x04", whole[:-40], whole[:60]):
        file.write_bytes(damaged)
        with pytest.raises(ModelError, match="damaged"):
            read_terms(file)
    for wrong, said in (
        (replace(TERMS, gain=TERMS.gain[:1]), "one size"),
        (replace(TERMS, features=("a",) * 5), "one size"),
        (replace(TERMS, bias=np.array([1.0, np.nan], dtype=np.float32)), "finite"),
    ):
        write_terms(wrong, file)
        with pytest.raises(ModelError, match=said):
            read_terms(file)
    np.savez(file, features=np.array([object()], dtype=object))
    with pytest.raises(ModelError, match="damaged"):
        read_terms(file)
