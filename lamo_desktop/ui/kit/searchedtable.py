"""A table with a search box and perhaps a choice of kinds above it, and a sentence in place of an empty table."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.tables import Column, ColumnModel, Table
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Dropdown, EmptyState, label

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete)


class KeyedTable(Table):
    """A table that tells when Enter or Delete is pressed."""

    keyed = Signal(QKeyEvent)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter and Delete are told; everything else moves about."""
        if event.key() in _KEYS and self.currentIndex().isValid():
            self.keyed.emit(event)
            event.accept()
        else:
            super().keyPressEvent(event)


class SearchedTable(QWidget):
    """`chosen` with the source row when a line is double-clicked or Enter is pressed on it."""

    chosen = Signal(int)

    def __init__(self, name: str, none: str, empty: str) -> None:
        super().__init__()
        self.model = ColumnModel(parent=self)
        self.table = KeyedTable(self.model, name)
        self.table.doubleClicked.connect(lambda index: self.chosen.emit(self.model.source_row(index)))
        self.table.keyed.connect(self._key)
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search in {name}").format(name=name))
        self.search.setMaximumWidth(em(18))
        self.search.textChanged.connect(lambda _: self._filter())
        self.kind = Dropdown()
        self.kind.setAccessibleName(self.tr("Kind"))
        self.kind.currentIndexChanged.connect(lambda _: self._filter())
        self.kind.hide()
        self._texts: list[str] = []
        self._kinds: Sequence[str] = ()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(EmptyState("state-done", none, empty))
        head = QHBoxLayout()
        head.setSpacing(em(0.5))
        head.addWidget(self.search, 1)
        head.addWidget(self.kind)
        head.addStretch(1)
        self.head = head
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.5), 0, 0)
        layout.setSpacing(em(0.5))
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        self.whole = label("", "muted", wrap=True)  # the current line's last text where its column cuts it
        self.whole.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.whole.hide()
        layout.addWidget(self.whole)
        self.table.selectionModel().currentChanged.connect(lambda index, _: self._show_whole(index))

    def show_columns(self, columns: list[Column], kinds: Sequence[str] = ()) -> None:
        """Show these columns; the search looks at all of them, and `kinds` (one per row) can be chosen among."""
        self._texts = [" ".join(map(str, row)).casefold() for row in zip(*(c.values for c in columns), strict=True)]
        self._kinds = kinds
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.kind.blockSignals(True)
        self.kind.clear()
        counts = {kind: list(kinds).count(kind) for kind in dict.fromkeys(kinds)}
        self.kind.addItem(self.tr("All kinds"), "")
        for kind, count in counts.items():
            self.kind.addItem(f"{kind}  {count:,}", kind)
        self.kind.blockSignals(False)
        self.kind.setVisible(len(counts) > 1)
        self.model.set_columns(columns)
        self.table.fit_columns(columns)
        self.search.setVisible(bool(self._texts))
        self._stack.setCurrentIndex(0 if self._texts else 1)
        self._show_whole(self.table.currentIndex())

    def _show_whole(self, index: QModelIndex | QPersistentModelIndex) -> None:
        last = self.model.columnCount() - 1
        text = str(index.sibling(index.row(), last).data() or "") if index.isValid() else ""
        cut = self.table.fontMetrics().horizontalAdvance(text) > self.table.columnWidth(last) - em(1.5)
        self.whole.setText(text if cut else "")
        self.whole.setVisible(cut)

    @property
    def current(self) -> int:
        """The source row that is current; -1 without one."""
        index = self.table.currentIndex()
        return self.model.source_row(index) if index.isValid() else -1

    def _key(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Delete:
            self.chosen.emit(self.current)

    def _filter(self) -> None:
        wanted, kind = self.search.text().strip().casefold(), self.kind.currentData()
        if not wanted and not kind:
            self.model.set_filter(None)
            return
        kinds = self._kinds or [""] * len(self._texts)
        fits = [wanted in row and (not kind or own == kind) for row, own in zip(self._texts, kinds, strict=True)]
        self.model.set_filter(np.array(fits, dtype=bool))
