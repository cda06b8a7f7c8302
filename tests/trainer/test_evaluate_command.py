import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineSettings
from tests.trainer.small_benchmark import benchmark, tiny_package
from trainer import cli
from trainer.cohort.rows import write_rows
from trainer.evaluate.baselines import MODELS
from trainer.evaluate.models import PARTS, Scorer, leave_out, package_names
from trainer.package.calibrated import untuned

ENGINE = ["--device", "cpu", "--threads", "1"]


@pytest.fixture(scope="module", autouse=True)
def few_settings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        learner, _, words = MODELS["gradient boosting"]
        patch.setitem(MODELS, "gradient boosting", (learner, ((1, 10),), words))
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """A folder with a cohort and a package calibrated on it."""
    folder, rows = tmp_path_factory.mktemp("evaluate"), benchmark(40, 16)
    write_rows(rows, folder / "cohort.jsonl.gz")
    tiny_package(weights, folder / "raw", sorted(rows.candidates))
    arguments = ["calibrate", str(folder / "cohort.jsonl.gz"), "--model", str(folder / "raw"), *ENGINE]
    assert cli.main([*arguments, "-o", str(folder / "tuned")]) == 0
    return folder


def evaluate(folder: Path, *more: str) -> int:
    return cli.main(["evaluate", str(folder / "cohort.jsonl.gz"), *ENGINE, "--resamples", "200", *more])


def test_the_table_has_packages_ablations_the_untuned_base_and_baselines(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = ["-o", str(place / "out.md"), "--json", str(place / "out.json")]
    asked = ["--untuned", "--without", "home-medications", "--without", "codes", "previous-stay"]
    assert evaluate(place, "--packages", str(place / "tuned"), *asked, *written) == 0
    table = (place / "out.md").read_text()
    assert table == capsys.readouterr().out.removesuffix("\n")
    models = {m["name"]: m for m in json.loads((place / "out.json").read_text())["splits"]["internal"]["models"]}
    assert list(models) == [
        "tuned",
        "tuned without home-medications",
        "tuned without codes, previous-stay",
        "untuned base",
        *MODELS,
        "mean of the three",
    ]
    assert models["tuned without home-medications"]["admissions_changed"] == {"internal": 8}
    assert models["tuned without home-medications"]["log_loss"] != models["tuned"]["log_loss"]
    assert models["logistic regression"]["prauc"]["value"] > models["frequency"]["prauc"]["value"]
    assert models["untuned base"]["cuts"].keys() == {"Yes likelier than No", "ratio 1 on these rows"}
    assert all(name in table for name in models)

    assert evaluate(place, "--packages", str(place / "tuned"), *asked) == 0  # nothing is scored or fitted twice
    again = capsys.readouterr()
    assert again.err.splitlines() == [f"judging {len(models)} models on internal rows"]
    assert again.out.removesuffix("\n") == table


def test_several_packages_share_a_table_and_the_first_is_compared_with_the_others(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = place / "again"
    arguments = ["calibrate", str(place / "cohort.jsonl.gz"), "--model", str(place / "raw"), *ENGINE, "--limit", "20"]
    assert cli.main([*arguments, "-o", str(other)]) == 0
    written = ["--mean", "--json", str(place / "both.json")]
    assert evaluate(place, "--packages", str(place / "tuned"), str(other), "--no-baselines", *written) == 0
    table = capsys.readouterr().out
    assert "| tuned | again | ratio 1 on training rows |" in table and "| again | tuned |" not in table
    assert "frequency" not in table
    models = {m["name"]: m for m in json.loads((place / "both.json").read_text())["splits"]["internal"]["models"]}
    thresholds = [models[name]["cuts"]["ratio 1 on training rows"]["threshold"] for name in models]
    assert list(models) == ["tuned", "again", "mean of 2 packages"]
    assert thresholds[2] == pytest.approx((thresholds[0] + thresholds[1]) / 2, abs=1e-5)
    assert models["mean of 2 packages"]["log_loss"]["value"] < max(
        models[name]["log_loss"]["value"] for name in ("tuned", "again")
    )


def test_unseen_drugs_from_held_out_candidates(
    place: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_package(weights, tmp_path / "held", ["aspirin", "heparin", "insulin aspart"])
    written = ["--json", str(tmp_path / "out.json")]
    assert evaluate(place, "--unseen", "--packages", str(tmp_path / "held"), *written) == 0
    assert "3 unseen drugs" in capsys.readouterr().out
    found = json.loads((tmp_path / "out.json").read_text())["unseen"]["internal"]
    assert found["drugs"] == ["metoprolol", "ondansetron", "vancomycin"]
    assert found["models"].keys() == {"class frequency", "held"}
    assert evaluate(place, "--unseen", "--packages", str(place / "tuned")) == 2
    assert "--hold-out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--splits", "temporal"], 2, "The cohort has no temporal rows."),
        (["--packages", "raw"], 2, "has no thresholds yet: run `lamo-train calibrate`"),
        (["--packages", "absent"], 3, "manifest.json"),
        (["--packages", "tuned", "--resamples", "3"], 2, "too few for an interval"),
        (["--packages", "tuned", "--mean"], 2, "--mean is of several packages"),
        (["--packages", "tuned", "--scores", "absent"], 2, "There is no folder"),
        (["--packages", "tuned", "-o", "absent/out.md"], 2, "There is no folder"),
        ([], 2, "differ in"),
    ],
)
def test_bad_input_is_one_sentence(
    more: list[str],
    code: int,
    said: str,
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(place)
    assert evaluate(place, *more) == code
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("lamo-train: ") and said in error and "Traceback" not in error


def test_a_cohort_too_small_for_the_baselines_says_so(
    tmp_path: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = benchmark(8, 16)
    write_rows(rows, tmp_path / "cohort.jsonl.gz")
    assert evaluate(tmp_path, "--packages", str(place / "tuned"), "--scores", str(place)) == 2
    assert "4 training patients: at least 10" in capsys.readouterr().err


def test_every_part_takes_its_text_and_its_codes() -> None:
    admission = benchmark().of(["train"])[1]
    for part in PARTS:
        assert leave_out(admission, [part]) == leave_out(leave_out(admission, [part]), [part])
    bare = leave_out(admission, ["home-medications", "past-history", "present-illness", "previous-stay"])
    assert (bare.reason, bare.past_history, bare.home_medications, bare.previous) == ("", (), (), None)
    assert bare.codes == (f"age:{admission.age}",)
    assert bare.orders == admission.orders
    assert leave_out(admission, ["codes"]).codes == ()


def test_names_and_the_untuned_base(place: Path) -> None:
    tuned = load_package(place / "tuned")
    assert package_names([tuned, load_package(place / "raw")]) == ["tuned", "raw"]
    assert package_names([tuned, tuned]) == [str(place / "tuned")] * 2
    assert (untuned(tuned).adapters, untuned(tuned).terms) == ((), None)
    scorer = Scorer(benchmark(40, 16), place, EngineSettings(), lambda message: None)
    assert scorer.file(untuned(tuned)) == scorer.file(load_package(place / "raw"))  # calibration changes no score
    scores = scorer.scores(tuned, scorer.rows.of(["internal"])[:2], ["aspirin"])
    assert scores.shape == (2, 1) and np.isfinite(scores).all()


def test_what_findings_are_worth_is_judged_without_a_language_model(tmp_path: Path) -> None:
    """The finding tells what the reason does not."""
    rows = benchmark(48, 24)
    drug = max(rows.candidates, key=lambda name: rows.candidates[name])

    def of_finding(admission: Admission) -> Admission:
        level = "high" if drug in (admission.orders or ()) else "normal"
        return replace(admission, reason="", codes=(f"finding:creatinine {level}",))

    told = {split: tuple(map(of_finding, admissions)) for split, admissions in rows.splits.items()}
    write_rows(replace(rows, splits=told), tmp_path / "cohort.jsonl.gz")
    written = ["--findings", "--json", str(tmp_path / "out.json")]
    assert evaluate(tmp_path, *written) == 0
    (split,) = json.loads((tmp_path / "out.json").read_text())["splits"].values()
    loss = {model["name"]: model["log_loss"]["value"] for model in split["models"]}
    assert list(loss) == ["with findings", "without findings"]
    assert loss["with findings"] < loss["without findings"]
