"""What if: the context to edit, and what the model then says beside what it said. The job stays as it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.admissions.cohort import Admission, PreviousStay
from lamo_desktop.formulary import shown_name
from lamo_desktop.recommend.policy import Policy, recommended
from lamo_desktop.recommend.safety import Withholding
from lamo_desktop.ui.kit.tables import Column, ColumnModel, Table, text_column
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Dropdown, Notice, WrapRow, label, together
from lamo_desktop.ui.kit.words import flag_words
from lamo_desktop.ui.review.changes import ChangeDelegate, signed

if TYPE_CHECKING:
    from lamo_desktop.recommend.explain import Answer
    from lamo_desktop.review.results import Lists, Results

DRUG, BEFORE, AFTER, CHANGE, LIST, FLAGS = range(6)
MOST_LINES = 6  # of an edited field, before it scrolls


class TextField(QPlainTextEdit):
    """Plain text as high as its lines, up to a few."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # a file dropped here is for the window
        self.document().setDocumentMargin(em(0.3))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        lines = min(MOST_LINES, max(1, self.document().blockCount()))
        self.setFixedHeight(round(self.fontMetrics().lineSpacing() * lines) + em(0.9))


class ContextEditor(QScrollArea):
    """The fields of an admission that enter the prompt; lists have one entry per line."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("Edit the context"))
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.original: Admission | None = None
        self._filling = False
        content = QWidget()
        content.setObjectName("card")
        self._layout = QVBoxLayout(content)
        self._layout.setContentsMargins(em(0.75), em(0.6), em(0.75), em(0.6))
        self._layout.setSpacing(em(0.25))
        self.age, self.sex = QSpinBox(), Dropdown(letters=4)
        self.age.setRange(-1, 90)
        self.age.setSpecialValueText(self.tr("not recorded"))
        self.age.lineEdit().setTextMargins(em(0.4), 0, 0, 0)
        self.age.setMinimumWidth(em(3))
        self.age.valueChanged.connect(self._changed)
        for text, sex in ((self.tr("not recorded"), None), (self.tr("female"), "female"), (self.tr("male"), "male")):
            self.sex.addItem(text, sex)
        self.sex.currentIndexChanged.connect(self._changed)
        who = WrapRow(spacing=0.7)
        for text, field in ((self.tr("A&ge"), self.age), (self.tr("Se&x"), self.sex)):
            caption = label(text, "muted")
            caption.setBuddy(field)
            who.add(together(caption, field, stretched=field), stretch=1)
        self._layout.addLayout(who)
        self.fields: dict[str, TextField] = {}
        self._sections = QVBoxLayout()
        self._sections.setSpacing(em(0.25))
        self._layout.addLayout(self._sections)
        self._layout.addStretch(1)
        self.setWidget(content)

    def show_admission(self, admission: Admission) -> None:
        """Start from an admission as it is."""
        self.original = admission
        self._filling = True
        while (item := self._sections.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.fields.clear()
        self.age.setValue(-1 if admission.age is None else min(admission.age, 90))
        self.sex.setCurrentIndex(self.sex.findData(admission.sex))
        lists: list[tuple[str, str, Sequence[str]]] = [
            ("reason", self.tr("Reason for admission"), [admission.reason]),
            ("diagnoses", self.tr("Diagnoses, one per line"), admission.diagnoses),
            ("procedures", self.tr("Procedures, one per line"), admission.procedures),
            ("past_history", self.tr("Past history, one per line"), admission.past_history),
            ("allergies", self.tr("Allergies, one per line"), admission.allergies),
            ("home_medications", self.tr("Medications before admission, one per line"), admission.home_medications),
        ]
        for name, text in admission.sections.items():
            lists.append((f"section {name}", name.replace("_", " ").capitalize(), [text]))
        if admission.previous is not None:
            stay = admission.previous
            lists += [
                ("previous diagnoses", self.tr("Previous stay: diagnoses"), stay.diagnoses),
                ("previous procedures", self.tr("Previous stay: procedures"), stay.procedures),
                ("previous drugs", self.tr("Previous stay: drugs"), stay.drugs),
            ]
        for name, title, entries in lists:
            field = TextField(title)
            field.setPlainText("\n".join(entries))
            field.textChanged.connect(self._changed)
            caption = label(title, "small", wrap=True)
            caption.setBuddy(field)
            self._sections.addWidget(caption)
            self._sections.addWidget(field)
            self.fields[name] = field
        self._filling = False
        self.verticalScrollBar().setValue(0)

    def admission(self) -> Admission:
        """The admission as edited; everything that is not in the prompt stays what it was."""
        assert self.original is not None
        base = self.original
        sections = {
            name: text for name in base.sections if (text := self.fields[f"section {name}"].toPlainText().strip())
        }
        previous = base.previous
        if previous is not None:
            previous = PreviousStay(
                previous.age,
                self._entries("previous diagnoses"),
                self._entries("previous procedures"),
                self._entries("previous drugs"),
            )
        return replace(
            base,
            age=None if self.age.value() < 0 else self.age.value(),
            sex=self.sex.currentData(),
            reason=" ".join(self.fields["reason"].toPlainText().split()),
            diagnoses=self._entries("diagnoses"),
            procedures=self._entries("procedures"),
            past_history=self._entries("past_history"),
            allergies=self._entries("allergies"),
            home_medications=self._entries("home_medications"),
            sections=sections,
            previous=previous,
        )

    @property
    def differs(self) -> bool:
        """Whether anything was changed."""
        return self.original is not None and self.admission() != self.original

    def _entries(self, name: str) -> tuple[str, ...]:
        lines = (line.strip() for line in self.fields[name].toPlainText().splitlines())
        return tuple(line for line in lines if line)

    def _changed(self, *_: object) -> None:
        if not self._filling:
            self.edited.emit()


class WhatIfPanel(QWidget):
    """The answer to an edited context beside the job's own."""

    asked = Signal()
    reset = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.3), 0, 0)
        layout.setSpacing(em(0.4))
        row = QHBoxLayout()
        row.setSpacing(em(0.4))
        self.notice = Notice()
        self.ask = Button(self.tr("&Score again"), "play", "primary")
        self.ask.setToolTip(self.tr("Score the edited context (Ctrl+Return)"))
        self.ask.clicked.connect(self.asked)
        self.undo = Button(self.tr("As it &was"))
        self.undo.setToolTip(self.tr("Back to the context of the job"))
        self.undo.clicked.connect(self.reset)
        self.stop = Button(self.tr("&Cancel"), "stop")
        self.stop.clicked.connect(self.cancelled)
        row.addWidget(self.notice, 1)
        for button in (self.undo, self.ask, self.stop):
            row.addWidget(button)
        layout.addLayout(row)
        self.model = ColumnModel(parent=self)
        self.table = Table(self.model, self.tr("Probabilities before and after"))
        self.table.setItemDelegateForColumn(CHANGE, ChangeDelegate(self.table))
        layout.addWidget(self.table, 1)
        policy = self.table.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the words stay at the top
        self.table.setSizePolicy(policy)
        self.answer: Answer | None = None
        self._fitted = False
        self.clear()

    def clear(self, edited: bool = False) -> None:
        """Before an answer, or when the context was edited since."""
        if self.answer is None or not edited:
            self.answer = None
            self.table.hide()
            text = self.tr("Hypothetical: edit the context at the left, then score again. The job is not changed.")
        else:
            text = self.tr("Hypothetical, and edited since: score again.")
        self.notice.say(text, "warn")
        self.show_running(False)

    def show_running(self, running: bool) -> None:
        """While an answer is awaited."""
        self.stop.setVisible(running)
        self.ask.setVisible(not running)
        self.undo.setEnabled(not running)
        if running:
            self.notice.say(self.tr("Hypothetical: asking the model…"), "warn")

    def say(self, sentence: str) -> None:
        """Why there is no answer."""
        self.show_running(False)
        self.notice.say(sentence, "bad")

    def show_answer(
        self, results: "Results", row: int, lists: "Lists", policy: Policy, edited: Admission, answer: "Answer"
    ) -> None:
        """The probabilities and the list of an edited context beside those of the job."""
        self.answer = answer
        self.show_running(False)
        before, after = results.probabilities[row], answer.probabilities
        probable = recommended(results.package, results.candidates, after[np.newaxis], policy)[0]
        barred = Withholding(results.formulary, results.candidates, [edited]).mask[0] & (not policy.show_withheld)
        listed = probable & ~barred
        withheld = [results.candidates[place] for place in np.flatnonzero(probable & barred)]
        words = {
            (False, True): self.tr("added"),
            (True, False): self.tr("dropped"),
            (True, True): self.tr("stays"),
            (False, False): "",
        }
        found: dict[str, list[Any]] = {}
        for flag in results.flags_of(edited, listed, answer.cut, withheld):
            for drug in flag.drugs:
                found.setdefault(drug, []).append(flag)
        flags = ["; ".join(map(flag_words, found.get(drug, []))) for drug in results.candidates]
        was = lists[row]
        order = np.lexsort((-np.abs(after - before), -(was != listed).astype(int)))
        names = [shown_name(results.candidates[place]) for place in order]
        columns = [
            text_column(self.tr("Drug"), names, 7.5),
            Column(self.tr("Job"), before[order], _share, self.tr("Probability in the job"), 4),
            Column(self.tr("Edited"), after[order], _share, self.tr("Probability with the edited context"), 4.5),
            Column(
                self.tr("Change"),
                (after - before)[order],
                signed,
                self.tr("Percentage points"),
                9,
                left=True,
            ),
            text_column(self.tr("List"), [words[bool(was[d]), bool(listed[d])] for d in order], 4.8),
            text_column(self.tr("Flags"), [flags[d] for d in order], 8, stretch=True),
        ]
        self.model.set_columns(columns)
        if not self._fitted:
            self.table.fit_columns(columns)
            self._fitted = True
        self.table.show()
        added, dropped = int((listed & ~was).sum()), int((was & ~listed).sum())
        self.notice.say(
            self.tr("Hypothetical, not saved: {n} drugs on the list instead of {m}; {a} added, {d} dropped.").format(
                n=int(listed.sum()), m=int(was.sum()), a=added, d=dropped
            ),
            "warn",
        )


def _share(value: float) -> str:
    return f"{value:.0%}"
