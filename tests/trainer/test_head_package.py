"""From a run with a reading head to a calibrated package, on the tiny base: export, calibrate, evaluate by command."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.model.package import load_package, write_package
from lamo_desktop.model.terms import read_terms
from tests.trainer.test_export import RECIPE, trained
from tests.trainer.tiny import tiny_rows
from trainer.cli import main
from trainer.cohort.rows import Rows, write_rows
from trainer.cohort.splits import validation_split
from trainer.fit.recipe import Recipe
from trainer.fit.run_folder import Run
from trainer.package.export import export_adapters

WHOLE = replace(RECIPE, groups="one", suffix_only=False, head=True, rank=2)
ENGINE = ["--device", "cpu", "--threads", "1"]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's training rows, and as many others."""
    path = tmp_path_factory.mktemp("cohort") / "cohort.jsonl.gz"
    rows, others = tiny_rows(), tiny_rows(seed=5).of(["train"])
    internal = tuple(replace(a, admission_id=f"i{a.admission_id}", patient_id=f"i{a.patient_id}") for a in others)
    write_rows(Rows({**rows.splits, "internal": internal}, rows.candidates, rows.origin), path)
    return path


def raw_package(weights: Path, folder: Path, recipe: Recipe = WHOLE) -> Path:
    _, record = trained(weights, folder / "run", recipe)
    package = export_adapters(record, weights, folder / "raw", lambda drug: "class", {"name": "raw"})
    shutil.copy(weights, package.path)
    return package.path


@pytest.mark.parametrize("terms", ["all", "features", "none"])
def test_only_rows_the_run_did_not_learn_from_weigh_it(
    weights: Path, cohort: Path, tmp_path: Path, terms: str, capsys: pytest.CaptureFixture[str]
) -> None:
    raw, output, scores = raw_package(weights, tmp_path), tmp_path / "package", tmp_path / "scores.jsonl"
    command = ["calibrate", str(cohort), "--model", str(raw), *ENGINE, "-o", str(output), "--scores", str(scores)]
    assert main([*command, "--terms", terms, "--report"]) == 0
    _, watched_rows = validation_split(tiny_rows().of(["train"]), WHOLE.validation_percent, WHOLE.seed)
    assert len(scores.read_text().splitlines()) == 1 + len(watched_rows)
    package, before = load_package(output), load_package(raw)
    assert package.fine_tuned and package.prompt_adapter and package.terms and before.terms
    assert package.policies and package.training["recipe"]["head"]
    head, own = (read_terms(each.path / each.terms.file).head for each in (package, before) if each.terms)
    if terms == "none":
        np.testing.assert_array_equal(head, own)
    else:
        assert package.label == f"{before.label}, with a fitted code model"
        assert len(read_terms(output / package.terms.file).features) > 3
        ratios = head / own  # one gain for all that the run learned, and a head on the adapted state beside it
        assert np.allclose(ratios, ratios[0, 0], rtol=1e-4) == (terms == "features")
    assert main(["evaluate", str(cohort), "--packages", str(output), "--no-baselines", *ENGINE]) == 0
    assert "Jaccard" in capsys.readouterr().out
    again = [*command[:3], str(output), *ENGINE, "-o", str(tmp_path / "again"), "--report"]
    assert main(again) == 2
    assert "is calibrated already" in capsys.readouterr().err


def test_a_package_that_does_not_say_what_it_learned_from_is_refused(
    weights: Path, cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = load_package(raw_package(weights, tmp_path))
    write_package(package.path, replace(package, training={}))
    command = ["calibrate", str(cohort), "--model", str(package.path), *ENGINE, "-o", str(tmp_path / "p"), "--report"]
    assert main(command) == 2
    assert "does not say which rows it was trained on" in capsys.readouterr().err


def test_a_run_of_before_splits_could_be_chosen_is_exported(weights: Path, tmp_path: Path) -> None:
    _, run = trained(weights, tmp_path / "run", WHOLE)
    record = {key: value for key, value in run.record.items() if key != "splits"}
    package = export_adapters(Run(run.folder, record), weights, tmp_path / "raw", lambda drug: "", {})
    assert "splits" not in package.training  # calibrate then takes the training rows


def test_other_rows_than_the_runs_are_refused(
    weights: Path, cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw, shown = raw_package(weights, tmp_path), tmp_path / "shown.csv"
    shown.write_text("admission id,patient id,age,sex,diagnosis\nx1,p3,60,M,sepsis\n")
    command = ["calibrate", str(cohort), "--model", str(raw), *ENGINE, "-o", str(tmp_path / "package"), "--report"]
    assert main([*command, "--leave-out", str(shown)]) == 2
    assert "was trained on other rows than these 23" in capsys.readouterr().err
    assert not (tmp_path / "package").exists()
