"""Drop-downs under a real mouse: what a click opens, ticks, takes and leaves alone."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.import_.mappingtable import ColumnsCombo
from lamo_desktop.ui.kit.widgets import Dropdown
from lamo_desktop.ui.window import MainWindow
from tests.ui.exports import write_known
from tests.ui.samples import write_job

LONG = 120_000
LEFT = Qt.MouseButton.LeftButton


def opened_by_click(box: QComboBox) -> None:
    """Press and release at one place of the screen, as a hand does: the release goes to what lies there by then."""
    place = box.mapToGlobal(QPoint(box.width() // 2, box.height() // 2))
    QTest.mousePress(box, LEFT, pos=box.mapFromGlobal(place))
    QApplication.processEvents()
    assert box.view().isVisible()
    popup = box.view().window()
    under = popup.childAt(popup.mapFromGlobal(place)) if popup.geometry().contains(place) else None
    below = under or popup  # an open list takes every event of the mouse
    QTest.mouseRelease(below, LEFT, pos=below.mapFromGlobal(place))
    QTest.qWait(QApplication.doubleClickInterval() + 50)


def click_line(box: QComboBox, row: int) -> None:
    view = box.view()
    place = view.visualRect(box.model().index(row, 0)).center()
    assert view.viewport().rect().contains(place)
    QTest.mouseClick(view.viewport(), LEFT, pos=place)


@pytest.fixture
def mapping(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> dict[tuple[str, str], QComboBox]:
    window.resize(1280, 800)
    window.open_path(write_known(tmp_path))
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.reader.running and not window.session.lookups.busy, timeout=LONG)
    window.go(Step.IMPORT)
    QApplication.processEvents()
    return dict(window.importing.opened.mapping.combos)


def test_opening_the_list_of_a_field_of_several_columns_changes_no_column(
    window: MainWindow, mapping: dict[tuple[str, str], QComboBox]
) -> None:
    corrected: list[object] = []
    window.importing.opened.mapping.corrected.connect(lambda *held: corrected.append(held))
    box = mapping["admissions", "diagnoses"]
    assert isinstance(box, ColumnsCombo) and box.headers == ["diagnoses"]
    opened_by_click(box)
    assert box.headers == ["diagnoses"]
    assert box.view().isVisible()
    box.hidePopup()
    assert corrected == []
    assert mapping["admissions", "admission_id"].currentData() == "admission id"


def test_a_click_ticks_the_line_under_it_and_escape_takes_it_back(
    window: MainWindow, mapping: dict[tuple[str, str], QComboBox], qtbot: QtBot
) -> None:
    box = mapping["admissions", "diagnoses"]
    assert isinstance(box, ColumnsCombo)
    opened_by_click(box)
    click_line(box, box.findText("sex", Qt.MatchFlag.MatchContains))
    assert box.view().isVisible()  # it stays open for more
    assert box.headers == ["sex", "diagnoses"]
    QTest.keyClick(box.view(), Qt.Key.Key_Escape)
    assert not box.view().isVisible()
    assert box.headers == ["diagnoses"]
    opened_by_click(box)
    click_line(box, 0)
    with qtbot.waitSignal(window.importing.opened.mapping.corrected) as corrected:
        QTest.keyClick(box.view(), Qt.Key.Key_Return)
    assert corrected.args[0]["diagnoses"] == ["admission id", "diagnoses"]
    qtbot.waitUntil(lambda: not window.session.reader.running and not window.session.lookups.busy, timeout=LONG)


def test_every_drop_down_shows_its_last_entry(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.resize(1280, 800)
    window.open_path(write_job(tmp_path / "job.lamo"))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
    tried = 0
    for step, page in window.pages.items():
        window.go(step)
        QApplication.processEvents()
        for box in page.findChildren(QComboBox):
            assert isinstance(box, Dropdown)
            if not box.isVisible() or not box.isEnabled() or not 1 < box.count() <= box.maxVisibleItems():
                continue
            opened_by_click(box)
            view = box.view()
            last = view.visualRect(box.model().index(box.count() - 1, 0))
            assert view.viewport().rect().contains(last), (step, box.accessibleName())
            assert view.verticalScrollBar().maximum() == 0
            assert last.width() >= view.sizeHintForColumn(0), (step, box.accessibleName())
            box.hidePopup()
            tried += 1
    assert tried >= 6
