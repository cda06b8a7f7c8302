"""Which site overlay is in use, on every page whose lists it changes, with the way to stop using it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from lamo_desktop.ui.kit.widgets import Notice
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.validate.overlay import SiteOverlay

translate = QCoreApplication.translate  # under this name the translation tools find the texts


class OverlayNotice(Notice):
    """Hidden while the model is used as shipped."""

    def __init__(self, session: Session) -> None:
        super().__init__("", "good", self.tr("Stop using it"))
        self._session = session
        self.acted.connect(lambda: session.evaluation.use(None))
        session.evaluation.changed.connect(self.refresh)
        session.results_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow what is in use."""
        overlay = self._session.evaluation.overlay
        self.setVisible(overlay is not None)
        if overlay is not None:
            self.say(in_use_words(overlay), "good")


def in_use_words(overlay: "SiteOverlay") -> str:
    """Name, date and size of an overlay, and that it is in use."""
    from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay

    name = overlay.name if isinstance(overlay, AdaptationOverlay) else ""
    text = translate("overlaynotice", "Site overlay in use: {name}, learned from {n} admissions on {d} for {p}.")
    named = name or translate("overlaynotice", "this hospital's")
    values = {"n": f"{overlay.n_admissions:,}", "d": overlay.created[:10], "p": overlay.package}
    return text.format(name=named, **values)
