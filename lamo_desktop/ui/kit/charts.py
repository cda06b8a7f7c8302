"""Small drawings in table cells: the probability bar."""

import math

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lamo_desktop.ui.kit.theme import em, tokens

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ProbabilityDelegate(QStyledItemDelegate):
    """A probability (UserRole) as number and bar, with a tick at the drug's threshold (THRESHOLD_ROLE)."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the cell."""
        colours = tokens()
        probability, threshold = index.data(Qt.ItemDataRole.UserRole), index.data(THRESHOLD_ROLE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.Highlight))
        elif index.row() % 2:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.AlternateBase))
        if probability is None or math.isnan(probability):  # an ordered drug that is no candidate, or not scored
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(em(0.5), 0, -em(0.5), 0)
        number = em(2.4)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(area.left(), area.top(), number, area.height()), _RIGHT, f"{probability:.0%}")
        bar = QRectF(area.left() + number + em(0.5), area.center().y() - em(0.2), 0, em(0.4))
        full = area.right() - bar.left()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), full, bar.height()), em(0.2), em(0.2))
        above = threshold is not None and probability >= threshold
        painter.setBrush(QColor(colours.accent if above else colours.disabled))
        painter.drawRoundedRect(
            QRectF(bar.left(), bar.top(), max(em(0.2), full * probability), bar.height()), em(0.2), em(0.2)
        )
        if threshold is not None:
            place = bar.left() + full * threshold
            painter.setPen(QPen(QColor(colours.text), 1.5))
            painter.drawLine(int(place), int(bar.top() - em(0.2)), int(place), int(bar.bottom() + em(0.2)))
        painter.restore()


THRESHOLD_ROLE = Qt.ItemDataRole.UserRole + 1
