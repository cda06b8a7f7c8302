"""Review: every admission in a table, and for the selected one its context beside the candidates."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QModelIndex, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from lamo_desktop.ui.candidates import CandidateTable
from lamo_desktop.ui.contextview import ContextView
from lamo_desktop.ui.policybar import PolicyBar
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.tables import Column, ColumnModel, Table, text_column
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import ElidedLabel, EmptyState, Page, label

if TYPE_CHECKING:
    from lamo_desktop.ui.results import Results

ALL, MORE, FEWER, FLAGGED, FAILED = range(5)


class ReviewPage(Page):
    """The fourth page."""

    run_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__("Review", "What the model would put on each list, beside what clinicians ordered.")
        self._session = session
        self._texts: list[str] = []
        self._fixed: list[Column] = []
        self._flags = np.zeros(0, dtype=np.int64)
        self._n_recommended, self._n_ordered = np.zeros(0), np.zeros(0)
        self._stack = QStackedWidget()
        empty = EmptyState(
            "review",
            self.tr("No results yet"),
            self.tr(
                "Start the run on the Recommend page, or open a job file: every admission then appears here with its "
                "list, its orders and its flags."
            ),
            self.tr("Go to Recommend"),
        )
        empty.acted.connect(self.run_wanted)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._content())
        self.body.addWidget(self._stack, 1)
        self._settle = QTimer(self, singleShot=True, interval=150)  # the knob is dragged: count flags once it rests
        self._settle.timeout.connect(self._count_flags)
        session.results_changed.connect(self.refresh)
        session.policy_changed.connect(self._relist)
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.6))
        self.policy = PolicyBar(self._session)
        layout.addWidget(self.policy)
        row = QHBoxLayout()
        row.setSpacing(em(0.5))
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(self.tr("Search admission, reason or diagnosis (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search admissions"))
        self.search.textChanged.connect(self._filter)
        self.show_only = QComboBox()
        self.show_only.addItems(
            [
                self.tr("All admissions"),
                self.tr("More recommended than ordered"),
                self.tr("Fewer recommended than ordered"),
                self.tr("With safety flags"),
                self.tr("Not scored"),
            ]
        )
        self.show_only.setAccessibleName(self.tr("Show only"))
        self.show_only.currentIndexChanged.connect(self._filter)
        self.count = label("", "muted")
        row.addWidget(self.search, 2)
        row.addWidget(self.show_only, 1)
        row.addWidget(self.count)
        layout.addLayout(row)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.search.setFocus)

        self.model = ColumnModel(parent=self)
        self.table = Table(self.model, self.tr("Admissions"))
        self.table.setSelectionMode(Table.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(self._show_admission)
        self.context, self.candidates = ContextView(), CandidateTable()
        self.heading = label("", "heading")
        self.subheading = ElidedLabel("muted")
        detail = QWidget()
        lower = QVBoxLayout(detail)
        lower.setContentsMargins(0, em(0.4), 0, 0)
        lower.setSpacing(em(0.4))
        heads = QHBoxLayout()
        heads.addWidget(self.heading)
        heads.addSpacing(em(0.5))
        heads.addWidget(self.subheading, 1)
        lower.addLayout(heads)
        self.sides = QSplitter(Qt.Orientation.Horizontal)
        self.sides.addWidget(self.context)
        self.sides.addWidget(self.candidates)
        self.sides.setSizes([em(20), em(36)])
        self.sides.setChildrenCollapsible(False)
        self.sides.setHandleWidth(em(0.6))
        lower.addWidget(self.sides, 1)
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.addWidget(self.table)
        self.halves.addWidget(detail)
        self.halves.setSizes([em(12), em(18)])
        self.halves.setChildrenCollapsible(False)
        layout.addWidget(self.halves, 1)
        return content

    def refresh(self) -> None:
        """Show the session's results, or what to do without any."""
        results = self._session.results
        usable = results is not None and results.n_done > 0
        self._stack.setCurrentIndex(1 if usable else 0)
        if results is None or not usable:
            self._texts = []
            self.model.set_columns([])
            return
        self._texts = [
            " ".join((a.admission_id, a.patient_id, a.reason, *a.diagnoses)).casefold() for a in results.admissions
        ]
        self._fixed = fixed = self._fixed_columns(results)
        self._session.background.run("ranks", lambda: [c.ranks for c in fixed], lambda _: None, lambda _: None)
        self._flags = np.zeros(results.n_done, dtype=np.int64)
        self._show_columns(results)
        self._count_flags()
        if self.table.currentIndex().row() < 0:
            self.table.selectRow(0)

    def _show_columns(self, results: "Results") -> None:
        """Build the table anew, keeping the selected admission."""
        selected = self.model.source_row(self.table.currentIndex()) if self.table.currentIndex().isValid() else 0
        first = self.model.columnCount() == 0
        columns = self._columns(results)
        self.model.set_columns(columns)
        if first:
            self.table.fit_columns(columns)
        self._filter()
        row = self.model.view_row(selected)
        if row >= 0:
            self.table.selectRow(row)

    def _fixed_columns(self, results: "Results") -> list[Column]:
        """What does not depend on the lists; made once per results."""
        ages = np.array([np.nan if a.age is None else a.age for a in results.admissions], dtype=float)
        reasons = [error or a.reason for a, error in zip(results.admissions, results.errors, strict=True)]
        return [
            text_column(self.tr("Admission"), [a.admission_id for a in results.admissions], 6.5),
            Column(self.tr("Age"), ages, lambda v: self.tr("over 89") if v >= 90 else f"{v:.0f}", width=4),
            text_column(self.tr("Sex"), [a.sex or "" for a in results.admissions], 4.5),
            text_column(self.tr("Reason"), reasons, 16, stretch=True),
        ]

    def _columns(self, results: "Results") -> list[Column]:
        lists, scored = self._session.lists, results.scored
        compared = scored & results.with_orders
        n_ordered = np.where(results.with_orders, results.ordered.sum(axis=1), np.nan)
        both = (lists & results.ordered).sum(axis=1)
        union = (lists | results.ordered).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            jaccard = np.where(compared & (n_ordered > 0), both / union, np.nan)
        n_recommended = np.where(scored, lists.sum(axis=1), np.nan)
        self._n_recommended, self._n_ordered = n_recommended, n_ordered
        tips = (
            self.tr("Drugs on the list"),
            self.tr("Ordered drugs that are candidates"),
            self.tr("Recommended and ordered"),
            self.tr("Both, out of all recommended or ordered"),
            self.tr("Allergies, interactions and duplicate classes"),
        )
        return [
            *self._fixed,
            Column(self.tr("Recommended"), n_recommended, _whole, tips[0], 6.5),
            Column(self.tr("Ordered"), n_ordered, _whole, tips[1], 5),
            Column(self.tr("Both"), np.where(compared, both, np.nan), _whole, tips[2], 4),
            Column(self.tr("Jaccard"), jaccard, lambda v: f"{v:.2f}", tips[3], 5),
            Column(self.tr("Flags"), self._flags, lambda v: str(v) if v else "", tips[4], 4),
        ]

    def _relist(self) -> None:
        """The policy changed: new counts at once, flags when it rests."""
        results = self._session.results
        if results is not None and len(self._texts) == results.n_done and results.n_done:
            self._show_columns(results)
            self._settle.start()

    def _count_flags(self) -> None:
        results, lists = self._session.results, self._session.lists
        if results is None:
            return

        def counted(flags: "np.ndarray[Any, Any]") -> None:
            if self._session.results is results and len(flags) == len(self._flags):
                self._flags = flags
                self._show_columns(results)

        self._session.background.run("flags", lambda: results.flag_counts(lists), counted, lambda _: None)

    def _filter(self) -> None:
        results = self._session.results
        if results is None or len(self._texts) != results.n_done:
            return
        mask = self._only(results)
        wanted = self.search.text().strip().casefold()
        if wanted:
            mask &= np.fromiter((wanted in text for text in self._texts), dtype=bool, count=len(self._texts))
        self.model.set_filter(None if mask.all() else mask)
        shown = self.model.rowCount()
        self.count.setText(self.tr("{s} of {n}").format(s=f"{shown:,}", n=f"{results.n_done:,}"))

    def _only(self, results: "Results") -> "np.ndarray[Any, Any]":
        with np.errstate(invalid="ignore"):
            return {
                ALL: np.ones(results.n_done, dtype=bool),
                MORE: self._n_recommended > self._n_ordered,
                FEWER: self._n_recommended < self._n_ordered,
                FLAGGED: self._flags > 0,
                FAILED: ~results.scored,
            }[self.show_only.currentIndex()]

    def _show_admission(self, current: QModelIndex, _: QModelIndex | None = None) -> None:
        results = self._session.results
        if results is None or not current.isValid() or current.row() >= len(self.model.order):
            return
        row = self.model.source_row(current)
        if row >= results.n_done:
            return
        admission = results.admissions[row]
        self.heading.setText(self.tr("Admission {id}").format(id=admission.admission_id))
        self.subheading.setText(
            results.errors[row] or " · ".join(f"{k} {v}" for k, v in sorted(admission.labels.items()) if v)
        )
        self.context.show_admission(admission, results.cut[row])
        thresholds = results.thresholds(self._session.policy)
        self.candidates.show_admission(results, row, self._session.lists, thresholds)

    def save_layout(self, settings: QSettings) -> None:
        """Remember the splitters."""
        settings.setValue("review/halves", self.halves.saveState())
        settings.setValue("review/sides", self.sides.saveState())

    def restore_layout(self, settings: QSettings) -> None:
        """Put the splitters where they were."""
        for name, splitter in (("review/halves", self.halves), ("review/sides", self.sides)):
            state = settings.value(name)
            if state is not None:
                splitter.restoreState(state)


def _whole(value: Any) -> str:
    return f"{value:.0f}"
