"""A stretch of rows of the export as a table: cells side by side, the header row and the row looked for marked."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from lamo_desktop.admissions.cell_addresses import Place
from lamo_desktop.admissions.sheet_rows import Rows
from lamo_desktop.admissions.workbook_scan import column_letter
from lamo_desktop.ui.kit.theme import em, scaled_font, tokens

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
TIP_LENGTH = 1_000
SHOWN_LENGTH = 200  # characters of a cell; the rest is in its tip


class RowsModel(QAbstractTableModel):
    """A stretch of rows, read-only. `used` names what a column (0-based) is used for; `header` is the header row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows = Rows("", (), (), 0)
        self.header = 0
        self.target: Place | None = None
        self.target_column = -1
        self._used: Mapping[int, str] = {}
        self._width = 0

    def show_rows(self, rows: Rows, header: int, used: Mapping[int, str], target: Place | None = None) -> None:
        """Replace everything."""
        self.beginResetModel()
        self.rows, self.header, self._used, self.target = rows, header, used, target
        self._width = max(map(len, rows.cells), default=0)
        self.target_column = self._column(target.column) if target else -1
        self.endResetModel()

    def _column(self, name: str) -> int:
        """0-based, from a letter or a header; -1 where there is none such."""
        letters = [column_letter(j) for j in range(self._width)]
        if name in letters:
            return letters.index(name)
        return next((j for cells in self.rows.cells[:1] for j, cell in enumerate(cells) if name and cell == name), -1)

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """Rows of the stretch."""
        return 0 if parent.isValid() else len(self.rows.cells)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """Columns of its longest row."""
        return 0 if parent.isValid() else self._width

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, tip, ground and weight of a cell."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        cells, number = self.rows.cells[row], self.rows.numbers[row]
        if role == Qt.ItemDataRole.DisplayRole:
            text = cells[column] if column < len(cells) else ""
            return text[:SHOWN_LENGTH].replace("\n", " ↵ ")
        if role == Qt.ItemDataRole.ToolTipRole:
            text = cells[column] if column < len(cells) else ""
            return text[:TIP_LENGTH] if len(text) > 24 else None
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._ground(number, column)
        if role == Qt.ItemDataRole.ForegroundRole and number < self.header:
            return QColor(tokens().muted)
        if role == Qt.ItemDataRole.FontRole and number == self.header:
            return scaled_font(1.0, bold=True)
        return None

    def _ground(self, number: int, column: int) -> QColor | None:
        if self.target is not None and number == self.target.row:
            return QColor(tokens().warn_soft)
        return QColor(tokens().accent_soft) if number == self.header else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """Row numbers; column letters with what the column is used for."""
        if orientation == Qt.Orientation.Vertical:
            if role == Qt.ItemDataRole.DisplayRole and section < len(self.rows.numbers):
                return f"{self.rows.numbers[section]:,}"
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            return None
        used = self._used.get(section, "")
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{column_letter(section)}\n{used or '–'}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and used:
            return QColor(tokens().accent)
        return None


class _Grounds(QStyledItemDelegate):
    """Draws a cell's ground, which a style sheet's item rule would leave out."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The ground, then the cell."""
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if ground is not None:
            painter.fillRect(option.rect, ground)
        super().paint(painter, option, index)


class RowsView(QTableView):
    """Cells side by side, as in a spreadsheet."""

    def __init__(self, model: RowsModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_Grounds(self))
        self.setAccessibleName(self.tr("Rows of the export"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(em(1.55))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(em(2.5))
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._shape = ("", 0)

    def fit(self) -> None:
        """Widths by what is shown, when another table is."""
        model = self.model()
        assert isinstance(model, RowsModel)
        shape = (model.rows.table, model.columnCount())
        if shape == self._shape or not model.rowCount():
            return
        self._shape = shape
        metrics = self.fontMetrics()
        for column in range(model.columnCount()):
            texts = [str(model.index(row, column).data()) for row in range(min(model.rowCount(), 20))]
            texts += str(model.headerData(column, Qt.Orientation.Horizontal)).split("\n")
            widest = max(metrics.horizontalAdvance(text[:40]) for text in texts)
            self.setColumnWidth(column, min(em(14), widest + em(1.6)))
