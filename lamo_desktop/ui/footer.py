"""The line at the bottom: what the program is not for, which kind of model it uses, and that it is offline."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import ElidedLabel, IconLabel, label, tone
from lamo_desktop.ui.kit.words import said


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
        self.notice = label(
            self.tr("Decision support for retrospective analysis, not for prescribing. Nothing leaves this computer."),
            wrap=True,
        )
        layout.addWidget(self.notice, 1)
        self.model = ElidedLabel("chip", hugging=True)
        self.model.hide()
        layout.addWidget(self.model)

    def show_model(self, text: str, fine_tuned: bool) -> None:
        """Say which kind of model makes the recommendations."""
        self.model.setText(self.tr("Model: {m}").format(m=said(text)))
        tone(self.model, "good" if fine_tuned else "warn")
        self.model.show()
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width to share."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """The notice has its line; the model's words have what is left of it."""
        line = self.notice.fontMetrics().horizontalAdvance(self.notice.text()) + em(4.5)
        self.model.setMaximumWidth(max(em(8), self.width() - line))
