"""The whole way with the real worker and the default model: Import, Check, Recommend, Review, Validate, Export."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lamo_desktop.errors import ModelError
from lamo_desktop.jobs import kept_jobs
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.paths import resource
from lamo_desktop.ui.app import open_window
from lamo_desktop.ui.flow import State, Step
from lamo_desktop.ui.session import RunSettings
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.window import MainWindow

LONG = 300_000
N_CANDIDATES = 12
N_ADMISSIONS = 6


@pytest.fixture
def own_jobs(monkeypatch: pytest.MonkeyPatch, own_user_folder: Path) -> Iterator[Path]:
    """The folder shared by all tests: weights derived from the base lie there, and are made once."""
    monkeypatch.setenv("LAMO_DATA_DIR", str(own_user_folder))
    _empty(kept_jobs.folder())
    yield own_user_folder
    _empty(kept_jobs.folder())


def _empty(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()


@pytest.fixture
def window(styled: QApplication, qtbot: QtBot, own_jobs: Path) -> MainWindow:
    try:
        load_package().base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed")
    window = open_window(styled)
    qtbot.addWidget(window)
    return window


def test_from_import_to_export(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    session = window.session
    window.open_path(resource("demo/eicu"))
    qtbot.waitUntil(lambda: session.cohort is not None, timeout=LONG)
    assert session.cohort is not None and len(session.cohort.admissions) >= N_ADMISSIONS
    window.go(Step.CHECK)
    assert statuses(session)[Step.RECOMMEND].state == State.READY

    ordered = [drug for a in session.cohort.admissions for drug in a.orders or ()]
    known = [drug.name for drug in load_package().drugs]
    candidates = sorted(known, key=lambda drug: -ordered.count(drug))[:N_CANDIDATES]
    window.go(Step.RECOMMEND)
    session.start_run(RunSettings(device="cpu", threads=1, limit=N_ADMISSIONS, candidates=tuple(candidates)))
    assert statuses(session)[Step.RECOMMEND].state == State.RUNNING
    qtbot.waitUntil(lambda: session.results is not None and session.results.complete, timeout=LONG)
    qtbot.waitUntil(lambda: not session.run.running and not session.background.running, timeout=LONG)
    assert session.results is not None and session.results.scored.all()
    assert session.results.n_done == N_ADMISSIONS

    assert window.stack.currentWidget() is window.reviewing
    window.validating.tabs.setCurrentIndex(1)
    ordered_candidates = session.results.ordered.sum()
    apart = abs(int(session.lists.sum()) - int(ordered_candidates))
    window.validating.threshold.ratio.chosen.emit(1.0)
    assert abs(int(session.lists.sum()) - int(ordered_candidates)) <= apart

    window.go(Step.VALIDATE)
    session.start_validation()
    qtbot.waitUntil(lambda: session.evaluation.validation is not None, timeout=LONG)
    assert session.evaluation.validation is not None
    assert len(session.evaluation.validation.outcomes.drugs) == N_CANDIDATES
    assert session.evaluation.validation.few  # and says so
    assert statuses(session)[Step.VALIDATE].state == State.DONE

    window.go(Step.EXPORT)
    page, out = window.exporting, tmp_path / "out"
    out.mkdir()
    for save, name in (
        (page.save_workbook, "lists.xlsx"),
        (page.save_report, "report.html"),
        (page.save_tables, "tables.xlsx"),
        (page.save_figures, "figures.json"),
        (page.save_job, "run.lamo"),
    ):
        with qtbot.waitSignal(session.exporter.finished, timeout=LONG):
            save(out / name)
    book = openpyxl.load_workbook(out / "lists.xlsx")
    admissions = {row[0] for row in book["Recommendations"].iter_rows(min_row=2, values_only=True) if row[0]}
    assert admissions - {"Admission id"} <= {a.admission_id for a in session.results.admissions}
    assert all(state.state == State.DONE for step, state in statuses(session).items() if step == Step.EXPORT)
    with JobStore.open(out / "run.lamo", read_only=True) as store:
        assert (store.counts().done, store.audit()) == (N_ADMISSIONS, [])
    window.close()
    assert [job.done for job in kept_jobs.kept_jobs()] == [N_ADMISSIONS]  # offered again at the next start
