"""Check: how many admissions are left and why, what is wrong in the export and where, which drug names are unknown."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.ui.charts import Funnel
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.status import left_out
from lamo_desktop.ui.tables import Column, ColumnModel, Table, text_column
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import Button, Card, EmptyState, Figure, Notice, Page, label


class SearchedTable(QWidget):
    """A table with a search box above it and a sentence in place of an empty table."""

    def __init__(self, name: str, none: str, empty: str) -> None:
        super().__init__()
        self.model = ColumnModel(parent=self)
        self.table = Table(self.model, name)
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search in {name}").format(name=name))
        self.search.setMaximumWidth(em(18))
        self.search.textChanged.connect(self._filter)
        self._texts: list[str] = []
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(EmptyState("state-done", none, empty))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.5), 0, 0)
        layout.setSpacing(em(0.5))
        layout.addWidget(self.search)
        layout.addWidget(self._stack, 1)

    def show_columns(self, columns: list[Column]) -> None:
        """Show these columns; the search looks at all of them."""
        self._texts = [" ".join(map(str, row)).casefold() for row in zip(*(c.values for c in columns), strict=True)]
        self.search.clear()
        self.model.set_columns(columns)
        self.table.fit_columns(columns)
        self.search.setVisible(bool(self._texts))
        self._stack.setCurrentIndex(0 if self._texts else 1)

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        self.model.set_filter(np.array([wanted in row for row in self._texts], dtype=bool) if wanted else None)


class CheckPage(Page):
    """The second page."""

    go_on = Signal()
    import_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__("Check", "What was read, what was left out and why. Nothing is dropped silently.")
        self._session = session
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
        self.refresh()

    def _content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.9))
        self.figures = {
            "admissions": Figure(self.tr("admissions to score")),
            "patients": Figure(self.tr("patients")),
            "orders": Figure(self.tr("orders per admission")),
            "set_aside": Figure(self.tr("rows set aside")),
            "unmapped": Figure(self.tr("order rows with unknown drug")),
        }
        row = QHBoxLayout()
        row.setSpacing(em(0.75))
        for figure in self.figures.values():
            row.addWidget(figure, 1)
        layout.addLayout(row)
        self.notice = Notice()
        layout.addWidget(self.notice)
        lower = QHBoxLayout()
        lower.setSpacing(em(0.9))
        card = Card(self.tr("From the export to the cohort"))
        self.source = label("", "small", wrap=True)
        self.funnel = Funnel()
        card.body.addWidget(self.source)
        card.body.addSpacing(em(0.25))
        card.body.addWidget(self.funnel)
        card.body.addStretch(1)
        lower.addWidget(card, 5)
        self.tabs = QTabWidget()
        self.problems = SearchedTable(
            self.tr("Problems"), self.tr("No problems"), self.tr("Every cell the program looked at could be used.")
        )
        self.set_aside = SearchedTable(
            self.tr("Set aside"),
            self.tr("Nothing set aside"),
            self.tr("Every row that meets the criteria will be processed."),
        )
        self.unmapped = SearchedTable(
            self.tr("Unknown drug names"),
            self.tr("All drugs known"),
            self.tr("Every order text was mapped to its ingredients."),
        )
        for table in (self.problems, self.set_aside, self.unmapped):
            self.tabs.addTab(table, table.table.accessibleName())
        tables = Card(padding=0.7)
        tables.body.addWidget(self.tabs)
        lower.addWidget(tables, 6)
        layout.addLayout(lower, 1)
        return content

    def refresh(self) -> None:
        """Show the session's cohort, or what to do without one."""
        cohort = self._session.cohort
        self._stack.setCurrentIndex(0 if cohort is None else 1)
        self.next.setVisible(cohort is not None)
        if cohort is not None:
            self._show(cohort)

    def _show(self, cohort: Cohort) -> None:
        admissions = cohort.admissions
        self.next.setEnabled(bool(admissions))
        ordered = [len(a.orders) for a in admissions if a.orders is not None]
        values = {
            "admissions": f"{len(admissions):,}",
            "patients": f"{len({a.patient_id for a in admissions}):,}",
            "orders": f"{sum(ordered) / len(ordered):.1f}" if ordered else "–",
            "set_aside": f"{len(cohort.set_aside):,}",
            "unmapped": f"{sum(cohort.unmapped.values()):,}",
        }
        for name, value in values.items():
            self.figures[name].show_value(value)
        words = left_out(cohort)
        if not admissions:
            self.notice.say(self.tr("No admission of this export can be scored; the tables below say why."), "bad")
        elif words:
            text = self.tr("{w}. Nothing was guessed: the other rows are complete and will be processed.").format(
                w=words
            )
            self.notice.say(text, "warn")
        elif not cohort.has_orders:
            self.notice.say(
                self.tr("The export holds no orders: recommendations can be made, but not validated."), "warn"
            )
        else:
            self.notice.say(
                self.tr("No problems were found. All rows that meet the criteria will be processed."), "good"
            )
        files = len(cohort.source.files)
        self.source.setText(
            self.tr("Read with the profile “{p}” from {n} file(s)").format(p=cohort.source.profile, n=files)
        )
        self.funnel.show_steps(cohort.attrition)
        self._show_tables(cohort)

    def _show_tables(self, cohort: Cohort) -> None:
        words = {"error": self.tr("Error"), "warning": self.tr("Warning"), "info": self.tr("Note")}
        self.problems.show_columns(
            [
                text_column(self.tr("Kind"), [words[p.severity] for p in cohort.problems], 4.5),
                text_column(self.tr("Where"), [p.where for p in cohort.problems], 11),
                text_column(self.tr("What was expected"), [p.message for p in cohort.problems], 24, stretch=True),
            ]
        )
        self.set_aside.show_columns(
            [
                text_column(self.tr("Admission"), [s.admission_id for s in cohort.set_aside], 6),
                text_column(self.tr("Where"), [s.where for s in cohort.set_aside], 9),
                text_column(self.tr("Reason"), [s.reason for s in cohort.set_aside], 20, stretch=True),
            ]
        )
        names = sorted(cohort.unmapped.items(), key=lambda pair: -pair[1])
        self.unmapped.show_columns(
            [
                text_column(self.tr("Order text"), [name for name, _ in names], 18, stretch=True),
                Column(
                    self.tr("Order rows"), np.array([n for _, n in names], dtype=np.int64), lambda n: f"{n:,}", width=6
                ),
            ]
        )
        counts = (len(cohort.problems), len(cohort.set_aside), len(cohort.unmapped))
        for tab, (table, count) in enumerate(zip((self.problems, self.set_aside, self.unmapped), counts, strict=True)):
            self.tabs.setTabText(tab, f"{table.table.accessibleName()}  {count:,}")
