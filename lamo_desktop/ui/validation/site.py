"""Local recalibration: what it would gain on held-out admissions, then fitting, using, saving and leaving it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lamo_desktop.errors import InputError
from lamo_desktop.report import export_tasks
from lamo_desktop.ui import dialogs
from lamo_desktop.ui.estimates import ReportTable
from lamo_desktop.ui.plots import POINTS, Axes, Plot, Series
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.validation.parts import card_with
from lamo_desktop.ui.widgets import Button, Notice, WrapRow, label

if TYPE_CHECKING:
    from lamo_desktop.validate.overlay import SiteOverlay
    from lamo_desktop.validate.validation import Validation


class SiteTab(QWidget):
    """Held-out proof at the top, the calibration in use and what can be done with it below."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._enough = True  # patients, as far as it is known
        self.state = Notice()
        self.fit = Button(self.tr("Fit on all admissions and &use"), "validate", "primary")
        self.open = Button(self.tr("&Open a saved one…"), "file")
        self.save = Button(self.tr("&Save…"), "export")
        self.leave = Button(self.tr("Stop usin&g it"), "close")
        self.fit.clicked.connect(self._fit)
        self.open.clicked.connect(self._open)
        self.save.clicked.connect(self._save)
        self.leave.clicked.connect(lambda: session.evaluation.use(None))
        buttons = WrapRow()
        buttons.add(self.fit, self.open, self.save, self.leave)
        self.verdict = Notice()
        self.table = ReportTable("recalibration")
        self.learning = Plot(
            Axes(self.tr("admissions used to recalibrate (logarithmic)"), self.tr("log-loss"), log_x=True)
        )
        text = self.tr(
            "A scale and an offset per drug, drawn towards the pooled ones, and one shift of all thresholds. Half of "
            "the patients are used to fit it, the other half show what it gains; no patient is in both. Nothing is "
            "scored again."
        )
        sides = QHBoxLayout()
        sides.setSpacing(em(0.9))
        sides.addWidget(self.table, 6)
        sides.addWidget(card_with(self.tr("How many admissions it takes"), self.learning), 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.6))
        layout.addWidget(label(text, "muted", wrap=True))
        layout.addWidget(self.verdict)
        layout.addLayout(sides, 1)
        layout.addWidget(self.state)
        layout.addLayout(buttons)
        session.evaluation.changed.connect(self.refresh)
        session.results_changed.connect(self._other_results)
        self.refresh()

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        from lamo_desktop.report.validation_group_tables import recalibration
        from lamo_desktop.validate.verdict import FEW_ADMISSIONS

        self.table.show_table(recalibration(validation))
        found = validation.recalibration
        self._enough = found is not None
        self.refresh()
        if found is None:
            self.learning.show_series((), self.tr("Too few admissions for a figure here."))
            self.verdict.say(self.tr("Not tried: it takes the orders of at least 40 patients."), "warn")
            return
        text = (
            self.tr("It helps: log-loss {a} instead of {b} on {n} admissions it had not seen.")
            if found.helps
            else self.tr("It does not help: log-loss {a} instead of {b} on {n} admissions it had not seen.")
        )
        numbers = {"a": f"{found.log_loss_after:.4f}", "b": f"{found.log_loss_before:.4f}"}
        enough = found.n_evaluation >= FEW_ADMISSIONS
        tone = "good" if found.helps and enough else "warn"
        self.verdict.say(text.format(n=f"{found.n_evaluation:,}", **numbers), tone)
        x, y = [float(p.n_admissions) for p in found.learning], [p.log_loss for p in found.learning]
        low, high = min(*y, found.log_loss_before), max(*y, found.log_loss_before)
        margin = 0.15 * max(high - low, 0.002)
        after = self.tr("after recalibration")
        lines = [
            Series("", x, y),
            Series(after, x, y, kind=POINTS),
            Series(self.tr("as shipped"), (x[0], x[-1]), (found.log_loss_before,) * 2, colour="muted", dashed=True),
        ]
        said = "; ".join(f"{p.n_admissions}: {p.log_loss:.4f}" for p in found.learning)
        reach = (x[0], max(x[-1], x[0] * 1.5))
        self.learning.show_series(lines, f"{after}: {said}", reach, (low - margin, high + margin))

    def _other_results(self) -> None:
        self._enough = True
        self.refresh()

    def refresh(self) -> None:
        """Say which calibration is in use, and offer what is possible."""
        evaluation, results = self._session.evaluation, self._session.results
        overlay, busy = evaluation.overlay, evaluation.fitter.running
        self.fit.setVisible(overlay is None)
        self.fit.setEnabled(not busy and self._enough and results is not None and results.has_orders)
        self.open.setEnabled(not busy and results is not None)
        self.save.setVisible(overlay is not None)
        self.leave.setVisible(overlay is not None)
        if busy:
            self.state.say(self.tr("Fitting on all admissions…"))
        elif overlay is None:
            self.state.say(self.tr("Not in use: lists and figures are those of the model as shipped."))
        else:
            text = self.tr("In use everywhere: calibration of {d}, fitted on {n} admissions of {p}.")
            date = overlay.created[:10]
            self.state.say(text.format(d=date, n=f"{overlay.n_admissions:,}", p=overlay.package), "good")

    def _fit(self) -> None:
        if self._session.results is not None:
            self._session.evaluation.fit(self._session.results.path)

    def _open(self) -> None:
        kinds = self.tr("Site calibrations (*.json)")
        title = self.tr("Choose a saved site calibration")
        if path := dialogs.file_to_open(self, title, kinds, dialogs.CALIBRATIONS):
            self.load(path)

    def load(self, path: Path) -> None:
        """Use a saved calibration, if it was made for the model of this job."""
        from lamo_desktop.validate.overlay import load_overlay

        results = self._session.results
        if results is None:
            return
        try:
            overlay = load_overlay(path)
            if overlay.package_sha256 != results.job.package.manifest_sha256:
                raise InputError(f"{path.name} was made for {overlay.package}, not for the model of this job.")
        except InputError as error:
            self._session.message.emit(str(error), "bad")
            return
        self._session.evaluation.use(overlay)

    def _save(self) -> None:
        kinds = self.tr("Site calibrations (*.json)")
        title = self.tr("Save the site calibration")
        if path := dialogs.file_to_save(self, title, kinds, dialogs.CALIBRATIONS, "site-calibration.json"):
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Write the calibration in use to a file; it holds no patient data."""
        overlay: SiteOverlay | None = self._session.evaluation.overlay
        if overlay is None:
            return
        done = self.tr("{name} was saved. It holds no patient data.").format(name=path.name)
        self._session.background.run(
            "overlay",
            lambda: export_tasks.save_overlay(overlay, path),
            lambda _: self._session.message.emit(done, "good"),
            lambda sentence: self._session.message.emit(sentence, "bad"),
        )
