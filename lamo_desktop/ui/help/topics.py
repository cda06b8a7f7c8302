"""Help on the page that is shown: F1."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.help.helptexts import sections
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, IconLabel, label


class HelpDialog(QDialog):
    """A page's sections; stays open beside the window, Esc closes it."""

    def __init__(self, step: Step, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Help: {t}").format(t=title))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, em(0.6), 0)
        column.setSpacing(em(0.25))
        for heading, text in sections(step):
            column.addWidget(label(heading, "strong"))
            words = label(text, wrap=True)
            words.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            column.addWidget(words)
            column.addSpacing(em(0.6))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(title)
        area.setWidget(content)
        content.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        head = QHBoxLayout()
        head.setSpacing(em(0.6))
        head.addWidget(IconLabel(step.value, 1.8, "accent"))
        head.addWidget(label(title, "title"), 1)
        self.shortcuts = Button(self.tr("&Keyboard shortcuts"), kind="flat")
        close = Button(self.tr("Close"), kind="primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.shortcuts)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(em(1.4), em(1.2), em(1.4), em(1))
        layout.setSpacing(em(0.8))
        layout.addLayout(head)
        layout.addWidget(area, 1)
        layout.addLayout(foot)
        self.resize(em(36), em(30))
