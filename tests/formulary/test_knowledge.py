"""The tables of drug knowledge cover the formulary and agree with it; bad ones are refused with file and row."""

import importlib.util
import os
from pathlib import Path

import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.formulary.knowledge import FdaClass, load_drug_knowledge
from lamo_desktop.formulary.tables import read_ingredients
from lamo_desktop.paths import resource

TABLE = read_ingredients(resource("formulary/ingredients.csv"))


def test_every_class_has_a_line_of_uses_and_every_line_a_known_name() -> None:
    known = load_drug_knowledge()
    classes = {entry.drug_class for entry in TABLE.values() if entry.kind == "drug"}
    assert classes == set(known.class_uses)
    assert set(known.drug_uses) <= set(TABLE)
    assert len(known.drug_uses) > 500


def test_indications_and_classes_speak_of_the_formulary_s_ingredients() -> None:
    known = load_drug_knowledge()
    assert set(known.indications) <= set(TABLE) and len(known.indications) > 1000
    assert set(known.classes) <= set(TABLE) and len(known.classes) > 900
    assert FdaClass("EPC", "Benzodiazepine") in known.classes["lorazepam"]
    assert "Hypothyroidism" in {entry.condition for entry in known.indications["levothyroxine"]}


def test_a_drug_s_own_line_stands_in_place_of_its_class_s() -> None:
    known = load_drug_knowledge()
    assert known.uses("nimodipine", "dihydropyridine calcium channel blocker") == ("subarachnoid hemorrhage",)
    assert known.uses("prazepam", "benzodiazepine") == known.class_uses["benzodiazepine"]
    assert known.uses("unheard of", "no class") == ()


def test_a_site_adds_and_replaces_uses(tmp_path: Path) -> None:
    (tmp_path / "uses.csv").write_text("of,name,uses\ndrug,nimodipine,vasospasm; migraine\ndrug,newdrug,pain\n")
    known = load_drug_knowledge(tmp_path)
    assert known.drug_uses["nimodipine"] == ("vasospasm", "migraine")
    assert known.drug_uses["newdrug"] == ("pain",)
    assert known.drug_uses["thiamine"] == ("alcohol withdrawal", "malnutrition")
    assert known.sha256["uses.csv"] != known.sha256["site uses.csv"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("uses.csv", "of,name,uses\nboth,aspirin,pain\n", "uses.csv row 2: 'both' is neither class nor drug."),
        ("uses.csv", "of,name,uses\ndrug,aspirin,;\n", "uses.csv row 2: name and uses must both be filled in."),
        ("uses.csv", "of,name,uses\ndrug,a,b\ndrug,a,c\n", "uses.csv row 3: the drug 'a' appears twice."),
        ("classes.csv", "ingredient,kind,class\naspirin,ATC,N02\n", "classes.csv row 2: .*one of EPC, MoA"),
        ("indications.csv", "ingredient,indication\naspirin,pain\n", "indications.csv row 1: column 'doid' is missing"),
    ],
)
def test_a_bad_table_is_refused_with_file_and_row(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said):
        load_drug_knowledge(tmp_path)


@pytest.mark.skipif("LAMO_DATA" not in os.environ, reason="LAMO_DATA not set")
def test_the_built_tables_are_what_the_script_builds(tmp_path: Path) -> None:
    sources = Path(os.environ["LAMO_DATA"]) / "knowledge"
    script = Path(__file__).parents[2] / "tools" / "build_knowledge.py"
    spec = importlib.util.spec_from_file_location("build_knowledge", script)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(sources, tmp_path)
    for name in ("indications.csv", "classes.csv", "interactions.csv"):
        assert (tmp_path / name).read_bytes() == resource(f"knowledge/{name}").read_bytes()
