"""One analysis from export to workbook: what has been read, what runs, what came out. Pages show it and call it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject

from lamo_desktop.admissions.site_files import used_names
from lamo_desktop.check.opening import Opened, open_export
from lamo_desktop.errors import InputError
from lamo_desktop.jobs import kept_jobs
from lamo_desktop.jobs.run_arguments import RunSettings, resume_as_before, retry_failed
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui.evaluation import Evaluation
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.session_state import SessionState, WasOpen
from lamo_desktop.ui.workers.background import Background
from lamo_desktop.ui.workers.cutting import Cutter, load_cut
from lamo_desktop.ui.workers.lookups import Lookups
from lamo_desktop.ui.workers.offload import Offload
from lamo_desktop.ui.workers.scoring import ScoringProcess

if TYPE_CHECKING:  # loaded when there is something to show, so that the window opens sooner
    from lamo_desktop.admissions.profile import Profile
    from lamo_desktop.review.results import Lists
    from lamo_desktop.ui.kit.admissionlist import Cut


class Session(SessionState):
    """What can be done with the analysis: each verb of the pages, and what follows when something has come."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lookups, self.names_lookup = Lookups(self), Lookups(self)
        self.background = Background(self)
        self.cutter = Cutter(self.background, self)
        self.cutter.came.connect(self._lists_cut)
        self.cutter.failed.connect(self._not_cut)
        self.reader = Offload(self)
        self.reader.progress.connect(self.reading)
        self.reader.finished.connect(self._export_read)
        self.reader.failed.connect(self._reading_failed)
        self.reader.cancelled.connect(self._reading_cancelled)
        self.evaluation = Evaluation(self)
        self.evaluation.changed.connect(self.changed)
        self.evaluation.overlay_changed.connect(self.show_results)
        self.evaluation.failed.connect(self._say_bad)
        self.exporter = Offload(self)
        self.run = ScoringProcess(self)
        self.run.progress.connect(self._scoring_progress)
        self.run.finished.connect(self._run_finished)
        self.run.failed.connect(self._run_failed)
        self.run.stopped.connect(self._run_stopped)

    @property
    def busy(self) -> bool:
        """Whether an export is being read or admissions are being scored."""
        return self.reader.running or self.run.running

    def open_input(self, path: Path, profile: str | None = None) -> None:
        """Read an export; a job file is opened as a job instead."""
        if self.run.running:
            self.message.emit(self.tr("Pause the run first, then open another export."), "warn")
            return
        if path.suffix.lower() == kept_jobs.SUFFIX:
            self.open_job(path)
            return
        if not (self.reader.running and self.opened is None):  # else what was open before that
            self._before = WasOpen(self.input, self.profile, self.opened, self.cohort, self.job, self.results, self.cut)
        self.reader.close()
        self._forget_export()
        self.input, self.profile, self.job, self.results, self.cut = path, profile, None, None, None
        self.exported = False
        self.evaluation.forget()
        self.reader.start(open_export, path, profile, used_names())
        self.results_changed.emit()
        self.go.emit(Step.IMPORT)
        self.changed.emit()

    def read_again(self, profile: str | None) -> None:
        """Read the same export with another profile or after names were confirmed; until then all stays as it is."""
        if self.input is None or self.run.running:
            return
        if not self.reader.running:
            self._profile_before = self.profile
        self.profile = profile
        self.reader.start(open_export, self.input, profile, used_names())
        self.changed.emit()

    def correct(self, profile: Mapping[str, Any]) -> bool:
        """Read the export again with a corrected profile; whether that could begin."""
        try:
            self.read_again(self.corrections.add(self.profile, profile))
        except InputError as error:
            self._say_bad(str(error))
            return False
        return True

    def adopt_profile(self, path: Path, profile: "Profile", changed: dict[str, Any]) -> None:
        """The way the export was read has been saved as a profile: the same columns under its name."""
        if self.opened is not None:
            self.corrections.remember(self.profile)
            self.profile = str(path)
            self._show_opened(self.opened.under(profile, changed))

    @property
    def can_start(self) -> bool:
        """Whether there is an export with admissions to score, and nothing runs."""
        return self.input is not None and self.cohort is not None and bool(self.cohort.admissions) and not self.busy

    @property
    def lists(self) -> "Lists":
        """Which drugs are recommended to each admission of the results, (n, d); empty without results."""
        return self.cut.lists if self.cut is not None else np.zeros((0, 0), dtype=bool)

    def set_policy(self, policy: Policy) -> None:
        """Cut the lists in another way; nothing is scored again. `policy_changed` follows when they are cut."""
        self.policy = policy
        if self.cut is not None:
            self.cutter.ask(self.cut.listing, policy)
        else:
            self.policy_changed.emit()
            self.changed.emit()

    def start_run(self, settings: RunSettings) -> None:
        """Score the export that was read, as a new job."""
        if self.input is None or self.cohort is None or self.busy:
            return
        try:
            job = kept_jobs.new_job_path()
        except InputError as error:
            self._say_bad(str(error))
            return
        self.job = job
        self._start(settings.begin(self.input, self.profile, job))

    def resume_run(self, job: Path, settings: RunSettings | None = None) -> None:
        """Go on with a job where it stopped, as it was run last or as told; its export is not needed."""
        if not self.busy and self._may_write(job):
            if job != self.job:
                self._forget_export()
            self.job = job
            self._start(settings.resume(job) if settings else resume_as_before(job))

    @property
    def can_retry(self) -> bool:
        """Whether there are failed admissions to score again, and nothing runs."""
        return self.results is not None and self.results.n_failed > 0 and not self.busy

    def retry_failed(self) -> None:
        """Score the failed admissions of the job that is open once more, as it was run last."""
        if self.job is not None and self.can_retry and self._may_write(self.job):
            self._start(retry_failed(self.job))

    def _may_write(self, job: Path) -> bool:
        """Whether results can be saved where the job is; says why not."""
        if os.access(job.parent, os.W_OK):
            return True
        text = self.tr("Results could not be saved: the folder {f} cannot be written to. Make it writable, then start.")
        self._say_bad(text.format(f=job.parent))
        return False

    def pause_run(self) -> None:
        """Stop the run; what is scored is kept in its job file."""
        self.run.stop()
        self.changed.emit()

    def open_job(self, job: Path) -> None:
        """Show a job's results, as far as it came."""
        if self.run.running:
            self.message.emit(self.tr("Pause the run first, then open another job."), "warn")
            return
        if job != self.job:
            self.reader.close()
            self.results = self.cut = None
            self._forget_export()
            self.results_changed.emit()
        self.job = job
        self.show_results(Step.REVIEW, opened=True)

    def show_results(self, step: Step | None = None, opened: bool = False) -> None:
        """Load what the job file holds so far; then go to a page."""
        if self.job is None:
            return
        job, overlay, policy = self.job, self.evaluation.overlay, self.policy

        def failed(sentence: str) -> None:
            if self.job == job:  # not discarded meanwhile
                self._say_bad(sentence)

        def loaded(cut: "Cut") -> None:
            if self.job != job:
                return
            results = cut.listing.results
            self.results, self.cut = results, cut
            self.exported = False
            self.evaluation.forget()
            if results.overlay is not self.evaluation.overlay:
                self.evaluation.overlay = None
                self.message.emit(self.tr("The site overlay was made for another model and is not used."), "warn")
            asked_for = results.overlay_asked_for
            if asked_for and (results.overlay is None or results.overlay.sha256 != asked_for.get("sha256")):
                text = self.tr(
                    "This job was run with the site overlay {name}, which is not in use: lists and figures here are "
                    "others than in its workbook. Open it under Validate, Adapt."
                )
                name = f"{asked_for.get('name', '')} ({str(asked_for.get('sha256', ''))[:12]})".strip()
                self.message.emit(text.format(name=name), "warn")
            elif results.overlay is not None and not asked_for and opened:
                text = self.tr(
                    "The site overlay in use was not used when this job was run: lists and figures here are others "
                    "than in its workbook. Stop using it under Validate, Adapt."
                )
                self.message.emit(text, "warn")
            if self.cohort is None:
                self.cohort = results.cohort
                self.cohort_changed.emit()
            self.model_label_changed.emit(results.package.described, results.package.fine_tuned)
            if cut.policy == self.policy:
                self.policy_changed.emit()
            self.results_changed.emit()
            self.changed.emit()
            if cut.policy != self.policy:  # another one was chosen meanwhile, or the package does not have it
                self.set_policy(self.policy)
            if step is not None:
                self.go.emit(step)

        self.background.run("results", lambda: load_cut(job, overlay, policy), loaded, failed)

    def forget_results(self) -> None:
        """Go back to before the run; the job file is not touched."""
        self.job = self.results = self.cut = None
        self.evaluation.forget()
        if self.input is None:
            self.cohort = None
            self.cohort_changed.emit()
        self.results_changed.emit()
        self.changed.emit()

    def start_validation(self) -> None:
        """Compare the lists of the present policy with the orders, in a process of its own."""
        if self.results is not None and self.results.has_orders:
            self.evaluation.start(self.results.path, self.policy)

    @property
    def validation_is_current(self) -> bool:
        """Whether there is a validation of the lists as they are now."""
        return self.evaluation.is_current(self.policy)

    def set_exported(self) -> None:
        """A file was saved."""
        self.exported = True
        self.changed.emit()

    def close(self) -> None:
        """End everything that runs and wait for it."""
        reading = (self.reader, self.lookups, self.names_lookup, self.corrections)
        for each in (*reading, self.evaluation, self.exporter, self.run):
            each.close()
        kept_jobs.remove_workbook(self.job)
        self.background.close()

    def _start(self, arguments: list[str]) -> None:
        self.results = self.cut = None
        self.lookups.close()  # the engine needs the memory
        self.names_lookup.close()
        self.evaluation.forget()
        self.last_progress = {}
        self.run.start(arguments)
        self.results_changed.emit()
        self.go.emit(Step.RECOMMEND)
        self.changed.emit()

    def _lists_cut(self, cut: "Cut") -> None:
        if self.cut is None or cut.listing is not self.cut.listing:
            return  # of results that are not shown any more
        self.cut = cut
        self.policy_changed.emit()
        self.changed.emit()

    def _not_cut(self, sentence: str) -> None:
        """The package has no such policy: the lists stay as they are, and what is chosen says so."""
        if self.cut is not None:
            self.policy = self.cut.policy
        self.policy_changed.emit()
        self._say_bad(sentence)

    def _export_read(self, opened: Opened) -> None:
        again = self.opened is not None
        if not again:
            self._before = None
            self.corrections.forget()
        if again and self.job is not None:
            self.forget_results()  # they are of the export as it was read before
        self._show_opened(opened)
        if not again:
            self.go.emit(Step.IMPORT if opened.flat and (opened.fault or opened.doubtful) else Step.CHECK)

    def _show_opened(self, opened: Opened | None) -> None:
        self.opened, self.cohort = opened, opened.cohort if opened else None
        self.opened_changed.emit()
        self.cohort_changed.emit()
        self.changed.emit()

    def _reading_failed(self, sentence: str) -> None:
        self._reading_ended()
        self._say_bad(sentence)

    def _reading_cancelled(self) -> None:
        again = self.opened is not None
        self._reading_ended()
        nothing = self.tr("Reading was cancelled; nothing was kept.")
        before = self.tr("Reading was cancelled; what was open before stays open.")
        as_read = self.tr("Reading again was cancelled; the export stays as it was read before.")
        self.message.emit(as_read if again else before if self.cohort is not None else nothing, "")

    def _forget_export(self) -> None:
        self.lookups.close()
        self.input = None
        self._show_opened(None)

    def _reading_ended(self) -> None:
        """Without a result: what was read before stands."""
        if self.opened is None:
            self._show_before()
        else:
            self.profile = self._profile_before
            self.opened_changed.emit()
        self.changed.emit()

    def _show_before(self) -> None:
        before, self._before, self.input = self._before, None, None
        if before is not None and before.cohort is not None:
            vars(self).update(vars(before))  # it has the names of what is open here
            self.opened_changed.emit()
            self.cohort_changed.emit()
            self.results_changed.emit()

    def _scoring_progress(self, progress: dict[str, Any]) -> None:
        self.last_progress = progress
        self.scoring.emit(progress)
        self.changed.emit()

    def _run_finished(self) -> None:
        kept_jobs.remove_workbook(self.job)
        self.show_results(Step.REVIEW)
        self.changed.emit()

    def _run_failed(self, sentence: str) -> None:
        self._say_bad(sentence)
        self._ended_early()

    def _run_stopped(self) -> None:
        if self._ended_early():
            self.message.emit(self.tr("The run is paused. Everything scored so far is kept."), "")
        else:
            self.message.emit(self.tr("The run was stopped before it scored anything."), "")

    def _ended_early(self) -> bool:
        """Load what the run scored, if its job file exists; whether it does."""
        kept_jobs.remove_workbook(self.job)
        if self.job is not None and not self.job.exists():
            self.job = None
        self.show_results()
        self.changed.emit()
        return self.job is not None

    def _say_bad(self, sentence: str) -> None:
        self.message.emit(sentence, "bad")
        self.changed.emit()
