"""A figure that several places show is the same one: pages of the window, cells of the workbook, report and JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lamo_desktop.recommend.mark import DISAGREE
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.recommend.safety import SAFETY_KINDS
from lamo_desktop.report import export_tasks
from lamo_desktop.report.validation_group_tables import threshold_shifts
from lamo_desktop.report.validation_tables import coverage, single_figures
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.kit.admissionlist import BOTH, FEWER, FLAGGED, FLAGS, JACCARD, MARKED, MORE, ORDERED, RECOMMENDED
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.window import MainWindow
from tests.ui.samples import write_job

LONG = 120_000
N = 36


@pytest.fixture
def window_of_a_job(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """Of 36 admissions one has no orders, one failed; all with orders have one of a drug that is no candidate."""
    window.open_path(write_job(tmp_path / "job.lamo", n=N, n_scored=N, failed=3))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    window.session.set_policy(Policy(threshold_shift=1.0))
    page = window.reviewing
    page.table.select_only(5)
    page.candidates.choose("aspirin")
    page.candidates._mark(DISAGREE)
    qtbot.waitUntil(lambda: page.book.saved, timeout=LONG)
    window.session.start_validation()
    qtbot.waitUntil(lambda: window.session.evaluation.validation is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not page._settle.isActive() and not window.session.background.running, timeout=LONG)
    return window


def sheet(path: Path, name: str) -> list[dict[str, Any]]:
    rows = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[1]), row, strict=True)) for row in rows[2:]]


def run_sheet(path: Path) -> dict[str, Any]:
    rows = openpyxl.load_workbook(path)["Run"].iter_rows(values_only=True)
    return {str(row[0]).strip(): row[1] for row in rows if row[0] and row[1] is not None}


def saved(window: MainWindow, folder: Path) -> Path:
    session = window.session
    assert session.results is not None
    path = folder / "out.xlsx"
    export_tasks.save_workbook(session.results.path, session.policy, None, None, path, lambda stage, share: None)
    return path


def review(window: MainWindow) -> list[dict[int, Any]]:
    model = window.reviewing.model
    wanted = (0, RECOMMENDED, ORDERED, BOTH, JACCARD, FLAGS, MARKED)
    user = Qt.ItemDataRole.UserRole
    return [{c: model.index(row, c).data(user) for c in wanted} for row in range(model.rowCount())]


def same(shown: float, cell: float | None) -> bool:
    return bool(np.isnan(shown)) if cell is None else shown == pytest.approx(cell)


def test_review_says_what_the_workbook_says(window_of_a_job: MainWindow, tmp_path: Path) -> None:
    path = saved(window_of_a_job, tmp_path)
    in_window, in_workbook = review(window_of_a_job), sheet(path, "Admissions")
    assert [row[0] for row in in_window] == [row["Admission id"] for row in in_workbook]
    for shown, cells in zip(in_window, in_workbook, strict=True):
        for section, header in (
            (RECOMMENDED, "Drugs recommended"),
            (ORDERED, "Drugs ordered"),
            (BOTH, "Both"),
            (JACCARD, "Jaccard (candidates)"),
        ):
            assert same(shown[section], cells[header]), (shown[0], header)
    lines, findings = sheet(path, "Recommendations"), sheet(path, "Flags")
    for shown, cells in zip(in_window, in_workbook, strict=True):
        counted = sum(cells[f"Flags: {kind}"] or 0 for kind in SAFETY_KINDS)
        listed = sum(row["Admission id"] == shown[0] for row in findings)
        assert shown[FLAGS] == counted == listed, shown[0]
    marked = [line["Admission id"] for line in lines if line["Mark"]]
    assert marked == [row[0] for row in in_window if row[MARKED]] == ["A5"]
    candidates = window_of_a_job.reviewing.candidates.model
    of_it = {line["Drug"]: line for line in lines if line["Admission id"] == "A5"}
    for drug, listed, ordered in zip(candidates.drugs, candidates.recommended, candidates.ordered, strict=True):
        line = of_it.get(drug, {"Recommended": "no", "Ordered": "no"})
        assert (line["Recommended"] == "yes", line["Ordered"] == "yes") == (listed, ordered), drug


def test_filters_of_review_go_by_what_is_shown(window_of_a_job: MainWindow) -> None:
    page = window_of_a_job.reviewing
    rows = review(window_of_a_job)
    for choice, fits in (
        (MORE, lambda row: row[RECOMMENDED] > row[ORDERED]),
        (FEWER, lambda row: row[RECOMMENDED] < row[ORDERED]),
        (FLAGGED, lambda row: row[FLAGS] > 0),
    ):
        page.show_only.setCurrentIndex(choice)
        assert [row[0] for row in review(window_of_a_job)] == [row[0] for row in rows if fits(row)]
    page.show_only.setCurrentIndex(0)


def test_counts_and_means_are_the_same_on_every_page_in_the_workbook_and_in_the_report(
    window_of_a_job: MainWindow, tmp_path: Path
) -> None:
    window, session = window_of_a_job, window_of_a_job.session
    results, validation = session.results, session.evaluation.validation
    assert results is not None and validation is not None and session.cut is not None
    cells, figures = run_sheet(saved(window, tmp_path)), validation.to_json()
    listed, ordered = cells["Drugs recommended per admission"], cells["Drugs ordered per admission"]
    candidates = cells["of these candidates"]
    assert ordered > candidates  # the job has orders of a drug that is no candidate
    scored, per_list, per_order = (figure.value for figure in window.exporting.figures)
    assert (scored, per_list, per_order) == (f"{cells['Scored']:,}", f"{listed:.1f}", f"{ordered:.1f}")
    words = f"{listed:.1f} drugs per admission · ordered {ordered:.1f}, of these {candidates:.1f} candidates"
    for page in (window.running, window.reviewing, window.validating, window.exporting):
        assert page.findChild(type(window.reviewing.policy)).expected.text() == words
    assert window.reviewing.policy.shift_value.text() == "+1.0"
    assert figures["coverage"]["ordered_per_admission"] == pytest.approx(ordered)
    assert cells["Threshold shift (logits)"] == figures["model"]["threshold_shift"] == session.policy.threshold_shift
    assert cells["Scored"] + cells["Failed in scoring"] == results.n_done == N
    assert statuses(session)[Step.REVIEW].text == f"{N} admissions"
    compared = figures["n_admissions"]
    assert cells["Admissions compared with orders"] == compared
    assert cells["Drugs ordered in them"] == pytest.approx(figures["n_ordered"] * compared)
    assert cells["Drugs recommended in them"] == pytest.approx(figures["n_recommended"] * compared)
    assert cells["Ratio of recommended to ordered"] == pytest.approx(figures["overprescribing_ratio"])
    assert cells["Jaccard, mean over admissions"] == pytest.approx(figures["visit_mean"]["jaccard"])
    assert cells["Orders that are no candidates"] == figures["coverage"]["n_orders_outside_vocabulary"]


def test_the_report_and_its_pictures_in_the_window_show_the_same_figures(window_of_a_job: MainWindow) -> None:
    window = window_of_a_job
    validation = window.session.evaluation.validation
    assert validation is not None
    figures = validation.to_json()
    window.go(Step.VALIDATE)
    page = window.validating
    for key, tile in page.summary.tiles.items():
        shown: Any = figures
        for part in key.split("."):
            shown = shown[part]
        assert float(tile.value) == pytest.approx(shown, abs=0.051)
    reported = {row[0]: row[1] for row in coverage(validation).rows}
    assert reported["Drugs ordered per admission, candidates or not"] == figures["coverage"]["ordered_per_admission"]
    names: Mapping[Any, Any] = {row[0]: row[1] for row in single_figures(validation).rows}
    assert names["Candidates ordered per compared admission"].value == pytest.approx(figures["n_ordered"])
    at = [p.threshold_shift for p in validation.threshold_curve].index(1.0)
    point = threshold_shifts(validation).rows[at]
    assert point[1] == pytest.approx(figures["n_recommended"])
    page.tabs.setCurrentWidget(page.threshold)
    assert f"{figures['n_recommended']:.1f} drugs per compared admission" in page.threshold._reading.text()
