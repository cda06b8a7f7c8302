"""Import: drop or choose an export, see it being read, or go on with a job that was left."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from lamo_desktop.errors import InputError
from lamo_desktop.jobs.kept_jobs import KeptJob
from lamo_desktop.paths import resource
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.import_.dropzone import DropZone
from lamo_desktop.ui.import_.openedview import OpenedView
from lamo_desktop.ui.import_.profilechooser import ProfileChooser, remember
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Card, IconLabel, Notice, Page, ProgressCard, label
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.workers.pace import Pace

DEMO = "demo/eicu"
LISTED = 4  # jobs
CHOOSING, READING, OPENED = range(3)


class ImportPage(Page):
    """The first page."""

    file_wanted = Signal()
    folder_wanted = Signal()
    job_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            self.tr("Import"),
            self.tr("Open an export of your hospital's admissions. It stays on this computer."),
        )
        self._session = session
        self._guidance = self.guidance.text()
        self._pace = Pace(self)
        self.another = Button(self.tr("Open an&other…"), "file")
        self.another.clicked.connect(self.show_start)
        self.next = Button(self.tr("&Continue to Check"), "arrow-right", "primary")
        self.next.clicked.connect(lambda: session.go.emit(Step.CHECK))
        self.action_row.addWidget(self.another)
        self.action_row.addWidget(self.next)
        self.back = Button(self.tr("&Back to the open export"), "undo")
        self.back.clicked.connect(self.show_opened)
        self.action_row.addWidget(self.back)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._choosing())
        self.stack.addWidget(self._reading())
        self.opened = OpenedView(session)
        self.opened.profile_saved.connect(self._profile_saved)
        self.stack.addWidget(self.opened)
        self.body.addWidget(self.stack, 1)
        self._starting = False  # the start page is shown although an export is open
        session.reading.connect(self._show_reading)
        session.opened_changed.connect(self._opened_changed)
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
        return content

    def _drop_zone(self) -> DropZone:
        zone = DropZone()
        zone.dropped.connect(lambda path: self._session.open_input(path, self.profile_for(path)))
        centre = Qt.AlignmentFlag.AlignHCenter
        zone.body.addWidget(IconLabel("import", 2.8, "accent"), 0, centre)
        invitation = label(self.tr("Drop a workbook, a CSV file or a folder of tables here"), "heading", wrap=True)
        invitation.setAlignment(centre)
        zone.body.addWidget(invitation)
        buttons = QHBoxLayout()
        buttons.setSpacing(em(0.5))
        buttons.addStretch(1)
        self.open_file = Button(self.tr("Op&en file…"), "file", "primary")
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
        self.profile = ProfileChooser()
        self.profile.choose_remembered()
        self.profile.activated.connect(lambda _: remember(self.profile.currentData()))
        caption = label(self.tr("&Read as:"), "muted")
        caption.setBuddy(self.profile)
        self.demo = Button(self.tr("Try it with the de&monstration admissions"), kind="flat")
        self.demo.clicked.connect(lambda: self._session.open_input(resource(DEMO), None))
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
            words = label(text, "muted", wrap=True)
            words.setAlignment(Qt.AlignmentFlag.AlignTop)
            row.addWidget(words, 1)
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

    def profile_for(self, path: Path) -> str | None:
        """The chosen profile, unless it reads folders and this is a file, or the other way round: then None."""
        from lamo_desktop.admissions.profile import load_profile

        chosen = self.chosen_profile()
        if chosen is None:
            return None
        try:
            flat = load_profile(chosen).kind == "flat"
        except InputError:
            return chosen  # reading with it will say why not
        return chosen if flat != path.is_dir() else None

    def refresh(self) -> None:
        """Follow the session: choosing, reading, or an export that is open."""
        session = self._session
        if session.opened is not None:
            shown = CHOOSING if self._starting else OPENED
        else:
            shown = READING if session.reader.running else CHOOSING
        if shown == READING and self.stack.currentIndex() != READING:
            self._pace.restart()
            self._show_reading("Opening", 0.0)
        self.stack.setCurrentIndex(shown)
        opened = session.opened if shown == OPENED else None
        self.guidance.setText(self.opened.words(opened) if opened else self._guidance)
        self.another.setVisible(shown == OPENED)
        self.next.setVisible(shown == OPENED)
        self.next.setEnabled(session.cohort is not None and not session.reader.running)
        self.back.setVisible(shown == CHOOSING and session.opened is not None)

    def show_start(self) -> None:
        """Choose another export; the one that is open stays until another is read."""
        self._starting = True
        self.refresh()
        self.open_file.setFocus()

    def show_opened(self) -> None:
        """Back to the export that is open."""
        self._starting = False
        self.refresh()

    def _opened_changed(self) -> None:
        self._starting = False
        if self._session.opened is not None:
            self.opened.show_opened(self._session.opened)
        else:
            self.opened.preview.clear()
        self.refresh()

    def _profile_saved(self, path: str) -> None:
        self.profile.reload(path)
        remember(path)

    def show_jobs(self, kept: list[KeptJob]) -> None:
        """List the jobs, unfinished ones first."""
        while (item := self._jobs_grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.jobs_card.setVisible(bool(kept))
        for row, job in enumerate(sorted(kept, key=lambda job: not job.unfinished)[:LISTED]):
            self._add_job(row, job)
        if len(kept) > LISTED:
            text = self.tr("{n} more: “Open job…” shows them all.").format(n=f"{len(kept) - LISTED:,}")
            self._jobs_grid.addWidget(label(text, "small"), LISTED, 1)

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
        self._pace.told(stage, fraction)
        words = self._pace.words() if fraction > 0 else ""
        self.progress.show_progress(said(stage), fraction if fraction > 0 else None, words)
