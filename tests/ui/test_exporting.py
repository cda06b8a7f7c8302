"""The Export page: five files, and what it says when one cannot be written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from lamo_desktop.admissions import read_cohort
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.batch import create_job
from lamo_desktop.jobs.job import Outcome
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.protocol import EngineSettings
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.review import comparing
from lamo_desktop.ui.flow import State, Step
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.window import MainWindow
from lamo_desktop.validate.overlay import CalibrationOverlay
from tests.ui.samples import HOSTILE, write_export, write_job

LONG = 120_000


@pytest.fixture
def scored(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    window.open_path(write_job(tmp_path / "job.lamo", n=12, n_scored=12))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
    window.go(Step.EXPORT)
    return window


def saved(window: MainWindow, qtbot: QtBot, save: object, path: Path) -> str:
    """Save, and the sentence the page then shows."""
    with qtbot.waitSignals([window.session.exporter.finished], timeout=LONG):
        save(path)
    return window.exporting.notice.accessibleName()


def refused(window: MainWindow, qtbot: QtBot, save: object, path: Path) -> str:
    with qtbot.waitSignal(window.session.exporter.failed, timeout=LONG):
        save(path)
    return window.exporting.notice.accessibleName()


def test_every_file_is_saved_and_the_page_says_where(scored: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page, out = scored.exporting, tmp_path / "out"
    out.mkdir()
    assert "out" in saved(scored, qtbot, page.save_workbook, out / "lists.xlsx")
    assert openpyxl.load_workbook(out / "lists.xlsx").sheetnames[0] == "Recommendations"
    assert statuses(scored.session)[Step.EXPORT].state == State.DONE
    saved(scored, qtbot, page.save_report, out / "report.html")  # which compares with the orders first
    assert scored.session.validation_is_current
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "TRIPOD" in report and HOSTILE not in report
    saved(scored, qtbot, page.save_tables, out / "tables.xlsx")
    assert "Subgroups" in openpyxl.load_workbook(out / "tables.xlsx").sheetnames
    saved(scored, qtbot, page.save_figures, out / "figures.json")
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    assert figures["n_admissions"] == len(scored.session.evaluation.validation.outcomes.admission_ids)
    saved(scored, qtbot, page.save_job, out / "copy.lamo")
    with JobStore.open(out / "copy.lamo", read_only=True) as store:
        assert (store.counts().done, store.audit()) == (12, [])
    assert sorted(path.name for path in out.iterdir() if not path.name.endswith(".lock")) == [
        "copy.lamo", "figures.json", "lists.xlsx", "report.html", "tables.xlsx",
    ]  # fmt: skip
    if sys.platform != "win32":
        assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())  # for their owner only


def test_each_file_says_whether_it_holds_patient_data(scored: MainWindow) -> None:
    said = {
        name: {label.text() for label in card.findChildren(QLabel)} for name, card in scored.exporting.cards.items()
    }
    assert {name for name, words in said.items() if "patient data" in words} == {"workbook", "job"}
    assert {name for name, words in said.items() if "counts only" in words} == {"report", "tables", "figures"}


@pytest.mark.parametrize("name", ["workbook", "report", "tables", "figures", "job"])
def test_a_target_that_cannot_be_written_is_a_sentence_and_leaves_nothing(
    scored: MainWindow, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    if name in ("report", "tables", "figures"):
        scored.session.start_validation()
        qtbot.waitUntil(lambda: scored.session.validation_is_current, timeout=LONG)
    page = scored.exporting
    save = getattr(page, f"save_{name}")
    suffix = Path(page.kinds[name].file_name).suffix
    assert "absent" in refused(scored, qtbot, save, tmp_path / "absent" / f"x{suffix}")
    target = tmp_path / f"open{suffix}"
    target.write_text("as it was", encoding="utf-8")
    (tmp_path / f"~${target.name}").write_text("", encoding="utf-8")  # what Excel leaves beside a file it has open
    words = refused(scored, qtbot, save, target)
    assert "open in another program" in words and f"open (2){suffix}" in words
    assert target.read_text(encoding="utf-8") == "as it was"
    assert page.cards[name].button.isEnabled()
    assert not [path for path in tmp_path.iterdir() if "partial" in path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="mounts a small disk")
@pytest.mark.parametrize("name", ["workbook", "job"])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    scored: MainWindow, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a disk is not allowed here")
    try:
        (disk / "other").write_bytes(b"x" * 40_000)
        page = scored.exporting
        target = disk / page.kinds[name].file_name
        words = refused(scored, qtbot, getattr(page, f"save_{name}"), target)
        assert target.name in words and "free some space" in words
        assert [path.name for path in disk.iterdir()] == ["other"]
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_a_sentence(scored: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert "cannot be written" in refused(scored, qtbot, scored.exporting.save_workbook, locked / "x.xlsx")


def test_the_job_is_not_copied_onto_itself(scored: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    before = (tmp_path / "job.lamo").read_bytes()
    assert "itself" in refused(scored, qtbot, scored.exporting.save_job, tmp_path / "job.lamo")
    assert (tmp_path / "job.lamo").read_bytes() == before


def test_a_report_can_be_cancelled_while_it_is_compared(scored: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page = scored.exporting
    page.save_report(tmp_path / "report.html")
    assert not page.cards["report"].button.isEnabled()
    page.notice.button.click()
    qtbot.waitUntil(page.cards["report"].button.isEnabled, timeout=LONG)
    assert "Stopped" in page.notice.accessibleName()
    assert not (tmp_path / "report.html").exists()


def test_the_workbook_says_that_a_site_overlay_was_used(scored: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    job = write_job(tmp_path / "many.lamo", n=96, n_scored=96)
    calibration = CalibrationOverlay("0" * 64, "another 2.0", 100)
    found = comparing.adapt_site(job, calibration, lambda stage, share: None)
    assert "a calibration of version 1" in str(found.compared)
    overlay = found.overlay
    scored.session.evaluation.use(overlay)
    qtbot.waitUntil(lambda: scored.session.results is not None and scored.session.results.overlay is not None)
    saved(scored, qtbot, scored.exporting.save_workbook, tmp_path / "lists.xlsx")
    book = openpyxl.load_workbook(tmp_path / "lists.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {"Site overlay", overlay.sha256, str(overlay.n_admissions)} <= set(cells)


def test_the_focus_waits_on_cancel_and_comes_back(scored: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    page = scored.exporting
    scored.activateWindow()
    button = page.cards["workbook"].button
    button.setFocus()
    with qtbot.waitSignal(scored.session.exporter.finished, timeout=LONG):
        page.save_workbook(tmp_path / "lists.xlsx")
        assert scored.focusWidget() is page.notice.button
    assert scored.focusWidget() is button


def test_the_menu_does_not_stop_a_file_that_is_being_written(
    scored: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(scored.exporting, "_ask", asked.append)
    with qtbot.waitSignal(scored.session.exporter.finished, timeout=LONG):
        scored.exporting.save_job(tmp_path / "copy.lamo")
        scored.save_action.trigger()
    assert not asked
    assert (tmp_path / "copy.lamo").is_file()
    scored.save_action.trigger()
    assert asked == ["workbook"]


def test_the_workbook_repeats_what_was_not_scored_while_the_export_is_there(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    export, job = write_export(tmp_path), tmp_path / "job.lamo"
    cohort, drugs = read_cohort(export, load_formulary()), ["aspirin", "heparin"]
    with create_job(job, cohort, load_package(), EngineSettings(), drugs, Policy()) as store:
        store.claim(9)
        scored = [Outcome(n, np.ones(2, np.float32)) for n in (0, 2)]
        store.record([*scored, Outcome(1, None, error="The engine died.")])
    window.open_path(job)
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    assert "was saved in" in saved(window, qtbot, window.exporting.save_workbook, tmp_path / "a.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx")["Quarantine"].iter_rows(3, values_only=True))
    assert [row[1] for row in rows] == ["A2", "A3"]  # one that failed, one set aside
    with export.open("a", encoding="utf-8") as file:
        file.write("A9,P9,50,F,sepsis,ASPIRIN\n")
    said = saved(window, qtbot, window.exporting.save_workbook, tmp_path / "b.xlsx")
    assert "was saved in" in said and "admissions.csv in" in said and "has changed since it was read" in said
    assert "Quarantine" not in openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames
