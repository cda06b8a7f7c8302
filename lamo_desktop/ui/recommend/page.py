"""Recommend: the model, how it runs, and the run itself with its progress."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.admissions.site_files import used_names
from lamo_desktop.jobs.run_arguments import RunSettings
from lamo_desktop.progress import duration
from lamo_desktop.recommend.policy import POLICIES
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Card, Dropdown, EmptyOr, EmptyState, Notice, Page, ProgressCard, label
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.recommend.live import LiveCard
from lamo_desktop.ui.recommend.modelcard import ModelCard
from lamo_desktop.ui.recommend.overlaynotice import OverlayNotice
from lamo_desktop.ui.recommend.policybar import PolicyBar
from lamo_desktop.ui.recommend.retry import RetryButton
from lamo_desktop.ui.session import Session


class RunPage(Page):
    """The third page."""

    import_wanted = Signal()
    review_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            self.tr("Recommend"),
            self.tr("Every candidate drug is scored for every admission, on this computer."),
        )
        self._session = session
        self._chosen_candidates: tuple[str, ...] = ()
        self._known_before: frozenset[str] = frozenset()  # drugs of the package chosen last
        self._has_gpu: bool | None = None  # not known yet
        self._cancelling = False
        self._shown_job: Path | None = None  # whose settings the fields have taken over
        empty = EmptyState(
            "recommend",
            self.tr("Nothing to score yet"),
            self.tr(
                "Open an export and look at the check of it; then start the run here. Results are saved as they come, "
                "so a run can be paused and resumed at any time."
            ),
            self.tr("Go to Import"),
        )
        empty.acted.connect(self.import_wanted)
        self._stack = EmptyOr(empty, self._content())
        self.overlay = OverlayNotice(session)
        self.body.addWidget(self.overlay)
        self.body.addWidget(self._stack, 1)
        session.changed.connect(self.refresh)
        session.results_changed.connect(self._show_settings)
        session.scoring.connect(lambda _: self._show_progress())
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.9))
        self._before = QWidget()
        upper = QHBoxLayout(self._before)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(em(0.9))
        self.model = ModelCard(self._session)
        self.model.package_changed.connect(self._package_changed)
        upper.addWidget(self.model, 3)
        upper.addWidget(self._settings_card(), 2)
        layout.addWidget(self._before)
        self.run_card = Card()
        row = QHBoxLayout()
        row.setSpacing(em(0.6))
        words = QVBoxLayout()
        words.setSpacing(em(0.15))
        self._heading, self._text = label("", "heading"), label("", "muted", wrap=True)
        words.addWidget(self._heading)
        words.addWidget(self._text)
        row.addLayout(words, 1)
        self.discard = Button(self.tr("D&iscard"), "trash")
        self.show_results = Button(self.tr("Sho&w results"), "review")
        self.start = Button(self.tr("&Start"), "play", "primary")
        self.discard.clicked.connect(self.discard_wanted)
        self.show_results.clicked.connect(self.review_wanted)
        self.start.clicked.connect(self._start)
        self.retry = RetryButton(self._session)
        for button in (self.discard, self.retry, self.show_results, self.start):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.run_card.body.addLayout(row)
        self.progress = ProgressCard(self.tr("&Pause"))
        self.progress.stop_clicked.connect(self._session.pause_run)
        self.cancel = Button(self.tr("&Cancel run"), "close")
        self.cancel.setToolTip(self.tr("Stop, and ask whether to delete what was scored"))
        self.cancel.clicked.connect(self._cancel)
        self._session.run.stopped.connect(self._stopped)
        self.progress.add_button(self.cancel)
        layout.addWidget(self.run_card)
        layout.addWidget(self.progress)
        self.live = LiveCard(self._session)
        layout.addWidget(self.live, 1)
        lists = Card()
        self.policy = PolicyBar(self._session)
        lists.body.addWidget(self.policy)
        self._policy_text = label("", "muted", wrap=True)
        lists.body.addWidget(self._policy_text)
        layout.addWidget(lists)
        layout.addWidget(
            Notice(
                self.tr(
                    "Results are saved after every few admissions. Pausing, closing the window or a power cut loses "
                    "none of them."
                )
            )
        )
        layout.addStretch(0)
        return content

    def _settings_card(self) -> Card:
        card = Card(self.tr("How to run"))
        form = QFormLayout()
        form.setVerticalSpacing(em(0.5))
        form.setHorizontalSpacing(em(0.75))
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.device = Dropdown()
        for text, name in (
            (self.tr("Automatic"), "auto"),
            (self.tr("Processor only"), "cpu"),
            (self.tr("Graphics card"), "gpu"),
        ):
            self.device.addItem(text, name)
        self.device.currentIndexChanged.connect(lambda _: self._look_for_gpu())
        self.threads, self.limit = QSpinBox(), QSpinBox()
        self.threads.setRange(0, 256)
        self.threads.setSpecialValueText(self.tr("All cores"))
        self.limit.setRange(0, 10_000_000)
        self.limit.setSpecialValueText(self.tr("All admissions"))
        self.limit.setGroupSeparatorShown(True)
        self.limit.setSingleStep(10)
        self.limit.valueChanged.connect(lambda _: self.refresh())
        for box in (self.threads, self.limit):
            box.lineEdit().setTextMargins(em(0.4), 0, 0, 0)
        form.addRow(self.tr("&Device:"), self.device)
        form.addRow(self.tr("Thr&eads:"), self.threads)
        form.addRow(self.tr("&Only the first:"), self.limit)
        self.candidates = Button(self.tr("All drugs"))
        self.candidates.setToolTip(self.tr("Choose which drugs the model is asked about, by name or by class"))
        self.candidates.clicked.connect(self.choose_candidates)
        form.addRow(self.tr("Ca&ndidates:"), self.candidates)
        card.body.addLayout(form)
        self.hint = label("", "small", wrap=True)
        card.body.addWidget(self.hint)
        card.body.addStretch(1)
        return card

    def choose_candidates(self) -> None:
        """Ask which drugs are candidates."""
        from lamo_desktop.formulary import load_formulary
        from lamo_desktop.recommend.candidates import by_class
        from lamo_desktop.ui.recommend.candidatepicker import CandidatePicker

        package = self.model.package
        if package is None:
            return

        def ask(classes: dict[str, tuple[str, ...]]) -> None:
            trained = package.candidates
            picker = CandidatePicker(classes, trained, self._chosen_candidates, self)
            picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            picker.accepted.connect(lambda: self.use_candidates(picker.chosen()))
            picker.open()

        session = self._session  # reading the drug tables takes longer than the window may stand still
        session.background.run(
            "candidates",
            lambda: by_class(package, load_formulary(used_names())),
            ask,
            lambda sentence: session.message.emit(sentence, "bad"),
        )

    def use_candidates(self, drugs: tuple[str, ...]) -> None:
        """Ask the model about these drugs only; none means all of the package."""
        self._chosen_candidates = drugs
        self._show_candidates()

    def _show_candidates(self) -> None:
        package = self.model.package
        trained = package.candidates if package else ()
        strangers = len(set(self._chosen_candidates).difference(trained))
        n = len(self._chosen_candidates)
        text = self.tr("{n} of {t} drugs…") if n else self.tr("All {t} drugs…")
        if strangers:
            text = self.tr("{n} drugs, {m} of them not trained on…")
        self.candidates.setText(text.format(n=n, t=len(trained), m=strangers))
        self.candidates.setEnabled(package is not None)

    def _package_changed(self) -> None:
        package = self.model.package
        known = package.by_name if package else {}
        self._chosen_candidates = tuple(
            drug for drug in self._chosen_candidates if drug in known or drug not in self._known_before
        )
        self._known_before = frozenset(known)
        self.policy.show_package(package)
        self._show_candidates()

    def settings(self) -> RunSettings:
        """What the page's fields say."""
        return RunSettings(
            self.device.currentData(),
            self.threads.value(),
            self.limit.value(),
            self.model.chosen,
            self._chosen_candidates,
        )

    def _show_settings(self) -> None:
        """How the job that is open was run last: resuming goes on so, unless something else is chosen."""
        results = self._session.results
        if results is not None and results.path != self._shown_job:
            self.device.setCurrentIndex(self.device.findData(results.settings.device))
            self.threads.setValue(results.settings.threads or 0)
        self._shown_job = results.path if results is not None else None

    def refresh(self) -> None:
        """Follow the session: nothing, ready, running, paused or done."""
        session = self._session
        results, running = session.results, session.run.running
        why = said(POLICIES.get(session.policy.name, ""))
        self._policy_text.setText(
            self.tr("{w}. It can be changed at any time; nothing is scored again.").format(w=why[:1].upper() + why[1:])
        )
        self._stack.show_content(session.cohort is not None or session.job is not None)
        self.progress.setVisible(running)
        self.live.setVisible(running)
        self.run_card.setVisible(not running)
        self._before.setVisible(not running)
        self.hint.setText(self._hint())
        paused = results is not None and not results.complete
        self.show_results.setVisible(results is not None and results.n_done > 0)
        self.discard.setVisible(paused)
        self.start.setVisible(paused or session.can_start)
        if paused and results is not None:
            self._heading.setText(self.tr("Paused"))
            self._text.setText(
                self.tr("{d} of {t} admissions are scored.").format(d=f"{results.n_done:,}", t=f"{results.n_total:,}")
            )
            self.start.setText(self.tr("&Resume"))
        elif results is not None:
            failed = results.n_failed
            self._heading.setText(self.tr("Done"))
            text = self.tr("{d} admissions are scored, {f} failed.").format(
                d=f"{results.n_done - failed:,}", f=f"{failed:,}"
            )
            self._text.setText(text)
            self.start.setText(self.tr("&Start again"))
        else:
            self._heading.setText(self.tr("Ready"))
            self._text.setText(self._to_score(len(session.cohort.admissions) if session.cohort else 0))
            self.start.setText(self.tr("&Start"))
        if running:
            self._show_progress()

    def _to_score(self, n_admissions: int) -> str:
        """How many of the export's admissions a run with the present settings scores."""
        limit = self.limit.value()
        if 0 < limit < n_admissions:
            text = self.tr("The first {n} of {t} admissions will be scored.")
            return text.format(n=f"{limit:,}", t=f"{n_admissions:,}")
        if n_admissions == 1:
            return self.tr("1 admission will be scored.")
        return self.tr("{n} admissions will be scored.").format(n=f"{n_admissions:,}")

    def _cancel(self) -> None:
        self._cancelling = True
        self._session.pause_run()

    def _stopped(self) -> None:
        cancelling, self._cancelling = self._cancelling, False
        if cancelling and self._session.job is not None:
            self.discard_wanted.emit()

    def _look_for_gpu(self) -> None:
        """Ask, in a process of its own, whether there is a graphics card to use, before a run is started on it."""
        if self.device.currentData() == "gpu" and self._has_gpu is None and not self._session.run.running:
            self._session.lookups.ask("gpu", "gpu", (), self._gpu_known, lambda _: None)
        self.refresh()

    def _gpu_known(self, found: bool) -> None:
        self._has_gpu = found
        self.refresh()

    def _hint(self) -> str:
        results = self._session.results
        if self.device.currentData() == "gpu" and self._has_gpu is False:
            return self.tr(
                "No graphics card can be used: this installation's engine was built for the processor only, or finds "
                "no card. The run uses the processor, with the same results."
            )
        if results is not None and results.ran_on:
            return self.tr("The last run used: {e}").format(e=said(results.ran_on))
        return self.tr("A few admissions give a first look in seconds; the scores of the others do not depend on it.")

    def _start(self) -> None:
        results = self._session.results
        if results is not None and not results.complete and self._session.job is not None:
            settings = replace(self.settings(), package=None)  # a job goes on with its own
            self._session.resume_run(self._session.job, settings)
        else:
            self._session.start_run(self.settings())

    def _show_progress(self) -> None:
        progress = self._session.last_progress
        stage = str(progress.get("stage", "starting"))
        titles = {
            "starting": self.tr("Starting"),
            "reading": self.tr("Reading the export"),
            "loading model": self.tr("Loading the model"),
            "scoring": self.tr("Scoring"),
            "writing": self.tr("Writing the results"),
        }
        done, total = int(progress.get("done") or 0), int(progress.get("total") or 0)
        pieces = [self.tr("{d} of {t}").format(d=f"{done:,}", t=f"{total:,}")] if stage == "scoring" else []
        if progress.get("rate"):
            pieces.append(self.tr("{r} admissions per second").format(r=f"{progress['rate']:.2g}"))
        if progress.get("eta") and done < total:
            pieces.append(self.tr("{t} left").format(t=duration(progress["eta"])))
        if progress.get("failed"):
            pieces.append(self.tr("{f} failed").format(f=progress["failed"]))
        if progress.get("message"):
            pieces.append(said(str(progress["message"])))
        self.progress.show_progress(titles.get(stage, stage), done / total if total else None, " · ".join(pieces))
