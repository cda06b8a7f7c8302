"""The window as a person uses it: import, check, jobs, review, export, and its manners."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot

from lamo_desktop.admissions.cohort import Admission, Observation
from lamo_desktop.jobs import kept_jobs
from lamo_desktop.jobs.marks import read_marks
from lamo_desktop.jobs.run_arguments import RunSettings
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui.flow import State, Step
from lamo_desktop.ui.kit.admissionlist import FAILED, MORE
from lamo_desktop.ui.kit.theme import tokens
from lamo_desktop.ui.review.detail import WHAT_IF
from lamo_desktop.ui.settings import settings
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.window import MainWindow
from tests.ui.samples import HOSTILE, write_export, write_job

LONG = 240_000


def open_export(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.open_path(path)
    qtbot.waitUntil(lambda: not window.session.reader.running, timeout=LONG)


def open_job(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    window.open_path(path)
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)


def test_an_export_is_read_and_its_account_is_shown(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    assert statuses(window.session)[Step.CHECK].state == State.LOCKED
    window.open_path(write_export(tmp_path))
    assert statuses(window.session)[Step.IMPORT].state == State.RUNNING
    assert window.importing.stack.currentIndex() == 1
    qtbot.waitUntil(lambda: window.session.cohort is not None, timeout=LONG)
    found = statuses(window.session)
    assert found[Step.IMPORT].text == "3 admissions"
    assert (found[Step.CHECK].state, found[Step.RECOMMEND].state) == (State.ATTENTION, State.READY)
    assert window.stack.currentWidget() is window.checking
    cohort = window.session.cohort
    assert cohort is not None
    assert window.checking.set_aside.model.rowCount() == len(cohort.set_aside) == 1
    assert "A3" in window.checking.set_aside.model.index(0, 0).data()
    window.checking.set_aside.search.setText("no such row")
    assert window.checking.set_aside.model.rowCount() == 0


def test_a_file_that_cannot_be_read_gives_one_sentence(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"this is no workbook")
    with qtbot.waitSignal(window.session.message, timeout=LONG) as said:
        window.open_path(broken)
    assert "broken.xlsx" in said.args[0]
    assert said.args[1] == "bad"
    assert window.notice.isVisible()
    assert statuses(window.session)[Step.IMPORT].state == State.READY
    with qtbot.waitSignal(window.session.message, timeout=LONG) as said:
        window.open_path(tmp_path / "absent.csv")
    assert "absent.csv" in said.args[0]


def test_reading_can_be_cancelled(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_export(tmp_path))
    with qtbot.waitSignal(window.session.message, timeout=LONG):
        window.importing.progress.stop.click()
    assert not window.session.busy
    assert window.session.cohort is None
    assert window.importing.stack.currentIndex() == 0


def test_a_file_dropped_anywhere_is_opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_export(tmp_path)))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(10, 10), copy, data, left, none))
    qtbot.waitUntil(lambda: window.session.cohort is not None, timeout=LONG)


def test_no_field_takes_a_dropped_file_for_text(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_job(window, qtbot, write_job(tmp_path / "job.lamo"))
    window.reviewing.detail.tabs.setCurrentIndex(WHAT_IF)
    texts = window.reviewing.detail.editor.findChildren(QPlainTextEdit)
    fields = [*window.findChildren(QLineEdit), *texts, *(text.viewport() for text in texts)]
    assert len(texts) > 4 and len(fields) > 2 * len(texts)
    assert not [field.accessibleName() for field in fields if field.acceptDrops()]


def test_closing_while_reading_leaves_nothing(window: MainWindow, tmp_path: Path) -> None:
    window.open_path(write_export(tmp_path))
    window.close()
    assert not window.session.busy


def test_a_job_left_behind_is_offered_and_can_be_deleted(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_job(kept_jobs.folder() / "left.lamo", n_scored=4)
    with qtbot.waitSignal(window.session.background._ready, timeout=LONG):
        window.list_jobs()
    assert not window.importing.jobs_card.isHidden()
    kept = kept_jobs.kept_jobs()
    assert [(job.done, job.total, job.unfinished) for job in kept] == [(4, 6, True)]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Cancel)
    window.delete_job(path)
    assert path.exists()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    with qtbot.waitSignal(window.session.background._ready, timeout=LONG):
        window.delete_job(path)
    qtbot.waitUntil(window.importing.jobs_card.isHidden, timeout=LONG)
    assert list(kept_jobs.folder().iterdir()) == []


def test_a_job_is_reviewed_and_the_threshold_shift_changes_lists_without_scoring(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    open_job(window, qtbot, write_job(tmp_path / "job.lamo", failed=3))
    page, session = window.reviewing, window.session
    assert session.results is not None
    assert window.stack.currentWidget() is page
    assert page.model.rowCount() == 6
    before = session.lists.copy()
    page.policy.shift.setValue(-20)
    assert session.policy == Policy(threshold_shift=-2.0)
    assert (session.lists >= before).all()
    assert session.lists.sum() > before.sum()
    assert np.array_equal(session.lists, session.results.lists(Policy(threshold_shift=-2.0)))
    assert window.exporting.findChild(type(page.policy)).shift.value() == -20
    assert [page.model.index(row, 4).data() for row in range(6)][3] == ""
    qtbot.waitUntil(lambda: not page._settle.isActive() and not session.background.running, timeout=LONG)
    page.show_only.setCurrentIndex(FAILED)
    assert page.model.order.tolist() == [3]
    assert "twice" in page.model.index(0, 3).data()
    page.show_only.setCurrentIndex(MORE)
    assert 1 not in page.model.order
    page.show_only.setCurrentIndex(0)
    page.search.setText("HYPERTENSION")
    assert page.model.order.tolist() == [0, 2, 4]
    assert "3 of 6" in page.count.text()


def test_the_context_is_shown_as_text_with_what_was_cut(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_job(window, qtbot, write_job(tmp_path / "job.lamo"))
    text = window.reviewing.context.toPlainText()
    assert "alert(1)" in text
    assert "<b>" in HOSTILE
    assert "40-year-old man" in text
    assert "Diagnoses  ▲ shortened for length: 1 of 2 entries kept" in text
    window.reviewing.table.selectRow(2)
    assert "▲" not in window.reviewing.context.toPlainText()
    assert "Admission A2" in window.reviewing.detail.heading.text()


def test_the_findings_stand_below_the_context_and_are_no_part_of_it(window: MainWindow) -> None:
    seen = (Observation("sodium", 139, "mmol/L"), Observation("creatinine", 2.3, "mg/dL", worst=True))
    view = window.reviewing.detail.context
    view.show_admission(Admission("1", "p", 67, "male", diagnoses=("sepsis",), observations=seen), ())
    text = view.toPlainText()
    assert text.endswith(
        "Findings by the index time (no part of the prompt)\ncreatinine 2.3 mg/dL, very high; sodium 139 mmol/L. "
        "The worst values of the first 24 hours may be later than an order."
    )
    assert "creatinine" not in text.partition("Findings")[0]


def test_a_job_of_another_model_says_what_is_missing(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    stranger = tmp_path / "no-job.lamo"
    stranger.write_bytes(b"SQLite format 3\x00 but not really")
    with qtbot.waitSignal(window.session.message, timeout=LONG) as said:
        window.open_path(stranger)
    assert "no-job.lamo" in said.args[0]
    assert window.session.results is None


def test_the_layout_is_remembered_and_nothing_else(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_job(window, qtbot, write_job(tmp_path / "secret-name.lamo"))
    window.choose_scheme("dark")
    assert tokens().name == "dark"
    window.choose_scheme("light")
    window.close()
    store = settings()
    store.sync()
    assert sorted(store.allKeys()) == ["geometry", "scheme", "splitter/review-halves", "splitter/review-sides"]
    text = Path(store.fileName()).read_text(encoding="utf-8")
    assert "secret" not in text
    assert "A0" not in text


def test_help_and_about_open(window: MainWindow, qtbot: QtBot) -> None:
    window.show_about()
    window.show_help()
    dialogs = [widget for widget in QApplication.topLevelWidgets() if widget is not window and widget.isVisible()]
    assert len(dialogs) == 2
    for dialog in dialogs:
        dialog.close()
        dialog.deleteLater()


def test_closing_asks_before_marks_that_cannot_be_saved_are_lost(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_job(tmp_path / "job.lamo")
    window.open_path(path)
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
    hidden = path.rename(tmp_path / "away.lamo")
    window.reviewing.candidates.choose("aspirin")
    window.reviewing.candidates._mark("agree")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Cancel)
    assert not window.close()
    assert window.isVisible()
    hidden.rename(path)
    window.reviewing.book.save()
    qtbot.waitUntil(lambda: window.reviewing.book.saved, timeout=LONG)
    assert window.close()
    assert [mark.mark for mark in read_marks(path).values()] == ["agree"]


def test_a_message_lasts_as_long_as_it_matters(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    shown = window._notice_holder
    window.say("Saved.", "good")
    assert shown.isVisible()
    window.go(Step.CHECK)
    assert not shown.isVisible()
    window.say("The disk is full.", "bad")
    window.go(Step.IMPORT)
    assert shown.isVisible()  # a fault is not lost by looking elsewhere
    window.session.open_input(write_export(tmp_path))
    assert not shown.isVisible()  # it is over once something else was begun
    qtbot.waitUntil(lambda: not window.session.busy, timeout=LONG)


def test_the_jobs_that_are_not_listed_are_counted(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(6):
        write_job(kept_jobs.folder() / f"{number}.lamo", n=2, n_scored=1)

    def words() -> list[str]:
        return [label.text() for label in window.importing.jobs_card.findChildren(QLabel) if label.isVisible()]

    window.list_jobs()
    qtbot.waitUntil(lambda: any(text.startswith("2 more") for text in words()), timeout=LONG)
    assert sum("interrupted" in text for text in words()) == 4


def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_lost(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_path(write_export(tmp_path))
    qtbot.waitUntil(lambda: window.session.can_start, timeout=LONG)
    (tmp_path / "file").write_text("no folder")
    window.session.resume_run(tmp_path / "gone" / "job.lamo", RunSettings())
    assert "cannot be written to" in window.notice.accessibleName()
    assert not window.session.run.running and window.session.can_start
    monkeypatch.setenv("LAMO_DATA_DIR", str(tmp_path / "file" / "user"))
    window.session.start_run(RunSettings())
    assert str(tmp_path / "file") in window.notice.accessibleName()
    assert not window.session.run.running and window.session.can_start
    monkeypatch.undo()
