"""How a session's lists compare with the orders: the validation, the site overlay in use, other models beside it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lamo_desktop.recommend.policy import Policy
from lamo_desktop.review.comparing import Question, Relearned, adapt_site, remove_scores, validate_job
from lamo_desktop.ui.workers.offload import Offload
from lamo_desktop.ui.workers.pace import Pace

if TYPE_CHECKING:  # loaded when there is something to compare, so that the window opens sooner
    from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay
    from lamo_desktop.validate.overlay import SiteOverlay
    from lamo_desktop.validate.readapt import Readaptation
    from lamo_desktop.validate.validation import Validation


class Evaluation(QObject):
    """One comparison at a time, in a process of its own. `changed` after every change.

    `overlay` is the site overlay in use (None: the package as shipped); the session applies it to its results.
    `learned` is what was learned last and may be used; `compared` is how it and the overlay that was in use then do on
    new patients. `undecided`: that one is still in use, and nobody has said which of the two is to be.
    """

    changed = Signal()
    overlay_changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.validation: Validation | None = None
        self.answered: Question | None = None
        self.overlay: SiteOverlay | None = None
        self.rivals: tuple[Path, ...] = ()
        self._asked: Question | None = None
        self.pace, self.fitting_pace = Pace(self), Pace(self)
        self.validator = Offload(self)
        self.validator.progress.connect(self.pace.told)
        self.validator.finished.connect(self._validated)
        self.validator.failed.connect(self._failed)
        self.validator.cancelled.connect(self.changed)
        self.learned: AdaptationOverlay | None = None
        self.compared: Readaptation | str | None = None
        self.undecided = False
        self._learned_of: Path | None = None
        self.fitter = Offload(self)
        self.fitter.finished.connect(self._learned)
        self.fitter.progress.connect(self.fitting_pace.told)
        self.fitter.failed.connect(self._failed)
        self.fitter.cancelled.connect(self.changed)

    @property
    def running(self) -> bool:
        """Whether a comparison is under way."""
        return self.validator.running

    def start(self, job: Path, policy: Policy) -> None:
        """Compare the job's lists under this policy with the orders."""
        self._asked = Question(job, policy, self.overlay, self.rivals)
        self.pace.restart()
        self.validator.start(validate_job, self._asked)
        self.changed.emit()

    def is_current(self, policy: Policy) -> bool:
        """Whether there is a validation of these lists, beside these models."""
        if self.validation is None or self.answered is None:
            return False
        return self.answered == Question(self.answered.job, policy, self.overlay, self.rivals)

    def add_rival(self, path: Path) -> None:
        """Put another model or overlay beside this one in the next comparison."""
        if path not in self.rivals:
            self.rivals = (*self.rivals, path)
            self.changed.emit()

    def remove_rival(self, path: Path) -> None:
        """Leave it out again."""
        self.rivals = tuple(rival for rival in self.rivals if rival != path)
        self.changed.emit()

    def adapt(self, job: Path) -> None:
        """Learn the hospital from all admissions of the job that have orders; `learned` is then what may be used."""
        self.learned, self.compared, self.undecided, self._learned_of = None, None, False, job
        self.fitting_pace.restart()
        self.fitter.start(adapt_site, job, self.overlay)
        self.changed.emit()

    def learned_of(self, job: Path | None) -> "AdaptationOverlay | None":
        """What was learned from a job."""
        return self.learned if job is not None and job == self._learned_of else None

    def newer_of(self, job: Path | None) -> "AdaptationOverlay | None":
        """What was learned from a job while an earlier overlay is in use, until one of the two is chosen."""
        return self.learned_of(job) if self.undecided and self.overlay is not None else None

    def use(self, overlay: "SiteOverlay | None") -> None:
        """Use an overlay, or (None) the package as shipped."""
        self.overlay, self.compared, self.undecided = overlay, None, False
        self.overlay_changed.emit()
        self.changed.emit()

    def keep(self) -> None:
        """Go on with the overlay in use, not with what was learned since."""
        self.learned, self.compared, self.undecided = None, None, False
        self.changed.emit()

    def forget(self) -> None:
        """The results are others now; models to compare with stay chosen."""
        self.validator.close()
        self.fitter.close()
        self.validation, self.answered = None, None
        self.changed.emit()

    def close(self) -> None:
        """End everything that runs, wait for it, and delete what other models scored."""
        self.validator.close()
        self.fitter.close()
        remove_scores()

    def _learned(self, found: Relearned) -> None:
        self.learned, self.compared, self.undecided = found.overlay, found.compared, found.compared is not None
        self.changed.emit()

    def _validated(self, validation: "Validation") -> None:
        self.validation, self.answered = validation, self._asked
        self.changed.emit()

    def _failed(self, sentence: str) -> None:
        self.failed.emit(sentence)
        self.changed.emit()
