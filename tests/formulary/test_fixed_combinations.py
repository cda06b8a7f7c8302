"""Fixed combinations are one drug where drugs as ordered are listed or counted; what is known of a part is kept."""

import pytest

from lamo_desktop.formulary import Formulary, as_ordered, load_formulary, product_of, shown_name, without_parts
from lamo_desktop.formulary.fixed_combinations import fixed_combinations, parts_of, parts_only


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.mark.parametrize(
    ("ingredients", "drugs"),
    [
        (("tazobactam", "piperacillin", "vancomycin"), ("piperacillin", "vancomycin")),
        (("amoxicillin", "clavulanate"), ("amoxicillin/clavulanate",)),
        (("ampicillin",), ("ampicillin",)),
        (("cilastatin", "imipenem", "relebactam"), ("imipenem/cilastatin/relebactam",)),
        (("ceftolozane", "tazobactam"), ("ceftolozane/tazobactam",)),
        (("sulfamethoxazole", "trimethoprim", "warfarin"), ("sulfamethoxazole/trimethoprim", "warfarin")),
        (("albuterol", "ipratropium"), ("albuterol", "ipratropium")),
        (("amoxicillin/clavulanate",), ("amoxicillin/clavulanate",)),
        ((), ()),
    ],
)
def test_ingredients_are_folded_into_drugs_as_ordered(ingredients: tuple[str, ...], drugs: tuple[str, ...]) -> None:
    assert as_ordered(ingredients) == drugs
    assert as_ordered(drugs) == drugs


def test_a_combination_a_model_knows_by_its_ingredients_alone_stays_ingredients() -> None:
    orders = ("ampicillin", "sulbactam", "vancomycin")
    assert as_ordered(orders, ("ampicillin", "sulbactam")) == orders
    assert as_ordered(orders, ("ampicillin", "vancomycin")) == ("ampicillin/sulbactam", "vancomycin")
    assert without_parts(("tazobactam", "piperacillin", "sulbactam")) == ("piperacillin", "sulbactam")


def test_readers_names_have_all_ingredients() -> None:
    assert shown_name("piperacillin") == "piperacillin/tazobactam"
    assert shown_name("aspirin") == "aspirin"
    assert product_of("tazobactam") == "piperacillin" and product_of("clavulanate") == "amoxicillin/clavulanate"


def test_every_product_is_a_drug_of_the_formulary_and_no_part_of_one_is(formulary: Formulary) -> None:
    drugs = set(formulary.drugs)
    for product in fixed_combinations():
        assert product.drug in drugs and formulary.known(product.drug)
        assert all(formulary.known(part) for part in product.parts)
        assert formulary.drug_class(product.drug) == formulary.drug_class(product.parts[0])
        assert parts_of(product.drug) == product.parts
    assert not drugs & parts_only()


@pytest.mark.parametrize("text", ["ZOSYN 3.375 GM IVPB", "Augmentin 875", "Bactrim DS", "Unasyn 3 g", "Sinemet 25-100"])
def test_every_product_is_found_by_its_trade_name(formulary: Formulary, text: str) -> None:
    (drug,) = as_ordered(formulary.map(text).ingredients)
    assert "/" in shown_name(drug)


def test_what_is_known_of_a_part_holds_for_the_product(formulary: Formulary) -> None:
    rules = formulary.rules
    pair = rules.partners["sulfamethoxazole/trimethoprim"]
    assert pair["warfarin"].severity == "serious" == pair["lisinopril"].severity
    assert "trimethoprim" not in pair and "sulfamethoxazole" not in pair
    (hit,) = rules.hits(frozenset({"lisinopril", "sulfamethoxazole/trimethoprim"}), frozenset(), {})
    assert hit.rule.covers("lisinopril", "trimethoprim")
    (hit,) = rules.hits(frozenset({"ceftriaxone", "ceftazidime/avibactam"}), frozenset(), {})
    assert hit.rule.kind == "duplicate class"
    for allergy, drug in [("bactrim", "sulfamethoxazole/trimethoprim"), ("penicillin", "ampicillin/sulbactam")]:
        assert [found.severity for found in formulary.allergy_hits([allergy], drug)] == ["contraindicated"]
    assert not formulary.allergy_hits(["codeine"], "sulfamethoxazole/trimethoprim")
