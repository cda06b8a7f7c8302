"""Which drugs a run asks about."""

import pytest

from lamo_desktop.cli.steps import chosen_candidates
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package

FORMULARY, PACKAGE = load_formulary(), load_package()
VOCABULARY = [drug.name for drug in PACKAGE.drugs]


def test_all_is_every_drug_of_package_and_formulary_once_and_nothing_else_that_is_ordered() -> None:
    found = chosen_candidates("All", PACKAGE, FORMULARY)
    assert found[: len(VOCABULARY)] == VOCABULARY and len(set(found)) == len(found) > 1400
    assert {"rosuvastatin", "apixaban", "furosemide"} <= set(found)
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
