"""The recommendations workbook: sheets Recommendations, Admissions, Flags, Set aside, Run; Findings if there are any.

Row 1 of each table is the notice, row 2 the header. The same recommendations give the same cells on every sheet but
Run, which also says when and in how many runs.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from lamo_desktop.admissions.findings import band, value_text
from lamo_desktop.admissions.quarantine import Quarantined
from lamo_desktop.files import check_writable, replacing
from lamo_desktop.formulary import shown_name
from lamo_desktop.recommend.recommendations import Recommendation, Recommendations
from lamo_desktop.recommend.safety import SAFETY_KINDS, Flag, flag_text, gravest
from lamo_desktop.report.cells import Column, Value, clean
from lamo_desktop.report.packing import new_workbook
from lamo_desktop.report.run_sheet import write_run_sheet
from lamo_desktop.report.sheets import NOTICE, LongTexts, TableSheet, colour_where, group_lines

__all__ = ["check_writable", "notice_of", "write_workbook"]

RECOMMENDATIONS, ADMISSIONS, FLAGS = "Recommendations", "Admissions", "Flags"
FINDINGS, SET_ASIDE, RUN = "Findings", "Set aside", "Run"
MAX_LABEL_COLUMNS = 500  # columns of the input kept as labels; a hostile file can have any number
STATUS = {"done": "scored", "failed": "not scored: failed", "pending": "not scored yet"}
COLOURS = {  # agreement -> fill, font
    "both": ("C6EFCE", "006100"),
    "recommended only": ("FFEB9C", "7F6000"),
    "ordered only": ("DDEBF7", "1F4E78"),
}
WARNING = ("FFC7CE", "9C0006")


def write_workbook(recommendations: Recommendations, path: Path, quarantined: Quarantined | None = None) -> None:
    """Write the workbook to `path` (.xlsx), replacing what is there only when it is complete.

    `quarantined`: the rows that were not scored, as they stand in the export, to be repaired and imported again. What
    of them is missing stands on the sheet Run.

    Raises InputError, leaving an existing file alone, when it is open elsewhere, write-protected or the disk is full.
    """
    check_writable(path, ".xlsx")
    with replacing(path) as scratch, new_workbook(scratch) as workbook:
        workbook.properties.creator = "LAMO Desktop"
        workbook.properties.title = "Medication recommendations"
        workbook.properties.created = _created(recommendations)
        long_texts = LongTexts()
        notice = notice_of(recommendations)
        _write_recommendations(workbook, recommendations, notice, long_texts)
        _write_admissions(workbook, recommendations, notice, long_texts)
        _write_flags(workbook, recommendations, notice, long_texts)
        _write_set_aside(workbook, recommendations, notice, long_texts)
        repeated = quarantined or Quarantined()
        write_run_sheet(workbook, RUN, recommendations, notice, long_texts, repeated.note)
        _write_findings(workbook, recommendations, notice, long_texts)
        for rows_of in repeated.tables:
            columns = (Column(rows_of.header[0], width=60, wrap=True), *map(Column, rows_of.header[1:]))
            sheet = TableSheet(workbook, rows_of.title, columns, len(rows_of.rows), notice, long_texts)
            for cells in rows_of.rows:
                sheet.append(cells)
        if long_texts.texts:
            rows = long_texts.rows()
            table = TableSheet(workbook, long_texts.title, long_texts.columns, len(rows), notice, long_texts)
            for row in rows:
                table.append(row)


def notice_of(recommendations: Recommendations) -> str:
    """What every sheet says first: the purpose, and which model this is."""
    package = recommendations.provenance["package"]
    model = f"{package['name']} {package['version']}"
    return f"{NOTICE} Model: {model}" + (f" ({package['label']})." if package["label"] else ".")


def _created(recommendations: Recommendations) -> datetime:
    """The job's time of creation, so that writing the same job again gives the same file properties."""
    return datetime.fromisoformat(recommendations.provenance["job"]["created"]).replace(tzinfo=None, microsecond=0)


def _write_recommendations(
    workbook: Workbook, recommendations: Recommendations, notice: str, long_texts: LongTexts
) -> None:
    columns = (
        Column("Admission id", width=16),
        Column("Drug", width=26),
        Column("Probability", "percent", 12),
        Column("Recommended", width=15, align="center"),
        Column("Withheld", width=30),
        Column("Ordered", width=12, align="center"),
        Column("Agreement", width=19),
        Column("Severity", width=17),
        Column("Flags", width=90),
        Column("Notes", width=34),
        Column("Mark", width=11),
        Column("Comment", width=50),
    )

    def decorate(sheet: Worksheet, first: int, last: int) -> None:
        for agreement, (fill, font) in COLOURS.items():
            colour_where(sheet, f"G{first}:G{last}", f'$G{first}="{agreement}"', fill, font)
        colour_where(sheet, f"H{first}:H{last}", f'OR($H{first}="contraindicated",$H{first}="serious")', *WARNING)
        colour_where(sheet, f"E{first}:E{last}", f'$E{first}<>""', *WARNING)
        group_lines(sheet, first, last, len(columns))

    n_rows = sum(len(item.lines) for item in recommendations.items)
    table = TableSheet(workbook, RECOMMENDATIONS, columns, n_rows, notice, long_texts, 2, decorate)
    for item, line in recommendations.rows():
        ordered = line.ordered if item.has_orders else None
        flags = flags_text([flag for flag in line.flags if flag.severity])
        notes = flags_text([flag for flag in line.flags if not flag.severity])
        shown = (line.probability, line.recommended, line.withheld, ordered)
        listed = (*shown, line.agreement, gravest(line.flags), flags, notes)
        table.append((item.admission.admission_id, shown_name(line.drug), *listed, line.mark.mark, line.mark.comment))


def flags_text(flags: Sequence[Flag]) -> str:
    """Flags as one text, for example "serious interaction: … (ordered: heparin, ketorolac) [FDA label …, 2026-11]"."""
    return "; ".join(flag_text(flag, flag.severity or "", flag.kind) for flag in flags)


def _write_flags(workbook: Workbook, recommendations: Recommendations, notice: str, long_texts: LongTexts) -> None:
    """Every safety finding in one row of its own; notes on data and model stand on the other sheets."""
    columns = (
        Column("Admission id", width=16),
        Column("Severity", width=17),
        Column("Kind", width=18),
        Column("Drugs", width=40),
        Column("Reason", width=100),
        Column("Source", width=50),
        Column("Source dated", width=14),
        Column("Link", width=50),
    )

    def decorate(sheet: Worksheet, first: int, last: int) -> None:
        colour_where(sheet, f"B{first}:B{last}", f'OR($B{first}="contraindicated",$B{first}="serious")', *WARNING)
        group_lines(sheet, first, last, len(columns))

    found = [(item, flag) for item in recommendations.items for flag in item.safety_flags]
    table = TableSheet(workbook, FLAGS, columns, len(found), notice, long_texts, 2, decorate)
    for item, flag in found:
        what = (flag.severity, flag.kind, _named(flag.drugs), flag.text)
        table.append((item.admission.admission_id, *what, flag.source, flag.dated, flag.link))


def _write_admissions(workbook: Workbook, recommendations: Recommendations, notice: str, long_texts: LongTexts) -> None:
    names = list(dict.fromkeys(name for item in recommendations.items for name in item.admission.labels))
    labels = names[:MAX_LABEL_COLUMNS]
    before = (
        Column("Admission id", width=16),
        Column("Patient id", width=16),
        Column("Age (90: over 89)", "whole", 10),
        Column("Sex", width=9),
        Column("Reason for admission", width=36),
    )
    figures = (
        Column("Status", width=18),
        Column("Drugs recommended", "whole", 14),
        Column("Drugs ordered", "whole", 12),
        Column("Both", "whole", 10),
        Column("Recommended only", "whole", 14),
        Column("Ordered only", "whole", 12),
        Column("Ordered, not a candidate", "whole", 14),
        Column("Order texts not mapped", "whole", 14),
        Column("Jaccard (candidates)", "decimal", 12),
        Column("Drugs withheld", "whole", 14),
        *(Column(f"Flags: {kind}", "whole", 16) for kind in SAFETY_KINDS),
        Column("Notes on this admission", width=50),
        Column("Recommended drugs (most probable first)", width=60),
        Column("Ordered drugs", width=60),
        Column("Ordered drugs that are no candidates", width=40),
        Column("Order texts not mapped to an ingredient", width=40),
        Column("Allergies recorded", width=30),
        Column("Row in the input", width=24),
    )
    taken = {column.header for column in (*before, *figures)}
    own = tuple(Column(f"{name} (input)" if name in taken else clean(name) or "(no name)", width=14) for name in labels)
    columns = (*before, *own, *figures)
    status = get_column_letter(len(before) + len(own) + 1)

    def decorate(sheet: Worksheet, first: int, last: int) -> None:
        colour_where(sheet, f"{status}{first}:{status}{last}", f'LEFT(${status}{first},3)="not"', *WARNING)

    table = TableSheet(workbook, ADMISSIONS, columns, len(recommendations.items), notice, long_texts, 1, decorate)
    for item in recommendations.items:
        who = item.admission
        values = (who.admission_id, who.patient_id, who.age, who.sex, who.reason)
        table.append((*values, *(who.labels.get(name) for name in labels), *_figures(item)))


def _figures(item: Recommendation) -> tuple[Value, ...]:
    """The columns after the labels; a count stays empty where nothing can be counted: no score, or no orders given."""
    admission, scored = item.admission, item.state == "done"
    n_recommended = int(item.recommended.sum()) if scored else None
    n_both = item.n_both if scored and item.has_orders else None
    n_ordered = int(item.ordered.sum())
    flagged = [sum(flag.kind == kind for flag in item.safety_flags) if scored else None for kind in SAFETY_KINDS]
    return (
        STATUS[item.state],
        n_recommended,
        len(item.ordered_drugs) if item.has_orders else None,
        n_both,
        None if n_both is None or n_recommended is None else n_recommended - n_both,
        None if n_both is None else n_ordered - n_both,
        len(item.ordered_outside) if item.has_orders else None,
        len(set(admission.unmapped_orders)) if item.has_orders else None,
        item.jaccard,
        len(item.withheld) if scored else None,
        *flagged,
        item.failed or flags_text([flag for flag in item.flags if not flag.drugs]),
        _named(item.recommended_drugs),
        _named(item.ordered_drugs),
        _named(item.ordered_outside),
        "; ".join(dict.fromkeys(admission.unmapped_orders)),
        "; ".join(admission.allergies),
        admission.source_row,
    )


def _named(drugs: Sequence[str]) -> str:
    return ", ".join(map(shown_name, drugs))


def _write_findings(workbook: Workbook, recommendations: Recommendations, notice: str, long_texts: LongTexts) -> None:
    """The last and the worst value of each finding, as read from the export; no sheet where it gave none."""
    found = [
        (item.admission, each, band(each, item.admission.sex) or "")
        for item in recommendations.items
        for each in item.admission.observations
    ]
    if not found:
        return
    columns = (
        Column("Admission id", width=16),
        Column("Finding", width=26),
        Column("Value", width=14),
        Column("Unit", width=18),
        Column("Band", width=12),
        Column("Hours from the index time", "decimal", 14),
        Column("When", width=32),
        Column("Converted from", width=16),
        Column("Row in the input", width=32),
    )

    def decorate(sheet: Worksheet, first: int, last: int) -> None:
        colour_where(sheet, f"E{first}:E{last}", f'LEFT($E{first},4)="very"', *WARNING)
        group_lines(sheet, first, last, len(columns))

    table = TableSheet(workbook, FINDINGS, columns, len(found), notice, long_texts, 2, decorate)
    for admission, each, at in found:
        when = "worst of the first 24 hours" if each.worst else "" if each.hours is None else "by the index time"
        value = value_text(each).removesuffix(each.unit).rstrip() if each.unit else value_text(each)
        what = (each.name, value, each.unit, at, each.hours, when, each.written, each.source)
        table.append((admission.admission_id, *what))


def _write_set_aside(workbook: Workbook, recommendations: Recommendations, notice: str, long_texts: LongTexts) -> None:
    rows = [
        *((row.admission_id, row.where, "reading the input", row.reason) for row in recommendations.set_aside),
        *((i.admission.admission_id, i.admission.source_row, "scoring", i.failed) for i in recommendations.failed),
        *(
            (i.admission.admission_id, i.admission.source_row, "scoring", "not scored yet: the job has not finished")
            for i in recommendations.pending
        ),
    ]
    columns = (
        Column("Admission id", width=18),
        Column("Row in the input", width=32),
        Column("Set aside when", width=20),
        Column("Reason", width=110),
    )
    table = TableSheet(workbook, SET_ASIDE, columns, len(rows), notice, long_texts)
    for row in rows:
        table.append(row)
