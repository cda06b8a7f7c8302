"""Check: the funnel, the lists that lead to the row, unknown names confirmed by choosing, what is known."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lamo_desktop.admissions import site_files
from lamo_desktop.admissions.cell_addresses import Place, place_of
from lamo_desktop.admissions.cohort import Admission, AttritionStep, Cohort, Observation, Problem, SetAside, Source
from lamo_desktop.admissions.order_mapper import NAMELESS
from lamo_desktop.check.account import excluded_lines
from lamo_desktop.paths import resource
from lamo_desktop.ui.check import namespanel
from lamo_desktop.ui.check.funnel import Funnel
from lamo_desktop.ui.flow import State, Step
from lamo_desktop.ui.kit.theme import tokens
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.window import MainWindow
from tests.ui.exports import write_known
from tests.ui.samples import write_job

LONG = 120_000
NAMES_TAB = 2


def settled(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    lookups = (session.lookups, session.names_lookup)
    qtbot.waitUntil(lambda: not session.reader.running and not any(x.busy for x in lookups), timeout=LONG)


def test_a_line_of_the_list_leads_to_its_row(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_known(tmp_path, n=200))
    settled(window, qtbot)
    page = window.checking
    assert page.set_aside.model.rowCount() == 1
    assert page.tabs.tabText(1).endswith("1")
    page.tabs.setCurrentIndex(1)
    page.set_aside.table.selectRow(0)
    qtbot.keyClick(page.set_aside.table, Qt.Key.Key_Return)
    settled(window, qtbot)
    dialog = page._dialog
    assert dialog is not None
    assert dialog.isVisible()
    preview = dialog.preview
    row = preview.model.rows.numbers.index(5)
    assert preview.table.currentIndex().row() == row
    assert preview.model.index(row, 2).data() == "-4"
    assert preview.model.index(row, 0).data(Qt.ItemDataRole.BackgroundRole) == QColor(tokens().warn_soft)
    preview.row.setValue(150)
    preview.row.editingFinished.emit()
    settled(window, qtbot)
    assert 150 in preview.model.rows.numbers
    assert 5 not in preview.model.rows.numbers
    assert preview.model.index(preview.table.currentIndex().row(), 0).data() == "A149"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_unknown_names_are_confirmed_by_choosing_and_taken_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    session, page = window.session, window.checking
    names = page.names
    assert session.cohort is not None
    assert session.cohort.unmapped == {"hydralzine": 29}  # of the row set aside nothing is read
    page.tabs.setCurrentIndex(NAMES_TAB)
    settled(window, qtbot)
    assert "hydralazine" in names.list.model.index(0, 2).data()
    assert "hydroxyzine" in names.warning.text()
    assert not names.apply.isEnabled()
    qtbot.keyClick(names.list.table, Qt.Key.Key_Return)
    assert names.list.model.index(0, 3).data() == "hydralazine"
    names.undo.click()
    assert names.list.model.index(0, 3).data() == "open"
    assert site_files.used_names() is None
    names.other.setCurrentText("no such drug")
    with qtbot.waitSignal(session.message) as said:
        names.use.click()
    assert "no such drug" in said.args[0]
    names.other.setCurrentText("hydralazine + aspirin")
    names.use.click()
    names.apply.click()
    settled(window, qtbot)
    assert session.cohort.unmapped == {}
    assert session.cohort.admissions[0].orders == ("aspirin", "hydralazine")
    assert [name.ingredients for name in site_files.kept_names()] == [("hydralazine", "aspirin")]
    assert names.undo.isEnabled()
    names.undo.click()
    settled(window, qtbot)
    assert session.cohort.unmapped == {"hydralzine": 29}
    assert site_files.used_names() is None


def test_cancelling_the_reading_takes_the_names_back_too(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    page = window.checking
    page.names.no_drug.click()
    page.names.apply.click()
    assert site_files.used_names() is not None
    assert page.progress.isVisible()
    page.progress.stop.click()
    assert site_files.used_names() is None
    assert page.names.list.model.index(0, 3).data() == "not a drug"  # the decision waits


def test_the_demonstration_says_what_it_does_not_know(window: MainWindow, qtbot: QtBot) -> None:
    window.open_path(resource("demo/eicu"))
    settled(window, qtbot)
    opened = window.session.opened
    assert opened is not None
    coverage = opened.coverage
    assert coverage is not None
    known = {field.name: field.known for field in coverage.fields}
    assert known["diagnoses"] == len(opened.cohort.admissions if opened.cohort else ())
    assert coverage.ordered_known.known < coverage.ordered_known.total
    assert coverage.outside
    drugs = {drug.name for drug in window.running.model.package.drugs} if window.running.model.package else set()
    assert not drugs & {name for name, _ in coverage.outside}
    assert window.checking.names.nameless > 0
    assert all(text != NAMELESS for text, _ in window.checking.names._names)
    assert namespanel.NAMELESS == NAMELESS


def test_a_job_without_its_export_has_no_rows_to_show(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_job(tmp_path / "job.lamo"))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    page = window.checking
    page.set_aside.table.selectRow(0)
    with qtbot.waitSignal(window.session.message) as said:
        page.set_aside.chosen.emit(0)
    assert "not open" in said.args[0]
    assert not page.names.apply.isEnabled()
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)


def test_the_problems_are_filtered_by_kind(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    rows = ["admission id,admission date,age,sex,diagnoses", "A1,03/04/2024,50,F,sepsis", "A2,2024-01-02,51,x,flu"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    window.open_path(path)
    settled(window, qtbot)
    problems = window.checking.problems
    kinds = [problems.kind.itemText(row).split()[0] for row in range(problems.kind.count())]
    assert kinds[1] == "Question"  # what asks something of the user comes first
    problems.kind.setCurrentIndex(1)
    assert problems.model.rowCount() == 1
    assert "date_order" in problems.model.index(0, 2).data()
    problems.search.setText("nothing like this")
    assert problems.model.rowCount() == 0


def test_the_funnel_is_drawn_and_said(qtbot: QtBot, styled: object) -> None:
    funnel = Funnel()
    qtbot.addWidget(funnel)
    funnel.resize(400, 300)
    funnel.show_steps(
        (AttritionStep("rows", 100, 0), AttritionStep("adults", 25, 75, "under 18"), AttritionStep("none", 0, 25))
    )
    assert "25 remain, 75 left out: under 18" in funnel.accessibleDescription()
    image = QImage(funnel.size(), QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    funnel.render(image)
    accent = QColor(tokens().accent)
    wide, narrow = (
        sum(image.pixelColor(x, y) == accent for x in range(image.width())) for y in (2, funnel.height() // 2)
    )
    assert wide > 3 * narrow


def test_places_are_read_from_the_words_of_a_problem() -> None:
    assert place_of("Sheet1!C17") == Place("Sheet1", 17, "C")
    assert place_of("Sheet1!A17") == Place("Sheet1", 17)
    assert place_of("A!B!AB2") == Place("A!B", 2, "AB")
    assert place_of("orders.csv row 17, column start of it") == Place("orders.csv", 17, "start of it")
    assert place_of("hosp/patients.csv.gz row 204") == Place("hosp/patients.csv.gz", 204)
    assert place_of("Orders", "order rows not used because x: 3 (first: Orders!A9)") == Place("Orders", 9)
    assert place_of("Stays, column Phone", "", ("Stays",)) == Place("Stays", 1, "Phone")
    assert place_of("Stays", "", ("Stays",)) == Place("Stays")
    assert place_of("export.xlsx", "", ("Stays",)) is None


def test_a_long_account_scrolls_by_itself_and_pushes_nothing_off_the_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.resize(1280, 800)
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    page = window.checking
    page.tabs.setCurrentIndex(NAMES_TAB)
    page.funnel.show_steps([AttritionStep(f"step {n}", 100 - n, 1, "a reason of its own") for n in range(12)])
    button = page.names.apply
    qtbot.waitUntil(lambda: page.funnel.height() == page.funnel.sizeHint().height(), timeout=LONG)
    assert button.visibleRegion().boundingRect().size() == button.size()
    assert page.funnel.visibleRegion().boundingRect().height() < page.funnel.height()


def write_unknown(folder: Path, drug: str = "house mix") -> Path:
    lines = ["admission id,patient id,age,sex,diagnoses,orders"]
    lines += [f"A{i},P{i},{40 + i},F,sepsis,{drug} {i}; {drug} {i + 1}; {drug} {i + 2}" for i in range(1, 17)]
    path = folder / "unknown.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_an_export_whose_orders_are_unknown_wants_attention(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_unknown(tmp_path))
    settled(window, qtbot)
    assert window.checking.figures["unmapped"].value == "48"
    status = statuses(window.session)[Step.CHECK]
    assert (status.state, status.text) == (State.ATTENTION, "2 problems, 100% of orders unknown")
    assert window.checking.notice.property("tone") == "warn"
    assert "100% of orders unknown" in window.checking.notice.accessibleName()


def test_status_notice_and_list_count_problems_alike(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_known(tmp_path))
    settled(window, qtbot)
    cohort, page = window.session.cohort, window.checking
    assert cohort is not None
    some = [Problem("a", "b", "info"), Problem("a", "c", "info"), Problem("a", "d", "info")]
    for problems, aside, text, tab, state in (
        ([], (), "No problems", "Problems  0", State.DONE),
        (some, (), "3 notes", "Problems  0 · 3 notes", State.DONE),
        (some[:1], (), "1 note", "Problems  0 · 1 note", State.DONE),
        ([*some, Problem("a", "e")], (), "1 problem", "Problems  1 · 3 notes", State.ATTENTION),
        ([], (SetAside("A4", "x", "y"),), "1 row set aside", "Problems  0", State.ATTENTION),
    ):
        sound = tuple(replace(a, unmapped_orders=()) for a in cohort.admissions)
        window.session.cohort = replace(
            cohort, admissions=sound, problems=tuple(problems), set_aside=aside, unmapped={}
        )
        window.session.cohort_changed.emit()
        status = statuses(window.session)[Step.CHECK]
        assert (status.text, page.tabs.tabText(0), status.state) == (text, tab, state)
        assert (page.notice.property("tone") == "good") is (state is State.DONE)


def test_the_question_of_dates_is_answered_where_it_is_asked(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    lines = ["admission id,patient id,age,sex,diagnoses,admission date,orders"]
    lines += [f"A{i},P{i},{50 + i},F,sepsis,0{i}/04/2024,ASPIRIN 81 MG" for i in range(1, 10)]
    path = tmp_path / "dates.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    window.open_path(path)
    settled(window, qtbot)
    page = window.checking
    window.go(Step.CHECK)
    assert {problem.question for problem in page._problems if problem.severity == "error"} == {"date order"}
    assert window.session.cohort is not None
    reworded = tuple(replace(problem, message="to be said") for problem in page._problems)
    window.session.cohort = replace(window.session.cohort, problems=reworded)
    window.session.cohort_changed.emit()
    assert page.date_question.isVisibleTo(page)  # whatever the words
    page.date_question.buttons["dmy"].click()
    settled(window, qtbot)
    assert window.session.opened is not None
    assert window.session.opened.profile.data["date_order"] == "dmy"
    assert not page.date_question.isVisibleTo(page)
    assert not any("date_order" in problem.message for problem in page._problems)
    window.importing.opened.take_back()
    settled(window, qtbot)
    assert page.date_question.isVisibleTo(page)


def test_the_words_of_every_step_have_room_however_narrow_the_drawing_is(styled: QApplication, qtbot: QtBot) -> None:
    funnel = Funnel()
    qtbot.addWidget(funnel)
    reason = "the index time is before the first diagnosis, or no diagnosis was recorded by then"
    long = [AttritionStep("unit stays in the export", 40, 0), AttritionStep(f"{reason} " * 3, 20, 20, f"{reason} " * 4)]
    short = [AttritionStep("unit stays in the export", 40, 0), AttritionStep("adults", 20, 20, "age")]
    heights = {}
    for name, steps in (("long", long), ("short", short)):
        funnel.show_steps(steps)
        heights[name] = [funnel.heightForWidth(width) for width in (250, 500, 1500)]
    assert heights["long"][0] > heights["long"][1] > heights["long"][2] >= heights["short"][2]
    assert heights["long"][1] > heights["short"][1]


def test_orders_left_out_are_listed_with_reasons_and_counted_as_the_command_counts_them(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    export = tmp_path / "a.csv"
    export.write_text(
        "Admission ID,Age,Diagnosis,Orders\n"
        '1,61,Gout,"aspirin; heparin flush; sodium chloride 0.9 %"\n2,62,Asthma,"aspirin; heparin flush"\n',
        encoding="utf-8",
    )
    window.open_path(export)
    settled(window, qtbot)
    page, cohort = window.checking, window.session.cohort
    assert cohort is not None
    model = page.excluded.model
    shown = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
    assert shown == [["line flush", "2", "heparin flush"], ["fluid", "1", "sodium chloride 0.9 %"]]
    tab = page.tabs.indexOf(page.excluded)
    assert tab == NAMES_TAB + 1 and page.tabs.isTabVisible(tab)
    assert page.tabs.tabText(tab).endswith("3") and next(excluded_lines(cohort)).startswith("3 order rows")
    window.session.cohort = replace(cohort, excluded=None)  # as a job of an earlier version has it
    window.session.cohort_changed.emit()
    assert not page.tabs.isTabVisible(tab)


def test_findings_are_listed_with_what_was_converted(window: MainWindow) -> None:
    seen = (
        Observation("creatinine", 2.3, "mg/dL", -4.5, written="µmol/L", source="Labs!C2"),
        Observation("GCS", 7, worst=True),
    )
    admission = Admission("1", "p", observations=seen)
    window.session.cohort = Cohort((admission,), Source("export", {}, "eicu"), unread_values={"potassium": 4})
    page = window.checking
    page.refresh()
    model = page.findings.model
    rows = [[model.index(row, column).data() for column in range(model.columnCount())] for row in range(3)]
    assert rows == [
        ["creatinine", "mg/dL", "1", "µmol/L", "0", "0", "Labs!C2"],
        ["potassium", "mmol/L", "0", "", "0", "4", ""],
        ["GCS", "", "1", "", "1", "0", ""],
    ]
    place = page.tabs.indexOf(page.findings)
    assert page.tabs.tabText(place) == "Findings  3" and "as old as the orders" in page.tabs.tabToolTip(place)
