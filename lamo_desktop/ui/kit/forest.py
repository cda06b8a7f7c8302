"""A forest plot: one line per group or model, its figure as a dot on its 95 % interval, and a reference line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lamo_desktop.ui.kit.estimates import with_interval
from lamo_desktop.ui.kit.plots import Scale
from lamo_desktop.ui.kit.theme import em, scaled_font, tokens

if TYPE_CHECKING:
    from lamo_desktop.validate.bootstrap import Estimate

STEP = 1.55  # lines from row to row
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Line:
    """One row: its name, how many stand behind it (shown as text), and the figure."""

    name: str
    count: str
    estimate: "Estimate"


class Forest(QWidget):
    """Lines over one axis; as high as its lines, so it goes into a scroll area."""

    def __init__(self, with_text: bool = True) -> None:
        super().__init__()
        self._with_text = with_text  # the figure and its interval in words, at the right
        self._lines: tuple[Line, ...] = ()
        self._reference, self._log, self._axis_title, self._count_title = 0.0, False, "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_lines(
        self, lines: Sequence[Line], reference: float, axis_title: str, count_title: str = "", log: bool = False
    ) -> None:
        """Draw these lines; `reference` is the dashed line's place."""
        self._lines = tuple(line for line in lines if math.isfinite(line.estimate.value))
        self._reference, self._log = reference, log
        self._axis_title, self._count_title = axis_title, count_title
        said = "; ".join(f"{line.name}: {with_interval(line.estimate)}" for line in self._lines)
        self.setAccessibleName(f"{axis_title}. {said}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A step per line, and the axis."""
        return QSize(em(26), em(STEP * len(self._lines) + 3))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As high as its lines."""
        return QSize(em(20), self.sizeHint().height())

    def _scale(self, left: float, right: float) -> Scale:
        estimates = [line.estimate for line in self._lines]
        found = [x for e in estimates for x in (e.low, e.value, e.high) if math.isfinite(x)]
        if self._log:
            low, high = min([0.5, *(x for x in found if x > 0)]), max([2.0, *found])
            return Scale(max(0.1, low * 0.95), min(10.0, high * 1.05), left, right, log=True)
        low, high = min([self._reference, *found]), max([self._reference, *found])
        margin = 0.06 * max(high - low, 0.02)
        return Scale(low - margin, high + margin, left, right)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._lines:
            painter.setPen(QColor(tokens().muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Too few admissions for a figure here.")
            )
            return
        small, metrics = scaled_font(0.92), QFontMetrics(scaled_font(0.92))
        painter.setFont(small)
        longest = max(metrics.horizontalAdvance(line.name) for line in self._lines)
        names = min(longest + em(0.5), int(self.width() * 0.36))
        counts = max(metrics.horizontalAdvance(text) for text in (self._count_title, *(x.count for x in self._lines)))
        texts = [with_interval(line.estimate) if self._with_text else "" for line in self._lines]
        figures = max(metrics.horizontalAdvance(text) for text in texts)
        top, left = em(2.7), names + counts + em(1.2)
        bottom = top + em(STEP * len(self._lines))
        scale = self._scale(left, self.width() - figures - em(1.0))
        painter.setPen(QColor(tokens().muted))
        painter.drawText(QRectF(names, em(1.25), counts + em(0.4), em(1.3)), _RIGHT, self._count_title)
        self._draw_axis(painter, scale, top, bottom)
        for row, line in enumerate(self._lines):
            middle = top + em(STEP) * (row + 0.5)
            box = QRectF(0, middle - em(0.7), names, em(1.4))
            painter.setPen(QColor(tokens().text))
            painter.drawText(box, _LEFT, metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, names - em(0.3)))
            painter.setPen(QColor(tokens().muted))
            painter.drawText(QRectF(names, middle - em(0.7), counts + em(0.4), em(1.4)), _RIGHT, line.count)
            painter.drawText(QRectF(scale.end, middle - em(0.7), figures + em(0.9), em(1.4)), _RIGHT, texts[row])
            self._draw_estimate(painter, scale, middle, line.estimate)

    def _draw_axis(self, painter: QPainter, scale: Scale, top: float, bottom: float) -> None:
        for tick in scale.ticks():
            x = scale.at(tick)
            painter.setPen(QPen(QColor(tokens().border), 1))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
            painter.setPen(QColor(tokens().muted))
            painter.drawText(QRectF(x - em(2), em(1.3), em(4), em(1.2)), Qt.AlignmentFlag.AlignHCenter, f"{tick:g}")
        title = QRectF(scale.start, 0, scale.end - scale.start, em(1.3))
        painter.drawText(title, Qt.AlignmentFlag.AlignHCenter, self._axis_title)
        painter.setPen(QPen(QColor(tokens().muted), 1.4, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(scale.at(self._reference), top), QPointF(scale.at(self._reference), bottom))

    def _draw_estimate(self, painter: QPainter, scale: Scale, middle: float, e: "Estimate") -> None:
        apart = e.low > self._reference or e.high < self._reference
        colour = QColor(tokens().accent if apart else tokens().muted)
        painter.setPen(QPen(colour, 1.6))
        if math.isfinite(e.low):
            painter.drawLine(QPointF(scale.cut(e.low), middle), QPointF(scale.cut(e.high), middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(scale.cut(e.value), middle), em(0.24), em(0.24))
