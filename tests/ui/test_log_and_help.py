"""The log says what happened without telling of anybody; help and licences are there for every page and part."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lamo_desktop.admissions.cohort import SetAside
from lamo_desktop.errors import row_fault
from lamo_desktop.model.package import load_package
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.help.about import AboutDialog, licence_text
from lamo_desktop.ui.help.dialogs import show_log
from lamo_desktop.ui.help.helptexts import sections
from lamo_desktop.ui.help.logviewer import LogViewer
from lamo_desktop.ui.help.topics import HelpDialog
from lamo_desktop.ui.kit.tables import ColumnModel
from lamo_desktop.ui.log import log_file
from lamo_desktop.ui.window import MainWindow
from tests.ui.exports import write_known

LONG = 120_000


def test_the_log_has_counts_and_kinds_but_nothing_of_a_file(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "broken patient Miller.xlsx").write_bytes(b"no workbook")
    with qtbot.waitSignal(window.session.message, timeout=LONG):
        window.open_path(tmp_path / "broken patient Miller.xlsx")
    window.open_path(write_known(tmp_path))
    session = window.session
    qtbot.waitUntil(lambda: not session.reader.running and not session.lookups.busy, timeout=LONG)
    window.journal.write("end")
    text = log_file().read_text(encoding="utf-8")
    assert "reading failed" in text
    assert "export read: flat, 1 tables, 29 admissions, 1 set aside, 1 unknown names" in text
    for secret in ("Miller", "known.csv", "A4", "hydralzine", "sepsis", str(tmp_path)):
        assert secret not in text
    show_log(window)
    viewer = window.findChild(LogViewer)
    assert viewer is not None
    assert "29 admissions" in viewer.text.toPlainText()
    window.journal.write("a line more")
    viewer.refresh_button.click()
    assert "a line more" in viewer.text.toPlainText()
    viewer.copy.click()
    assert "a line more" in QApplication.clipboard().text()
    viewer.close()


def test_a_row_that_the_program_failed_on_is_in_the_log_by_kind_and_place(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_path(write_known(tmp_path, 3))
    session = window.session
    qtbot.waitUntil(lambda: not session.reader.running and not session.lookups.busy, timeout=LONG)
    opened = session.opened
    assert opened is not None and opened.cohort is not None
    try:
        raise TypeError("patient is Miller")
    except TypeError as error:
        rows = tuple(SetAside(name, f"known.csv row {name}", row_fault(error)) for name in "23")
    window.journal.write("---")
    session.opened = replace(opened, cohort=replace(opened.cohort, set_aside=rows))
    session.opened_changed.emit()
    text = log_file().read_text(encoding="utf-8").rpartition("---")[2]
    assert f"fault in 2 rows, set aside: TypeError in {fault_place()}" in text
    assert "Miller" not in text and "known.csv" not in text


def fault_place() -> str:
    return test_a_row_that_the_program_failed_on_is_in_the_log_by_kind_and_place.__name__


def test_a_fault_nobody_expected_is_told_by_kind_and_place(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    window.journal.catch_faults(window.say_fault)

    def broken() -> None:
        raise ValueError("the name of patient Miller")

    try:
        broken()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert window.notice.isVisible()
    assert "ValueError in " in window.notice.accessibleName()
    text = log_file().read_text(encoding="utf-8")
    assert "fault: ValueError in " in text
    assert "Miller" not in text + window.notice.accessibleName()


def test_a_disk_without_room_stops_no_work(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(window.journal._handler, "_open", full)
    window.journal._handler.close()
    window.journal.write("cannot be written")


@pytest.mark.parametrize("step", list(Step))
def test_every_page_has_help(window: MainWindow, step: Step) -> None:
    window.go(step)
    window.show_help()
    dialog = window.findChild(HelpDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert window.pages[step].accessibleName() in dialog.windowTitle()
    assert all(heading and text.endswith(".") for heading, text in sections(step))
    dialog.close()


def test_a_bundle_s_licences_are_those_beside_its_programs(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "lamo-desktop"))
    for name, file, text in (
        ("Qt", "LGPL-3.0.txt", "the lesser licence"),
        ("Qt", "GPL-3.0.txt", "the licence"),
        ("SmolLM2-135M-Instruct.Q4_1", "LICENSE.txt", "of the weights"),
    ):
        (tmp_path / "licences" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "licences" / name / file).write_text(text, encoding="utf-8")
    dialog = AboutDialog(load_package(), window)
    model = dialog.table.model()
    assert isinstance(model, ColumnModel)
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    dialog.table.selectRow(names.index("Qt"))
    assert dialog.text.toPlainText() == "the lesser licence\n\nthe licence"
    dialog.table.selectRow(len(names) - 1)
    assert dialog.text.toPlainText() == "of the weights"
    dialog.close()


def test_licences_are_shown_as_they_came_with_the_parts(window: MainWindow) -> None:
    assert "PERMISSION IS HEREBY GRANTED" in licence_text("llama-cpp-python").upper()
    assert licence_text("no-such-package") == ""
    dialog = AboutDialog(None, window)
    assert "Apache License" in dialog.text.toPlainText()
    model = dialog.table.model()
    assert isinstance(model, ColumnModel)
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    dialog.table.selectRow(names.index("pandas"))
    assert "Redistribution and use" in dialog.text.toPlainText()
    dialog.table.selectRow(names.index("Python"))
    assert "PSF-2.0" in dialog.text.toPlainText()
    dialog.close()
