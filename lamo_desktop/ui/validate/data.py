"""Every figure, and what the comparison stands on: coverage, eligibility, missing input, safety, provenance."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lamo_desktop.ui.kit.estimates import ReportTable
from lamo_desktop.ui.kit.parts import Chooser
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.words import said

if TYPE_CHECKING:
    from lamo_desktop.validate.validation import Validation


class TablesTab(QWidget):
    """One table at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.choice, self.table = Chooser(self.tr("Sho&w:")), ReportTable("data")
        self.choice.chosen.connect(self.table.show_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.6))
        layout.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.table, 1)

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        from lamo_desktop.report import validation_tables as tables
        from lamo_desktop.report.validation_group_tables import threshold_shifts

        found = (
            tables.metrics(validation),
            tables.single_figures(validation),
            threshold_shifts(validation),
            tables.coverage(validation),
            *tables.not_covered(validation),
            tables.attrition(validation),
            tables.missingness(validation),
            tables.safety(validation),
            tables.provenance(validation),
        )
        self.choice.offer({said(table.title): table for table in found if table.rows})
