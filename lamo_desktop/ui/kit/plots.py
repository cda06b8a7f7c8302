"""Plain plots drawn with the painter: lines with bands, points with intervals, bars, one marker that can be moved."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lamo_desktop.ui.kit.theme import em, scaled_font, tokens

LINE, POINTS, BARS = "line", "points", "bars"
_LOG_TICKS = (1, 2, 5)


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` over places from `start` to `end`; others fall beyond unless cut at the edge."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The place of a value."""
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def cut(self, value: float) -> float:
        """The place of a value, at the edge for one that falls beyond."""
        return self.at(min(max(value, self.low), self.high))

    def value(self, place: float) -> float:
        """The value at a place."""
        share = (place - self.start) / (self.end - self.start)
        share = min(max(share, 0.0), 1.0)
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values, about so many of them."""
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            found = [m * 10.0**power for power in powers for m in _LOG_TICKS]
            found = [t for t in found if self.low * 0.999 <= t <= self.high * 1.001]
            return found if len(found) <= about + 3 else [t for t in found if f"{t:.0e}"[0] == "1"]
        rough = (self.high - self.low) / about
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.99)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(number * step, 10) for number in range(first, last + 1)]


@dataclass(frozen=True)
class Series:
    """Points (x, y) with intervals, drawn as a line with a band, as points with whiskers, or as bars from zero.

    `colour` is a token's name; `shift` moves bars aside by a share of the room for one, `width` is theirs.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    colour: str = "accent"
    kind: str = LINE
    dashed: bool = False
    shift: float = 0.0
    width: float = 0.8


@dataclass(frozen=True)
class Axes:
    """What the axes are called and reach from and to."""

    x_title: str
    y_title: str
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)
    log_x: bool = False


class Plot(QWidget):
    """Series over two axes, a legend above, an optional vertical marker; `chosen(x)` when the user puts it elsewhere.

    A plot that can be chosen in (`step` above 0) takes the focus: arrow keys move the marker by a step.
    """

    chosen = Signal(float)

    def __init__(self, axes: Axes, step: float = 0.0) -> None:
        super().__init__()
        self._axes, self._step = axes, step
        self._series: tuple[Series, ...] = ()
        self._marker: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(axes.y_title)
        if step:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_series(
        self,
        series: Sequence[Series],
        description: str,
        x: tuple[float, float] | None = None,
        y: tuple[float, float] | None = None,
    ) -> None:
        """Draw these; `description` tells a screen reader what they say. New reaches of the axes where given."""
        self._series = tuple(series)
        self._axes = replace(self._axes, x=x or self._axes.x, y=y or self._axes.y)
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
        return QSize(em(14), em(8))

    def event(self, event: QEvent) -> bool:
        """Under the pointer: the values of every series at the nearest x."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self._values_at(self._across().value(event.pos().x()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Put the marker where the user points."""
        if self._step and event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._across().value(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the marker along."""
        if self._step and event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(self._across().value(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Left and right move the marker, Home and End to the ends."""
        low, high = self._axes.x
        now = self._marker if self._marker is not None else 0.0
        places = {
            Qt.Key.Key_Left: now - self._step,
            Qt.Key.Key_Right: now + self._step,
            Qt.Key.Key_Home: low,
            Qt.Key.Key_End: high,
        }
        if self._step and event.key() in places:
            self._choose(places[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _choose(self, x: float) -> None:
        low, high = self._axes.x
        self.chosen.emit(min(max(round(x / self._step) * self._step, low), high))

    def _area(self) -> QRectF:
        metrics = QFontMetrics(scaled_font(0.88))
        line = metrics.height()
        numbers = max(metrics.horizontalAdvance(f"{t:g}") for t in Scale(*self._axes.y, 0, 1).ticks())
        return QRectF(self.rect()).adjusted(line * 1.4 + numbers + em(0.4), line * 1.7, -em(0.6), -line * 2.5)

    def _across(self) -> Scale:
        area = self._area()
        return Scale(*self._axes.x, area.left(), area.right(), self._axes.log_x)

    def _up(self) -> Scale:
        area = self._area()
        return Scale(*self._axes.y, area.bottom(), area.top())

    def _values_at(self, x: float) -> str:
        lines = []
        for series in self._series:
            if not len(series.x) or not series.name or series.dashed:
                continue
            row = min(range(len(series.x)), key=lambda i: abs(series.x[i] - x))
            text = f"{series.name}: {series.y[row]:.3g}"
            if len(series.low):
                text += f" ({series.low[row]:.3g} – {series.high[row]:.3g})"
            lines.append(text)
        return "\n".join(lines)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(scaled_font(0.88))
        if not self._series:
            painter.setPen(QColor(tokens().muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.accessibleName())
            return
        area, across, up = self._area(), self._across(), self._up()
        self._draw_legend(painter, area)
        self._draw_axes(painter, area, across, up)
        painter.save()
        painter.setClipRect(area.adjusted(-em(0.3), -em(0.3), em(0.3), em(0.1)))
        for series in self._series:
            _draw(painter, series, across, up)
        if self._marker is not None:
            colour = tokens().accent if self.hasFocus() else tokens().text
            painter.setPen(QPen(QColor(colour), 1.6, Qt.PenStyle.DashLine))
            x = across.at(self._marker)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setBrush(QColor(colour))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawPolygon(
                [QPointF(x - 5, area.top() - 5), QPointF(x + 5, area.top() - 5), QPointF(x, area.top() + 3)]
            )
        painter.restore()

    def _draw_legend(self, painter: QPainter, area: QRectF) -> None:
        names = [series.name for series in self._series if series.name]
        wanted = sum(em(2.3) + painter.fontMetrics().horizontalAdvance(name) for name in names)
        left = max(0.0, min(area.left(), self.width() - wanted))
        painter.save()
        _shrink(painter, wanted, self.width())
        metrics = painter.fontMetrics()
        for series in self._series:
            if not series.name:
                continue
            colour, middle = QColor(getattr(tokens(), series.colour)), metrics.height() / 2
            if series.kind == BARS:
                painter.fillRect(QRectF(left, middle - em(0.25), em(1.1), em(0.5)), colour)
            elif series.kind == POINTS:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(left + em(0.6), middle), em(0.22), em(0.22))
            else:
                painter.setPen(QPen(colour, 2.5, Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine))
                painter.drawLine(QPointF(left, middle), QPointF(left + em(1.2), middle))
            painter.setPen(QColor(tokens().text))
            painter.drawText(QPointF(left + em(1.5), metrics.ascent()), series.name)
            left += em(2.3) + metrics.horizontalAdvance(series.name)
        painter.restore()

    def _draw_axes(self, painter: QPainter, area: QRectF, across: Scale, up: Scale) -> None:
        line = painter.fontMetrics().height()
        muted = QColor(tokens().muted)
        for value in up.ticks():
            y = up.at(value)
            painter.setPen(QPen(QColor(tokens().border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(muted)
            box = QRectF(0, y - line / 2, area.left() - em(0.4), line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:g}")
        painter.setPen(muted)
        for value in across.ticks():
            box = QRectF(across.at(value) - em(3), area.bottom() + em(0.2), em(6), line)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{value:,.10g}")
        _draw_title(painter, QRectF(area.left(), area.bottom() + line * 1.35, area.width(), line), self._axes.x_title)
        painter.save()
        painter.translate(0, area.bottom())
        painter.rotate(-90)
        _draw_title(painter, QRectF(0, 0, area.height(), line), self._axes.y_title)
        painter.restore()


def _draw_title(painter: QPainter, box: QRectF, text: str) -> None:
    """In the middle of the box, in smaller letters where they would not fit, and then without what does not."""
    painter.save()
    _shrink(painter, painter.fontMetrics().horizontalAdvance(text), box.width())
    words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, words)
    painter.restore()


def _shrink(painter: QPainter, wanted: float, room: float) -> None:
    if wanted > room:
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * max(0.75, 0.98 * room / wanted))
        painter.setFont(font)


def _draw(painter: QPainter, series: Series, across: Scale, up: Scale) -> None:
    colour = QColor(getattr(tokens(), series.colour))
    rows = [row for row in range(len(series.x)) if math.isfinite(series.y[row])]
    places = [QPointF(across.at(series.x[row]), up.at(series.y[row])) for row in rows]
    if series.kind == BARS:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for row in rows:
            left, right = (across.at(series.x[row] + series.shift + end) for end in (0.0, series.width))
            top = up.at(series.y[row])
            painter.drawRect(QRectF(left, top, right - left, up.start - top))
        return
    if len(series.low) and series.kind == POINTS:
        painter.setPen(QPen(colour, 1.2))
        for row, place in zip(rows, places, strict=True):
            if math.isfinite(series.low[row]):
                painter.drawLine(
                    QPointF(place.x(), up.at(series.low[row])), QPointF(place.x(), up.at(series.high[row]))
                )
    elif len(series.low):
        known = [row for row in rows if math.isfinite(series.low[row])]
        upper = [QPointF(across.at(series.x[row]), up.at(series.high[row])) for row in known]
        lower = [QPointF(across.at(series.x[row]), up.at(series.low[row])) for row in reversed(known)]
        shade = QColor(colour)
        shade.setAlpha(38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPolygon(QPolygonF([*upper, *lower]))
    if series.kind == POINTS:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for place in places:
            painter.drawEllipse(place, em(0.22), em(0.22))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine if series.dashed else Qt.PenStyle.SolidLine))
        painter.drawPolyline(QPolygonF(places))
