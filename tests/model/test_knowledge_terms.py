"""Knowledge terms: what matches, that an allergy cannot speak for a drug, and what a model is asked beside them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission, PreviousStay
from lamo_desktop.errors import ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.knowledge_terms import (
    TOPICS,
    KnowledgeScorer,
    KnowledgeTerms,
    Uses,
    Words,
    read_knowledge,
    singular,
    write_knowledge,
)
from lamo_desktop.model.manifest import Drug, KnowledgeFile, LinearTerms, ModelPackage, manifest_bytes
from lamo_desktop.model.package import load_package, write_package
from lamo_desktop.model.package_terms import PackageTerms
from lamo_desktop.model.prompt import parts, without_allergies
from lamo_desktop.model.terms import Terms, write_terms

FORMULARY = load_formulary()
WORDS = Words(
    {
        "chf": ("congestive", "heart", "failure"),
        "bleeding": ("hemorrhage",),
        "of": (),
        "with": (),
        "cardiac": ("heart",),
    },
    {"heart": 1.0, "failure": 0.5, "hemorrhage": 2.0},
    3.0,
)
USES = Uses({"furosemide": ("congestive heart failure", "edema")}, {"proton pump inhibitor": ("gastric bleeding",)})
DRUGS = ("furosemide", "pantoprazole")
TERMS = KnowledgeTerms(
    WORDS,
    USES,
    DRUGS,
    np.full((len(TOPICS), 2), 0.25),
    np.array([2.0, 1.0, 1.5, 0.5, -1.0]),
    0.5,
    {"uses.csv": "0" * 64},
)
ADMISSION = Admission("a1", "p1", reason="CHF", diagnoses=("hemorrhage of the gut",), past_history=("edema",))


def matches(admission: Admission, drugs: Sequence[str] = DRUGS) -> dict[str, list[float]]:
    """By topic what each drug's score gains per unit of the coefficient, the mean added back."""
    found = KnowledgeScorer(TERMS, FORMULARY)._matching(drugs).matches(parts(admission))
    return {topic: found[place].tolist() for place, topic in enumerate(TOPICS)}


def test_a_use_matches_by_the_weighted_share_of_its_words_in_one_entry() -> None:
    found = matches(ADMISSION)
    assert found["problems"] == pytest.approx([1.0, 2.0 / (2.0 + 3.0)])  # "gastric bleeding": hemorrhage, not gastric
    assert found["history"] == pytest.approx([1.0, 0.0])
    apart = replace(ADMISSION, reason="heart murmur", diagnoses=("respiratory failure",), past_history=())
    assert matches(apart)["problems"][0] == pytest.approx(1.0 / 4.5)  # the words of two entries make no heart failure
    assert matches(replace(ADMISSION, reason="cardiac failures"))["problems"][0] == pytest.approx(1.5 / 4.5)


def test_a_drug_is_found_by_name_at_home_in_the_previous_stay_and_among_the_allergies() -> None:
    admission = Admission(
        "a1",
        "p1",
        home_medications=("Lasix 40 mg",),
        allergies=("pantoprazole sodium", "no reaction to furosemide"),
        previous=PreviousStay(60, drugs=("pantoprazole",)),
    )
    found = matches(admission)
    assert found["home medications"] == [1.0, 0.0]
    assert found["previous stay"] == [0.0, 1.0]
    assert found["allergies"] == [0.0, 1.0]
    narrative = Admission("a1", "p1", sections={"medications_on_admission": "He takes Protonix.", "allergies": "lasix"})
    assert matches(narrative)["home medications"] == [0.0, 1.0] and matches(narrative)["allergies"] == [1.0, 0.0]


def test_the_score_is_the_formula_and_each_drugs_own() -> None:
    scorer, prompt = KnowledgeScorer(TERMS, FORMULARY), parts(ADMISSION)
    by_hand = 2.0 * (1.0 - 0.25) + 1.0 * (1.0 - 0.25) + (1.5 + 0.5 - 1.0) * (0.0 - 0.25)
    assert scorer.scores(prompt, DRUGS)[0] == pytest.approx(by_hand)
    crowd = ["omeprazole", "aspirin", *DRUGS, "bumetanide"]
    together = KnowledgeScorer(TERMS, FORMULARY).scores(prompt, crowd)
    for drug, score in zip(crowd, together, strict=True):
        assert KnowledgeScorer(TERMS, FORMULARY).scores(prompt, [drug])[0] == score


def test_an_unseen_drug_is_like_the_known_ones_with_its_uses_and_one_without_uses_like_all() -> None:
    scorer = KnowledgeScorer(TERMS, FORMULARY)
    assert scorer.likeness("omeprazole").tolist() == [0.0, 1.0]
    assert scorer.likeness("aspirin").tolist() == [0.5, 0.5]


def test_reasons_name_the_use_and_the_entry() -> None:
    admission = replace(ADMISSION, home_medications=("furosemide",), allergies=("furosemide",))
    found = KnowledgeScorer(TERMS, FORMULARY).reasons(parts(admission), "furosemide")
    assert [(r.topic, r.use, r.entry) for r in found] == [
        ("problems", "congestive heart failure", "CHF"),
        ("home medications", "", "furosemide"),
        ("history", "edema", "edema"),
        ("allergies", "", "furosemide"),
    ]
    assert [r.logits for r in found] == pytest.approx([2.0, 1.5, 1.0, -1.0])
    assert KnowledgeScorer(TERMS, FORMULARY).reasons(parts(Admission("a1", "p1")), "furosemide") == ()


@pytest.mark.parametrize(
    ("plural", "one"), [("infections", "infection"), ("arteries", "artery"), ("stenosis", "stenosis"), ("gas", "gas")]
)
def test_plurals_are_read_as_one(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_a_file_reads_back_as_it_was_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "knowledge.json"
    write_knowledge(TERMS, file)
    again = read_knowledge(file)
    prompt = parts(ADMISSION)
    assert (
        KnowledgeScorer(again, FORMULARY).scores(prompt, DRUGS).tolist()
        == KnowledgeScorer(TERMS, FORMULARY).scores(prompt, DRUGS).tolist()
    )
    whole = json.loads(file.read_text())
    for change in (
        {"format": 2},
        {"slope": float("nan")},
        {"means": {"furosemide": [1.0]}},
        {"coefficients": {**whole["coefficients"], "allergies": 0.1}},
        {"weights": {"heart": -1.0}},
        {"words": None},
    ):
        file.write_text(json.dumps(whole | change))
        with pytest.raises(ModelError, match="holds no knowledge terms"):
            read_knowledge(file)


def package_with_knowledge(folder: Path) -> ModelPackage:
    """A package of two drugs whose every number is drawn, and whose features know the word of an allergy too."""
    rng = np.random.default_rng(0)
    names = ("allergy furosemide", "dx chf", "has allergies")
    shapes = ((3, 2), (2,), (2,), (2,), (4, 2))
    write_terms(Terms(names, DRUGS, *(rng.normal(size=s).astype(np.float32) for s in shapes)), folder / "terms.npz")
    write_knowledge(TERMS, folder / "knowledge.json")
    return ModelPackage(
        path=folder,
        name="with knowledge",
        version="1",
        fine_tuned=False,
        label="made up",
        base_file="none.gguf",
        base_sha256="0" * 64,
        architecture="llama",
        prompt_version="1",
        context_tokens=512,
        adapters=(),
        drugs=tuple(Drug(name, -1.0, 1.0, 0.0) for name in DRUGS),
        policies={},
        terms=LinearTerms("terms.npz", sha256_of(folder / "terms.npz")),
        knowledge=KnowledgeFile("knowledge.json", sha256_of(folder / "knowledge.json")),
    )


def test_a_package_with_knowledge_does_not_show_its_model_the_allergies(tmp_path: Path) -> None:
    terms = PackageTerms(package_with_knowledge(tmp_path), FORMULARY)
    admission = replace(ADMISSION, allergies=("latex",), sections={"allergies": "latex", "plan": "rest"})
    shown = [part.name for part in terms.shown(parts(admission))]
    assert shown == ["patient", "reason", "diagnoses", "past history", "note: plan", "question"]
    assert without_allergies(parts(ADMISSION)) == parts(ADMISSION)
    old = replace(package_with_knowledge(tmp_path), knowledge=None)
    assert PackageTerms(old, FORMULARY).shown(parts(admission)) == parts(admission)
    newer = replace(old, prompt_version="2")
    assert [part.name for part in PackageTerms(newer, FORMULARY).shown(parts(admission))] == shown


def test_an_allergy_lowers_the_drug_that_it_names_and_no_other(tmp_path: Path) -> None:
    terms = PackageTerms(package_with_knowledge(tmp_path), FORMULARY)
    llm, state = np.array([0.3, -0.2], dtype=np.float32), np.ones(4, dtype=np.float32)
    before = terms.scores(parts(ADMISSION), (), DRUGS, llm, state)
    allergic = replace(ADMISSION, allergies=("furosemide",))
    after = terms.scores(parts(allergic), ("allergy:furosemide",), DRUGS, llm, state)
    assert after[0] == pytest.approx(before[0] - 1.0, abs=1e-6) and after[1] == before[1]


def test_an_unseen_drug_is_not_asked_about_and_takes_over_a_share_of_the_linear_terms(tmp_path: Path) -> None:
    terms = PackageTerms(package_with_knowledge(tmp_path), FORMULARY)
    assert terms.asked(["omeprazole", *DRUGS]) == list(DRUGS)
    assert terms.linear is not None and terms.knowledge is not None
    state = np.ones(4, dtype=np.float32)
    scores = terms.scores(parts(ADMISSION), (), ["omeprazole"], np.zeros(0, dtype=np.float32), state)
    share = 0.5 * terms.linear.linear(frozenset({"dx chf"}), state)[1]
    own = terms.knowledge.scores(parts(ADMISSION), ["omeprazole"])[0]
    assert scores.tolist() == pytest.approx([share + own], abs=1e-6)


def test_a_package_without_knowledge_keeps_its_hash(tmp_path: Path) -> None:
    package = package_with_knowledge(tmp_path)
    assert json.loads(manifest_bytes(package))["format"] == 4
    old = json.loads(manifest_bytes(replace(package, knowledge=None)))
    assert old["format"] == 3 and "knowledge" not in old


def test_a_package_whose_terms_are_of_other_drugs_is_refused(tmp_path: Path) -> None:
    default = load_package()
    assert default.knowledge is not None
    few = write_package(tmp_path / "few", replace(default, drugs=default.drugs[:5]))
    assert len(few.drugs) == 5  # the terms may know more drugs than the package asks about
    with pytest.raises(ModelError, match="are not of its own drugs"):
        write_package(tmp_path / "more", replace(default, drugs=(*default.drugs, Drug("another", -1.0, 1.0, 0.0))))
    write_knowledge(TERMS, tmp_path / "other.json")
    other = KnowledgeFile("other.json", sha256_of(tmp_path / "other.json"))
    with pytest.raises(ModelError, match="are not of its own drugs"):
        write_package(tmp_path / "none", replace(default, knowledge=other), {"other.json": tmp_path / "other.json"})


def test_surgery_of_another_kind_is_not_told_as_the_use() -> None:
    terms = PackageTerms(load_package(), load_formulary())
    assert terms.knowledge is not None
    for reason, told in (("GI perforation/rupture, surgery for", []), ("CABG, cardiac surgery", ["cardiac surgery"])):
        admission = Admission("1", "p", 61, "male", reason=reason)
        found = terms.knowledge.reasons(parts(admission), "potassium chloride")
        assert [each.use for each in found if "surgery" in each.use] == told
