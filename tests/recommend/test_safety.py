from dataclasses import replace

import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.recommend.safety import Flag, Withholding, model_flags, safety_flags
from tests.jobs.jobs import VOCABULARY


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def admission(*allergies: str, unmapped: tuple[str, ...] = ()) -> Admission:
    return Admission("1", "1", allergies=allergies, unmapped_orders=unmapped)


def of_kind(flags: list[Flag], kind: str) -> list[Flag]:
    return [flag for flag in flags if flag.kind == kind]


def test_an_allergy_is_flagged_once_for_each_drug_and_quoted(formulary: Formulary) -> None:
    patient = admission("Lisinopril", "PENICILLINS", "amoxicillin", "NKDA to statins")
    flags = of_kind(safety_flags(patient, ["lisinopril", "simvastatin"], ["amoxicillin"], formulary), "allergy")
    assert [(flag.drugs, flag.severity, flag.text, flag.source) for flag in flags] == [
        (
            ("amoxicillin",),
            "contraindicated",
            'Recorded allergy: "PENICILLINS", "amoxicillin". (ordered: amoxicillin)',
            "recorded in the admission",
        ),
        (
            ("lisinopril",),
            "contraindicated",
            'Recorded allergy: "Lisinopril". (recommended: lisinopril)',
            "recorded in the admission",
        ),
    ]


def test_drugs_that_one_allergy_speaks_against_in_one_way_are_one_flag(formulary: Formulary) -> None:
    (flag,) = safety_flags(admission("pcn"), ["piperacillin"], [], formulary, ["ampicillin"])
    assert (flag.drugs, flag.severity) == (("ampicillin", "piperacillin"), "contraindicated")
    assert flag.text.endswith("(recommended: piperacillin/tazobactam; withheld: ampicillin)")


def test_an_interaction_is_one_flag_with_severity_source_and_lists(formulary: Formulary) -> None:
    listed, ordered = ["lisinopril", "spironolactone"], ["spironolactone", "lisinopril", "metoprolol"]
    (flag,) = of_kind(safety_flags(admission(), listed, ordered, formulary), "interaction")
    assert flag.drugs == ("lisinopril", "spironolactone") and flag.severity == "caution"
    assert flag.text.endswith("(recommended and ordered: lisinopril, spironolactone)")
    assert flag.source.startswith("FDA label") and flag.dated and flag.link.startswith("https://")
    (only,) = of_kind(safety_flags(admission(), listed, [], formulary), "interaction")
    assert only.text.endswith("(recommended: lisinopril, spironolactone)")


def test_a_rule_that_other_drugs_meet_on_each_list_is_one_flag(formulary: Formulary) -> None:
    (flag,) = of_kind(
        safety_flags(admission(), ["aspirin", "heparin"], ["aspirin", "enoxaparin"], formulary), "interaction"
    )
    assert flag.drugs == ("aspirin", "enoxaparin", "heparin")
    assert flag.text.endswith("(recommended: aspirin, heparin; ordered: aspirin, enoxaparin)")


def test_one_recommended_and_one_ordered_drug_are_no_list(formulary: Formulary) -> None:
    assert safety_flags(admission(), ["lisinopril"], ["spironolactone"], formulary) == []


def test_what_is_ordered_meets_the_home_medications(formulary: Formulary) -> None:
    patient = replace(admission(), home_medications=("warfarin", "text that is no drug"))
    (flag,) = safety_flags(patient, [], ["ibuprofen"], formulary)
    assert (flag.severity, flag.drugs) == ("caution", ("ibuprofen", "warfarin"))
    assert flag.text.endswith("(ordered: ibuprofen; home: warfarin)")


@pytest.mark.parametrize(
    ("ordered", "home", "severity"),
    [
        ("heparin", "apixaban", "serious"),  # never together
        ("nitroglycerin", "sildenafil", "serious"),
        ("clarithromycin", "simvastatin", "serious"),
        ("ibuprofen", "warfarin", "caution"),
    ],
)
def test_what_is_contraindicated_stays_serious_with_a_home_medication(
    ordered: str, home: str, severity: str, formulary: Formulary
) -> None:
    patient = replace(admission(), home_medications=(home,))
    (flag,) = safety_flags(patient, [], [ordered], formulary)
    assert flag.severity == severity
    assert f"Taken at home: {home}: continue or pause?" in flag.text


def test_a_label_is_cited_of_one_of_the_drugs_or_as_that_of_its_class(formulary: Formulary) -> None:
    patient = replace(admission(), reason="pain")

    def cited(*drugs: str) -> str:
        (flag,) = (f for f in safety_flags(patient, [], drugs, formulary) if f.kind == "interaction")
        assert "{" not in flag.source + flag.link
        return flag.source

    assert cited("heparin", "rivaroxaban") == "EMA product information of rivaroxaban, contraindications"
    assert cited("rivaroxaban", "ibuprofen") == "FDA label of rivaroxaban, warnings and precautions"
    assert cited("apixaban", "phenytoin") == "FDA label of rivaroxaban (of the class of apixaban), drug interactions"


def test_a_label_is_cited_as_of_a_class_only_within_a_class_of_the_formulary(formulary: Formulary) -> None:
    def cited(drug: str, reason: str) -> tuple[str, str]:
        flags = safety_flags(replace(admission(), reason=reason), [], [drug], formulary)
        (flag,) = (f for f in flags if f.kind == "condition")
        return flag.source, flag.link.rpartition("query=")[2]

    assert cited("amiodarone", "long QT syndrome") == ("FDA labels of these drugs", "amiodarone")
    assert cited("amphotericin b", "chronic kidney disease") == ("FDA labels of these drugs", "amphotericin+b")
    assert cited("famotidine", "ESRD") == ("FDA label of famotidine, dosage and administration", "famotidine")
    assert cited("tobramycin", "chronic kidney disease") == (
        "FDA label of gentamicin (of the class of tobramycin), boxed warning",
        "gentamicin",
    )


def test_a_condition_is_flagged_with_what_was_recorded(formulary: Formulary) -> None:
    patient = replace(admission(), reason="Overdose, analgesic (aspirin, acetaminophen)")
    (flag,) = safety_flags(patient, ["acetaminophen"], [], formulary)
    assert (flag.kind, flag.severity, flag.drugs) == ("condition", "contraindicated", ("acetaminophen",))
    assert 'Recorded: "Overdose, analgesic (aspirin, acetaminophen)"' in flag.text


def test_a_duplicate_class_is_one_flag_that_names_its_drugs(formulary: Formulary) -> None:
    (flag,) = safety_flags(admission(), ["metoprolol", "atenolol", "ondansetron"], [], formulary)
    assert (flag.kind, flag.drugs) == ("duplicate class", ("atenolol", "metoprolol"))


def test_the_gravest_flag_comes_first(formulary: Formulary) -> None:
    drugs = ["pantoprazole", "famotidine", "warfarin", "ibuprofen", "simvastatin"]
    found = safety_flags(admission("statins"), drugs, [], formulary)
    assert [flag.severity for flag in found] == ["contraindicated", "serious", "caution"]


@pytest.mark.parametrize(
    ("allergy", "reason", "drug", "why"),
    [
        ("penicillin", "", "ampicillin", "allergy to penicillin"),
        ("aspirin", "", "ketorolac", "allergy to aspirin"),
        ("penicillin", "", "tazobactam", "allergy to penicillin"),
        ("penicillin", "", "cefazolin", ""),
        ("sulfa", "", "furosemide", ""),
        ("codeine", "", "fentanyl", ""),
        ("codeine (nausea)", "", "codeine", ""),
        ("no known drug allergies", "", "aspirin", ""),
        ("see cerner", "", "aspirin", ""),
        ("", "acetaminophen overdose", "acetaminophen", "contraindicated: acetaminophen overdose"),
        ("", "upper GI bleeding", "aspirin", ""),
    ],
)
def test_what_is_withheld_and_why(formulary: Formulary, allergy: str, reason: str, drug: str, why: str) -> None:
    patients = [admission(), replace(admission(*filter(None, [allergy])), reason=reason)]
    withholding = Withholding(formulary, ("docusate", drug), patients)
    assert withholding.mask.tolist() == [[False, False], [False, bool(why)]]
    assert withholding.reason(1, drug) == why


@pytest.mark.parametrize(
    ("reaction", "severity", "withheld"),
    [
        ("nausea", "note", False),
        ("nausea and hives", "contraindicated", True),
        ("", "contraindicated", True),
        ("changed to fentanyl for nausea", "note", False),
    ],
)
def test_a_reaction_read_beside_the_allergy_says_whether_it_is_one(
    formulary: Formulary, reaction: str, severity: str, withheld: bool
) -> None:
    patient = replace(admission("codeine"), reactions={"codeine": reaction} if reaction else {})
    (flag,) = safety_flags(patient, ["codeine"], [], formulary)
    assert flag.severity == severity and ("side effect" in flag.text) is not withheld
    assert (f'"codeine ({reaction})"' if reaction else '"codeine"') in flag.text
    bare = replace(patient, reactions={})
    withholding = Withholding(formulary, ("codeine", "fentanyl"), [bare, patient])
    assert withholding.mask.tolist() == [[True, False], [withheld, False]]
    assert withholding.reason(1, "codeine") == ("allergy to codeine" if withheld else "")


def test_one_order_of_an_unknown_ingredient_is_said_in_the_singular() -> None:
    flags = model_flags(admission(unmapped=("A",)), [], ["aspirin"], VOCABULARY, VOCABULARY, ())
    assert flags[-1].text == "1 of 2 distinct orders has no known ingredient"


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
    assert [(flag.kind, flag.drugs) for flag in flags if set(flag.drugs) <= {"newdrug", "other"}] == [
        ("unseen drug", ("newdrug",)),
        ("not a candidate", ("other",)),
        ("context cut", ()),
        ("low coverage", ()),
    ]
    assert all(flag.severity is None for flag in flags)
    assert flags[-1].text == "2 of 10 distinct orders have no known ingredient"
    assert "past history (1 of 9 entries kept)" in flags[-2].text


@pytest.mark.parametrize(("unmapped", "ordered", "flagged"), [(0, 0, False), (1, 4, True), (1, 5, False), (1, 0, True)])
def test_low_coverage_is_a_fifth_of_the_orders(unmapped: int, ordered: int, flagged: bool) -> None:
    patient = admission(unmapped=tuple(f"text {n}" for n in range(unmapped)))
    drugs = [f"drug {n}" for n in range(ordered)]
    flags = model_flags(patient, [], drugs, drugs, drugs, ())
    assert [flag.kind for flag in flags] == ["low coverage"] * flagged


def test_orders_at_different_times_are_no_pair_and_a_list_is_one_time(formulary: Formulary) -> None:
    drugs = ("lorazepam", "oxycodone", "zolpidem")
    apart = replace(admission(), orders=drugs, orders_together=(("lorazepam",), ("oxycodone", "zolpidem")))
    (flag,) = safety_flags(apart, [], drugs, formulary)
    assert flag.drugs == ("oxycodone", "zolpidem")
    at_once = safety_flags(replace(apart, orders_together=()), [], drugs, formulary)
    assert {flag.drugs for flag in at_once} >= {("lorazepam", "oxycodone")}
    assert {flag.drugs for flag in safety_flags(apart, drugs, drugs, formulary)} >= {("lorazepam", "oxycodone")}


def test_what_one_time_says_whole_another_does_not_say_in_part(formulary: Formulary) -> None:
    drugs = ("aspirin", "clopidogrel", "heparin", "metoprolol")
    apart = replace(admission(), orders_together=(drugs[:3], ("aspirin", "clopidogrel", "metoprolol")))
    found = safety_flags(apart, [], drugs, formulary)
    assert [flag.drugs for flag in found] == [drugs[:3]] and found == safety_flags(admission(), [], drugs, formulary)


def test_a_fixed_combination_takes_the_times_of_its_ingredients(formulary: Formulary) -> None:
    apart = replace(admission(), orders_together=(("sulfamethoxazole", "trimethoprim"), ("warfarin",)))
    drugs = ("sulfamethoxazole/trimethoprim", "warfarin")
    assert safety_flags(apart, [], drugs, formulary) == []
    (flag,) = safety_flags(admission(), [], drugs, formulary)
    assert flag.drugs == drugs


def test_what_speaks_gravely_against_a_home_medication_alone_is_a_tier_less_grave(formulary: Formulary) -> None:
    patient = replace(
        admission(), reason="Bleeding, lower GI", home_medications=("prasugrel", "naproxen", "lisinopril")
    )
    found = {flag.drugs: (flag.severity, flag.text) for flag in safety_flags(patient, [], [], formulary)}
    severity, text = found[("prasugrel",)]
    assert severity == "caution" and text.endswith(
        'Recorded: "Bleeding, lower GI". Taken at home: prasugrel: continue or pause? (home: prasugrel)'
    )
    assert found[("naproxen",)][0] == "serious"  # contraindicated where it is ordered
    ordered = safety_flags(patient, [], ["prasugrel"], formulary)
    assert [flag.severity for flag in ordered if flag.drugs == ("prasugrel",) and flag.kind == "condition"] == [
        "serious"
    ]


@pytest.mark.parametrize(
    ("reason", "severity"),
    [("Infarction, acute myocardial (MI)", "note"), ("Angina, unstable", "note"), ("hip fracture", "caution")],
)
@pytest.mark.parametrize(
    "drugs", [("aspirin", "heparin"), ("aspirin", "clopidogrel"), ("aspirin", "clopidogrel", "heparin")]
)
def test_drugs_against_clots_are_usual_together_in_acute_coronary_syndrome(
    formulary: Formulary, drugs: tuple[str, ...], reason: str, severity: str
) -> None:
    (flag,) = safety_flags(replace(admission(), reason=reason), drugs, [], formulary)
    assert (flag.drugs, flag.severity) == (drugs, severity)


def test_a_remote_infarction_is_no_acute_coronary_syndrome(formulary: Formulary) -> None:
    patient = replace(admission(), diagnoses=("Old myocardial infarction",))
    assert [flag.severity for flag in safety_flags(patient, ["aspirin", "heparin"], [], formulary)] == ["caution"]
