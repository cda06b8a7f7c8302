"""Allergies, interactions and doubled classes."""

from pathlib import Path

import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, Interaction, load_formulary


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.mark.parametrize(
    ("allergy", "ingredient", "by"),
    [
        ("PENICILLINS", "ampicillin", "class"),
        ("PCN", "piperacillin", "class"),
        ("PENICILLIN G BENZATHINE", "penicillin g", "name"),
        ("sulfa", "sulfamethoxazole", "class"),
        ("Sulfa (Sulfonamide Antibiotics)", "sulfamethoxazole", "class"),
        ("BACTRIM", "trimethoprim", "name"),
        ("CODEINE PHOSPHATE", "morphine", "class"),
        ("morphine and related", "hydromorphone", "class"),
        ("ASA", "ibuprofen", "class"),
        ("nSAIDS", "ketorolac", "class"),
        ("Statins-hmg-coa", "atorvastatin", "class"),
        ("ace-inhibitors", "lisinopril", "class"),
        ("IVP dye", "iohexol", "class"),
        ("LEVAQUIN", "ciprofloxacin", "class"),
        ("? lasix", "furosemide", "name"),
        ("latex, KEFLEX", "cefazolin", "class"),
        ("NKDA except PCN", "ampicillin", "class"),
        ("no known allergies to latex but anaphylaxis to penicillin", "nafcillin", "class"),
        ("Aspirin: no reaction recorded", "aspirin", "name"),
        ("vancomycin; tolerates cephalosporins", "vancomycin", "name"),
    ],
)
def test_an_allergy_is_matched_by_name_or_class(formulary: Formulary, allergy: str, ingredient: str, by: str) -> None:
    hits = formulary.allergy_hits(["peanuts", allergy], ingredient)
    assert [(hit.allergy, hit.ingredient, hit.by) for hit in hits] == [(allergy, ingredient, by)]


@pytest.mark.parametrize(
    ("allergy", "ingredient"),
    [
        ("NKDA", "aspirin"),
        ("None", "aspirin"),
        ("", "aspirin"),
        ("Patient denies allergy to penicillin", "ampicillin"),
        ("No allergy to penicillin", "ampicillin"),
        ("not allergic to aspirin", "aspirin"),
        ("penicillin allergy ruled out", "ampicillin"),
        ("vancomycin; tolerates cephalosporins", "cefazolin"),
        ("PENICILLAMINE", "ampicillin"),
        ("PENICILLINS", "cefazolin"),
        ("SULFUR", "sulfamethoxazole"),
        ("sulfa", "furosemide"),
        ("blue dye", "iohexol"),
        ("latex", "aspirin"),
        ("no " * 400_000 + "aspirin", "aspirin"),
    ],
)
def test_a_negated_or_unrelated_allergy_is_no_hit(formulary: Formulary, allergy: str, ingredient: str) -> None:
    assert formulary.allergy_hits([allergy], ingredient) == ()


def test_interactions_are_found_in_any_order_with_their_source(formulary: Formulary) -> None:
    found = formulary.interactions_among(["simvastatin", "metoprolol", "amiodarone", "simvastatin"])
    assert Interaction("amiodarone", "simvastatin", "significant", "NDF-RT 2014") in found
    assert found == formulary.interactions_among({"amiodarone", "metoprolol", "simvastatin"})
    assert formulary.interactions_among(["simvastatin"]) == ()


def test_interaction_names_are_read_like_orders(formulary: Formulary) -> None:
    assert formulary.interactions_among(["meperidine", "phenelzine"])  # written "pethidine" in NDF-RT
    assert formulary.interactions_among(["aspirin", "warfarin"]) == formulary.interactions_among(
        ["warfarin", "aspirin"]
    )


def test_a_sites_interactions_are_added_and_stand_before_the_shipped(tmp_path: Path) -> None:
    table = tmp_path / "site.csv"
    table.write_text(
        "drug_a,drug_b,severity\nZocor,Cordarone,Minor\nlisinopril,foobarbide,critical\n", encoding="utf-8"
    )
    formulary = load_formulary(interactions=table)
    assert formulary.interactions_among(["simvastatin", "amiodarone"]) == (
        Interaction("amiodarone", "simvastatin", "minor", "site.csv"),
    )
    assert len(formulary.interactions_among(["lisinopril", "foobarbide"])) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("drug_a,drug_b\nx,y\n", "row 1: column 'severity' is missing"),
        ("drug_a,drug_b,severity\naspirin,warfarin,critical\naspirin,,critical\n", "row 3"),
        ("drug_a,drug_b,severity\naspirin,ASA,critical\n", "row 2: both drugs are 'aspirin'"),
    ],
)
def test_a_bad_interaction_table_is_refused_with_file_and_row(tmp_path: Path, content: str, expected: str) -> None:
    table = tmp_path / "site.csv"
    table.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"site\.csv {expected}"):
        load_formulary(interactions=table)


def test_two_of_a_class_are_reported_where_one_is_usual(formulary: Formulary) -> None:
    found = formulary.duplicates(["pantoprazole", "omeprazole", "heparin", "morphine", "fentanyl", "atorvastatin"])
    assert [(d.drug_class, d.ingredients) for d in found] == [("proton pump inhibitor", ("omeprazole", "pantoprazole"))]
    assert formulary.duplicates(["foobarbide", "wondercillin"]) == ()
