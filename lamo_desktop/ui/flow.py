"""The six steps and the rail at the left that always shows where the analysis stands."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.theme import drawn, em, scaled_font, tokens

NARROW_RAIL = 4.2  # heights of a line


class Step(Enum):
    """A step of the analysis; the value is its icon."""

    IMPORT = "import"
    CHECK = "check"
    RECOMMEND = "recommend"
    REVIEW = "review"
    VALIDATE = "validate"
    EXPORT = "export"


class State(Enum):
    """How far a step is; the value is its icon."""

    LOCKED = "state-locked"
    READY = "state-ready"
    RUNNING = "state-running"
    DONE = "state-done"
    ATTENTION = "state-attention"


@dataclass(frozen=True)
class StepStatus:
    """A step's state and the few words under its title."""

    state: State
    text: str


class StepButton(QAbstractButton):
    """One step: icon, title, a line of status, and the state as an icon with its own shape."""

    def __init__(self, step: Step, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.step = step
        self.title = title
        self.status = StepStatus(State.LOCKED, "")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def nextCheckState(self) -> None:  # noqa: N802
        """A click does not check it: the window does, when the page is shown."""

    def show_status(self, status: StepStatus) -> None:
        """Draw and announce a new status."""
        self.status = status
        names = {
            State.LOCKED: self.tr("not possible yet"),
            State.READY: self.tr("ready"),
            State.RUNNING: self.tr("running"),
            State.DONE: self.tr("done"),
            State.ATTENTION: self.tr("needs attention"),
        }
        self.setAccessibleName(f"{self.title}: {names[status.state]}. {status.text}")
        self.setToolTip(f"{self.title}: {names[status.state]}")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Two lines of text and room around them."""
        return QSize(em(12.5), em(3.3))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The icon alone, and two lines close together."""
        return QSize(em(3), em(2.2))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the step."""
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(em(0.5), 1, -em(0.5), -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft if self.isChecked() else colours.sunken))
            painter.drawRoundedRect(box, em(0.4), em(0.4))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), em(0.4), em(0.4))
        locked = self.status.state == State.LOCKED
        title_colour = colours.muted if locked else colours.accent if self.isChecked() else colours.text
        size, left, middle = em(1.4), int(box.left()) + em(0.6), int(box.center().y())
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(left, middle - size // 2, drawn(self.step.value, title_colour, size, ratio))
        mark = em(1.05)
        mark_left = int(box.right()) - em(0.5) - mark
        mark_icon = drawn(self.status.state.value, self._state_colour(), mark, ratio)
        if self.width() < em(NARROW_RAIL + 1):
            corner = em(0.75)  # the state beside the foot of the icon; the tooltip says both
            painter.drawPixmap(left + size - corner // 3, middle + corner // 4, corner, corner, mark_icon)
            return
        painter.drawPixmap(mark_left, middle - mark // 2, mark_icon)

        text_left = left + size + em(0.7)
        width = mark_left - text_left - em(0.3)
        title_font, small = scaled_font(1.0, bold=True), scaled_font(0.88)
        painter.setPen(QColor(title_colour))
        painter.setFont(title_font)
        title_height, small_height = QFontMetrics(title_font).height(), QFontMetrics(small).height()
        top = middle - (title_height + (small_height if self.status.text else 0)) // 2
        left_aligned = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(text_left, top, width, title_height, left_aligned, self.title)
        painter.setPen(QColor(colours.muted))
        painter.setFont(small)
        text = QFontMetrics(small).elidedText(self.status.text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(text_left, top + title_height, width, small_height, left_aligned, text)

    def _state_colour(self) -> str:
        colours = tokens()
        return {
            State.LOCKED: colours.disabled,
            State.READY: colours.muted,
            State.RUNNING: colours.accent,
            State.DONE: colours.good,
            State.ATTENTION: colours.warn,
        }[self.status.state]


class FlowRail(QWidget):
    """The steps in order; `chosen` when the user goes to one."""

    chosen = Signal(Step)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Steps"))
        titles = {
            Step.IMPORT: self.tr("Import"),
            Step.CHECK: self.tr("Check"),
            Step.RECOMMEND: self.tr("Recommend"),
            Step.REVIEW: self.tr("Review"),
            Step.VALIDATE: self.tr("Validate"),
            Step.EXPORT: self.tr("Export"),
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.75), 0, em(0.75))
        layout.setSpacing(em(0.15))
        self.buttons = {step: StepButton(step, title, self) for step, title in titles.items()}
        for button in self.buttons.values():
            layout.addWidget(button)
            button.clicked.connect(lambda _=False, step=button.step: self.chosen.emit(step))
        layout.addStretch(1)
        self.show_narrow(False)

    def show_narrow(self, narrow: bool) -> None:
        """Icons alone, where the window has no room for words."""
        self.setFixedWidth(em(NARROW_RAIL if narrow else 13.5))

    def show_step(self, step: Step) -> None:
        """Mark the step whose page is shown."""
        for own, button in self.buttons.items():
            button.setChecked(own == step)

    def show_statuses(self, statuses: dict[Step, StepStatus]) -> None:
        """Show each step's state."""
        for step, status in statuses.items():
            self.buttons[step].show_status(status)
