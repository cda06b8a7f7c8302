"""Curves: what the threshold shift does to the lists, and whether the probabilities can be believed."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui.kit.estimates import alike, with_interval
from lamo_desktop.ui.kit.parts import card_with
from lamo_desktop.ui.kit.plots import POINTS, Axes, Plot, Series
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import label
from lamo_desktop.ui.recommend.policybar import STEP
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.validate.bootstrap import Estimate
    from lamo_desktop.validate.curves import ThresholdPoint
    from lamo_desktop.validate.validation import Validation


class ThresholdTab(QWidget):
    """The ratio and the agreement along the threshold shift. The marker is at the slider's: either moves the other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._points: list[ThresholdPoint] = []
        self._policy: Policy | None = None  # the one compared with the orders
        across = self.tr("longer lists  ←  threshold shift (logits)  →  shorter lists")
        self.ratio = Plot(Axes(across, self.tr("recommended / ordered")), STEP)
        self.share = Plot(Axes(across, self.tr("share")), STEP)
        self._reading = label("", wrap=True)
        plots = QHBoxLayout()
        plots.setSpacing(em(0.9))
        plots.addWidget(card_with(self.tr("Drugs recommended per drug ordered"), self.ratio))
        plots.addWidget(card_with(self.tr("Agreement with the orders (mean of admissions)"), self.share))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.5))
        layout.addLayout(plots, 1)
        layout.addWidget(self._reading)
        hint = self.tr("Click into a curve, or use the arrow keys, to shift the thresholds. Bands are 95 % intervals.")
        layout.addWidget(label(hint, "small", wrap=True))
        for plot in (self.ratio, self.share):
            plot.chosen.connect(self._choose)
        session.policy_changed.connect(self.follow)

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        answered = self._session.evaluation.answered
        self._policy = answered.policy if answered else None
        self._points = list(validation.threshold_curve)
        x = [point.threshold_shift for point in self._points]
        reach = (min(x), max(x))
        ratio = [point.ratio for point in self._points]
        top = min(4.0, max(1.5, *(e.value for e in ratio)))
        level = Series(self.tr("as many as ordered"), reach, (1.0, 1.0), colour="muted", dashed=True)
        said = self.tr("Drugs recommended per drug ordered by list length")
        self.ratio.show_series([_curve("", x, ratio, "accent"), level], said, reach, (0.0, top))
        lines = [
            _curve(self.tr("precision"), x, [p.precision for p in self._points], "good"),
            _curve(self.tr("recall"), x, [p.recall for p in self._points], "warn"),
            _curve("Jaccard", x, [p.jaccard for p in self._points], "accent"),
        ]
        self.share.show_series(lines, self.tr("Precision, recall and Jaccard by list length"), reach)
        self.follow()

    def follow(self) -> None:
        """Put the markers where the slider is; away, when the lists follow another policy than the one compared."""
        policy = self._session.policy
        same = self._policy is not None and replace(policy, threshold_shift=0.0) == replace(
            self._policy, threshold_shift=0.0
        )
        for plot in (self.ratio, self.share):
            plot.show_marker(policy.threshold_shift if same else None)
        if not same or not self._points or self._policy is None:
            self._reading.setText("")
            return
        point = min(self._points, key=lambda p: abs(p.threshold_shift - policy.threshold_shift))
        text = self.tr(
            "Near this shift: {n} drugs per compared admission · ratio {r} · precision {p} · recall {c} · Jaccard {j}"
        )
        figures = {"r": point.ratio, "p": point.precision, "c": point.recall, "j": point.jaccard}
        said = {name: with_interval(figure) for name, figure in figures.items()}
        self._reading.setText(text.format(n=f"{point.n_recommended:.1f}", **said))

    def _choose(self, x: float) -> None:
        self._session.set_policy(replace(self._session.policy, threshold_shift=x + 0.0))


class CalibrationTab(QWidget):
    """Predicted against observed, and what the probabilities are worth at a decision threshold."""

    def __init__(self) -> None:
        super().__init__()
        self.calibration = Plot(Axes(self.tr("probability said by the model"), self.tr("share ordered")))
        self.decision = Plot(
            Axes(self.tr("probability from which a drug is recommended"), self.tr("net benefit per admission"))
        )
        self._figures, self._worth = label("", "small", wrap=True), label("", "small", wrap=True)
        self._worth.setText(
            self.tr(
                "Right recommendations less wrong ones, weighed by the odds of the threshold. The model is worth using "
                "where its line is above both others."
            )
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.9))
        for heading, plot, words in (
            (self.tr("Calibration"), self.calibration, self._figures),
            (self.tr("Decision curve"), self.decision, self._worth),
        ):
            card = card_with(heading, plot)
            card.body.addWidget(words)
            layout.addWidget(card, 1)

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        bins = [point for point in validation.calibration if point.n_pairs]
        observed = [point.observed for point in bins]
        x = [p.predicted for p in bins]
        dots = _curve(self.tr("observed"), x, observed, "accent", POINTS)
        ideal = Series(self.tr("perfect"), [0, 1], [0, 1], colour="muted", dashed=True)
        said = "; ".join(f"{p.predicted:.0%}: {p.observed.value:.0%}" for p in bins)
        self.calibration.show_series([ideal, dots], f"{self.tr('Calibration')}: {said}")
        text = self.tr(
            "Slope {slope}, intercept {intercept}, Brier score {brier}, mean gap {ece}. Below the dashed line the "
            "model says too much."
        )
        figures = {name: validation.estimates[f"calibration.{name}"] for name in ("slope", "intercept", "brier", "ece")}
        self._figures.setText(text.format(**{name: with_interval(figure) for name, figure in figures.items()}))
        self._show_decision(validation)

    def _show_decision(self, validation: "Validation") -> None:
        points = validation.decision
        x = [p.threshold for p in points]
        top = max([0.1, *(p.model.high for p in points if math.isfinite(p.model.high))])
        everything = [p.everything for p in points]
        lines = [
            _curve(self.tr("the model"), x, [p.model for p in points], "accent"),
            Series(self.tr("every drug"), x, everything, colour="warn"),
            Series(self.tr("no drug"), (0.0, x[-1]), (0.0, 0.0), colour="muted", dashed=True),
        ]
        said = "; ".join(f"{p.threshold:.0%}: {alike(p.model.value)[0]}" for p in points)
        self.decision.show_series(
            lines, f"{self.tr('Decision curve')}: {said}", (0.0, x[-1]), (-0.15 * top, 1.05 * top)
        )


def _curve(name: str, x: "list[float]", figures: "list[Estimate]", colour: str, kind: str = "line") -> Series:
    values, low, high = ([getattr(e, field) for e in figures] for field in ("value", "low", "high"))
    return Series(name, x, values, low, high, colour, kind)
