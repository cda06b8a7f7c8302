"""The Validate page: what it shows, the slider in the curve, the site overlay, other models beside this one."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from lamo_desktop.errors import ModelError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs import batch
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.report.validation_group_tables import most_often, threshold_shifts
from lamo_desktop.review import comparing
from lamo_desktop.ui.flow import State, Step
from lamo_desktop.ui.kit.estimates import with_interval
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.validate.page import EMPTY, READY, RUNNING, SHOWN
from lamo_desktop.ui.window import MainWindow
from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay
from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.compare import AS_SHIPPED
from lamo_desktop.validate.overlay import load_overlay
from lamo_desktop.validate.readapt import Readaptation
from tests.ui.samples import write_job

LONG = 120_000


@pytest.fixture
def compared(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window with a job of 96 admissions of 48 patients, compared with its orders."""
    window.open_path(write_job(tmp_path / "job.lamo", n=96, n_scored=96))
    settle(window, qtbot)
    compare(window, qtbot)
    window.go(Step.VALIDATE)
    return window


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)


def compare(window: MainWindow, qtbot: QtBot) -> None:
    window.session.start_validation()
    qtbot.waitUntil(lambda: not window.session.evaluation.running, timeout=LONG)
    assert window.session.validation_is_current


def open_tab(window: MainWindow, tab: object) -> None:
    window.validating.tabs.setCurrentWidget(tab)


def cells(table: object, column: int) -> list[str]:
    model = table.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_page_says_what_is_missing_then_shows_every_tab(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page, stack = window.validating, window.validating._stack
    assert stack.currentIndex() == EMPTY
    window.open_path(write_job(tmp_path / "job.lamo", n=96, n_scored=96))
    settle(window, qtbot)
    assert stack.currentIndex() == READY
    window.session.start_validation()
    assert stack.currentIndex() == RUNNING
    qtbot.waitUntil(lambda: stack.currentIndex() == SHOWN, timeout=LONG)
    validation = window.session.evaluation.validation
    assert validation is not None
    tile = page.summary.tiles["visit_mean.jaccard"].accessibleName()
    assert with_interval(validation.estimates["visit_mean.jaccard"]) in tile
    assert page.summary._findings.count() == len(validation.findings)
    for index in range(page.tabs.count()):
        page.tabs.setCurrentIndex(index)
        assert page._shown[page.tabs.widget(index)] is validation
    assert [cells(page.prescribing.over, 0), cells(page.prescribing.under, 0)] == [
        [row[0] for row in table.rows] for table in most_often(validation)
    ]
    assert cells(page.drugs.table, 0)[0] == validation.drugs[0].name
    assert [d.name for d in validation.classes] == _of(page.drugs, "classes")
    assert page.tables.choice.box.count() > 5


def _of(tab: object, kind: str) -> list[str]:
    tab.by.box.setCurrentIndex(tab.by.box.findData(kind))
    return cells(tab.table, 0)


def test_groups_are_chosen_by_column_and_figure(compared: MainWindow) -> None:
    tab = compared.validating.groups
    open_tab(compared, tab)
    tab.column.box.setCurrentIndex(tab.column.box.findData("hospital"))
    assert cells(tab.table, 0) == ["0", "1"]
    tab.figure.box.setCurrentIndex(tab.figure.box.findData("visit_mean.recall"))
    validation = compared.session.evaluation.validation
    assert validation is not None
    hospital = next(g for g in validation.groups if g.column == "hospital" and g.value == "0")
    assert f"0: {with_interval(hospital.figures['visit_mean.recall'])}" in tab.forest.accessibleName()


def test_the_curve_and_the_threshold_shift_move_each_other(compared: MainWindow, qtbot: QtBot) -> None:
    page, session = compared.validating, compared.session
    tab = page.threshold
    open_tab(compared, tab)
    assert tab.ratio._marker == 0
    compared.reviewing.policy.shift.setValue(10)
    assert tab.share._marker == pytest.approx(1.0)
    assert session.policy.threshold_shift == pytest.approx(1.0)
    assert compared.reviewing.policy.shift_value.text() == "+1.0"
    place = round(tab.share._across().at(2.0))
    qtbot.mouseClick(tab.share, Qt.MouseButton.LeftButton, pos=QPoint(place, tab.share.height() // 2))
    assert session.policy.threshold_shift == pytest.approx(2.0, abs=0.06)
    assert compared.reviewing.policy.shift.value() == round(10 * session.policy.threshold_shift)
    before = session.policy.threshold_shift
    tab.ratio.setFocus()
    qtbot.keyClick(tab.ratio, Qt.Key.Key_Right)
    assert session.policy.threshold_shift == pytest.approx(before + 0.1)
    assert not page.stale.isHidden()
    session.set_policy(Policy("balanced"))
    assert tab.ratio._marker is None  # another policy's lists are not on this curve
    session.set_policy(Policy(threshold_shift=0.5))
    compare(compared, qtbot)
    validation = session.evaluation.validation
    assert validation is not None
    drawn = tab.ratio._series[0]
    assert drawn.y[list(drawn.x).index(0.5)] == pytest.approx(validation.estimates["overprescribing_ratio"].value)
    assert drawn.y[0] > drawn.y[-1] and drawn.x[0] == -2.5  # a lower threshold, longer lists, at the left
    in_report = [row[0] for row in threshold_shifts(validation).rows]
    assert in_report == pytest.approx(drawn.x)
    assert [p["threshold_shift"] for p in validation.to_json()["threshold_curve"]] == pytest.approx(drawn.x)


def test_a_comparison_can_be_cancelled(compared: MainWindow, qtbot: QtBot) -> None:
    session = compared.session
    session.set_policy(Policy(threshold_shift=1.0))
    compared.validating.compare.click()
    assert statuses(session)[Step.VALIDATE].state == State.RUNNING
    compared.validating.progress.stop.click()
    qtbot.waitUntil(lambda: not session.evaluation.running, timeout=LONG)
    assert compared.validating._stack.currentIndex() == SHOWN  # what was compared before is kept, and said to be old
    assert statuses(session)[Step.VALIDATE].state == State.ATTENTION


def test_the_hospital_is_learned_previewed_used_saved_and_left(
    compared: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    session, tab = compared.session, compared.validating.site
    open_tab(compared, tab)
    assert session.results is not None
    before = session.results.probabilities.copy()
    assert tab.adapt.isVisible() and not tab.use.isVisible() and not tab.table.isVisible()
    tab.adapt.click()
    assert tab.progress.isVisible() and not tab.adapt.isEnabled()
    qtbot.waitUntil(lambda: session.evaluation.learned is not None, timeout=LONG)
    learned = session.evaluation.learned
    assert learned is not None and learned.held_out is not None
    assert session.results.overlay is None, "it is shown before it is used"
    assert cells(tab.table, 0)[:2] == ["as shipped", "adapted"]
    figure = with_interval(learned.held_out.jaccard["adapted"])
    assert f"adapted: {figure}" in tab.picture.accessibleName()
    tab.show_what.box.setCurrentIndex(1)
    told = (*learned.learned.more, *learned.learned.less)
    assert cells(tab.table, 1) == [drug.name for drug in told]
    assert f"rho {learned.adaptation.rho:g}" in tab.state._text.text()
    tab.name.setText("Ward 7")
    tab.use.click()
    qtbot.waitUntil(lambda: session.results is not None and session.results.overlay is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)
    assert not np.allclose(session.results.probabilities[:, : before.shape[1]], before)
    assert session.results.candidates[before.shape[1] :] == tuple(drug.name for drug in learned.adaptation.own_drugs)
    assert "adapted to Ward 7" in compared.footer.model.text()
    assert session.evaluation.validation is None  # the lists are others now
    pages = (compared.running, compared.reviewing, compared.validating)
    words = f"Ward 7, learned from {learned.n_admissions} admissions on {learned.created}"
    assert all(words in page.overlay.accessibleName() and not page.overlay.isHidden() for page in pages)
    with qtbot.waitSignal(session.message, timeout=LONG) as said:
        tab.save_to(tmp_path / "site.json")
    assert said.args[1] == "good"
    overlay = load_overlay(tmp_path / "site.json")
    package = load_package()
    with JobStore.open(session.results.path, read_only=True) as store:
        expected = batch.results(store, package, load_formulary(), session.policy, overlay.apply(package))
    np.testing.assert_array_equal(session.results.probabilities, [item.probabilities for item in expected.items])
    assert np.array_equal(session.lists, [item.recommended for item in expected.items])
    compare(compared, qtbot)
    shown = session.evaluation.validation
    assert shown is not None and any(c.name == AS_SHIPPED for c in shown.comparisons)
    assert shown.outcomes.n_learned_from == len(shown.outcomes.admission_ids)
    assert not compared.validating.own_rows.isHidden()
    open_tab(compared, tab)
    again_is_shown_beside_the_earlier_one(compared, learned, tmp_path / "site.json", qtbot)
    compared.reviewing.overlay.button.click()
    qtbot.waitUntil(lambda: session.results is not None and session.results.overlay is None, timeout=LONG)
    assert all(page.overlay.isHidden() for page in pages)
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)
    assert np.allclose(session.results.probabilities, before)
    assert not tab.use.isHidden(), "what was learned can be used again"
    tab.load(tmp_path / "site.json")
    qtbot.waitUntil(lambda: session.results is not None and session.results.overlay is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)
    told_now: list[str] = []
    session.message.connect(lambda text, tone: told_now.append(text))
    another = write_job(tmp_path / "another.lamo", n=3, n_scored=3)
    compared.open_path(another)
    qtbot.waitUntil(lambda: session.results is not None and session.results.path == another, timeout=LONG)
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)
    assert any("was not used when this job was run" in text for text in told_now)


def again_is_shown_beside_the_earlier_one(
    compared: MainWindow, learned: AdaptationOverlay, saved: Path, qtbot: QtBot
) -> None:
    evaluation, tab = compared.session.evaluation, compared.validating.site
    earlier = evaluation.overlay
    assert earlier is not None
    open_tab(compared, tab)
    assert tab.adapt.isVisible() and tab.adapt.text() == "&Adapt again" and not tab.keep.isVisible()
    newer = replace(learned, created="2027-03-01")
    shipped, before, now = Estimate(0.2, 0.1, 0.3), Estimate(0.3, 0.2, 0.4), Estimate(0.32, 0.2, 0.4)
    change = Estimate(0.02, -0.01, 0.05)
    losses = {"shipped": 0.3, "earlier": 0.26, "new": 0.25}
    figures = Readaptation(41, 12, shipped, before, now, change, losses)
    for decide in (tab.keep, tab.use):
        evaluation._learned_of = compared.session.results.path if compared.session.results else None
        evaluation.fitter.finished.emit(comparing.Relearned(newer, figures))
        assert "the earlier overlay still is" in tab.state._text.text() and not tab.leave.isVisible()
        assert cells(tab.table, 0) == ["as shipped", "earlier overlay", "new overlay", "new minus earlier"]
        assert with_interval(now) in tab.picture.accessibleName() and "41 admissions" in tab.table._note.text()
        assert evaluation.overlay is earlier, "both are shown before one is chosen"
        decide.click()
        assert not tab.keep.isVisible() and (evaluation.overlay is earlier) == (decide is tab.keep)
    used = evaluation.overlay
    assert isinstance(used, AdaptationOverlay) and (used.name, used.created) == ("Ward 7", "2027-03-01")
    for _ in range(2):
        with qtbot.waitSignal(compared.session.message, timeout=LONG):
            tab.save_to(saved)
    kept = saved.with_name("site (earlier 1).json")
    assert load_overlay(kept).sha256 == earlier.sha256
    assert load_overlay(saved).sha256 == used.sha256
    assert not saved.with_name("site (earlier 2).json").exists(), "the same one is no earlier one"
    qtbot.waitUntil(lambda: not compared.session.background.running, timeout=LONG)
    kept.replace(saved)


def test_learning_can_be_cancelled(compared: MainWindow, qtbot: QtBot) -> None:
    tab, evaluation = compared.validating.site, compared.session.evaluation
    open_tab(compared, tab)
    tab.adapt.click()
    tab.progress.stop.click()
    assert not evaluation.fitter.running and evaluation.learned is None
    assert tab.adapt.isEnabled() and not tab.progress.isVisible()


def test_a_calibration_of_another_model_is_refused(compared: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.json"
    content = {
        "format": "lamo-site-overlay",
        "version": 1,
        "package_sha256": "0" * 64,
        "package": "another 2.0",
        "n_admissions": 100,
        "prior_sd": 0.3,
        "drugs": {},
    }
    stranger.write_text(json.dumps(content), encoding="utf-8")
    for path, expected in ((stranger, "another 2.0"), (tmp_path / "absent.json", "absent.json")):
        with qtbot.waitSignal(compared.session.message, timeout=LONG) as said:
            compared.validating.site.load(path)
        assert expected in said.args[0]
        assert said.args[1] == "bad"
        assert compared.session.evaluation.overlay is None


def test_a_saved_overlay_stands_beside_the_model(compared: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    session, models = compared.session, compared.validating.models
    assert session.results is not None
    overlay = comparing.adapt_site(session.results.path, None, lambda stage, share: None).overlay
    overlay.save(tmp_path / "ours.json")
    models.add(tmp_path / "ours.json")
    qtbot.waitUntil(lambda: not session.evaluation.running, timeout=LONG)
    open_tab(compared, models)
    assert "site overlay ours" in cells(models.models, 0)
    assert "site overlay ours: " in models.forest.accessibleName()
    session.evaluation.remove_rival(tmp_path / "ours.json")
    assert not session.validation_is_current


def test_another_model_scores_the_same_admissions(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    package = load_package()
    try:
        package.base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed")
    other = tmp_path / "other"
    shutil.copytree(package.path, other)
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    manifest["name"], manifest["drugs"] = "other-model", manifest["drugs"][:4]
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    window.open_path(write_job(tmp_path / "job.lamo", n=5, n_scored=5))
    settle(window, qtbot)
    stages: list[str] = []
    window.session.evaluation.validator.progress.connect(lambda stage, share: stages.append(stage))
    window.validating.models.add(other)
    qtbot.waitUntil(lambda: not window.session.evaluation.running, timeout=LONG)
    validation = window.session.evaluation.validation
    assert validation is not None
    assert [c.name for c in validation.comparisons][-1].startswith("other-model")
    assert any(stage.startswith("scoring: other-model") for stage in stages)
    kept = list(comparing.folder().glob("*.lamo"))
    assert len(kept) == 1
    window.session.set_policy(Policy(threshold_shift=-1.0))
    compare(window, qtbot)
    assert list(comparing.folder().glob("*.lamo")) == kept  # nothing was scored again
    window.close()
    assert list(comparing.folder().iterdir()) == []


def test_a_model_that_is_none_is_a_sentence(compared: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with qtbot.waitSignal(compared.session.message, timeout=LONG) as said:
        compared.validating.models.add(tmp_path / "empty")
    assert "manifest.json" in said.args[0]
    assert compared.validating._stack.currentIndex() == SHOWN


def test_too_few_admissions_are_said_instead_of_empty_tables(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_job(tmp_path / "job.lamo", n=12, n_scored=12))
    settle(window, qtbot)
    compare(window, qtbot)
    window.go(Step.VALIDATE)
    page = window.validating
    open_tab(window, page.prescribing)
    assert page.prescribing.over.table.isHidden()
    assert page.prescribing.over._nothing.isVisible()
    open_tab(window, page.site)
    assert not page.site.adapt.isEnabled()
    assert "here are 11 of 6" in page.site.state._text.text()
