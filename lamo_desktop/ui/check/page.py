"""Check: how many admissions are left and why, what is wrong in the export and where, which drug names are unknown."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from lamo_desktop.admissions.cell_addresses import place_of
from lamo_desktop.admissions.cohort import Cohort, Problem, SetAside
from lamo_desktop.admissions.excluded import n_rows, ranked
from lamo_desktop.check.corrections import with_date_order
from lamo_desktop.check.findings import findings_read
from lamo_desktop.check.summary import summarise
from lamo_desktop.recommend.ordered import count_ordered
from lamo_desktop.ui.check.coveragetable import CoverageTable
from lamo_desktop.ui.check.funnel import Funnel
from lamo_desktop.ui.check.namespanel import NamesPanel
from lamo_desktop.ui.import_.previewdialog import PreviewDialog
from lamo_desktop.ui.import_.readcontrols import DateQuestion
from lamo_desktop.ui.kit.parts import scrolled
from lamo_desktop.ui.kit.searchedtable import SearchedTable
from lamo_desktop.ui.kit.tables import Column, text_column
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Card, EmptyState, Figure, Notice, Page, ProgressCard, Tabs, label
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.status import left_out, notes
from lamo_desktop.ui.workers.pace import Pace

_GRAVITY = {"error": 0, "warning": 1, "info": 2}
_TONES = {"error": "bad", "warning": "warn", "info": ""}


def _said_column(title: str, values: Sequence[str], width: float) -> Column:
    """Texts of the readers, put into the language of the window when they are shown."""
    return Column(title, np.array(values, dtype=object), said, width=width, stretch=True)


def _asks_for_dates(problem: Problem) -> bool:
    return problem.question == "date order"


class CheckPage(Page):
    """The second page."""

    go_on = Signal()
    import_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(
            self.tr("Check"), self.tr("What was read, what was left out and why. Nothing is dropped silently.")
        )
        self._session = session
        self._pace = Pace(self)
        self._problems: Sequence[Problem] = ()  # the lines of the lists
        self._rows: Sequence[SetAside] = ()
        self._dialog: PreviewDialog | None = None
        self.next = Button(self.tr("&Continue to Recommend"), "arrow-right", "primary")
        self.next.clicked.connect(self.go_on)
        self.action_row.addWidget(self.next)
        self._stack = QStackedWidget()
        empty = EmptyState(
            "check",
            self.tr("Nothing to check yet"),
            self.tr(
                "Open an export first: this page then shows how many admissions it holds, which were left out and why, "
                "and every cell that could not be used."
            ),
            self.tr("Go to Import"),
        )
        empty.acted.connect(self.import_wanted)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._content())
        self.body.addWidget(self._stack, 1)
        session.cohort_changed.connect(self.refresh)
        session.changed.connect(self._refresh_progress)
        session.reading.connect(self._show_reading)
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.7))
        layout.addLayout(self._figures())
        self.notice = Notice()
        layout.addWidget(self.notice)
        self.date_question = DateQuestion()
        self.date_question.answered.connect(self._say_date_order)
        self.date_question.hide()
        layout.addWidget(self.date_question)
        self.progress = ProgressCard(self.tr("Cancel"))
        self.progress.stop_clicked.connect(self._session.reader.cancel)
        self.progress.hide()
        layout.addWidget(self.progress)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.setChildrenCollapsible(False)
        lower.setHandleWidth(em(0.7))
        card = Card(self.tr("From the export to the cohort"))
        self.source = label("", "small", wrap=True)
        self.funnel = Funnel()
        card.body.addWidget(self.source)
        card.body.addSpacing(em(0.4))
        steps = scrolled(self.funnel)
        steps.setAccessibleName(self.tr("From the export to the cohort"))
        steps.setMinimumWidth(self.funnel.minimumSizeHint().width() + em(1))  # and its scroll bar
        card.body.addWidget(steps, 1)
        lower.addWidget(card)
        tables = Card(padding=0.7)
        tables.body.addWidget(self._tables())
        lower.addWidget(tables)
        lower.setSizes([em(20), em(36)])
        lower.setStretchFactor(0, 4)
        lower.setStretchFactor(1, 7)
        # Their lists scroll; the page itself only where not even their minimum fits.
        lower.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        lower.setMinimumHeight(em(13))
        layout.addWidget(lower, 1)
        return content

    def _figures(self) -> QHBoxLayout:
        self.figures = {
            "admissions": Figure(self.tr("admissions to score")),
            "patients": Figure(self.tr("patients")),
            "orders": Figure(self.tr("drugs ordered per admission")),
            "set_aside": Figure(self.tr("rows set aside")),
            "unmapped": Figure(self.tr("order rows, drug unknown")),
        }
        row = QHBoxLayout()
        row.setSpacing(em(0.6))
        for figure in self.figures.values():
            row.addWidget(figure, 1)
        return row

    def _tables(self) -> Tabs:
        self.tabs = Tabs()
        self.problems = SearchedTable(
            self.tr("Problems"), self.tr("No problems"), self.tr("Every cell the program looked at could be used.")
        )
        self.set_aside = SearchedTable(
            self.tr("Set aside"),
            self.tr("Nothing set aside"),
            self.tr("Every row that meets the criteria will be processed."),
        )
        self.names = NamesPanel(self._session)
        self.unmapped = self.names.list
        self.excluded = SearchedTable(
            self.tr("Excluded orders"),
            self.tr("No order was left out"),
            self.tr("Every order text that is known is a drug."),
        )
        self.not_understood = SearchedTable(
            self.tr("Not understood"),
            self.tr("Nothing that was not understood"),
            self.tr("Every allergy and every medication before admission is known."),
        )
        self.findings = SearchedTable(
            self.tr("Findings"),
            self.tr("No findings in this export"),
            self.tr("Laboratory values, vital signs and states such as ventilation would be listed here."),
        )
        self.coverage = CoverageTable()
        self.show_problem, self.show_row = (Button(self.tr("&Show in the export"), "search") for _ in range(2))
        for table, button, show in (
            (self.problems, self.show_problem, self._show_problem),
            (self.set_aside, self.show_row, self._show_row),
        ):
            table.head.addWidget(button)
            table.chosen.connect(show)
            button.clicked.connect(lambda _=False, table=table, show=show: show(table.current))
            button.setToolTip(self.tr("Show the sheet, row and cell (Enter, or a double click)"))
        for widget, name in (
            (self.problems, self.tr("Problems")),
            (self.set_aside, self.tr("Set aside")),
            (self.names, self.tr("Unknown names")),
            (self.excluded, self.tr("Excluded orders")),
            (self.not_understood, self.tr("Not understood")),
            (self.findings, self.tr("Findings")),
            (self.coverage, self.tr("What is known")),
        ):
            self.tabs.addTab(widget, name)
        return self.tabs

    def refresh(self) -> None:
        """Show the session's cohort, or what to do without one."""
        cohort = self._session.cohort
        self._stack.setCurrentIndex(0 if cohort is None else 1)
        self.next.setVisible(cohort is not None)
        if cohort is not None:
            self._show(cohort)
        elif self._dialog is not None:
            self._dialog.preview.clear()
            self._dialog.reject()

    def _show(self, cohort: Cohort) -> None:
        admissions = cohort.admissions
        ordered = count_ordered(admissions, ()).per_admission
        values = {
            "admissions": f"{len(admissions):,}",
            "patients": f"{len({a.patient_id for a in admissions}):,}",
            "orders": "–" if ordered is None else f"{ordered:.1f}",
            "set_aside": f"{len(cohort.set_aside):,}",
            "unmapped": f"{sum(cohort.unmapped.values()):,}",
        }
        for name, value in values.items():
            self.figures[name].show_value(value)
        self._show_notice(cohort)
        files = len(cohort.source.files)
        source = self.tr("Read with the profile “{p}”; files: {n}")
        self.source.setText(source.format(p=cohort.source.profile, n=files))
        self.funnel.show_steps(cohort.attrition)
        opened = self._session.opened
        self.coverage.show_coverage(opened.coverage if opened else None)
        self._show_tables(cohort)
        self._refresh_progress()

    def _show_notice(self, cohort: Cohort) -> None:
        summary = summarise(cohort)
        words, unknown = left_out(summary), summary.ordered
        if not cohort.admissions:
            self.notice.say(self.tr("No admission of this export can be scored; the tables below say why."), "bad")
        elif summary.n_questions:
            text = self.tr("{w}. Questions to you are listed first: until they are answered, cells stay empty.")
            self.notice.say(text.format(w=words), "warn")
        elif unknown.many_unknown:
            text = self.tr(
                "{w}. A comparison with the orders would not see them: say under “Unknown names” what they mean."
            )
            self.notice.say(text.format(w=words), "warn")
        elif words:
            text = self.tr("{w}. Nothing was guessed: the other rows are complete and will be processed.")
            self.notice.say(text.format(w=words), "warn")
        elif not cohort.has_orders:
            self.notice.say(
                self.tr("The export holds no orders: recommendations can be made, but not validated."), "warn"
            )
        elif cohort.unmapped:
            text = self.tr("No problems were found, but {n} drug names are unknown: you can say what they mean.")
            self.notice.say(text.format(n=f"{len(cohort.unmapped):,}"), "good")
        elif summary.n_notes:
            text = self.tr("No problems were found ({n}). All rows that meet the criteria will be processed.")
            self.notice.say(text.format(n=notes(summary.n_notes)), "good")
        else:
            self.notice.say(
                self.tr("No problems were found. All rows that meet the criteria will be processed."), "good"
            )

    def _say_date_order(self, order: str) -> None:
        opened = self._session.opened
        if opened is not None and not self._session.busy:
            self._session.correct(with_date_order(opened, order))

    def _show_tables(self, cohort: Cohort) -> None:
        opened = self._session.opened
        names = {"error": self.tr("Question"), "warning": self.tr("Warning"), "info": self.tr("Note")}
        problems = sorted(cohort.problems, key=lambda problem: _GRAVITY[problem.severity])
        self._problems = problems
        kinds = [names[problem.severity] for problem in problems]
        self.problems.show_columns(
            [
                text_column(self.tr("Kind"), kinds, 5),
                text_column(self.tr("Where"), [problem.where for problem in problems], 11),
                _said_column(self.tr("What was expected"), [problem.message for problem in problems], 24),
            ],
            kinds,
        )
        self._rows = cohort.set_aside
        self.set_aside.show_columns(
            [
                text_column(self.tr("Admission"), [s.admission_id for s in cohort.set_aside], 7),
                text_column(self.tr("Where"), [s.where for s in cohort.set_aside], 10),
                _said_column(self.tr("Reason"), [s.reason for s in cohort.set_aside], 20),
            ]
        )
        self.names.show_names(cohort.unmapped)
        summary = summarise(cohort)
        self._show_excluded(cohort)
        self._show_not_understood(cohort)
        self._show_findings(cohort)
        counts = (
            *(summary.n_problems, summary.n_set_aside, len(cohort.unmapped), n_rows(ranked(cohort.excluded))),
            len(cohort.not_understood),
        )
        titles = (
            *(self.tr("Problems"), self.tr("Set aside"), self.tr("Unknown names"), self.tr("Excluded orders")),
            self.tr("Not understood"),
        )
        for tab, (title, count) in enumerate(zip(titles, counts, strict=True)):
            self.tabs.setTabText(tab, f"{title}  {count:,}")
        self.tabs.setTabVisible(self.tabs.indexOf(self.excluded), cohort.excluded is not None)  # None: an earlier job
        if summary.n_notes:
            self.tabs.setTabText(0, f"{self.tabs.tabText(0)} · {notes(summary.n_notes)}")
        for button, rows in ((self.show_problem, self._problems), (self.show_row, self._rows)):
            button.setVisible(opened is not None and bool(rows))

    def _show_excluded(self, cohort: Cohort) -> None:
        """List the orders that are no drugs, with the reasons."""
        entries = ranked(cohort.excluded)
        reasons = [said(entry.reason) for entry in entries]
        rows = np.array([entry.rows for entry in entries], dtype=np.float64)
        self.excluded.show_columns(
            [
                text_column(self.tr("Reason"), reasons, 8),
                Column(self.tr("Order rows"), rows, lambda value: f"{value:,.0f}", width=6),
                text_column(self.tr("Order text"), [entry.text for entry in entries], 20, stretch=True),
            ],
            reasons,
        )

    def _show_not_understood(self, cohort: Cohort) -> None:
        """List the allergies and home medications that no flag can follow from."""
        entries = cohort.not_understood
        kinds = [said(entry.kind) for entry in entries]
        rows = np.array([entry.admissions for entry in entries], dtype=np.float64)
        self.not_understood.show_columns(
            [
                text_column(self.tr("Kind"), kinds, 8),
                Column(self.tr("Admissions"), rows, lambda value: f"{value:,.0f}", width=6),
                text_column(self.tr("Entry"), [entry.text for entry in entries], 16, stretch=True),
                text_column(self.tr("First at"), [entry.where for entry in entries], 11),
            ],
            kinds,
        )
        self.tabs.setTabVisible(self.tabs.indexOf(self.not_understood), bool(entries))

    def _show_findings(self, cohort: Cohort) -> None:
        """List what was read of the first day, and how it was converted."""
        found = findings_read(cohort)

        def counts(title: str, values: Sequence[int], width: float) -> Column:
            return Column(title, np.array(values, dtype=np.float64), lambda value: f"{value:,.0f}", width=width)

        self.findings.show_columns(
            [
                text_column(self.tr("Finding"), [said(each.name) for each in found], 12, stretch=True),
                text_column(self.tr("Unit"), [each.unit for each in found], 7),
                counts(self.tr("Admissions"), [each.admissions for each in found], 6),
                text_column(self.tr("Converted from"), [", ".join(each.units) for each in found], 7),
                counts(self.tr("Only worst of 24 h"), [each.worst for each in found], 8),
                counts(self.tr("Values set aside"), [each.set_aside for each in found], 7),
                text_column(self.tr("First value at"), [each.first for each in found], 11),
            ]
        )
        place = self.tabs.indexOf(self.findings)
        self.tabs.setTabText(place, f"{self.tr('Findings')}  {len(found):,}")
        old = self.tr(
            "The worst values of the first 24 hours are as old as the orders: what was ordered may have changed them."
        )
        self.tabs.setTabToolTip(place, old if any(each.worst for each in found) else "")

    def _answer(self, problem: Problem) -> str:
        """Where a question is answered in this window."""
        if not _asks_for_dates(problem):
            return ""
        return ". " + self.tr("Say above the list how such dates are written.")

    def _show_problem(self, row: int) -> None:
        if 0 <= row < len(self._problems):
            problem = self._problems[row]
            sentence = f"{problem.where}: {said(problem.message)}{self._answer(problem)}"
            self._jump(problem.where, problem.message, sentence, _TONES[problem.severity])
        else:
            self._nothing_selected()

    def _show_row(self, row: int) -> None:
        if 0 <= row < len(self._rows):
            line = self._rows[row]
            self._jump(line.where, "", f"{line.where}: {said(line.reason)}", "warn")
        else:
            self._nothing_selected()

    def _nothing_selected(self) -> None:
        self._session.message.emit(self.tr("Select a line of the list first."), "")

    def _jump(self, where: str, message: str, sentence: str, tone: str) -> None:
        """Open the preview at the place a line names."""
        opened = self._session.opened
        if opened is None:
            self._session.message.emit(self.tr("The export is not open: these are results of a job file."), "")
            return
        place = place_of(where, message, [table.name for table in opened.tables])
        if place is None:
            self._session.message.emit(self.tr("This line is about the export as a whole: it names no row."), "")
            return
        if self._dialog is None:
            self._dialog = PreviewDialog(self._session, self)
        self._dialog.show_place(place, sentence, tone)

    def _refresh_progress(self) -> None:
        reading = self._session.reader.running and self._session.cohort is not None
        if reading and self.progress.isHidden():
            self._pace.restart()
            self._show_reading("Opening", 0.0)
        self.progress.setVisible(reading)
        self.notice.setVisible(not reading)
        opened = self._session.opened
        asked = opened is not None and opened.flat and any(map(_asks_for_dates, self._problems))
        self.date_question.setVisible(asked and not reading)
        self.date_question.setEnabled(not self._session.busy)
        cohort = self._session.cohort
        self.next.setEnabled(cohort is not None and bool(cohort.admissions) and not self._session.reader.running)

    def _show_reading(self, stage: str, share: float) -> None:
        self._pace.told(stage, share)
        words = self._pace.words() if share > 0 else ""
        title = self.tr("Reading again: {s}").format(s=said(stage))
        self.progress.show_progress(title, share if share > 0 else None, words)
