"""Grids of values written to a workbook or to a text file as hospitals save them."""

import csv
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Value = str | int | float | datetime | date | None

# What Big5 has in the traditional form only.
_SIMPLIFIED = (
    "临乐仑兰内别剂办劳区医华单历双叶号吗吡呋哌喷喹嗪嘱噻国备头实审对导尔岁岛师带开录径态总数断时术条标氢"
    "泼状环现琼码称类组结给维编罗羟肟肼肾药规记识诉诊诺贝责费赖转达过邮酞酰钙钟钾铵镁长间韦项频额马龄龙"
    "东伟农刘壮学废张执无样检汉稳细统继续职胶脉观计说镇门雾静验"
)
_TRADITIONAL = (
    "臨樂侖蘭內別劑辦勞區醫華單歷雙葉號嗎吡夫哌噴喹嗪囑塞國備頭實審對導爾歲島師帶開錄徑態總數斷時術條標氫"
    "潑狀環現瓊碼稱類組結給維編羅羥肟肼腎藥規記識訴診諾貝責費賴轉達過郵酞醯鈣鐘鉀銨鎂長間韋項頻額馬齡龍"
    "東偉農劉壯學廢張執無樣檢漢穩細統繼續職膠脈觀計說鎮門霧靜驗"
)
TRADITIONAL = str.maketrans(_SIMPLIFIED, _TRADITIONAL)


@dataclass(slots=True)
class Grid:
    """One sheet: rows of values, merged ranges (first row, first column, last row, last column; from 0)."""

    name: str
    rows: list[list[Value]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False
    header_rows: range = field(default_factory=lambda: range(0))
    date_format: str = "yyyy-mm-dd hh:mm"
    day_format: str = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a text table is saved."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote_all: bool = False
    decimal_comma: bool = False
    announces_delimiter: bool = False  # "sep=;" in the first line, for Excel


def write_workbook(path: Path, grids: list[Grid]) -> None:
    """Save the grids as an .xlsx file; the first visible one is shown first."""
    book = Workbook()
    book.remove(book.active)
    for grid in grids:
        sheet = book.create_sheet(grid.name[:31])
        sheet.sheet_state = "hidden" if grid.hidden else "visible"
        for i, row in enumerate(grid.rows, start=1):
            for j, value in enumerate(row, start=1):
                if value is None or value == "":
                    continue
                cell = sheet.cell(i, j, value)
                if isinstance(value, datetime):
                    cell.number_format = grid.date_format
                elif isinstance(value, date):
                    cell.number_format = grid.day_format
                elif isinstance(value, str) and value.isdigit():
                    cell.number_format = "@"
                if i - 1 in grid.header_rows:
                    cell.font = Font(bold=True)
                    cell.alignment = Alignment(wrap_text=True)
        for top, left, bottom, right in grid.merged:
            sheet.merge_cells(f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}")
    book.active = next(k for k, grid in enumerate(grids) if not grid.hidden)
    book.save(path)


def write_text(path: Path, grid: Grid, style: TextStyle) -> str:
    """Save one grid as delimited text; returns the encoding used: gb18030 where `style`'s cannot hold the text."""
    lines = [[_as_text(value, style) for value in row] for row in grid.rows]
    encoding = style.encoding
    if encoding == "big5":
        lines = [[cell.translate(TRADITIONAL) for cell in line] for line in lines]
    try:
        "".join(cell for line in lines for cell in line).encode(encoding)
    except UnicodeEncodeError:
        encoding = "gb18030" if encoding in ("big5", "gbk") else "utf-8-sig"
    with path.open("w", encoding=encoding, newline="") as file:
        if style.announces_delimiter:
            file.write(f"sep={style.delimiter}\r\n")
        quoting = csv.QUOTE_ALL if style.quote_all else csv.QUOTE_MINIMAL
        csv.writer(file, delimiter=style.delimiter, quoting=quoting, lineterminator="\r\n").writerows(lines)
    return encoding


def _as_text(value: Value, style: TextStyle) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(value).replace(".", ",") if style.decimal_comma else str(value)
    return str(value)
