"""What several tabs are made of."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QWidget

from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Card, Dropdown, label


class Chooser(QWidget):
    """A labelled box to choose from; `chosen(data)` also when the choices are set anew."""

    chosen = Signal(object)

    def __init__(self, caption: str) -> None:
        super().__init__()
        self.box = Dropdown()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.box.setMinimumWidth(em(9))
        words = label(caption, "muted")
        words.setBuddy(self.box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.5))
        layout.addWidget(words)
        layout.addWidget(self.box)
        self.box.currentIndexChanged.connect(lambda _: self.chosen.emit(self.box.currentData()))

    def offer(self, choices: dict[str, object]) -> None:
        """The choices, text → data; keeps the present one where it is still offered."""
        before = self.box.currentText()
        self.box.blockSignals(True)
        self.box.clear()
        for text, data in choices.items():
            self.box.addItem(text, data)
        self.box.setCurrentIndex(max(0, self.box.findText(before)))
        self.box.blockSignals(False)
        self.chosen.emit(self.box.currentData())


def scrolled(widget: QWidget) -> QScrollArea:
    """The widget in an area that scrolls up and down."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # to scroll it with the arrow keys
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    widget.setAutoFillBackground(False)  # the ground is that of what lies around
    area.viewport().setAutoFillBackground(False)
    return area


def card_with(heading: str, widget: QWidget, stretch: int = 1) -> Card:
    """A card that holds one widget."""
    card = Card(heading, padding=0.8)
    card.body.addWidget(widget, stretch)
    return card
