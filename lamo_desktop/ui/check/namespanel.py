"""Drug names that nobody knows, to be confirmed by choosing; what a person confirmed is used for every export."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QVBoxLayout, QWidget

from lamo_desktop.admissions.site_files import keep_names, kept_names
from lamo_desktop.errors import InputError
from lamo_desktop.ui.kit.searchedtable import SearchedTable
from lamo_desktop.ui.kit.tables import Column, text_column
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Dropdown, WrapRow, label
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.formulary.site_names import SiteName
    from lamo_desktop.formulary.suggestions import Suggestion

Decision = tuple[str, ...]  # ingredients, or EXCLUDED
NAMELESS = "(no drug name and no code)"  # what the reader of eICU tables writes for an order without either
EXCLUDED = ("excluded",)
AT_ONCE = 40  # names that suggestions are asked for at a time
SUGGESTED = 2_000  # names that get suggestions by themselves, the most frequent first
NEAREST, DECISION = 2, 3  # columns


class NamesPanel(QWidget):
    """The table of unknown names and below it what can be decided for those that are selected."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._names: list[tuple[str, int]] = []
        self._near: dict[str, tuple[Suggestion, ...]] = {}
        self._decided: dict[str, Decision] = {}
        self._steps: list[dict[str, Decision]] = []  # decisions before each step
        self._applying: tuple[list[SiteName], object] | None = None  # names before, and the export as it was read
        self._applied: list[list[SiteName]] = []
        self._undoing = False
        self.nameless = 0  # order rows that name no drug
        self.list = SearchedTable(
            self.tr("Unknown drug names"),
            self.tr("All drugs known"),
            self.tr("Every order text was mapped to its ingredients."),
        )
        self.list.table.selectionModel().selectionChanged.connect(lambda *_: self._show_selected())
        self.list.table.keyed.connect(self._key)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.5))
        layout.addWidget(self.list, 1)
        self.decide = self._decision_box()
        layout.addWidget(self.decide)
        session.opened_changed.connect(self._opened_changed)

    def _decision_box(self) -> QWidget:
        box = QWidget()
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(em(0.4))
        self.heading = label("", "strong", wrap=True)
        rows.addWidget(self.heading)
        self.warning = label("", "warning", wrap=True)
        rows.addWidget(self.warning)
        choices = WrapRow(spacing=0.4)
        self.suggested = [Button("", "tick") for _ in range(3)]
        for place, button in enumerate(self.suggested):
            button.clicked.connect(lambda _=False, place=place: self._accept(place))
            choices.add(button)
        rows.addLayout(choices)
        others = WrapRow(spacing=0.4)
        self.other = Dropdown(letters=14, editable=True)
        self.other.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.other.setAccessibleName(self.tr("Another ingredient"))
        edit = self.other.lineEdit()
        if edit is not None:
            edit.setPlaceholderText(self.tr("another ingredient; several with +"))
            edit.returnPressed.connect(self._use_other)
        completer = self.other.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.use = Button(self.tr("&Use"))
        self.no_drug = Button(self.tr("&Not a drug"))
        self.leave = Button(self.tr("&Leave open"))
        self.use.clicked.connect(self._use_other)
        self.no_drug.clicked.connect(lambda: self._decide(dict.fromkeys(self._selected(), EXCLUDED)))
        self.leave.clicked.connect(lambda: self._decide(dict.fromkeys(self._selected(), ())))
        others.add(self.other, stretch=1)
        others.add(self.use, self.no_drug, self.leave)
        rows.addLayout(others)
        last = QHBoxLayout()
        last.setSpacing(em(0.4))
        self.waiting = label("", "muted", wrap=True)
        self.undo = Button(self.tr("Un&do"), "undo")
        self.apply = Button(self.tr("&Apply and read again"), "refresh", "primary")
        self.undo.clicked.connect(self.take_back)
        self.apply.clicked.connect(self.apply_decisions)
        last.addWidget(self.waiting, 1)
        last.addWidget(self.undo)
        last.addWidget(self.apply)
        rows.addLayout(last)
        return box

    def show_names(self, unmapped: Mapping[str, int]) -> None:
        """Show these names (text -> order rows), the most frequent first."""
        named = (pair for pair in unmapped.items() if pair[0] != NAMELESS)
        self._names = sorted(named, key=lambda pair: (-pair[1], pair[0]))
        self.nameless = unmapped.get(NAMELESS, 0)
        self._decided = {text: what for text, what in self._decided.items() if text in unmapped}
        self._steps = []
        self.list.show_columns(self._columns())
        self.decide.setVisible(bool(self._names) or bool(self._applied))
        if self._names:
            self.list.table.selectRow(0)
        if self.isVisible():
            self._ask()
        self._show_selected()

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Suggestions are looked for when somebody looks."""
        self._ask()

    def _ask(self) -> None:
        texts = [text for text, _ in self._names[:SUGGESTED] if text not in self._near][:AT_ONCE]
        if texts:
            self._session.names_lookup.ask("names", "suggestions", (texts,), self._suggestions_came, lambda _: None)
        if self._names and not self.other.count():
            self._session.names_lookup.ask("ingredients", "ingredients", (), self._ingredients_came, lambda _: None)

    def _suggestions_came(self, near: "dict[str, tuple[Suggestion, ...]]") -> None:
        self._near.update(near)
        self._refresh_columns()
        self._show_selected()
        self._ask()

    def _ingredients_came(self, names: list[str]) -> None:
        self.other.addItems(names)
        self.other.setCurrentIndex(-1)

    def _columns(self) -> list[Column]:
        return [
            text_column(self.tr("Order text"), [text for text, _ in self._names], 12, stretch=True),
            Column(self.tr("Rows"), np.array([n for _, n in self._names], dtype=np.int64), lambda n: f"{n:,}", width=4),
            text_column(self.tr("Nearest known name"), [self._nearest(text) for text, _ in self._names], 11),
            text_column(self.tr("Decision"), [self._decision(text) for text, _ in self._names], 8),
        ]

    def _refresh_columns(self) -> None:
        columns = self._columns()
        self.list.model.replace_columns({NEAREST: columns[NEAREST], DECISION: columns[DECISION]})

    def _nearest(self, text: str) -> str:
        if text not in self._near:
            return "…" if len(self._near) < SUGGESTED else ""
        if not self._near[text]:
            return "–"
        first = self._near[text][0]
        mark = " ▲" if first.look_alikes else ""
        return f"{' + '.join(first.ingredients)}  {first.similarity:.0%}{mark}"

    def _decision(self, text: str) -> str:
        what = self._decided.get(text, ())
        return self.tr("not a drug") if what == EXCLUDED else " + ".join(what) if what else self.tr("open")

    def _selected(self) -> list[str]:
        rows = self.list.table.selectionModel().selectedRows()
        return [self._names[self.list.model.source_row(index)][0] for index in rows]

    def _show_selected(self) -> None:
        selected = self._selected()
        near = self._near.get(selected[0], ()) if len(selected) == 1 else ()
        counts = dict(self._names)
        if len(selected) == 1:
            rows = f"{counts[selected[0]]:,}"
            self.heading.setText(self.tr("“{t}”, in {n} order rows, is:").format(t=selected[0], n=rows))
        elif selected:
            self.heading.setText(self.tr("{n} names are selected; each of them is:").format(n=len(selected)))
        else:
            self.heading.setText(self.tr("Select a name to say what it means."))
        several = len(selected) > 1 and any(self._near.get(text) for text in selected)
        for place, button in enumerate(self.suggested):
            shown = place < len(near) or (place == 0 and several)
            button.setVisible(shown)
            if place < len(near):
                button.setText(
                    f"{' + '.join(near[place].ingredients)} · {near[place].similarity:.0%}".replace("&", "&&")
                )
            elif shown:
                button.setText(self.tr("the name nearest to it"))
        alike = sorted({name for suggestion in near for name in suggestion.look_alikes})
        self.warning.setVisible(bool(alike))
        text = self.tr("▲ Names mistaken for each other: look at the order itself. Also check {n}.")
        self.warning.setText(text.format(n=", ".join(alike)))
        for widget in (self.other, self.use, self.no_drug, self.leave):
            widget.setEnabled(bool(selected))
        self._show_state()

    def _show_state(self) -> None:
        decided = sum(bool(what) for what in self._decided.values())
        reading = self._session.reader.running
        if decided and self._session.input is None:
            self.waiting.setText(self.tr("{n} decided. Open the export to use them.").format(n=decided))
        elif decided:
            self.waiting.setText(self.tr("{n} decided, not used yet.").format(n=decided))
        elif self.nameless:
            text = self.tr("{n} more order rows name no drug at all.")
            self.waiting.setText(text.format(n=f"{self.nameless:,}"))
        else:
            self.waiting.setText(self.tr("Only what you decide here is used."))
        self.apply.setEnabled(bool(decided) and self._session.input is not None and not reading)
        self.undo.setEnabled((bool(self._steps) or bool(self._applied)) and not reading)

    def _accept(self, place: int) -> None:
        selected = self._selected()
        near = {text: self._near[text][place] for text in selected if len(self._near.get(text, ())) > place}
        self._decide({text: suggestion.ingredients for text, suggestion in near.items()})

    def _use_other(self) -> None:
        written = tuple(name.strip().lower() for name in self.other.currentText().split("+") if name.strip())
        known = {self.other.itemText(row) for row in range(self.other.count())}
        if unknown := [name for name in written if name not in known]:
            text = self.tr("“{n}” is not an ingredient the program knows: choose one of the list.")
            self._session.message.emit(text.format(n=unknown[0]), "warn")
        elif written:
            self._decide(dict.fromkeys(self._selected(), written))
            self.other.clearEditText()

    def _decide(self, decisions: Mapping[str, Decision]) -> None:
        if not decisions:
            return
        self._steps.append(dict(self._decided))
        self._decided.update(decisions)
        self._refresh_columns()
        self._next_row()
        self._show_selected()
        self.changed.emit()

    def _next_row(self) -> None:
        """On to the next name."""
        table, model = self.list.table, self.list.model
        rows = [index.row() for index in table.selectionModel().selectedRows()]
        if rows and max(rows) + 1 < model.rowCount():
            index = model.index(max(rows) + 1, 0)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            table.selectionModel().setCurrentIndex(index, flags)
            table.scrollTo(index)

    def _key(self, event: QKeyEvent) -> None:
        """Enter takes the nearest name, Delete leaves open."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept(0)
        elif event.key() == Qt.Key.Key_Delete:
            self._decide(dict.fromkeys(self._selected(), ()))

    def take_back(self) -> None:
        """Take the last decision back; when they are in use already, those that were applied last."""
        if self._steps:
            self._decided = self._steps.pop()
            self._refresh_columns()
            self._show_selected()
        elif self._applied:
            self._write(self._applied[-1], undoing=True)

    def apply_decisions(self) -> None:
        """Keep what was decided and read the export again with it."""
        from lamo_desktop.formulary.site_names import SiteName

        counts = dict(self._names)
        wanted = {text: what for text, what in self._decided.items() if what}
        decided = [SiteName(text, what, counts.get(text, 0)) for text, what in wanted.items()]
        try:
            before = kept_names()
        except InputError as error:
            self._session.message.emit(str(error), "bad")
            return
        self._write([*decided, *before])

    def _write(self, names: "Sequence[SiteName]", undoing: bool = False) -> None:
        if self._session.run.running:
            self._session.message.emit(self.tr("Pause the run first, then change drug names."), "warn")
            return
        try:
            before = kept_names()
            keep_names(names)
        except InputError as error:
            self._session.message.emit(str(error), "bad")
            return
        if undoing:
            self._applied.pop()
        self._applying = before, self._session.opened
        self._undoing = undoing
        self._session.read_again(self._session.profile)
        self._show_state()

    def _opened_changed(self) -> None:
        """The export was read again, or that was cancelled: then the names are as they were."""
        if self._applying is None:
            if self._session.opened is None:
                self._applied = []
            return
        before, opened = self._applying
        self._applying = None
        if self._session.opened is opened:
            try:
                keep_names(before)
            except InputError as error:
                self._session.message.emit(str(error), "bad")
        elif not self._undoing:
            self._applied.append(before)
        self._show_state()
