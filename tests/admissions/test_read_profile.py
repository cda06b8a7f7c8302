"""Profiles: the shipped ones, an analyst's own, and what is refused."""

from pathlib import Path

import pytest

from lamo_desktop.admissions import load_profile, read_cohort
from lamo_desktop.admissions.profile import KINDS
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.paths import data_dir, resource


def write(folder: Path, text: str, name: str = "own.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_profiles_load(kind: str) -> None:
    profile = load_profile(kind)
    assert (profile.name, profile.kind) == (kind, kind)
    if kind != "flat":
        assert any(table.required for table in profile.tables().values())
        assert profile.rule("adult_age") == 18


def test_own_profile_states_only_what_differs(tmp_path: Path) -> None:
    own = load_profile(
        write(
            tmp_path,
            "kind: eicu\nname: ours\nrules: {minimum_drugs: 5, label_window_minutes: [0, 720]}\n"
            "tables: {medication: {file: orders, columns: {name: drug}}}\nlabels: {ward: ward, teaching: ''}\n",
        )
    )
    assert (own.name, own.rule("minimum_drugs"), own.rule("adult_age")) == ("ours", 5, 18)
    assert own.window("label_window_minutes") == (0, 720)
    medication = own.tables()["medication"]
    assert (medication.file, medication.columns["name"], medication.columns["stay"]) == (
        "orders",
        "drug",
        "patientunitstayid",
    )
    assert "teaching" not in own.mapping("labels")
    with pytest.raises(InputError, match="label 'ward'"):
        own.labels(set(own.mapping("labels").values()) - {"ward"})
    assert load_profile("eicu").rule("minimum_drugs") == 3


def test_own_label_and_rule_reach_the_cohort(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        "kind: eicu\nname: ours\nrules: {minimum_drugs: 20}\n"
        "tables: {patient: {optional: {stay_number: unitvisitnumber}}}\nlabels: {visit number: stay_number}\n",
    )
    cohort = read_cohort(resource("demo/eicu"), load_formulary(), own)
    assert cohort.source.profile == "ours"
    assert all(a.orders is not None and len(a.orders) >= 20 for a in cohort.admissions)
    assert {a.labels["visit number"] for a in cohort.admissions} == {"1"}


def test_saved_profile_is_found_by_name() -> None:
    folder = data_dir() / "profiles"
    folder.mkdir(exist_ok=True)
    write(folder, "kind: mimic3\n", "ours-saved.yaml")
    assert load_profile("ours-saved").name == "ours-saved"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: eicu\nrulez: {}\n", "unknown key 'rulez'"),
        ("kind: eicu\nrules: {adult_ages: 18}\n", "unknown key 'rules.adult_ages'"),
        ("kind: eicu\nrules: {adult_age: eighteen}\n", "'rules.adult_age' must be a whole number"),
        ("kind: eicu\nrules: {adult_age: true}\n", "'rules.adult_age' must be a whole number"),
        ("kind: eicu\nrules: {label_window_minutes: [1]}\n", "a list of 2 whole numbers"),
        ("kind: eicu\nrules: [1]\n", "'rules' must be a mapping"),
        ("kind: eicu\ntables: {medication: {required: maybe}}\n", "true or false"),
        ("kind: epic\n", "'kind' must be one of"),
        ("- a\n", "not a profile"),
        ("", "not a profile"),
        ("kind: [\n", r"not a readable YAML file \(line 2\)"),
        ("kind: !!python/object/apply:os.getcwd []\n", "not a readable YAML file"),
    ],
)
def test_refused_profiles(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as raised:
        load_profile(write(tmp_path, text))
    assert "own.yaml" in str(raised.value)


def test_unknown_profile() -> None:
    with pytest.raises(InputError, match="no profile 'epic'"):
        load_profile("epic")
