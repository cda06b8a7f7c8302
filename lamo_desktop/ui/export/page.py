"""Export: five files, what each holds, whether it holds patient data, and where it went."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.report import export_tasks
from lamo_desktop.ui.export.exportkinds import FileCard, kinds
from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.kit.parts import scrolled
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Card, EmptyState, Figure, IconLabel, Notice, Page, label
from lamo_desktop.ui.kit.words import said, without_key
from lamo_desktop.ui.recommend.policybar import PolicyBar
from lamo_desktop.ui.session import Session


class ExportPage(Page):
    """The sixth page."""

    run_wanted = Signal()
    purge_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            self.tr("Export"),
            self.tr("Files for others. What holds patient data belongs where such data may be kept."),
        )
        self._session = session
        self._target = Path.home()
        self._pressed: QWidget | None = None  # which had the focus when a file was to be written
        self._waiting: tuple[Callable[..., Any], Path] | None = None  # a file that needs the comparison first
        session.exporter.finished.connect(self._written)
        session.exporter.failed.connect(self._not_written)
        session.exporter.cancelled.connect(self._stopped)
        self._stack = QStackedWidget()
        empty = EmptyState(
            "export",
            self.tr("Nothing to export yet"),
            self.tr("Once admissions are scored, workbook, report, figures and job file are saved from here."),
            self.tr("Go to Recommend"),
        )
        empty.acted.connect(self.run_wanted)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._content())
        self.body.addWidget(self._stack, 1)
        session.changed.connect(self.refresh)
        session.evaluation.changed.connect(self._compared)
        session.evaluation.failed.connect(self._not_compared)
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.8))
        self.figures = (
            Figure(self.tr("admissions scored")),
            Figure(self.tr("drugs recommended per admission")),
            Figure(self.tr("drugs ordered per admission")),
        )
        row = QHBoxLayout()
        row.setSpacing(em(0.75))
        for figure in self.figures:
            row.addWidget(figure, 1)
        layout.addLayout(row)
        lists = Card(padding=0.7)
        lists.body.addWidget(PolicyBar(self._session))
        layout.addWidget(lists)
        self.notice = Notice(action=self.tr("Open folder"))
        self.notice.acted.connect(self._act)
        self.notice.hide()
        layout.addWidget(self.notice)
        grid = QGridLayout()
        grid.setSpacing(em(0.8))
        self.kinds = kinds()
        self.cards = {name: FileCard(kind, name == "workbook") for name, kind in self.kinds.items()}
        saves = (self.save_workbook, self.save_report, self.save_tables, self.save_figures, self.save_job)
        for place, (card, save) in enumerate(zip(self.cards.values(), saves, strict=True)):
            card.button.clicked.connect(lambda _=False, save=save: save())
            grid.addWidget(card, place // 3, place % 3)
        grid.addWidget(self._kept_card(), 1, 2)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        layout.addLayout(grid)
        layout.addStretch(1)
        return scrolled(content)

    def _kept_card(self) -> Card:
        """What stays on this computer besides, and how it is deleted."""
        card = Card(padding=0.9)
        head = QHBoxLayout()
        head.setSpacing(em(0.5))
        head.addWidget(IconLabel("folder", 1.4, "accent"))
        head.addWidget(label(self.tr("What stays here"), "heading", wrap=True), 1)
        text = self.tr("Nothing is sent anywhere. The program keeps its jobs on this computer until they are deleted.")
        words = label(text, "muted", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        delete = Button(self.tr("&Delete local data…"), "trash")
        delete.clicked.connect(self.purge_wanted)
        card.body.addLayout(head)
        card.body.addWidget(words, 1)
        card.body.addSpacing(em(0.2))
        card.body.addWidget(delete, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def refresh(self) -> None:
        """Follow the session's results."""
        results = self._session.results
        shown = results is not None and results.n_done > 0
        self._stack.setCurrentIndex(1 if shown else 0)
        busy = self._session.exporter.running or self._waiting is not None
        for name, card in self.cards.items():
            possible = shown and (results.has_orders if results and self.kinds[name].needs_orders else True)
            card.button.setEnabled(possible and not busy)
        if results is not None and shown:
            listed = self._session.cut.mean_length if self._session.cut else 0.0
            ordered = results.ordered_counts.per_admission
            values = (f"{int(results.scored.sum()):,}", f"{listed:.1f}", "–" if ordered is None else f"{ordered:.1f}")
            for figure, value in zip(self.figures, values, strict=True):
                figure.show_value(value)

    def save_workbook(self, path: Path | None = None) -> None:
        """Write the workbook to a file the user chooses (or to `path`)."""
        results, target = self._session.results, path or self._ask("workbook")
        if results is not None and target is not None:
            overlay = self._session.evaluation.overlay
            export = self._session.input  # None where a job was opened without its export
            self._write(target, export_tasks.save_workbook, results.path, self._session.policy, overlay, export, target)

    def save_report(self, path: Path | None = None) -> None:
        """Write the validation report; compares with the orders first where that was not done for these lists."""
        self._write_compared(export_tasks.save_report, path or self._ask("report"))

    def save_tables(self, path: Path | None = None) -> None:
        """Write the report's tables as a workbook."""
        self._write_compared(export_tasks.save_tables, path or self._ask("tables"))

    def save_figures(self, path: Path | None = None) -> None:
        """Write the figures for other programs."""
        self._write_compared(export_tasks.save_figures, path or self._ask("figures"))

    def save_job(self, path: Path | None = None) -> None:
        """Copy the job file."""
        results, target = self._session.results, path or self._ask("job")
        if results is not None and target is not None:
            self._write(target, export_tasks.save_job, results.path, target)

    def _ask(self, name: str) -> Path | None:
        kind = self.kinds[name]
        return dialogs.file_to_save(self, without_key(kind.action), kind.file_type, dialogs.RESULTS, kind.file_name)

    def _write_compared(self, task: Callable[..., Any], target: Path | None) -> None:
        if target is None or self._session.results is None:
            return
        if self._session.validation_is_current:
            self._write(target, task, self._session.evaluation.validation, target)
        else:
            self._waiting = (task, target)
            self._say_busy(self.tr("Comparing with the orders first…"))
            self._session.start_validation()

    def _compared(self) -> None:
        if self._waiting is None or self._session.evaluation.running:
            return
        (task, target), self._waiting = self._waiting, None
        if self._session.validation_is_current:
            self._write(target, task, self._session.evaluation.validation, target)
        else:  # cancelled, or the lists were changed meanwhile
            self._stopped()

    def _write(self, target: Path, task: Callable[..., Any], *arguments: Any) -> None:
        self._target = target
        self._session.exporter.start(task, *arguments)
        self._say_busy(self.tr("Writing {name}…").format(name=target.name))

    def _act(self) -> None:
        """The notice's button: stop what runs, else show where the file went."""
        if self._session.exporter.running:
            self._session.exporter.cancel()
        elif self._waiting is not None:
            self._session.evaluation.validator.cancel()
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._target.parent)))

    def _written(self, missing: object) -> None:
        text = self.tr("{name} was saved in {folder}.").format(name=self._target.name, folder=self._target.parent)
        if isinstance(missing, str) and missing:
            self.notice.say(f"{text} {said(missing)}", "warn", self.tr("Open folder"))
        else:
            self.notice.say(text, "good", self.tr("Open folder"))
        self._session.set_exported()
        self._idle()

    def _not_written(self, sentence: str) -> None:
        self._waiting = None
        self.notice.say(said(sentence), "bad")
        self._idle()
        self.notice.button.hide()

    def _not_compared(self, sentence: str) -> None:
        if self._waiting is not None:
            self._not_written(sentence)

    def _stopped(self) -> None:
        self.notice.say(self.tr("Stopped: nothing was written."))
        self._idle()
        self.notice.button.hide()

    def _say_busy(self, text: str) -> None:
        self.notice.say(text, "", self.tr("Cancel"))
        self.notice.show()
        if self._pressed is None:
            self._pressed = QApplication.focusWidget()
        self.notice.button.setFocus()  # else it would go on to the next button, which deletes
        self.refresh()

    def _idle(self) -> None:
        """Nothing is being written any more: what can be pressed, and the focus back where it was."""
        self.refresh()
        if self._pressed is not None and self.notice.button.hasFocus():
            self._pressed.setFocus()
        self._pressed = None
