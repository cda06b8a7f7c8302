"""Suggestions for unknown names, look-alikes, and the names file that a person fills in."""

import csv
from pathlib import Path

import pytest

from lamo_desktop.formulary import Formulary, SiteName, confirmed_names, load_formulary, write_site_names
from lamo_desktop.formulary.tables import rows
from lamo_desktop.paths import resource


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.mark.parametrize(
    ("written", "ingredients"),
    [
        ("Metoprlol tartrate 25 mg", ("metoprolol",)),
        ("levofloxcin", ("levofloxacin",)),
        ("AMOXICLINA 500mg cap", ("amoxicillin",)),
        ("Acetominophen", ("acetaminophen",)),
        ("Vanocmycine 1g", ("vancomycin",)),
    ],
)
def test_a_misspelled_name_is_suggested_and_not_mapped(
    formulary: Formulary, written: str, ingredients: tuple[str, ...]
) -> None:
    assert formulary.map(written).status == "unmapped"
    nearest, *others = formulary.suggest(written)
    assert nearest.ingredients == ingredients
    assert 0.75 <= nearest.similarity < 1
    assert all(other.similarity <= nearest.similarity for other in others)


def test_nothing_near_gives_no_suggestion(formulary: Formulary) -> None:
    assert formulary.suggest("xyzzy qqqq") == ()
    for text in (
        "Pansement",
        "Diet cardiac",
        "Dieta blanda",
        "Nursing communication",
        "Notify provider",
        "Trinitrine 0.4 mg",
    ):
        assert formulary.suggest(text) == ()  # ordinary words, and a drug that the tables do not know by this name
    assert formulary.suggest("10 mg") == formulary.suggest("") == ()


def test_look_alikes_are_named(formulary: Formulary) -> None:
    nearest, *_ = formulary.suggest("hydralzine 25 mg")
    assert nearest.ingredients == ("hydralazine",) and "hydroxyzine" in nearest.look_alikes
    nearest, *_ = formulary.suggest("hydroxizin")
    assert nearest.ingredients == ("hydroxyzine",) and "hydralazine" in nearest.look_alikes


def test_every_look_alike_pair_is_two_known_drugs(formulary: Formulary) -> None:
    pairs = [cells for _, cells in rows(resource("formulary/look_alikes.csv"), ("name_a", "name_b"))]
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) > 200
    for first, second in pairs:
        one, other = formulary.map(first), formulary.map(second)
        assert one.ingredients and other.ingredients and one.ingredients != other.ingredients, (first, second)


def test_no_look_alike_is_ever_mapped_to_the_other(formulary: Formulary) -> None:
    for _, pair in rows(resource("formulary/look_alikes.csv"), ("name_a", "name_b")):
        for name in pair:
            if len(name) > 5:
                for misspelled in (name[:-2] + name[-1], name[:3] + name[4:]):
                    mapped = formulary.map(misspelled)
                    others = [n for n in pair if n != name]
                    assert mapped.ingredients != formulary.map(others[0]).ingredients, misspelled


def test_confirmed_names_make_the_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    written = [
        SiteName("Metoprlol 25 mg", ("metoprolol",), 12, "metoprolol", "metolazone"),
        SiteName("METOPRLOL 25 MG", ("metolazone",)),  # the same text: the first stands
        SiteName("=1+HOUSE mix", ("lidocaine", "foobarbide")),
        SiteName("Bag, empty;\nlarge", ("excluded",)),
        SiteName("hydralzine", (), 3, "hydralazine", "hydroxyzine"),
        SiteName("???", ("aspirin",)),
    ]
    assert write_site_names(path, written) == 4
    cells = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in cells for cell in row)
    formulary = load_formulary(site_names=path)
    assert formulary.map("metoprlol 25 mg").ingredients == ("metoprolol",)
    assert formulary.map("=1+HOUSE mix").ingredients == ("lidocaine", "foobarbide")
    assert formulary.map("Bag, empty; large").status == "excluded"
    assert formulary.map("hydralzine").status == "unmapped"  # suggested, not confirmed
    decided = confirmed_names(path)
    assert [name.ingredients for name in decided] == [("metoprolol",), ("lidocaine", "foobarbide"), ("excluded",)]
    again = tmp_path / "again.csv"
    write_site_names(again, decided)
    assert [(n.text, n.ingredients) for n in confirmed_names(again)] == [(n.text, n.ingredients) for n in decided]


def test_a_names_file_saved_by_a_european_excel_is_read(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("\ufefftext;ingredients\r\nMarevan, 3 mg;warfarin\r\n", encoding="utf-8")
    assert load_formulary(site_names=path).map("Marevan, 3 mg").ingredients == ("warfarin",)


@pytest.mark.parametrize("text", ["=1+1 aspirin", "aspirin;=1+1", "\uff1d1+1 aspirin", "@x", '-a";"=b', "+x,=y"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_no_cell_of_a_names_file_is_a_formula_wherever_a_spreadsheet_parts_its_cells(
    tmp_path: Path, text: str, delimiter: str
) -> None:
    path = tmp_path / "names.csv"
    write_site_names(path, [SiteName(text, ("aspirin",), 3, "aspirin")])
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=delimiter) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))], cells
    assert confirmed_names(path)[0].ingredients == ("aspirin",)
