"""One bad cell costs one row: poisoned workbooks of real admissions, and readers that fail on one row."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.formulary import Formulary, Mapped, load_formulary
from lamo_desktop.paths import resource

HEADER = (
    "Admission ID",
    "Patient ID",
    "Age",
    "Sex",
    "Admission date",
    "Reason for admission",
    "Diagnoses",
    "Procedures",
    "Past medical history",
    "Allergies",
    "Home medications",
    "History of present illness",
    "Orders",
)
AT = {name: place for place, name in enumerate(HEADER)}


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


@pytest.fixture(scope="module")
def real(formulary: Formulary) -> tuple[Admission, ...]:
    return read_cohort(resource("demo/eicu"), formulary).admissions


def row_of(admission: Admission, place: int) -> list[Any]:
    return [
        admission.admission_id,
        admission.patient_id,
        admission.age,
        "F" if admission.sex == "female" else "M",
        f"2024-02-{1 + place % 28:02d}",
        admission.reason,
        "; ".join(admission.diagnoses) or "Sepsis",
        "; ".join(admission.procedures),
        "; ".join(admission.past_history),
        "; ".join(admission.allergies),
        "; ".join(admission.home_medications),
        "Came with this complaint.",
        "; ".join(admission.orders or ()),
    ]


# What stands in a cell, and what becomes of its row: used, used and told (a problem names the cell), or set aside.
POISON = (
    ("Age", "abc", "set aside"),
    ("Age", -4, "set aside"),
    ("Age", 412, "set aside"),
    ("Age", "4.2E+1", "set aside"),
    ("Age", True, "set aside"),
    ("Age", "6\x007", "used"),  # a NUL between digits cannot be seen: left out
    ("Age", "#VALUE!", "used and told"),
    ("Age", "A" * 40_000, "set aside"),
    ("Sex", "banana", "used and told"),
    ("Sex", False, "used and told"),
    ("Sex", "#NAME?", "used and told"),
    ("Admission date", "31.02.2024", "used and told"),
    ("Admission date", "45321", "used and told"),
    ("Admission date", "#REF!", "used and told"),
    ("Admission ID", "", "set aside"),
    ("Admission ID", "n/a", "set aside"),
    ("Admission ID", "1.23457E+15", "set aside"),
    ("Admission ID", "#N/A", "set aside"),
    ("Admission ID", "=repeated=", "set aside"),
    ("Diagnoses", "Sepsis\x00\x01\x1f; AKI", "used"),
    ("Diagnoses", "Sepsis" + ", unspecified" * 4_000, "used"),
    ("Diagnoses", "['Sepsis', 'AKI", "used"),
    ("Past medical history", "procedural coronary intervention - remote; hypertension", "used"),
    ("Past medical history", "discharge planning - open\ntreatment - none; gout", "used"),
    ("Past medical history", "Gout.\nHospital course: Given heparin on the first day.", "used and told"),
    ("Allergies", "postop course - smooth; \ud800penicillin", "used"),
    ("Home medications", "prescription - lisinopril; aspirin", "used"),
    ("Home medications", "(" * 3_000, "used"),
    ("History of present illness", "Pain.\n" * 8_000, "used"),
    ("History of present illness", "Pain.\nDISCHARGE MEDICATIONS: warfarin", "used and told"),
    ("Orders", "heparin; #DIV/0!; \x07\x08", "used"),
    ("Orders", "1E+30", "used"),
    ("Orders", "+1+1; @aspirin", "used"),
)


def poisoned(real: Sequence[Admission], folder: Path, csv_file: bool) -> Path:
    """Real admissions with one poisoned cell each, in a text table or a workbook."""
    rows = [row_of(admission, place) for place, admission in enumerate(real)]
    for place, (field, value, _) in enumerate(POISON):
        rows[place][AT[field]] = rows[-1][0] if value == "=repeated=" else value
    repeated = next(place for place, poison in enumerate(POISON) if poison[1] == "=repeated=")
    rows.insert(0, rows.pop())  # the row whose id is repeated stands first
    assert rows[0][0] == rows[repeated + 1][0]
    if csv_file:
        path = folder / "poisoned.csv"
        with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
            csv.writer(file).writerows([HEADER, *rows])
        return path
    book = openpyxl.Workbook()
    book.active.title = "Stays"
    book.active.append(HEADER)
    for row in rows:
        book.active.append([excel(cell) for cell in row])
    path = folder / "poisoned.xlsx"
    book.save(path)
    return path


def excel(cell: Any) -> Any:
    """A cell as Excel stores it: control characters and half characters are spelled out."""
    if not isinstance(cell, str):
        return cell
    return "".join(c if (c >= " " and not "\ud800" <= c <= "\udfff") or c == "\n" else f"_x{ord(c):04X}_" for c in cell)


@pytest.mark.parametrize("csv_file", [False, True], ids=["workbook", "text table"])
def test_each_poisoned_cell_is_told_and_costs_its_own_row_at_most(
    real: tuple[Admission, ...], formulary: Formulary, tmp_path: Path, csv_file: bool
) -> None:
    path = poisoned(real, tmp_path, csv_file)
    cohort = read_cohort(path, formulary)
    title = "poisoned.csv row {row}, column {column}" if csv_file else "Stays!{letter}{row}"
    aside = {entry.where: entry.reason for entry in cohort.set_aside}
    used = {admission.source_row: admission for admission in cohort.admissions}
    told = {problem.where for problem in cohort.problems}
    for place, (field, value, expected) in enumerate(POISON):
        row = place + 3
        where = f"poisoned.csv row {row}" if csv_file else f"Stays!A{row}"
        cell = title.format(row=row, column=field, letter=chr(65 + AT[field]))
        said = f"{field} {str(value)[:30]!a}: {aside.get(where)}"
        assert (where in aside) == (expected == "set aside"), said
        assert (where in used) == (expected != "set aside"), said
        if expected != "set aside":
            assert (cell in told) == (expected == "used and told"), said
        if field == "Age" and expected == "set aside":
            assert cell in aside[where]
    clean = {
        f"poisoned.csv row {n}" if csv_file else f"Stays!A{n}" for n in (2, *range(len(POISON) + 3, len(real) + 2))
    }
    assert clean <= used.keys() and not clean & aside.keys()
    assert len(cohort.admissions) == len(real) - sum(poison[2] == "set aside" for poison in POISON)
    untouched = {a.admission_id: a.orders for a in cohort.admissions}
    for admission in real[len(POISON) :]:
        assert untouched[admission.admission_id] == admission.orders
    assert not any("heparin on the first day" in str(a) or "warfarin" in str(a.sections) for a in cohort.admissions)


def flat(path: Path, *rows: Sequence[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_list_that_begins_like_a_later_heading_is_a_list(tmp_path: Path, formulary: Formulary) -> None:
    entries = ("procedural coronary intervention - remote", "hypertension", "discharge from the ear - chronic")
    path = flat(
        tmp_path / "a.csv", ["Admission ID", "Diagnosis", "Past medical history"], ["1", "I10", "; ".join(entries)]
    )
    cohort = read_cohort(path, formulary)
    assert cohort.admissions[0].past_history == entries
    assert not any("written after admission" in problem.message for problem in cohort.problems)


def test_what_is_cut_from_a_narrative_is_told_with_its_length(tmp_path: Path, formulary: Formulary) -> None:
    later = "Hospital course: Given heparin."
    path = flat(
        tmp_path / "a.csv",
        ["Admission ID", "Diagnosis", "HPI"],
        *([str(n), "I10", f"Chest pain since noon.\n{later}"] for n in range(25)),
    )
    cohort = read_cohort(path, formulary)
    assert all(dict(a.sections) == {"history_of_present_illness": "Chest pain since noon."} for a in cohort.admissions)
    cut = [problem for problem in cohort.problems if "written after admission" in problem.message]
    assert cut[0].where == "a.csv row 2, column HPI"
    assert cut[0].message.startswith(f"{len(later) + 1} characters were left out")
    assert len(cut) == 21 and cut[-1].message.startswith(f"5 more cells: {5 * (len(later) + 1)} characters")


@pytest.fixture
def fails_on_zzfail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A formulary that fails on every text with "zzfail" in it, as a fault of ours would."""
    read = Formulary.map

    def read_or_fail(self: Formulary, text: str) -> Mapped:
        if "zzfail" in text.casefold():
            raise KeyError(f"secret of the patient: {text}")
        return read(self, text)

    monkeypatch.setattr(Formulary, "map", read_or_fail)
    yield


def test_a_fault_in_one_row_of_a_table_costs_that_row(
    tmp_path: Path, formulary: Formulary, fails_on_zzfail: None
) -> None:
    header = ["Admission ID", "Diagnosis", "Home medications", "Allergies", "Orders"]
    rows = [
        ["1", "I10", "aspirin", "latex", "heparin"],
        ["2", "I10", "zzfail 3", "latex", "heparin"],
        ["3", "I10", "aspirin", "zzfail", "heparin"],
        ["4", "I10", "aspirin", "latex", "heparin; zzfail 1"],
        ["5", "I10", "aspirin", "latex", "heparin"],
    ]
    cohort = read_cohort(flat(tmp_path / "a.csv", header, *rows), formulary)
    assert [a.admission_id for a in cohort.admissions] == ["1", "5"]
    reasons = {entry.admission_id: entry for entry in cohort.set_aside}
    assert {name: entry.where for name, entry in reasons.items()} == {n: f"a.csv row {int(n) + 1}" for n in "234"}
    assert reasons["2"].reason.startswith("a.csv row 3, column Home medications: the program failed on this row")
    assert reasons["4"].reason.startswith("a.csv row 5, column Orders: ")
    assert_told(cohort, rows=5, left=2)


def test_a_fault_in_an_order_row_costs_its_admission(
    tmp_path: Path, formulary: Formulary, fails_on_zzfail: None
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Stays"
    for row in (["Admission ID", "Diagnosis"], ["1", "I10"], ["2", "I10"], ["3", "I10"]):
        book.active.append(row)
    orders = book.create_sheet("Given")
    for row in (["Admission ID", "Drug name"], ["1", "heparin"], ["2", "zzfail"], ["2", "aspirin"], ["3", "aspirin"]):
        orders.append(row)
    book.save(tmp_path / "a.xlsx")
    cohort = read_cohort(tmp_path / "a.xlsx", formulary)
    assert {a.admission_id: a.orders for a in cohort.admissions} == {"1": ("heparin",), "3": ("aspirin",)}
    (entry,) = cohort.set_aside
    assert entry.where == "Stays!A3" and entry.reason.startswith("Given!A3: the program failed")
    repeated = flat(
        tmp_path / "long.csv",
        ["Admission ID", "Diagnosis", "Drug name"],
        ["1", "I10", "heparin"],
        ["2", "I10", "aspirin"],
        ["2", "I10", "zzfail"],
    )
    cohort = read_cohort(repeated, formulary)
    assert [a.admission_id for a in cohort.admissions] == ["1"]
    assert [entry.where for entry in cohort.set_aside] == ["long.csv row 3"]
    assert_told(cohort, rows=2, left=1)


def test_a_fault_in_one_stay_of_eicu_costs_that_stay(
    tmp_path: Path, formulary: Formulary, fails_on_zzfail: None
) -> None:
    demo = read_cohort(resource("demo/eicu"), formulary)
    chosen = demo.admissions[3].admission_id
    tables = copied(resource("demo/eicu"), tmp_path)
    add_row(tables / "medication.csv", chosen, "zzfail 5 mg", {"drugstartoffset": "10", "drugordercancelled": "No"})
    cohort = read_cohort(tables, formulary)
    assert [a.admission_id for a in cohort.admissions] == [
        a.admission_id for a in demo.admissions if a.admission_id != chosen
    ]
    (entry,) = [entry for entry in cohort.set_aside if "the program failed" in entry.reason]
    assert entry.admission_id == chosen and entry.where == demo.admissions[3].source_row
    assert_told(cohort, rows=None, left=len(cohort.admissions))


def test_a_fault_in_one_row_of_a_chart_costs_that_stay(
    tmp_path: Path, formulary: Formulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lamo_desktop.admissions import eicu_charts

    read = eicu_charts.diagnosis_entry
    demo = read_cohort(resource("demo/eicu"), formulary)
    chosen = demo.admissions[0].admission_id

    def fails(path: str, *others: Any) -> Any:
        if path == "zzfail":
            raise IndexError("secret of the patient")
        return read(path, *others)

    monkeypatch.setattr(eicu_charts, "diagnosis_entry", fails)
    tables = copied(resource("demo/eicu"), tmp_path)
    add_row(tables / "diagnosis.csv", chosen, "", {"diagnosisstring": "zzfail", "diagnosisoffset": "10"})
    cohort = read_cohort(tables, formulary)
    assert len(cohort.admissions) == len(demo.admissions) - 1
    (entry,) = [entry for entry in cohort.set_aside if "the program failed" in entry.reason]
    assert entry.admission_id == chosen and entry.reason.startswith("diagnosis.csv row ")
    assert_told(cohort, rows=None, left=len(cohort.admissions))


def test_a_fault_in_one_admission_of_mimic_costs_that_admission(
    tmp_path: Path, formulary: Formulary, fails_on_zzfail: None
) -> None:
    drugs = ("aspirin", "heparin", "warfarin", "digoxin")
    tables = {
        "PATIENTS": [["subject_id", "gender", "dob"], *([f"p{n}", "F", "2080-01-02"] for n in range(4))],
        "ADMISSIONS": [
            ["subject_id", "hadm_id", "admittime", "diagnosis"],
            *([f"p{n}", str(n), "2147-03-04 08:00:00", "Sepsis"] for n in range(4)),
            ["p1", "9", "2148-03-04 08:00:00", "Sepsis"],  # its history is the admission that fails
        ],
        "DIAGNOSES_ICD": [["hadm_id", "seq_num", "icd9_code"], *([n, "1", "5849"] for n in "01239")],
        "PRESCRIPTIONS": [
            ["hadm_id", "startdate", "drug_type", "drug"],
            *([n, "2148-03-04" if n == "9" else "2147-03-04", "MAIN", drug] for n in "01239" for drug in drugs),
            ["1", "2147-03-04", "MAIN", "zzfail"],
        ],
    }
    for name, rows in tables.items():
        flat(tmp_path / f"{name}.csv", *rows)
    cohort = read_cohort(tmp_path, formulary)
    assert [a.admission_id for a in cohort.admissions] == ["0", "2", "3", "9"]
    assert [(entry.admission_id, entry.where) for entry in cohort.set_aside] == [("1", "ADMISSIONS.csv row 3")]
    assert cohort.admissions[-1].previous is None
    assert any("left out as the history" in problem.message for problem in cohort.problems)
    assert_told(cohort, rows=5, left=4)


def assert_told(cohort: Cohort, rows: int | None, left: int) -> None:
    """Every row is accounted for, and no message quotes the error, which may quote the patient."""
    assert cohort.attrition[-1].remaining == left
    for before, step in zip(cohort.attrition, cohort.attrition[1:], strict=False):
        assert before.remaining - step.removed == step.remaining
    if rows is not None:
        assert cohort.attrition[0].remaining == rows
    assert "secret" not in str([cohort.set_aside, cohort.problems, cohort.attrition])


def copied(source: Path, folder: Path) -> Path:
    for file in source.glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def add_row(path: Path, stay: str, drug: str, cells: dict[str, str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    row = dict.fromkeys(header, "") | cells | {"patientunitstayid": stay}
    if "drugname" in row:
        row["drugname"] = drug
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header).writerow(row)
