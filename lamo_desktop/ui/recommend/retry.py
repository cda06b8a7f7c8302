"""The button that scores those admissions again that could not be scored."""

from lamo_desktop.ui.kit.widgets import Button
from lamo_desktop.ui.session import Session


class RetryButton(Button):
    """Shown where there are failed admissions; enabled while nothing runs."""

    def __init__(self, session: Session) -> None:
        super().__init__("", "refresh")
        self.setText(self.tr("Try the failed ones again"))
        self.setToolTip(self.tr("Score the failed admissions once more, with the settings of the last run"))
        self._session = session
        self.clicked.connect(session.retry_failed)
        session.changed.connect(self.refresh)
        session.results_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the session."""
        results = self._session.results
        self.setVisible(results is not None and results.n_failed > 0)
        self.setEnabled(self._session.can_retry)
