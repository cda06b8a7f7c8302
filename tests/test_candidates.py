"""Which drugs a run asks about."""

import pytest

from lamo_desktop.cli.steps import chosen_candidates
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package

FORMULARY, PACKAGE = load_formulary(), load_package()
VOCABULARY = [drug.name for drug in PACKAGE.drugs if drug.name != "tazobactam"]  # ordered with piperacillin


def test_all_is_every_drug_of_package_and_formulary_once_and_nothing_else_that_is_ordered() -> None:
    found = chosen_candidates("All", PACKAGE, FORMULARY)
    assert found[: len(VOCABULARY)] == VOCABULARY and len(set(found)) == len(found) > 1400
    assert {"rosuvastatin", "apixaban", "furosemide", "amoxicillin/clavulanate"} <= set(found)
    assert not {"tazobactam", "clavulanate"} & set(found)
    assert not {"dextrose", "sodium chloride", "influenza vaccine"} & set(found)


def test_named_candidates_keep_the_packages_order_and_unknown_names_are_refused() -> None:
    assert chosen_candidates("rosuvastatin, warfarin,aspirin", PACKAGE, FORMULARY) == [
        "aspirin",
        "warfarin",
        "rosuvastatin",
    ]
    assert chosen_candidates(None, PACKAGE, FORMULARY) == VOCABULARY
    with pytest.raises(InputError, match="nodrugofours"):
        chosen_candidates("nodrugofours", PACKAGE, FORMULARY)


def test_a_class_is_every_drug_of_it_and_fixed_combinations_go_by_any_of_their_names() -> None:
    found = chosen_candidates("class:beta blocker, aspirin", PACKAGE, FORMULARY)
    assert found[:4] == ["aspirin", "carvedilol", "labetalol", "metoprolol"] and {"esmolol", "nadolol"} < set(found[4:])
    assert {FORMULARY.drug_class(drug) for drug in found[1:]} == {"beta blocker"}
    for asked in ("tazobactam", "Piperacillin/Tazobactam", "piperacillin,tazobactam"):
        assert chosen_candidates(asked, PACKAGE, FORMULARY) == ["piperacillin"]
    assert chosen_candidates("clavulanate", PACKAGE, FORMULARY) == ["amoxicillin/clavulanate"]


def test_names_with_a_comma_are_one_name() -> None:
    found = chosen_candidates("class:hypnotic, z-drug, sodium chloride, hypertonic, aspirin", PACKAGE, FORMULARY)
    assert found[:2] == ["aspirin", "zolpidem"] and "zaleplon" in found and "sodium chloride, hypertonic" in found
    assert "sodium chloride" not in found


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("class:beta blockers", 'There is no drug class "beta blockers": similar ones are beta blocker.'),
        ("class:antiarhythmic", "similar ones are antiarrhythmic"),
        ("class:", "There is no drug class"),
    ],
)
def test_an_unknown_class_is_refused_with_the_nearest(asked: str, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        chosen_candidates(asked, PACKAGE, FORMULARY)
