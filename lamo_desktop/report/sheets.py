"""One table of the workbook, written row by row: notice, header, rows, and a second sheet where Excel's rows end."""

from collections.abc import Callable, Sequence
from math import ceil

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from lamo_desktop.report.cells import (
    FORMULA_STARTS,
    MAX_CHARACTERS,
    MAX_ROWS,
    PIECE,
    CellMaker,
    Column,
    Value,
    clean,
    set_text,
)

HEADER_ROW = 2  # row 1 is the notice
LONGEST_HEADER = 300
NOTICE = "Decision support for retrospective analysis, not for prescribing."

FONT = "Calibri"
HEADER_FONT = Font(name=FONT, bold=True, color="FFFFFF")
HEADER_FILL = PatternFill("solid", fgColor="1F4E78")
HEADER_ALIGNMENT = Alignment(vertical="center", wrap_text=True)
NOTICE_FONT = Font(name=FONT, bold=True, color="9C0006")
SECTION_FONT = Font(name=FONT, bold=True, color="1F4E78", size=12)
BOLD_FONT = Font(name=FONT, bold=True)
NEW_GROUP = Border(top=Side(style="thin", color="BFBFBF"))


class LongTexts:
    """Texts too long for a cell, kept for a sheet of their own in pieces that fit."""

    title = "Long text"
    columns = (Column("Entry", "whole", 8), Column("Part", "whole", 8), Column("Text", "text", 120, wrap=True))

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> str:
        """Take a text over; returns its beginning with where the whole is."""
        self.texts.append(text)
        where = f"sheet '{self.title}', entry {len(self.texts)}"
        return (
            f"{text[: PIECE - 200]} … (longer than Excel's {MAX_CHARACTERS} characters: the whole text is on {where})"
        )

    def rows(self) -> list[tuple[int, int, str]]:
        """Entry, part and text of each piece."""
        return [
            (entry, start // PIECE + 1, text[start : start + PIECE])
            for entry, text in enumerate(self.texts, 1)
            for start in range(0, len(text), PIECE)
        ]


class TableSheet:
    """A table of `n_rows` rows. `decorate(sheet, first, last)` may add conditional formats to the data rows."""

    def __init__(
        self,
        workbook: Workbook,
        title: str,
        columns: Sequence[Column],
        n_rows: int,
        notice: str,
        too_long: Callable[[str], str],
        frozen_columns: int = 1,
        decorate: Callable[[Worksheet, int, int], None] | None = None,
    ) -> None:
        self._workbook, self._title, self._columns = workbook, title, columns
        self._notice, self._too_long, self._frozen, self._decorate = notice, too_long, frozen_columns, decorate
        self._waiting, self._number = n_rows, 0
        self._room = 0
        self._next_sheet()

    def append(self, values: Sequence[Value]) -> None:
        """Write one row."""
        if self._room == 0:
            self._next_sheet()
        self._room -= 1
        self._waiting -= 1
        self._sheet.append([make(value) for make, value in zip(self._makers, values, strict=True)])

    def _next_sheet(self) -> None:
        self._number += 1
        title = self._title if self._number == 1 else f"{self._title} {self._number}"
        self._room = MAX_ROWS - HEADER_ROW
        here = min(self._waiting, self._room)
        sheet = self._workbook.create_sheet(title)
        self._sheet, self._makers = sheet, [CellMaker(sheet, column, self._too_long) for column in self._columns]
        for number, column in enumerate(self._columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        sheet.freeze_panes = f"{get_column_letter(self._frozen + 1)}{HEADER_ROW + 1}"
        last = get_column_letter(len(self._columns))
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + max(here, 1)}"
        lines = max(ceil(len(column.header) / (column.width - 3)) for column in self._columns)
        sheet.row_dimensions[HEADER_ROW].height = 16 * min(lines + 1, 6)
        set_up_printing(sheet)
        if self._decorate is not None and here:
            self._decorate(sheet, HEADER_ROW + 1, HEADER_ROW + here)
        notice = self._notice
        if self._waiting > here:
            notice += f" Continues on sheet '{self._title} {self._number + 1}', since Excel's rows end."
        sheet.append([styled(sheet, notice, NOTICE_FONT)])
        sheet.append([_header(sheet, column.header) for column in self._columns])


def styled(sheet: Worksheet, text: str, font: Font) -> Cell:
    """A text cell in a font, for headers and notices: cut at a length that can be read there."""
    cell, short = WriteOnlyCell(sheet), clean(text)
    short = short if len(short) <= LONGEST_HEADER else short[: LONGEST_HEADER - 1] + "…"
    set_text(cell, short)
    cell.quotePrefix = short.startswith(FORMULA_STARTS)
    cell.font = font
    return cell


def group_lines(sheet: Worksheet, first: int, last: int, last_column: int) -> None:
    """A thin line above each row whose first column differs from the row before."""
    area = f"A{first}:{get_column_letter(last_column)}{last}"
    _format_where(sheet, area, f"$A{first}<>$A{first - 1}", DifferentialStyle(border=NEW_GROUP))


def colour_where(sheet: Worksheet, area: str, formula: str, fill: str, font: str) -> None:
    """Colour the cells of an area for which an Excel formula holds; colour only repeats what the text says."""
    style = DifferentialStyle(fill=PatternFill(bgColor=fill), font=Font(color=font))
    _format_where(sheet, area, formula, style)


def _format_where(sheet: Worksheet, area: str, formula: str, style: DifferentialStyle) -> None:
    sheet.conditional_formatting.add(area, Rule(type="expression", dxf=style, formula=[formula]))


def _header(sheet: Worksheet, text: str) -> Cell:
    cell = styled(sheet, text, HEADER_FONT)
    cell.fill = HEADER_FILL
    cell.alignment = HEADER_ALIGNMENT
    return cell


def set_up_printing(sheet: Worksheet, title_rows: int = HEADER_ROW) -> None:
    """Landscape, as wide as the page, with the first rows on every page and the notice below."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{title_rows}"
    footer = sheet.oddFooter
    if footer is not None and footer.center is not None and footer.right is not None:
        footer.center.text = NOTICE
        footer.right.text = "&P / &N"
