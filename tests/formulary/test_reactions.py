"""Reactions beside an allergy in other languages: a side effect is a note, an allergic one withholds."""

import pytest

from lamo_desktop.admissions.order_mapper import listed_allergies
from lamo_desktop.formulary import Formulary, load_formulary


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.mark.parametrize(
    ("cell", "drug", "severity"),
    [
        ("Codein (Übelkeit)", "codeine", "note"),
        ("Codein: Übelkeit und Erbrechen", "codeine", "note"),
        ("codéine (nausées, vomissements)", "codeine", "note"),
        ("codeína (náuseas)", "codeine", "note"),
        ("codeine（恶心）", "codeine", "note"),
        ("Morphin - Juckreiz", "morphine", "contraindicated"),
        ("Amoxicillin (Ausschlag)", "amoxicillin", "contraindicated"),
        ("amoxicilline (éruption)", "amoxicillin", "contraindicated"),
        ("amoxicilina (erupción y náuseas)", "amoxicillin", "contraindicated"),
        ("amoxicillin（皮疹）", "amoxicillin", "contraindicated"),
        ("codeine (nausea)", "codeine", "note"),
        ("Codein (Übelkeit, Atemnot)", "codeine", "contraindicated"),
        ("Codein", "codeine", "contraindicated"),
    ],
)
def test_reactions_in_five_languages(formulary: Formulary, cell: str, drug: str, severity: str) -> None:
    allergies, reactions = listed_allergies(cell)
    hits = formulary.allergy_hits(allergies, drug, reactions)
    assert [hit.severity for hit in hits] == [severity], (allergies, reactions)


@pytest.mark.parametrize(
    "cell", ["Keine", "keine bekannt", "aucune allergie connue", "Néant", "Sin alergias conocidas", "无"]
)
def test_no_allergies_in_five_languages(cell: str) -> None:
    assert listed_allergies(cell) == ((), {})
