"""The candidates of one admission: probability, recommended, ordered, flags with their source, the analyst's mark."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from lamo_desktop.formulary import SEVERITIES, shown_name
from lamo_desktop.recommend.mark import AGREE, DISAGREE, UNSURE, Mark
from lamo_desktop.recommend.safety import gravest
from lamo_desktop.ui.kit.charts import THRESHOLD_ROLE, ProbabilityDelegate
from lamo_desktop.ui.kit.tables import Column, ColumnModel, Index, Table, text_column
from lamo_desktop.ui.kit.theme import em, icon, tokens
from lamo_desktop.ui.kit.widgets import Dropdown, WrapRow, label
from lamo_desktop.ui.kit.words import flag_words, said
from lamo_desktop.ui.review.marks import KEYS, MarkBar, MarkBook

if TYPE_CHECKING:
    from lamo_desktop.review.results import Lists, Results

DRUG, PROBABILITY, RECOMMENDED, ORDERED, FLAGS, MARK = range(6)
EVERY, EITHER, DIFFERENT, FLAGGED, CAUTION_UP, SERIOUS_UP, CONTRAINDICATED, WITHHELD, MARKED = range(9)
FLAG_FILTERS = {FLAGGED: 4, CAUTION_UP: 3, SERIOUS_UP: 2, CONTRAINDICATED: 1}  # how many tiers, the gravest first
_ICONS = {  # safety flags
    "allergy": "allergy",
    "condition": "allergy",
    "interaction": "interaction",
    "duplicate class": "duplicate",
}
_MARK_ICONS = {AGREE: ("tick", "good"), DISAGREE: ("close", "bad"), UNSURE: ("question", "warn")}


class CandidateModel(ColumnModel):
    """Rows: every candidate, then ordered drugs that are none (they have no probability)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._thresholds = np.zeros(0)
        self._kinds: list[str] = []
        self._severities: list[str] = []
        self._withheld: list[str] = []
        self.drugs: list[str] = []
        self.details: list[str] = []
        self._marks: list[Mark] = []
        self.recommended = self.ordered = np.zeros(0, dtype=bool)
        super().__init__(parent=parent)
        self._sorting = (PROBABILITY, Qt.SortOrder.DescendingOrder)

    def show_admission(
        self,
        results: "Results",
        row: int,
        lists: "Lists",
        thresholds: np.ndarray,
        mark_of: Callable[[str], Mark] = lambda drug: Mark(),
    ) -> list[Column]:
        """Show one admission's candidates under the present lists; returns the columns."""
        admission = results.admissions[row]
        outside = sorted(set(admission.ordered(results.candidates)) - set(results.candidates))
        self.drugs = drugs = [*results.candidates, *outside]
        probability = np.append(results.probabilities[row], np.full(len(outside), np.nan))
        self.recommended = np.append(lists[row], np.zeros(len(outside), dtype=bool))
        self.ordered = np.append(results.ordered[row], np.ones(len(outside), dtype=bool))
        self._thresholds = np.append(thresholds, np.full(len(outside), np.nan))
        found: dict[str, list[Any]] = {}
        for flag in results.flags(row, lists, thresholds):
            for drug in flag.drugs:
                found.setdefault(drug, []).append(flag)
        self._severities = [gravest(found.get(drug, [])) for drug in drugs]
        kinds = [list(dict.fromkeys(f.kind for f in found.get(drug, []) if f.severity)) for drug in drugs]
        self._kinds = [names[0] if names else "" for names in kinds]
        withheld = {} if results.errors[row] else results.withheld_from(row, lists[row], thresholds)
        self._withheld = [withheld.get(drug, "") for drug in drugs]
        self.details = [
            "\n".join(
                [
                    *([self.tr("withheld: {reason}").format(reason=withheld[drug])] if drug in withheld else []),
                    *map(flag_words, found.get(drug, [])),
                ]
            )
            for drug in drugs
        ]
        classes = {d.name: d.drug_class for d in results.package.drugs}
        self._tips = [classes.get(drug, "") or results.formulary.drug_class(drug) for drug in drugs]
        yes = {True: self.tr("yes"), False: ""}
        tick = self.tr("The tick is the drug's threshold")
        short = {"duplicate class": self.tr("duplicate")}  # the whole is in the tooltip and below the table
        columns = [
            text_column(self.tr("Drug"), [shown_name(drug) for drug in drugs], 8.2),
            Column(self.tr("Probability"), probability, lambda p: f"{p:.0%}", tick, 6.3, left=True),
            text_column(self.tr("On list"), self._list_words(), 5.6),
            text_column(self.tr("Ordered"), [yes[bool(o)] for o in self.ordered], 4.2),
            text_column(
                self.tr("Flags"),
                [
                    ", ".join([*([said(worst)] if worst else []), *(short.get(name) or said(name) for name in names)])
                    for worst, names in zip(self._severities, kinds, strict=True)
                ],
                6.3,
                stretch=True,
            ),
            *self._mark_columns(mark_of).values(),
        ]
        self.set_columns(columns)
        return columns

    def _list_words(self) -> list[str]:
        words = {True: self.tr("yes"), False: ""}
        return [
            self.tr("withheld") if reason else words[bool(listed)]
            for listed, reason in zip(self.recommended, self._withheld, strict=True)
        ]

    def show_marks(self, mark_of: Callable[[str], Mark]) -> None:
        """Other marks on the same drugs."""
        self.replace_columns(self._mark_columns(mark_of))

    def _mark_columns(self, mark_of: Callable[[str], Mark]) -> dict[int, Column]:
        self._marks = [mark_of(drug) for drug in self.drugs]
        words = {AGREE: self.tr("agree"), DISAGREE: self.tr("disagree"), UNSURE: self.tr("unsure")}
        texts = [": ".join(filter(None, (words.get(mark.mark, ""), mark.comment))) for mark in self._marks]
        return {MARK: text_column(self.tr("Your mark"), texts, 6.9)}

    def shown(self, only: int, search: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Which drugs a filter and a search leave, (rows,)."""
        marked = np.array([not mark.empty for mark in self._marks], dtype=bool)
        reach = FLAG_FILTERS.get(only, len(SEVERITIES))
        flagged = np.array([worst in SEVERITIES[:reach] for worst in self._severities], dtype=bool)
        mask: np.ndarray[Any, np.dtype[np.bool_]] = {
            EITHER: self.recommended | self.ordered,
            DIFFERENT: self.recommended != self.ordered,
            WITHHELD: np.array([bool(reason) for reason in self._withheld], dtype=bool),
            **dict.fromkeys(FLAG_FILTERS, flagged),
            MARKED: marked,
        }.get(only, np.ones(len(self.drugs), dtype=bool))
        wanted = search.strip().casefold()
        named = [
            wanted in shown_name(drug).casefold() or wanted in tip.casefold()
            for drug, tip in zip(self.drugs, self._tips, strict=True)
        ]
        mask &= np.array(named, dtype=bool)
        return mask

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Adds icons, thresholds, and as tooltips the whole text of flags, comments and the drug's class."""
        if not index.isValid():
            return None
        if role == THRESHOLD_ROLE and index.column() == PROBABILITY:
            return float(self._thresholds[self.source_row(index)])
        if role == Qt.ItemDataRole.DecorationRole:
            return self._decoration(index)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (DRUG, FLAGS, MARK):
            row = self.source_row(index)
            tips = {DRUG: self._tips, FLAGS: self.details}
            return (tips[index.column()][row] if index.column() in tips else self._marks[row].comment) or None
        return super().data(index, role)

    def _decoration(self, index: Index) -> Any:
        row = self.source_row(index)
        if index.column() in (RECOMMENDED, ORDERED) and index.data():
            return icon("tick", tokens().accent if index.column() == RECOMMENDED else tokens().good)
        if index.column() == FLAGS and self._kinds[row]:
            grave = self._severities[row] in ("contraindicated", "serious")
            colour = tokens().bad if grave else tokens().warn if self._severities[row] == "caution" else tokens().muted
            return icon(_ICONS.get(self._kinds[row], "info"), colour)
        if index.column() == MARK and self._marks[row].mark in _MARK_ICONS:
            name, colour = _MARK_ICONS[self._marks[row].mark]
            return icon(name, getattr(tokens(), colour))
        return None


class CandidatePanel(QWidget):
    """The candidates of the selected admission, a filter, and what the analyst says of them."""

    drug_chosen = Signal(str)

    def __init__(self, book: MarkBook) -> None:
        super().__init__()
        self._book = book
        self._ordinal = -1
        self._results: Results | None = None
        self._row = -1
        self.model = CandidateModel()
        self.table = Table(self.model, self.tr("Candidate drugs"))
        self.table.setObjectName("review-candidates")
        self.model.setParent(self.table)
        self.table.setItemDelegateForColumn(PROBABILITY, ProbabilityDelegate(self.table))
        self.table.horizontalHeader().setSortIndicator(PROBABILITY, Qt.SortOrder.DescendingOrder)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.filters = self._filters()
        self.details = label("", "small", wrap=True)
        self.details.hide()
        self.bar = MarkBar()
        self.bar.marked.connect(self._mark)
        self.bar.commented.connect(lambda text: self._book.comment(self.lines(), text))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.3), 0, 0)
        layout.setSpacing(em(0.35))
        layout.addWidget(self.filters)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.details)
        layout.addWidget(self.bar)
        for mark, key in KEYS.items():
            self._shortcut(key, partial(self._mark, mark))
        self._shortcut("Backspace", partial(self._mark, ""))
        self._shortcut("Delete", partial(self._mark, ""))
        self._shortcut("F2", self.bar.comment.setFocus)
        book.changed.connect(self._show_marks)
        self.bar.show_mark(Mark(), False)

    def _filters(self) -> QWidget:
        holder = QWidget()
        row = WrapRow(parent=holder)
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(self.tr("Search drug or class"))
        self.search.setAccessibleName(self.tr("Search candidate drugs"))
        self.only = Dropdown()
        self.only.addItems(
            [
                self.tr("All drugs"),
                self.tr("On the list or ordered"),
                self.tr("List and orders differ"),
                self.tr("With safety flags"),
                self.tr("Caution and graver"),
                self.tr("Serious and graver"),
                self.tr("Contraindicated"),
                self.tr("Withheld"),
                self.tr("Marked"),
            ]
        )
        self.only.setAccessibleName(self.tr("Show only these drugs"))
        self.search.textChanged.connect(self._filter)
        self.only.currentIndexChanged.connect(self._filter)
        row.add(self.search, stretch=1)
        row.add(self.only)
        return holder

    def _shortcut(self, key: str, call: Callable[[], object]) -> None:
        QShortcut(QKeySequence(key), self.table, call, context=Qt.ShortcutContext.WidgetShortcut)

    def show_admission(self, results: "Results", row: int, lists: "Lists", thresholds: np.ndarray) -> None:
        """Show one admission's candidates; the selected drug stays selected where it is among them."""
        self.bar.flush()
        other = self._results is not results
        same = not other and self._row == row
        selected = self.drug() if same else ""
        self._results, self._row, self._ordinal = results, row, int(results.ordinals[row])
        columns = self.model.show_admission(results, row, lists, thresholds, self._mark_of)
        if other:
            self.table.fit_columns(columns)
        self._filter()
        if selected in self.model.drugs:
            self.choose(selected)
        else:
            self.table.select_only(0)

    def show_nothing(self) -> None:
        """No admission: what was written of the last one is saved, and there is no line to mark."""
        self.bar.flush()
        self._results, self._row, self._ordinal = None, -1, -1
        self.model.set_filter(np.zeros(len(self.model.drugs), dtype=bool))
        self._selected()

    def choose(self, drug: str) -> None:
        """Select a drug."""
        row = self.model.view_row(self.model.drugs.index(drug))
        if row >= 0:
            self.table.select_only(row)

    def drug(self) -> str:
        """The current drug, "" for none."""
        index = self.table.currentIndex()
        return self.model.drugs[self.model.source_row(index)] if index.isValid() else ""

    def lines(self) -> list[tuple[int, str]]:
        """The selected lines."""
        rows = self.table.selectionModel().selectedRows()
        return [(self._ordinal, self.model.drugs[self.model.source_row(index)]) for index in rows]

    def _mark_of(self, drug: str) -> Mark:
        return self._book.of((self._ordinal, drug))

    def _usable(self) -> bool:
        results = self._results
        return results is not None and 0 <= self._row < results.n_done and not results.errors[self._row]

    def _mark(self, mark: str) -> None:
        if self._usable():
            self._book.mark(self.lines(), mark)

    def _show_marks(self) -> None:
        if self._results is not None:
            self.model.show_marks(self._mark_of)
            self._selected()

    def _filter(self) -> None:
        if self._results is None:
            return
        mask = self.model.shown(self.only.currentIndex(), self.search.text())
        self.model.set_filter(None if mask.all() else mask)

    def _selected(self, *_: object) -> None:
        drug, lines = self.drug(), self.lines()
        self.bar.show_mark(self._mark_of(drug), bool(lines) and self._usable())
        text = self.model.details[self.model.drugs.index(drug)] if drug and lines else ""
        self.details.setText(f"{shown_name(drug)} – {text}" if text else "")
        self.details.setVisible(bool(text))
        self.drug_chosen.emit(drug if lines else "")
