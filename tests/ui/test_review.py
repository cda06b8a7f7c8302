"""Review with the real worker and the default model: why, what if, and marks that are saved as they are made."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lamo_desktop.errors import ModelError
from lamo_desktop.jobs.batch import create_job, results, run_job
from lamo_desktop.jobs.marks import read_marks
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.mark import AGREE, DISAGREE, Mark
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.report.workbook import write_workbook
from lamo_desktop.ui.kit.admissionlist import COMMENTED, DISAGREED, MARKED, MARKS
from lamo_desktop.ui.review.candidates import DIFFERENT, MARK
from lamo_desktop.ui.review.candidates import MARKED as MARKED_DRUGS
from lamo_desktop.ui.review.detail import WHAT_IF, WHY
from lamo_desktop.ui.review.page import ReviewPage
from lamo_desktop.ui.session import Session
from tests.ui.samples import demo_cohort, write_job

LONG = 240_000
DRUGS = ("acetaminophen", "aspirin", "furosemide", "metoprolol")
SETTINGS = EngineSettings(device="cpu", threads=1)


@pytest.fixture
def own_jobs(monkeypatch: pytest.MonkeyPatch, own_user_folder: Path) -> Path:
    """The folder shared by all tests: weights derived from the base lie there, and are made once."""
    monkeypatch.setenv("LAMO_DATA_DIR", str(own_user_folder))
    return own_user_folder


@pytest.fixture(scope="session")
def scored_job(tmp_path_factory: pytest.TempPathFactory, own_user_folder: Path) -> bytes:
    """Two demo admissions scored by the default model."""
    package = load_package()
    try:
        package.base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed")
    path = tmp_path_factory.mktemp("scored") / "job.lamo"
    with create_job(path, demo_cohort(), package, SETTINGS, DRUGS, Policy(), limit=2) as store:
        run_job(store, package, SETTINGS, lambda _: None, lambda: False)
    return path.read_bytes()


@pytest.fixture
def page(styled: QApplication, qtbot: QtBot) -> Iterator[ReviewPage]:
    session = Session()
    page = ReviewPage(session)
    page.setProperty("session", session)
    qtbot.addWidget(page)
    page.resize(1100, 800)
    page.show()
    yield page
    page.close_work()
    session.close()


def show(page: ReviewPage, qtbot: QtBot, path: Path) -> Session:
    session: Session = page.property("session")
    session.open_job(path)
    qtbot.waitUntil(lambda: session.results is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)
    return session


@pytest.fixture
def real(page: ReviewPage, qtbot: QtBot, tmp_path: Path, scored_job: bytes) -> ReviewPage:
    path = tmp_path / "job.lamo"
    path.write_bytes(scored_job)
    show(page, qtbot, path)
    return page


def answered(page: ReviewPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.detail.asking.running, timeout=LONG)


def saved(page: ReviewPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.book.saved, timeout=LONG)


def test_why_and_what_if_are_the_models_answers_and_change_nothing(real: ReviewPage, qtbot: QtBot) -> None:
    session: Session = real.property("session")
    shown, detail = session.results, real.detail
    assert shown is not None
    before = shown.path.read_bytes()
    detail.candidates.choose("aspirin")
    detail.tabs.setCurrentIndex(WHY)
    qtbot.mouseClick(detail.why.ask, Qt.MouseButton.LeftButton)
    assert not detail.why.stop.isHidden()
    answered(real, qtbot)
    effects = detail.why.effects
    assert effects[0].probability == shown.probabilities[0, shown.candidates.index("aspirin")]
    assert effects[-1].left_out == "everything"
    assert detail.why.model.rowCount() == len(effects) - 2 > 2
    assert detail.why.ask.isVisible()
    detail.tabs.setCurrentIndex(WHAT_IF)
    detail.ask_what_if()
    answered(real, qtbot)
    assert detail.what_if.answer is not None
    assert (detail.what_if.answer.probabilities == shown.probabilities[0]).all()
    assert "Hypothetical" in detail.what_if.notice.accessibleName()
    detail.editor.fields["allergies"].setPlainText("ASPIRIN")
    detail.editor.fields["diagnoses"].setPlainText("fever\nmyocardial infarction")
    assert detail.editor.differs
    expected = replace(shown.admissions[0], allergies=("ASPIRIN",), diagnoses=("fever", "myocardial infarction"))
    assert detail.editor.admission() == expected
    detail.ask_what_if()
    answered(real, qtbot)
    assert (detail.what_if.answer.probabilities != shown.probabilities[0]).any()
    assert detail.what_if.model.rowCount() == len(DRUGS)
    session.set_policy(Policy(threshold_shift=-3.0))
    assert "instead of 4" in detail.what_if.notice.accessibleName()
    flags = [detail.what_if.model.index(row, 5).data() for row in range(len(DRUGS))]
    assert any("allergy" in text and "recorded in the admission" in text for text in flags)
    detail.what_if.undo.click()
    assert not detail.editor.differs
    assert detail.what_if.answer is None
    assert shown.path.read_bytes() == before


def test_asking_can_be_cancelled_and_asked_again(real: ReviewPage, qtbot: QtBot) -> None:
    detail = real.detail
    detail.tabs.setCurrentIndex(WHY)
    detail.ask_why(True)
    qtbot.mouseClick(detail.why.stop, Qt.MouseButton.LeftButton)
    assert not detail.asking.running
    assert detail.why.ask.isVisible()
    detail.ask_why(False)
    answered(real, qtbot)
    assert detail.why.effects[-1].left_out == "everything"


def test_a_killed_model_is_a_message_and_the_next_question_works(real: ReviewPage, qtbot: QtBot) -> None:
    detail = real.detail
    with qtbot.waitSignal(detail.asking.answered, timeout=LONG):
        detail.ask_why(True)
    process = detail.asking._process
    assert process is not None
    os.kill(process.pid or 0, signal.SIGKILL)
    qtbot.waitUntil(lambda: not detail.asking.running, timeout=LONG)
    assert "Try again" in detail.why.note.text()
    detail.ask_why(False)
    answered(real, qtbot)
    assert detail.why.effects[-1].left_out == "everything"
    detail.close_model()
    left = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in left.splitlines() if line.split()[0] == str(os.getpid()) and "spawn_main" in line]


def test_marks_are_saved_shown_filtered_undone_and_exported(page: ReviewPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_job(tmp_path / "job.lamo")
    session = show(page, qtbot, path)
    table, bar, book = page.candidates.table, page.candidates.bar, page.book
    page.candidates.choose("aspirin")
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_D)
    bar.comment.setText("allergic to it")
    bar.comment.editingFinished.emit()
    page.candidates.choose("heparin")
    qtbot.mouseClick(bar.buttons[AGREE], Qt.MouseButton.LeftButton)
    saved(page, qtbot)
    marked = {(0, "aspirin"): Mark(DISAGREE, "allergic to it"), (0, "heparin"): Mark(AGREE)}
    assert read_marks(path) == marked
    assert page.model.index(0, MARKED).data() == "2"
    model = page.candidates.model
    place = model.view_row(model.drugs.index("aspirin"))
    assert model.index(place, MARK).data() == "disagree: allergic to it"
    page.candidates.only.setCurrentIndex(MARKED_DRUGS)
    assert model.rowCount() == 2
    page.candidates.only.setCurrentIndex(DIFFERENT)
    assert all(model.recommended[row] != model.ordered[row] for row in model.order)
    page.candidates.only.setCurrentIndex(0)
    for only, rows in ((MARKS, [0]), (DISAGREED, [0]), (COMMENTED, [0])):
        page.show_only.setCurrentIndex(only)
        assert page.model.order.tolist() == rows
    page.show_only.setCurrentIndex(0)
    assert session.results is not None
    with JobStore.open(path, read_only=True) as store:
        found = results(store, session.results.package, session.results.formulary, session.policy)
    write_workbook(found, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Recommendations"]
    assert [cell.value for cell in sheet[2]][-2:] == ["Mark", "Comment"]
    rows = {row[1]: row[-2:] for row in sheet.iter_rows(min_row=3, values_only=True) if row[0] == "A0"}
    assert (rows["aspirin"], rows["heparin"]) == (("disagree", "allergic to it"), ("agree", None))
    page.setFocus()
    for _ in range(3):
        qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    saved(page, qtbot)
    assert read_marks(path) == book.marks == {}
    qtbot.keyClick(page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    saved(page, qtbot)
    assert read_marks(path) == {(0, "aspirin"): Mark(DISAGREE)}
    with JobStore.open(path, read_only=True) as store:
        assert store.audit() == []


def test_marks_on_several_drugs_at_once_and_none_on_what_was_not_scored(
    page: ReviewPage, qtbot: QtBot, tmp_path: Path
) -> None:
    path = write_job(tmp_path / "job.lamo", failed=1)
    show(page, qtbot, path)
    page.candidates.table.selectAll()
    page.candidates._mark(AGREE)
    saved(page, qtbot)
    n = page.candidates.model.rowCount()
    assert len(read_marks(path)) == n > 100
    page.table.selectRow(1)
    assert not page.candidates.bar.buttons[AGREE].isEnabled()
    page.candidates._mark(DISAGREE)
    assert len(page.book.marks) == n


def test_marks_that_cannot_be_saved_are_kept_and_saved_later(page: ReviewPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_job(tmp_path / "job.lamo")
    show(page, qtbot, path)
    page.candidates.choose("aspirin")
    hidden = path.rename(tmp_path / "away.lamo")
    page.candidates._mark(DISAGREE)
    qtbot.waitUntil(page.unsaved.isVisible, timeout=LONG)
    assert "not saved" in page.unsaved.accessibleName()
    assert page.book.marks == {(0, "aspirin"): Mark(DISAGREE)}
    hidden.rename(path)
    page.unsaved.button.click()
    saved(page, qtbot)
    assert not page.unsaved.isVisible()
    assert read_marks(path) == page.book.marks


def test_marks_that_cannot_be_saved_outlive_another_job(page: ReviewPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_job(tmp_path / "job.lamo")
    show(page, qtbot, path)
    page.candidates.choose("aspirin")
    hidden = path.rename(tmp_path / "away.lamo")
    page.candidates._mark(DISAGREE)
    qtbot.waitUntil(page.unsaved.isVisible, timeout=LONG)
    show(page, qtbot, write_job(tmp_path / "other.lamo"))
    assert page.book.marks == {}
    assert not page.book.saved
    hidden.rename(path)
    show(page, qtbot, path)
    qtbot.waitUntil(lambda: page.book.saved, timeout=LONG)
    assert read_marks(path) == page.book.marks == {(0, "aspirin"): Mark(DISAGREE)}


def test_a_locked_database_waits_and_closing_the_page_saves(page: ReviewPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_job(tmp_path / "job.lamo")
    show(page, qtbot, path)
    page.candidates.choose("aspirin")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    page.candidates._mark(DISAGREE)
    page.candidates._mark(AGREE)
    assert not page.book.saved
    other.execute("ROLLBACK")
    other.close()
    page.close_work()
    assert read_marks(path) == {(0, "aspirin"): Mark(AGREE)}


def test_what_was_cut_is_struck_through(page: ReviewPage, qtbot: QtBot, tmp_path: Path) -> None:
    show(page, qtbot, write_job(tmp_path / "job.lamo"))
    struck, document = [], page.context.document()
    block = document.begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            if pieces.fragment().charFormat().fontStrikeOut():
                struck.append(pieces.fragment().text())
            pieces += 1
        block = block.next()
    assert struck == ["; hypertension."]


def test_flag_counts_are_those_of_the_flags(page: ReviewPage, qtbot: QtBot, tmp_path: Path) -> None:
    session = show(page, qtbot, write_job(tmp_path / "job.lamo", failed=3))
    shown, lists = session.results, session.lists
    assert shown is not None
    thresholds = shown.thresholds(session.policy)
    expected = [sum(f.severity is not None for f in shown.flags(row, lists, thresholds)) for row in range(shown.n_done)]
    assert shown.flag_counts(lists, thresholds).tolist() == expected
    assert np.sum(expected) > 0


def test_a_search_without_hits_opens_no_admission_and_nothing_can_be_marked(
    page: ReviewPage, qtbot: QtBot, tmp_path: Path
) -> None:
    show(page, qtbot, write_job(tmp_path / "job.lamo"))
    assert "A0" in page.detail.heading.text()
    page.search.setText("no such admission")
    assert page.model.rowCount() == 0
    assert not page.detail.isVisibleTo(page) and page.detail.heading.text() == ""
    assert page.candidates.lines() == [] and page.candidates.drug() == ""
    page.candidates.table.selectAll()
    page.candidates._mark(DISAGREE)
    page.candidates.only.setCurrentIndex(1)
    page.candidates._mark(DISAGREE)
    page.detail.ask_why(False)
    assert page.book.marks == {} and not page.detail.asking.running
    page.refresh()
    assert page.detail.heading.text() == ""
    page.search.setText("reason 3")
    assert page.detail.isVisibleTo(page) and "A3" in page.detail.heading.text()
    page.candidates._mark(DISAGREE)
    assert {ordinal for ordinal, _ in page.book.marks} == {3}
    saved(page, qtbot)


def test_a_comment_under_way_stays_with_its_admission_when_a_search_finds_none(
    page: ReviewPage, qtbot: QtBot, tmp_path: Path
) -> None:
    show(page, qtbot, write_job(tmp_path / "job.lamo"))
    page.activateWindow()
    page.candidates.bar.comment.setFocus()
    qtbot.waitUntil(page.candidates.bar.comment.hasFocus, timeout=LONG)
    page.candidates.bar.comment.setText("why not?")
    page.search.setText("no such admission")
    assert [(ordinal, mark.comment) for (ordinal, _), mark in page.book.marks.items()] == [(0, "why not?")]
    saved(page, qtbot)
