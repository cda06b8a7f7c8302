"""What was open before another export was to be read."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.ui.opening import Opened

if TYPE_CHECKING:  # loaded when there is something to show, so that the window opens sooner
    from lamo_desktop.ui.admissionlist import Cut
    from lamo_desktop.ui.results import Results


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
