"""Cell values that Excel takes as what they are: text never becomes a formula, nothing is lost without saying so."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

MAX_ROWS = 1_048_576
MAX_CHARACTERS = 32_767  # of a cell, in UTF-16 units
PIECE = 16_000  # characters of a piece of a longer text: fits even when each takes two units

Kind = Literal["text", "whole", "decimal", "percent"]
Value = str | int | float | bool | None

FORMATS: dict[Kind, str] = {"text": "@", "whole": "#,##0", "decimal": "0.000", "percent": "0.0%"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


def clean(text: str) -> str:
    """The text without control characters; line ends become one kind, and half characters the replacement character."""
    if text.isprintable():  # nearly always; surrogates and control characters are not printable
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", unified))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: its header, the kind of its values, its width in characters and how they are placed."""

    header: str
    kind: Kind = "text"
    width: float = 14
    wrap: bool = False
    align: Literal["left", "center", "right"] | None = None  # None: Excel's way, numbers right and text left


class CellMaker:
    """Makes one sheet's cells. The cells are reused: a write-only sheet has written each before the next is asked for.

    `too_long` takes a text over Excel's limit and returns what the cell says instead.
    """

    def __init__(self, sheet: Worksheet, column: Column, too_long: Callable[[str], str]) -> None:
        self._too_long = too_long
        self._plain = _cell(sheet, column, FORMATS["text"])
        self._quoted = _cell(sheet, column, FORMATS["text"])
        self._quoted.quotePrefix = True  # stays text when someone edits the cell in Excel
        self._number = _cell(sheet, column, FORMATS[column.kind])

    def __call__(self, value: Value) -> Cell | None:
        """The cell for a value; None for an empty one. Numbers that are not finite are written as words."""
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            value = "yes" if value else "no"
        elif isinstance(value, float) and not math.isfinite(value):
            value = "not a number" if math.isnan(value) else "infinite"
        if not isinstance(value, str):
            self._number.value = value
            return self._number
        text = clean(value)
        if 2 * len(text) > MAX_CHARACTERS and len(text.encode("utf-16-le")) > 2 * MAX_CHARACTERS:
            text = self._too_long(text)
        cell = self._quoted if text.startswith(FORMULA_STARTS) else self._plain
        set_text(cell, text)
        return cell


def set_text(cell: Cell, text: str) -> None:
    """Give a cell a clean text as text; openpyxl would take "=..." for a formula and "#N/A" for an error."""
    cell.value = text
    cell.data_type = "s"


def _cell(sheet: Worksheet, column: Column, number_format: str) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.number_format = number_format
    cell.alignment = Alignment(horizontal=column.align, vertical="top", wrap_text=column.wrap)
    return cell
