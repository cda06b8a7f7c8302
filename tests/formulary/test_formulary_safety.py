"""Allergies, interactions and doubled classes."""

from pathlib import Path

import pytest

from lamo_desktop.admissions.order_mapper import listed_allergies
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
        ("SULFUR", "sulfamethoxazole"),
        ("sulfa", "furosemide"),
        ("CODEINE PHOSPHATE", "fentanyl"),
        ("morphine and related", "fentanyl"),
        ("see cerner", "aspirin"),
        ("unable to obtain", "aspirin"),
        ("no known drug allergies", "aspirin"),
        ("blue dye", "iohexol"),
        ("latex", "aspirin"),
        ("no " * 400_000 + "aspirin", "aspirin"),
    ],
)
def test_a_negated_or_unrelated_allergy_is_no_hit(formulary: Formulary, allergy: str, ingredient: str) -> None:
    assert formulary.allergy_hits([allergy], ingredient) == ()


@pytest.mark.parametrize(
    ("allergy", "ingredient", "severity"),
    [
        ("ampicillin", "piperacillin", "serious"),
        ("PENICILLINS", "ampicillin", "contraindicated"),
        ("penicillin g benzathine", "penicillin g", "contraindicated"),
        ("pcn", "cefazolin", "caution"),
        ("amoxicillin", "meropenem", "note"),
        ("aspirin", "ketorolac", "serious"),
        ("celebrex", "aspirin", "caution"),
        ("codeine", "morphine", "caution"),
        ("opioids", "fentanyl", "contraindicated"),
        ("vicodin", "hydrocodone", "contraindicated"),
        ("vicodin", "acetaminophen", "caution"),
        ("tylenol", "acetaminophen", "contraindicated"),
        ("codeine (nausea)", "codeine", "note"),
        ("codeine, upset stomach", "codeine", "note"),
        ("lisinopril - cough", "lisinopril", "note"),
        ("lisinopril - cough and angioedema", "lisinopril", "contraindicated"),
        ("penicillin causes rash", "amoxicillin", "contraindicated"),
        ("statins: muscle aches", "atorvastatin", "note"),
        ("vancomycin nausea; aspirin hives", "aspirin", "contraindicated"),
        ("vancomycin nausea; aspirin hives", "vancomycin", "note"),
        ("bactrim", "sulfamethoxazole", "contraindicated"),
    ],
)
def test_an_allergy_speaks_as_gravely_as_a_pharmacist_would_have_it(
    formulary: Formulary, allergy: str, ingredient: str, severity: str
) -> None:
    (hit,) = formulary.allergy_hits([allergy], ingredient)
    assert hit.severity == severity


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


@pytest.mark.parametrize(
    ("drug", "allergy", "hit"),
    [
        ("aspirin", "ASS", True),
        ("ibuprofen", "NSAR", True),
        ("ibuprofen", "AINEs", True),
        ("ibuprofen", "AINS", True),
        ("metamizole", "Novalgin", True),
        ("amoxicillin", "Betalaktame", True),
        ("heparin", "HIT II", True),
        ("amoxicillin", "verträgt Penicillin nicht", True),
        ("amoxicillin", "no tolera penicilina", True),
        ("amoxicillin", "Penicillin nicht ausgeschlossen", True),
        ("amoxicillin", "penicillin not ruled out", True),
        ("amoxicillin", "allergie penicillin non écartée", True),
        ("amoxicillin", "Amoxicillin no descartada", True),
        ("amoxicillin", "Verträgt kein Penicillin", True),
        ("amoxicillin", "Darf kein Penicillin bekommen", True),
        ("amoxicillin", "nicht toleriert Amoxicillin", True),
        ("amoxicillin", "Ne pas donner Amoxicillin", True),
        ("amoxicillin", "aucune sauf Amoxicillin", True),
        ("amoxicillin", "Keine bekannt außer Penicillin", True),
        ("amoxicillin", "Penicillin-Allergie ausgeschlossen", False),
        ("amoxicillin", "verträgt Penicillin", False),
        ("amoxicillin", "Keine Penicillinallergie", False),
        ("amoxicillin", "pas d'allergie à la pénicilline", False),
        ("amoxicillin", "tolera penicilina", False),
    ],
)
def test_allergies_as_european_hospitals_write_them(formulary: Formulary, drug: str, allergy: str, hit: bool) -> None:
    assert bool(formulary.allergy_hits([allergy], drug)) == hit


@pytest.mark.parametrize(
    "entry",
    [
        "none except penicillin",
        "Keine bekannt außer Penicillin",
        "aucune sauf pénicilline",
        "ninguna excepto penicilina",
    ],
)
def test_what_is_excepted_from_no_allergies_is_one(formulary: Formulary, entry: str) -> None:
    listed, _ = listed_allergies(entry)
    assert formulary.allergy_hits(listed, "amoxicillin"), listed
