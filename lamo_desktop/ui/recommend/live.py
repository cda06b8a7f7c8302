"""The first results while a run goes on: what the job file has so far, looked at every second, newest first."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout

from lamo_desktop.recommend.ordered import Ordered, count_ordered
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.kit.tables import LOOKED_AT, Column, ColumnModel, Table, text_column
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Card, ElidedLabel, EmptyOr, EmptyState, label
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.recommend.policybar import ordered_words
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.model.package import ModelPackage
    from lamo_desktop.recommend.policy import Policy
    from lamo_desktop.validate.overlay import SiteOverlay

KEPT = 100  # admissions shown
LISTED = 6  # drugs named of each


@dataclass(frozen=True)
class LiveRow:
    """One admission that was just scored; `both` is None where the export has no orders."""

    ordinal: int
    admission_id: str
    reason: str
    recommended: int
    ordered: Ordered
    both: int | None
    drugs: tuple[str, ...]  # the first of the list, most probable first
    failed: str

    @property
    def n_ordered(self) -> int | None:
        """Every ingredient, candidate or not; None where no orders are given."""
        return self.ordered.n_drugs if self.ordered.n_admissions else None


@dataclass(frozen=True)
class News:
    """What came since: rows, what the run is on, and the job's package, which the next look may use."""

    rows: list[LiveRow]
    ran_on: str
    package: "ModelPackage | None"


def read_news(
    job: Path, first: int, package: "ModelPackage | None", policy: "Policy", overlay: "SiteOverlay | None" = None
) -> News:
    """What a running job has scored from ordinal `first` on; nothing before its file is there."""
    from lamo_desktop.formulary import load_formulary, shown_name, without_parts
    from lamo_desktop.jobs.batch import context_of
    from lamo_desktop.jobs.store import JobStore
    from lamo_desktop.recommend.policy import in_use, probabilities, recommended
    from lamo_desktop.review.results import engine_words, package_in_use

    if not job.is_file() or not job.stat().st_size:
        return News([], "", package)
    rows: list[LiveRow] = []
    with JobStore.open(job, read_only=True) as store:
        if overlay is not None and overlay.package_sha256 != store.job().package.manifest_sha256:
            overlay = None  # of another model: it is told once the results are shown
        package = package or package_in_use(store.job(), overlay)
        scored_of = without_parts(store.job().candidates)
        known = set(scored_of)
        columns = [place for place, name in enumerate(store.job().candidates) if name in known]
        candidates = in_use(package, scored_of)
        engines = [event.detail["engine"] for event in store.events() if event.kind == "started"]
        classes = load_formulary().drug_class if set(scored_of) - package.by_name.keys() else lambda drug: ""
        for item in store.items(first):
            if item.state not in ("done", "failed"):
                break
            listed = []
            if item.scores is not None:
                scores = item.scores[np.newaxis, columns]
                chances = probabilities(package, scored_of, scores, classes, [context_of(item)])
                found = np.flatnonzero(recommended(package, candidates, chances, policy)[0])
                listed = [candidates[d] for d in sorted(found, key=lambda d: -chances[0, d])]
            rows.append(
                LiveRow(
                    item.ordinal,
                    item.admission.admission_id,
                    item.admission.reason,
                    len(listed),
                    count_ordered([item.admission], candidates),
                    None
                    if item.admission.orders is None
                    else len(set(item.admission.ordered(candidates)) & set(listed)),
                    tuple(map(shown_name, listed[:LISTED])),
                    item.error,
                )
            )
    return News(rows, engine_words(engines[-1]) if engines else "", package)


class LiveCard(Card):
    """A table of the latest admissions with the mean so far; holds no more of a long run than of a short one."""

    def __init__(self, session: Session) -> None:
        super().__init__(padding=0.8)
        self._session = session
        self._package: ModelPackage | None = None
        self._rows: deque[LiveRow] = deque(maxlen=KEPT)
        self._next = 0
        self._n_scored = self._n_listed = 0
        self._ordered = Ordered(0, 0, 0)
        self._job: Path | None = None
        head = QHBoxLayout()
        head.addWidget(label(self.tr("First results"), "heading"))
        head.addSpacing(em(0.5))
        self.words = label("", "muted")
        head.addWidget(self.words)
        self.engine = ElidedLabel("small")
        head.addWidget(self.engine, 1)
        self.review = Button(self.tr("Review &these"), "review")
        self.review.setToolTip(self.tr("Look at what is scored so far while the run goes on"))
        self.review.clicked.connect(lambda: session.show_results(Step.REVIEW))
        head.addWidget(self.review)
        self.body.addLayout(head)
        self.model = ColumnModel(parent=self)
        self.table = Table(self.model, self.tr("Latest admissions scored"))
        self.table.setSortingEnabled(False)
        self.table.setMinimumHeight(em(7))
        empty = EmptyState(
            "review",
            self.tr("No list yet"),
            self.tr(
                "The model is loaded and reads the first admission. Its list appears here as soon as it is scored."
            ),
        )
        self.stack = EmptyOr(empty, self.table)
        self.body.addWidget(self.stack, 1)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._look)
        session.changed.connect(self._follow)
        self._follow()

    @property
    def rows(self) -> list[LiveRow]:
        """What is shown, newest first."""
        return list(reversed(self._rows))

    def _follow(self) -> None:
        running = self._session.run.running
        if self._session.job != self._job:
            self._begin()
        if running and not self._timer.isActive():
            self._begin()
            self._timer.start()
        elif not running:
            self._timer.stop()

    def _begin(self) -> None:
        """Look at the job from its first admission on: what failed before may be scored now."""
        self._job, self._next, self._n_scored, self._n_listed = self._session.job, 0, 0, 0
        self._ordered = Ordered(0, 0, 0)
        self._package = None
        self._rows.clear()
        self.engine.setText("")
        self._show()

    def _look(self) -> None:
        job, package, policy, first = self._job, self._package, self._session.policy, self._next
        overlay = self._session.evaluation.overlay
        if job is None:
            return

        def seen(news: News) -> None:
            if self._job == job and self._next == first:
                self.engine.setText(said(news.ran_on))
                self._package = news.package
                self._add(news.rows)

        self._session.background.run(
            "live", lambda: read_news(job, first, package, policy, overlay), seen, lambda _: None
        )

    def _add(self, rows: list[LiveRow]) -> None:
        for row in rows:
            self._rows.append(row)
            self._next = row.ordinal + 1
            if not row.failed:
                self._n_scored += 1
                self._n_listed += row.recommended
                self._ordered += row.ordered
        if rows:
            self._show()

    def _show(self) -> None:
        rows = self.rows
        words = ""
        if self._n_scored:
            words = self.tr("{n} drugs per admission").format(n=f"{self._n_listed / self._n_scored:.1f}")
        self.words.setText(" · ".join(filter(None, [words, ordered_words(self._ordered)])))
        self.review.setEnabled(self._n_scored > 0)
        columns = [
            text_column(self.tr("Admission"), [row.admission_id for row in rows], 6.5),
            text_column(self.tr("Reason"), [row.reason for row in rows], 11),
            Column(self.tr("Recommended"), np.array([row.recommended for row in rows], dtype=float), _whole, width=6.8),
            Column(self.tr("Ordered"), _numbers([row.n_ordered for row in rows]), _whole, width=4.8),
            Column(self.tr("Both"), _numbers([row.both for row in rows]), _whole, width=3.8),
            text_column(
                self.tr("Most probable"), [row.failed or ", ".join(row.drugs) for row in rows], 12, stretch=True
            ),
        ]
        few = self.model.rowCount() < LOOKED_AT  # so far: more rows can ask for more room
        self.model.set_columns(columns)
        self.stack.show_content(bool(rows))
        if few:
            self.table.fit_columns(columns)


def _numbers(values: list[int | None]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _whole(value: float) -> str:
    return f"{value:.0f}"
