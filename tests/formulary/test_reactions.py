"""Reactions beside an allergy in other languages: a side effect is a note, an allergic one withholds."""

import pytest

from lamo_desktop.admissions.order_mapper import listed_allergies
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.formulary.allergies import statements


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


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("penicillin 已排除", False),
        ("不能排除penicillin", True),
        ("Cave: kein Penicillin", True),
        ("kein Penicillin geben", True),
        ("keine Penicillinallergie", False),
    ],
)
def test_what_must_not_be_given_or_is_not_ruled_out_stays_an_allergy(text: str, kept: bool) -> None:
    assert bool(statements(text)) == kept
