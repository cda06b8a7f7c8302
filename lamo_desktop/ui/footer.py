"""The line at the bottom: what the program is not for, which kind of model it uses, and that it is offline."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import IconLabel, label, tone
from lamo_desktop.ui.words import said


class Footer(QWidget):
    """Always visible."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("footer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(em(0.9), em(0.3), em(0.9), em(0.3))
        layout.setSpacing(em(0.4))
        layout.addWidget(IconLabel("info", 1.1))
        layout.addWidget(
            label(
                self.tr(
                    "Decision support for retrospective analysis, not for prescribing. Nothing leaves this computer."
                )
            )
        )
        layout.addStretch(1)
        self.model = label("", "chip")
        self.model.hide()
        layout.addWidget(self.model)

    def show_model(self, text: str, fine_tuned: bool) -> None:
        """Say which kind of model makes the recommendations."""
        self.model.setText(self.tr("Model: {m}").format(m=said(text)))
        tone(self.model, "good" if fine_tuned else "warn")
        self.model.show()
