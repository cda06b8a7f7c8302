"""Import: the columns as read, corrected by choosing, kept as a profile; the preview; what cannot be read."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QTabBar, QTableView
from pytestqt.qtbot import QtBot

from lamo_desktop.admissions import site_files
from lamo_desktop.check.corrections import ADMISSION_FIELDS, ORDER_FIELDS
from lamo_desktop.errors import InputError
from lamo_desktop.paths import resource
from lamo_desktop.ui.app import open_window
from lamo_desktop.ui.flow import State, Step
from lamo_desktop.ui.import_.mappingtable import ColumnsCombo
from lamo_desktop.ui.import_.openedview import OpenedView
from lamo_desktop.ui.import_.page import CHOOSING, OPENED
from lamo_desktop.ui.kit.fieldwords import HINTS, TITLES
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.window import MainWindow
from tests.ui.exports import write_known, write_long, write_ward
from tests.ui.samples import write_job

LONG = 120_000


def settled(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    qtbot.waitUntil(lambda: not session.reader.running and not session.lookups.busy, timeout=LONG)
    qtbot.waitUntil(lambda: not session.background.running, timeout=LONG)


def choose(window: MainWindow, field: str, header: str, role: str = "admissions") -> None:
    combo = window.importing.opened.mapping.combos[role, field]
    place = combo.findData(header)
    assert place >= 0
    combo.setCurrentIndex(place)
    combo.activated.emit(place)


def save(window: MainWindow, qtbot: QtBot, name: str) -> None:
    with qtbot.waitSignal(window.importing.opened.profile_saved, timeout=LONG):
        window.importing.opened.save_profile(name)


def opened_ward(window: MainWindow, qtbot: QtBot, folder: Path) -> OpenedView:
    window.open_path(write_ward(folder))
    settled(window, qtbot)
    return window.importing.opened


def test_a_missing_column_is_said_and_chosen_and_can_be_taken_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    view = opened_ward(window, qtbot, tmp_path)
    session = window.session
    assert session.cohort is None
    assert window.stack.currentWidget() is window.importing
    assert window.importing.stack.currentIndex() == OPENED
    assert "Admission" in view.notice.accessibleName()
    assert statuses(session)[Step.IMPORT].state == State.ATTENTION
    assert not view.save.isEnabled()
    assert not window.importing.next.isEnabled()

    choose(window, "admission_id", "Ref")
    assert view.progress.isVisible()
    settled(window, qtbot)
    cohort = session.cohort
    assert cohort is not None
    assert [a.admission_id for a in cohort.admissions] == ["S1", "S2"]
    assert cohort.admissions[0].orders == ("metoprolol",)
    assert cohort.admissions[0].diagnoses == ("Sepsis", "AKI")
    assert session.opened is not None
    assert {table.role for table in session.opened.tables} == {"admissions", "orders"}
    assert window.stack.currentWidget() is window.importing  # a correction does not jump away
    assert session.can_start
    found = {name: view.mapping.combos["admissions", name].accessibleDescription() for name in ("admission_id", "sex")}
    assert found["admission_id"].startswith("as chosen")  # no header that the program would have known
    assert found["sex"].startswith("known header")

    view.undo.click()
    settled(window, qtbot)
    assert session.cohort is None
    assert not view.undo.isEnabled()


def test_the_preview_shows_the_file_with_its_header_and_what_columns_are_used_for(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    view = opened_ward(window, qtbot, tmp_path)
    preview = view.preview
    assert preview.tables == ["Stays", "Given", "Legend"]
    model = preview.model
    assert model.rows.numbers == (1, 3, 4, 5, 6)
    assert model.header == 3
    header = model.rows.numbers.index(3)
    assert model.index(header, 0).data() == "Ref"
    assert model.index(header, 0).data(Qt.ItemDataRole.BackgroundRole) is not None
    assert model.index(header + 1, 0).data(Qt.ItemDataRole.BackgroundRole) is None
    assert model.headerData(2, Qt.Orientation.Horizontal) == "C\nAge"
    for kind in (QAbstractButton, QComboBox, QAbstractSpinBox, QTableView):
        for widget in view.findChildren(kind):
            if widget.isVisible() and not widget.objectName().startswith("qt_") and widget.isEnabled():
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                if isinstance(widget.parent(), (QTableView, QComboBox, QTabBar)):
                    continue
                assert widget.accessibleName() or text, f"{widget} has no name"
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{widget} cannot be reached"
    preview.tabs.setCurrentIndex(1)
    assert model.index(1, 1).data() == "METOPROLOL 25 MG"
    assert "5" in preview.where.text()


def test_the_header_row_the_sheets_and_the_order_of_dates_can_be_corrected(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    view = opened_ward(window, qtbot, tmp_path)
    choose(window, "admission_id", "Ref")
    settled(window, qtbot)
    session = window.session
    assert session.cohort is not None
    assert any("date_order" in problem.message for problem in session.cohort.problems)
    view.controls.date_order.setCurrentIndex(view.controls.date_order.findData("dmy"))
    view.controls.date_order.activated.emit(1)
    settled(window, qtbot)
    assert session.cohort is not None
    assert not any("date_order" in problem.message for problem in session.cohort.problems)
    assert [a.admission_id for a in session.cohort.admissions] == ["S1", "S2"]  # the columns stayed

    view.controls.header_row.setValue(4)
    view.controls.header_row.editingFinished.emit()
    settled(window, qtbot)
    assert session.opened is not None
    assert session.opened.choices[0].header_row == 4
    assert session.opened.fault
    view.reset.click()
    settled(window, qtbot)
    assert session.cohort is None
    assert session.profile is None


def test_the_columns_are_saved_as_a_profile_and_used_for_the_next_file(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, styled: QApplication
) -> None:
    opened_ward(window, qtbot, tmp_path)
    choose(window, "admission_id", "Ref")
    settled(window, qtbot)
    save(window, qtbot, "ward 7")
    assert [path.stem for path in site_files.own_profiles()] == ["ward 7"]
    session = window.session
    assert session.opened is not None
    assert session.opened.profile.name == "ward 7"
    assert session.cohort is not None
    assert session.cohort.source.profile == "ward 7"
    assert Path(window.importing.chosen_profile() or "").stem == "ward 7"
    again = tmp_path / "later"
    again.mkdir()
    window.open_path(write_ward(again))
    settled(window, qtbot)
    assert session.cohort is not None
    assert len(session.cohort.admissions) == 2
    other = open_window(styled)
    qtbot.addWidget(other)
    assert Path(other.importing.chosen_profile() or "").stem == "ward 7"
    settled(other, qtbot)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "flat", "MIMIC4", "x" * 81])
def test_a_name_that_cannot_be_a_profile_is_refused(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    with qtbot.waitSignal(window.session.message) as said:
        window.importing.opened.save_profile(name)
    assert said.args[1] == "bad"
    assert site_files.own_profiles() == []


def test_a_profile_that_cannot_be_written_leaves_the_old_one(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    save(window, qtbot, "mine")
    before = site_files.own_profiles()[0].read_bytes()

    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with qtbot.waitSignal(window.session.message) as said:
            window.importing.opened.save_profile("mine")
    assert said.args[1] == "bad"
    assert site_files.own_profiles()[0].read_bytes() == before
    assert list(site_files.profiles_folder().iterdir()) == site_files.own_profiles()


def test_several_columns_can_hold_one_field(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    view = opened_ward(window, qtbot, tmp_path)
    choose(window, "admission_id", "Ref")
    settled(window, qtbot)
    combo = view.mapping.combos["admissions", "diagnoses"]
    assert isinstance(combo, ColumnsCombo)
    assert combo.headers == ["Dx 1", "Dx 2"]
    combo.showPopup()
    view_index = combo.model().index(6, 0)
    combo.view().setCurrentIndex(view_index)
    qtbot.keyClick(combo.view(), Qt.Key.Key_Space)
    qtbot.keyClick(combo.view(), Qt.Key.Key_Return)
    settled(window, qtbot)
    cohort = window.session.cohort
    assert cohort is not None
    assert cohort.admissions[0].diagnoses == ("Sepsis",)
    assert "Dx 2" not in cohort.admissions[0].labels  # a diagnosis is no subgroup


def test_one_row_per_order_stays_so_when_another_column_is_corrected(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_path(write_long(tmp_path))
    settled(window, qtbot)
    session = window.session
    assert session.cohort is not None
    assert len(session.cohort.admissions) == 2
    window.go(Step.IMPORT)
    assert ("admissions", "order_end") in window.importing.opened.mapping.combos
    choose(window, "sex", "")
    settled(window, qtbot)
    assert session.cohort is not None
    assert [a.sex for a in session.cohort.admissions] == [None, None]
    assert session.cohort.admissions[0].orders == ("aspirin", "heparin")
    assert not session.cohort.set_aside
    save(window, qtbot, "long")
    window.open_path(write_long(tmp_path))
    settled(window, qtbot)
    assert session.cohort is not None
    assert session.cohort.admissions[0].orders == ("aspirin", "heparin")


def test_cancelling_a_correction_keeps_what_was_read(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    session = window.session
    before = session.cohort
    window.go(Step.IMPORT)
    choose(window, "sex", "")
    with qtbot.waitSignal(session.message):
        window.importing.opened.progress.stop.click()
    assert session.cohort is before
    assert session.profile is None
    assert window.importing.opened.mapping.combos["admissions", "sex"].currentData() == "sex"
    assert window.importing.stack.currentIndex() == OPENED


def test_the_tables_of_a_folder_are_listed_with_what_is_missing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "eicu"
    folder.mkdir()
    for file in resource("demo/eicu").glob("*.csv"):
        if file.name != "allergy.csv":
            (folder / file.name).symlink_to(file)
    window.open_path(folder)
    settled(window, qtbot)
    view = window.importing.opened
    states = {view.folder.model.index(r, 0).data(): view.folder.model.index(r, 2).data() for r in range(8)}
    assert states["Allergy"] == "missing"
    assert states["Patient"] == "found"
    assert "allergy" in view.notice.accessibleName() and "patient" not in view.notice.accessibleName()
    window.go(Step.IMPORT)
    view.folder.table.selectRow(list(states).index("Medication"))
    settled(window, qtbot)
    assert view.preview.model.rows.table == "medication.csv"
    assert len(view.preview.model.rows.numbers) > 20
    assert view.preview.model.header == 1


def test_a_file_that_is_no_table_leaves_the_page_as_it_was(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for name, content, expected in (
        ("scan.pdf", b"%PDF-1.7 ...", "PDF"),
        ("empty.csv", b"", "empty"),
        ("header only.csv", b"admission id,age\n", "no rows"),
        ("damaged.xlsx", b"PK\x03\x04 and nothing more", "damaged"),
    ):
        (tmp_path / name).write_bytes(content)
        with qtbot.waitSignal(window.session.message, timeout=LONG) as said:
            window.open_path(tmp_path / name)
        assert expected in said.args[0]
        assert window.importing.stack.currentIndex() == CHOOSING
    assert window.session.input is None


def test_another_export_can_be_chosen_and_the_open_one_found_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    window.go(Step.IMPORT)
    page = window.importing
    page.another.click()
    assert page.stack.currentIndex() == CHOOSING
    assert page.back.isVisible()
    page.back.click()
    assert page.stack.currentIndex() == OPENED


def test_every_field_of_the_profile_has_words() -> None:
    from lamo_desktop.admissions.profile import load_profile

    fields = set(load_profile("flat").data["synonyms"])
    assert fields == {*ADMISSION_FIELDS, *ORDER_FIELDS}
    assert fields <= TITLES.keys()
    assert fields <= HINTS.keys()


def test_a_names_file_is_replaced_as_a_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    from lamo_desktop.formulary import SiteName

    assert site_files.used_names() is None
    site_files.keep_names([SiteName("house mix 7", ("lidocaine",))])
    before = site_files.names_file().read_bytes()
    assert [name.text for name in site_files.kept_names()] == ["house mix 7"]

    def refused(path: Path, names: object) -> int:
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lamo_desktop.formulary.site_names.write_site_names", refused)
    with pytest.raises(InputError, match="disk is full"):
        site_files.keep_names([SiteName("x", ("aspirin",))])
    assert site_files.names_file().read_bytes() == before


def test_an_arrow_key_opens_the_list_and_takes_no_column_away(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    window.go(Step.IMPORT)
    combo = window.importing.opened.mapping.combos["admissions", "age"]
    before = combo.currentData()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End):
        qtbot.keyClick(combo, key)
        assert combo.view().isVisible()
        combo.hidePopup()
    assert combo.currentData() == before == "age"
    assert not window.session.reader.running


def test_an_unreadable_file_leaves_the_open_export_and_its_corrections(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    view = opened_ward(window, qtbot, tmp_path)
    choose(window, "admission_id", "Ref")
    settled(window, qtbot)
    session = window.session
    cohort = session.cohort
    assert cohort is not None
    for name in ("damaged.xlsx", "damaged again.xlsx"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 and nothing more")
    with qtbot.waitSignal(session.message, timeout=LONG) as said:
        window.open_path(tmp_path / "damaged.xlsx")
        window.open_path(tmp_path / "damaged again.xlsx")  # before the first was tried
    assert "damaged" in said.args[0]
    settled(window, qtbot)
    assert session.cohort is cohort
    assert session.input == tmp_path / "ward.xlsx"
    assert session.can_start
    assert window.importing.stack.currentIndex() == OPENED
    assert view.preview.tables == ["Stays", "Given", "Legend"]
    view.undo.click()
    settled(window, qtbot)
    assert session.cohort is None  # as it was read before the correction


def test_an_unreadable_file_leaves_the_open_job(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_job(tmp_path / "job.lamo"))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    settled(window, qtbot)
    results = window.session.results
    (tmp_path / "empty.csv").write_bytes(b"")
    with qtbot.waitSignal(window.session.message, timeout=LONG):
        window.open_path(tmp_path / "empty.csv")
    settled(window, qtbot)
    assert window.session.results is results
    assert statuses(window.session)[Step.REVIEW].state == State.READY
    window.go(Step.REVIEW)
    assert window.reviewing.model.rowCount() == 6


def test_a_remembered_profile_does_not_keep_a_folder_from_being_read(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    save(window, qtbot, "mine")
    assert window.importing.profile_for(tmp_path / "known.csv") == str(site_files.own_profiles()[0])
    window.open_path(resource("demo/eicu"))
    settled(window, qtbot)
    opened = window.session.opened
    assert opened is not None
    assert opened.profile.name == "eicu"


def test_what_no_column_was_taken_for_is_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("admission id,sex,diagnoses,given\nA1,F,sepsis,aspirin\nA2,M,sepsis,\n", encoding="utf-8")
    window.open_path(path)
    settled(window, qtbot)
    assert "Age, Orders" in window.importing.opened.notice.accessibleName()


def test_minutes_chosen_by_hand_and_another_window_change_the_orders(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "minutes.csv"
    rows = ["admission id;age;sex;diagnoses;drug;T0", "A1;60;F;sepsis;aspirin;30", "A1;60;F;sepsis;heparin;2000"]
    path.write_text("\n".join([*rows, "A2;60;F;sepsis;heparin;5"]) + "\n", encoding="utf-8")
    profile = tmp_path / "minutes.yaml"
    profile.write_text("kind: flat\ncolumns: {order_start: T0}\n", encoding="utf-8")
    session, view = window.session, window.importing.opened
    session.profile = str(profile)
    window.open_path(path)
    settled(window, qtbot)
    if session.profile != str(profile):
        session.read_again(str(profile))
        settled(window, qtbot)
    assert session.cohort is not None
    assert session.cohort.source.whole_stays and session.cohort.admissions[0].orders == ("aspirin", "heparin")
    assert "Whole stays are compared with a first-day question" in view.notice.accessibleName()
    for combo, chosen, orders in (
        (view.controls.start_unit, "minutes", ("aspirin",)),
        (view.controls.order_window, "-24..48", ("aspirin", "heparin")),
    ):
        place = combo.findData(chosen)
        assert place >= 0 and not combo.isHidden()
        combo.setCurrentIndex(place)
        combo.activated.emit(place)
        settled(window, qtbot)
        assert session.cohort is not None
        assert session.cohort.admissions[0].orders == orders
    assert not session.cohort.source.whole_stays


def test_columns_that_are_not_used_are_named(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    rows = ["admission id;age;sex;diagnoses;drug;start;dose", "A1;60;F;sepsis;aspirin;30 min;5 mg"]
    path = tmp_path / "dose.csv"
    path.write_text("\n".join([*rows, *(f"A1;60;F;sepsis;heparin;{n} min;{n} mg" for n in range(60))]), "utf-8")
    window.open_path(path)
    settled(window, qtbot)
    said = window.importing.opened.notice.accessibleName()
    assert "Every column was recognised" not in said


def test_the_encoding_of_a_text_table_can_be_chosen(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "stays.csv"
    path.write_bytes("HADM;Age;Sex;Diagnoses\n1;67;F;Zapalenie płuc\n2;54;M;Ból\n".encode("cp1250"))
    window.open_path(path)
    settled(window, qtbot)
    controls, session = window.importing.opened.controls, window.session
    assert not controls.encoding.isHidden() and controls.encoding.currentData() == ""
    for encoding, text in (("cp1251", "Zapalenie pіuc"), ("cp1250", "Zapalenie płuc")):
        controls.encoding.setCurrentIndex(controls.encoding.findData(encoding))
        controls.encoding.activated.emit(0)
        settled(window, qtbot)
        assert session.opened is not None and session.opened.encoding == encoding
        assert session.cohort is not None and session.cohort.admissions[0].diagnoses == (text,)
        assert window.importing.opened.preview.model.index(1, 3).data() == text
