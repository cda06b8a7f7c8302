"""The attrition funnel: how many admissions each criterion leaves, drawn as bars that grow narrower."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lamo_desktop.admissions.cohort import AttritionStep
from lamo_desktop.ui.theme import em, scaled_font, tokens
from lamo_desktop.ui.words import said

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
BAR = 2.0  # lines, room for two of words
BETWEEN = 1.25  # lines: the slope to the next bar, with the number that left
SHARE = 0.28  # of the width for the funnel; the words stand at its right
NARROWEST = 0.02  # of a full bar, so that a single admission can be seen


class Funnel(QWidget):
    """One bar per step, centred, as wide as what remains after it; what left stands between two bars."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[AttritionStep, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_steps(self, steps: Sequence[AttritionStep]) -> None:
        """Draw these steps."""
        self._steps = tuple(steps)
        words = [
            self.tr("{s}: {n} remain").format(s=said(step.step), n=f"{step.remaining:,}")
            + (
                ", " + self.tr("{n} left out: {r}").format(n=f"{step.removed:,}", r=said(step.reason))
                if step.removed
                else ""
            )
            for step in steps
        ]
        self.setAccessibleName(self.tr("Attrition"))
        self.setAccessibleDescription("; ".join(words))
        self.setToolTip("\n".join(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A bar and a slope per step."""
        count = max(1, len(self._steps))
        return QSize(em(26), em(BAR) * count + em(BETWEEN) * (count - 1))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As high as its steps."""
        return QSize(em(16), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the bars, the slopes between them, and the words at the right."""
        if not self._steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max(1, *(step.remaining for step in self._steps))
        full = self.width() * SHARE
        widths = [full * max(NARROWEST, step.remaining / most) if step.remaining else 0 for step in self._steps]
        for row, step in enumerate(self._steps):
            top = row * (em(BAR) + em(BETWEEN))
            if row + 1 < len(self._steps):
                self._draw_slope(painter, top + em(BAR), full, widths[row], widths[row + 1], self._steps[row + 1])
            self._draw_bar(painter, top, full, widths[row], step)

    def _draw_bar(self, painter: QPainter, top: int, full: float, width: float, step: AttritionStep) -> None:
        colours = tokens()
        bar = QRectF((full - width) / 2, top, width, em(BAR))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(bar, em(0.2), em(0.2))
        bold, number = scaled_font(0.95, bold=True), f"{step.remaining:,}"
        painter.setFont(bold)
        inside = QFontMetrics(bold).horizontalAdvance(number) + em(0.6) < width
        painter.setPen(QColor(colours.on_accent if inside else colours.text))
        if inside or not width:
            painter.drawText(QRectF(0, top, full, em(BAR)), _CENTRE, number)
        else:
            painter.drawText(QRectF(bar.right() + em(0.3), top, full, em(BAR)), _LEFT, number)
        painter.setPen(QColor(colours.text))
        painter.setFont(scaled_font(0.95))
        words = said(step.step)
        left = full + em(0.9)
        wrapped = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, top, self.width() - left, em(BAR)), wrapped, words[:1].upper() + words[1:])

    def _draw_slope(
        self, painter: QPainter, top: int, full: float, upper: float, lower: float, step: AttritionStep
    ) -> None:
        colours, height, middle = tokens(), em(BETWEEN), full / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent_soft))
        corners = ((-upper, 0), (upper, 0), (lower, height), (-lower, height))
        painter.drawPolygon(QPolygonF([QPointF(middle + x / 2, top + y) for x, y in corners]))
        if step.removed:
            painter.setPen(QColor(colours.muted))
            painter.setFont(scaled_font(0.88))
            reason = f"  {said(step.reason)}" if step.reason else ""
            self._draw_words(painter, top, height, full, f"−{step.removed:,}{reason}")

    def _draw_words(self, painter: QPainter, top: int, height: int, full: float, words: str) -> None:
        left = full + em(0.9)
        room = self.width() - left
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, top, room, height), _LEFT, shown)
