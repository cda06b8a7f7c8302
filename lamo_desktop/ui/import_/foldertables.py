"""The tables of a folder: which were found, what each gives, and which columns it lacks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lamo_desktop.ui.kit.fieldwords import field_title
from lamo_desktop.ui.kit.tables import Column, ColumnModel, Table, text_column
from lamo_desktop.ui.kit.words import said

if TYPE_CHECKING:
    from lamo_desktop.admissions.mapping import ReadTable
    from lamo_desktop.admissions.profile import Profile


class FolderTables(QWidget):
    """A line for each table a profile names; `table_chosen` with the name of its file."""

    table_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model = ColumnModel(parent=self)
        self.table = Table(self.model, self.tr("Tables of the folder"))
        self._names: list[str] = []
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._choose(index.row()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    def show_tables(self, tables: "Sequence[ReadTable]", profile: "Profile") -> None:
        """Show what was found of what the profile names."""
        required = {name: spec.required for name, spec in profile.tables().items()}
        self._names = [table.name if table.form else "" for table in tables]
        states = [
            self.tr("found")
            if table.form
            else self.tr("missing, and needed")
            if required.get(table.role)
            else self.tr("missing")
            for table in tables
        ]
        lacking = [
            ", ".join(table.missing) if table.form else self.tr("everything in it is read as empty") for table in tables
        ]
        columns = [
            text_column(self.tr("Table"), [field_title(table.role) for table in tables], 9),
            text_column(self.tr("File"), [table.name for table in tables], 12),
            text_column(self.tr("State"), states, 8),
            Column(
                self.tr("Columns"),
                np.array([len(table.columns) for table in tables], dtype=np.int64),
                lambda n: f"{n:,}" if n else "–",
                width=5,
            ),
            text_column(self.tr("Kind of file"), [said(table.form) or "–" for table in tables], 14),
            text_column(self.tr("Not there"), lacking, 14, stretch=True),
        ]
        self.model.set_columns(columns)
        self.table.fit_columns(columns)

    def _choose(self, row: int) -> None:
        if 0 <= row < self.model.rowCount():
            name = self._names[int(self.model.order[row])]
            if name:
                self.table_chosen.emit(name)
