"""A recorded allergy never raises the drug it names: every candidate of the embedded package, in real admissions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from lamo_desktop.model.package_terms import PackageTerms
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import parts
from lamo_desktop.paths import resource
from lamo_desktop.recommend.policy import probabilities

FORMULARY, PACKAGE = load_formulary(), load_package()
DRUGS = [drug.name for drug in PACKAGE.drugs]


@pytest.fixture(scope="module")
def demo() -> tuple[Admission, ...]:
    found = read_cohort(resource("demo/eicu"), FORMULARY).admissions
    assert len(found) >= 50
    return found


def planted(admission: Admission, drug: str, where: str) -> Admission:
    """The admission with one more allergy, in the list with its code or in the narrative section."""
    if where == "section":
        return replace(admission, sections={**admission.sections, "allergies": f"Rash with {drug}."})
    return replace(
        admission,
        allergies=(*admission.allergies, drug),
        codes=tuple(sorted({*admission.codes, f"allergy:{drug}"})),
    )


@pytest.mark.parametrize("where", ["list", "section"])
def test_a_planted_allergy_lowers_the_drug_and_leaves_the_models_prompt_as_it_was(
    demo: tuple[Admission, ...], where: str
) -> None:
    """For 50 admissions and ten drugs each. The model's answers are the same bits, being of the same prompt."""
    terms = PackageTerms(PACKAGE, FORMULARY)
    rng = np.random.default_rng(0)
    assert terms.linear is not None
    for number, admission in enumerate(demo[:50]):
        llm, state = rng.normal(size=len(DRUGS)).astype("f4"), rng.normal(size=len(terms.linear.head)).astype("f4")
        before = terms.scores(parts(admission), admission.codes, DRUGS, llm, state)
        already = FORMULARY.allergic_to(admission.allergies)
        for place in range(number % 12, len(DRUGS), 12):
            drug = DRUGS[place]
            other = planted(admission, drug, where)
            assert terms.shown(parts(other)) == terms.shown(parts(admission))
            after = terms.scores(parts(other), other.codes, [drug], llm[[place]], state)[0]
            assert after == before[place] if drug in already else after < before[place], (admission.admission_id, drug)


def test_the_most_probable_drug_becomes_less_probable_once_an_allergy_names_it(demo: tuple[Admission, ...]) -> None:
    """With the model itself."""
    with EngineProcess(PACKAGE, EngineSettings(device="cpu", threads=1), facts=FORMULARY) as engine:
        for admission in demo[:1]:
            before = engine.score(parts(admission), DRUGS, admission.codes)
            drug = DRUGS[int(probabilities(PACKAGE, DRUGS, before.logits[np.newaxis])[0].argmax())]
            other = planted(admission, drug, "list")
            after = engine.score(parts(other), DRUGS, other.codes)
            place = DRUGS.index(drug)
            assert np.array_equal(after.llm, before.llm)
            assert after.logits[place] < before.logits[place]
            assert np.array_equal(np.delete(after.logits, place), np.delete(before.logits, place))


def test_the_package_stands_where_the_program_looks() -> None:
    assert Path(PACKAGE.path) == resource("packages/default") and PACKAGE.knowledge is not None
