"""Small drawings: the attrition funnel, and the probability bar of a table cell."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from lamo_desktop.admissions.cohort import AttritionStep
from lamo_desktop.ui.theme import em, scaled_font, tokens

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
STEP_HEIGHT = 2.95  # lines: the step, its bar, what was removed
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Funnel(QWidget):
    """Attrition: one bar per step, as long as what remains after it, with the number removed beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[AttritionStep, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_steps(self, steps: Sequence[AttritionStep]) -> None:
        """Draw these steps."""
        self._steps = tuple(steps)
        words = (f"{s.step}: {s.remaining:,} remain, {s.removed:,} removed {s.reason}".strip() for s in steps)
        self.setAccessibleName(self.tr("Attrition") + ". " + "; ".join(words))
        self.setToolTip("\n".join(f"{s.step}: {s.reason}" for s in steps if s.reason))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A line and a bar per step."""
        return QSize(em(30), em(STEP_HEIGHT) * max(1, len(self._steps)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As high as its steps."""
        return QSize(em(16), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the steps."""
        if not self._steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max(1, *(step.remaining for step in self._steps))
        for row, step in enumerate(self._steps):
            self._draw(painter, row * em(STEP_HEIGHT), step, most)

    def _draw(self, painter: QPainter, top: int, step: AttritionStep, most: int) -> None:
        colours, width, line = tokens(), self.width(), em(1.2)
        normal, bold, small = scaled_font(0.95), scaled_font(0.95, bold=True), scaled_font(0.88)
        number = QFontMetrics(bold).horizontalAdvance(f"{most:,}") + em(0.4)
        painter.setPen(QColor(colours.text))
        painter.setFont(normal)
        room = width - number
        words = step.step[:1].upper() + step.step[1:]
        painter.drawText(
            0, top, room, line, _LEFT, QFontMetrics(normal).elidedText(words, Qt.TextElideMode.ElideRight, room)
        )
        painter.setFont(bold)
        painter.drawText(width - number, top, number, line, _RIGHT, f"{step.remaining:,}")
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(0, top + em(1.25), width, em(0.3))
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(bar, em(0.15), em(0.15))
        bar.setWidth(max(em(0.3), width * step.remaining / most) if step.remaining else 0)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(bar, em(0.15), em(0.15))
        if step.removed:
            painter.setPen(QColor(colours.muted))
            painter.setFont(small)
            said = f"−{step.removed:,}" + (f"  {step.reason}" if step.reason else "")
            said = QFontMetrics(small).elidedText(said, Qt.TextElideMode.ElideRight, width)
            painter.drawText(0, top + em(1.6), width, em(1.1), _LEFT, said)


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
