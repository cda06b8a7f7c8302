"""Validate: how the lists agree with what clinicians ordered, in words, figures and pictures."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, EmptyState, Notice, Page, ProgressCard, Tabs
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.recommend.overlaynotice import OverlayNotice
from lamo_desktop.ui.recommend.policybar import PolicyBar
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.validate.curves import CalibrationTab, ThresholdTab
from lamo_desktop.ui.validate.data import TablesTab
from lamo_desktop.ui.validate.groups import DrugsTab, GroupsTab, PrescribingTab
from lamo_desktop.ui.validate.models import ModelsTab
from lamo_desktop.ui.validate.site import SiteTab
from lamo_desktop.ui.validate.summary import SummaryTab

EMPTY, READY, RUNNING, SHOWN = range(4)
Tab = (
    SummaryTab | ThresholdTab | CalibrationTab | PrescribingTab | DrugsTab | GroupsTab | ModelsTab | SiteTab | TablesTab
)


class ValidatePage(Page):
    """The fifth page."""

    run_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            self.tr("Validate"),
            self.tr("How the lists agree with what clinicians ordered. Orders are what was done, not what was right."),
        )
        self._session = session
        self._shown: dict[QWidget, object] = {}  # tab → the validation it shows
        self.compare = Button(self.tr("&Compare again"), "validate", "primary")
        self.compare.clicked.connect(session.start_validation)
        self.action_row.addWidget(self.compare)
        self._stack = QStackedWidget()
        for widget in (*self._empty_states(), self._running(), self._content()):
            self._stack.addWidget(widget)
        self.policy = PolicyBar(session)
        self.overlay = OverlayNotice(session)
        self.body.addWidget(self.overlay)
        self.body.addWidget(self.policy)
        self.body.addWidget(self._stack, 1)
        session.evaluation.validator.progress.connect(self._show_progress)
        session.changed.connect(self.refresh)
        session.policy_changed.connect(self.refresh)
        self.refresh()

    def _empty_states(self) -> tuple[QWidget, QWidget]:
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
        ready.acted.connect(self._session.start_validation)
        return empty, ready

    def _running(self) -> QWidget:
        self.progress = ProgressCard(self.tr("Cancel"))
        self.progress.stop_clicked.connect(self._session.evaluation.validator.cancel)
        running = QWidget()
        column = QVBoxLayout(running)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.progress)
        column.addStretch(1)
        return running

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.6))
        self.stale = Notice("", "warn")
        self.own_rows = Notice("", "warn")
        self.tabs = Tabs()
        self.tabs.setDocumentMode(True)
        self.tabs.currentChanged.connect(lambda _: self._show_tab())
        self.summary, self.threshold = SummaryTab(), ThresholdTab(self._session)
        self.calibration, self.prescribing, self.drugs = CalibrationTab(), PrescribingTab(), DrugsTab()
        self.groups, self.models, self.site = GroupsTab(), ModelsTab(self._session), SiteTab(self._session)
        self.tables = TablesTab()
        self.models.compare_wanted.connect(self._session.start_validation)
        self._tabs: dict[Tab, str] = {
            self.summary: self.tr("Summary"),
            self.threshold: self.tr("Threshold"),
            self.calibration: self.tr("Calibration"),
            self.prescribing: self.tr("Over and under"),
            self.drugs: self.tr("Drugs"),
            self.groups: self.tr("Groups"),
            self.models: self.tr("Models"),
            self.site: self.tr("Adapt"),
            self.tables: self.tr("All tables"),
        }
        self.tabs.blockSignals(True)
        for tab, title in self._tabs.items():
            self.tabs.addTab(tab, title)
        self.tabs.blockSignals(False)
        for widget in (self.stale, self.own_rows):
            layout.addWidget(widget)
        layout.addWidget(self.tabs, 1)
        return content

    def refresh(self) -> None:
        """Follow the session: nothing, ready, comparing, compared, or compared with other lists."""
        session, evaluation = self._session, self._session.evaluation
        possible = session.results is not None and session.results.has_orders
        running, validation = evaluation.running, evaluation.validation
        if running and self._stack.currentIndex() != RUNNING:
            self.progress.show_progress(self.tr("Comparing"), None)
        at = RUNNING if running else SHOWN if validation is not None else READY if possible else EMPTY
        self._stack.setCurrentIndex(at)
        self.policy.setVisible(at != EMPTY)
        self._show_tab()
        stale = validation is not None and not session.validation_is_current
        self.compare.setVisible(stale and not running)
        self.stale.setVisible(stale)
        if stale:
            self.stale.say(
                self.tr("The lists or models have changed since; compare again to bring this up to date."), "warn"
            )
        known = validation.outcomes.n_learned_from if validation is not None else 0
        self.own_rows.setVisible(known > 0)
        if validation is not None and known:
            text = self.tr(
                "{n} of these {m} admissions are of patients that the overlay in use was learned from: figures here "
                "are too favourable. What it brings on others stands under Adapt."
            )
            self.own_rows.say(text.format(n=f"{known:,}", m=f"{len(validation.outcomes.admission_ids):,}"), "warn")

    def _show_tab(self) -> None:
        """Fill the tab that is looked at; the others when they are opened, so that the window never halts."""
        validation, current = self._session.evaluation.validation, self.tabs.currentWidget()
        for tab in self._tabs:
            if tab is current and validation is not None and self._shown.get(tab) is not validation:
                self._shown[tab] = validation
                tab.show_validation(validation)

    def _show_progress(self, stage: str, share: float) -> None:
        results = self._session.results
        kind, _, name = stage.partition(": ")
        words = said(kind)
        words = f"{words[:1].upper()}{words[1:]}" + (f": {name}" if name else "")
        n_items = results.n_done if name and results is not None else 0
        self.progress.show_progress(words, share, self._session.evaluation.pace.words(n_items))
