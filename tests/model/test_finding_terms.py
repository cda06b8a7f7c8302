"""Terms of findings in the embedded default: what they say of drugs, and that without findings nothing changes."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import LinearTerms, ModelPackage, load_package, write_package
from lamo_desktop.model.package_terms import PackageTerms
from lamo_desktop.model.prompt import parts
from lamo_desktop.model.terms import is_finding, read_terms, write_terms
from lamo_desktop.paths import resource

FORMULARY = load_formulary()
PACKAGE = load_package()
TERMS = PackageTerms(PACKAGE, FORMULARY)
DRUGS = tuple(PACKAGE.by_name)
PATIENT = Admission("1", "p", 67, "male", reason="sepsis", diagnoses=("sepsis", "pneumonia"), codes=("dx:sepsis",))


def scores(terms: PackageTerms, *findings: str, drugs: tuple[str, ...] = DRUGS) -> dict[str, float]:
    """Scores of a patient with some findings, as if the model had answered alike to every drug."""
    assert terms.linear is not None
    llm = np.zeros(len(terms.asked(drugs)), dtype=np.float32)
    codes = [*PATIENT.codes, *(f"finding:{name}" for name in findings)]
    found = terms.scores(parts(PATIENT), codes, drugs, llm, np.zeros(len(terms.linear.head), dtype=np.float32))
    return dict(zip(drugs, found.tolist(), strict=True))


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    """The package without its terms of findings."""
    folder = tmp_path_factory.mktemp("without")
    shipped = read_terms(resource("packages/default/terms.npz"))
    rows = [row for row, feature in enumerate(shipped.features) if not is_finding(feature)]
    bare = replace(shipped, features=tuple(shipped.features[row] for row in rows), weights=shipped.weights[rows])
    assert len(bare.features) < len(shipped.features)
    write_terms(bare, folder / "terms.npz")
    terms = LinearTerms("terms.npz", sha256_of(folder / "terms.npz"))
    return write_package(folder / "package", replace(PACKAGE, terms=terms), {"terms.npz": folder / "terms.npz"})


def test_an_admission_without_findings_has_the_same_scores_bit_for_bit(without: ModelPackage) -> None:
    drugs = (*DRUGS, "metformin", "apixaban")
    bare = PackageTerms(without, FORMULARY)
    assert scores(TERMS, drugs=drugs) == scores(bare, drugs=drugs) == scores(bare, "intubated", drugs=drugs)
    assert scores(TERMS, "intubated", drugs=drugs) != scores(bare, "intubated", drugs=drugs)


def test_a_finding_with_no_weights_changes_nothing() -> None:
    assert scores(TERMS, "potassium very high", "INR high") == scores(TERMS)


@pytest.mark.parametrize(
    ("finding", "raised", "lowered"),
    [
        ("intubated", ("propofol", "fentanyl", "chlorhexidine", "midazolam"), ("acetaminophen",)),
        ("ventilated", ("propofol", "fentanyl", "norepinephrine"), ("zolpidem",)),
        ("creatinine very high", ("sodium bicarbonate", "heparin"), ("enoxaparin", "ketorolac", "potassium chloride")),
        ("urea nitrogen very high", ("sodium bicarbonate",), ("enoxaparin", "potassium chloride")),
        ("dialysis", (), ("potassium chloride", "enoxaparin")),
        ("glucose high", ("insulin aspart", "insulin lispro"), ()),
        ("glucose very low", ("glucose", "glucagon"), ()),
        ("systolic blood pressure very high", ("hydralazine", "labetalol", "amlodipine"), ("norepinephrine",)),
        ("systolic blood pressure very low", ("norepinephrine", "albumin"), ("hydralazine", "amlodipine")),
        ("heart rate very low", ("atropine",), ()),
        ("diabetes", ("insulin glargine", "insulin lispro"), ()),
    ],
)
def test_findings_speak_for_and_against_drugs_as_a_ward_knows(
    finding: str, raised: tuple[str, ...], lowered: tuple[str, ...]
) -> None:
    before, after = scores(TERMS), scores(TERMS, finding)
    assert [drug for drug in raised if after[drug] <= before[drug]] == []
    assert [drug for drug in lowered if after[drug] >= before[drug]] == []


def test_no_finding_speaks_for_a_drug_that_it_speaks_against() -> None:
    """Orders alone would have taught that a slow heart asks for metoprolol, and low glucose for insulin."""
    with resource("observations/against.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    looked_at = 0
    for row in table:
        against = row["drugs"].split("|")
        barred = [drug for drug in DRUGS if drug in against or FORMULARY.drug_class(drug) in against]
        for name in row["findings"].split("|"):
            added = [TERMS.findings([f"finding:{name.casefold()}"], drug) for drug in barred]
            assert max((share for each in added for share in each.values()), default=0.0) <= 0
            looked_at += sum(map(len, added))
    assert looked_at > 50


def test_the_share_of_each_finding_adds_up_to_what_the_score_gains() -> None:
    findings = ("creatinine very high", "intubated", "potassium low")
    added = TERMS.findings([*PATIENT.codes, *(f"finding:{name}" for name in findings)], "heparin")
    assert set(added) == {"finding:creatinine very high", "finding:intubated"}
    gained = scores(TERMS, *findings)["heparin"] - scores(TERMS)["heparin"]
    assert gained == pytest.approx(sum(added.values()), abs=1e-5)


def test_findings_say_nothing_of_a_drug_never_trained_on() -> None:
    assert scores(TERMS, "creatinine very high", drugs=("metformin",)) == scores(TERMS, drugs=("metformin",))
    assert TERMS.findings(["finding:creatinine very high"], "metformin") == {}


def test_the_package_says_from_what_the_terms_of_findings_were_made() -> None:
    made = PACKAGE.training["site_prior"]
    assert made["admissions"] == 1034 and made["findings slope"] > 0
    assert made["findings out-of-fold log loss"] < made["features out-of-fold log loss"]
