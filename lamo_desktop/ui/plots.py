"""Plain plots drawn with the painter: lines with bands, points with intervals, one marker line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lamo_desktop.ui.theme import em, scaled_font, tokens


@dataclass(frozen=True)
class Series:
    """Points (x, y) with intervals; drawn as a line, or as `points` with whiskers. `colour` is a token's name."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    colour: str = "accent"
    points: bool = False
    dashed: bool = False


class Plot(QWidget):
    """Series over two linear axes, with a legend above and an optional vertical marker."""

    def __init__(self, x_title: str, y_title: str) -> None:
        super().__init__()
        self._x_title, self._y_title = x_title, y_title
        self._series: tuple[Series, ...] = ()
        self._x_range, self._y_range = (0.0, 1.0), (0.0, 1.0)
        self._marker: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_series(
        self, series: Sequence[Series], x_range: tuple[float, float], y_range: tuple[float, float], description: str
    ) -> None:
        """Draw these; `description` tells a screen reader what they say."""
        self._series, self._x_range, self._y_range = tuple(series), x_range, y_range
        self.setAccessibleName(description)
        self.update()

    def show_marker(self, x: float | None) -> None:
        """A vertical line at x."""
        self._marker = x
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wider than high."""
        return QSize(em(22), em(14))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Still legible."""
        return QSize(em(14), em(9))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = scaled_font(0.88)
        painter.setFont(small)
        metrics = QFontMetrics(small)
        line = metrics.height()
        area = QRectF(self.rect()).adjusted(em(2.4), line * 1.6, -em(0.6), -line * 2.4)
        self._legend(painter, metrics, area)
        self._axes(painter, area, line)
        painter.save()
        painter.setClipRect(area.adjusted(-em(0.4), -em(0.4), em(0.4), em(0.4)))
        for series in self._series:
            self._draw(painter, area, series)
        if self._marker is not None:
            painter.setPen(QPen(QColor(tokens().text), 1.5, Qt.PenStyle.DashLine))
            x = self._place(area, self._marker, 0).x()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.restore()

    def _legend(self, painter: QPainter, metrics: QFontMetrics, area: QRectF) -> None:
        left = area.left()
        for series in self._series:
            if not series.name:
                continue
            style = Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(getattr(tokens(), series.colour)), 2.5, style))
            middle = metrics.height() / 2
            painter.drawLine(QPointF(left, middle), QPointF(left + em(1.2), middle))
            painter.setPen(QColor(tokens().text))
            painter.drawText(QPointF(left + em(1.5), metrics.ascent()), series.name)
            left += em(2.6) + metrics.horizontalAdvance(series.name)

    def _axes(self, painter: QPainter, area: QRectF, line: int) -> None:
        for value in _ticks(*self._y_range):
            y = self._place(area, 0, value).y()
            painter.setPen(QPen(QColor(tokens().border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(tokens().muted))
            box = QRectF(0, y - line / 2, area.left() - em(0.4), line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:g}")
        for value in _ticks(*self._x_range):
            x = self._place(area, value, 0).x()
            box = QRectF(x - em(2), area.bottom() + em(0.2), em(4), line)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{value:g}")
        bottom = QRectF(area.left(), area.bottom() + line * 1.25, area.width(), line)
        painter.drawText(bottom, Qt.AlignmentFlag.AlignHCenter, self._x_title)
        painter.save()
        painter.translate(0, area.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, area.height(), line), Qt.AlignmentFlag.AlignHCenter, self._y_title)
        painter.restore()

    def _draw(self, painter: QPainter, area: QRectF, series: Series) -> None:
        colour = QColor(getattr(tokens(), series.colour))
        rows = [row for row in range(len(series.x)) if math.isfinite(series.y[row])]
        places = [self._place(area, series.x[row], series.y[row]) for row in rows]
        if series.low and series.points:
            painter.setPen(QPen(colour, 1.2))
            for row in rows:
                low = self._place(area, series.x[row], series.low[row])
                painter.drawLine(low, self._place(area, series.x[row], series.high[row]))
        elif series.low:
            upper = [self._place(area, series.x[row], series.high[row]) for row in rows]
            lower = [self._place(area, series.x[row], series.low[row]) for row in reversed(rows)]
            shade = QColor(colour)
            shade.setAlpha(40)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade)
            painter.drawPolygon(QPolygonF([*upper, *lower]))
        if series.points:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for place in places:
                painter.drawEllipse(place, em(0.22), em(0.22))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine))
            painter.drawPolyline(QPolygonF(places))

    def _place(self, area: QRectF, x: float, y: float) -> QPointF:
        across = (x - self._x_range[0]) / (self._x_range[1] - self._x_range[0])
        up = (y - self._y_range[0]) / (self._y_range[1] - self._y_range[0])
        return QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())


def _ticks(low: float, high: float) -> list[float]:
    """About five round values from low to high."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.99)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 10) for number in range(first, math.floor(high / step + 1e-9) + 1)]
