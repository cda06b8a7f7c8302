"""Export: the workbook, the validation report and the job file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from lamo_desktop.ui import work
from lamo_desktop.ui.policybar import PolicyBar
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import Button, Card, EmptyState, Figure, IconLabel, Notice, Page, label


class ExportPage(Page):
    """The sixth page."""

    run_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__("Export", "Files for others. They hold patient data: keep them where such data may be kept.")
        self._session = session
        self._folder = Path.home()
        self._target = self._folder
        self._report_target: Path | None = None
        session.exporter.finished.connect(self._written)
        session.exporter.failed.connect(self._not_written)
        self._stack = QStackedWidget()
        empty = EmptyState(
            "export",
            self.tr("Nothing to export yet"),
            self.tr(
                "Once admissions are scored, the workbook, the validation report and the job file are saved from here."
            ),
            self.tr("Go to Recommend"),
        )
        empty.acted.connect(self.run_wanted)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._content())
        self.body.addWidget(self._stack, 1)
        session.changed.connect(self.refresh)
        session.validation_changed.connect(self._validation_changed)
        session.validator.failed.connect(lambda _: self._validation_changed())
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.9))
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
        lists = Card()
        lists.body.addWidget(PolicyBar(self._session))
        layout.addWidget(lists)
        grid = QGridLayout()
        grid.setSpacing(em(0.9))
        self.workbook = Button(self.tr("Save &workbook…"), "workbook", "primary")
        self.report = Button(self.tr("Save &report…"), "report")
        self.job = Button(self.tr("Save &job file…"), "job")
        self.workbook.clicked.connect(self.save_workbook)
        self.report.clicked.connect(self.save_report)
        self.job.clicked.connect(self.save_job)
        entries = (
            (
                "workbook",
                self.tr("Recommendations workbook"),
                self.tr(
                    "Excel: one row per admission and drug, one row per admission, what was set aside and why, and "
                    "where every number comes from. Lists as set above."
                ),
                self.workbook,
            ),
            (
                "report",
                self.tr("Validation report"),
                self.tr(
                    "One HTML file: agreement with clinicians' orders with intervals, calibration and subgroups. "
                    "Needs orders."
                ),
                self.report,
            ),
            (
                "job",
                self.tr("Job file"),
                self.tr("Admissions, scores and the log of the run in one file: opens again here without the export."),
                self.job,
            ),
        )
        for column, (icon_name, title, text, button) in enumerate(entries):
            card = Card()
            head = QHBoxLayout()
            head.setSpacing(em(0.5))
            head.addWidget(IconLabel(icon_name, 1.5, "accent"))
            head.addWidget(label(title, "heading"), 1)
            card.body.addLayout(head)
            text_label = label(text, "muted", wrap=True)
            text_label.setAlignment(Qt.AlignmentFlag.AlignTop)
            card.body.addWidget(text_label, 1)
            card.body.addSpacing(em(0.4))
            card.body.addWidget(button)
            grid.addWidget(card, 0, column)
            grid.setColumnStretch(column, 1)
        layout.addLayout(grid)
        self.notice = Notice(action=self.tr("Open folder"))
        self.notice.acted.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder))))
        self.notice.hide()
        layout.addWidget(self.notice)
        layout.addStretch(1)
        return content

    def refresh(self) -> None:
        """Follow the session's results."""
        results = self._session.results
        self._stack.setCurrentIndex(1 if results is not None and results.n_done else 0)
        self.report.setEnabled(results is not None and results.has_orders)
        if results is not None and results.n_done:
            scored = int(results.scored.sum())
            ordered = results.mean_ordered()
            values = (f"{scored:,}", f"{self._session.lists.sum() / max(1, scored):.1f}", f"{ordered:.1f}")
            for figure, value in zip(self.figures, values, strict=True):
                figure.show_value("–" if value == "nan" else value)

    def save_workbook(self, path: Path | None = None) -> None:
        """Write the workbook to a file the user chooses (or to `path`)."""
        results = self._session.results
        target = path or self._ask(self.tr("Save the workbook"), "recommendations.xlsx", "Excel (*.xlsx)")
        if results is not None and target is not None:
            self._write(target, work.save_workbook, results.path, self._session.policy, target)

    def save_report(self, path: Path | None = None) -> None:
        """Write the validation report; compares with the orders first where that was not done for these lists."""
        target = path or self._ask(self.tr("Save the validation report"), "validation.html", "HTML (*.html)")
        if target is None or self._session.results is None:
            return
        self._report_target = target
        if self._session.validation_is_current:
            self._write_report()
        else:
            self._say_busy(self.tr("Comparing with the orders…"))
            self._session.start_validation()

    def _write_report(self) -> None:
        validation, target = self._session.validation, self._report_target
        if validation is not None and target is not None:
            self._report_target = None
            self._write(target, work.save_report, validation, target)

    def _validation_changed(self) -> None:
        if self._session.validation_is_current:
            self._write_report()
        elif self._report_target is not None and not self._session.validator.running:
            self._report_target = None
            self._ended()
            self.notice.hide()

    def save_job(self, path: Path | None = None) -> None:
        """Copy the job file."""
        results = self._session.results
        target = path or self._ask(self.tr("Save the job file"), "job.lamo", "Job (*.lamo)")
        if results is not None and target is not None:
            self._write(target, work.save_job, results.path, target)

    def _ask(self, title: str, name: str, kind: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, title, str(self._folder / name), kind)
        return Path(chosen) if chosen else None

    def _write(self, target: Path, task: Callable[..., Any], *arguments: Any) -> None:
        self._target = target
        self._say_busy(self.tr("Writing {name}…").format(name=target.name))
        self._session.exporter.start(task, *arguments)

    def _written(self, _: object) -> None:
        self._ended()
        self._folder = self._target.parent
        self.notice.say(self.tr("{name} was saved.").format(name=self._target.name), "good", self.tr("Open folder"))
        self._session.set_exported()

    def _not_written(self, sentence: str) -> None:
        self._ended()
        self.notice.say(sentence, "bad")

    def _say_busy(self, text: str) -> None:
        for button in (self.workbook, self.report, self.job):
            button.setEnabled(False)
        self.notice.say(text)
        self.notice.button.hide()
        self.notice.show()

    def _ended(self) -> None:
        self.workbook.setEnabled(True)
        self.job.setEnabled(True)
        self.refresh()
