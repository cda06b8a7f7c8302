"""The answer first: the headline figures with their intervals, and what they mean in words."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.estimates import alike
from lamo_desktop.ui.kit.parts import scrolled
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Card, IconLabel, WrapRow, label
from lamo_desktop.ui.kit.words import said

if TYPE_CHECKING:
    from lamo_desktop.validate.bootstrap import Estimate
    from lamo_desktop.validate.validation import Validation

_LEVELS = {"good": ("state-done", "good"), "caution": ("state-attention", "warn"), "poor": ("allergy", "bad")}


class Tile(Card):
    """One figure, its interval, and its name."""

    def __init__(self, name: str) -> None:
        super().__init__(padding=0.7)
        self.body.setSpacing(0)
        self._name, self._value = name, label("–", "figure")
        self._interval = label("", "small")
        self._interval.setAlignment(Qt.AlignmentFlag.AlignBottom)
        row = WrapRow(spacing=0.4)
        row.add(self._value, self._interval)
        self.body.addLayout(row)
        self.body.addWidget(label(name, "small", wrap=True))

    @property
    def value(self) -> str:
        """The figure as it is shown."""
        return self._value.text()

    def show_estimate(self, estimate: "Estimate") -> None:
        """Show it."""
        value, low, high = alike(estimate.value, estimate.low, estimate.high)
        self._value.setText(value)
        self._interval.setText(f"{low} – {high}")
        self.setAccessibleName(f"{self._name}: {value} ({low} – {high})")


class SummaryTab(QWidget):
    """Tiles, then the questions an analyst asks with their answers."""

    def __init__(self) -> None:
        super().__init__()
        names = {
            "overprescribing_ratio": self.tr("recommended / ordered"),
            "visit_mean.jaccard": self.tr("Jaccard, mean of admissions"),
            "visit_mean.f1": self.tr("F1, mean of admissions"),
            "visit_mean.prauc": self.tr("PRAUC, mean of admissions"),
            "calibration.slope": self.tr("calibration slope (1 is right)"),
        }
        self.tiles = {key: Tile(name) for key, name in names.items()}
        tiles = QHBoxLayout()
        tiles.setSpacing(em(0.6))
        for tile in self.tiles.values():
            tiles.addWidget(tile, 1)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(em(0.7))
        words = Card(self.tr("Does the model hold here?"))
        self._account = label("", "small", wrap=True)
        words.body.addWidget(self._account)
        words.body.addSpacing(em(0.2))
        words.body.addLayout(self._findings)
        words.body.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.7))
        layout.addLayout(tiles)
        layout.addWidget(scrolled(words), 1)

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        for key, tile in self.tiles.items():
            tile.show_estimate(validation.estimates[key])
        text = self.tr(
            "{n} admissions of {p} patients with {o} orders of candidate drugs. Ranges are 95 % intervals from "
            "resampling patients."
        )
        numbers = (
            len(validation.outcomes.admission_ids),
            validation.n_patients,
            int(validation.outcomes.ordered.sum()),
        )
        n, p, o = (f"{number:,}" for number in numbers)
        self._account.setText(text.format(n=n, p=p, o=o))
        while (item := self._findings.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for finding in validation.findings:
            self._findings.addWidget(_finding(said(finding.question), said(finding.text), *_LEVELS[finding.level]))


def _finding(question: str, text: str, icon_name: str, colour: str) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(em(0.6))
    layout.addWidget(IconLabel(icon_name, 1.3, colour), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(0)
    title = label(question, wrap=True)
    font = title.font()
    font.setBold(True)
    title.setFont(font)
    words.addWidget(title)
    words.addWidget(label(text, "muted", wrap=True))
    layout.addLayout(words, 1)
    return row
