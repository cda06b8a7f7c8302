"""What one analysis holds between export and workbook, and the signals that say what of it changed."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.check.corrections import Corrections
from lamo_desktop.check.opening import Opened
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui.flow import Step

if TYPE_CHECKING:  # loaded when there is something to show, so that the window opens sooner
    from lamo_desktop.review.results import Results
    from lamo_desktop.ui.kit.admissionlist import Cut


@dataclass(frozen=True)
class WasOpen:
    """What was open when another export was to be read: it is shown again when that one cannot be."""

    input: Path | None
    profile: str | None
    opened: Opened | None
    cohort: Cohort | None
    job: Path | None
    results: "Results | None"
    cut: "Cut | None"


class SessionState(QObject):
    """The state of the analysis. `changed` after every change; the other signals carry what changed."""

    changed = Signal()
    reading = Signal(str, float)
    opened_changed = Signal()
    cohort_changed = Signal()
    scoring = Signal(dict)
    results_changed = Signal()
    policy_changed = Signal()
    model_label_changed = Signal(str, bool)
    message = Signal(str, str)  # a sentence and its tone
    go = Signal(Step)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.input: Path | None = None
        self.profile: str | None = None
        self.opened: Opened | None = None  # how the export was read
        self.cohort: Cohort | None = None
        self.corrections = Corrections()
        self._profile_before: str | None = None
        self._before: WasOpen | None = None
        self.job: Path | None = None
        self.results: Results | None = None
        self.policy = Policy()
        self.cut: Cut | None = None  # the lists of the results, by the policy
        self.exported = False
        self.last_progress: dict[str, Any] = {}
