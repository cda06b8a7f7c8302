"""One analysis from export to workbook: what has been read, what runs, what came out. Pages show it and call it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.errors import LamoError
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui import jobs
from lamo_desktop.ui.background import Background
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.offload import Offload
from lamo_desktop.ui.scoring import ScoringProcess
from lamo_desktop.ui.work import read_export, validate_job

if TYPE_CHECKING:  # loaded when there is something to show, so that the window opens sooner
    from lamo_desktop.ui.results import Results
    from lamo_desktop.validate.validation import Validation


@dataclass(frozen=True)
class RunSettings:
    """What a run may be told; `threads` and `limit` 0 mean all."""

    device: str = "auto"
    threads: int = 0
    limit: int = 0
    package: Path | None = None


class Session(QObject):
    """The state of the analysis. `changed` after every change; the other signals carry what changed."""

    changed = Signal()
    reading = Signal(str, float)
    cohort_changed = Signal()
    scoring = Signal(dict)
    results_changed = Signal()
    policy_changed = Signal()
    validation_changed = Signal()
    model_label_changed = Signal(str, bool)
    message = Signal(str, str)  # a sentence and its tone
    go = Signal(Step)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.input: Path | None = None
        self.profile: str | None = None
        self.cohort: Cohort | None = None
        self.job: Path | None = None
        self.results: Results | None = None
        self.policy = Policy()
        self.lists = np.zeros((0, 0), dtype=bool)  # of the results, by the policy
        self.validation: Validation | None = None
        self.validated_policy: Policy | None = None
        self.exported = False
        self.last_progress: dict[str, Any] = {}
        self.background = Background(self)
        self.reader = Offload(self)
        self.reader.progress.connect(self.reading)
        self.reader.finished.connect(self._cohort_read)
        self.reader.failed.connect(self._reading_failed)
        self.reader.cancelled.connect(self._reading_cancelled)
        self.validator = Offload(self)
        self.validator.finished.connect(self._validated)
        self.validator.failed.connect(self._say_bad)
        self.validator.cancelled.connect(self.changed)
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
        if path.suffix.lower() == jobs.SUFFIX:
            self.open_job(path)
            return
        self.reader.close()
        self.input, self.profile, self.cohort, self.job, self.results = path, profile, None, None, None
        self.exported = False
        self.reader.start(read_export, path, profile)
        self.cohort_changed.emit()
        self.results_changed.emit()
        self.go.emit(Step.IMPORT)
        self.changed.emit()

    @property
    def can_start(self) -> bool:
        """Whether there is an export with admissions to score, and nothing runs."""
        return self.input is not None and self.cohort is not None and bool(self.cohort.admissions) and not self.busy

    def set_policy(self, policy: Policy) -> None:
        """Cut the lists in another way; nothing is scored again."""
        self.policy = policy
        if self.results is not None:
            try:
                self.lists = self.results.lists(policy)
            except LamoError as error:
                self._say_bad(str(error))
        self.policy_changed.emit()
        self.changed.emit()

    def set_model_label(self, text: str, fine_tuned: bool) -> None:
        """Say everywhere which kind of model this is."""
        self.model_label_changed.emit(text, fine_tuned)

    def start_run(self, settings: RunSettings) -> None:
        """Score the export that was read, as a new job."""
        if self.input is None or self.cohort is None or self.busy:
            return
        self.job = jobs.new_job_path()
        arguments = ["recommend", str(self.input), "--job", str(self.job), *self._output()]
        if self.profile:
            arguments += ["--profile", self.profile]
        if settings.limit:
            arguments += ["--limit", str(settings.limit)]
        self._start(arguments, settings)

    def resume_run(self, job: Path, settings: RunSettings) -> None:
        """Go on with a job where it stopped; its export is not needed."""
        if not self.busy:
            if job != self.job:
                self.input, self.cohort = None, None
                self.cohort_changed.emit()
            self.job = job
            self._start(["resume", str(job), *self._output()], settings)

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
            self.input, self.cohort, self.results = None, None, None
            self.cohort_changed.emit()
            self.results_changed.emit()
        self.job = job
        self.show_results(Step.REVIEW)

    def show_results(self, step: Step | None = None) -> None:
        """Load what the job file holds so far; then go to a page."""
        if self.job is None:
            return
        job = self.job

        def load() -> "Results":
            from lamo_desktop.ui.results import load_results

            return load_results(job)

        def loaded(results: "Results") -> None:
            self.results = results
            self.exported = False
            self.forget_validation()
            if self.cohort is None:
                self.cohort = results.cohort
                self.cohort_changed.emit()
            self.set_model_label(results.package.label, results.package.fine_tuned)
            self.set_policy(self.policy)
            self.results_changed.emit()
            self.changed.emit()
            if step is not None:
                self.go.emit(step)

        self.background.run("results", load, loaded, self._say_bad)

    def forget_results(self) -> None:
        """Go back to before the run; the job file is not touched."""
        self.job, self.results = None, None
        self.forget_validation()
        if self.input is None:
            self.cohort = None
            self.cohort_changed.emit()
        self.results_changed.emit()
        self.changed.emit()

    def start_validation(self) -> None:
        """Compare the lists of the present policy with the orders, in a process of its own."""
        if self.results is not None and self.results.has_orders:
            self.validated_policy = self.policy
            self.validator.start(validate_job, self.results.path, self.policy)
            self.changed.emit()

    def forget_validation(self) -> None:
        """The results are others now."""
        self.validator.close()
        self.validation, self.validated_policy = None, None
        self.validation_changed.emit()

    @property
    def validation_is_current(self) -> bool:
        """Whether there is a validation of the lists as they are now."""
        return self.validation is not None and self.validated_policy == self.policy

    def set_exported(self) -> None:
        """A file was saved."""
        self.exported = True
        self.changed.emit()

    def close(self) -> None:
        """End everything that runs and wait for it."""
        self.reader.close()
        self.validator.close()
        self.exporter.close()
        self.run.close()
        jobs.remove_workbook(self.job)
        self.background.close()

    def _start(self, arguments: list[str], settings: RunSettings) -> None:
        self.results = None
        self.last_progress = {}
        arguments += ["--progress", "json", "--device", settings.device]
        if settings.threads:
            arguments += ["--threads", str(settings.threads)]
        if settings.package:
            arguments += ["--model", str(settings.package)]
        self.run.start(arguments)
        self.results_changed.emit()
        self.go.emit(Step.RECOMMEND)
        self.changed.emit()

    def _output(self) -> list[str]:
        assert self.job is not None
        return ["-o", str(jobs.workbook_of(self.job))]

    def _cohort_read(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.cohort_changed.emit()
        self.changed.emit()
        self.go.emit(Step.CHECK)

    def _validated(self, validation: "Validation") -> None:
        self.validation = validation
        self.validation_changed.emit()
        self.changed.emit()

    def _reading_failed(self, sentence: str) -> None:
        self.input = None
        self.changed.emit()
        self._say_bad(sentence)

    def _reading_cancelled(self) -> None:
        self.input = None
        self.changed.emit()
        self.message.emit(self.tr("Reading was cancelled; nothing was kept."), "")

    def _scoring_progress(self, progress: dict[str, Any]) -> None:
        self.last_progress = progress
        self.scoring.emit(progress)
        self.changed.emit()

    def _run_finished(self) -> None:
        jobs.remove_workbook(self.job)
        self.show_results(Step.REVIEW)
        self.changed.emit()

    def _run_failed(self, sentence: str) -> None:
        jobs.remove_workbook(self.job)
        self._say_bad(sentence)
        self.show_results_if_any()

    def _run_stopped(self) -> None:
        jobs.remove_workbook(self.job)
        if self.job is not None and self.job.exists():
            self.message.emit(self.tr("The run is paused. Everything scored so far is kept."), "")
        else:
            self.message.emit(self.tr("The run was stopped before it scored anything."), "")
        self.show_results_if_any()

    def show_results_if_any(self) -> None:
        """After a run that ended early: load what it scored, if its job file exists."""
        if self.job is not None and self.job.exists():
            self.show_results()
        else:
            self.job = None
        self.changed.emit()

    def _say_bad(self, sentence: str) -> None:
        self.message.emit(sentence, "bad")
        self.changed.emit()
