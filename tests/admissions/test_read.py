"""The door of the room: what an input is found to be, and the sentence when it is nothing."""

from pathlib import Path

import pytest

from lamo_desktop.admissions import detect_kind, read_cohort
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.paths import resource


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def test_kinds_are_detected(tmp_path: Path) -> None:
    assert detect_kind(resource("demo/eicu")) == "eicu"
    workbook = tmp_path / "admissions.csv"
    workbook.write_text("admission id,age\n1,70\n")
    assert detect_kind(workbook) == "flat"
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "PATIENTS.CSV").write_text("SUBJECT_ID,GENDER,DOB\n")
    (tmp_path / "a" / "ADMISSIONS.csv").write_text("SUBJECT_ID\n")
    assert detect_kind(tmp_path / "a") == "mimic3"
    (tmp_path / "a" / "PATIENTS.CSV").write_text("SUBJECT_ID,GENDER,ANCHOR_AGE,ANCHOR_YEAR\n")
    assert detect_kind(tmp_path / "a") == "mimic4"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda root: root / "absent.xlsx", "There is no file or folder 'absent.xlsx'"),
        (lambda root: root, "holds no table"),
        (lambda root: _file(root, "export.zip", "PK"), "archive"),
        (lambda root: _file(root, "labs.csv", "a,b\n").parent, "not recognised"),
        (lambda root: _file(root, "patient.csv", "patientunitstayid\n").parent, "patienthealthsystemstayid"),
    ],
)
def test_unusable_inputs_end_in_one_sentence(tmp_path: Path, formulary: Formulary, make, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as raised:
        read_cohort(make(tmp_path), formulary)
    assert "\n" not in str(raised.value)
    assert str(tmp_path) not in str(raised.value)


def _file(root: Path, name: str, text: str) -> Path:
    (root / name).write_text(text)
    return root / name


def test_profile_and_input_must_fit(tmp_path: Path, formulary: Formulary) -> None:
    file = _file(tmp_path, "a.csv", "admission id\n1\n")
    with pytest.raises(InputError, match="reads a folder of tables"):
        read_cohort(file, formulary, "eicu")
    with pytest.raises(InputError, match="is a folder"):
        read_cohort(tmp_path, formulary, "flat")


def test_no_admission_left_says_where_the_last_ones_went(tmp_path: Path, formulary: Formulary) -> None:
    own = _file(tmp_path, "old.yaml", "kind: eicu\nrules:\n  adult_age: 120\n")
    with pytest.raises(InputError, match="no admission is left to work on after the step 'adults'"):
        read_cohort(resource("demo/eicu"), formulary, own)


def test_empty_tables(tmp_path: Path, formulary: Formulary) -> None:
    for table in ("patient", "diagnosis"):
        header = (resource("demo/eicu") / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
        _file(tmp_path, f"{table}.csv", header + "\n")
    with pytest.raises(InputError, match="no admission is left"):
        read_cohort(tmp_path, formulary)


def test_progress_rises_to_one(formulary: Formulary) -> None:
    told: list[float] = []
    read_cohort(resource("demo/eicu"), formulary, progress=lambda what, fraction: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
