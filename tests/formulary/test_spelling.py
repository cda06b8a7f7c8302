"""Names as German, French and Spanish spell them."""

import pytest

from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.formulary.spelling import Spellings, root


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.mark.parametrize(
    ("ingredient", "spellings"),
    [
        ("insulin glargine", ("Insulin glargin", "insuline glargine", "Insulina glargina 100 UI/ml")),
        ("furosemide", ("Furosemid", "furosémide", "furosemida")),
        ("amoxicillin", ("Amoxicillin", "amoxicilline", "AMOXICILINA 500mg")),
        ("levothyroxine", ("Levothyroxin", "lévothyroxine", "levotiroxina")),
        ("spironolactone", ("Spironolacton", "spironolactone", "espironolactona")),
        ("epinephrine", ("Adrenalin", "adrénaline", "adrenalina")),
        ("potassium chloride", ("Kaliumchlorid", "chlorure de potassium", "cloruro de potasio")),
        ("magnesium sulfate", ("Magnesiumsulfat", "sulfate de magnésium", "sulfato de magnesio")),
        ("aspirin", ("Acetylsalicylsäure", "acide acétylsalicylique", "ácido acetilsalicílico")),
        ("folic acid", ("Folsäure", "acide folique", "ácido fólico")),
        ("enoxaparin", ("Enoxaparin-Natrium", "énoxaparine sodique", "enoxaparina sódica")),
        ("metoprolol", ("Metoprololsuccinat", "succinate de métoprolol", "metoprolol succinato")),
    ],
)
def test_one_drug_in_three_languages(formulary: Formulary, ingredient: str, spellings: tuple[str, ...]) -> None:
    for text in spellings:
        assert formulary.map(text).ingredients == (ingredient,), text


@pytest.mark.parametrize(
    "text", ["metforminn", "furosmide", "hydroxyzlazine", "Fallsäure", "Ammoniumsulfatid", "glargo"]
)
def test_a_misspelling_is_not_corrected(formulary: Formulary, text: str) -> None:
    assert formulary.map(text).status == "unmapped"


def test_a_root_that_two_names_share_is_left_alone() -> None:
    assert root("fenitoina") == root("phenytoin") != root("phenytoxin")
    meanings = {"linosine": "one", "linosina": "two", "farolide": "three", "pharolide": "three"}
    spellings = Spellings(meanings, meanings.get)
    assert spellings.english("linosin") == "linosin"
    assert spellings.english("farolid") == "farolide"


def test_strengths_with_a_decimal_comma_are_read(formulary: Formulary) -> None:
    assert formulary.map("Natriumchlorid 0,9 %").status == "excluded"
    assert formulary.map("Natriumchlorid 5,85 %").ingredients == ("sodium chloride, hypertonic",)
