"""The selected admission: its context beside the candidates, why one is recommended, and what if it were otherwise."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import ElidedLabel, Tabs, label
from lamo_desktop.ui.review.asking import Asking
from lamo_desktop.ui.review.candidates import CandidatePanel
from lamo_desktop.ui.review.contextview import ContextView
from lamo_desktop.ui.review.marks import MarkBook
from lamo_desktop.ui.review.whatif import ContextEditor, WhatIfPanel
from lamo_desktop.ui.review.why import WhyPanel
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.model.process import EngineSettings
    from lamo_desktop.recommend.explain import Answer, Effect
    from lamo_desktop.review.results import Results

CANDIDATES, WHY, WHAT_IF = range(3)


class AdmissionDetail(QWidget):
    """Everything about one admission of the results."""

    def __init__(self, session: Session, book: MarkBook) -> None:
        super().__init__()
        self._session = session
        self._results: Results | None = None
        self._row = -1
        self._pending: tuple[int, str] = (0, "")  # number of the question that is being answered, and its drug
        self._found: dict[tuple[int, str], list[Effect]] = {}  # answers to "why", by row and drug
        self.asking = Asking(self)
        self.asking.answered.connect(self._answered)
        self.asking.finished.connect(lambda _: self._asked_to_end())
        self.asking.stopped.connect(self._asked_to_end)
        self.asking.failed.connect(self._failed)
        self.context, self.editor = ContextView(), ContextEditor()
        self.candidates, self.why, self.what_if = CandidatePanel(book), WhyPanel(), WhatIfPanel()
        self.heading, self.subheading = label("", "heading"), ElidedLabel("muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.4), 0, 0)
        layout.setSpacing(em(0.3))
        heads = QHBoxLayout()
        heads.addWidget(self.heading)
        heads.addSpacing(em(0.5))
        heads.addWidget(self.subheading, 1)
        layout.addLayout(heads)
        self.left = QStackedWidget()
        self.left.addWidget(self.context)
        self.left.addWidget(self.editor)
        self.tabs = Tabs(self.tr("About this admission"))
        self.tabs.addTab(self.candidates, self.tr("Candidates"))
        self.tabs.addTab(self.why, self.tr("Why"))
        self.tabs.addTab(self.what_if, self.tr("What if"))
        self.tabs.currentChanged.connect(self._tab_changed)
        self.sides = QSplitter(Qt.Orientation.Horizontal)
        self.sides.setObjectName("review-sides")
        self.sides.addWidget(self.left)
        self.sides.addWidget(self.tabs)
        self.sides.setSizes([em(19), em(37)])
        self.sides.setChildrenCollapsible(False)
        self.sides.setHandleWidth(em(0.6))
        layout.addWidget(self.sides, 1)
        self.candidates.drug_chosen.connect(self._drug_chosen)
        self.candidates.table.doubleClicked.connect(lambda _: self.tabs.setCurrentIndex(WHY))
        self.why.asked.connect(self.ask_why)
        self.why.cancelled.connect(self.asking.cancel)
        self.what_if.asked.connect(self.ask_what_if)
        self.what_if.reset.connect(self._reset)
        self.what_if.cancelled.connect(self.asking.cancel)
        self.editor.edited.connect(lambda: self.what_if.clear(edited=True))
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self, self._ask, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def show_admission(self, results: "Results", row: int) -> None:
        """Show one admission under the session's lists."""
        other = self._results is not results or self._row != row
        if self._results is not results:
            self._found.clear()
        self._results, self._row = results, row
        admission = results.admissions[row]
        self.heading.setText(self.tr("Admission {id}").format(id=admission.admission_id))
        labels = " · ".join(f"{name} {value}" for name, value in sorted(admission.labels.items()) if value)
        self.subheading.setText(results.errors[row] or labels)
        if other:
            self.asking.cancel()
            self.context.show_admission(admission, results.cut[row])
            self._reset()
        self.candidates.show_admission(results, row, self._session.lists, results.thresholds(self._session.policy))
        if self.what_if.answer is not None:
            self._show_answer(self.what_if.answer)

    def show_nothing(self) -> None:
        """No admission is open: nothing can be read, marked or asked."""
        self.asking.cancel()
        self._results, self._row = None, -1
        self._found.clear()
        self.heading.clear()
        self.subheading.setText("")
        self.candidates.show_nothing()

    def refresh_theme(self) -> None:
        """Draw the context in the colours in force."""
        if self._results is not None:
            self.context.show_admission(self._results.admissions[self._row], self._results.cut[self._row])

    def ask_why(self, with_entries: bool) -> None:
        """Ask which parts of the context carry the selected drug."""
        from lamo_desktop.model.prompt import parts
        from lamo_desktop.recommend.explain import as_seen, leave_outs
        from lamo_desktop.review.questions import Why

        results, drug = self._results, self.candidates.drug()
        if results is None or drug not in results.candidates or not results.scored[self._row]:
            return
        admission, cut = results.admissions[self._row], results.cut[self._row]
        total = 2 + sum(1 for _ in leave_outs(as_seen(parts(admission), cut), with_entries))
        total += bool(admission.observations)
        classes = {drug: results.formulary.drug_class(drug)}
        settings = self._engine_settings(results)
        self._pending = (
            self.asking.ask(Why(results.package, settings, admission, classes, drug, cut, with_entries)),
            drug,
        )
        self.why.show_running(True, total)

    def ask_what_if(self) -> None:
        """Ask for the list of the edited context."""
        from lamo_desktop.review.questions import WhatIf

        results = self._results
        if results is None or self.tabs.currentIndex() != WHAT_IF:
            return
        classes = {drug: results.formulary.drug_class(drug) for drug in results.asked}
        settings = self._engine_settings(results)
        number = self.asking.ask(WhatIf(results.package, settings, self.editor.admission(), classes))
        self._pending = (number, "")
        self.what_if.show_running(True)

    def close_model(self) -> None:
        """End what is being asked and give the model's memory back."""
        self.asking.close()

    def _ask(self) -> None:
        if self.tabs.currentIndex() == WHAT_IF:
            self.ask_what_if()
        else:
            self.tabs.setCurrentIndex(WHY)
            self.ask_why(self.why.entries.isChecked())

    def _engine_settings(self, results: "Results") -> "EngineSettings":
        """The job's own, so that scores are comparable; one thread while a run needs the others."""
        return replace(results.job.settings, threads=1) if self._session.run.running else results.job.settings

    def _answered(self, number: int, part: object) -> None:
        from lamo_desktop.recommend.explain import Answer, Effect

        if number != self._pending[0]:
            return
        if isinstance(part, Effect):
            self.why.add(part)
            self._found[self._row, self._pending[1]] = list(self.why.effects)
        elif isinstance(part, Answer):
            self._show_answer(part)

    def _show_answer(self, answer: "Answer") -> None:
        if self._results is not None:
            self.what_if.show_answer(
                self._results, self._row, self._session.lists, self._session.policy, self.editor.admission(), answer
            )

    def _asked_to_end(self) -> None:
        self.why.show_drug(*self._why_of(self.candidates.drug()))
        if self.what_if.answer is None:
            self.what_if.clear()
        self.what_if.show_running(False)

    def _failed(self, _: int, sentence: str) -> None:
        if self._pending[1]:
            self.why.say(sentence)
        else:
            self.what_if.say(sentence)

    def _drug_chosen(self, drug: str) -> None:
        if not self.asking.running:
            self.why.show_drug(*self._why_of(drug))

    def _why_of(self, drug: str) -> "tuple[str, list[Effect], bool]":
        results = self._results
        usable = results is not None and drug in results.candidates and bool(results.scored[self._row])
        return drug, self._found.get((self._row, drug), []), usable

    def _reset(self) -> None:
        """The context as it is in the job; its fields are made once someone wants to edit them."""
        if self._results is not None:
            if self.tabs.currentIndex() == WHAT_IF:
                self.editor.show_admission(self._results.admissions[self._row])
            self.what_if.answer = None
            self.what_if.clear()

    def _tab_changed(self, tab: int) -> None:
        if tab == WHAT_IF and self._results is not None:
            admission = self._results.admissions[self._row]
            if self.editor.original is not admission:
                self.editor.show_admission(admission)
        self.left.setCurrentIndex(1 if tab == WHAT_IF else 0)
