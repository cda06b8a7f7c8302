"""Where the lists are longer or shorter than the orders: over all, by drug, by group of admissions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.estimates import ReportTable
from lamo_desktop.ui.kit.forest import Forest, Line
from lamo_desktop.ui.kit.parts import Chooser, card_with, scrolled
from lamo_desktop.ui.kit.plots import BARS, Axes, Plot, Series
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import WrapRow, label
from lamo_desktop.ui.kit.words import said

if TYPE_CHECKING:
    from lamo_desktop.report.table import Table
    from lamo_desktop.validate.validation import Validation

_MOST_DRUGS = 60  # in the forest; the table has all
_MOST_BARS = 40


class PrescribingTab(QWidget):
    """How long lists and orders are, and the drugs most often on one but not in the other."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths = Plot(Axes(self.tr("drugs of an admission"), self.tr("% of admissions")))
        self.over, self.under = ReportTable("over"), ReportTable("under")
        tables = QHBoxLayout()
        tables.setSpacing(em(0.9))
        tables.addWidget(self.over, 1)
        tables.addWidget(self.under, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.7))
        layout.addWidget(card_with(self.tr("Length of the lists"), self.lengths), 5)
        layout.addLayout(tables, 5)

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        from lamo_desktop.report.validation_group_tables import most_often

        over, under = most_often(validation)
        self.over.show_table(over)
        self.under.show_table(under)
        total = max(1, len(validation.outcomes.admission_ids))
        longest = max(len(counts) for counts in validation.list_lengths.values())
        width = -(-longest // _MOST_BARS)
        series, highest = [], 0.0
        for name, key, colour, shift in (
            (self.tr("ordered by clinicians"), "ordered", "warn", 0.08),
            (self.tr("recommended"), "recommended", "accent", 0.5),
        ):
            counts = validation.list_lengths[key]
            grouped = [100 * sum(counts[i : i + width]) / total for i in range(0, longest, width)]
            highest = max(highest, *grouped)
            x = [float(i) for i in range(0, longest, width)]
            series.append(Series(name, x, grouped, (), (), colour, BARS, shift=shift * width, width=0.4 * width))
        self.lengths.show_series(
            series,
            self.tr("Drugs per compared admission: candidates ordered, and recommended"),
            (0.0, float(longest)),
            (0.0, 1.1 * highest),
        )


class DrugsTab(QWidget):
    """The ratio of each drug, class or tenth of the vocabulary, as a picture and with all counts."""

    def __init__(self) -> None:
        super().__init__()
        self._validation: Validation | None = None
        self.by = Chooser(self.tr("Sho&w:"))
        self.forest, self.table = Forest(with_text=False), ReportTable("drugs", titled=False)
        layout = _picture_and_table(self, (self.by,), self.forest, self.table, QBoxLayout.Direction.LeftToRight)
        layout.insertWidget(
            1, label(self.tr("Right of the dashed line: recommended more often than ordered."), "small")
        )
        self.by.offer({self.tr("Drugs"): "drugs", self.tr("Drug classes"): "classes", self.tr("Frequency"): "deciles"})
        self.by.chosen.connect(self._show)

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        self._validation = validation
        self._show(self.by.box.currentData())

    def _show(self, kind: object) -> None:
        if self._validation is None:
            return
        from lamo_desktop.report import validation_group_tables as tables

        table: Table = getattr(tables, str(kind))(self._validation)
        self.table.show_table(table)
        groups = getattr(self._validation, str(kind))[:_MOST_DRUGS]
        lines = [Line(said(g.name), f"{g.n_recommended:,} / {g.n_ordered:,}", g.ratio) for g in groups]
        self.forest.show_lines(lines, 1.0, self.tr("recommended / ordered"), log=True)


class GroupsTab(QWidget):
    """One column of the export at a time: every group's figure against that of all admissions."""

    def __init__(self) -> None:
        super().__init__()
        self._validation: Validation | None = None
        self.column, self.figure = Chooser(self.tr("Group b&y:")), Chooser(self.tr("Fi&gure:"))
        self.forest, self.table = Forest(), ReportTable("groups", titled=False)
        layout = _picture_and_table(
            self, (self.column, self.figure), self.forest, self.table, QBoxLayout.Direction.TopToBottom
        )
        self._none = label(self.tr("The export has no column by which admissions could be grouped."), "muted")
        layout.insertWidget(1, self._none)
        self.column.chosen.connect(lambda _: self._show())
        self.figure.chosen.connect(lambda _: self._show())

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        from lamo_desktop.report.validation_group_tables import GROUP_FIGURES

        self._validation = validation
        self.figure.offer({said(title): name for name, title in GROUP_FIGURES.items()})
        self.column.offer({said(name): name for name in dict.fromkeys(g.column for g in validation.groups)})

    def _show(self) -> None:
        validation, column, figure = self._validation, self.column.box.currentData(), self.figure.box.currentData()
        if validation is None or figure is None:
            return
        from lamo_desktop.report.validation_group_tables import groups

        self._none.setVisible(not validation.groups)
        whole = groups(validation)
        rows = tuple(row[1:] for row in whole.rows if row[0] == column)
        self.table.show_table(replace(whole, headers=whole.headers[1:], rows=rows) if rows else None)
        lines = [
            Line(said(g.value), f"{g.n_admissions:,}", g.figures[figure])
            for g in validation.groups
            if g.column == column and g.n_admissions is not None
        ]
        overall = validation.estimates[figure].value
        self.forest.show_lines(lines, overall, self.figure.box.currentText(), self.tr("admissions"))


def _picture_and_table(
    owner: QWidget,
    choosers: Sequence[Chooser],
    forest: Forest,
    table: ReportTable,
    direction: QBoxLayout.Direction,
) -> QVBoxLayout:
    """The choosers, then the forest and the table beside or below it."""
    head = WrapRow(spacing=0.9)
    head.add(*choosers)
    sides = QBoxLayout(direction)
    sides.setSpacing(em(0.7))
    sides.addWidget(card_with("", scrolled(forest)), 1)
    sides.addWidget(table, 1)
    layout = QVBoxLayout(owner)
    layout.setContentsMargins(0, em(0.6), 0, 0)
    layout.setSpacing(em(0.5))
    layout.addLayout(head)
    layout.addLayout(sides, 1)
    return layout
