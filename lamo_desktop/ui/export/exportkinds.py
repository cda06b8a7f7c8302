"""The files that can be exported: what each holds, whether it holds patient data, and the card that offers it."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QSizePolicy

from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Card, IconLabel, WrapRow, label, together, tone

translate = QCoreApplication.translate  # under this name the translation tools find the texts


@dataclass(frozen=True)
class Kind:
    """One kind of file: its name, what it holds, whether patient text is in it, its button, and what it is called."""

    icon: str
    title: str
    text: str
    patient_text: bool
    action: str
    file_name: str
    file_type: str
    needs_orders: bool = False


class FileCard(Card):
    """What one kind of file is, and the button that makes one."""

    def __init__(self, kind: Kind, primary: bool) -> None:
        super().__init__(padding=0.9)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # columns of one width
        head = WrapRow()
        head.add(together(IconLabel(kind.icon, 1.4, "accent"), label(kind.title, "heading")), stretch=1)
        chip = label(self.tr("patient data") if kind.patient_text else self.tr("counts only"), "chip")
        tone(chip, "warn" if kind.patient_text else "good")
        head.add(chip)
        self.button = Button(kind.action, "export", "primary" if primary else "")
        text = label(kind.text, "muted", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(head)
        self.body.addWidget(text, 1)
        self.body.addSpacing(em(0.2))
        self.body.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)


def kinds() -> dict[str, Kind]:
    """Every kind of file, by a short name, in the order of the page."""
    excel = translate("ExportPage", "Excel workbooks (*.xlsx)")
    return {
        "workbook": Kind(
            "workbook",
            translate("ExportPage", "Recommendations"),
            translate(
                "ExportPage",
                "One row per admission and drug, one row per admission, your marks and comments, what was set "
                "aside and why, and where every number comes from. Lists as set above.",
            ),
            True,
            translate("ExportPage", "Save &workbook…"),
            "recommendations.xlsx",
            excel,
        ),
        "report": Kind(
            "report",
            translate("ExportPage", "Validation report"),
            translate(
                "ExportPage",
                "One HTML file to read and print: agreement with the orders, calibration, groups, and a TRIPOD-LLM "
                "checklist. Small groups are hidden.",
            ),
            False,
            translate("ExportPage", "Save &report…"),
            "validation.html",
            translate("ExportPage", "Web pages (*.html)"),
            needs_orders=True,
        ),
        "tables": Kind(
            "validate",
            translate("ExportPage", "Validation tables"),
            translate("ExportPage", "Every table of the report as a sheet, with intervals in columns of their own."),
            False,
            translate("ExportPage", "Save ta&bles…"),
            "validation.xlsx",
            excel,
            needs_orders=True,
        ),
        "figures": Kind(
            "file",
            translate("ExportPage", "Figures as JSON"),
            translate(
                "ExportPage", "Every figure with its interval, for other programs; as lamo validate --json writes it."
            ),
            False,
            translate("ExportPage", "Save fi&gures…"),
            "validation.json",
            "JSON (*.json)",
            needs_orders=True,
        ),
        "job": Kind(
            "job",
            translate("ExportPage", "Job file"),
            translate(
                "ExportPage", "Admissions, scores, marks and the log of the run: opens again here without the export."
            ),
            True,
            translate("ExportPage", "Save &job file…"),
            "job.lamo",
            translate("ExportPage", "Jobs (*.lamo)"),
        ),
    }
