"""The few building blocks every page is made of."""

import html

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOption,
    QTabWidget,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.ui.kit.theme import drawn, em, icon, tokens


def label(text: str = "", style: str = "", wrap: bool = False) -> QLabel:
    """A plain-text label (never rich: names come from files) in one of the stylesheet's styles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if style:
        made.setObjectName(style)
    return made


def tone(widget: QWidget, name: str) -> None:
    """Give a chip or notice its tone: "", "good", "warn" or "bad"."""
    widget.setProperty("tone", name)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Button(QPushButton):
    """A push button; `kind` is "", "primary" or "flat". Its icon follows the colour scheme."""

    def __init__(self, text: str, icon_name: str = "", kind: str = "") -> None:
        super().__init__(text)
        self._icon_name, self._kind = icon_name, kind
        if kind:
            self.setProperty(kind, True)
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Draw the icon in the scheme's colours."""
        colours = {"primary": tokens().on_accent, "flat": tokens().accent}
        if self._icon_name:
            self.setIcon(icon(self._icon_name, colours.get(self._kind, tokens().text)))


class IconLabel(QLabel):
    """A drawn icon, decorative: the words beside it say the same."""

    def __init__(self, name: str, size: float = 1.4, colour: str = "muted") -> None:
        super().__init__()
        self._name, self._size, self._colour = name, em(size), colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.refresh_theme()

    def show_icon(self, name: str, colour: str) -> None:
        """Change the icon; `colour` is a token's name."""
        self._name, self._colour = name, colour
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Draw the icon in the scheme's colours."""
        colour = getattr(tokens(), self._colour)
        self.setPixmap(drawn(self._name, colour, self._size, self.devicePixelRatioF()))


class ElidedLabel(QLabel):
    """One line of plain text that ends in an ellipsis where there is no room for more; its tooltip then says it whole.

    It takes what room there is, or with `hugging` no more than its text needs.
    """

    def __init__(self, style: str = "", hugging: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        width = QSizePolicy.Policy.Maximum if hugging else QSizePolicy.Policy.Ignored
        self.setSizePolicy(width, QSizePolicy.Policy.Preferred)
        self.setObjectName(style)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A few letters."""
        return QSize(em(3), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        """What is cut off can be read in the tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and not self.toolTip():
            QToolTip.showText(
                event.globalPos(),
                "" if self._shown() == self.text() else f"<span>{html.escape(self.text())}</span>",
                self,
            )
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the ground of the style, and the text as far as there is room for it."""
        painter, option = QPainter(self), QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._shown())

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())


class Dropdown(QComboBox):
    """A drop-down whose list hangs below the box and is as wide as its entries, whatever the box has room for.

    `letters` is the room the box asks for; without it, the box is as wide as its widest entry.
    """

    def __init__(self, letters: int = 0, editable: bool = False) -> None:
        super().__init__(editable=editable)
        self.setItemDelegate(QStyledItemDelegate(self))  # the one that heeds the padding of the stylesheet
        self.setMaxVisibleItems(16)
        if letters:
            self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.setMinimumContentsLength(letters)

    def showPopup(self) -> None:  # noqa: N802
        """Open the list, within the screen."""
        view, screen = self.view(), self.screen().availableGeometry()
        bar = view.verticalScrollBar().sizeHint().width() if self.count() > self.maxVisibleItems() else 0
        wanted = view.sizeHintForColumn(0) + 2 * view.frameWidth() + bar
        view.setMinimumWidth(min(wanted, screen.width()))
        super().showPopup()
        popup = view.window()
        popup.move(max(screen.left(), min(popup.x(), screen.right() + 1 - popup.width())), popup.y())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """The wheel scrolls what lies around; it chooses nothing by accident."""
        event.ignore()


class Tabs(QTabWidget):
    """Tabs of parts that shrink or scroll by themselves: the page does not grow with them. No tab is hidden."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """What is in a tab makes do with the height there is."""
        return False

    def tabInserted(self, index: int) -> None:  # noqa: N802
        """A tab without room for its words says them in its tooltip."""
        super().tabInserted(index)
        self.setTabToolTip(index, self.tabText(index))

    def setTabText(self, index: int, text: str) -> None:  # noqa: N802
        """Other words, in the tooltip too."""
        super().setTabText(index, text)
        self.setTabToolTip(index, text)


class Card(QFrame):
    """A surface with a border; widgets go into `body`."""

    def __init__(self, heading: str = "", padding: float = 1.0) -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(em(padding), em(padding * 0.85), em(padding), em(padding * 0.85))
        self.body.setSpacing(em(0.5))
        if heading:
            self.body.addWidget(label(heading, "heading", wrap=True))


class WrapRow(QLayout):
    """Widgets side by side, going on in the next line where there is no room for more; `stretch` shares what is left.

    So a row asks for no more than its widest part, and nothing of it lies outside of a small window.
    """

    def __init__(self, spacing: float = 0.5, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(em(spacing))
        self._items: list[tuple[QLayoutItem, int]] = []
        self._stretch = 0

    def add(self, *widgets: QWidget, stretch: int = 0) -> None:
        """Add widgets, all with this stretch."""
        for widget in widgets:
            self._stretch = stretch
            self.addWidget(widget)
        self._stretch = 0

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        """Called by Qt for each widget that is added."""
        self._items.append((item, self._stretch))

    def count(self) -> int:
        """Widgets, those that are hidden too."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """One of them."""
        return self._items[index][0] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        """One of them, given back."""
        return self._items.pop(index)[0] if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        """It takes no more height than it needs."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """The narrower, the higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """The height of all lines at this width."""
        lines = self._lines(width)
        return sum(_height(line) for line in lines) + self.spacing() * max(0, len(lines) - 1)

    def sizeHint(self) -> QSize:  # noqa: N802
        """All in one line."""
        shown = self._shown()
        width = sum(item.sizeHint().width() for item, _ in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(width, _height(shown))

    def minimumSize(self) -> QSize:  # noqa: N802
        """The widest of them; how high the lines are is told by `heightForWidth`."""
        shown = self._shown()
        return QSize(max((item.minimumSize().width() for item, _ in shown), default=0), _height(shown))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        """Put every widget in its place."""
        super().setGeometry(rect)
        top = rect.top()
        for line in self._lines(rect.width()):
            height, left, room = _height(line), rect.left(), self._room(line, rect.width())
            total = sum(stretch for _, stretch in line)
            for item, stretch in line:
                width = min(item.sizeHint().width(), rect.width()) + (room * stretch // total if total else 0)
                item.setGeometry(QRect(left, top, width, height))
                left += width + self.spacing()
            top += height + self.spacing()

    def _shown(self) -> list[tuple[QLayoutItem, int]]:
        return [pair for pair in self._items if not pair[0].isEmpty()]

    def _room(self, line: list[tuple[QLayoutItem, int]], width: int) -> int:
        taken = sum(item.sizeHint().width() for item, _ in line) + self.spacing() * (len(line) - 1)
        return max(0, width - taken)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, int]]]:
        lines: list[list[tuple[QLayoutItem, int]]] = []
        left = 0
        for item, stretch in self._shown():
            wanted = item.sizeHint().width()
            if not lines or left + self.spacing() + wanted > width:
                lines.append([])
                left = -self.spacing()
            lines[-1].append((item, stretch))
            left += self.spacing() + wanted
        return lines


def _height(line: list[tuple[QLayoutItem, int]]) -> int:
    return max((item.sizeHint().height() for item, _ in line), default=0)


def together(*widgets: QWidget, stretched: QWidget | None = None, spacing: float = 0.4) -> QWidget:
    """Widgets that stay beside each other in a `WrapRow`: a caption and what it names."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(em(spacing))
    for widget in widgets:
        row.addWidget(widget, int(widget is stretched))
    return holder


class Figure(Card):
    """One number with its name under it."""

    def __init__(self, name: str) -> None:
        super().__init__(padding=0.8)
        self.body.setSpacing(0)
        self._value, self._name = label("–", "figure"), label(name, "small", wrap=True)
        self.body.addWidget(self._value)
        self.body.addWidget(self._name)
        self.show_value("–")

    @property
    def value(self) -> str:
        """The number as it is shown."""
        return self._value.text()

    def show_value(self, value: str, name: str = "") -> None:
        """Set the number, and the name when it changes with it."""
        self._value.setText(value)
        if name:
            self._name.setText(name)
        self.setAccessibleName(f"{self._name.text()}: {value}")


class Notice(QFrame):
    """A sentence with an icon on a tinted ground, and at most one thing to do about it."""

    acted = Signal()

    def __init__(self, text: str = "", tone_name: str = "", action: str = "") -> None:
        super().__init__()
        self.setObjectName("notice")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(em(0.75), em(0.5), em(0.75), em(0.5))
        layout.setSpacing(em(0.6))
        self._icon = IconLabel("info", 1.3, "accent")
        self._text = label(text, wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        middle = Qt.AlignmentFlag.AlignVCenter if action else Qt.AlignmentFlag.AlignTop  # a button makes it higher
        layout.addWidget(self._icon, 0, middle)
        layout.addWidget(self._text, 1)
        self.button = Button(action, kind="flat")
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.acted)
        layout.addWidget(self.button, 0, middle)
        self.say(text, tone_name)

    def say(self, text: str, tone_name: str = "", action: str = "") -> None:
        """Show a sentence; the tone decides icon and ground."""
        icons = {"": ("info", "accent"), "good": ("state-done", "good"), "bad": ("allergy", "bad")}
        self._text.setText(text)
        self._icon.show_icon(*icons.get(tone_name, ("state-attention", "warn")))
        if action:
            self.button.setText(action)
            self.button.show()
        self.setAccessibleName(text)
        tone(self, tone_name)


class EmptyState(QWidget):
    """What a page shows before it has anything to show: what belongs here and what to do."""

    acted = Signal()

    def __init__(self, icon_name: str, heading: str, text: str, action: str = "") -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setSpacing(em(0.5))
        layout.addStretch(2)
        layout.addWidget(IconLabel(icon_name, 3.2, "strong_border"), 0, Qt.AlignmentFlag.AlignHCenter)
        self._heading, self._text = label(heading, "heading", wrap=True), label(text, "muted", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setMaximumWidth(em(32))
        centred = QHBoxLayout()  # with an alignment instead, the layout would not ask how high wrapped text is
        centred.addStretch(1)
        centred.addWidget(self._text, 100)
        centred.addStretch(1)
        self._heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._heading)
        layout.addLayout(centred)
        if action:
            button = Button(action, kind="primary")
            button.clicked.connect(self.acted)
            layout.addSpacing(em(0.5))
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)


class EmptyOr(QStackedWidget):
    """A page's empty state, which leads elsewhere, until there is something to show."""

    def __init__(self, empty: EmptyState, content: QWidget) -> None:
        super().__init__()
        self.addWidget(empty)
        self.addWidget(content)

    def show_content(self, there: bool) -> None:
        """Show the content, or the empty state."""
        self.setCurrentIndex(1 if there else 0)


class ProgressCard(Card):
    """What runs, how far it is, how fast, how long it will still take, and a button that stops it."""

    stop_clicked = Signal()

    def __init__(self, stop_text: str) -> None:
        super().__init__()
        self._stage, self._detail = label("", "heading"), label("", "muted", wrap=True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.stop = Button(stop_text, "stop")
        self.stop.clicked.connect(self.stop_clicked)
        self._row = row = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(em(0.15))
        words.addWidget(self._stage)
        words.addWidget(self._detail)
        row.addLayout(words, 1)
        row.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.body.addWidget(self.bar)

    def add_button(self, button: QPushButton) -> None:
        """Something else to do, before the button that stops."""
        self._row.insertWidget(1, button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_progress(self, stage: str, fraction: float | None, detail: str = "") -> None:
        """`fraction` from 0 to 1, or None while it cannot be known."""
        self._stage.setText(stage)
        self._detail.setText(detail)
        self.bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self.bar.setValue(round(1000 * fraction))
        self.bar.setAccessibleName(stage)
        self.bar.setAccessibleDescription(detail)


class Page(QWidget):
    """A page of the flow: title, one line of guidance, actions at the right, and the body below."""

    def __init__(self, title: str, guidance: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(em(1.5), em(1.2), em(1.5), em(1.2))
        self._outer.setSpacing(em(0.9))
        head = QHBoxLayout()
        head.setSpacing(em(0.6))
        words = QVBoxLayout()
        words.setSpacing(em(0.1))
        words.addWidget(label(title, "title"))
        self.guidance = label(guidance, "muted", wrap=True)
        words.addWidget(self.guidance)
        head.addLayout(words, 1)
        self.action_row = QHBoxLayout()
        self.action_row.setSpacing(em(0.5))
        head.addLayout(self.action_row)
        self._outer.addLayout(head)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(em(0.9))
        self.area = area = QScrollArea()  # scrolls only where a small screen or a large font leaves too little room
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(content)
        content.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        self._outer.addWidget(area, 1)
