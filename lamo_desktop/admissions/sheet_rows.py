"""Rows of an export as they stand in the file, a stretch at a time, for the preview."""

import csv
import gzip
import io
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from lamo_desktop.errors import InputError

if TYPE_CHECKING:
    from lamo_desktop.admissions.workbooks import Sheet

STRETCH = 60  # rows shown at a time
LEAD = 8  # of them, rows above the one that is looked for
LONGEST = 2_000  # characters of a cell that are carried; the rest is told as "…"
WIDEST = 300  # columns


@dataclass(frozen=True, slots=True)
class Rows:
    """A stretch of one table: `cells[i]` are the texts of the row with the number `numbers[i]` (1-based, as Excel
    counts), from column A on. Blank rows are left out. `last` is the last row's number, None where the file was not
    read to its end."""

    table: str
    numbers: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]
    last: int | None
    hidden: bool = False


class SheetReader:
    """Keeps the last workbook it read, so that further stretches of it come at once; text tables are read anew."""

    def __init__(self) -> None:
        self._read_state: tuple[Path, int, int] | None = None
        self._sheets: list[Sheet] = []

    def heads(self, path: Path, encoding: str = "") -> tuple[Rows, ...]:
        """The first rows of every sheet, or of a text table in an encoding ("": found).

        Raises InputError for a file that cannot be read.
        """
        if is_workbook(path):
            return tuple(_stretch(sheet, 1) for sheet in self._read(path))
        return (text_rows(path, path.name, 1, encoding),)

    def around(self, path: Path, table: str, row: int, encoding: str = "") -> Rows:
        """The rows from a little above `row` on; `table` is a sheet, or a file of the folder `path`."""
        if path.is_dir():
            return text_rows(_inside(path, table), table, row)
        if not is_workbook(path):
            return text_rows(path, path.name, row, encoding)
        sheet = next((sheet for sheet in self._read(path) if sheet.name == table), None)
        if sheet is None:
            raise InputError(f"{path.name} has no sheet {table!r} any more: open the export again.")
        return _stretch(sheet, row)

    def _read(self, path: Path) -> "list[Sheet]":
        from lamo_desktop.admissions.workbooks import read_workbook

        status = path.stat()
        state = path, status.st_mtime_ns, status.st_size
        if self._read_state != state:  # another file, or this one saved anew
            self._read_state, self._sheets = None, []
            self._sheets, self._read_state = read_workbook(path), state
        return self._sheets


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4).startswith((b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04"))


def _inside(folder: Path, table: str) -> Path:
    path = folder / table
    if not path.is_file():
        raise InputError(f"There is no table {table!r} in the folder any more: open the export again.")
    return path


def _stretch(sheet: "Sheet", row: int) -> Rows:
    first = bisect_left(sheet.rows, max(1, row - LEAD))
    columns = sheet.columns[:WIDEST]
    numbers = tuple(sheet.rows[first : first + STRETCH])
    cells = tuple(tuple(_short(column[i]) for column in columns) for i in range(first, first + len(numbers)))
    return Rows(sheet.name, numbers, cells, sheet.rows[-1] if sheet.rows else 0, sheet.hidden)


def text_rows(path: Path, table: str, row: int, encoding: str = "") -> Rows:
    """A stretch of a text table, read only as far as needed; delimiter and encoding are found as the readers do, unless
    the encoding is given.
    """
    from lamo_desktop.admissions.delimited import MAX_FIELD

    csv.field_size_limit(MAX_FIELD)
    first = max(1, row - LEAD)
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb") as binary:
            numbered = list(islice(_numbered(binary, first, encoding), STRETCH + 1))
    except (OSError, EOFError, csv.Error, UnicodeError):
        raise InputError(f"{path.name} cannot be shown: the file is damaged, or not accessible any more.") from None
    shown = numbered[:STRETCH]
    last = None if len(numbered) > STRETCH else shown[-1][0] if shown else 0
    return Rows(table, tuple(n for n, _ in shown), tuple(tuple(map(_short, cells)) for _, cells in shown), last)


def _numbered(binary: BinaryIO, first: int, encoding: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Row number and cells of each row that is not blank, from row `first` on."""
    from lamo_desktop.admissions.delimited import SAMPLE_BYTES, detect_delimiter, encoding_of

    sample = binary.read(SAMPLE_BYTES)
    encoding = encoding or encoding_of(sample).name
    binary.seek(0)
    text = io.TextIOWrapper(binary, encoding, "replace", newline="")
    delimiter = detect_delimiter(sample.decode(encoding, "replace")[: SAMPLE_BYTES // 4])
    for number, cells in enumerate(csv.reader(text, delimiter=delimiter), start=1):
        if number >= first and any(cells):
            yield number, cells[:WIDEST]


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
