"""Adapt to this hospital: what is missing or what it brings on held-out patients, what was learned, use it, undo it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from lamo_desktop.errors import InputError
from lamo_desktop.report import export_tasks
from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.kit.estimates import ReportTable
from lamo_desktop.ui.kit.forest import Forest, Line
from lamo_desktop.ui.kit.parts import Chooser, scrolled
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Notice, ProgressCard, WrapRow
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.recommend.overlaynotice import in_use_words
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.report.table import Table
    from lamo_desktop.review.results import Results
    from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay
    from lamo_desktop.validate.overlay import SiteOverlay
    from lamo_desktop.validate.readapt import Readaptation
    from lamo_desktop.validate.validation import Validation

BRINGS, COMPARED = "Held out", "Earlier and new"  # keys of their tables
MOST_DRAWN = 24


class SiteTab(QWidget):
    """What can be done at the top; below it what adapting brings, and what was learned, as a table and a picture."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._drawn: object = None
        self.state = Notice()
        self.adapt = Button(self.tr("&Adapt to this hospital"), "validate", "primary")
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name of the hospital or ward"))
        self.name.setAccessibleName(self.tr("Name of the hospital or ward"))
        self.name.setMaximumWidth(em(16))
        self.name.setMaxLength(100)
        self.use = Button(self.tr("&Use it"), "validate", "primary")
        self.keep = Button(self.tr("&Keep the earlier one"), "undo")
        self.open = Button(self.tr("&Open a saved one…"), "file")
        self.save = Button(self.tr("&Save…"), "export")
        self.leave = Button(self.tr("Stop usin&g it"), "close")
        self.adapt.clicked.connect(self._adapt)
        self.use.clicked.connect(self._use)
        self.keep.clicked.connect(session.evaluation.keep)
        self.open.clicked.connect(self._open)
        self.save.clicked.connect(self._save)
        self.leave.clicked.connect(lambda: session.evaluation.use(None))
        buttons = WrapRow()
        buttons.add(self.adapt, self.name, self.use, self.keep, self.open, self.save, self.leave)
        self.progress = ProgressCard(self.tr("Cancel"))
        self.progress.stop_clicked.connect(session.evaluation.fitter.cancel)
        session.evaluation.fitter.progress.connect(self._show_progress)
        self.show_what = Chooser(self.tr("Show"))
        self.show_what.chosen.connect(lambda _: self._show())
        self.table = ReportTable("adaptation")
        self.picture = Forest(with_text=False)
        self.area = scrolled(self.picture)
        sides = QHBoxLayout()
        sides.setSpacing(em(0.9))
        sides.addWidget(self.table, 6)
        sides.addWidget(self.area, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.6))
        layout.addWidget(self.state)
        layout.addLayout(buttons)
        layout.addWidget(self.progress)
        layout.addWidget(self.show_what, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(sides, 1)
        session.evaluation.changed.connect(self.refresh)
        session.results_changed.connect(self.refresh)
        self.refresh()

    def show_validation(self, validation: "Validation") -> None:
        """What was learned does not depend on how lists are cut."""
        self.refresh()

    def refresh(self) -> None:
        """Say what is in use, learned or missing, and offer what is possible."""
        evaluation, results = self._session.evaluation, self._session.results
        overlay, busy = evaluation.overlay, evaluation.fitter.running
        missing = _missing(results)
        job = results.path if results is not None else None
        newer, learned = evaluation.newer_of(job), evaluation.learned_of(job)
        waiting = newer is not None or (overlay is None and learned is not None)
        self.adapt.setText(self.tr("&Adapt again") if overlay is not None else self.tr("&Adapt to this hospital"))
        self.adapt.setVisible(not waiting)
        self.adapt.setEnabled(not busy and results is not None and not missing)
        self.use.setText(self.tr("&Use the new one") if newer is not None else self.tr("&Use it"))
        for widget in (self.name, self.use):
            widget.setVisible(waiting)
        self.keep.setVisible(newer is not None)
        self.open.setEnabled(not busy and results is not None)
        self.save.setVisible(overlay is not None or learned is not None)
        self.leave.setVisible(overlay is not None and newer is None)
        self.progress.setVisible(busy)
        self.state.say(*self._words(overlay, newer or learned, missing))
        self._offer()

    def _words(
        self, overlay: "SiteOverlay | None", learned: "AdaptationOverlay | None", missing: str
    ) -> tuple[str, str]:
        if overlay is None and learned is None:
            if missing:
                return said(missing), "warn"
            return self.tr(
                "Not in use. The program can learn from these orders what this hospital does differently; it shows "
                "first what that brings on patients that it did not learn from. Nothing is scored again."
            ), ""
        from lamo_desktop.report.learned_tables import share_used
        from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay

        if learned is None or not (overlay is None or self._session.evaluation.undecided):
            if isinstance(overlay, AdaptationOverlay):
                return said(share_used(overlay.adaptation)), ""  # the page says that it is in use
            return in_use_words(overlay) if overlay else "", "good"
        first = self.tr("Learned, not in use yet.")
        if overlay is not None:
            first = self.tr("Learned again, not in use yet: the earlier overlay still is.")
        compared = self._session.evaluation.compared
        more = [said(compared)] if isinstance(compared, str) else []
        return " ".join([first, *more, said(share_used(learned.adaptation))]), ""

    def _shown(self) -> "SiteOverlay | None":
        evaluation, results = self._session.evaluation, self._session.results
        job = results.path if results is not None else None
        return evaluation.newer_of(job) or evaluation.overlay or evaluation.learned_of(job)

    def _offer(self) -> None:
        """What there is to show of what is in use or learned."""
        overlay = self._shown()
        if overlay is self._drawn and overlay is not None:
            return
        self._drawn = overlay
        tables = _tables(overlay, self._compared()) if overlay is not None else []
        for widget in (self.show_what, self.table, self.area):
            widget.setVisible(bool(tables))
        self.show_what.offer({said(table.title): table for table in tables})
        if self._compared() is not None:
            self.show_what.box.setCurrentIndex(0)  # what is to be decided

    def _compared(self) -> "Readaptation | None":
        """How the overlay in use and what was learned since do on new patients, where that can be told."""
        found = self._session.evaluation.compared
        return None if isinstance(found, str) else found

    def _show(self) -> None:
        table, overlay = self.show_what.box.currentData(), self._shown()
        if table is None:
            return
        from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay

        if not isinstance(overlay, AdaptationOverlay):
            return
        self.table.show_table(table)
        compared = self._compared()
        lines = _compared_lines(compared) if table.key == COMPARED and compared else _lines(overlay, table.key)
        self.area.setVisible(bool(lines))
        if table.key == COMPARED and compared:
            self.picture.show_lines(lines, compared.earlier.value, said("Jaccard"))
        elif table.key == BRINGS and overlay.held_out:
            self.picture.show_lines(lines, overlay.held_out.jaccard["shipped"].value, said("Jaccard"))
        else:
            self.picture.show_lines(lines, 1.0, self.tr("ratio of odds (logarithmic)"), log=True)

    def _show_progress(self, stage: str, share: float) -> None:
        pace = self._session.evaluation.fitting_pace
        self.progress.show_progress(self.tr("Learning, and trying it on held-out patients"), share, pace.words())

    def _adapt(self) -> None:
        if self._session.results is not None:
            self.progress.show_progress(self.tr("Learning, and trying it on held-out patients"), None)
            self._session.evaluation.adapt(self._session.results.path)

    def _use(self) -> None:
        results, evaluation = self._session.results, self._session.evaluation
        job = results.path if results is not None else None
        if learned := evaluation.newer_of(job) or evaluation.learned_of(job):
            evaluation.use(self._named(learned))

    def _named(self, learned: "SiteOverlay") -> "SiteOverlay":
        """What was learned, by the name in the field."""
        from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay

        earlier = self._session.evaluation.overlay
        name = self.name.text().strip() or (earlier.name if isinstance(earlier, AdaptationOverlay) else "")
        return replace(learned, name=name) if isinstance(learned, AdaptationOverlay) else learned

    def _open(self) -> None:
        kinds = self.tr("Site overlays (*.json)")
        title = self.tr("Choose a saved site overlay")
        if path := dialogs.file_to_open(self, title, kinds, dialogs.OVERLAYS):
            self.load(path)

    def load(self, path: Path) -> None:
        """Use a saved overlay, if it was made for the model of this job."""
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
        kinds = self.tr("Site overlays (*.json)")
        title = self.tr("Save the site overlay")
        if path := dialogs.file_to_save(self, title, kinds, dialogs.OVERLAYS, "site.json"):
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Write what is in use, or else what was learned, to a file."""
        overlay = self._shown()
        if overlay is None:
            return
        if overlay is not self._session.evaluation.overlay:
            overlay = self._named(overlay)
        done = self.tr("{name} was saved. It holds sums over admissions: keep it as you keep patient data.").format(
            name=path.name
        )
        self._session.background.run(
            "overlay",
            lambda: export_tasks.save_overlay(overlay, path),
            lambda _: self._session.message.emit(done, "good"),
            lambda sentence: self._session.message.emit(sentence, "bad"),
        )


def _missing(results: "Results | None") -> str:
    """Why there are too few admissions to learn from; "" where there are enough."""
    if results is None:
        return ""
    from lamo_desktop.adapt.adaptation import too_few

    rows = zip(results.admissions, results.scored, strict=True)
    patients = [admission.patient_id for admission, scored in rows if scored and admission.orders]
    return too_few(len(patients), len(set(patients)))


def _tables(overlay: "SiteOverlay", compared: "Readaptation | None") -> "list[Table]":
    """What an adaptation brings, beside an earlier one too, and what it has learned; nothing of a calibration."""
    from lamo_desktop.report.learned_tables import held_out_table, learned_tables, readaptation_table
    from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay

    if not isinstance(overlay, AdaptationOverlay):
        return []
    brings = [held_out_table(overlay.held_out)] if overlay.held_out else []
    return [*([readaptation_table(compared)] if compared else []), *brings, *learned_tables(overlay.learned)]


def _compared_lines(compared: "Readaptation") -> list[Line]:
    """What is drawn beside the table of the earlier and the new one."""
    names = {"new overlay": compared.new, "earlier overlay": compared.earlier, "as shipped": compared.shipped}
    return [Line(said(name), "", figure) for name, figure in names.items()]


def _lines(overlay: "AdaptationOverlay", key: str) -> list[Line]:
    """What is drawn beside a table: figures with intervals, or ratios of odds."""
    from lamo_desktop.validate.bootstrap import Estimate

    learned = overlay.learned
    if key == BRINGS and overlay.held_out:
        names = {
            "adapted": "adapted",
            "shipped": "as shipped",
            "site_only": "these rows alone",
        }
        return [Line(said(name), "", overlay.held_out.jaccard[model]) for model, name in names.items()]
    drugs = {"Learned drugs": (*learned.more, *learned.less)}.get(key, ())
    parts = {"Learned features": learned.features, "Learned groups": learned.groups}.get(key, ())
    odds = [(drug.name, drug.odds) for drug in drugs]
    odds += [(f"{part.name}: {drug}", ratio) for part in parts for drug, ratio in part.odds[:1]]
    return [Line(name, "", Estimate(ratio, ratio, ratio)) for name, ratio in odds[:MOST_DRAWN]]
