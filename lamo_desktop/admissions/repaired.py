"""Recognises the sheets of quarantined rows in a workbook of ours, so that they can be imported again once repaired."""

import re
from collections.abc import Sequence

from lamo_desktop.admissions.workbooks import Sheet

REASON = "Why and where (not read)"  # header of the first column of a sheet of quarantined rows
HEADER_WITHIN = 5  # rows
LONG_TEXT = "Long text"  # the sheet that holds texts too long for a cell, in pieces

_ELSEWHERE = re.compile(r" … \(longer than Excel's \d+ characters: the whole text is on sheet '[^']+', entry (\d+)\)$")


def repaired(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Only the sheets of quarantined rows, from their header on and without the reasons; [] where there are none."""
    found = [(sheet, row) for sheet in sheets if (row := _header(sheet)) is not None]
    if not found:
        return []
    texts = _long_texts(sheets)
    for sheet, row in found:
        sheet.columns = [[_whole(cell, texts) for cell in column[row:]] for column in sheet.columns]
        sheet.columns[0] = [""] * len(sheet.columns[0])
        sheet.rows = sheet.rows[row:]
        sheet.remarks.append("repaired rows of an earlier export; the other sheets are not read")
    return [sheet for sheet, _ in found]


def _header(sheet: Sheet) -> int | None:
    first = sheet.columns[0][:HEADER_WITHIN] if sheet.columns else []
    return first.index(REASON) if REASON in first else None


def _long_texts(sheets: Sequence[Sheet]) -> dict[str, str]:
    """Entry number to its text."""
    texts: dict[str, str] = {}
    for sheet in sheets:
        if sheet.name.startswith(LONG_TEXT) and len(sheet.columns) == 3:
            for entry, _, text in zip(*sheet.columns, strict=True):
                texts[entry] = texts.get(entry, "") + text
    return texts


def _whole(cell: str, texts: dict[str, str]) -> str:
    shortened = _ELSEWHERE.search(cell)
    return texts.get(shortened.group(1), cell) if shortened else cell
