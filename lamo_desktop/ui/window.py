"""The main window: the rail of steps, the pages, the menu, and an orderly end."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.admissions import site_files
from lamo_desktop.errors import InputError, LamoError
from lamo_desktop.jobs import kept_jobs, local_data
from lamo_desktop.ui import layout
from lamo_desktop.ui.check.page import CheckPage
from lamo_desktop.ui.export.page import ExportPage
from lamo_desktop.ui.flow import FlowRail, State, Step
from lamo_desktop.ui.footer import Footer
from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.import_.dropzone import dropped_path
from lamo_desktop.ui.import_.page import ImportPage
from lamo_desktop.ui.kit import theme
from lamo_desktop.ui.kit.widgets import Button, IconLabel, Notice, Page
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.log import Journal
from lamo_desktop.ui.menus import make_menus
from lamo_desktop.ui.recommend.page import RunPage
from lamo_desktop.ui.review.page import ReviewPage
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.settings import settings
from lamo_desktop.ui.status import statuses
from lamo_desktop.ui.validate.page import ValidatePage


class MainWindow(QMainWindow):
    """One analysis in one window."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("LAMO Desktop")
        self.setAcceptDrops(True)
        self.session = Session(self)
        self.journal = Journal(self.session)
        self.rail = FlowRail(self)
        self.importing = ImportPage(self.session)
        self.checking = CheckPage(self.session)
        self.running = RunPage(self.session)
        self.reviewing = ReviewPage(self.session)
        self.validating = ValidatePage(self.session)
        self.exporting = ExportPage(self.session)
        self.pages: dict[Step, Page] = {
            Step.IMPORT: self.importing,
            Step.CHECK: self.checking,
            Step.RECOMMEND: self.running,
            Step.REVIEW: self.reviewing,
            Step.VALIDATE: self.validating,
            Step.EXPORT: self.exporting,
        }
        self._lay_out()
        self.save_action = make_menus(self)
        self._connect()
        for field in self.findChildren(QLineEdit):
            field.setAcceptDrops(False)  # a file dropped on one is for the window
        self._restore_layout()
        self.go(Step.IMPORT)
        self.importing.open_file.setFocus()
        self.refresh()
        QTimer.singleShot(0, self, self.list_jobs)

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        for page in self.pages.values():
            self.stack.addWidget(page)
        self.notice = Notice(action=self.tr("Close"))
        self.notice.acted.connect(self.notice.hide)
        self.notice.hide()
        self._passing = True  # what the notice says is not worth keeping
        self._was_busy = False
        self.footer = Footer()
        holder = QWidget()
        holder.setContentsMargins(theme.em(1.5), theme.em(0.9), theme.em(1.5), 0)
        QVBoxLayout(holder).addWidget(self.notice)
        holder.layout().setContentsMargins(0, 0, 0, 0)  # type: ignore[union-attr]
        self._notice_holder = holder
        holder.hide()
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(holder)
        right.addWidget(self.stack, 1)
        columns = QHBoxLayout()
        columns.setSpacing(0)
        columns.addWidget(self.rail)
        columns.addLayout(right, 1)
        rows = QVBoxLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(columns, 1)
        rows.addWidget(self.footer)
        central = QWidget()
        central.setLayout(rows)
        self.setCentralWidget(central)

    def _connect(self) -> None:
        self.rail.chosen.connect(self.go)
        self.session.go.connect(self.go)
        self.session.changed.connect(self.refresh)
        self.session.message.connect(self.say)
        self.session.model_label_changed.connect(self.footer.show_model)
        self.importing.file_wanted.connect(self.open_file)
        self.importing.folder_wanted.connect(self.open_folder)
        self.importing.job_wanted.connect(self.open_job)
        self.importing.resume_wanted.connect(lambda job: self.session.resume_run(job))
        self.importing.delete_wanted.connect(self.delete_job)
        self.checking.go_on.connect(lambda: self.go(Step.RECOMMEND))
        self.running.review_wanted.connect(lambda: self.go(Step.REVIEW))
        self.exporting.purge_wanted.connect(self.purge)
        self.running.discard_wanted.connect(self.discard_job)
        for wanted in (self.checking.import_wanted, self.running.import_wanted):
            wanted.connect(lambda: self.go(Step.IMPORT))
        for wanted in (self.reviewing.run_wanted, self.validating.run_wanted, self.exporting.run_wanted):
            wanted.connect(lambda: self.go(Step.RECOMMEND))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.refresh_theme)

    def go(self, step: Step) -> None:
        """Show a page; what was said of the one before is not carried over to it, unless something went wrong."""
        if self.stack.currentWidget() is not self.pages[step] and self._passing:
            self._notice_holder.hide()
        self.stack.setCurrentWidget(self.pages[step])
        self.rail.show_step(step)
        if step == Step.IMPORT and not self.session.busy:
            self.list_jobs()

    def refresh(self) -> None:
        """Show every step's state; what was said before some work began is over once it has begun."""
        busy = self.session.busy
        if busy and not self._was_busy:
            self._notice_holder.hide()
        self._was_busy = busy
        found = statuses(self.session)
        self.rail.show_statuses(found)
        self.save_action.setEnabled(found[Step.EXPORT].state != State.LOCKED)

    def say(self, sentence: str, tone: str) -> None:
        """A sentence above the page, until it is closed or the next one comes."""
        self._passing = tone in ("", "good")
        self.notice.say(said(sentence), tone, self.tr("Close"))
        self.notice.show()
        self._notice_holder.show()

    def say_fault(self, place: str) -> None:
        """Something that nobody expected: what it was, for support, and that the work goes on."""
        text = self.tr("Something went wrong in the program ({p}). What was scored and saved is kept.")
        self.say(text.format(p=place), "bad")

    def open_file(self) -> None:
        """Ask for a workbook or CSV and read it."""
        kinds = self.tr(
            "Exports (*.xlsx *.xlsm *.xls *.xlsb *.ods *.csv *.tsv *.txt *.gz);;Jobs (*.lamo);;All files (*)"
        )
        if path := dialogs.file_to_open(self, self.tr("Open an export"), kinds, dialogs.EXPORTS):
            self.open_path(path)

    def open_folder(self) -> None:
        """Ask for a folder of tables and read it."""
        if path := dialogs.folder_to_open(self, self.tr("Open a folder of tables"), dialogs.EXPORTS):
            self.open_path(path)

    def open_job(self) -> None:
        """Ask for a job file and show its results."""
        kinds = self.tr("Jobs (*.lamo)")
        if path := dialogs.file_to_open(self, self.tr("Open a job"), kinds, dialogs.JOBS, kept_jobs.folder()):
            self.open_path(path)

    def use_knowledge(self) -> None:
        """Ask for a folder with a site's own tables of drug knowledge and use them for flags and lists from now on."""
        title = self.tr("Open a folder with tables of drug knowledge")
        path = dialogs.folder_to_open(self, title, dialogs.EXPORTS)
        if path is None:
            return
        try:
            tables = site_files.keep_knowledge(path)
        except (InputError, OSError) as error:
            self.say(str(error), "bad")
            return
        self._knowledge_changed(self.tr("Your own drug knowledge is in use: {tables}").format(tables=", ".join(tables)))

    def forget_knowledge(self) -> None:
        """Use the shipped drug knowledge alone."""
        try:
            site_files.forget_knowledge()
        except (InputError, OSError) as error:
            self.say(str(error), "bad")
            return
        self._knowledge_changed(self.tr("The drug knowledge is as shipped."))

    def _knowledge_changed(self, sentence: str) -> None:
        if self.session.results is not None:
            self.session.show_results()  # flags and lists are worked out anew; nothing is scored again
        self.say(sentence, "good")

    def open_path(self, path: Path) -> None:
        """Read an export, or show a job."""
        self._notice_holder.hide()
        self.session.open_input(path, self.importing.profile_for(path))

    def list_jobs(self) -> None:
        """Look for kept jobs in the background and list them on the Import page."""
        self.session.background.run("jobs", kept_jobs.kept_jobs, self._jobs_found, lambda _: None)

    def _jobs_found(self, kept: list[kept_jobs.KeptJob]) -> None:
        self.importing.show_jobs([job for job in kept if job.path != self.session.job or not self.session.run.running])

    def delete_job(self, path: Path) -> None:
        """Delete one kept job after asking."""
        if dialogs.sure(self, self.tr("Delete this job and its results from this computer?")):
            self._delete([path])

    def discard_job(self) -> None:
        """Delete the present, unfinished job after asking."""
        job = self.session.job
        if job is not None and dialogs.sure(self, self.tr("Discard this run? What was scored is deleted.")):
            self.session.forget_results()
            self._delete([job])

    def purge(self) -> None:
        """Delete what the program keeps on this computer, as far as the user chooses in a dialog."""
        from lamo_desktop.ui.help.purge import PurgeDialog

        if self.session.busy or self.session.evaluation.running:
            self.say(self.tr("Pause or cancel what is running first, then delete."), "warn")
            return
        dialog = PurgeDialog(self)
        if dialog.exec() == PurgeDialog.DialogCode.Accepted:
            self.delete_kept(dialog.chosen)
        dialog.deleteLater()

    def delete_kept(self, chosen: list[local_data.Kept]) -> None:
        """Delete these kinds of local data for good."""
        if any(item.kind == local_data.JOBS for item in chosen):
            self.session.forget_results()
        try:
            n_files = local_data.delete(chosen)
            self.say(self.tr("{n} files were deleted for good.").format(n=f"{n_files:,}"), "good")
        except LamoError as error:
            self.say(str(error), "bad")
        self.list_jobs()

    def _delete(self, paths: list[Path]) -> None:
        try:
            for path in paths:
                kept_jobs.delete(path)
        except (LamoError, OSError) as error:
            self.say(str(error) if isinstance(error, LamoError) else f"{error.strerror}: {error.filename}", "bad")
        self.list_jobs()

    def save_workbook(self) -> None:
        """Ask where the workbook is to be saved, on the Export page."""
        self.go(Step.EXPORT)
        self.exporting.cards["workbook"].button.click()  # which is off while another file is written

    def show_about(self) -> None:
        """The About dialog."""
        dialogs.show_about(self.running.model.package, self)

    def show_help(self) -> None:
        """Help on the page that is shown."""
        step, page = next((s, p) for s, p in self.pages.items() if p is self.stack.currentWidget())
        dialogs.show_help(step, page.accessibleName(), self).clicked.connect(self.show_shortcuts)

    def show_shortcuts(self) -> None:
        """Everything the keyboard does."""
        from lamo_desktop.ui.shortcuts import ShortcutsDialog

        dialog = ShortcutsDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def choose_language(self, name: str) -> None:
        """Another language, from the next start on: what is shown now was made in this one."""
        settings().setValue("language", name)
        self.say(self.tr("The language changes when the program is started again."), "")

    def choose_scheme(self, name: str) -> None:
        """Light, dark, or as the system has it."""
        settings().setValue("scheme", name)
        theme.choose(name)
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Draw everything in the colours in force."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app)
        for widget in self.findChildren(QWidget):
            if isinstance(widget, Button | IconLabel):
                widget.refresh_theme()
        self.reviewing.refresh()

    def _restore_layout(self) -> None:
        room = self.screen().availableGeometry().size() - QSize(0, theme.em(2))  # for the title
        self.resize(QSize(theme.em(75), theme.em(47)).boundedTo(room))
        layout.restore(self, settings())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """In a small window the rail has icons alone."""
        self.rail.show_narrow(event.size().width() < theme.em(58))
        super().resizeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """A file or folder may be dropped anywhere."""
        if dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped."""
        if (path := dropped_path(event)) is not None:
            event.acceptProposedAction()
            self.open_path(path)

    def _may_end_work(self) -> bool:
        """Whether what runs may end with the window."""
        if self.session.run.running:
            text = self.tr(
                "Admissions are being scored. Close all the same? What is scored is saved, and the next start offers "
                "to resume the run."
            )
            return dialogs.sure(self, text)
        if self.session.exporter.running:
            return dialogs.sure(self, self.tr("A file is being written. Close all the same, without it?"))
        return True

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """End what runs, after asking; a run under way is kept in its job file and offered at the next start."""
        if not self._may_end_work():
            event.ignore()
            return
        self.reviewing.close_work()
        if not self.reviewing.book.saved and not dialogs.sure(
            self, self.tr("Your last marks and comments could not be saved. Close all the same, and lose them?")
        ):
            self.reviewing.book.reopen()
            event.ignore()
            return
        layout.save(self, settings())
        self.session.close()
        self.journal.close()
        event.accept()
