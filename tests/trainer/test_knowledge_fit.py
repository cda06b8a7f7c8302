"""The fit of knowledge terms, on made-up admissions whose orders follow the uses, or the allergies, of real drugs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import load_formulary
from lamo_desktop.formulary.knowledge import load_drug_knowledge
from lamo_desktop.model.knowledge_terms import TOPICS
from lamo_desktop.model.package import load_package, write_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.model.prompt import parts
from tests.trainer.small_benchmark import benchmark, tiny_package
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.evaluate.unseen_folds import evaluate_folds, fit_code_model, folds_markdown
from trainer.package.engine_scores import score_rows
from trainer.package.fitted_terms import package_with_terms
from trainer.package.knowledge_terms import FittedKnowledge, fit_knowledge, reading_of, shipped_words, with_slope
from trainer.package.linear_terms import ridge

FORMULARY, KNOWLEDGE = load_formulary(), load_drug_knowledge()
ILLNESSES = {
    "sepsis, pulmonary": ("vancomycin", "piperacillin", "norepinephrine"),
    "congestive heart failure": ("furosemide", "lisinopril"),
    "diabetic ketoacidosis": ("insulin regular", "potassium chloride"),
    "asthma": ("albuterol", "methylprednisolone"),
}
DRUGS = sorted(drug for drugs in ILLNESSES.values() for drug in drugs)


def ward(n: int = 120, seed: int = 0) -> list[Admission]:
    """Each is ordered most drugs of its illness; half are allergic to one of them, and then ordered it less."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        reason, fitting = list(ILLNESSES.items())[number % len(ILLNESSES)]
        allergic = fitting[0] if rng.random() < 0.5 else ""
        orders = {drug for drug in fitting if rng.random() < (0.2 if drug == allergic else 0.85)}
        orders |= {drug for drug in DRUGS if rng.random() < 0.1}
        home = tuple(drug for drug in orders if rng.random() < 0.5)
        found.append(
            Admission(
                f"a{number}",
                f"p{number}",
                age=60,
                reason=reason,
                allergies=(allergic,) if allergic else (),
                home_medications=home,
                codes=(f"adm:{reason}",),
                orders=tuple(sorted(orders)),
            )
        )
    return found


def fit(admissions: list[Admission]) -> FittedKnowledge:
    prompts = [parts(a) for a in admissions]
    return fit_knowledge(prompts, ordered_matrix(admissions, DRUGS), DRUGS, KNOWLEDGE, FORMULARY)


def test_uses_and_home_medications_speak_for_a_drug_and_allergies_against_it() -> None:
    admissions = ward()
    fitted = fit_knowledge(
        [parts(a) for a in admissions], ordered_matrix(admissions, DRUGS), DRUGS, KNOWLEDGE, FORMULARY
    )
    found = dict(zip(TOPICS, fitted.terms.coefficients.tolist(), strict=True))
    assert found["problems"] > 1 and found["home medications"] > 1 and found["allergies"] < -1
    assert found["history"] == found["previous stay"] == 0.0  # nobody has either
    assert np.abs(fitted.logits.mean(axis=0)).max() < 1e-9


def test_allergies_that_would_speak_for_a_drug_are_held_at_nothing() -> None:
    liked = [replace(a, allergies=a.orders or (), home_medications=()) for a in ward()]
    fitted = fit(liked)
    assert fitted.terms.coefficients[TOPICS.index("allergies")] == 0.0


def test_the_slope_finds_what_drugs_with_the_same_uses_share() -> None:
    admissions = ward()
    ordered = ordered_matrix(admissions, DRUGS)
    fitted = fit(admissions)
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(len(admissions), 1)) * np.ones((1, len(DRUGS)))
    ordered = rng.random(ordered.shape) < 1 / (1 + np.exp(-shared))
    assert with_slope(fitted, shared, ordered, FORMULARY).slope > 0.5
    assert with_slope(fitted, -shared, ordered, FORMULARY).slope == 0.0  # others' terms never count against themselves


def test_the_shipped_words_mean_what_they_end_at() -> None:
    meanings = shipped_words()
    assert len(meanings) > 400 and meanings["chf"] == ("congestive", "heart", "failure")
    words = reading_of([])
    for word, meaning in meanings.items():
        for other in meaning:
            assert other in words.read(other), word


@pytest.mark.parametrize("code", ["I50", "I50.23", "I5023", "i50.9"])
def test_a_diagnosis_that_is_only_an_icd_10_code_is_read_by_its_category(code: str) -> None:
    words = reading_of([])
    assert words.read(code) >= words.read("congestive heart failure")
    assert not words.read("B12 deficiency") & words.read("congestive heart failure")


def test_weights_are_fitted_on_top_of_what_is_frozen() -> None:
    rng = np.random.default_rng(0)
    inputs, below = rng.normal(size=(300, 2)), rng.normal(size=(300, 1)) * 2
    ordered = rng.random((300, 1)) < 1 / (1 + np.exp(-(below + inputs[:, :1])))
    weights, _ = ridge(inputs, ordered, 1.0, below)
    assert weights[0, 0] == pytest.approx(1.0, abs=0.35) and abs(weights[1, 0]) < 0.35


def test_drugs_left_out_are_ranked_by_their_uses() -> None:
    train, evaluated = ward(160), ward(80, seed=1)
    found = evaluate_folds(train, {"internal": evaluated}, DRUGS, FORMULARY, KNOWLEDGE, 3, 50, lambda message: None)[
        "internal"
    ]
    assert found["unseen, with knowledge"].auroc > 0.75 > 0.6 > found["unseen, without"].auroc - 0.2
    assert found["known, with knowledge"].loss < found["unseen, with knowledge"].loss
    table = folds_markdown({"internal": found}, 3, 50)
    assert "| internal | 9 | unseen, with knowledge | 0." in table


def test_a_left_out_drugs_figures_do_not_depend_on_its_own_orders() -> None:
    train = ward(80)
    rich = [replace(a, orders=tuple(sorted({*(a.orders or ()), "aspirin"}))) for a in train]
    known = [drug for drug in DRUGS if drug != "furosemide"]
    first = fit_code_model(train, known, FORMULARY, KNOWLEDGE, [0.8]).logits(train[:5], ["furosemide", "aspirin"])
    again = fit_code_model(rich, known, FORMULARY, KNOWLEDGE, [0.8]).logits(train[:5], ["furosemide", "aspirin"])
    assert np.array_equal(first, again)


def test_a_calibrated_package_carries_its_knowledge_and_an_allergy_cannot_raise(weights: Path, tmp_path: Path) -> None:
    admissions = tuple(ward(60))
    rows = Rows({"train": admissions}, dict.fromkeys(DRUGS, 20), benchmark().origin)
    start = load_package(tiny_package(weights, tmp_path / "start", DRUGS))
    settings, file = EngineSettings(device="cpu", threads=1), tmp_path / "scores.jsonl"
    tuned = package_with_terms(
        start, rows, FORMULARY, admissions, np.arange(60), file, settings, ["features"], tmp_path, print, KNOWLEDGE
    )
    package = write_package(tmp_path / "tuned", tuned.package, tuned.files)
    assert package.knowledge is not None and "knowledge.json" in package.files
    healthy = [replace(a, allergies=()) for a in admissions[:8]]
    before = score_rows(package, healthy, DRUGS, file, settings, print)
    top = [DRUGS[place] for place in before.argmax(axis=1)]
    planted = [
        replace(a, allergies=(drug,), codes=(*a.codes, f"allergy:{drug}")) for a, drug in zip(healthy, top, strict=True)
    ]
    after = score_rows(package, planted, DRUGS, file, settings, print)
    for row, drug in enumerate(top):
        place = DRUGS.index(drug)
        assert after[row, place] < before[row, place]
        assert np.array_equal(np.delete(after[row], place), np.delete(before[row], place))
