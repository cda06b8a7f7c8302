"""The attrition funnel: how many admissions each criterion leaves, drawn as bars that grow narrower."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lamo_desktop.admissions.cohort import AttritionStep
from lamo_desktop.ui.kit.theme import em, scaled_font, tokens
from lamo_desktop.ui.kit.words import said

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = _LEFT | Qt.TextFlag.TextWordWrap
_CENTRE = Qt.AlignmentFlag.AlignCenter
BAR = 1.6  # lines, at least: as high as its words
BETWEEN = 0.95  # lines, at least: the slope to the next bar
GAP = 0.35  # lines above and below words
STEP_SIZE, REASON_SIZE = 0.95, 0.88  # of the words, as shares of the usual letters
SHARE = 0.28  # of the width for the funnel; the words stand at its right
WORDS_FROM = 0.9  # lines at the right of the funnel
NARROWEST = 0.02  # of a full bar, so that a single admission can be seen


class Funnel(QWidget):
    """One bar per step, centred, as wide as what remains after it; what left stands between two bars."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[AttritionStep, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

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
        """As high as the words need at a usual width."""
        return QSize(em(26), self.heightForWidth(em(26)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrower it cannot be read; how high it then is depends on the width."""
        return QSize(em(16), 0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Words that wrap into more lines make it higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """Room for every bar, every slope and all their words."""
        return sum(slope + bar for slope, bar in self._heights(width))

    def _heights(self, width: int) -> list[tuple[int, int]]:
        """Of each step: the slope that leads to it (0 for the first) and its bar."""
        room = width - round(width * SHARE) - em(WORDS_FROM)
        found = []
        for row, step in enumerate(self._steps):
            slope = max(em(BETWEEN), _words_height(_left_out(step), REASON_SIZE, room)) if row else 0
            found.append((slope, max(em(BAR), _words_height(_name(step), STEP_SIZE, room))))
        return found

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
        for row, (step, (slope, bar)) in enumerate(zip(self._steps, self._heights(self.width()), strict=True)):
            if row:
                self._draw_slope(painter, QRectF(0, top, full, slope), widths[row - 1], widths[row], step)
            top += slope
            self._draw_bar(painter, QRectF(0, top, full, bar), widths[row], step)
            top += bar

    def _draw_bar(self, painter: QPainter, place: QRectF, width: float, step: AttritionStep) -> None:
        colours = tokens()
        bar = QRectF((place.width() - width) / 2, place.top(), width, place.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(bar, em(0.2), em(0.2))
        bold, number = scaled_font(STEP_SIZE, bold=True), f"{step.remaining:,}"
        painter.setFont(bold)
        inside = QFontMetrics(bold).horizontalAdvance(number) + em(0.6) < width
        painter.setPen(QColor(colours.on_accent if inside else colours.text))
        if inside or not width:
            painter.drawText(place, _CENTRE, number)
        else:
            painter.drawText(QRectF(bar.right() + em(0.3), place.top(), place.width(), place.height()), _LEFT, number)
        painter.setPen(QColor(colours.text))
        painter.setFont(scaled_font(STEP_SIZE))
        painter.drawText(self._beside(place), _WRAPPED, _name(step))

    def _draw_slope(self, painter: QPainter, place: QRectF, upper: float, lower: float, step: AttritionStep) -> None:
        colours, middle = tokens(), place.width() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent_soft))
        corners = ((-upper, 0.0), (upper, 0.0), (lower, place.height()), (-lower, place.height()))
        painter.drawPolygon(QPolygonF([QPointF(middle + x / 2, place.top() + y) for x, y in corners]))
        painter.setPen(QColor(colours.muted))
        painter.setFont(scaled_font(REASON_SIZE))
        painter.drawText(self._beside(place), _WRAPPED, _left_out(step))

    def _beside(self, place: QRectF) -> QRectF:
        """The room for words at the right of a bar or slope."""
        left = place.width() + em(WORDS_FROM)
        return QRectF(left, place.top(), self.width() - left, place.height())


def _name(step: AttritionStep) -> str:
    words = said(step.step)
    return words[:1].upper() + words[1:]


def _left_out(step: AttritionStep) -> str:
    """How many left at a step, and why; empty when nobody did."""
    if not step.removed:
        return ""
    return f"−{step.removed:,}" + (f"  {said(step.reason)}" if step.reason else "")


def _words_height(text: str, size: float, room: int) -> int:
    """What words take, wrapped into the room there is, with a gap above and below."""
    if not text:
        return 0
    area = QRect(0, 0, max(room, em(4)), 100_000)
    return QFontMetrics(scaled_font(size)).boundingRect(area, int(_WRAPPED), text).height() + em(GAP)
