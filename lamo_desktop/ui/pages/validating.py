"""Validate: how the lists agree with what clinicians ordered, in words, figures and three pictures."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.ui.estimates import estimate_columns, figure_name, fill, whole_column, with_interval
from lamo_desktop.ui.plots import Plot, Series
from lamo_desktop.ui.policybar import PolicyBar
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.tables import Column, ColumnModel, Table, text_column
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import Button, Card, EmptyState, IconLabel, Notice, Page, ProgressCard, label

if TYPE_CHECKING:
    from lamo_desktop.validate.validation import Validation

_LEVELS = {"good": ("state-done", "good"), "caution": ("state-attention", "warn"), "poor": ("allergy", "bad")}
EMPTY, READY, RUNNING, SHOWN = range(4)


class ValidatePage(Page):
    """The fifth page."""

    run_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            "Validate",
            "How the lists agree with what clinicians ordered. Orders are what was done, not what was right.",
        )
        self._session = session
        self.compare = Button(self.tr("&Compare again"), "validate", "primary")
        self.compare.clicked.connect(session.start_validation)
        self.action_row.addWidget(self.compare)
        self._stack = QStackedWidget()
        empty = EmptyState(
            "validate",
            self.tr("Nothing to compare yet"),
            self.tr("This page needs scored admissions and an export that says what clinicians ordered."),
            self.tr("Go to Recommend"),
        )
        empty.acted.connect(self.run_wanted)
        ready = EmptyState(
            "validate",
            self.tr("Ready to compare"),
            self.tr(
                "Agreement, calibration and subgroups, each with a 95 % interval from resampling patients. "
                "This takes from seconds to a few minutes; the window stays free."
            ),
            self.tr("Compare with the orders"),
        )
        ready.acted.connect(session.start_validation)
        self.progress = ProgressCard(self.tr("Cancel"))
        self.progress.stop_clicked.connect(session.validator.cancel)
        running = QWidget()
        column = QVBoxLayout(running)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.progress)
        column.addStretch(1)
        for widget in (empty, ready, running, self._content()):
            self._stack.addWidget(widget)
        self.body.addWidget(PolicyBar(session))
        self.body.addWidget(self._stack, 1)
        session.validator.progress.connect(
            lambda stage, share: self.progress.show_progress(stage.capitalize(), share, f"{share:.0%}")
        )
        session.changed.connect(self.refresh)
        session.policy_changed.connect(self.refresh)
        session.validation_changed.connect(self._show)
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.7))
        self.stale = Notice(
            self.tr("The lists have changed since; compare again to bring these figures up to date."), "warn"
        )
        layout.addWidget(self.stale)
        self.tabs = QTabWidget()
        self._findings = QVBoxLayout()
        self._findings.setSpacing(em(0.6))
        summary = QWidget()
        row = QHBoxLayout(summary)
        row.setContentsMargins(0, em(0.6), 0, 0)
        row.setSpacing(em(0.9))
        words = Card(self.tr("In words"))
        words.body.addLayout(self._findings)
        words.body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(words)
        row.addWidget(scroll, 1)
        self.figures = Table(ColumnModel(parent=self), self.tr("Figures"))
        row.addWidget(self.figures, 1)
        self.tabs.addTab(summary, self.tr("Summary"))
        curves = QWidget()
        grid = QGridLayout(curves)
        grid.setContentsMargins(0, em(0.6), 0, 0)
        grid.setSpacing(em(0.9))
        self.knob = Plot(self.tr("List length: shorter to longer (logits)"), self.tr("share"))
        self.calibration = Plot(self.tr("Probability said"), self.tr("Share ordered"))
        for place, (title, plot) in enumerate(
            ((self.tr("Along the length of the lists"), self.knob), (self.tr("Calibration"), self.calibration))
        ):
            card = Card(title)
            card.body.addWidget(plot, 1)
            grid.addWidget(card, 0, place)
        self.tabs.addTab(curves, self.tr("Curves"))
        self.drugs = Table(ColumnModel(parent=self), self.tr("Drugs"))
        self.tabs.addTab(_padded(self.drugs), self.tr("Drugs"))
        groups = QWidget()
        column = QVBoxLayout(groups)
        column.setContentsMargins(0, em(0.6), 0, 0)
        self.group = QComboBox()
        self.group.currentIndexChanged.connect(self._show_groups)
        chooser = QHBoxLayout()
        caption = label(self.tr("&Group by:"), "muted")
        caption.setBuddy(self.group)
        chooser.addWidget(caption)
        chooser.addWidget(self.group)
        chooser.addWidget(label(self.tr("Groups with too few admissions to show are left empty."), "small"))
        chooser.addStretch(1)
        column.addLayout(chooser)
        self.groups = Table(ColumnModel(parent=self), self.tr("Subgroups"))
        column.addWidget(self.groups, 1)
        self.tabs.addTab(groups, self.tr("Subgroups"))
        layout.addWidget(self.tabs, 1)
        return content

    def refresh(self) -> None:
        """Follow the session: nothing, ready, comparing, compared, or compared with other lists."""
        session = self._session
        possible = session.results is not None and session.results.has_orders
        running, shown = session.validator.running, session.validation is not None
        if running and self._stack.currentIndex() != RUNNING:
            self.progress.show_progress(self.tr("Comparing"), None)
        self._stack.setCurrentIndex(RUNNING if running else SHOWN if shown else READY if possible else EMPTY)
        self.compare.setVisible(shown and not running and not session.validation_is_current)
        self.stale.setVisible(shown and not session.validation_is_current)
        self.knob.show_marker(-session.policy.knob)

    def _show(self) -> None:
        validation = self._session.validation
        if validation is None:
            return
        while (item := self._findings.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for finding in validation.findings:
            self._findings.addWidget(_finding(finding.question, finding.text, *_LEVELS[finding.level]))
        self._show_figures(validation)
        self._show_curves(validation)
        self._show_drugs(validation)
        self.group.blockSignals(True)
        self.group.clear()
        self.group.addItems(list(dict.fromkeys(group.column for group in validation.groups)))
        self.group.blockSignals(False)
        self._show_groups()

    def _show_figures(self, validation: "Validation") -> None:
        names = [name for name, estimate in validation.estimates.items() if math.isfinite(estimate.value)]
        columns = [
            text_column(self.tr("Figure"), [figure_name(name) for name in names], 12, stretch=True),
            *estimate_columns(self.tr("Value"), [validation.estimates[name] for name in names]),
        ]
        fill(self.figures, columns)

    def _show_curves(self, validation: "Validation") -> None:
        points = sorted(validation.knob, key=lambda point: -point.knob)
        x = [-point.knob for point in points]
        lines = [
            Series(
                title,
                x,
                [e.value for e in found],
                [e.low for e in found],
                [e.high for e in found],
                colour,
                dashed=dashed,
            )
            for title, found, colour, dashed in (
                (self.tr("precision"), [p.precision for p in points], "good", False),
                (self.tr("recall"), [p.recall for p in points], "warn", False),
                (self.tr("Jaccard"), [p.jaccard for p in points], "accent", False),
            )
        ]
        self.knob.show_series(
            lines, (min(x), max(x)), (0.0, 1.0), self.tr("Precision, recall and Jaccard by list length")
        )
        bins = [point for point in validation.calibration if point.n_pairs]
        observed = [point.observed for point in bins]
        dots = Series(
            self.tr("observed"),
            [p.predicted for p in bins],
            [o.value for o in observed],
            [o.low for o in observed],
            [o.high for o in observed],
            points=True,
        )
        ideal = Series(self.tr("perfect"), [0, 1], [0, 1], colour="muted", dashed=True)
        said = "; ".join(f"{p.predicted:.0%}: {p.observed.value:.0%}" for p in bins)
        self.calibration.show_series([ideal, dots], (0.0, 1.0), (0.0, 1.0), f"{self.tr('Calibration')}: {said}")

    def _show_drugs(self, validation: "Validation") -> None:
        drugs = validation.drugs
        columns = [
            text_column(self.tr("Drug"), [d.name for d in drugs], 14),
            text_column(self.tr("Class"), [d.drug_class for d in drugs], 11, stretch=True),
            whole_column(self.tr("Ordered"), [d.n_ordered for d in drugs]),
            whole_column(self.tr("Recommended"), [d.n_recommended for d in drugs]),
            whole_column(self.tr("Both"), [d.n_both for d in drugs]),
        ]
        fill(self.drugs, columns)

    def _show_groups(self) -> None:
        validation = self._session.validation
        if validation is None:
            return
        groups = [group for group in validation.groups if group.column == self.group.currentText()]
        from lamo_desktop.validate.bootstrap import Estimate

        missing = Estimate(math.nan, math.nan, math.nan)
        columns = [
            text_column(self.tr("Value"), [g.value for g in groups], 9, stretch=True),
            Column(
                self.tr("Admissions"),
                np.array([np.nan if g.n_admissions is None else g.n_admissions for g in groups], dtype=float),
                lambda n: f"{n:,.0f}",
                self.tr("Empty: too few to show"),
                6,
            ),
        ]
        for name, title in (
            ("visit_mean.jaccard", "Jaccard"),
            ("visit_mean.precision", self.tr("Precision")),
            ("visit_mean.recall", self.tr("Recall")),
            ("overprescribing_ratio", self.tr("Ratio")),
        ):
            found = [g.figures.get(name, missing) for g in groups]
            columns.append(
                text_column(title, [with_interval(e) for e in found], 8.5, self.tr("With its 95 % interval"))
            )
        fill(self.groups, columns)


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


def _padded(widget: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, em(0.6), 0, 0)
    layout.addWidget(widget)
    return holder
