"""A job with what was learned of its hospital: the same probabilities and lists at every door, and said which."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from lamo_desktop.adapt import adapt
from lamo_desktop.cli import main
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs import batch
from lamo_desktop.jobs.run_arguments import resume_as_before
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.prompt import Part
from lamo_desktop.model.protocol import Scored
from lamo_desktop.recommend.explain import what_if, why
from lamo_desktop.recommend.policy import Policy, probabilities
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.report import export_tasks
from lamo_desktop.review.results import load_results
from lamo_desktop.ui.recommend.live import read_news
from lamo_desktop.validate.adaptation import rows_of
from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay, make_adaptation_overlay
from lamo_desktop.validate.outcomes import Outcomes, from_recommendations
from tests.ui.samples import write_job

PACKAGE, FORMULARY = load_package(), load_formulary()
QUIET = ["--progress", "none"]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_job(tmp_path_factory.mktemp("site") / "job.lamo", n=80, n_scored=80, failed=3)


def outcomes_of(job: Path, overlay: AdaptationOverlay | None = None) -> tuple[Recommendations, Outcomes]:
    package = overlay.apply(PACKAGE) if overlay else PACKAGE
    with JobStore.open(job, read_only=True) as store:
        found = batch.results(store, PACKAGE, FORMULARY, Policy(), package)
    return found, from_recommendations(found, package, FORMULARY, Policy())


@pytest.fixture(scope="module")
def overlay(job: Path) -> AdaptationOverlay:
    _, outcomes = outcomes_of(job)
    found = adapt(rows_of(outcomes))
    assert not isinstance(found, str), found
    return make_adaptation_overlay(found, outcomes, PACKAGE, "St Elsewhere")


class Recorded:
    """Answers with one admission's scores, as the engine gave them to the job."""

    def __init__(self, scores: dict[str, float]) -> None:
        self._scores = scores

    def score(self, parts: tuple[Part, ...], candidates: list[str], codes: tuple[str, ...] = ()) -> Scored:
        logits = np.array([self._scores.get(drug, -4.0) for drug in candidates], dtype=np.float32)
        return Scored(logits, 1, 1, 1, (), 0.0, logits, np.zeros(0, dtype=np.float32))

    def reasons(self, parts: tuple[Part, ...], drug: str) -> tuple[()]:
        return ()

    def findings(self, codes: tuple[str, ...], drug: str) -> dict[str, float]:
        return {}


def test_every_door_gives_the_same_probabilities_and_lists(job: Path, overlay: AdaptationOverlay) -> None:
    expected, outcomes = outcomes_of(job, overlay)
    shipped, _ = outcomes_of(job)
    results = load_results(job, overlay)
    scored = [item for item in expected.items if item.state == "done"]
    n_candidates = len(shipped.candidates)
    assert expected.candidates[:n_candidates] == shipped.candidates
    assert expected.candidates[n_candidates:] == tuple(drug.name for drug in overlay.adaptation.own_drugs)
    assert not np.allclose(scored[0].probabilities[:n_candidates], shipped.items[0].probabilities)
    np.testing.assert_array_equal(results.probabilities, [item.probabilities for item in expected.items])
    assert results.candidates == expected.candidates == outcomes.drugs
    np.testing.assert_array_equal(results.lists(Policy()), [item.recommended for item in expected.items])
    np.testing.assert_allclose(results.thresholds(Policy()), outcomes.thresholds)
    live = read_news(job, 0, None, replace(Policy(), show_withheld=True), overlay).rows
    listed = results.lists(replace(Policy(), show_withheld=True)).sum(1)
    assert [row.recommended for row in live] == listed.tolist()
    package = overlay.apply(PACKAGE)
    with JobStore.open(job, read_only=True) as store:
        item = next(item for item in store.items(5) if item.scores is not None)
    scorer = Recorded(dict(zip(results.job.candidates, item.scores.tolist(), strict=True)))
    answer = what_if(scorer, package, item.admission, list(results.asked), FORMULARY.drug_class)
    np.testing.assert_allclose(answer.probabilities, results.probabilities[item.ordinal], rtol=1e-9)
    for drug in (results.candidates[4], results.candidates[-1]):
        first = next(why(scorer, package, item.admission, item.cut, drug, drug_class=FORMULARY.drug_class))
        place = results.candidates.index(drug)
        assert first.probability == pytest.approx(results.probabilities[item.ordinal, place], rel=1e-9)
        assert first.learned[-1].kind == "rest"


def test_window_and_command_write_the_same_workbook_that_names_it(
    job: Path, overlay: AdaptationOverlay, tmp_path: Path
) -> None:
    overlay.save(tmp_path / "site.json")
    export_tasks.save_workbook(job, Policy(), overlay, None, tmp_path / "window.xlsx", lambda stage, share: None)
    given = ["resume", str(job), "-o", str(tmp_path / "command.xlsx"), "--overlay", str(tmp_path / "site.json")]
    assert main([*given, *QUIET]) == 0
    books = [openpyxl.load_workbook(tmp_path / name) for name in ("window.xlsx", "command.xlsx")]
    for sheet in ("Recommendations", "Admissions", "Flags"):
        cells = [list(book[sheet].iter_rows(values_only=True)) for book in books]
        assert cells[0] == cells[1]
    for book in books:
        run = {str(row[0]): row[1] for row in book["Run"].iter_rows(values_only=True) if row[0]}
        assert run["SHA-256"] == overlay.sha256
        assert "St Elsewhere" in [row[1] for row in book["Run"].iter_rows(values_only=True)]
        assert run["Admissions"] == overlay.n_admissions
        assert "adapted to St Elsewhere (" in str(run["Label"])
        assert run["Shift of all thresholds (logits)"] == pytest.approx(overlay.threshold_shift)


def test_an_adapted_package_needs_contexts_at_any_new_door(overlay: AdaptationOverlay) -> None:
    drugs = [drug.name for drug in PACKAGE.drugs]
    with pytest.raises(ValueError, match="context"):
        probabilities(overlay.apply(PACKAGE), drugs, np.zeros((1, len(drugs))))


def test_a_job_that_was_run_with_it_is_not_resumed_without_it(
    overlay: AdaptationOverlay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = write_job(tmp_path / "job.lamo", n=4, n_scored=4)
    with JobStore.open(job) as store:
        store.start("0" * 64, {"device": "cpu"})
        store.note(batch.OVERLAY, overlay.facts)
    assert main(["resume", str(job), "-o", str(tmp_path / "a.xlsx"), *QUIET]) == 2
    said = capsys.readouterr().err
    assert f"site overlay St Elsewhere ({overlay.sha256[:12]})" in said and "--overlay FILE" in said
    assert main(["resume", str(job), "-o", str(tmp_path / "a.xlsx"), "--overlay", "none", *QUIET]) == 0
    assert load_results(job).overlay_asked_for["sha256"] == overlay.sha256
    assert main(resume_as_before(job)) == 0, "as the window does, which applies an overlay itself"
    with JobStore.open(job) as store:
        store.start("0" * 64, {"device": "cpu"})
    assert load_results(job).overlay_asked_for == {}, "the last run had none"


def test_an_overlay_of_another_package_is_refused(job: Path, overlay: AdaptationOverlay) -> None:
    with pytest.raises(InputError, match="was made for the model package"):
        load_results(job, replace(overlay, package_sha256="0" * 64))
