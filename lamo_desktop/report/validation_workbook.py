"""The validation report's tables as a workbook: one sheet per table, estimates in three columns."""

import math
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lamo_desktop.files import replacing
from lamo_desktop.report.cells import FORMULA_STARTS, clean, set_text
from lamo_desktop.report.packing import pack
from lamo_desktop.report.table import Cell, Table
from lamo_desktop.report.tripod import checklist
from lamo_desktop.report.validation_tables import all_tables
from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.validation import Validation

Plain = str | int | float | None
_LONGEST = 16_000  # characters in a cell: within Excel's 32,767 even when each takes two units


def write_validation_workbook(validation: Validation, path: Path) -> None:
    """Writes all tables, the findings and the checklist, whole or not at all. InputError if it cannot be written."""
    book = Workbook()
    book.remove(book.worksheets[0])
    findings = tuple((f.question, f.level, f.text) for f in validation.findings)
    asked = tuple((i.number, i.section, i.text, i.answer) for i in checklist(validation))
    tables = (
        Table("Summary", "Summary", ("question", "judgement", "answer"), findings),
        *all_tables(validation),
        Table("TRIPOD-LLM", "TRIPOD-LLM", ("item", "section", "what", "answer"), asked),
    )
    for table in tables:
        _sheet(book, table)
    with replacing(path) as unfinished:
        pack(book, unfinished)


def _sheet(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(table.key)
    wide = [any(isinstance(row[i], Estimate) for row in table.rows) for i in range(len(table.headers))]
    headers: list[Plain] = []
    for header, is_wide in zip(table.headers, wide, strict=True):
        headers += [header, f"{header}, low", f"{header}, high"] if is_wide else [header]
    rows = [headers] + [
        [x for cell, is_wide in zip(r, wide, strict=True) for x in _spread(cell, is_wide)] for r in table.rows
    ]
    for i, row in enumerate(rows, 1):
        for j, value in enumerate(row, 1):
            cell = sheet.cell(i, j)
            if isinstance(value, str):
                text = clean(value)[:_LONGEST]
                set_text(cell, text)
                cell.quotePrefix = text.startswith(FORMULA_STARTS)
            elif value is not None:
                cell.value = value
                if isinstance(value, float):
                    cell.number_format = "0.0000"
    for j in range(1, len(headers) + 1):
        longest = max(
            (len(str(r[j - 1])) for r in rows if r[j - 1] is not None and not isinstance(r[j - 1], float)), default=8
        )
        sheet.column_dimensions[get_column_letter(j)].width = min(max(longest + 2, 10), 60)
        sheet.cell(1, j).font = Font(bold=True)
        sheet.cell(1, j).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}{len(rows)}"


def _spread(cell: Cell, is_wide: bool) -> list[Plain]:
    if isinstance(cell, Estimate):
        return [_finite(cell.value), _finite(cell.low), _finite(cell.high)]
    value = _finite(cell) if isinstance(cell, float) else cell
    return [value, None, None] if is_wide else [value]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
