"""A job's results with their lists cut by a policy, and cut again, without holding up the window."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lamo_desktop.errors import InputError, LamoError
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui.workers.background import Background
from lamo_desktop.ui.workers.offload import no_collecting

if TYPE_CHECKING:
    from lamo_desktop.ui.kit.admissionlist import AdmissionList, Cut
    from lamo_desktop.validate.overlay import SiteOverlay

AT_ONCE = 5_000  # admissions that are cut in a few milliseconds; more are cut in a thread


def load_cut(job: Path, overlay: "SiteOverlay | None", policy: Policy) -> "Cut":
    """What a job file holds, with the site's calibration where it is for this package, cut by the policy.

    A policy that the package does not have is replaced by the default one. Raises as `load_results` does.
    """
    from lamo_desktop.review.results import load_results
    from lamo_desktop.ui.kit.admissionlist import AdmissionList  # these load numpy's users and the formulary

    with no_collecting():
        try:
            results = load_results(job, overlay)
        except InputError:
            if overlay is None:
                raise
            results = load_results(job)  # the calibration was made for another package
        listing = AdmissionList(results)
        results.ordered_counts  # noqa: B018 - here, where nobody waits for it
        try:
            return listing.cut(policy)
        except InputError:
            return listing.cut(Policy())


class Cutter(QObject):
    """Few admissions are cut at once, many in a thread, one cut after the other: the policy asked for last is always
    reached, and of those asked for meanwhile only the last is cut.
    """

    came = Signal(object)  # a Cut
    failed = Signal(str)

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._next: tuple[AdmissionList, Policy] | None = None
        self._cutting = False

    @property
    def busy(self) -> bool:
        """Whether lists are being cut in a thread."""
        return self._cutting

    def ask(self, listing: "AdmissionList", policy: Policy) -> None:
        """Cut; `came(cut)` or `failed(sentence)` follows, perhaps before this returns."""
        if len(listing.results.admissions) > AT_ONCE:
            self._next = listing, policy
            self._go_on()
            return
        self._next = None
        try:
            cut = listing.cut(policy)
        except LamoError as error:
            self.failed.emit(str(error))
        else:
            self.came.emit(cut)

    def _go_on(self) -> None:
        if self._next is None or self._cutting:
            return
        (listing, policy), self._next = self._next, None
        self._cutting = True
        self._background.run("lists", lambda: listing.cut(policy), self._came, self._failed)

    def _came(self, cut: "Cut") -> None:
        self._cutting = False
        self._go_on()
        self.came.emit(cut)

    def _failed(self, sentence: str) -> None:
        self._cutting = False
        self._go_on()
        self.failed.emit(sentence)
