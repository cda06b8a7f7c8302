"""Why: what each part of the context carries of a drug's probability, found by leaving it out and asking again."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QProgressBar, QVBoxLayout, QWidget

from lamo_desktop.admissions.findings import finding_phrase
from lamo_desktop.formulary import shown_name
from lamo_desktop.ui.kit import words
from lamo_desktop.ui.kit.tables import Column, ColumnModel, Table, text_column
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, EmptyOr, EmptyState, WrapRow, label
from lamo_desktop.ui.review.changes import ChangeDelegate, signed

if TYPE_CHECKING:
    from lamo_desktop.model.knowledge_terms import Reason
    from lamo_desktop.model.site import Learned
    from lamo_desktop.recommend.explain import Effect, FindingShare

PART, WITHOUT, CARRIED = range(3)
MOST_LEARNED = 5  # things told that were learned of the hospital, and findings


class WhyPanel(QWidget):
    """For the selected drug: a button, then a bar for each piece of the context. Keeps what was found for the page."""

    asked = Signal(bool)  # with entries
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.3), 0, 0)
        layout.setSpacing(em(0.4))
        row = WrapRow()
        self.heading = label("", wrap=True)
        self.entries = QCheckBox(self.tr("&Every entry and sentence"))
        self.entries.setToolTip(self.tr("Also leaves out each diagnosis, drug and sentence by itself; takes longer"))
        self.ask = Button(self.tr("A&sk why"), "question", "primary")
        self.ask.clicked.connect(lambda: self.asked.emit(self.entries.isChecked()))
        self.stop = Button(self.tr("&Cancel"), "stop")
        self.stop.clicked.connect(self.cancelled)
        row.add(self.entries, stretch=1)
        row.add(self.ask, self.stop)
        layout.addWidget(self.heading)
        layout.addLayout(row)
        self.reasons = label("", wrap=True)
        self.reasons.setAccessibleName(self.tr("What drug knowledge says"))
        layout.addWidget(self.reasons)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(self.tr("Asking the model"))
        layout.addWidget(self.bar)
        self.model = ColumnModel(parent=self)
        self.table = Table(self.model, self.tr("What carries the recommendation"))
        self.table.setItemDelegateForColumn(CARRIED, ChangeDelegate(self.table))
        empty = EmptyState(
            "question",
            self.tr("Not asked yet"),
            self.tr(
                "Each part of the prompt is left out in turn and the drug is scored again by the model. Nothing of the "
                "job is changed."
            ),
        )
        self.stack = EmptyOr(empty, self.table)
        layout.addWidget(self.stack, 1)
        self.note = label("", "small", wrap=True)
        layout.addWidget(self.note)
        self._drug = ""
        self._effects: list[Effect] = []
        self._total = 0
        self._running = False
        self._sorted = False
        self.show_drug("", [], usable=False)

    def show_drug(self, drug: str, effects: "list[Effect]", usable: bool) -> None:
        """Another drug, with what was found for it before."""
        self._drug, self._effects = drug, list(effects)
        self.ask.setEnabled(usable)
        self.entries.setEnabled(usable)
        self.show_running(False)
        self._show()

    def show_running(self, running: bool, total: int = 0) -> None:
        """While `total` answers are awaited (0: not known yet)."""
        self._total = total
        self._running = running
        self.bar.setVisible(running)
        self.bar.setRange(0, total)
        self.stop.setVisible(running)
        self.ask.setVisible(not running)
        if running:
            self._effects, self._sorted = [], False
            self._show()
            self.note.setText(self.tr("Loading the model…"))

    def add(self, effect: "Effect") -> None:
        """One more answer."""
        self._effects.append(effect)
        if self._total:
            self.bar.setValue(min(len(self._effects), self._total))
        self._show()

    def say(self, sentence: str) -> None:
        """Why there is no answer."""
        self.show_running(False)
        self.note.setText(sentence)

    @property
    def effects(self) -> "list[Effect]":
        """What is shown."""
        return self._effects

    def _show(self) -> None:
        self.heading.setText(
            self.tr("Which parts of the context carry {drug}?").format(drug=shown_name(self._drug))
            if self._drug
            else self.tr("Select a candidate drug first.")
        )
        pieces = [effect for effect in self._effects if effect.left_out in ("part", "entry")]
        names = [_name(e.part) + (f"  ›  {e.entry}" if e.entry else "") for e in pieces]
        columns = [
            text_column(self.tr("Left out"), names, 14, stretch=True),
            Column(self.tr("Without it"), np.array([e.probability for e in pieces], dtype=float), _share, width=5),
            Column(
                self.tr("Carries"),
                np.array([e.carried for e in pieces], dtype=float),
                signed,
                self.tr("Percentage points that the probability loses without it; below 0 it speaks against the drug"),
                12,
                left=True,
            ),
        ]
        first = self.model.columnCount() == 0
        self.model.set_columns(columns)
        if first:
            self.table.fit_columns(columns)
            self.table.sortByColumn(CARRIED, Qt.SortOrder.DescendingOrder)
        reasons = [self._reason(reason) for effect in self._effects for reason in effect.reasons]
        findings = [share for effect in self._effects for share in effect.findings if _tells(share.logits)]
        learned = [part for effect in self._effects for part in effect.learned if part.kind != "rest"]
        reasons += [self._finding(share) for share in findings[:MOST_LEARNED]]
        reasons += [self._learned(part) for part in learned if _tells(part.logits)][:MOST_LEARNED]
        self.reasons.setText("\n".join(f"•  {reason}" for reason in reasons))
        self.reasons.setVisible(bool(reasons))
        self.stack.show_content(bool(pieces) or self._running)
        self.note.setText(self._words())

    def _reason(self, reason: "Reason") -> str:
        """One reason as a sentence: "Given for sepsis; the patient has: sepsis, pulmonary"."""
        sentences = {
            "problems": self.tr("Given for {use}; the patient has: {entry}"),
            "history": self.tr("Given for {use}; in the past history: {entry}"),
            "home medications": self.tr("On the home medication list: {entry}"),
            "previous stay": self.tr("Given in the previous stay: {entry}"),
            "allergies": self.tr("Against it, a recorded allergy: {entry}"),
        }
        return sentences[reason.topic].format(use=reason.use, entry=reason.entry)

    def _finding(self, share: "FindingShare") -> str:
        """One finding as a sentence, with the ratio of odds to the average patient."""
        told = finding_phrase(share.observation, share.band, words.said)
        return self.tr("Finding: {finding} ({odds} times the odds)").format(finding=told, odds=_odds(share.logits))

    def _learned(self, part: "Learned") -> str:
        """One thing that was learned of this hospital as a sentence, with the ratio of odds."""
        sentences = {
            "drug": self.tr("Learned here: ordered {odds} times as readily as elsewhere"),
            "feature": self.tr("Learned here: {name} ({odds} times the odds)"),
            "group": self.tr("Learned here: at {name} ({odds} times the odds)"),
            "history": self.tr("Learned here: from the patient's earlier medications ({odds} times the odds)"),
        }
        return sentences[part.kind].format(name=part.name, odds=_odds(part.logits))

    def _words(self) -> str:
        known = {effect.left_out: effect for effect in self._effects}
        if "nothing" not in known:
            return ""
        text = self.tr("{p} with the whole context").format(p=_share(known["nothing"].probability))
        if "everything" in known:
            text += ", " + self.tr("{p} with none of it").format(p=_share(known["everything"].probability))
            text += ". " + self.tr(
                "Parts can say the same twice or matter only together, so the bars do not add up. A bar tells what the "
                "model reacts to, not what is right."
            )
        return text


def _odds(logits: float) -> str:
    return f"{math.exp(logits):.2g}"


def _tells(logits: float) -> bool:
    """Whether a ratio of odds does not read as 1."""
    return _odds(logits) != "1"


def _share(value: float) -> str:
    return f"{value:.1%}"


def _name(part: str) -> str:
    return part[:1].upper() + part[1:]
