"""Rows set aside are written as they stood in the export, and read again once they are repaired."""

import gzip
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Source
from lamo_desktop.admissions.profile import load_profile, stated_profile
from lamo_desktop.admissions.quarantine import quarantined
from lamo_desktop.admissions.repaired import REASON
from lamo_desktop.cli import main
from lamo_desktop.codec import from_json, to_json
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.jobs import batch
from lamo_desktop.jobs.job import Outcome
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.protocol import EngineSettings
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.report.validation_tables import coverage
from lamo_desktop.validate import ValidationOptions, from_recommendations, validate

HISTORY = "Chest pain since noon. " * 2_000  # more than a cell of Excel holds


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def test_quarantined_rows_are_repaired_and_imported_with_their_orders(
    tmp_path: Path, formulary: Formulary, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Stays"
    for row in (
        ["Export of ward 7"],
        ["Admission ID", "Age", "Sex", "Diagnosis", "HPI", "Ward"],
        ["007", "abc", "F", "=Sepsis", HISTORY, "ICU"],
        ["008", "67", "M", "Gout", "Fell.", "ICU"],
        ["009", "-3", "M", "Asthma", "Coughs.", "ICU"],
    ):
        book.active.append([None if cell == HISTORY else cell for cell in row])
    book.active["D3"].data_type = "s"
    book.active["E3"] = "@history@"
    orders = book.create_sheet("Given")
    for row in (["Admission ID", "Drug name"], ["007", "heparin"], ["008", "aspirin"], ["009", "warfarin"]):
        orders.append(row)
    export, rows = tmp_path / "ward.xlsx", tmp_path / "rows.xlsx"
    book.save(export)
    replace_text(export, "@history@", HISTORY)
    assert main(["check", str(export), "--quarantine", str(rows), "--progress", "none"]) == 0
    assert "(2 rows)" in capsys.readouterr().out
    written = openpyxl.load_workbook(rows)
    assert written.sheetnames == ["Quarantine", "Quarantine orders", "Long text"]
    sheet = written["Quarantine"]
    assert [cell.value for cell in sheet[2]] == [REASON, "Admission ID", "Age", "Sex", "Diagnosis", "HPI", "Ward"]
    assert sheet["A3"].value.startswith("Stays!A3: Stays!B3: expected an age")
    assert [cell.value for cell in sheet[3]][1:5] == ["007", "abc", "F", "=Sepsis"]
    assert sheet["E3"].data_type == "s" and sheet["E3"].quotePrefix
    assert [[cell.value for cell in row][1:] for row in written["Quarantine orders"].iter_rows(3)] == [
        ["007", "heparin"],
        ["009", "warfarin"],
    ]
    sheet["C3"], sheet["C4"] = "61", "62"
    written.save(rows)
    cohort = read_cohort(rows, formulary)
    assert [(a.admission_id, a.age, a.orders) for a in cohort.admissions] == [
        ("007", 61, ("heparin",)),
        ("009", 62, ("warfarin",)),
    ]
    assert cohort.admissions[0].sections["history_of_present_illness"] == HISTORY.strip()
    assert dict(cohort.admissions[0].labels) == {"Ward": "ICU"}
    assert not cohort.set_aside


def test_rows_of_a_folder_s_main_table_are_quarantined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = (
        "patientunitstayid,patienthealthsystemstayid,uniquepid,age,gender,unitvisitnumber,hospitaldischargeyear,"
        "apacheadmissiondx,hospitalid,ethnicity,unittype,unitadmitsource"
    )
    lines = [header, "1,11,p1,67,Female,1,2015,Sepsis,7,,MICU,Floor", '2,12,p2,old,Male,1,2015,"CHF, acute",7,,MICU,ER']
    (tmp_path / "patient.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "diagnosis.csv").write_text(
        "patientunitstayid,diagnosisoffset,diagnosisstring,diagnosispriority\n1,5,renal|failure,Major\n",
        encoding="utf-8",
    )
    rows = tmp_path / "rows.xlsx"
    assert main(["check", str(tmp_path), "--quarantine", str(rows), "--progress", "none"]) == 0
    book = openpyxl.load_workbook(rows)
    sheet = book["Quarantine"]
    assert [cell.value for cell in sheet[2]] == [REASON, *header.split(",")]
    assert sheet["A3"].value.startswith("patient.csv row 3: the age is missing")
    assert [cell.value for cell in sheet[3]][1:5] == ["2", "12", "p2", "old"]
    assert sheet.max_row == 3
    sheet["E3"] = "70"
    book.save(rows)
    (admission,) = read_cohort(rows, load_formulary()).admissions
    assert (admission.admission_id, admission.age, admission.reason) == ("2", 70, "CHF, acute")


def test_the_recommendations_workbook_holds_what_was_not_scored(tmp_path: Path, formulary: Formulary) -> None:
    export, out = tmp_path / "a.csv", tmp_path / "out.xlsx"
    export.write_text("Admission ID,Age,Diagnosis,Orders\n1,61,Gout,aspirin\n2,abc,Asthma,heparin\n", encoding="utf-8")
    options = ["--candidates", "aspirin,heparin", "--threads", "1", "--progress", "none"]
    assert main(["recommend", str(export), "-o", str(out), *options]) == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[-2:] == ["Run", "Quarantine"]
    sheet = book["Quarantine"]
    assert [cell.value for cell in sheet[3]][1:] == ["2", "abc", "Asthma", "heparin"]
    sheet["C3"] = "62"
    book.save(out)
    (admission,) = read_cohort(out, formulary).admissions  # of the whole workbook only the repaired rows
    assert (admission.admission_id, admission.age, admission.orders) == ("2", 62, ("heparin",))


def replace_text(path: Path, mark: str, text: str) -> None:
    """Put a text into a workbook that openpyxl would refuse to write whole."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(mark.encode(), text.encode()))


def write_ward(path: Path) -> Path:
    """Two admissions, one with an unusable age; the headers are known to `write_profile` alone."""
    path.write_text(
        "Fallkennung X,Lebensjahre X,Diagnosis,Verordnet X\n1,61,Gout,aspirin\n2,abc,Asthma,heparin\n",
        encoding="utf-8",
    )
    return path


def own_profile(path: Path) -> Path:
    columns = {"admission_id": "Fallkennung X", "age": "Lebensjahre X", "orders": "Verordnet X"}
    path.write_text(f"kind: flat\nname: ward\ncolumns: {json.dumps(columns)}\n", encoding="utf-8")
    return path


def failed_job(folder: Path, formulary: Formulary, export: Path, profile: Path | None) -> Path:
    """A job of the export whose scored admission failed; nothing was asked of a model."""
    package = load_package()
    cohort = read_cohort(export, formulary, profile)
    with batch.create_job(
        folder / "job.lamo", cohort, package, EngineSettings(threads=1), ["aspirin", "heparin"], Policy()
    ) as store:
        store.claim(9)
        store.record([Outcome(n, None, error="The engine died.") for n in range(len(cohort.admissions))])
    return folder / "job.lamo"


def quarantine_of(job: Path, out: Path, *options: str) -> tuple[list[list[object]], str]:
    """The rows on sheet Quarantine of `lamo resume` without their reasons, and what sheet Run says of missing ones."""
    assert main(["resume", str(job), "-o", str(out), "--progress", "none", *options]) == 0
    book = openpyxl.load_workbook(out)
    rows = [[cell.value for cell in row][1:] for row in book["Quarantine"].iter_rows(3)] if "Quarantine" in book else []
    said = [str(row[1]) for row in book["Run"].values if row[0] == "Rows to repair"]
    return rows, "".join(said)


def test_a_resumed_job_repeats_its_rows_by_its_own_profile(tmp_path: Path, formulary: Formulary) -> None:
    export, profile = write_ward(tmp_path / "ward.csv"), own_profile(tmp_path / "ward.yaml")
    job = failed_job(tmp_path, formulary, export, profile)
    profile.unlink()
    rows, said = quarantine_of(job, tmp_path / "out.xlsx")
    assert [row[:3] for row in rows] == [["1", "61", "Gout"], ["2", "abc", "Asthma"]] and said == ""


def test_why_rows_are_not_repeated_is_said_in_the_workbook(tmp_path: Path, formulary: Formulary) -> None:
    export = write_ward(tmp_path / "ward.csv")
    job = failed_job(tmp_path, formulary, export, own_profile(tmp_path / "ward.yaml"))
    content = export.read_bytes()
    export.write_bytes(content.replace(b"abc", b"abd"))
    rows, said = quarantine_of(job, tmp_path / "changed.xlsx")
    assert rows == [] and "ward.csv in" in said and "has changed since it was read" in said
    export.unlink()
    rows, said = quarantine_of(job, tmp_path / "gone.xlsx")
    assert rows == [] and "ward.csv is no longer in" in said
    export.write_bytes(content)
    assert quarantine_of(job, tmp_path / "back.xlsx")[1] == ""


def test_a_job_makes_the_program_ask_no_other_computer(formulary: Formulary) -> None:
    for place in ("\\\\elsewhere\\share\\ward.csv", "//elsewhere/share/ward.csv"):
        source = Source("ward.csv", {"ward.csv": "0" * 64}, "flat", place=place, kind="flat")
        found = quarantined(source, {"ward.csv row 2": "no age"}, formulary)
        assert not found.tables and "another computer" in found.note


def test_a_job_s_profile_is_checked_like_a_file(tmp_path: Path, formulary: Formulary) -> None:
    export = write_ward(tmp_path / "ward.csv")
    files = {"ward.csv": sha256_of(export)}
    for kind, stated, why in (
        ("flat", {"sheets": 3}, "'sheets' must be a mapping"),
        ("flat", {"none": {}}, "unknown key 'none'"),
        ("hostile", {}, "no kind of profile 'hostile'"),
    ):
        found = quarantined(Source("ward.csv", files, "x", "", False, str(export), kind, stated), {"x": "y"}, formulary)
        assert not found.tables and why in found.note


def test_a_profile_s_statements_outlive_a_job_file(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    for text in (
        "kind: flat\nname: own\ndate_order: dmy\nsynonyms: {age: [Jahre X]}\ncolumns: {age: [Jahre, Years]}\n",
        "kind: eicu\nname: own\nrules: {adult_age: 16}\ntables: {patient: {optional: {region: Region X}}}\n",
    ):
        file.write_text(text, encoding="utf-8")
        profile = load_profile(file)
        assert stated_profile(profile.kind, from_json(Mapping[str, Any], to_json(profile.stated()))) == profile
    file.write_text("kind: mimic4\nlabels: {2024: 2024-01-02, Odd: .nan}\n", encoding="utf-8")
    stated = from_json(Mapping[str, Any], to_json(load_profile(file).stated()))
    assert stated["labels"] == {"2024": "2024-01-02", "Odd": "nan"}
    for kind in ("eicu", "mimic3", "mimic4", "flat"):
        assert load_profile(kind).stated() == {} and stated_profile(kind, {}) == load_profile(kind)


def test_orders_left_out_are_counted_alike_at_every_door(
    tmp_path: Path, formulary: Formulary, capsys: pytest.CaptureFixture[str]
) -> None:
    export, job, book = tmp_path / "a.csv", tmp_path / "a.lamo", tmp_path / "a.xlsx"
    export.write_text(
        "Admission ID,Age,Diagnosis,Orders\n"
        '1,61,Gout,"aspirin; heparin flush; sodium chloride 0.9 %"\n2,62,Asthma,"aspirin; influenza vaccine"\n'
        '3,abc,Sepsis,"aspirin; heparin flush"\n',
        encoding="utf-8",
    )
    assert main(["check", str(export), "--progress", "none"]) == 0
    (said,) = [line for line in capsys.readouterr().out.splitlines() if "are not ordered drugs" in line]
    total = int(said.split()[0])
    assert total >= 3
    options = ["--candidates", "aspirin,heparin", "--threads", "1", "--progress", "none", "--limit", "1"]
    assert main(["recommend", str(export), "-o", str(book), "--job", str(job), *options]) == 0
    rows = {row[0]: row[2] for row in openpyxl.load_workbook(book)["Run"].values}
    assert rows["All of them"] == total and rows["All: line flush"] + rows["All: vaccine"] + rows["All: fluid"] == total
    with JobStore.open(job, read_only=True) as store:
        found = batch.results(store, load_package(), formulary)
    outcomes = from_recommendations(found, load_package(), formulary, Policy())
    assert outcomes.n_excluded == total
    shown = dict(coverage(validate(outcomes, ValidationOptions(adaptation=False))).rows)
    assert shown["Order rows left out (cancelled, fluids, flushes, vaccines, contrast)"] == total


def test_a_job_of_an_earlier_version_says_that_nothing_was_recorded(tmp_path: Path, formulary: Formulary) -> None:
    old = tmp_path / "old.lamo"
    old.write_bytes(gzip.decompress((Path(__file__).parents[1] / "jobs" / "version1.lamo.gz").read_bytes()))
    with JobStore.open(old) as store:
        job = store.job()
    assert job.excluded is None and (job.source.place, job.source.kind, job.source.stated) == ("", "", {})
    assert "earlier version" in quarantined(job.source, {"x": "y"}, formulary).note
