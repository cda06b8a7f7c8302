"""The export as it stands in the file: rows as text, the header row marked, what each column is used for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QSpinBox, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from lamo_desktop.admissions.cell_addresses import Place
from lamo_desktop.admissions.sheet_rows import LEAD, STRETCH, Rows
from lamo_desktop.ui.import_.rowsview import RowsModel, RowsView
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Notice, label
from lamo_desktop.ui.workers.lookups import Lookups

FAR = 20_000  # rows; finding a later one in a text table takes a moment


class PreviewPane(QWidget):
    """One export, a tab for each of its tables, and a stretch of rows of the one that is shown.

    Rows are fetched by `lookups`, in a process of its own; the window never waits.
    """

    listed = Signal()  # the tables of the export are known

    def __init__(self, lookups: Lookups) -> None:
        super().__init__()
        self._lookups = lookups
        self._key = f"rows {id(self)}"
        self._path: Path | None = None
        self._heads: dict[str, Rows] = {}
        self._encoding = ""
        self._header: Mapping[str, int] = {}
        self._used: Mapping[str, Mapping[int, str]] = {}
        self._last: int | None = None
        self.model = RowsModel(self)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Tables of the export"))
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.currentChanged.connect(lambda _: self._show_tab())
        self.table = RowsView(self.model)
        self.busy = Notice(action=self.tr("Cancel"))
        self.busy.acted.connect(self._cancel)
        self._stack = QStackedWidget()
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.busy)
        column.addStretch(1)
        self._stack.addWidget(self.table)
        self._stack.addWidget(waiting)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.3))
        head = QHBoxLayout()
        head.setSpacing(em(0.4))
        head.addWidget(self.tabs, 1)
        self.where = label("", "small")
        self.row = QSpinBox()
        self.row.setRange(1, 1_048_576_000)
        self.row.setGroupSeparatorShown(True)
        self.row.setFixedWidth(em(6))
        self.row.setKeyboardTracking(False)
        self.row.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        caption = label(self.tr("Go to &row"), "small")
        self.row.setAccessibleName(self.tr("Go to row"))
        caption.setBuddy(self.row)
        self.earlier = Button("", "arrow-up", "flat")
        self.later = Button("", "arrow-down", "flat")
        for button, name in ((self.earlier, self.tr("Earlier rows")), (self.later, self.tr("Later rows"))):
            button.setAccessibleName(name)
            button.setToolTip(name)
        self.row.editingFinished.connect(self._go_to_row)
        self.earlier.clicked.connect(lambda: self._move(-1))
        self.later.clicked.connect(lambda: self._move(1))
        for widget in (self.where, caption, self.row, self.earlier, self.later):
            head.addWidget(widget)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self._set_table(Rows("", (), (), 0))

    @property
    def tables(self) -> list[str]:
        """The names of the tabs."""
        return list(self._heads)

    def open_file(self, path: Path, encoding: str) -> None:
        """Show the beginning of a workbook, or of a text table in an encoding ("": found)."""
        if (path, encoding) == (self._path, self._encoding):
            return
        self.clear()
        self._path, self._encoding = path, encoding
        self._wait(self.tr("Reading the file for the preview …"))
        self._lookups.ask(self._key, "heads", (path, encoding), self._heads_came, self._failed)

    def open_folder(self, path: Path, tables: Sequence[str]) -> None:
        """Show the tables of a folder; each is read when it is looked at."""
        if path == self._path:
            return
        self.clear()
        self._path = path
        self._heads_came(tuple(Rows(name, (), (), None) for name in tables))

    def clear(self) -> None:
        """Show nothing."""
        self._path, self._heads, self._encoding = None, {}, ""
        self._set_tabs(())
        self._set_table(Rows("", (), (), 0))
        self._stack.setCurrentIndex(0)

    def mark(self, header: Mapping[str, int], used: Mapping[str, Mapping[int, str]]) -> None:
        """Say which row of each table is its header and what each of its columns (0-based) is used for."""
        self._header, self._used = header, used
        self._set_table(self.model.rows, self.model.target)

    def jump(self, place: Place) -> None:
        """Show the row of a place."""
        if self._path is None:
            return
        names = self.tables
        name = place.table if place.table in names else names[0] if len(names) == 1 else place.table
        if name in names:
            self.tabs.blockSignals(True)
            self.tabs.setCurrentIndex(names.index(name))
            self.tabs.blockSignals(False)
        self._fetch(Place(name, place.row, place.column))

    def _fetch(self, place: Place) -> None:
        rows = self.model.rows
        if rows.table == place.table and place.row in rows.numbers:
            self._set_table(rows, place)
            return
        if self._path is None:
            return
        looking = self.tr("Looking for row {n} …").format(n=f"{place.row:,}")
        self.where.setText(looking)
        if not rows.cells or place.row > FAR:
            self._wait(looking)
        self._lookups.ask(
            self._key,
            "around",
            (self._path, place.table, place.row, self._encoding),
            lambda found: self._set_table(found, place if place.column or place.row > 1 else None),
            self._failed,
        )

    def _heads_came(self, heads: tuple[Rows, ...]) -> None:
        self._heads = {rows.table: rows for rows in heads}
        self._set_tabs(heads)
        self._show_tab()
        self.listed.emit()

    def _set_tabs(self, heads: Sequence[Rows]) -> None:
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for rows in heads:
            self.tabs.addTab(f"{rows.table} ({self.tr('hidden')})" if rows.hidden else rows.table)
        self.tabs.blockSignals(False)
        self.tabs.setVisible(bool(heads))

    def show_table(self, name: str) -> None:
        """Go to the tab of a table."""
        if name in self.tables:
            self.tabs.setCurrentIndex(self.tables.index(name))

    def _show_tab(self) -> None:
        if not 0 <= self.tabs.currentIndex() < len(self.tables):
            return
        name = self.tables[self.tabs.currentIndex()]
        head = self._heads[name]
        if head.cells or head.last == 0:
            self._set_table(head)
        else:
            self._fetch(Place(name))

    def _set_table(self, rows: Rows, target: Place | None = None) -> None:
        self._stack.setCurrentIndex(0)
        self.model.show_rows(rows, self._header.get(rows.table, 0), self._used.get(rows.table, {}), target)
        self.table.fit()
        if rows.numbers:
            text = self.tr("Rows {a} to {b}").format(a=f"{rows.numbers[0]:,}", b=f"{rows.numbers[-1]:,}")
            if rows.last:
                text = self.tr("Rows {a} to {b} of {n}").format(
                    a=f"{rows.numbers[0]:,}", b=f"{rows.numbers[-1]:,}", n=f"{rows.last:,}"
                )
            self.where.setText(text)
        else:
            self.where.setText(self.tr("No rows") if rows.table else "")
        self.earlier.setEnabled(bool(rows.numbers) and rows.numbers[0] > 1)
        self.later.setEnabled(bool(rows.numbers) and rows.numbers[-1] != rows.last)
        self.row.setEnabled(bool(rows.numbers))
        if target is not None and target.row in rows.numbers:
            index = self.model.index(rows.numbers.index(target.row), max(0, self.model.target_column))
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
            self._set_spin(target.row)
        elif rows.numbers:
            self._set_spin(rows.numbers[0])

    def _set_spin(self, row: int) -> None:
        self.row.blockSignals(True)
        self.row.setValue(row)
        self.row.blockSignals(False)

    def _go_to_row(self) -> None:
        rows = self.model.rows
        shown = self.model.target.row if self.model.target else rows.numbers[0] if rows.numbers else 0
        if rows.table and self.row.value() != shown:
            self._fetch(Place(rows.table, self.row.value()))

    def _move(self, direction: int) -> None:
        rows = self.model.rows
        if rows.numbers:
            first = rows.numbers[-1] + 1 if direction > 0 else max(1, rows.numbers[0] - STRETCH)
            wanted = (self._path, rows.table, first + LEAD, self._encoding)
            self._lookups.ask(self._key, "around", wanted, self._set_table, self._failed)

    def _wait(self, text: str) -> None:
        self.busy.say(text)
        self.busy.button.setText(self.tr("Cancel"))
        self.busy.button.show()
        self._stack.setCurrentIndex(1)

    def _cancel(self) -> None:
        self._lookups.close()
        self._failed(self.tr("The preview was cancelled. The export itself is read on."))

    def _failed(self, sentence: str) -> None:
        self.busy.say(sentence, "warn")
        self.busy.button.hide()
        self._stack.setCurrentIndex(1)
