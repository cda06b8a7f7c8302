"""Recommend: the model, how it runs, and the run itself with its progress."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.progress import duration
from lamo_desktop.recommend.policy import POLICIES
from lamo_desktop.ui.modelcard import ModelCard
from lamo_desktop.ui.policybar import PolicyBar
from lamo_desktop.ui.session import RunSettings, Session
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import Button, Card, EmptyState, Notice, Page, ProgressCard, label


class RunPage(Page):
    """The third page."""

    import_wanted = Signal()
    review_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__("Recommend", "Every candidate drug is scored for every admission, on this computer.")
        self._session = session
        self._stack = QStackedWidget()
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
        self._stack.addWidget(empty)
        self._stack.addWidget(self._content())
        self.body.addWidget(self._stack, 1)
        session.changed.connect(self.refresh)
        session.scoring.connect(lambda _: self._show_progress())
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.9))
        upper = QHBoxLayout()
        upper.setSpacing(em(0.9))
        self.model = ModelCard(self._session)
        upper.addWidget(self.model, 1)
        upper.addWidget(self._settings_card(), 1)
        layout.addLayout(upper)
        self.run_card = Card()
        row = QHBoxLayout()
        row.setSpacing(em(0.6))
        words = QVBoxLayout()
        words.setSpacing(em(0.15))
        self._heading, self._text = label("", "heading"), label("", "muted", wrap=True)
        words.addWidget(self._heading)
        words.addWidget(self._text)
        row.addLayout(words, 1)
        self.discard = Button(self.tr("Disca&rd"), "trash")
        self.show_results = Button(self.tr("Show &results"), "review")
        self.start = Button(self.tr("&Start"), "play", "primary")
        self.discard.clicked.connect(self.discard_wanted)
        self.show_results.clicked.connect(self.review_wanted)
        self.start.clicked.connect(self._start)
        for button in (self.discard, self.show_results, self.start):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.run_card.body.addLayout(row)
        self.progress = ProgressCard(self.tr("&Pause"))
        self.progress.stop_clicked.connect(self._session.pause_run)
        layout.addWidget(self.run_card)
        layout.addWidget(self.progress)
        lists = Card(self.tr("Lists"))
        lists.body.addWidget(PolicyBar(self._session))
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
        layout.addStretch(1)
        return content

    def _settings_card(self) -> Card:
        card = Card(self.tr("How to run"))
        form = QFormLayout()
        form.setVerticalSpacing(em(0.5))
        form.setHorizontalSpacing(em(0.75))
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.device = QComboBox()
        for text, name in (
            (self.tr("Automatic"), "auto"),
            (self.tr("Processor only"), "cpu"),
            (self.tr("Graphics card"), "gpu"),
        ):
            self.device.addItem(text, name)
        self.threads, self.limit = QSpinBox(), QSpinBox()
        self.threads.setRange(0, 256)
        self.threads.setSpecialValueText(self.tr("All cores"))
        self.limit.setRange(0, 10_000_000)
        self.limit.setSpecialValueText(self.tr("All admissions"))
        self.limit.setGroupSeparatorShown(True)
        self.limit.setSingleStep(10)
        for box in (self.threads, self.limit):
            box.lineEdit().setTextMargins(em(0.4), 0, 0, 0)
        form.addRow(self.tr("&Device:"), self.device)
        form.addRow(self.tr("&Threads:"), self.threads)
        form.addRow(self.tr("Only the &first:"), self.limit)
        card.body.addLayout(form)
        card.body.addWidget(
            label(
                self.tr("A few admissions give a first look in seconds; the scores of the others do not depend on it."),
                "small",
                wrap=True,
            )
        )
        card.body.addStretch(1)
        return card

    def settings(self) -> RunSettings:
        """What the page's fields say."""
        return RunSettings(self.device.currentData(), self.threads.value(), self.limit.value(), self.model.chosen)

    def refresh(self) -> None:
        """Follow the session: nothing, ready, running, paused or done."""
        session = self._session
        results, running = session.results, session.run.running
        why = POLICIES.get(session.policy.name, "")
        self._policy_text.setText(
            self.tr("{w}. It can be changed at any time; nothing is scored again.").format(w=why[:1].upper() + why[1:])
        )
        self._stack.setCurrentIndex(1 if session.cohort is not None or session.job is not None else 0)
        self.progress.setVisible(running)
        self.run_card.setVisible(not running)
        for field in (self.device, self.threads, self.limit, self.model.choose):
            field.setEnabled(not running)
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
            failed = sum(bool(error) for error in results.errors)
            self._heading.setText(self.tr("Done"))
            text = self.tr("{d} admissions are scored, {f} failed.").format(
                d=f"{results.n_done - failed:,}", f=f"{failed:,}"
            )
            self._text.setText(text)
            self.start.setText(self.tr("&Start again"))
        else:
            n = len(session.cohort.admissions) if session.cohort else 0
            self._heading.setText(self.tr("Ready"))
            self._text.setText(self.tr("{n} admissions will be scored.").format(n=f"{n:,}"))
            self.start.setText(self.tr("&Start"))
        if running:
            self._show_progress()

    def _start(self) -> None:
        results = self._session.results
        if results is not None and not results.complete and self._session.job is not None:
            self._session.resume_run(self._session.job, self.settings())
        else:
            self._session.start_run(self.settings())

    def _show_progress(self) -> None:
        said = self._session.last_progress
        stage = str(said.get("stage", "starting"))
        titles = {
            "starting": self.tr("Starting"),
            "reading": self.tr("Reading the export"),
            "loading model": self.tr("Loading the model"),
            "scoring": self.tr("Scoring"),
            "writing": self.tr("Writing the results"),
        }
        done, total = int(said.get("done") or 0), int(said.get("total") or 0)
        pieces = [self.tr("{d} of {t}").format(d=f"{done:,}", t=f"{total:,}")] if stage == "scoring" else []
        if said.get("rate"):
            pieces.append(self.tr("{r} admissions per second").format(r=f"{said['rate']:.2g}"))
        if said.get("eta") and done < total:
            pieces.append(self.tr("{t} left").format(t=duration(said["eta"])))
        if said.get("failed"):
            pieces.append(self.tr("{f} failed").format(f=said["failed"]))
        if said.get("message"):
            pieces.append(str(said["message"]))
        self.progress.show_progress(titles.get(stage, stage), done / total if total else None, " · ".join(pieces))
