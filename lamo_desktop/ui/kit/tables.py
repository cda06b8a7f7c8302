"""Tables over numpy columns: a model with its own sort and filter, so that 200,000 rows answer at once."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QAction, QFontMetricsF, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from lamo_desktop.ui.kit.theme import em, scaled_font

Index = QModelIndex | QPersistentModelIndex
RANKED_CHARACTERS = 48
LOOKED_AT = 12  # rows that say how wide a column has to be
ARROWS = {Qt.SortOrder.AscendingOrder: " ↑", Qt.SortOrder.DescendingOrder: " ↓"}  # the style's would hide letters
MOST = 1.6  # times the width that it asks for
FEWEST = 0.6  # times the width that a column asks for which takes the room that is left
_ROOT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column:
    """One column: `values` of shape (rows,); numbers are right-aligned and shown through `show`."""

    title: str
    values: "np.ndarray[Any, Any]"
    show: Callable[[Any], str] = str
    tip: str = ""
    width: float = 8.0  # in heights of a line
    stretch: bool = False  # takes the room that is left
    left: bool = False  # left-aligned although a number

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, shown at the right."""
        return not self.left and self.values.dtype.kind in "iuf"

    @cached_property
    def ranks(self) -> "np.ndarray[Any, Any]":
        """Integer ranks (rows,), -1 for not-a-number: found once, since integers sort fast whatever a column holds.

        Text is compared without case and by its first characters; numpy sorts it without holding up other threads.
        """
        if self.values.dtype == object:
            keys = np.array([str(value)[:RANKED_CHARACTERS].casefold() for value in self.values], dtype=str)
            return np.unique(keys, return_inverse=True)[1].astype(np.int64)
        if self.values.dtype.kind in "iu" and self.values.min(initial=0) >= 0:
            return self.values.astype(np.int64)  # counts are their own ranks
        ranks = np.unique(self.values, return_inverse=True)[1].astype(np.int64)
        ranks[np.isnan(self.values)] = -1
        return ranks


def text_column(title: str, values: Sequence[str], width: float = 8.0, tip: str = "", stretch: bool = False) -> Column:
    """A column of text."""
    return Column(title, np.array(values, dtype=object), str, tip, width, stretch)


class ColumnModel(QAbstractTableModel):
    """A read-only table of `Column`s. `order` (int64) lists the source rows shown, in the order shown."""

    def __init__(self, columns: Sequence[Column] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._rows = 0
        self._mask: np.ndarray[Any, Any] | None = None
        self._sorting = (-1, Qt.SortOrder.AscendingOrder)
        self.order = np.arange(0)
        self.set_columns(columns)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Replace everything; keeps the sorting, drops the filter."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self._rows = len(columns[0].values) if columns else 0
        self._mask = None
        self.order = self._wanted_order()
        self.endResetModel()

    def replace_columns(self, changed: "Mapping[int, Column]") -> None:
        """Other values in some columns, the same rows: selection, current index and scrolling stay."""
        self._columns = tuple(changed.get(section, column) for section, column in enumerate(self._columns))
        if self._sorting[0] in changed:
            self.layoutAboutToBeChanged.emit()
            self._reorder()
            self.layoutChanged.emit()
        elif len(self.order):
            last = len(self.order) - 1
            for section in changed:
                self.dataChanged.emit(self.index(0, section), self.index(last, section))

    def set_filter(self, mask: "np.ndarray[Any, Any] | None") -> None:
        """Show only the source rows where `mask` (bool, shape (rows,)) holds; None shows all."""
        self.layoutAboutToBeChanged.emit()
        self._mask = mask
        self._reorder()
        self.layoutChanged.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, stable; -1 restores the source order."""
        self.layoutAboutToBeChanged.emit()
        self._sorting = (column, order)
        self._reorder()
        self.layoutChanged.emit()

    def source_row(self, index: Index) -> int:
        """The source row behind an index of the view."""
        return int(self.order[index.row()])

    def view_row(self, source_row: int) -> int:
        """The row where a source row is shown, or -1 when it is filtered away."""
        found = np.flatnonzero(self.order == source_row)
        return int(found[0]) if len(found) else -1

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """Rows shown; a table has no children."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """Columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text, alignment, tooltip, or (UserRole) the raw value of a cell."""
        if role == Qt.ItemDataRole.TextAlignmentRole and index.isValid():
            return int(_RIGHT if self._columns[index.column()].numeric else _LEFT)
        wanted = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.UserRole)
        if role not in wanted or not index.isValid():
            return None
        column = self._columns[index.column()]
        value = column.values[self.order[index.row()]]
        if role == Qt.ItemDataRole.UserRole:
            return value
        return "" if isinstance(value, np.floating) and np.isnan(value) else column.show(value)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """Column titles, their tips and alignment."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            place, order = self._sorting
            return column.title + (ARROWS[order] if section == place else "")
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_RIGHT if column.numeric else _LEFT)
        return None

    def _reorder(self) -> None:
        """Compute the new order and carry selections and the current index over to it."""
        old_indexes = self.persistentIndexList()
        sources = [int(self.order[i.row()]) for i in old_indexes]
        self.order = self._wanted_order()
        if not old_indexes:
            return
        places = np.full(self._rows, -1)
        places[self.order] = np.arange(len(self.order))
        moved = [
            self.index(int(places[source]), i.column()) if places[source] >= 0 else QModelIndex()
            for source, i in zip(sources, old_indexes, strict=True)
        ]
        self.changePersistentIndexList(old_indexes, moved)

    def _wanted_order(self) -> "np.ndarray[Any, Any]":
        shown = np.arange(self._rows) if self._mask is None else np.flatnonzero(self._mask)
        column, direction = self._sorting
        if not 0 <= column < len(self._columns):
            return shown
        ranks = self._columns[column].ranks[shown]
        keys = ranks if direction == Qt.SortOrder.AscendingOrder else -ranks
        keys = np.where(ranks < 0, self._rows, keys)  # what is missing stays last
        return shown[np.argsort(keys, kind="stable")]


class Table(QTableView):
    """A calm table view: rows, no grid, sortable, Ctrl+C copies the selected rows with their headers."""

    def __init__(self, model: ColumnModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(em(1.7))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(em(2.5))
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        copy = QAction(self.tr("Copy rows"), self, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_rows)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._elastic: dict[int, int] = {}  # columns that share the room that is left: the least width of each
        self.own_widths: dict[str, dict[int, int]] = {}  # drawn by the user, by `columns_key`
        self._columns_key = ""
        self._pressed: list[int] | None = None  # widths when the mouse was pressed on the header
        self.horizontalHeader().viewport().installEventFilter(self)
        self.horizontalHeader().sortIndicatorChanged.connect(lambda section, _: self._make_room(section))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Widths are the user's own where they changed between a press on the header and the release."""
        if watched is self.horizontalHeader().viewport():
            if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                self._pressed = self._widths()
            elif event.type() == QEvent.Type.MouseButtonRelease:
                self._note_drawn()
        return super().eventFilter(watched, event)

    def _widths(self) -> list[int]:
        return [self.columnWidth(section) for section in range(self.horizontalHeader().count())]

    def _note_drawn(self) -> None:
        before, self._pressed = self._pressed, None
        now, header = self._widths(), self.horizontalHeader()
        if before is None or len(before) != len(now):
            return
        for section, width in enumerate(now):
            if width != before[section] and header.sectionResizeMode(section) == QHeaderView.ResizeMode.Interactive:
                self.own_widths.setdefault(self._columns_key, {})[section] = width
                if section in self._elastic:
                    self._elastic[section] = width

    def fit_columns(self, columns: Sequence[Column]) -> None:
        """Widths as the user drew them, else as the columns ask for, in lines of text: more where the font needs it."""
        self._columns_key, self._pressed = columns_key(columns), None
        own = self.own_widths.get(self._columns_key, {})
        widths = [own.get(section) or self._needed(section, column) for section, column in enumerate(columns)]
        self.horizontalHeader().setStretchLastSection(False)
        for section, width in enumerate(widths):
            self.horizontalHeader().setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(section, width)
        elastic = [section for section, column in enumerate(columns) if column.stretch]
        legible = {s: max(em(FEWEST * columns[s].width), _header_width(columns[s].title)) for s in elastic}
        self._elastic = {s: own.get(s, width) for s, width in legible.items()}
        if not elastic and widths:
            self._elastic = {len(widths) - 1: widths[-1]}
        self._make_room(self.horizontalHeader().sortIndicatorSection())
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width to share."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Elastic columns take the room that is left; where there is too little, they stay legible and one scrolls."""
        header, elastic = self.horizontalHeader(), self._elastic
        if not elastic or max(elastic) >= header.count():
            return
        others = sum(header.sectionSize(s) for s in range(header.count()) if s not in elastic)
        fits = self.viewport().width() >= others + sum(elastic.values())
        for section, least in elastic.items():
            if fits:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
            else:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(section, least)

    def _needed(self, section: int, column: Column) -> int:
        """Room for the whole header and the largest figure, and for what the first rows hold, within reason."""
        wanted = max(em(column.width), _header_width(column.title))
        if column.stretch:
            return wanted
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        delegate, rows = self.itemDelegate(), range(min(LOOKED_AT, self.model().rowCount()))
        cells = [delegate.sizeHint(option, self.model().index(row, section)).width() for row in rows]
        if column.numeric and len(column.values) and not np.isnan(column.values).all():
            wanted = max(wanted, self.fontMetrics().horizontalAdvance(column.show(np.nanmax(column.values))) + em(1.4))
        return max(wanted, min(max(cells, default=0), round(MOST * column.width * self._line())))

    def _line(self) -> float:
        """The measure of widths: a height of a line, or two letters where the font's are wide for their height."""
        return max(em(), 2 * QFontMetricsF(self.font()).averageCharWidth())

    def _make_room(self, section: int) -> None:
        """The arrow of the sorting stands beside the words of the header."""
        title = self.model().headerData(section, Qt.Orientation.Horizontal) if section >= 0 else None
        if title:
            self.setColumnWidth(section, max(self.columnWidth(section), _header_width(str(title))))

    def select_only(self, row: int) -> None:
        """Make a row the current one and the only one selected, whatever keys are held down meanwhile."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), flags)
        self.scrollTo(self.currentIndex())

    def copy_rows(self) -> None:
        """Put the selected rows on the clipboard as tab-separated text."""
        model = self.model()
        columns = range(model.columnCount())
        header = [str(model.headerData(c, Qt.Orientation.Horizontal)).rstrip("".join(ARROWS.values())) for c in columns]
        rows = sorted(self.selectionModel().selectedRows(), key=lambda i: i.row())
        lines = [header] + [[str(model.index(row.row(), c).data()) for c in columns] for row in rows]
        QApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))


def columns_key(columns: Sequence[Column]) -> str:
    """A short name for a set of columns, from which their titles cannot be read: widths hold for the same ones only."""
    return hashlib.sha256("\n".join(column.title for column in columns).encode()).hexdigest()[:12]


def _header_width(title: str) -> int:
    """What a header takes, in the letters of the stylesheet and with its padding."""
    return math.ceil(QFontMetricsF(scaled_font(0.92, bold=True)).horizontalAdvance(title)) + em(1.6)
