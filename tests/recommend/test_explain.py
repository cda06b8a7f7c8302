"""Why and what if: what is left out, that it is what the model saw, and that the answers are the model's own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission, Observation, PreviousStay
from lamo_desktop.admissions.findings import finding_codes
from lamo_desktop.errors import ModelError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import ModelPackage, load_package
from lamo_desktop.model.package_terms import PackageTerms
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import Part, fit, parts
from lamo_desktop.model.protocol import Scored
from lamo_desktop.recommend.explain import UNKNOWN_PATIENT, as_seen, entries, leave_outs, what_if, why
from lamo_desktop.recommend.policy import probabilities
from lamo_desktop.stats import logit

PATIENT = Admission(
    "7",
    "p7",
    71,
    "male",
    reason="atrial fibrillation",
    diagnoses=("atrial fibrillation; paroxysmal", "heart failure", "hypertension"),
    allergies=("PENICILLIN",),
    home_medications=("warfarin", "metoprolol"),
    sections={"history_of_present_illness": "Palpitations since noon. No chest pain! Took nothing."},
    previous=PreviousStay(70, ("hypertension",), (), ("lisinopril", "aspirin")),
)


def texts(prompt: object) -> str:
    return "".join(part.text for part in prompt)  # type: ignore[attr-defined]


@pytest.mark.parametrize("budget", range(30, 160, 7))
def test_what_was_seen_is_rebuilt_from_what_was_cut(budget: int) -> None:
    whole = parts(PATIENT)
    kept, cut = fit(whole, budget, lambda text: len(text) // 4)
    assert as_seen(whole, cut) == kept


def test_a_cut_that_names_nothing_changes_nothing() -> None:
    whole = parts(PATIENT)
    assert as_seen(whole, ("something else (1 of 2 entries kept)", "diagnoses", "")) == whole


def test_each_part_is_left_out_once_and_the_question_never() -> None:
    whole = parts(PATIENT)
    found = list(leave_outs(whole))
    assert [less.part for less in found] == [part.name for part in whole[:-1]]
    assert all(less.parts[-1] == whole[-1] for less in found)
    assert found[0].parts[0].text == UNKNOWN_PATIENT
    for less, part in zip(found[1:], whole[1:-1], strict=True):
        assert texts(less.parts) == texts(whole).replace(part.text, "")


def test_an_unknown_patient_has_nothing_to_leave_out() -> None:
    assert list(leave_outs(parts(Admission("1", "1")))) == []
    assert parts(Admission("1", "1"))[0].text == UNKNOWN_PATIENT


def test_entries_of_lists_and_sentences_of_notes_are_left_out() -> None:
    whole = parts(PATIENT)
    found = [(less.part, less.entry) for less in leave_outs(whole, with_entries=True) if less.entry]
    assert ("diagnoses", "atrial fibrillation, paroxysmal") in found
    assert ("medications before admission", "warfarin") in found
    assert ("note: history of present illness", "No chest pain!") in found
    assert ("previous drugs", "aspirin") in found
    assert not [part for part, _ in found if part in ("allergies", "reason", "patient", "question")]
    assert entries(whole[1]) == ()
    one = next(less for less in leave_outs(whole, with_entries=True) if less.entry == "heart failure")
    expected = replace(PATIENT, diagnoses=("atrial fibrillation; paroxysmal", "hypertension"))
    assert texts(one.parts) == texts(parts(expected))


class Terms:
    """Scores by the terms of the embedded default alone, as if the model had answered alike to everything."""

    def __init__(self, package: ModelPackage) -> None:
        self._terms = PackageTerms(package, load_formulary())

    def score(self, parts: Sequence[Part], candidates: Sequence[str], codes: Sequence[str] = ()) -> Scored:
        llm = np.zeros(len(candidates), dtype=np.float32)
        state = np.zeros(576, dtype=np.float32)
        logits = self._terms.scores(parts, codes, candidates, llm, state)
        return Scored(logits, 1, 1, 1, (), 0.0, llm, state)

    def reasons(self, parts: Sequence[Part], drug: str) -> tuple[()]:
        return ()

    def findings(self, codes: Sequence[str], drug: str) -> dict[str, float]:
        return self._terms.findings(codes, drug)


def test_why_names_findings_and_leaves_them_out_as_one() -> None:
    package = load_package()
    seen = (
        Observation("creatinine", 1.4, "mg/dL"),
        Observation("creatinine", 4.1, "mg/dL", worst=True),
        Observation("intubated", 0.0, ""),
        Observation("potassium", 5.8, "mmol/L"),  # of which the package knows nothing
    )
    codes = tuple(sorted(finding_codes(seen, "male")))
    patient = replace(PATIENT, observations=seen, codes=codes)
    scorer = Terms(package)
    whole, *parts_left_out, findings, everything = why(scorer, package, patient, (), "enoxaparin")
    assert [(share.observation, share.band) for share in whole.findings] == [(seen[1], "very high"), (seen[2], "no")]
    assert whole.findings[0].logits < -0.05
    assert (findings.left_out, findings.part) == ("part", "findings")
    bare = replace(patient, observations=(), codes=())
    without, *_, nothing = why(scorer, package, bare, (), "enoxaparin")
    assert findings.probability == without.probability > whole.probability
    assert everything.probability == nothing.probability and without.findings == ()
    gained = logit(whole.probability) - logit(without.probability)
    assert gained == pytest.approx(sum(share.logits for share in whole.findings), abs=1e-5)
    assert [effect.part for effect in parts_left_out] == [part.name for part in parts(PATIENT)[:-1]]


@pytest.fixture(scope="module")
def shipped(own_user_folder: Path) -> ModelPackage:
    package = load_package()
    try:
        package.base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed")
    return package


def test_the_model_answers_why_and_what_if(shipped: ModelPackage) -> None:
    drugs, patient = ["metoprolol", "warfarin"], replace(PATIENT, sections={}, previous=None)
    with EngineProcess(shipped, EngineSettings(device="cpu", threads=1), facts=load_formulary()) as engine:
        scored = engine.score(parts(patient), drugs)
        expected = probabilities(shipped, drugs, scored.logits[np.newaxis])[0]
        effects = list(why(engine, shipped, patient, scored.cut, "warfarin"))
        answer = what_if(engine, shipped, patient, drugs)
        other = what_if(engine, shipped, replace(patient, home_medications=()), drugs)
    assert (answer.probabilities == expected).all()
    assert effects[0].left_out == "nothing"
    assert [(r.topic, r.use, r.entry) for r in effects[0].reasons] == [
        ("home medications", "", "warfarin"),
        ("problems", "atrial fibrillation", "atrial fibrillation"),
    ]
    assert effects[0].probability == expected[1]
    assert [e.part for e in effects[1:-1]] == [part.name for part in parts(patient)[:-1]]
    medications = next(e for e in effects if e.part == "medications before admission")
    assert medications.probability == other.probabilities[1]
    assert medications.carried == expected[1] - other.probabilities[1] != 0
    assert effects[-1].left_out == "everything"
