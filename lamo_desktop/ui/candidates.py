"""The candidates of one admission: probability, recommended, ordered, flags."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from lamo_desktop.ui.charts import THRESHOLD_ROLE, ProbabilityDelegate
from lamo_desktop.ui.tables import Column, ColumnModel, Index, Table, text_column
from lamo_desktop.ui.theme import icon, tokens

if TYPE_CHECKING:
    from lamo_desktop.ui.results import Lists, Results

DRUG, PROBABILITY, RECOMMENDED, ORDERED, FLAGS = range(5)
_ICONS = {
    "allergy": "allergy",
    "interaction": "interaction",
    "duplicate class": "duplicate",
}  # the kinds of safety flags


class CandidateModel(ColumnModel):
    """Rows: every candidate, then ordered drugs that are none (they have no probability)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._thresholds = np.zeros(0)
        self._kinds: list[str] = []
        self.details: list[str] = []
        super().__init__(parent=parent)
        self._sorting = (PROBABILITY, Qt.SortOrder.DescendingOrder)

    def show_admission(self, results: "Results", row: int, lists: "Lists", thresholds: np.ndarray) -> list[Column]:
        """Show one admission's candidates under the present lists; returns the columns."""
        admission = results.admissions[row]
        outside = sorted(set(admission.orders or ()) - set(results.candidates))
        drugs = [*results.candidates, *outside]
        probability = np.append(results.probabilities[row], np.full(len(outside), np.nan))
        recommended = np.append(lists[row], np.zeros(len(outside), dtype=bool))
        ordered = np.append(results.ordered[row], np.ones(len(outside), dtype=bool))
        self._thresholds = np.append(thresholds, np.full(len(outside), np.nan))
        found: dict[str, list[Any]] = {}
        for flag in results.flags(row, lists):
            found.setdefault(flag.drug, []).append(flag)
        kinds = [sorted({f.kind for f in found.get(drug, [])}) for drug in drugs]
        self._kinds = [names[0] if names else "" for names in kinds]
        self.details = [
            "\n".join(f"{f.kind}: {f.text}" + (f" [{f.source}]" if f.source else "") for f in found.get(drug, []))
            for drug in drugs
        ]
        classes = {d.name: d.drug_class for d in results.package.drugs}
        yes = {True: self.tr("yes"), False: ""}
        columns = [
            text_column(self.tr("Drug"), drugs, 7.5),
            Column(
                self.tr("Probability"),
                probability,
                lambda p: f"{p:.0%}",
                self.tr("The tick is the drug's threshold"),
                7.5,
                left=True,
            ),
            text_column(self.tr("Recommended"), [yes[bool(r)] for r in recommended], 6.2),
            text_column(self.tr("Ordered"), [yes[bool(o)] for o in ordered], 4.4),
            text_column(self.tr("Flags"), [", ".join(names) for names in kinds], 6, stretch=True),
        ]
        self._tips = [classes.get(drug, "") or results.formulary.drug_class(drug) for drug in drugs]
        self.set_columns(columns)
        return columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Adds icons, thresholds, and the whole text of flags and the drug's class as tooltips."""
        if not index.isValid():
            return None
        if role == THRESHOLD_ROLE and index.column() == PROBABILITY:
            return float(self._thresholds[self.source_row(index)])
        if role == Qt.ItemDataRole.DecorationRole:
            return self._decoration(index)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (DRUG, FLAGS):
            row = self.source_row(index)
            return (self.details[row] if index.column() == FLAGS else self._tips[row]) or None
        return super().data(index, role)

    def _decoration(self, index: Index) -> Any:
        row = self.source_row(index)
        if index.column() in (RECOMMENDED, ORDERED) and index.data():
            return icon("tick", tokens().accent if index.column() == RECOMMENDED else tokens().good)
        if index.column() == FLAGS and self._kinds[row]:
            colour = tokens().bad if self._kinds[row] == "allergy" else tokens().warn
            return icon(_ICONS.get(self._kinds[row], "info"), colour)
        return None


class CandidateTable(Table):
    """The candidates of the selected admission."""

    def __init__(self) -> None:
        self.candidates = CandidateModel()
        super().__init__(self.candidates, "Candidate drugs")
        self.candidates.setParent(self)
        self.setItemDelegateForColumn(PROBABILITY, ProbabilityDelegate(self))
        self.horizontalHeader().setSortIndicator(PROBABILITY, Qt.SortOrder.DescendingOrder)
        self._fitted = False

    def show_admission(self, results: "Results", row: int, lists: "Lists", thresholds: np.ndarray) -> None:
        """Show one admission's candidates."""
        columns = self.candidates.show_admission(results, row, lists, thresholds)
        if not self._fitted:
            self.fit_columns(columns)
            self._fitted = True
