"""`lamo adapt` as a user meets it: from a scored job to one file, in words, again next quarter, or why not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lamo_desktop.cli import main
from lamo_desktop.cli.adapt import held_out_lines
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.validate.adaptation import SiteAdaptation, evaluate_adaptation
from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay
from lamo_desktop.validate.overlay import load_overlay
from tests.ui.samples import write_job
from tests.validate.synthetic import hospital

QUIET = ["--progress", "none"]


def adapt(job: Path, output: Path, *more: str) -> int:
    return main(["adapt", str(job), "-o", str(output), *more, *QUIET])


def read(path: Path) -> AdaptationOverlay:
    found = load_overlay(path)
    assert isinstance(found, AdaptationOverlay)
    return found


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_job(tmp_path_factory.mktemp("site") / "job.lamo", n=36, n_scored=36, failed=3)


def test_it_learns_from_a_scored_job_tells_it_in_words_and_is_used(
    job: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.json"
    assert adapt(job, site, "--name", "St Elsewhere") == 0
    said = capsys.readouterr().out
    overlay = read(site)
    assert overlay.held_out is not None
    for name in ("shipped", "adapted", "site_only", "adapted_minus_shipped"):
        figure = overlay.held_out.jaccard[name]
        assert f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})" in said.replace("+", "")
    assert f"rho {overlay.adaptation.rho:g}" in said and "held out" in said
    first = overlay.learned.more[0]
    assert f"Ordered more here than the model expects: {first.name} ({first.n_ordered} ordered" in said
    assert "keep this file as you keep patient data" in said and overlay.sha256 in said
    assert main(["resume", str(job), "-o", str(tmp_path / "out.xlsx"), "--overlay", str(site), *QUIET]) == 0
    said = capsys.readouterr().out
    assert "adapted to St Elsewhere (" in said and "too favourable" in said


@pytest.mark.parametrize(("n", "said"), [(0, "log-loss"), (1, "1 is predicted"), (3, "3 are predicted")])
def test_parts_of_the_patients_for_which_nothing_was_learned_are_said(n: int, said: str) -> None:
    found = evaluate_adaptation(hospital(40, 8, seed=2), n_resamples=10)
    assert isinstance(found, SiteAdaptation) and found.folds_as_shipped == 3
    last = list(held_out_lines(replace(found, folds_as_shipped=n)))[-1]
    assert said in last and ("as shipped, because" in last) == (n > 0)


def test_a_job_is_taken_whole(job: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert adapt(job, tmp_path / "site.json", "--limit", "30") == 2
    assert "--limit is for an export" in capsys.readouterr().err and not (tmp_path / "site.json").exists()


def test_again_next_quarter_the_earlier_file_stays_and_both_are_compared_on_new_patients(
    job: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.json"
    assert adapt(job, site) == 0
    first, before = site.read_bytes(), read(site)
    capsys.readouterr()
    grown = write_job(tmp_path / "grown.lamo", n=70, n_scored=70)
    assert adapt(grown, site) == 0
    said = capsys.readouterr().out
    kept = tmp_path / "site (earlier 1).json"
    assert kept.read_bytes() == first and f"Earlier: {kept}" in said
    n_known = sum(int(row) // 2 in range(18) for row in range(70) if row != 1)
    assert read(site).n_admissions == 69
    assert f"On the {69 - n_known} admissions of patients that are new since the earlier overlay" in said
    assert "new minus earlier" in said
    assert before.tags < read(site).tags
    assert adapt(job, site) == 0
    assert "0 admissions of 0 patients are new to the earlier overlay" in capsys.readouterr().out
    assert (tmp_path / "site (earlier 2).json").exists()


def test_too_few_admissions_are_said_before_anything_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_job(tmp_path / "few.lamo", n=20, n_scored=0)
    assert adapt(few, tmp_path / "site.json") == 2
    said = capsys.readouterr().err
    assert "here are 19 of 10: add 11 more admissions with orders and 5 more patients." in said
    with JobStore.open(few, read_only=True) as store:
        assert store.counts().open == 20
    assert not (tmp_path / "site.json").exists()


def test_a_file_of_another_kind_is_not_replaced(job: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"mine": 1}), encoding="utf-8")
    assert adapt(job, other) == 2
    assert "is not a site overlay" in capsys.readouterr().err
    assert json.loads(other.read_text(encoding="utf-8")) == {"mine": 1}
    assert adapt(job, tmp_path / "site.xlsx") == 2
    assert "must end in .json" in capsys.readouterr().err
