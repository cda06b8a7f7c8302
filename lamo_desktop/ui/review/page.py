"""Review: every admission in a table, and for the selected one its context beside the candidates."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.admissionlist import FEWER, FLAGGED, FLAGS, MARKED, MORE
from lamo_desktop.ui.kit.tables import ColumnModel, Table
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Dropdown, EmptyOr, EmptyState, Notice, Page, label
from lamo_desktop.ui.recommend.overlaynotice import OverlayNotice
from lamo_desktop.ui.recommend.policybar import PolicyBar
from lamo_desktop.ui.recommend.retry import RetryButton
from lamo_desktop.ui.review.detail import AdmissionDetail
from lamo_desktop.ui.review.marks import MarkBook, undo_keys
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.ui.kit.admissionlist import AdmissionList


class ReviewPage(Page):
    """The fourth page."""

    run_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            self.tr("Review"),
            self.tr("What the model would put on each list, beside what clinicians ordered."),
        )
        self._session = session
        self._list: AdmissionList | None = None
        self.book = MarkBook(self)
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
        self._stack = EmptyOr(empty, self._content())
        self.overlay = OverlayNotice(session)
        self.body.addWidget(self.overlay)
        self.body.addWidget(self._stack, 1)
        self._add_undo()
        self._settle = QTimer(self, singleShot=True, interval=150)  # the slider is dragged: count flags once it rests
        self._settle.timeout.connect(self._count_flags)
        self.book.changed.connect(self._marks_changed)
        self.book.failed.connect(self._not_saved)
        session.results_changed.connect(self.refresh)
        session.policy_changed.connect(self._relist)
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.5))
        self.policy = PolicyBar(self._session)
        layout.addWidget(self.policy)
        layout.addLayout(self._search_row())
        self.unsaved = Notice("", "bad", self.tr("Try again"))
        self.unsaved.acted.connect(self._save_again)
        self.unsaved.hide()
        layout.addWidget(self.unsaved)
        self.model = ColumnModel(parent=self)
        self.table = Table(self.model, self.tr("Admissions"))
        self.table.setObjectName("review-admissions")
        self.table.setSelectionMode(Table.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(self._show_admission)
        self.detail = AdmissionDetail(self._session, self.book)
        self.context, self.candidates = self.detail.context, self.detail.candidates
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setObjectName("review-halves")  # which is how its place is remembered
        self.halves.addWidget(self.table)
        none = EmptyState(
            "review",
            self.tr("No admission fits"),
            self.tr("Change the search or the choice beside it to see one again."),
        )
        self._below = EmptyOr(none, self.detail)
        self.halves.addWidget(self._below)
        self.halves.setSizes([em(10), em(22)])
        self.halves.setChildrenCollapsible(False)
        self.halves.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # both of them scroll
        layout.addWidget(self.halves, 1)
        return content

    def _search_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(em(0.5))
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(self.tr("Search admission, reason or diagnosis (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search admissions"))
        self.search.textChanged.connect(self._filter)
        self.show_only = Dropdown()
        self.show_only.addItems(
            [
                self.tr("All admissions"),
                self.tr("More recommended than ordered"),
                self.tr("Fewer recommended than ordered"),
                self.tr("With safety flags"),
                self.tr("Not scored"),
                self.tr("With your marks"),
                self.tr("You disagree"),
                self.tr("You are unsure"),
                self.tr("With your comments"),
            ]
        )
        self.show_only.setAccessibleName(self.tr("Show only"))
        self.show_only.currentIndexChanged.connect(self._filter)
        self.count = label("", "muted")
        row.addWidget(self.search, 2)
        row.addWidget(self.show_only, 1)
        row.addWidget(self.count)
        self.retry = RetryButton(self._session)
        row.addWidget(self.retry)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.search.setFocus)
        return row

    def _add_undo(self) -> None:
        """Undo and redo of marks, also as buttons at the top."""
        for text, icon_name, call, keys, can in zip(
            (self.tr("Undo mark"), self.tr("Redo mark")),
            ("undo", "redo"),
            (self.book.undo_stack.undo, self.book.undo_stack.redo),
            undo_keys(),
            (self.book.undo_stack.canUndoChanged, self.book.undo_stack.canRedoChanged),
            strict=True,
        ):
            action = QAction(text, self)
            action.setShortcuts(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(call)
            action.setEnabled(False)
            can.connect(action.setEnabled)
            self.addAction(action)
            button = Button(text, icon_name)
            button.setToolTip(f"{text} ({keys[0].toString(QKeySequence.SequenceFormat.NativeText)})")
            button.clicked.connect(call)
            button.hide()
            can.connect(button.setVisible)
            self.action_row.addWidget(button)

    def refresh(self) -> None:
        """Show the session's results, or what to do without any."""
        results, cut = self._session.results, self._session.cut
        usable = results is not None and results.n_done > 0
        self._stack.show_content(usable)
        if results is None or cut is None or not usable:
            self._list = None
            self.model.set_columns([])
            self.detail.close_model()
            self.book.open(None, {})
            return
        same = self._list is not None and self._list.results is results
        self._list = cut.listing
        if not same:
            self.book.open(results.path, results.marks)
        self._list.use_marks(self.book.marks)
        first = self.model.columnCount() == 0
        columns = self._list.columns(cut)
        selected = self._selected()
        self.model.set_columns(columns)
        if first:
            self.table.fit_columns(columns)
        self._filter()
        row = self.model.view_row(min(selected, results.n_done - 1))
        self.table.select_only(max(row, 0))
        self.detail.refresh_theme()
        self._settle.start()  # the flags are counted once the table has been painted

    def _selected(self) -> int:
        current = self.table.currentIndex()
        return self.model.source_row(current) if current.isValid() else 0

    def _relist(self) -> None:
        """The policy changed: new counts at once, flags when it rests."""
        cut = self._session.cut
        if cut is None or cut.listing is not self._list:
            return
        self.model.replace_columns(cut.columns)
        if self.show_only.currentIndex() in (MORE, FEWER):
            self._filter()
        self._show_admission(self.table.currentIndex())
        self._settle.start()

    def _count_flags(self) -> None:
        results, cut, listed = self._session.results, self._session.cut, self._list
        if results is None or cut is None or listed is None:
            return
        thresholds = results.thresholds(cut.policy)

        def counted(flags: "np.ndarray[Any, Any]") -> None:
            if self._list is listed:
                listed.flags = flags
                self.model.replace_columns({FLAGS: listed.flag_column(flags)})
                if self.show_only.currentIndex() == FLAGGED:
                    self._filter()

        self._session.background.run(
            "flags", lambda: results.flag_counts(cut.lists, thresholds), counted, lambda _: None
        )

    def _marks_changed(self) -> None:
        if self._list is not None:
            self._list.use_marks(self.book.marks)
            self.model.replace_columns({MARKED: self._list.mark_column()})

    def _not_saved(self, sentence: str) -> None:
        text = self.tr("Your marks are not saved yet: {why} They are kept here; put that right and try again.")
        self.unsaved.say(text.format(why=sentence), "bad", self.tr("Try again"))
        self.unsaved.show()

    def _save_again(self) -> None:
        self.unsaved.hide()
        self.book.save()

    def _filter(self) -> None:
        cut = self._session.cut
        if self._list is None or cut is None:
            return
        self.model.set_filter(self._list.shown(self.show_only.currentIndex(), self.search.text(), cut))
        shown, n = self.model.rowCount(), self._list.results.n_done
        self.count.setText(self.tr("{s} of {n}").format(s=f"{shown:,}", n=f"{n:,}"))
        if shown and not self.table.currentIndex().isValid():
            self.table.select_only(0)
        if not shown:
            self.detail.show_nothing()
        self._below.show_content(shown > 0)

    def _show_admission(self, current: QModelIndex, _: QModelIndex | None = None) -> None:
        results = self._session.results
        if results is None or not current.isValid() or current.row() >= len(self.model.order):
            return
        row = self.model.source_row(current)
        if row < results.n_done and self._list is not None and self._list.results is results:
            self.detail.show_admission(results, row)

    def close_work(self) -> None:
        """Save every mark and end the model's process."""
        self.candidates.bar.flush()
        self.detail.close_model()
        self.book.close()
