"""The `lamo` command as a user meets it: real export, real weights, real engine; exit codes and sentences."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from lamo_desktop.cli import main, parser
from lamo_desktop.cli.steps import chosen_candidates, engine_settings
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.protocol import EngineSettings
from lamo_desktop.paths import resource

DEMO = resource("demo/eicu")
ADMISSIONS = """admission id,patient id,age,sex,reason for admission,diagnoses,allergies,medications on admission,orders
A1,P1,67,F,sepsis,septic shock; pneumonia,penicillin,metformin; lisinopril,vancomycin; norepinephrine; heparin
A2,P2,-4,M,chest pain,myocardial infarction,NKDA,aspirin,heparin; aspirin
A3,P3,54,M,chest pain,myocardial infarction,NKDA,aspirin,heparin; aspirin; metoprolol
"""


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "admissions.csv"
    path.write_text(ADMISSIONS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def begin(export: Path, few: Path) -> list[str]:
    """The command whose workbook and job the tests share."""
    job, engine = export.with_name("kept.lamo"), ["--device", "cpu", "--threads", "1"]
    files = [str(export), "-o", str(export.with_name("out.xlsx")), "--job", str(job), "--model", str(few)]
    return ["recommend", *files, *engine, "--progress", "none"]


@pytest.fixture(scope="module")
def workbook(begin: list[str], export: Path) -> Path:
    assert main(begin) == 0
    return export.with_name("out.xlsx")


@pytest.fixture(scope="module")
def job(workbook: Path) -> Path:
    return workbook.with_name("kept.lamo")


def cells(path: Path, sheet: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_a_workbook_has_its_sheets_and_every_admission_is_accounted_for(workbook: Path) -> None:
    assert load_workbook(workbook).sheetnames[:5] == ["Recommendations", "Admissions", "Flags", "Set aside", "Run"]
    text = {sheet: str(cells(workbook, sheet)) for sheet in ("Recommendations", "Admissions", "Set aside")}
    assert "'A1'" in text["Admissions"] and "'A3'" in text["Admissions"] and "'A2'" not in text["Admissions"]
    assert "A2" in text["Set aside"]


def test_the_same_input_gives_the_same_rows_whoever_else_is_in_the_file(
    export: Path, workbook: Path, few: Path
) -> None:
    header, a1, _, a3 = ADMISSIONS.splitlines()
    shuffled = export.with_name("shuffled.csv")
    shuffled.write_text("\n".join([header, a3, a1]) + "\n", encoding="utf-8")
    output = export.with_name("shuffled.xlsx")
    assert main(["recommend", str(shuffled), "-o", str(output), "--model", str(few), "--progress", "none"]) == 0
    first, second = cells(workbook, "Recommendations"), cells(output, "Recommendations")
    assert sorted(map(repr, first)) == sorted(map(repr, second))


def test_the_command_alone_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "recommend" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["recomend", "x.csv"], "recommend"),
        (["model", "verfy"], "verify"),
        (["recommend", "x.csv", "-o", "y.xlsx", "--ouput", "z"], "--output"),
        (["validate", "x.csv", "-o", "y.html", "--poilcy=balanced"], "--policy"),
    ],
)
def test_a_mistyped_command_or_option_names_the_one_that_was_meant(
    arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"did you mean {meant}?" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["xyz"], "lamo: there is no command xyz. See lamo --help."),
        (
            ["validate", "x.csv", "-o", "y.html", "--limit", "0"],
            "lamo: --limit: '0' is not a whole number above 0. See lamo validate --help.",
        ),
        (["recommend", "x.csv"], "lamo: the following arguments are required: -o/--output. See lamo recommend --help."),
        (["check", "x.csv", "y.csv"], "lamo: unrecognized arguments: y.csv. See lamo check --help."),
    ],
)
def test_what_cannot_be_used_is_one_sentence_with_a_hint(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{said}\n"


def test_a_row_set_aside_makes_strict_exit_with_1(export: Path) -> None:
    assert main(["check", str(export), "--progress", "none"]) == 0
    assert main(["check", str(export), "--strict", "--progress", "none"]) == 1


BAD = {
    "missing file": ("nowhere.xlsx", None, "nowhere.xlsx"),
    "wrong type": ("scan.pdf", b"%PDF-1.7\n", "scan.pdf"),
    "no header": ("numbers.csv", b"1,2,3\n4,5,6\n", "numbers.csv"),
    "empty": ("empty.csv", b"", "empty.csv"),
    "no rows": ("heads.csv", ADMISSIONS.splitlines()[0].encode(), "heads.csv"),
    "absent column": ("noid.csv", b"age,sex,diagnoses\n60,F,sepsis\n61,M,sepsis\n", "noid.csv"),
    "not a workbook": ("fake.xlsx", b"hello", "fake.xlsx"),
}


@pytest.mark.parametrize("name", BAD)
def test_unusable_input_is_one_sentence_and_exit_code_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, content, named = BAD[name]
    path = tmp_path / file
    if content is not None:
        path.write_bytes(content)
    assert main(["recommend", str(path), "-o", str(tmp_path / "out.xlsx"), "--progress", "none"]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0 and said.startswith("lamo: ") and named in said and "Traceback" not in said
    assert not (tmp_path / "out.xlsx").exists()


def test_a_missing_package_is_exit_code_3(export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["recommend", str(export), "-o", str(tmp_path / "o.xlsx"), "--model", str(tmp_path / "none")])
    assert code == 3
    assert "none" in capsys.readouterr().err


def test_an_unwritable_output_is_said_before_any_work(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recommend", str(export), "-o", "/proc/nowhere/out.xlsx"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_job_resumes_to_the_same_workbook(begin: list[str], workbook: Path, job: Path, tmp_path: Path) -> None:
    output = tmp_path / "resumed.xlsx"
    assert main(begin) == 2  # the job exists: it is to be resumed
    assert main(["resume", str(job), "-o", str(output), "--progress", "none"]) == 0
    assert cells(output, "Recommendations") == cells(workbook, "Recommendations")


def test_a_job_is_resumed_as_it_was_run_last_unless_told_otherwise(export: Path, job: Path) -> None:
    with JobStore.open(job, read_only=True) as store:
        assert store.last_settings() == EngineSettings("cpu", 1)
    parsed = parser().parse_args(["resume", str(job), "-o", "o.xlsx"])
    assert engine_settings(parsed, EngineSettings("cpu", 1)) == EngineSettings("cpu", 1)
    parsed = parser().parse_args(["resume", str(job), "-o", "o.xlsx", "--threads", "all", "--device", "auto"])
    assert engine_settings(parsed, EngineSettings("cpu", 1)) == EngineSettings()
    parsed = parser().parse_args(["recommend", str(export), "-o", "o.xlsx", "--threads", "2"])
    assert engine_settings(parsed) == EngineSettings("auto", 2)


def run_sheet(path: Path) -> dict[str, object]:
    return {str(row[0]): row[1] for row in cells(path, "Run") if row[0] and len(row) > 1}


def test_the_threshold_shift_is_one_figure_with_one_sign_and_its_old_name_works(export: Path, tmp_path: Path) -> None:
    job, quiet = tmp_path / "kept.lamo", ["--progress", "none"]
    begin = ["recommend", str(export), "-o", str(tmp_path / "o.xlsx"), "--job", str(job), "--policy", "balanced"]
    some = ["--candidates", ",".join(drug.name for drug in load_package().drugs[:30])]
    assert main([*begin, *some, "--threshold-shift", "-0.5", *quiet]) == 0
    assert run_sheet(tmp_path / "o.xlsx")["Threshold shift (logits)"] == -0.5
    lengths = {}
    for option, shift in (("--threshold-shift", 1.0), ("--knob", 1.0), ("--threshold-shift", -2.0), ("", -0.5)):
        output = tmp_path / f"again {option}{shift}.xlsx"
        assert main(["resume", str(job), "-o", str(output), *([option, str(shift)] if option else []), *quiet]) == 0
        said = run_sheet(output)
        assert said["Threshold shift (logits)"] == shift
        assert said["Name"] == "balanced"  # the job's own policy, also where only the shift is another
        lengths[option, shift] = said["Drugs recommended"]
    assert lengths["--knob", 1.0] == lengths["--threshold-shift", 1.0]
    assert lengths["--threshold-shift", 1.0] < lengths["", -0.5] < lengths["--threshold-shift", -2.0]


def test_the_old_name_of_the_threshold_shift_is_not_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["recommend", "--help"])
    said = capsys.readouterr().out
    assert "--threshold-shift" in said and "--knob" not in said


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux namespaces")
def test_the_job_runs_in_a_namespace_without_network(export: Path, workbook: Path, few: Path, tmp_path: Path) -> None:
    allowed = subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0
    if not allowed:
        pytest.skip("namespaces are not permitted here")
    output = tmp_path / "offline.xlsx"
    command = ["unshare", "-rn", sys.executable, "-m", "lamo_desktop.cli", "recommend", str(export), "-o", str(output)]
    done = subprocess.run(
        [*command, "--model", str(few)], capture_output=True, text=True, env=dict(os.environ), timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert cells(output, "Recommendations") == cells(workbook, "Recommendations")


def test_the_demo_reads_completely(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DEMO), "--progress", "none"]) == 0
    said = capsys.readouterr().out
    assert "75 admissions can be scored, with orders to compare with" in said


@pytest.mark.parametrize("verb", ["", "check", "recommend", "resume", "validate", "model", "bench", "demo"])
def test_every_command_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*([verb] if verb else []), "--help"])
    assert ended.value.code == 0
    assert "usage: lamo" in capsys.readouterr().out


def test_the_model_counts_its_drugs_as_lists_do(capsys: pytest.CaptureFixture[str]) -> None:
    package = load_package()
    assert main(["model", "info"]) == 0
    told = f"vocabulary: {len(package.candidates)} drugs (of {len(package.drugs)} ingredients)"
    assert told in capsys.readouterr().out and len(package.candidates) < len(package.drugs)
    assert tuple(chosen_candidates(None, package, load_formulary())) == package.candidates
