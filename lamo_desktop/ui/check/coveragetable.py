"""What is known of the admissions, drawn: a bar for each kind of information, and sentences on what is not known."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from lamo_desktop.check.coverage import Coverage, Known
from lamo_desktop.ui.import_.mappingtable import ConfidenceBar
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Notice, label

translate = QCoreApplication.translate  # under this name the translation tools find the texts

TITLES = {
    "age": QT_TRANSLATE_NOOP("coverage", "Age"),
    "sex": QT_TRANSLATE_NOOP("coverage", "Sex"),
    "reason": QT_TRANSLATE_NOOP("coverage", "Reason for admission"),
    "diagnoses": QT_TRANSLATE_NOOP("coverage", "Diagnoses"),
    "past_history": QT_TRANSLATE_NOOP("coverage", "Past history"),
    "home_medications": QT_TRANSLATE_NOOP("coverage", "Medications before admission"),
    "allergies": QT_TRANSLATE_NOOP("coverage", "Allergies"),
    "note": QT_TRANSLATE_NOOP("coverage", "Sections of a note"),
    "previous": QT_TRANSLATE_NOOP("coverage", "A previous stay"),
    "orders": QT_TRANSLATE_NOOP("coverage", "Orders"),
    "home_drugs": QT_TRANSLATE_NOOP("coverage", "Home medications with a known ingredient"),
    "ordered_known": QT_TRANSLATE_NOOP("coverage", "Ordered drugs with a known ingredient"),
    "ordered_candidates": QT_TRANSLATE_NOOP("coverage", "Ordered drugs that the model can recommend"),
}


class CoverageTable(QScrollArea):
    """Shows a `Coverage`."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("What is known"))

    def show_coverage(self, coverage: Coverage | None) -> None:
        """Show it; None where it was not counted, as for a job opened without its export."""
        content = QWidget()
        content.setObjectName("sheet")
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, em(0.6), em(0.5), 0)
        layout.setSpacing(em(0.6))
        if coverage is None:
            layout.addWidget(Notice(translate("coverage", "Open the export to see what is known of its admissions.")))
        else:
            for sentence in sentences(coverage):
                layout.addWidget(Notice(sentence, "warn"))
            layout.addLayout(self._grid(coverage))
        layout.addStretch(1)
        self.setWidget(content)

    def _grid(self, coverage: Coverage) -> QGridLayout:
        grid = QGridLayout()  # one for all, so that the bars stand below each other
        grid.setHorizontalSpacing(em(0.9))
        grid.setVerticalSpacing(em(0.25))
        grid.setColumnStretch(0, 1)
        entries = (coverage.home_drugs, coverage.ordered_known, coverage.ordered_candidates)
        for heading, rows in (
            (translate("coverage", "Admissions that have"), coverage.fields),
            (translate("coverage", "Entries"), entries),
        ):
            head = label(heading, "columnhead")
            head.setContentsMargins(0, em(0.4), 0, em(0.15))
            grid.addWidget(head, grid.rowCount(), 0, 1, 4)
            for known in rows:
                self._add_row(grid, known)
        return grid

    def _add_row(self, grid: QGridLayout, known: Known) -> None:
        title, bar = label(translate("coverage", str(TITLES[known.name])), wrap=True), ConfidenceBar()
        share = known.known / known.total if known.total else 0.0
        bar.show_value(share)
        words = label(f"{known.known:,} / {known.total:,}" if known.total else "–", "small")
        percent = label(f"{share:.0%}" if known.total else "")
        words.setAlignment(Qt.AlignmentFlag.AlignRight)
        percent.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = grid.rowCount()
        for place, widget in enumerate((title, bar, percent, words)):
            grid.addWidget(widget, row, place, Qt.AlignmentFlag.AlignVCenter)


def sentences(coverage: Coverage) -> list[str]:
    """What is not known, or will not be seen by the model, in sentences; empty when there is nothing to say."""
    said = []
    ordered, candidates = coverage.ordered_known, coverage.ordered_candidates
    if ordered.total > ordered.known:
        text = translate(
            "coverage", "{n} ordered drugs have an unknown name: they count neither as agreement nor as disagreement."
        )
        said.append(text.format(n=f"{ordered.total - ordered.known:,}"))
    if candidates.total > candidates.known:
        text = translate(
            "coverage",
            "{n} orders are of {k} drugs that the model has never seen and cannot recommend (it knows {c}), most "
            "often: {names}.",
        )
        names = ", ".join(f"{name} ({count:,})" for name, count in coverage.outside)
        missed = candidates.total - candidates.known
        said.append(text.format(n=f"{missed:,}", k=coverage.outside_names, c=coverage.candidates, names=names))
    if coverage.shortened:
        text = translate(
            "coverage",
            "About {n} of the first {m} admissions tell more than the model can read: their text will be cut.",
        )
        said.append(text.format(n=f"{coverage.shortened:,}", m=f"{coverage.looked_at:,}"))
    return said
