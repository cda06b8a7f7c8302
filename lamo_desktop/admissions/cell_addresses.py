"""Where in an export something is, from the words a problem or a row set aside names it with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIRST = re.compile(r"\(first: (.+?)\)(?:$|[;,.])")
_ROW = re.compile(r"(.+?) row (\d+)(?:, column (.+))?", re.DOTALL)
_CELL = re.compile(r"(.+)!([A-Z]{1,3})(\d+)", re.DOTALL)
_COLUMN = re.compile(r"(.+?), column (.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A table (sheet or file) of an export; a row (1-based) and a column where they are known.

    `column` is a letter, or a header where the table is a text file; "" for the whole row.
    """

    table: str
    row: int = 1
    column: str = ""


def place_of(where: str, message: str = "", tables: Sequence[str] = ()) -> Place | None:
    """For example "Sheet1!C17", "orders.csv row 17, column start", "Sheet1", or a message's "(first: Orders!A9)".

    `tables` are the names the export has; where one of them is given without a row, its beginning is meant. None where
    no place can be told.
    """
    found = _exact(where)
    if found is None and (told := _FIRST.search(message)):
        found = _exact(told.group(1))
    if found is not None:
        return found
    if where in tables:
        return Place(where)
    if (column := _COLUMN.fullmatch(where)) and column.group(1) in tables:
        return Place(column.group(1), 1, column.group(2))
    return None


def _exact(where: str) -> Place | None:
    if cell := _CELL.fullmatch(where):
        letter = "" if cell.group(2) == "A" else cell.group(2)  # a whole row is told as its cell in column A
        return Place(cell.group(1), int(cell.group(3)), letter)
    if row := _ROW.fullmatch(where):
        return Place(row.group(1), int(row.group(2)), row.group(3) or "")
    return None
