"""Figures with their intervals: as text, as columns, and a report's table as a table of the window."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lamo_desktop.ui.kit.tables import Column, ColumnModel, Table, text_column
from lamo_desktop.ui.kit.theme import em, scaled_font
from lamo_desktop.ui.kit.widgets import label
from lamo_desktop.ui.kit.words import said

if TYPE_CHECKING:
    from lamo_desktop.report.table import Cell
    from lamo_desktop.report.table import Table as ReportRows
    from lamo_desktop.validate.bootstrap import Estimate

INTERVAL = "95 %"


def alike(*numbers: float) -> tuple[str, ...]:
    """Numbers with the same decimals, as many as the largest needs; a dash where there is none."""
    size = max((abs(x) for x in numbers if math.isfinite(x)), default=0.0)
    digits = 1 if size >= 10 else 2 if size >= 0.9 else 3 if size >= 0.05 or size == 0 else 4
    rounded = (round(x, digits) + 0.0 if math.isfinite(x) else None for x in numbers)  # + 0.0 turns -0.0 into 0.0
    return tuple("–" if x is None else f"{x:,.{digits}f}".replace("-", "−") for x in rounded)


def interval(estimate: "Estimate") -> str:
    """For example "0.10 – 0.18"; empty where undefined."""
    if math.isnan(estimate.low):
        return ""
    _, low, high = alike(estimate.value, estimate.low, estimate.high)
    return f"{low} – {high}"


def with_interval(estimate: "Estimate") -> str:
    """For example "0.14 (0.10 – 0.18)"; empty where undefined."""
    if math.isnan(estimate.value):
        return ""
    value, low, high = alike(estimate.value, estimate.low, estimate.high)
    return f"{value} ({low} – {high})"


def fill(table: Table, columns: list[Column]) -> None:
    """Show these columns in a table, with their widths."""
    model = table.model()
    if isinstance(model, ColumnModel):
        model.set_columns(columns)
        table.fit_columns(columns)


class ReportTable(QWidget):
    """One table of the validation report: its title, its rows (figures beside their intervals), its note."""

    def __init__(self, name: str, titled: bool = True) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title, self._note = label("", "heading", wrap=True), label("", "small", wrap=True)
        self._title.setVisible(titled)
        self.table = Table(ColumnModel(parent=self), name)
        self.table.setObjectName(f"validate-{name}")
        self.table.viewport().installEventFilter(self)
        self._least = 0  # what the first column needs
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.35))
        layout.addWidget(self._title)
        layout.addWidget(self.table, 1)
        self._nothing = label(self.tr("Too few admissions to name any."), "muted", wrap=True)
        self._nothing.hide()
        layout.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._note)

    def show_table(self, rows: "ReportRows | None") -> None:
        """Show it; nothing where the validation has no such table."""
        self.setVisible(rows is not None)
        if rows is None:
            return
        title = said(rows.title)
        self._title.setText(title)
        self.table.setAccessibleName(title)
        self._note.setText(said(rows.note))
        self._note.setVisible(bool(rows.note))
        self.table.setVisible(bool(rows.rows))
        self._nothing.setVisible(not rows.rows)
        columns: list[Column] = []
        for place, header in enumerate(rows.headers):
            columns += _columns(_capital(said(header)), [row[place] for row in rows.rows])
        fill(self.table, columns)
        self._least = self.table.columnWidth(0) if columns else 0
        self._stretch_first()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The first column takes the room that is left, if any is."""
        if event.type() == QEvent.Type.Resize:
            self._stretch_first()
        return super().eventFilter(watched, event)

    def _stretch_first(self) -> None:
        header = self.table.horizontalHeader()
        widths = [header.sectionSize(section) for section in range(1, header.count())]
        header.setStretchLastSection(False)
        if header.count():
            left = self.table.viewport().width() - sum(widths)
            self.table.setColumnWidth(0, max(self._least, left))


def _columns(title: str, cells: "list[Cell]") -> list[Column]:
    """A table's column as one of text or of numbers; figures get one of values and one of intervals."""
    kinds = {type(cell).__name__ for cell in cells if cell is not None}
    if "Estimate" in kinds:
        found: list[Any] = [cell if cell is not None else _NOTHING for cell in cells]
        values = np.array([e.value for e in found], dtype=float)
        return [
            Column(title, values, lambda v: alike(v)[0], width=_width(title, 4.5)),
            text_column(INTERVAL, [interval(e) for e in found], 7),
        ]
    if kinds and kinds <= {"int", "float"}:
        values = np.array([np.nan if cell is None else cell for cell in cells], dtype=float)
        whole = "float" not in kinds
        return [Column(title, values, lambda v: f"{v:,.0f}" if whole else alike(v)[0], width=_width(title, 5))]
    texts = ["" if cell is None else said(cell) if isinstance(cell, str) else f"{cell:,}" for cell in cells]
    widths = sorted(_width(text, 4) for text in (title, *texts))
    usual = widths[(len(widths) - 1) * 9 // 10]  # one very long name must not push the figures away
    return [text_column(title, texts, min(widths[-1], max(usual, 14.0), 22.0))]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _width(text: str, least: float) -> float:
    """The room a text takes with its padding, in heights of a line."""
    return max(least, QFontMetricsF(scaled_font(0.97, bold=True)).horizontalAdvance(text) / em(1) + 1.5)


class _Nothing:
    value = low = high = math.nan


_NOTHING = _Nothing()
