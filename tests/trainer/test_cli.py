from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import ModelError
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import parts
from trainer import cli
from trainer.cohort.rows import Rows, read_offsets, read_rows, write_rows
from trainer.package.calibrated import sample
from trainer.package.engine_scores import score_rows

DRUGS = ["aspirin", "heparin", "insulin regular"]


def cohort_file(folder: Path) -> Path:
    """A cohort of 14 admissions whose drugs follow from the diagnosis, most of the time."""
    rng = np.random.default_rng(0)
    splits: dict[str, list[Admission]] = {"train": [], "internal": []}
    for key in range(14):
        heart = bool(rng.random() < 0.5)
        orders = {DRUGS[0 if heart else 2], *rng.choice(DRUGS, 1)}
        splits["train" if key < 10 else "internal"].append(
            Admission(
                f"a{key}",
                f"p{key}",
                age=60 + key,
                sex="male",
                diagnoses=("acute myocardial infarction" if heart else "diabetic ketoacidosis",),
                orders=tuple(sorted(map(str, orders))),
            )
        )
    path = folder / "cohort.jsonl.gz"
    counts = {drug: sum(drug in (a.orders or ()) for a in splits["train"]) for drug in DRUGS}
    write_rows(Rows({name: tuple(rows) for name, rows in splits.items()}, counts, {"made": "for a test"}), path)
    return path


def weights_are_installed() -> bool:
    try:
        return load_package().base_path.is_file()
    except ModelError:
        return False


ENGINE = ["--device", "cpu", "--threads", "1"]


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the cohort, its scores, and what was made of it."""
    folder = tmp_path_factory.mktemp("calibrated")
    arguments = [str(cohort_file(folder)), *ENGINE, "-o", str(folder / "package"), "--version", "9"]
    assert cli.main(["calibrate", *arguments, "--offsets", str(folder / "offsets.npz")]) == 0
    return folder


@pytest.mark.skipif(not weights_are_installed(), reason="the base weights are not installed (make base)")
def test_calibrate_writes_a_package_and_writes_the_same_again(calibrated: Path) -> None:
    cohort, output, offsets = (calibrated / name for name in ("cohort.jsonl.gz", "package", "offsets.npz"))
    arguments = [str(cohort), *ENGINE, "-o", str(output), "--version", "9"]
    package = load_package(output)
    assert [drug.name for drug in package.drugs] == DRUGS
    assert package.version == "9"
    assert "reading head" in package.label
    assert not package.fine_tuned
    assert package.by_name["heparin"].drug_class
    assert package.training["cohort"] == {"made": "for a test"}
    assert {"model", "base rates"} == package.metrics["internal"].keys()
    assert package.base_sha256 == load_package().base_sha256
    assert (calibrated / "cohort.scores.jsonl").is_file()
    assert read_offsets(offsets, [f"a{key}" for key in range(10)], DRUGS).shape == (10, 3)
    manifest = (output / "manifest.json").read_bytes()
    assert cli.main(["calibrate", *arguments]) == 0
    assert (output / "manifest.json").read_bytes() == manifest
    assert cli.main(["calibrate", *arguments, "--terms", "none"]) == 0
    plain = load_package(output)
    assert plain.terms is None
    assert plain.label == "base model, not fine-tuned"
    assert not (output / "terms.npz").exists()


@pytest.mark.long
@pytest.mark.skipif(not weights_are_installed(), reason="the base weights are not installed (make base)")
def test_the_desktop_scores_with_the_terms_as_the_trainer_does(tmp_path: Path) -> None:
    cohort, output = cohort_file(tmp_path), tmp_path / "package"
    assert cli.main(["calibrate", str(cohort), "--device", "cpu", "--threads", "1", "-o", str(output)]) == 0
    package, settings, rows = load_package(output), EngineSettings(device="cpu", threads=1), read_rows(cohort)
    internal = rows.of(["internal"])
    expected = score_rows(package, internal, DRUGS, tmp_path / "cohort.scores.jsonl", settings, print)
    with EngineProcess(package, settings) as engine:
        for admission, scores in zip(internal, expected, strict=True):
            np.testing.assert_array_equal(engine.score(parts(admission), DRUGS, admission.codes).logits, scores)
            alone = engine.score(parts(admission), [DRUGS[1], "norepinephrine"], admission.codes)
            assert alone.logits[0] == scores[1]
            assert np.isfinite(alone.logits[1])  # a drug the terms do not know
            assert alone.llm[0] != alone.logits[0]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (lambda folder: ["cohort", str(folder / "absent"), "-o", str(folder / "c.jsonl")], 2, "absent"),
        (lambda folder: ["calibrate", str(folder / "absent"), "-o", str(folder / "p")], 2, "absent"),
        (
            lambda folder: ["calibrate", str(cohort_file(folder)), "-o", str(folder / "p"), "--splits", "internal"],
            2,
            "internal rows",
        ),
        (lambda folder: ["evaluate", str(cohort_file(folder)), "--packages", str(folder)], 3, "manifest.json"),
        (lambda folder: ["evaluate", str(cohort_file(folder)), "--splits", "external"], 2, "no external rows"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: Callable[[Path], list[str]], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments(tmp_path)) == code
    error = capsys.readouterr().err.strip().splitlines()
    assert error[-1].startswith("lamo-train: ")
    assert said in error[-1]
    assert "Traceback" not in "".join(error)


@pytest.mark.parametrize("command", ["cohort", "calibrate", "evaluate"])
def test_help_shows_defaults(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert "default:" in capsys.readouterr().out


@pytest.mark.skipif(not weights_are_installed(), reason="the base weights are not installed (make base)")
def test_rows_tuned_on_are_recorded_and_others_left_out(
    calibrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort, output, shown = calibrated / "cohort.jsonl.gz", tmp_path / "package", tmp_path / "shown.csv"
    shown.write_text("admission id,patient id,age,sex,diagnosis\nx1,p3,60,M,sepsis\nx2,p12,61,F,sepsis\n")
    both = ["--splits", "train", "internal", "--report", "--leave-out", str(shown)]
    assert cli.main(["calibrate", str(cohort), *both, *ENGINE, "-o", str(output)]) == 0
    assert "2 admissions of" in capsys.readouterr().err
    package = load_package(output)
    calibration = package.training["calibration"]
    assert (calibration["admissions"], calibration["splits"]) == (12, {"train": 9, "internal": 3})
    assert package.metrics == {}
    assert cli.main(["evaluate", str(cohort), "--packages", str(output), *ENGINE]) == 2
    assert "was tuned on internal rows" in capsys.readouterr().err


def test_a_sample_is_random_by_id_and_grows_with_its_limit() -> None:
    admissions = [Admission(f"a{key}", "p") for key in range(50)]
    ten = sample(admissions, 10)
    assert len(ten) == 10
    assert sample(admissions[::-1], 10) == ten
    assert sample(admissions, 20)[:10] == ten
    assert ten != tuple(admissions[:10])
    assert len(sample(admissions, None)) == 50
