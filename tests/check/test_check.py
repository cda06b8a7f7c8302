"""`lamo check` as an analyst meets it: what it prints, what it writes, and what it never shows."""

from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.cli import main
from lamo_desktop.paths import resource

NOTE = (
    "HISTORY OF PRESENT ILLNESS: Secretfever.\nMEDICATIONS: Lisinopril 10 mg daily.\nHOSPITAL COURSE: Heparin given.\n"
    "DISCHARGE MEDICATIONS: Warfarin."
)
ADMISSIONS = [
    ["Ward 7, first quarter"],
    ["Encounter No", "Age", "Sex", "Diagnoes", "Discharge summary", "Ward"],
    ["1", 67, "F", "sepsis; Secretpox", NOTE, "ICU"],
    ["2", -3, "F", "sepsis", "", "ICU"],
    ["3", 44, "Q", "pneumonia", "", "B2"],
]
ORDERS = [
    ["Encounter No", "Drug"],
    ["1", "heparin"],
    ["1", "lisinopril 10 mg"],
    ["1", "WARFARIN"],
    ["3", "hydralzine 25 mg"],
    ["3", "metoprlol"],
    ["3", "metoprlol"],
    ["9", "aspirin"],
]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    orders, admissions = book.active, book.create_sheet("Stays")
    assert orders is not None
    orders.title = "Verordnungen"
    for sheet, rows in ((orders, ORDERS), (admissions, ADMISSIONS)):
        for row in rows:
            sheet.append(row)
    path = tmp_path / "quarter.xlsx"
    book.save(path)
    return path


def test_check_prints_mapping_attrition_problems_names_and_audit(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(export), "--audit", "--progress", "none"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0].endswith("quarter.xlsx: read with profile flat")
    assert "admissions: Stays (xlsx workbook; header in row 2, 3 rows)" in lines
    assert "orders: Verordnungen (xlsx workbook; header in row 1, 7 rows)" in lines
    assert "admission_id A Encounter No 1.00" in lines
    assert "diagnoses D Diagnoes 0.85 please check" in lines
    assert "subgroup label F Ward 1.00" in lines
    assert "2 admissions can be scored, with orders to compare with" in lines
    assert "readable 2 (-1: missing or repeated id, or unusable age)" in lines
    assert any("Stays!B4: negative age" in line for line in lines)
    assert "warning: Stays!C5: expected F, M, Female or Male; left empty" in lines
    assert any(line.startswith("warning: Verordnungen: order rows not used because the admission") for line in lines)
    names = [line for line in lines if "near:" in line]
    assert [line.partition(" near:")[0] for line in names] == ["2 metoprlol", "1 hydralzine 25 mg"]
    assert "look-alike: check" in names[1] and "hydroxyzine" in names[1]
    assert "medications before admission 1 in 1 admission: taken before admission" in lines
    assert (
        "1 note: 2 ordered ingredients named only in text that was cut; of these in a prompt: 0" in lines
    )  # heparin and warfarin


def test_check_shows_no_patient_text(export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "check.xlsx"
    assert main(["check", str(export), "--audit", "--xlsx", str(book), "--progress", "none"]) == 0
    shown = capsys.readouterr().out
    written = [cell for sheet in openpyxl.load_workbook(book) for row in sheet.values for cell in row]
    assert "Secret" not in shown and not any("Secret" in str(cell) for cell in written)


def test_the_workbook_lists_everything(export: Path, tmp_path: Path) -> None:
    path = tmp_path / "check.xlsx"
    assert main(["check", str(export), "--audit", "--xlsx", str(path), "--progress", "none"]) == 0
    book = openpyxl.load_workbook(path)
    first = ["Columns", "Attrition", "Problems", "Set aside", "Unmapped names", "Excluded orders"]
    assert book.sheetnames == [*first, "Not understood", "Findings", "Leakage audit"]
    rows = {sheet.title: list(sheet.values)[2:] for sheet in book}
    assert ("Stays", "admissions", "diagnoses", "D", "Diagnoes", 0.85, "xlsx workbook", 2) in rows["Columns"]
    assert ("Stays", "admissions", "reason", None, "(no column)", 0, "xlsx workbook", 2) in rows["Columns"]
    assert ("warning", "Stays!C5", "expected F, M, Female or Male; left empty") in rows["Problems"]
    assert [row[:2] for row in rows["Set aside"]] == [("2", "Stays!A4")]
    assert [row[:4] for row in rows["Unmapped names"]] == [
        ("metoprlol", 2, "metoprolol", "metoprolol"),
        ("hydralzine 25 mg", 1, "hydralizine", "hydralazine"),
    ]
    assert rows["Leakage audit"][-1][:3] == ("of these in a prompt", 0, 0)


def test_a_saved_profile_reads_the_export_the_same(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "ward.yaml"
    assert main(["check", str(export), "--save-profile", str(profile), "--progress", "none"]) == 0
    before = capsys.readouterr().out.splitlines()
    assert main(["check", str(export), "--profile", str(profile), "--progress", "none"]) == 0
    after = capsys.readouterr().out.splitlines()
    assert after[0].endswith("read with profile ward")
    assert "please check" in "\n".join(before) and "please check" not in "\n".join(after)  # the user's word counts 1
    assert [line for line in before if "admissions can be" in line] == [
        line for line in after if "admissions can be" in line
    ]


def test_a_saved_profile_of_published_tables_reads_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile, tables = tmp_path / "own.yaml", str(resource("demo/eicu"))
    assert main(["check", tables, "--save-profile", str(profile), "--progress", "none"]) == 0
    first = capsys.readouterr().out
    assert "allergy: allergy.csv (UTF-8, comma between columns; header in row 1)" in first
    assert main(["check", tables, "--profile", str(profile), "--progress", "none"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == first.splitlines()[1:-1]


def test_names_are_saved_filled_in_and_used(export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = tmp_path / "names.csv"
    assert main(["check", str(export), "--save-names", str(names), "--progress", "none"]) == 0
    text = names.read_text(encoding="utf-8-sig")
    assert main(["check", str(export), "--names", str(names), "--progress", "none"]) == 0
    assert "3 order rows (2 names) not mapped" in capsys.readouterr().out  # a suggestion alone changes nothing
    names.write_text(text.replace('"metoprlol","",', '"metoprlol","metoprolol",'), encoding="utf-8")
    assert main(["check", str(export), "--names", str(names), "--save-names", str(names), "--progress", "none"]) == 0
    assert "1 order row (1 name) not mapped" in capsys.readouterr().out
    again = names.read_text(encoding="utf-8-sig").splitlines()
    assert again[1].startswith('"metoprlol","metoprolol"')
    assert again[2].startswith('"hydralzine 25 mg","","1","hydralazine",')


def test_a_site_can_say_what_a_drug_code_means(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names, tables = tmp_path / "names.csv", str(resource("demo/eicu"))
    assert main(["check", tables, "--progress", "none"]) == 0
    unknown = capsys.readouterr().out.partition("not mapped")[2].splitlines()
    rows, code = next(line for line in unknown if "(drug code " in line).split(maxsplit=1)
    names.write_text(f"text,ingredients\n{code},excluded\n", encoding="utf-8")
    assert main(["check", tables, "--names", str(names), "--progress", "none"]) == 0
    left_out, _, unknown_then = capsys.readouterr().out.partition("not mapped")
    assert code not in unknown_then
    assert f"{rows}  excluded by the site: {code}" in left_out


def test_an_export_without_an_eligible_admission_is_told_before_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Admission ID,Age,Diagnosis\n1,7,Asthma\n", encoding="utf-8")
    assert main(["check", str(path), "--progress", "none"]) == 2
    out, err = capsys.readouterr()
    assert "18 years or older" in out and "a.csv row 2: under 18 years" in out
    assert "no admission is left" in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("option", "name"), [("--xlsx", "a.csv"), ("--save-profile", "a.txt"), ("--save-names", "a.xlsx")]
)
def test_a_file_of_the_wrong_kind_is_refused_before_reading(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, name: str
) -> None:
    assert main(["check", str(export), option, str(tmp_path / name), "--progress", "none"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and f"{name} must end in" in err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--xlsx"],
        ["recommend", "-o"],
        ["validate", "-o", "report.html", "--json"],
        ["validate", "-o", "report.html", "--xlsx"],
        ["validate", "-o"],
    ],
    ids=" ".join,
)
def test_the_export_itself_is_never_overwritten(
    command: list[str], export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = export.read_bytes()
    verb, *options = command
    assert main([verb, str(export), *options, str(export), "--progress", "none"]) == 2
    assert "is the export itself" in capsys.readouterr().err and export.read_bytes() == before
