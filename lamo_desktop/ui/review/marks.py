"""The analyst's marks in the window: what is said now, undo, and saving in the background the moment it is said."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QUndoCommand, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from lamo_desktop.errors import LamoError
from lamo_desktop.jobs.marks import write_marks
from lamo_desktop.recommend.mark import AGREE, DISAGREE, LONGEST_COMMENT, NOTHING, UNSURE, Line, Mark, Marks
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, label
from lamo_desktop.ui.workers.background import Background

KEYS = {AGREE: "A", DISAGREE: "D", UNSURE: "U"}


class MarkBook(QObject):
    """The marks of the open job. What cannot be saved stays here and is tried again with the next change."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.marks: Marks = {}
        self.undo_stack = QUndoStack(self)
        self._path: Path | None = None
        self._waiting: Marks = {}  # not on disk yet
        self._writing: Marks = {}
        self._unsaved: dict[Path, Marks] = {}  # of jobs that were left before their marks could be written
        self._asked_again = False  # to save, while writing
        self._background = Background(self)

    def open(self, path: Path | None, marks: Marks) -> None:
        """Show a job's marks; what is not saved yet of the same job stays."""
        if path != self._path:
            self.close()
            self.undo_stack.clear()
        self._path = path
        self.marks = dict(marks)
        if path is not None:
            self._waiting.update(self._unsaved.pop(path, {}))
        self._take({**self._writing, **self._waiting})
        self.save()

    def of(self, line: Line) -> Mark:
        """The mark on a drug of an admission."""
        return self.marks.get(line, NOTHING)

    def mark(self, lines: Sequence[Line], mark: str) -> None:
        """Set a mark on lines, "" for none; their comments stay."""
        self._push({line: Mark(mark, self.of(line).comment) for line in lines})

    def comment(self, lines: Sequence[Line], comment: str) -> None:
        """Set a comment on lines; their marks stay."""
        self._push({line: Mark(self.of(line).mark, comment) for line in lines})

    @property
    def saved(self) -> bool:
        """Whether everything is on disk."""
        return not self._waiting and not self._writing and not self._unsaved

    def save(self) -> None:
        """Write what waits; called by itself after every change, and by a person after a failure."""
        self._asked_again = bool(self._writing)
        if self._path is None or self._writing or not self._waiting:
            return
        path, self._writing, self._waiting = self._path, self._waiting, {}
        changes = self._writing
        self._background.run("marks", lambda: write_marks(path, changes), self._written, self._not_written)

    def close(self) -> None:
        """Wait until everything is written; what cannot be stays here until its job is open again."""
        self._background.close()
        left = {**self._writing, **self._waiting}
        self._writing, self._waiting = {}, {}
        if left and self._path is not None:
            try:
                write_marks(self._path, left)
            except (LamoError, OSError) as error:
                self._unsaved[self._path] = left
                self.failed.emit(str(error))

    def reopen(self) -> None:
        """Go on after `close`: what could not be written is here still, and is tried again."""
        self.open(self._path, self.marks)

    def apply(self, changes: Marks) -> None:
        """Take changes over and save them; called through the undo stack."""
        self._take(changes)
        self._waiting.update(changes)
        self.changed.emit()
        self.save()

    def _take(self, changes: Marks) -> None:
        for line, mark in changes.items():
            if mark.empty:
                self.marks.pop(line, None)
            else:
                self.marks[line] = mark

    def _push(self, changes: Marks) -> None:
        new = {line: mark for line, mark in changes.items() if mark != self.of(line)}
        if new and self._path is not None:
            self.undo_stack.push(_Change(self, {line: self.of(line) for line in new}, new))

    def _written(self, _: object) -> None:
        self._writing = {}
        self.save()

    def _not_written(self, sentence: str) -> None:
        self._writing, self._waiting = {}, {**self._writing, **self._waiting}
        if self._asked_again:
            self.save()
        else:
            self.failed.emit(sentence)


class _Change(QUndoCommand):
    def __init__(self, book: MarkBook, old: Marks, new: Marks) -> None:
        super().__init__(book.tr("Mark"))
        self._book, self._old, self._new = book, old, new

    def redo(self) -> None:
        """Say it (Qt calls this when the command is pushed, too)."""
        self._book.apply(self._new)

    def undo(self) -> None:
        """Say what was said before."""
        self._book.apply(self._old)


class MarkBar(QWidget):
    """Buttons and a comment for the selected lines."""

    marked = Signal(str)
    commented = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(em(0.4))
        row.addWidget(label(self.tr("Your mark:"), "muted"))
        titles = {
            AGREE: (self.tr("&Agree"), "tick", self.tr("The model's answer on this drug is right (A)")),
            DISAGREE: (self.tr("&Disagree"), "close", self.tr("The model's answer on this drug is wrong (D)")),
            UNSURE: (self.tr("&Unsure"), "question", self.tr("This drug needs a second look (U)")),
        }
        self.buttons: dict[str, Button] = {}
        for mark, (text, icon_name, tip) in titles.items():
            button = Button(text, icon_name)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.clicked.connect(lambda checked, mark=mark: self.marked.emit(mark if checked else ""))
            self.buttons[mark] = button
            row.addWidget(button)
        self.comment = QLineEdit(maxLength=LONGEST_COMMENT, clearButtonEnabled=True)
        self.comment.setPlaceholderText(self.tr("Comment (F2); saved in the job file"))
        self.comment.setAccessibleName(self.tr("Comment on the selected drug"))
        self.comment.editingFinished.connect(self._comment)
        row.addWidget(self.comment, 1)
        self._shown = ""

    def show_mark(self, mark: Mark, usable: bool) -> None:
        """Follow the selection."""
        for name, button in self.buttons.items():
            button.setChecked(usable and mark.mark == name)
            button.setEnabled(usable)
        self.comment.setEnabled(usable)
        if not (self.comment.hasFocus() and self._shown == mark.comment):
            self.comment.setText(mark.comment)
        self._shown = mark.comment

    def flush(self) -> None:
        """Take over a comment that is still being written, before the selection changes."""
        if self.comment.hasFocus():
            self._comment()

    def _comment(self) -> None:
        text = self.comment.text().strip()
        if text != self._shown:
            self._shown = text
            self.commented.emit(text)


def undo_keys() -> tuple[list[QKeySequence], list[QKeySequence]]:
    """The system's keys for undo and redo, with Ctrl+Y for redo everywhere; none twice, which would be ambiguous."""
    undo = QKeySequence.keyBindings(QKeySequence.StandardKey.Undo)
    redo = [*QKeySequence.keyBindings(QKeySequence.StandardKey.Redo), QKeySequence("Ctrl+Y")]
    return undo, [QKeySequence(text) for text in dict.fromkeys(key.toString() for key in redo)]
