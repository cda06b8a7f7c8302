"""Import: drop or choose an export, see it being read, or go on with a job that was left."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.paths import resource
from lamo_desktop.ui.jobs import KeptJob
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import Button, Card, IconLabel, Notice, Page, ProgressCard, label

DEMO = "demo/eicu"


class DropZone(QFrame):
    """Takes one file or folder, and says so."""

    dropped = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dropzone")
        self.setAcceptDrops(True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(em(2), em(1.6), em(2), em(1.6))
        self.body.setSpacing(em(0.5))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Accept one local path."""
        if dropped_path(event) is not None:
            event.acceptProposedAction()
            self._over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Back to normal."""
        self._over(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Hand the path on."""
        self._over(False)
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.dropped.emit(path)

    def _over(self, over: bool) -> None:
        self.setProperty("over", over)
        self.style().unpolish(self)
        self.style().polish(self)


def dropped_path(event: QDropEvent) -> Path | None:
    """The one local file or folder a drag carries, else None."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


class ImportPage(Page):
    """The first page."""

    file_wanted = Signal()
    folder_wanted = Signal()
    job_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            "Import",
            "Open an export of your hospital's admissions. It stays on this computer: "
            "the program opens no network connection.",
        )
        self._session = session
        self.stack = QStackedWidget()
        self.stack.addWidget(self._choosing())
        self.stack.addWidget(self._reading())
        self.body.addWidget(self.stack, 1)
        session.reading.connect(self._show_reading)
        session.changed.connect(self.refresh)
        self.refresh()

    def _choosing(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.9))
        layout.addWidget(self._drop_zone())
        self.jobs_card = Card(self.tr("Jobs kept on this computer"))
        self._jobs_grid = QGridLayout()
        self._jobs_grid.setHorizontalSpacing(em(0.75))
        self._jobs_grid.setVerticalSpacing(em(0.35))
        self._jobs_grid.setColumnStretch(1, 1)
        self.jobs_card.body.addLayout(self._jobs_grid)
        layout.addWidget(self.jobs_card)
        layout.addWidget(self._formats())
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        content.setObjectName("page")
        scroll.setWidget(content)
        return scroll

    def _drop_zone(self) -> DropZone:
        zone = DropZone()
        zone.dropped.connect(lambda path: self._session.open_input(path, self.chosen_profile()))
        centre = Qt.AlignmentFlag.AlignHCenter
        zone.body.addWidget(IconLabel("import", 2.8, "accent"), 0, centre)
        zone.body.addWidget(
            label(self.tr("Drop a workbook, a CSV file or a folder of tables here"), "heading"), 0, centre
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(em(0.5))
        buttons.addStretch(1)
        self.open_file = Button(self.tr("Open &file…"), "file", "primary")
        self.open_folder = Button(self.tr("Open fol&der…"), "folder")
        self.open_job = Button(self.tr("Open &job…"), "job")
        for button, signal in (
            (self.open_file, self.file_wanted),
            (self.open_folder, self.folder_wanted),
            (self.open_job, self.job_wanted),
        ):
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch(1)
        zone.body.addSpacing(em(0.3))
        zone.body.addLayout(buttons)
        row = QHBoxLayout()
        self.profile = QComboBox()
        for text, name in (
            (self.tr("Detect from the files"), ""),
            (self.tr("Workbook or CSV, one row per admission"), "flat"),
            (self.tr("eICU-CRD tables"), "eicu"),
            (self.tr("MIMIC-III tables"), "mimic3"),
            (self.tr("MIMIC-IV tables"), "mimic4"),
        ):
            self.profile.addItem(text, name)
        caption = label(self.tr("&Read as:"), "muted")
        caption.setBuddy(self.profile)
        self.demo = Button(self.tr("Try it with the &demonstration admissions"), kind="flat")
        self.demo.clicked.connect(lambda: self._session.open_input(resource(DEMO)))
        self.demo.setVisible(resource(DEMO).is_dir())
        row.addStretch(1)
        row.addWidget(caption)
        row.addWidget(self.profile)
        row.addStretch(1)
        zone.body.addSpacing(em(0.3))
        zone.body.addLayout(row)
        zone.body.addWidget(self.demo, 0, centre)
        return zone

    def _formats(self) -> QWidget:
        card = Card(self.tr("What can be read"))
        for icon_name, name, text in (
            (
                "workbook",
                self.tr("Workbook or CSV"),
                self.tr(
                    "One row per admission: age, sex, diagnoses, history, allergies, medications on admission; "
                    "orders in a column or on a second sheet."
                ),
            ),
            (
                "folder",
                self.tr("Folder of tables"),
                self.tr("eICU-CRD, MIMIC-III or MIMIC-IV tables as published, CSV or CSV.gz."),
            ),
            (
                "job",
                self.tr("Job file"),
                self.tr("A run of this program (.lamo): its results open again without the export."),
            ),
        ):
            row = QHBoxLayout()
            row.setSpacing(em(0.6))
            row.addWidget(IconLabel(icon_name, 1.3), 0, Qt.AlignmentFlag.AlignTop)
            title = label(name)
            title.setFixedWidth(em(9))
            row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(text, "muted", wrap=True), 1)
            card.body.addLayout(row)
        return card

    def _reading(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        self.progress = ProgressCard(self.tr("Cancel"))
        self.progress.stop_clicked.connect(self._session.reader.cancel)
        layout.addWidget(self.progress)
        layout.addWidget(
            Notice(
                self.tr(
                    "The file is read in a process of its own; the window stays free. Nothing is changed in the export."
                )
            )
        )
        layout.addStretch(1)
        return content

    def chosen_profile(self) -> str | None:
        """The profile to read with, None to detect it."""
        return self.profile.currentData() or None

    def refresh(self) -> None:
        """Follow the session: reading or choosing, and the kept jobs."""
        reading = self._session.reader.running and self._session.cohort is None
        if reading and self.stack.currentIndex() == 0:
            self._show_reading(self.tr("Opening"), 0.0)
        self.stack.setCurrentIndex(1 if reading else 0)

    def show_jobs(self, kept: list[KeptJob]) -> None:
        """List the jobs, unfinished ones first."""
        while (item := self._jobs_grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.jobs_card.setVisible(bool(kept))
        for row, job in enumerate(sorted(kept, key=lambda job: not job.unfinished)[:4]):
            self._add_job(row, job)

    def _add_job(self, row: int, job: KeptJob) -> None:
        when = datetime.fromisoformat(job.created).astimezone().strftime("%Y-%m-%d %H:%M")
        if job.unfinished:
            text = self.tr("{d} of {t} admissions scored, interrupted").format(d=f"{job.done:,}", t=f"{job.total:,}")
            mark = IconLabel("state-attention", 1.2, "warn")
        else:
            text = self.tr("{d} admissions scored").format(d=f"{job.done:,}")
            mark = IconLabel("state-done", 1.2, "good")
        open_button = Button(self.tr("Show results"), kind="flat")
        open_button.setAccessibleName(self.tr("Show the results of the job of {w}").format(w=when))
        open_button.clicked.connect(lambda: self._session.open_job(job.path))
        open_button.setEnabled(job.done > 0)
        resume = Button(self.tr("Resume"), "play")
        resume.setAccessibleName(self.tr("Resume the job of {w}").format(w=when))
        resume.clicked.connect(lambda: self.resume_wanted.emit(job.path))
        resume.setVisible(job.unfinished)
        remove = Button("", "trash", "flat")
        remove.setToolTip(self.tr("Delete this job and its results from this computer"))
        remove.setAccessibleName(self.tr("Delete the job of {w}").format(w=when))
        remove.clicked.connect(lambda: self.delete_wanted.emit(job.path))
        for column, widget in enumerate((mark, label(f"{when}   ·   {text}"), resume, open_button, remove)):
            self._jobs_grid.addWidget(widget, row, column)

    resume_wanted = Signal(Path)
    delete_wanted = Signal(Path)

    def _show_reading(self, stage: str, fraction: float) -> None:
        detail = f"{fraction:.0%}" if fraction > 0 else ""
        self.progress.show_progress(stage, fraction if fraction > 0 else None, detail)
