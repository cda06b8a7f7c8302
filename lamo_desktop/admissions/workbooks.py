"""Read the sheets of one xlsx, xlsm, xls, xlsb or ods file as columns of text, and refuse what is not a workbook.

calamine does the reading. It holds a sheet as one dense block, so a single stray cell at XFD1048576 would ask for
550 GB and abort the process; such sheets, and those whose number formats carry leading zeros, go through openpyxl.
"""

import contextlib
import os
import re
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import compress, islice, zip_longest
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine as calamine
from openpyxl.cell.read_only import EMPTY_CELL

from lamo_desktop.admissions.compound_file import MAGIC, workbook_stream
from lamo_desktop.admissions.sheet_extent import old_extent
from lamo_desktop.admissions.workbook_scan import MAX_CELLS, far_outside, scan_parts, sheet_parts
from lamo_desktop.errors import InputError

CHUNK_ROWS = 65_536
MAX_SHEETS = 1_000
MAX_TABLE_CELLS = 250_000_000  # a pointer each, besides what they hold
USUAL_ROW_CELLS = 256
MAX_ROW_CELLS = 16_384  # Excel's limit; a line of a million commas is no row of a table
EXACT_INTEGERS = 1e15  # Excel keeps 15 digits; a longer number has already lost the rest

MIDNIGHT = time()
MOMENTS = 0.1  # share of a column's dates that have a time of day, from which those at midnight have one too

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ZEROS_FORMAT = re.compile(rb'formatCode="0{3,}"')


@dataclass(slots=True)
class Sheet:
    """One sheet as columns of text: `columns[j][i]` is the cell in sheet row `rows[i]` (1-based), column j (A is 0).

    Blank rows are left out. `formulas` are addresses of formulas without a stored value, `errors` of cells with an
    error value (#REF!, ...), both read as empty; `long_numbers` are the columns holding numbers of more than 15 digits,
    `merged` the merged ranges as ((row, column), (row, column)), 0-based.
    """

    name: str
    columns: list[list[str]]
    rows: list[int]
    hidden: bool = False
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    formulas: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    long_numbers: set[int] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    form: str = ""  # what kind of file it is; for text, its encoding and delimiter


def as_text(value: Any) -> str:
    """One cell as text: 123.0 becomes "123", dates become ISO, invisible characters and outer blanks are dropped."""
    return _WRITERS.get(type(value), str)(value)


def _clean(text: str) -> str:
    text = _INVISIBLE.sub("", text.replace("_x000D_", "\n").replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\xa0", " ").strip()


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _clean,
    float: _number,
    type(None): lambda _: "",
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: lambda value: str(value)[:19].removesuffix(" 00:00:00"),
}


def _moment(value: date) -> str:
    """A date cell with its time; at midnight, readers give a date alone."""
    return str(value)[:19] if isinstance(value, datetime) else f"{value} 00:00:00"


def _shortened(row: Sequence[Any]) -> Sequence[Any]:
    """A very wide row without the blank cells at its end: a line of commas makes no columns."""
    width = next((width for width in range(min(len(row), MAX_ROW_CELLS), 0, -1) if row[width - 1] not in ("", None)), 0)
    return row[:width]


def columnar(rows: Iterable[Sequence[Any]], sheet: Sheet, file: str) -> None:
    """Fill `sheet` with rows of raw cells (row 1 first, ragged rows allowed); equal texts are kept in memory once.

    Raises InputError, naming the `file`, for a table that no memory holds.
    """
    iterator = iter(rows)
    known: list[dict[str, str]] = []
    dated, timed = Counter[int](), Counter[int]()  # cells of each column that Excel holds as a date, and with a time
    done = 0
    while chunk := [row if len(row) <= USUAL_ROW_CELLS else _shortened(row) for row in islice(iterator, CHUNK_ROWS)]:
        numbers = list(compress(range(done + 1, done + len(chunk) + 1), chunk))
        done += len(chunk)
        chunk = list(filter(None, chunk))  # rows without any cell
        width = max(len(sheet.columns), max(map(len, chunk), default=0))
        if width * (len(sheet.rows) + len(chunk)) > MAX_TABLE_CELLS:
            raise InputError(
                f"{file} has more than {MAX_TABLE_CELLS:,} cells up to row {done:,} of {width:,} columns; "
                "split the export, or delete what is no part of the table."
            )
        texts: list[list[str]] = []
        for j, values in enumerate(zip_longest(*chunk, fillvalue="")):
            if j == len(known):
                known.append({})
                sheet.columns.append([""] * len(sheet.rows))
            kinds = set(map(type, values))
            if kinds == {str}:
                known[j].update((text, _clean(text)) for text in set(values) - known[j].keys())
                texts.append(list(map(known[j].__getitem__, values)))
                continue
            if kinds & {date, datetime}:
                dated[j] += sum(isinstance(value, date) for value in values)
                timed[j] += sum(type(value) is datetime and value.time() != MIDNIGHT for value in values)
            texts.append([_moment(value) if isinstance(value, date) else as_text(value) for value in values])
            if any(abs(value) >= EXACT_INTEGERS for value in values if type(value) in (int, float)):
                sheet.long_numbers.add(j)
        filled = [any(row) for row in zip(*texts, strict=True)]
        sheet.rows.extend(compress(numbers, filled))
        for j, column in enumerate(sheet.columns):
            column.extend(compress(texts[j], filled) if j < len(texts) else [""] * sum(filled))
    for j in dated:  # a column of moments has some at midnight; in a column of days none has a time but a title's stamp
        if timed[j] < 2 or timed[j] < MOMENTS * dated[j]:
            sheet.columns[j] = [text.removesuffix(" 00:00:00") for text in sheet.columns[j]]


def read_workbook(path: Path) -> list[Sheet]:
    """All work sheets of a workbook, hidden ones marked. InputError when it cannot be opened as one."""
    with path.open("rb") as file:
        magic = file.read(8)
    if magic.startswith(b"PK"):
        return _read_zipped(path)
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise InputError(f"{path.name} is protected by a password; save a copy without one and open that.")
    if content.startswith(MAGIC):
        stream = workbook_stream(content)
        if stream is None:
            raise _damaged(path)
        rows, columns = old_extent(stream)
        if rows * columns > MAX_CELLS:
            raise far_outside(path)
    with _opened(path) as book:
        if not book.sheet_names:
            raise InputError(f"{path.name} is an Office file but has no sheets; expected an Excel workbook.")
        return [_calamine_sheet(book, index, meta) for index, meta in _work_sheets(path, book)]


def _work_sheets(path: Path, book: calamine.CalamineWorkbook) -> list[tuple[int, calamine.SheetMetadata]]:
    listed = [(i, m) for i, m in enumerate(book.sheets_metadata) if m.typ == calamine.SheetTypeEnum.WorkSheet]
    if len(listed) > MAX_SHEETS:  # a damaged list can name one sheet again and again
        raise InputError(f"{path.name} has {len(listed):,} sheets; at most {MAX_SHEETS:,} are expected.")
    return listed


def _opened(path: Path) -> calamine.CalamineWorkbook:
    book: calamine.CalamineWorkbook = _guarded(path, lambda: calamine.CalamineWorkbook.from_path(str(path)))
    return book


def _guarded(path: Path, action: Callable[[], Any]) -> Any:
    """Run a calamine call; its errors and Rust panics become one sentence."""
    try:
        with _silent():
            return action()
    except calamine.PasswordError:
        raise InputError(f"{path.name} is protected by a password; save a copy without one and open that.") from None
    except (KeyboardInterrupt, SystemExit, MemoryError, InputError):
        raise
    except BaseException:  # a Rust panic derives from BaseException
        raise _damaged(path) from None


def _damaged(path: Path) -> InputError:
    return InputError(
        f"{path.name} is damaged or not an Excel workbook; open it in Excel, save it as .xlsx and try again."
    )


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """A Rust panic writes what it was about, perhaps a cell, to the error stream before anyone can catch it."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, AttributeError):  # a windowed program has no such stream
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _calamine_sheet(book: calamine.CalamineWorkbook, index: int, meta: calamine.SheetMetadata) -> Sheet:
    path = Path(book.path or "")
    data = _guarded(path, lambda: book.get_sheet_by_index(index))
    sheet = Sheet(meta.name, [], [], hidden=meta.visible != calamine.SheetVisibleEnum.Visible)
    sheet.merged = _guarded(path, lambda: data.merged_cell_ranges) or ()
    if data.end is not None:
        _guarded(path, lambda: columnar(data.iter_rows(), sheet, path.name))
        left = data.start[1]  # rows come from row 1 on, but from the first used column on
        sheet.columns[:0] = [[""] * len(sheet.rows) for _ in range(left)]
        sheet.long_numbers = {j + left for j in sheet.long_numbers}
    return sheet


def _read_zipped(path: Path) -> list[Sheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if any(name.startswith("word/") for name in names):
                raise InputError(f"{path.name} is a Word document; expected a workbook or a CSV file.")
            if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
                raise InputError(f"{path.name} is a zip archive, not a workbook; unpack it and open the table inside.")
            scans = scan_parts(path, archive)
            parts = sheet_parts(archive, scans)
            if len(set(parts.values())) < len(parts):  # one part read as many sheets
                raise _damaged(path)
            careful = "xl/styles.xml" in names and _ZEROS_FORMAT.search(archive.read("xl/styles.xml")) is not None
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, UnicodeError):
        raise InputError(
            f"{path.name} is damaged or incomplete; expected an Excel workbook. Export it again."
        ) from None
    if careful or any(scan.cells > MAX_CELLS for scan in scans.values()):
        return _read_with_openpyxl(path, max(scan.width for scan in scans.values()))
    with _opened(path) as book:
        sheets = []
        for index, meta in _work_sheets(path, book):
            sheet = _calamine_sheet(book, index, meta)
            if sheet.name in parts:
                scan = scans[parts[sheet.name]]
                sheet.formulas, sheet.errors = scan.formulas, scan.errors
            sheets.append(sheet)
        return sheets


def _read_with_openpyxl(path: Path, width: int) -> list[Sheet]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = []
        for page in book.worksheets:
            sheet = Sheet(page.title, [], [], hidden=page.sheet_state != "visible")
            page.reset_dimensions()  # the extent that the file declares may be false
            columnar(_shown(page.iter_rows(max_col=width)), sheet, path.name)
            sheets.append(sheet)
        book.close()
    except (ValueError, KeyError, TypeError, IndexError, SyntaxError, zipfile.BadZipFile):
        raise InputError(f"{path.name} is damaged or not an Excel workbook; export it again as .xlsx.") from None
    return sheets


def _shown(rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """Cell values row by row, with the leading zeros that a number format like 00000000 shows."""
    blank: Sequence[Any] | None = None  # openpyxl gives one and the same object for up to a million blank rows
    for row in rows:
        if row is blank or all(cell is EMPTY_CELL for cell in row):
            blank = row
            yield []
        else:
            yield [_padded(cell) for cell in row]


def _padded(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, int | float) and set(cell.number_format) == {"0"}:
        return as_text(float(value)).zfill(len(cell.number_format))
    return value
