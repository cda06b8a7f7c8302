"""The real flow with the real worker and the embedded model: start, pause, resume, a killed worker, a missing model."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.jobs import kept_jobs
from lamo_desktop.jobs.batch import create_job
from lamo_desktop.jobs.job import Outcome
from lamo_desktop.jobs.run_arguments import RunSettings
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.protocol import EngineSettings
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui.app import open_window
from lamo_desktop.ui.flow import State, Step
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.window import MainWindow
from tests.ui.samples import write_export, write_job

LONG = 240_000
TWO = ("aspirin", "heparin")  # candidates, where it does not matter which


@pytest.fixture
def own_jobs(monkeypatch: pytest.MonkeyPatch, own_user_folder: Path) -> Path:
    """The folder shared by all tests: weights derived from the base lie there, and are made once."""
    monkeypatch.setenv("LAMO_DATA_DIR", str(own_user_folder))
    shutil.rmtree(kept_jobs.folder())
    return own_user_folder


@pytest.fixture
def ready(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    try:
        load_package().base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed")
    window.open_path(write_export(tmp_path))
    qtbot.waitUntil(lambda: window.session.cohort is not None, timeout=LONG)
    return window


def test_a_run_ends_with_results_and_no_second_copy(ready: MainWindow, qtbot: QtBot) -> None:
    ready.running.device.setCurrentIndex(ready.running.device.findData("cpu"))
    ready.running.limit.setValue(2)
    ready.running.use_candidates(("aspirin", "heparin", "metoprolol"))
    assert "3 of" in ready.running.candidates.text()
    said: list[dict[str, object]] = []
    ready.session.scoring.connect(said.append)
    ready.running.start.click()
    assert statuses(ready.session)[Step.RECOMMEND].state == State.RUNNING
    assert not ready.running.progress.isHidden()
    qtbot.waitUntil(lambda: ready.session.results is not None, timeout=LONG)
    results = ready.session.results
    assert results is not None
    assert (results.n_done, results.complete, results.scored.all()) == (2, True, True)
    assert results.candidates == ("aspirin", "heparin", "metoprolol")
    assert results.ran_on.startswith("CPU")
    assert {"scoring"} <= {str(line["stage"]) for line in said}
    assert ready.stack.currentWidget() is ready.reviewing
    assert [path.suffix for path in kept_jobs.folder().iterdir() if path.is_file()] == [".lamo"]
    assert statuses(ready.session)[Step.RECOMMEND].text == "2 scored"


def test_a_paused_run_keeps_what_it_scored_and_resumes(ready: MainWindow, qtbot: QtBot) -> None:
    session = ready.session
    session.start_run(RunSettings(device="cpu", candidates=TWO))
    qtbot.waitUntil(lambda: session.last_progress.get("stage") == "scoring", timeout=LONG)
    session.pause_run()
    qtbot.waitUntil(lambda: not session.run.running, timeout=LONG)
    qtbot.waitUntil(lambda: session.results is not None, timeout=LONG)
    assert session.results is not None and session.job is not None
    before = session.results.n_done
    if not session.results.complete:  # it may have been on its last admission
        assert statuses(session)[Step.RECOMMEND].state == State.ATTENTION
        session.resume_run(session.job, RunSettings(device="cpu", candidates=TWO))
        qtbot.waitUntil(lambda: session.results is not None and session.results.complete, timeout=LONG)
    assert session.results is not None
    assert session.results.n_done == 3 >= before
    with JobStore.open(session.job, read_only=True) as store:
        assert store.audit() == []


@pytest.mark.skipif(sys.platform == "win32", reason="finds the child with ps")
def test_a_killed_command_is_a_message_and_loses_nothing(ready: MainWindow, qtbot: QtBot) -> None:
    session = ready.session
    session.start_run(RunSettings(device="cpu", candidates=TWO))
    qtbot.waitUntil(lambda: session.last_progress.get("stage") in ("loading model", "scoring"), timeout=LONG)
    with qtbot.waitSignal(session.message, timeout=LONG) as said:
        os.kill(session.run._process.processId(), signal.SIGKILL)
    assert "kept" in said.args[0]
    assert said.args[1] == "bad"
    assert session.job is not None
    assert session.job.exists()
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)
    workers = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    assert not [
        line for line in workers.splitlines() if line.split()[0] == str(os.getpid()) and "lamo_desktop.cli" in line
    ]


def test_a_missing_model_says_what_to_do(ready: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    empty = tmp_path / "package"
    empty.mkdir()
    with qtbot.waitSignal(ready.session.message, timeout=LONG) as said:
        ready.session.start_run(RunSettings(package=empty))
    assert "manifest.json" in said.args[0]
    assert statuses(ready.session)[Step.RECOMMEND].state == State.READY
    ready.running.model.load(empty)
    qtbot.waitUntil(lambda: ready.running.model.package is None, timeout=LONG)
    assert not ready.running.model.verify.isEnabled()
    assert "manifest.json" in ready.running.model.facts.text()


def test_why_no_graphics_card_can_be_used_is_said_before_the_run(ready: MainWindow, qtbot: QtBot) -> None:
    page = ready.running
    ready.go(Step.RECOMMEND)
    before = page.hint.text()
    page.device.setCurrentIndex(page.device.findData("gpu"))
    qtbot.waitUntil(lambda: page._has_gpu is not None, timeout=LONG)
    assert ("No graphics card" in page.hint.text()) is not page._has_gpu
    page.device.setCurrentIndex(page.device.findData("cpu"))
    assert page.hint.text() == before


def test_a_run_that_is_discarded_while_its_results_load_is_gone_without_a_message(
    ready: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    session = ready.session
    job = write_job(kept_jobs.folder() / "job.lamo")
    said: list[str] = []
    session.message.connect(lambda sentence, _: said.append(sentence))
    session.open_job(job)
    session.forget_results()
    kept_jobs.delete(job)
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)
    qtbot.wait(50)
    assert (session.results, session.job, said) == (None, None, [])


def test_closing_during_a_run_asks_and_keeps_the_job_for_the_next_start(
    ready: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, asked = ready.session, []
    answer = QMessageBox.StandardButton.Cancel

    def question(*arguments: object) -> QMessageBox.StandardButton:
        asked.append(arguments)
        return answer

    monkeypatch.setattr(QMessageBox, "question", question)
    session.start_run(RunSettings(device="cpu", candidates=TWO))
    qtbot.waitUntil(lambda: session.last_progress.get("stage") == "scoring", timeout=LONG)
    assert not ready.close()
    assert ready.isVisible() and session.run.running
    assert "resume" in str(asked[0][2]) and asked[0][-1] == QMessageBox.StandardButton.Cancel  # what Enter does
    answer = QMessageBox.StandardButton.Yes
    assert ready.close()
    assert not session.run.running
    assert [job.total for job in kept_jobs.kept_jobs()] == [3]


def test_the_first_results_are_shown_while_the_run_goes_on(ready: MainWindow, qtbot: QtBot) -> None:
    page, session = ready.running, ready.session
    page.use_candidates(("aspirin", "metoprolol"))
    page.device.setCurrentIndex(page.device.findData("cpu"))
    page.start.click()
    assert page.live.isVisibleTo(page)
    assert not page.live.table.isVisibleTo(page)  # a sentence, as long as there is nothing in it
    session.scoring.connect(lambda _: page.live._look())
    qtbot.waitUntil(lambda: bool(page.live.rows) or not session.run.running, timeout=LONG)
    seen = [row.admission_id for row in page.live.rows]
    assert seen and set(seen) <= {"A1", "A2", "A4"}
    assert all(row.recommended <= 2 and not row.failed for row in page.live.rows)
    assert page.live.table.isVisibleTo(page.live)
    qtbot.waitUntil(lambda: session.results is not None and session.results.complete, timeout=LONG)
    assert not page.live.isVisibleTo(page)


def test_a_cancelled_run_asks_and_is_deleted(ready: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    ready.session.start_run(RunSettings(device="cpu", candidates=TWO))
    qtbot.waitUntil(lambda: ready.session.last_progress.get("stage") == "scoring", timeout=LONG)
    ready.running.cancel.click()
    qtbot.waitUntil(lambda: not ready.session.run.running, timeout=LONG)
    qtbot.waitUntil(lambda: not ready.session.background.running, timeout=LONG)
    assert not [path for path in kept_jobs.folder().iterdir() if path.is_file()]
    assert ready.session.results is None
    assert statuses(ready.session)[Step.RECOMMEND].state == State.READY


KILLED = """
import os, signal, sys
from pathlib import Path
from lamo_desktop.ui.app import make_application
from lamo_desktop.jobs.run_arguments import RunSettings
from lamo_desktop.ui.window import MainWindow

def die(progress):
    if progress.get("stage") == "scoring" and progress.get("done"):
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    app = make_application(["lamo-desktop"])
    window = MainWindow()
    window.session.scoring.connect(die)
    window.session.cohort_changed.connect(
        lambda: window.session.cohort and window.session.start_run(RunSettings(device="cpu", threads=1))
    )
    window.open_path(Path(sys.argv[1]))
    app.exec()
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="kills as a power cut would")
def test_a_window_killed_during_a_run_offers_its_job_at_the_next_start(
    own_jobs: Path, tmp_path: Path, styled: QApplication, qtbot: QtBot
) -> None:
    try:
        load_package().base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed")
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(script), str(write_export(tmp_path))],
        env={**os.environ, "PYTHONPATH": root},
        timeout=400,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL
    window = open_window(styled)
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: not window.importing.jobs_card.isHidden(), timeout=LONG)
    (job,) = kept_jobs.kept_jobs()
    assert 0 < job.done + job.failed <= job.total == 3
    qtbot.waitUntil(lambda: not job.path.with_name(job.path.name + ".lock").exists() or _free(job.path), timeout=LONG)
    if job.unfinished:
        window.session.resume_run(job.path, RunSettings(device="cpu", threads=1))
        qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
        assert window.session.results is not None
        assert window.session.results.complete
    with JobStore.open(job.path, read_only=True) as store:
        assert store.audit() == []
    window.session.forget_results()
    kept_jobs.delete(job.path)
    assert not job.path.exists()


def _free(path: Path) -> bool:
    """Whether the command that the killed window left has ended, too."""
    try:
        JobStore.open(path).close()
    except InputError:
        return False
    return True


def test_how_many_will_be_scored_follows_the_limit(ready: MainWindow) -> None:
    page = ready.running
    assert page._text.text() == "3 admissions will be scored."
    page.limit.setValue(2)
    assert page._text.text() == "The first 2 of 3 admissions will be scored."
    page.limit.setValue(10)
    assert page._text.text() == "3 admissions will be scored."
    page.limit.setValue(0)
    assert page._text.text() == "3 admissions will be scored."


def test_resuming_goes_on_with_the_threads_and_the_device_of_the_last_run(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = write_job(kept_jobs.folder() / "job.lamo", n=6, n_scored=3)
    with JobStore.open(job) as store:
        store.start("ab" * 32, {"device": "cpu", "threads": 1}, EngineSettings("cpu", 1))
    told: list[list[str]] = []
    monkeypatch.setattr(window.session.run, "start", told.append)
    window.importing.resume_wanted.emit(job)
    assert told[0][:2] == ["resume", str(job)] and not {"--threads", "--device"} & set(told[0])  # the job knows
    window.session.open_job(job)
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    assert (window.running.threads.value(), window.running.device.currentData()) == (1, "cpu")
    window.running.threads.setValue(0)
    window.running.start.click()
    assert told[1][told[1].index("--threads") + 1] == "all"


def test_the_length_of_lists_is_foretold_from_what_is_ordered_here(ready: MainWindow, qtbot: QtBot) -> None:
    session, bar = ready.session, ready.running.policy
    qtbot.waitUntil(lambda: ready.running.model.package is not None, timeout=LONG)
    package = ready.running.model.package
    assert package is not None and session.cohort is not None
    known = [len(set(a.orders or ()) & package.by_name.keys()) for a in session.cohort.admissions]
    ordered = sum(known) / len(known)
    ratio = package.metrics["external"]["model"]["no-more-than-ordered"]["ratio"]
    assert f"about {ratio * ordered:.1f} drugs" in bar.expected.text()
    every = sum(len(a.orders or ()) for a in session.cohort.admissions) / len(session.cohort.admissions)
    assert f"ordered {every:.1f}, of these {ordered:.1f} candidates" in bar.expected.text()
    assert ready.checking.figures["orders"].value == f"{every:.1f}"
    bar.shift.setValue(-5)
    assert f"more than {ratio * ordered:.1f}" in bar.expected.text()
    bar.shift.setValue(5)
    assert f"fewer than {ratio * ordered:.1f}" in bar.expected.text()


@pytest.mark.parametrize("place", ["reviewing", "running"])
def test_failed_admissions_are_scored_again_with_a_click(ready: MainWindow, qtbot: QtBot, place: str) -> None:
    session, page = ready.session, getattr(ready, place)
    assert session.cohort is not None and not page.retry.isVisibleTo(page) and not page.retry.isEnabled()
    job, settings = kept_jobs.folder() / "failed.lamo", EngineSettings(device="cpu", threads=1)
    with create_job(job, session.cohort, load_package(), settings, ["aspirin", "heparin"], Policy()) as store:
        store.claim(3)
        failed = [Outcome(n, None, error="The engine died.") for n in (1, 2)]
        store.record([Outcome(0, np.ones(2, np.float32)), *failed])
    session.open_job(job)
    qtbot.waitUntil(lambda: session.results is not None, timeout=LONG)
    ready.go(Step.REVIEW if place == "reviewing" else Step.RECOMMEND)
    assert session.results.n_failed == 2 and statuses(session)[Step.RECOMMEND].text == "1 scored"
    before = session.results.probabilities[0]
    assert page.retry.isVisible() and page.retry.isEnabled()
    qtbot.mouseClick(page.retry, Qt.MouseButton.LeftButton)
    assert session.run.running and not ready.reviewing.retry.isEnabled() and not ready.running.retry.isEnabled()
    qtbot.waitUntil(lambda: session.results is not None and not session.run.running, timeout=LONG)
    assert (session.results.n_done, session.results.n_failed) == (3, 0)
    assert (session.results.probabilities[0] == before).all()
    assert not page.retry.isVisibleTo(page)
    with JobStore.open(job, read_only=True) as store:
        kinds = [event.kind for event in store.events()]
        assert kinds.count("queued again") == 1 and store.last_settings() == settings and store.audit() == []
