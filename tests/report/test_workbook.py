import errno
import os
import stat
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from lamo_desktop.admissions.cohort import Admission, Cohort, Observation, SetAside
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.jobs.batch import results
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.report import sheets
from lamo_desktop.report.cells import MAX_CHARACTERS, clean
from lamo_desktop.report.workbook import check_writable, write_workbook
from tests.jobs.jobs import ADMISSIONS, COHORT, ENGINE, VOCABULARY, WEIGHTS, new_job, outcome, package, work

SHEETS = ["Recommendations", "Admissions", "Flags", "Set aside", "Run"]
HEADERS = [
    *("Admission id", "Drug", "Probability", "Recommended", "Withheld", "Ordered", "Agreement", "Severity", "Flags"),
    *("Notes", "Mark", "Comment"),
]


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def recommendations_of(
    folder: Path, formulary: Formulary, cohort: Cohort = COHORT, rows: int | None = None
) -> Recommendations:
    with new_job(folder / "job.lamo", cohort) as store:
        work(store, rows)
        return results(store, package(), formulary)


@pytest.fixture
def found(tmp_path: Path, formulary: Formulary) -> Recommendations:
    return recommendations_of(tmp_path, formulary)


def sheet(path: Path, title: str) -> Worksheet:
    return openpyxl.load_workbook(path)[title]


def table(path: Path, title: str) -> list[dict[str, Any]]:
    rows = list(sheet(path, title).iter_rows(min_row=2, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def cells(path: Path, titles: list[str]) -> list[Any]:
    workbook = openpyxl.load_workbook(path)
    return [
        (title, cell.coordinate, cell.value, cell.data_type, cell.number_format, cell.font.b, cell.fill.fgColor.rgb)
        for title in titles
        for row in workbook[title].iter_rows()
        for cell in row
    ]


def test_the_sheets_of_the_contract(tmp_path: Path, found: Recommendations) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(found, path)
    workbook = openpyxl.load_workbook(path)
    assert workbook.sheetnames == SHEETS
    first = workbook["Recommendations"]
    assert [cell.value for cell in first[2]] == HEADERS
    assert first.freeze_panes == "C3"
    assert first.auto_filter.ref == f"A2:L{first.max_row}"
    for title in SHEETS:
        notice = str(workbook[title]["A1"].value)
        assert "not for prescribing" in notice
        assert "base model, not fine-tuned" in notice


def test_each_drug_recommended_or_ordered_is_one_row(tmp_path: Path, found: Recommendations) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(found, path)
    rows = table(path, "Recommendations")
    expected = [(item, line) for item in found.scored for line in item.lines]
    assert [(row["Admission id"], row["Drug"]) for row in rows] == [
        (i.admission.admission_id, n.drug) for i, n in expected
    ]
    for row, (item, line) in zip(rows, expected, strict=True):
        assert row["Agreement"] == line.agreement
        assert row["Recommended"] == ("yes" if line.recommended else "no")
        assert row["Withheld"] == (line.withheld or None)
        assert row["Ordered"] == (("yes" if line.ordered else "no") if item.has_orders else None)
        if line.probability is None:
            assert row["Probability"] is None
        else:
            assert row["Probability"] == pytest.approx(line.probability, abs=1e-12)
    assert {row["Agreement"] for row in rows} == {"recommended only", "ordered only", "orders not given"}
    unlisted = next(row for row in rows if row["Drug"] == "zzz-unlisted")
    assert (unlisted["Notes"], unlisted["Flags"]) == ("not a candidate: this model is not asked about it", None)


def test_every_finding_is_one_row_with_severity_reason_and_source(tmp_path: Path, found: Recommendations) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(found, path)
    rows = table(path, "Flags")
    assert len(rows) == sum(len(item.safety_flags) for item in found.items) == sum(found.figures.findings.values())
    allergy = next(row for row in rows if row["Kind"] == "allergy")
    assert (allergy["Admission id"], allergy["Severity"], allergy["Drugs"]) == ("0012", "contraindicated", "aspirin")
    pair = next(row for row in rows if row["Drugs"] == "aspirin, warfarin")
    assert pair["Reason"].endswith("(ordered: aspirin, warfarin)")
    assert pair["Source"].startswith("FDA label of warfarin") and pair["Source dated"] and pair["Link"]
    listed = {row["Drug"]: row for row in table(path, "Recommendations") if row["Admission id"] == "0012"}
    assert listed["warfarin"]["Severity"] and pair["Reason"] in listed["warfarin"]["Flags"]
    assert listed["aspirin"]["Severity"] == "contraindicated"
    top = table(path, "Admissions")[0]
    for kind in ("allergy", "condition", "interaction", "duplicate class"):
        assert top[f"Flags: {kind}"] == sum(row["Admission id"] == "0012" and row["Kind"] == kind for row in rows)


def test_findings_are_rows_of_their_own_sheet(tmp_path: Path, formulary: Formulary) -> None:
    seen = (
        Observation("creatinine", 2.3, "mg/dL", -4.5, written="µmol/L", source="lab.csv row 3"),
        Observation("creatinine", 2.9, "mg/dL", worst=True, source="apacheApsVar.csv row 2"),
        Observation("intubated", 1.0, "", worst=True),
        Observation("CRP", 5.0, "mg/L", bound="<"),
    )
    cohort = replace(COHORT, admissions=(replace(ADMISSIONS[0], observations=seen), *ADMISSIONS[1:]))
    path = tmp_path / "out.xlsx"
    write_workbook(recommendations_of(tmp_path, formulary, cohort), path)
    rows = table(path, "Findings")
    shown = [[row[name] for name in ("Finding", "Value", "Unit", "Band", "When", "Converted from")] for row in rows]
    assert shown == [
        ["creatinine", "2.3", "mg/dL", "very high", "by the index time", "µmol/L"],
        ["creatinine", "2.9", "mg/dL", "very high", "worst of the first 24 hours", None],
        ["intubated", "yes", None, "yes", "worst of the first 24 hours", None],
        ["CRP", "<5", "mg/L", "normal", None, None],
    ]
    assert {row["Admission id"] for row in rows} == {"0012"} and rows[0]["Hours from the index time"] == -4.5


def test_numbers_are_numbers_and_identifiers_are_text(tmp_path: Path, found: Recommendations) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(found, path)
    first = sheet(path, "Recommendations")
    assert (first["A3"].value, first["A3"].data_type, first["A3"].number_format) == ("0012", "s", "@")
    assert (first["C3"].data_type, first["C3"].number_format) == ("n", "0.0%")
    admissions = table(path, "Admissions")
    assert [row["Status"] for row in admissions] == ["scored", "scored", "not scored: failed", "scored"]
    assert [row["Admission id"] for row in admissions] == ["0012", "2", "3", "=4+4"]
    top = admissions[0]
    assert top["Drugs ordered"] == top["Both"] + top["Ordered only"] + top["Ordered, not a candidate"] == 4
    assert top["Drugs recommended"] == top["Both"] + top["Recommended only"] == len(found.items[0].recommended_drugs)
    assert top["Recommended drugs (most probable first)"] == ", ".join(found.items[0].recommended_drugs)
    assert (top["hospital"], top["unit"], admissions[2]["unit"]) == ("73", "CCU", "MICU")
    assert admissions[3]["Drugs ordered"] is None  # the export says nothing about this one
    assert admissions[2]["Drugs recommended"] is None


def test_rows_set_aside_and_failed_are_listed_with_the_reason(tmp_path: Path, found: Recommendations) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(found, path)
    rows = table(path, "Set aside")
    assert [(row["Admission id"], row["Set aside when"]) for row in rows] == [
        ("5", "reading the input"),
        (None, "reading the input"),
        ("3", "scoring"),
    ]
    assert rows[2]["Reason"] == "The model gave no number."


def run_values(path: Path) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheet(path, "Run").iter_rows(values_only=True) if row[0] is not None}


def test_the_run_sheet_accounts_for_every_row(tmp_path: Path, formulary: Formulary) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(recommendations_of(tmp_path, formulary, rows=3), path)
    values = run_values(path)
    assert values["Rows read"] == 6
    parts = ("Left out before scoring", "Scored", "Failed in scoring", "Not scored yet")
    assert [values[name] for name in parts] == [2, 2, 1, 1]
    assert values["Not accounted for"] == 0
    assert [row["Reason"] for row in table(path, "Set aside")][-1].startswith("not scored yet")


@pytest.mark.parametrize(("whole", "span"), [("yes", "the whole stay"), ("no", "one first day")])
def test_what_is_taken_to_overlap_is_what_counts(tmp_path: Path, found: Recommendations, whole: str, span: str) -> None:
    facts = {**found.provenance, "input": {**found.provenance["input"], "whole_stays_compared": whole}}
    write_workbook(replace(found, provenance=facts), tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Run"]
    rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert rows["Times of orders"][1] == f"orders of {span} are taken to overlap"


def test_the_run_sheet_has_what_a_repeat_needs(tmp_path: Path, found: Recommendations, formulary: Formulary) -> None:
    path = tmp_path / "out.xlsx"
    write_workbook(found, path)
    values = run_values(path)
    assert values["SHA-256 of patient.csv"] == "0" * 64
    assert values["Manifest SHA-256"] == package().sha256
    assert values["Base SHA-256"] == "c" * 64
    assert values["Weights SHA-256"] == "ab" * 32
    assert values["Prompt version"] == package().prompt_version
    assert (values["Device"], values["Threads"]) == ("cpu", 2)
    assert values["Threshold (probability)"] == 0.5
    assert values["Version"] == formulary.version
    assert "NDF-RT 2014" in values["Interactions"]
    assert values["Log SHA-256"] == found.provenance["job"]["log_sha256"]
    assert values["XYZ 5 MG"] is None  # its number stands in the third column


def test_the_same_recommendations_give_the_same_cells(tmp_path: Path, formulary: Formulary) -> None:
    paths = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        paths.append(tmp_path / name / "out.xlsx")
        write_workbook(recommendations_of(tmp_path / name, formulary), paths[-1])
    assert cells(paths[0], SHEETS[:3]) == cells(paths[1], SHEETS[:3])
    different = {name for name, value in run_values(paths[0]).items() if run_values(paths[1])[name] != value}
    assert different <= {"Created", "Last event", "Log SHA-256"}


HOSTILE = [
    "=1+1",
    "=cmd|' /c calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "#N/A",
    "'=1",
    "  =1",
    "null\x00byte\x0b\x1f\x7f\x9f",
    "half \ud800 character",
    "not a character \ufffe\uffff",
    "]]></t><script>",
    "_x003D_1",
    "2014-01-01",
    "1e5",
    "TRUE",
    "𝒳" * 20_000,
    "=" + "x" * 40_000,
    "x" * MAX_CHARACTERS,
    "",
    " ",
]


def test_hostile_text_stays_text(tmp_path: Path, formulary: Formulary) -> None:
    admissions = tuple(
        Admission(
            text,
            text,
            reason=text,
            allergies=(text,),
            orders=(text,),
            unmapped_orders=(text, text),
            labels={"hospital": text, text: text, "Status": text},
            source_row=text,
        )
        for text in HOSTILE
    )
    aside = tuple(SetAside(text, text, text) for text in HOSTILE)
    cohort = replace(COHORT, admissions=admissions, set_aside=aside, unmapped=dict.fromkeys(HOSTILE, 1))
    path = tmp_path / "out.xlsx"
    write_workbook(recommendations_of(tmp_path, formulary, cohort), path)
    workbook = openpyxl.load_workbook(path)
    for title in workbook.sheetnames:
        for row in workbook[title].iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), (title, cell.coordinate)
                if isinstance(cell.value, str):
                    assert len(cell.value.encode("utf-16-le")) // 2 <= MAX_CHARACTERS
                    if cell.value[:1] in tuple("=+-@\t\n"):
                        assert cell.quotePrefix, (title, cell.coordinate)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name), name
    ids = [row["Admission id"] for row in table(path, "Admissions")]
    short = [text for text in HOSTILE if len(text) < 1000]
    assert ids[: len(short)][:2] == short[:2]
    assert [ids[n] for n, text in enumerate(HOSTILE) if text in short] == [clean(text) or None for text in short]


def test_nothing_of_a_long_text_is_lost(tmp_path: Path, formulary: Formulary) -> None:
    text = "".join(f"{n} 𝒳 " for n in range(9000))
    cohort = replace(COHORT, admissions=(replace(ADMISSIONS[0], reason=text),))
    path = tmp_path / "out.xlsx"
    write_workbook(recommendations_of(tmp_path, formulary, cohort), path)
    said = table(path, "Admissions")[0]["Reason for admission"]
    assert "the whole text is on sheet 'Long text', entry 1" in said
    pieces = [row for row in table(path, "Long text") if row["Entry"] == 1]
    assert [row["Part"] for row in pieces] == list(range(1, len(pieces) + 1))
    assert "".join(row["Text"] for row in pieces) == text


def test_more_rows_than_a_sheet_holds_continue_on_the_next(
    tmp_path: Path, found: Recommendations, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, split = tmp_path / "whole.xlsx", tmp_path / "split.xlsx"
    write_workbook(found, whole)
    monkeypatch.setattr(sheets, "MAX_ROWS", 5)
    write_workbook(found, split)
    workbook = openpyxl.load_workbook(split)
    titles = [title for title in workbook.sheetnames if title.startswith("Recommendations")]
    assert titles == [f"Recommendations{n}" for n in ("", *(f" {k}" for k in range(2, len(titles) + 1)))]
    assert len(titles) > 2
    assert [row for title in titles for row in table(split, title)] == table(whole, "Recommendations")
    assert "Continues on sheet 'Recommendations 2'" in str(workbook["Recommendations"]["A1"].value)
    assert "Continues" not in str(workbook[titles[-1]]["A1"].value)
    assert all(workbook[title].max_row <= 5 for title in titles)


def test_numbers_that_are_none_are_said_in_words(tmp_path: Path, found: Recommendations) -> None:
    item = found.items[0]
    broken = replace(
        item, probabilities=np.array([np.nan, np.inf, 0.1, 0.2, 0.3, 0.4]), recommended=np.ones(6, dtype=bool)
    )
    path = tmp_path / "out.xlsx"
    write_workbook(replace(found, items=(broken,)), path)
    values = {row["Drug"]: row["Probability"] for row in table(path, "Recommendations")}
    assert values[VOCABULARY[0]] == "not a number"
    assert values[VOCABULARY[1]] == "infinite"


def test_a_job_without_orders_leaves_the_comparison_out(tmp_path: Path, formulary: Formulary) -> None:
    cohort = replace(COHORT, admissions=tuple(replace(a, orders=None, unmapped_orders=()) for a in ADMISSIONS))
    path = tmp_path / "out.xlsx"
    write_workbook(recommendations_of(tmp_path, formulary, cohort), path)
    assert {row["Agreement"] for row in table(path, "Recommendations")} == {"orders not given"}
    assert "Ratio of recommended to ordered" not in run_values(path)


def test_a_workbook_in_use_is_left_alone(tmp_path: Path, found: Recommendations) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")
    for owner in ("~$out.xlsx", ".~lock.out.xlsx#"):
        (tmp_path / owner).touch()
        with pytest.raises(InputError, match=r"open in another program.*save as out \(2\)\.xlsx"):
            write_workbook(found, path)
        (tmp_path / owner).unlink()
    assert path.read_bytes() == b"before"


def test_a_refused_replacement_leaves_nothing_behind(
    tmp_path: Path, found: Recommendations, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")
    real = Path.replace

    def refused(self: Path, target: Path) -> Path:
        """What Windows does when the target is open in Excel."""
        if target == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(InputError, match=r"open in another program.*save as out \(2\)\.xlsx"):
        write_workbook(found, path)
    assert path.read_bytes() == b"before"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["job.lamo", "out.xlsx"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said(tmp_path: Path, found: Recommendations, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")
    monkeypatch.setattr("lamo_desktop.files.FINISHED", "/dev/full")
    with pytest.raises(InputError, match=r"The disk is full: out\.xlsx was not written"):
        write_workbook(found, path)
    assert path.read_bytes() == b"before"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_write_protection_is_said(tmp_path: Path, found: Recommendations) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")
    path.chmod(0o400)
    with pytest.raises(InputError, match="write-protected"):
        write_workbook(found, path)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="write-protected"):
            write_workbook(found, tmp_path / "new.xlsx")
    finally:
        tmp_path.chmod(0o700)


def test_a_name_that_cannot_be_a_workbook(tmp_path: Path, found: Recommendations) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    for path, said in (
        ("folder.xlsx", "is a folder"),
        ("out.xls", r"\.xlsx"),
        ("absent/out.xlsx", "There is no folder"),
    ):
        with pytest.raises(InputError, match=said):
            write_workbook(found, tmp_path / path)
    with pytest.raises(InputError, match="There is no folder"):
        check_writable(tmp_path / "absent" / "report.html")
    check_writable(tmp_path / "report.html")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder.xlsx", "job.lamo"]


def test_no_patient_data_lies_about_while_writing(
    tmp_path: Path, found: Recommendations, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "system temporary"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    made: list[str] = []
    real = tempfile.NamedTemporaryFile

    def noted(*arguments: Any, **named: Any) -> Any:
        file = real(*arguments, **named)
        made.append(file.name)
        return file

    monkeypatch.setattr("openpyxl.worksheet._writer.NamedTemporaryFile", noted)
    leftover = tmp_path / ".out.xlsx.killed.partial"
    leftover.mkdir()
    write_workbook(found, tmp_path / "out.xlsx")
    assert made
    assert all(Path(name).is_relative_to(tmp_path) and not Path(name).is_relative_to(elsewhere) for name in made)
    assert list(elsewhere.iterdir()) == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["job.lamo", "out.xlsx", "system temporary"]
    assert tempfile.tempdir == str(elsewhere)
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "out.xlsx").stat().st_mode) & 0o077 == 0


def test_a_fixed_combination_is_one_line_and_counts_once(tmp_path: Path, formulary: Formulary) -> None:
    """Also in a job that asked about both ingredients, as earlier versions did."""
    orders = ("amoxicillin", "aspirin", "clavulanate", "piperacillin", "tazobactam")
    cohort = Cohort((replace(ADMISSIONS[1], orders=orders, unmapped_orders=()),), COHORT.source)
    drugs = ("aspirin", "piperacillin", "tazobactam")
    with new_job(tmp_path / "job.lamo", cohort, drugs) as store:
        store.start(WEIGHTS, ENGINE)
        store.record([outcome(item.ordinal, len(drugs)) for item in store.claim(1)])
        found = results(store, package(), formulary)
    assert found.candidates == ("aspirin", "piperacillin")
    (item,) = found.items
    assert item.ordered_drugs == ("amoxicillin/clavulanate", "aspirin", "piperacillin")
    assert (found.figures.n_ordered, found.figures.n_outside, found.figures.ordered.n_drugs) == (2, 1, 3)
    write_workbook(found, tmp_path / "out.xlsx")
    rows = table(tmp_path / "out.xlsx", "Recommendations")
    assert sorted(row["Drug"] for row in rows) == ["amoxicillin/clavulanate", "aspirin", "piperacillin/tazobactam"]
    (admission,) = table(tmp_path / "out.xlsx", "Admissions")
    assert admission["Drugs ordered"] == len(admission["Ordered drugs"].split(", ")) == 3
    assert admission["Ordered, not a candidate"] == 1


def test_what_was_not_understood_is_listed_on_the_sheet_run(tmp_path: Path, formulary: Formulary) -> None:
    known, *others = COHORT.admissions
    odd = replace(known, allergies=("zubrin dust", "penicillin"), home_medications=("frobinol", "aspirin"))
    recommendations = recommendations_of(tmp_path, formulary, replace(COHORT, admissions=(odd, *others)))
    assert [(entry.kind, entry.text) for entry in recommendations.not_understood] == [
        ("allergy", "zubrin dust"),
        ("home medication", "frobinol"),
    ]
    write_workbook(recommendations, tmp_path / "out.xlsx")
    rows = list(sheet(tmp_path / "out.xlsx", "Run").iter_rows(values_only=True))
    assert ("allergy: zubrin dust", odd.source_row or None, 1) in [row[:3] for row in rows]
