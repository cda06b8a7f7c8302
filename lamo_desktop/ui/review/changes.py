"""A change of a probability as a bar to the right (up) or left (down) of a middle line, with its number."""

import math

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lamo_desktop.ui.kit.theme import em, tokens

SMALLEST_FULL = 0.05  # the bar's half never stands for less than five points, so that small changes look small


def signed(change: float) -> str:
    """A change in percentage points, with its sign."""
    return f"{100 * change:+.1f}".replace("-", "−")


class ChangeDelegate(QStyledItemDelegate):
    """Draws the raw value (UserRole) of a cell, a change from -1 to 1, on the scale of its column."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the cell."""
        colours = tokens()
        value = index.data(Qt.ItemDataRole.UserRole)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.Highlight))
        elif index.row() % 2:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.AlternateBase))
        if value is None or math.isnan(value):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(em(0.5), 0, -em(0.5), 0)
        number = em(2.8)
        painter.setPen(QColor(colours.text))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(area.left(), area.top(), number, area.height()), right, signed(value))
        half = (area.width() - number - em(0.6)) / 2
        middle = area.right() - half
        length = half * min(1.0, abs(value) / _full(index))
        bar = QRectF(middle if value > 0 else middle - length, area.center().y() - em(0.25), length, em(0.5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent if value > 0 else colours.warn))
        painter.drawRoundedRect(bar, em(0.12), em(0.12))
        painter.setPen(QPen(QColor(colours.strong_border), 1))
        painter.drawLine(int(middle), int(area.top()), int(middle), int(area.bottom()))
        painter.restore()


def _full(index: QModelIndex | QPersistentModelIndex) -> float:
    """The change that fills half the cell: the column's largest."""
    model = index.model()
    values: list[float] = [
        model.index(row, index.column()).data(Qt.ItemDataRole.UserRole) for row in range(model.rowCount())
    ]
    return max([SMALLEST_FULL, *(abs(value) for value in values if not math.isnan(value))])
