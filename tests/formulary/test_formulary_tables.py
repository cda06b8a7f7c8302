"""The shipped tables agree with themselves, and a site's own tables are taken or refused with file and row."""

from collections import defaultdict
from pathlib import Path

import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, Mapped, load_formulary
from lamo_desktop.formulary.tables import read_ingredients, rows
from lamo_desktop.formulary.text import plain, words
from lamo_desktop.paths import resource

PARTS_OF_A_MIX = {"insulin aspart protamine", "insulin lispro protamine"}  # only ever sold mixed


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def test_the_table_is_broad() -> None:
    table = read_ingredients(resource("formulary/ingredients.csv"))
    assert sum(entry.kind == "drug" for entry in table.values()) > 1000
    assert all(entry.drug_class for entry in table.values())


def test_every_name_of_the_table_maps_to_its_own_ingredient(formulary: Formulary) -> None:
    wrong = []
    for entry in read_ingredients(resource("formulary/ingredients.csv")).values():
        if entry.name in PARTS_OF_A_MIX or entry.kind in {"diluent", "supply"}:
            continue
        for name in (entry.name, *entry.synonyms):
            mapped = formulary.map(name.removeprefix("=").replace("&", " "))
            if mapped.ingredients != (entry.name,):
                wrong.append((name, entry.name, mapped))
    assert wrong == []


def test_every_combination_maps_to_its_ingredients(formulary: Formulary) -> None:
    wrong = []
    for _, (text, joined) in rows(resource("formulary/combinations.csv"), ("text", "ingredients")):
        members = tuple(joined.split("+"))
        drugs = tuple(name for name in members if name != "omega-3 fatty acids")
        if formulary.map(text.replace("&", " ")).ingredients not in (members, drugs):
            wrong.append(text)
    assert wrong == []


def test_no_name_means_two_things() -> None:
    meanings: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for entry in read_ingredients(resource("formulary/ingredients.csv")).values():
        for name in entry.synonyms:
            if not name.startswith("=") and "&" not in name:
                meanings[words(plain(name))].add(entry.name)
    for _, (text, joined) in rows(resource("formulary/combinations.csv"), ("text", "ingredients")):
        if "&" not in text:
            meanings[words(plain(text))].add(joined)
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_the_tables_classes_exist() -> None:
    table = read_ingredients(resource("formulary/ingredients.csv"))
    classes = {entry.drug_class for entry in table.values()}
    allergy_classes = {c for entry in table.values() for c in entry.allergy_classes}
    named = {cells[0] for _, cells in rows(resource("formulary/allergy_terms.csv"), ("allergy_class", "terms"))}
    assert all(classes)
    assert named <= allergy_classes


def test_classes_and_known_names(formulary: Formulary) -> None:
    assert formulary.drug_class("metoprolol") == "beta blocker"
    assert formulary.drug_class("foobarbide") == ""
    assert formulary.known("metoprolol")
    assert not formulary.known("Lopressor")


def test_a_site_may_confirm_names_in_another_script(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("text,ingredients\n阿司匹林,aspirin\nАспирин 100,aspirin\n", encoding="utf-8")
    formulary = load_formulary(site_names=names)
    assert formulary.map(" 阿司匹林 ").ingredients == ("aspirin",)
    assert formulary.map("аспирин 100").ingredients == ("aspirin",)
    assert formulary.map("氯吡格雷").status == "unmapped"


def test_a_sites_confirmed_names_stand_first(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text(
        "\ufefftext,ingredients\nHouse mix 7,Xylocaine + foobarbide\nTYLENOL,excluded\nBASE,NaCl\n", encoding="utf-8"
    )
    formulary = load_formulary(site_names=names)
    assert formulary.map("house MIX 7").ingredients == ("lidocaine", "foobarbide")
    assert formulary.map("Tylenol").status == "excluded"
    assert formulary.map("base") == Mapped(("sodium chloride",), "excluded", "fluid")
    assert formulary.map("TYLENOL 325 MG").ingredients == ("acetaminophen",)
    assert formulary.known("foobarbide")
    assert formulary.version != load_formulary().version == load_formulary().version


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("text\nTylenol\n", "row 1"),
        ("text,ingredients\n,aspirin\n", "row 2"),
        ("text,ingredients\nTylenol\n", "row 2"),
        ("", "row 1"),
        ('text,ingredients\n"Tylenol,aspirin\n', "row"),
    ],
)
def test_a_bad_name_table_is_refused_with_file_and_row(tmp_path: Path, content: str, expected: str) -> None:
    names = tmp_path / "names.csv"
    names.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"names\.csv {expected}"):
        load_formulary(site_names=names)


def test_a_table_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    with pytest.raises(InputError, match=r"names\.csv cannot be opened"):
        load_formulary(site_names=names)
    names.write_bytes(b"text,ingredients\nTyl\xff\xfe,aspirin\n")
    with pytest.raises(InputError, match=r"names\.csv is not UTF-8"):
        load_formulary(site_names=names)
