"""The table model against Qt's own model checks, and its sort and filter."""

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from lamo_desktop.recommend.policy import Policy
from lamo_desktop.review.results import load_results
from lamo_desktop.ui.kit.tables import Column, ColumnModel, Table, columns_key, text_column
from lamo_desktop.ui.kit.theme import em, scaled_font
from lamo_desktop.ui.review.candidates import (
    CAUTION_UP,
    CONTRAINDICATED,
    DRUG,
    FLAGGED,
    FLAGS,
    PROBABILITY,
    RECOMMENDED,
    SERIOUS_UP,
    WITHHELD,
    CandidateModel,
)
from tests.ui.samples import write_job

DESCENDING, ASCENDING = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


def columns() -> list[Column]:
    return [
        text_column("Drug", ["warfarin", "aspirin", "Metoprolol", "aspirin"]),
        Column("Share", np.array([0.5, np.nan, 0.25, 0.75]), lambda value: f"{value:.0%}"),
    ]


def shown(model: ColumnModel, column: int = 0) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_qt_finds_no_fault_in_the_models(qtmodeltester: ModelTester, tmp_path, styled: QApplication) -> None:
    model = ColumnModel(columns())
    model.sort(0, DESCENDING)
    model.set_filter(np.array([True, False, True, True]))
    qtmodeltester.check(model, force_py=True)
    results = load_results(write_job(tmp_path / "job.lamo"))
    candidates = CandidateModel()
    candidates.show_admission(results, 0, results.lists(Policy()), results.thresholds(Policy()))
    qtmodeltester.check(candidates, force_py=True)


def test_sorting_is_stable_ignores_case_and_puts_missing_numbers_last() -> None:
    model = ColumnModel(columns())
    model.sort(0)
    assert shown(model) == ["aspirin", "aspirin", "Metoprolol", "warfarin"]
    assert model.order.tolist() == [1, 3, 2, 0]
    model.sort(0, DESCENDING)
    assert model.order.tolist() == [0, 2, 1, 3]
    model.sort(1)
    assert shown(model, 1) == ["25%", "50%", "75%", ""]
    model.sort(1, DESCENDING)
    assert shown(model, 1) == ["75%", "50%", "25%", ""]
    model.sort(-1)
    assert model.order.tolist() == [0, 1, 2, 3]


def test_a_filter_keeps_the_order_and_the_selection(styled: QApplication, qtbot: QtBot) -> None:
    model = ColumnModel(columns())
    table = Table(model, "Drugs")
    qtbot.addWidget(table)
    model.sort(1, DESCENDING)
    table.selectRow(2)
    assert model.source_row(table.currentIndex()) == 2
    model.set_filter(np.array([False, True, True, True]))
    assert model.order.tolist() == [3, 2, 1]
    assert table.currentIndex().row() == 1
    assert table.selectionModel().selectedRows()[0].row() == 1
    model.set_filter(np.array([True, True, False, True]))
    assert not table.selectionModel().hasSelection()
    assert model.view_row(2) == -1
    model.set_filter(None)
    assert model.rowCount() == 4


def test_rows_are_copied_with_their_headers(styled: QApplication, qtbot: QtBot) -> None:
    model = ColumnModel(columns())
    table = Table(model, "Drugs")
    qtbot.addWidget(table)
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    table.selectionModel().select(model.index(2, 0), flags)
    table.selectionModel().select(model.index(0, 0), flags)
    table.copy_rows()
    assert QApplication.clipboard().text() == "Drug\tShare\nwarfarin\t50%\nMetoprolol\t25%"


def test_a_valid_parent_has_no_children_and_unserved_roles_are_none() -> None:
    model = ColumnModel(columns())
    first = model.index(0, 0)
    assert model.rowCount(first) == model.columnCount(first) == 0
    assert model.data(first, Qt.ItemDataRole.FontRole) is None
    assert model.data(QModelIndex(), Qt.ItemDataRole.DisplayRole) is None


def test_two_hundred_thousand_rows_sort_and_filter_right() -> None:
    generator = np.random.default_rng(0)
    numbers = generator.integers(0, 1000, 200_000)
    names = [f"A{n}" for n in generator.permutation(200_000)]
    model = ColumnModel([text_column("Admission", names), Column("Drugs", numbers)])
    model.sort(1, DESCENDING)
    assert (np.diff(numbers[model.order]) <= 0).all()
    mask = numbers < 10
    model.set_filter(mask)
    assert model.rowCount() == mask.sum()
    assert (numbers[model.order] < 10).all()
    model.sort(0)
    found = [names[row] for row in model.order]
    assert found == sorted(found)


def test_candidates_hold_ordered_drugs_outside_the_vocabulary_too(tmp_path, styled: QApplication) -> None:
    results = load_results(write_job(tmp_path / "job.lamo"))
    lists = results.lists(Policy())
    model = CandidateModel()
    model.show_admission(results, 0, lists, results.thresholds(Policy()))
    drugs = shown(model, DRUG)
    shown_as = {"piperacillin": "piperacillin/tazobactam"}  # as it is ordered
    assert set(drugs) == {*(shown_as.get(name, name) for name in results.candidates), "zzz-unlisted"}
    place = drugs.index("zzz-unlisted")
    assert model.index(place, PROBABILITY).data() == ""
    assert model.index(place, FLAGS).data() == ""  # it is a note, not a safety finding
    assert "not a candidate" in model.index(place, FLAGS).data(Qt.ItemDataRole.ToolTipRole)
    numbers = [model.index(row, PROBABILITY).data(Qt.ItemDataRole.UserRole) for row in range(len(drugs) - 1)]
    assert numbers == sorted(numbers, reverse=True)
    aspirin = model.index(drugs.index("aspirin"), FLAGS)
    assert aspirin.data() == "contraindicated, allergy"
    assert "ASPIRIN" in aspirin.data(Qt.ItemDataRole.ToolTipRole)


def test_a_drug_kept_off_the_list_says_why_and_a_switch_lists_it(tmp_path, styled: QApplication) -> None:
    results = load_results(write_job(tmp_path / "job.lamo"))
    model = CandidateModel()
    for policy, said in (
        (Policy(threshold_shift=-9.0), "withheld"),
        (Policy(threshold_shift=-9.0, show_withheld=True), "yes"),
    ):
        model.show_admission(results, 0, results.lists(policy), results.thresholds(policy))
        aspirin = shown(model, DRUG).index("aspirin")
        assert model.index(aspirin, RECOMMENDED).data() == said
        details = model.index(aspirin, FLAGS).data(Qt.ItemDataRole.ToolTipRole)
        assert ("withheld: allergy to ASPIRIN" in details) == (said == "withheld")
        kept_off = model.shown(WITHHELD, "")
        assert kept_off.any() == kept_off[model.drugs.index("aspirin")] == (said == "withheld")


def test_flags_are_filtered_by_severity(tmp_path, styled: QApplication) -> None:
    results = load_results(write_job(tmp_path / "job.lamo"))
    model = CandidateModel()
    model.show_admission(results, 0, results.lists(Policy()), results.thresholds(Policy()))
    counts = [model.shown(only, "").sum() for only in (FLAGGED, CAUTION_UP, SERIOUS_UP, CONTRAINDICATED)]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1] > 0
    assert model.shown(CONTRAINDICATED, "")[model.drugs.index("aspirin")]


def test_columns_are_as_wide_as_their_words_in_any_font(styled: QApplication, qtbot: QtBot) -> None:
    counts = np.array([1.0] * 40 + [1_234_567.0, np.nan])
    given = [
        text_column("Recommended drugs", ["x"] * 42, 3),
        text_column("95 %", ["0.229 – 0.299"] * 42, 5),
        text_column("Reason", ["a very long reason for this admission indeed"] * 42, 4),
        Column("n", counts, lambda value: f"{value:,.0f}", width=3),
    ]
    table = Table(ColumnModel(given), "Figures")
    qtbot.addWidget(table)
    table.show()
    table.fit_columns(given)
    widths = [table.columnWidth(place) for place in range(len(given))]
    header = QFontMetricsF(scaled_font(0.92, bold=True))
    cell = table.fontMetrics()
    assert widths[0] > header.horizontalAdvance("Recommended drugs") + em(1)  # with its padding
    assert widths[1] > cell.horizontalAdvance("0.229 – 0.299") + em(0.5)
    long_text = cell.horizontalAdvance("a very long reason for this admission indeed")
    assert widths[2] < long_text / 2  # a long text does not fill its column, or it would push the figures away
    assert widths[3] > cell.horizontalAdvance("1,234,567") + em(0.5)  # though it stands in no row that was looked at


def test_the_header_says_the_sorting_beside_its_words(styled: QApplication, qtbot: QtBot) -> None:
    table = Table(ColumnModel(columns()), "Drugs")
    qtbot.addWidget(table)
    table.show()
    table.setColumnWidth(1, em(2.5))
    table.sortByColumn(1, DESCENDING)
    header = [table.model().headerData(place, Qt.Orientation.Horizontal) for place in (0, 1)]
    assert header == ["Drug", "Share ↓"]
    letters = QFontMetricsF(scaled_font(0.92, bold=True))
    assert table.columnWidth(1) > letters.horizontalAdvance("Share ↓") + em(1)
    table.selectAll()
    table.copy_rows()
    assert QApplication.clipboard().text().splitlines()[0] == "Drug\tShare"


def drag(table: Table, section: int, by: int) -> None:
    """Draw the edge of a column to another place, with the mouse."""
    header = table.horizontalHeader()
    edge = header.sectionViewportPosition(section) + header.sectionSize(section) - 1
    middle = header.height() // 2
    viewport = header.viewport()
    QTest.mouseMove(viewport, QPoint(edge, middle))
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(edge, middle))
    for part in (by // 2, by):
        QTest.mouseMove(viewport, QPoint(edge + part, middle))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(edge + by, middle))


def test_widths_are_the_users_own_only_where_the_user_drew_them(styled: QApplication, qtbot: QtBot) -> None:
    """A click on one table that fills another, with the button still down, draws nothing."""
    tiny = [text_column("Drug", ["a"], 3), text_column("Class", ["b"], 3), text_column("Flag", ["c"], 3)]
    left, right = Table(ColumnModel(columns()), "Left"), Table(ColumnModel(tiny), "Right")
    for table in (left, right):
        qtbot.addWidget(table)
        table.resize(600, 300)
        table.show()
    right.fit_columns(tiny)
    left.fit_columns(columns())
    wide = [text_column(column.title, ["a long text in every one of the cells"], 20) for column in tiny]

    def fill() -> None:
        assert QApplication.mouseButtons() & Qt.MouseButton.LeftButton
        right.fit_columns(tiny)
        right.setColumnWidth(0, 77)

    left.selectionModel().selectionChanged.connect(lambda *_: fill())
    place = left.visualRect(left.model().index(1, 0)).center()
    qtbot.mouseClick(left.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert right.columnWidth(0) == 77 and right.own_widths == {}
    right.fit_columns(wide)
    assert right.columnWidth(0) >= em(20)
    before = right.columnWidth(0)
    drag(right, 0, -60)
    drawn = right.columnWidth(0)
    assert drawn < before
    assert right.own_widths == {columns_key(wide): {0: drawn}}
    right.fit_columns(tiny)  # the same columns with other contents
    assert right.columnWidth(0) == drawn
    other = [text_column("Group", ["x"], 9), text_column("Class", ["b"], 3), text_column("Flag", ["c"], 3)]
    right.fit_columns(other)
    assert right.columnWidth(0) >= em(9)
