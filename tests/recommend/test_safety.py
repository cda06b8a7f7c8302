import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.recommend.safety import Flag, model_flags, safety_flags
from tests.jobs.jobs import VOCABULARY


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def admission(*allergies: str, unmapped: tuple[str, ...] = ()) -> Admission:
    return Admission("1", "1", allergies=allergies, unmapped_orders=unmapped)


def of_kind(flags: list[Flag], kind: str) -> list[Flag]:
    return [flag for flag in flags if flag.kind == kind]


def test_an_allergy_is_flagged_by_name_and_by_class_and_quoted(formulary: Formulary) -> None:
    patient = admission("Lisinopril", "PENICILLINS", "NKDA to statins")
    flags = of_kind(safety_flags(patient, ["lisinopril", "simvastatin"], ["amoxicillin"], formulary), "allergy")
    assert [(flag.drug, flag.text) for flag in flags] == [
        ("amoxicillin", 'recorded allergy "PENICILLINS" (match by class)'),
        ("lisinopril", 'recorded allergy "Lisinopril" (match by name)'),
    ]


def test_an_interaction_is_flagged_on_both_drugs_with_severity_source_and_list(formulary: Formulary) -> None:
    listed, ordered = ["lisinopril", "spironolactone"], ["spironolactone", "lisinopril", "metoprolol"]
    (pair,) = formulary.interactions_among(listed)
    flags = of_kind(safety_flags(admission(), listed, ordered, formulary), "interaction")
    mine = [flag for flag in flags if "recommended" in flag.text]
    assert {(flag.drug, flag.source) for flag in mine} == {
        ("lisinopril", "NDF-RT 2014"),
        ("spironolactone", "NDF-RT 2014"),
    }
    assert mine[0].text == f"with spironolactone, {pair.severity} (both recommended and ordered)"
    only = of_kind(safety_flags(admission(), listed, [], formulary), "interaction")
    assert {flag.text.rpartition(" (")[2] for flag in only} == {"both recommended)"}


def test_one_recommended_and_one_ordered_drug_are_no_list(formulary: Formulary) -> None:
    assert safety_flags(admission(), ["lisinopril"], ["spironolactone"], formulary) == []


def test_a_duplicate_class_names_its_company(formulary: Formulary) -> None:
    drugs = ["metoprolol", "atenolol", "aspirin"]
    flags = of_kind(safety_flags(admission(), drugs, [], formulary), "duplicate class")
    assert [(flag.drug, flag.text) for flag in flags] == [
        ("atenolol", "beta blocker, together with metoprolol (all recommended)"),
        ("metoprolol", "beta blocker, together with atenolol (all recommended)"),
    ]


def test_what_the_model_cannot_know_is_said() -> None:
    candidates = (*VOCABULARY, "newdrug")
    flags = model_flags(
        admission(unmapped=("A", "A", "B")),
        ["aspirin", "newdrug"],
        ["aspirin", "other", "x", "y", "z", "u", "v", "w"],
        candidates,
        VOCABULARY,
        ("past history (1 of 9 entries kept)",),
    )
    assert [(flag.kind, flag.drug) for flag in flags if flag.drug in ("newdrug", "other", "")] == [
        ("unseen drug", "newdrug"),
        ("not a candidate", "other"),
        ("context cut", ""),
        ("low coverage", ""),
    ]
    assert flags[-1].text == "2 of 10 distinct orders have no known ingredient"
    assert "past history (1 of 9 entries kept)" in flags[-2].text


@pytest.mark.parametrize(("unmapped", "ordered", "flagged"), [(0, 0, False), (1, 4, True), (1, 5, False), (1, 0, True)])
def test_low_coverage_is_a_fifth_of_the_orders(unmapped: int, ordered: int, flagged: bool) -> None:
    patient = admission(unmapped=tuple(f"text {n}" for n in range(unmapped)))
    drugs = [f"drug {n}" for n in range(ordered)]
    flags = model_flags(patient, [], drugs, drugs, drugs, ())
    assert [flag.kind for flag in flags] == ["low coverage"] * flagged
