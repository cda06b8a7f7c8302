"""The attrition funnel: how many admissions each criterion leaves, drawn as bars that grow narrower."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lamo_desktop.admissions.cohort import AttritionStep
from lamo_desktop.ui.theme import em, scaled_font, tokens
from lamo_desktop.ui.words import said

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = _LEFT | Qt.TextFlag.TextWordWrap
_CENTRE = Qt.AlignmentFlag.AlignCenter
BAR = 2.0  # lines, room for two of words
BETWEEN = 0.95  # lines: the slope to the next bar
REASON = 2.1  # lines: a slope beside which stands how many left, and why, in up to two lines
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
        return QSize(em(26), em(BAR) * max(1, len(self._steps)) + sum(map(_slope, self._steps[1:])))

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
        top = 0
        for row, step in enumerate(self._steps):
            if row:
                self._draw_slope(painter, top, full, widths[row - 1], widths[row], step)
                top += _slope(step)
            self._draw_bar(painter, top, full, widths[row], step)
            top += em(BAR)

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
        painter.drawText(QRectF(left, top, self.width() - left, em(BAR)), _WRAPPED, words[:1].upper() + words[1:])

    def _draw_slope(
        self, painter: QPainter, top: int, full: float, upper: float, lower: float, step: AttritionStep
    ) -> None:
        colours, height, middle = tokens(), _slope(step), full / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent_soft))
        corners = ((-upper, 0), (upper, 0), (lower, height), (-lower, height))
        painter.drawPolygon(QPolygonF([QPointF(middle + x / 2, top + y) for x, y in corners]))
        if step.removed:
            painter.setPen(QColor(colours.muted))
            painter.setFont(scaled_font(0.88))
            reason = f"  {said(step.reason)}" if step.reason else ""
            left = full + em(0.9)
            room = QRectF(left, top, self.width() - left, height)
            painter.drawText(room, _WRAPPED, f"−{step.removed:,}{reason}")


def _slope(step: AttritionStep) -> int:
    """The height of the slope that leads to a step."""
    return em(REASON if step.removed else BETWEEN)
