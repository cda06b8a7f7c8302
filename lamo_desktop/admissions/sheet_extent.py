"""How far the cells of one sheet reach, told from the cells themselves: what a file declares may be false.

calamine allocates the whole block from the first cell to the last, and a block too large ends the process.
"""

import io
import re
import struct
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

_REFERENCE = re.compile(r"([A-Za-z]{0,7})(\d{1,10})")
_ROW, _LAST_CELL_KIND = 0, 10  # BrtRowHdr; BrtCellBlank to BrtFmlaBool are 1 to 10


# Records of an xls sheet that hold a cell: Formula, MulRk, RString, LabelSst, Number, Label, BoolErr, Rk
_CELLS = {0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E}
_BOF, _EOF, _SHEET, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x0200


def column_index(letters: str) -> int:
    """0-based index of a spreadsheet column name: A is 0, AA is 26."""
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - 64
    return value - 1


def binary_extent(part: IO[bytes]) -> tuple[int, int]:
    """Rows and columns of a sheet in an xlsb file, by its records ([MS-XLSB] 2.1.4): kind, length, content.

    A record shorter than the number it should hold keeps the bytes of the one before, as calamine reads it.
    """
    records = io.BufferedReader(part, 1 << 20)  # type: ignore[type-var]
    rows = columns = row = 0
    head = bytes(4)
    while kind := records.read(1):
        number = kind[0]
        if number & 0x80 and (more := records.read(1)):
            number = number & 0x7F | (more[0] & 0x7F) << 7
        size = 0
        for shift in (0, 7, 14, 21):
            byte = int.from_bytes(records.read(1))
            size |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        content = records.read(size)
        head = (content[:4] + head[len(content) :])[:4]
        if number == _ROW:
            row = int.from_bytes(head, "little")
        elif number <= _LAST_CELL_KIND:
            rows = max(rows, row + 1)
            columns = max(columns, int.from_bytes(head, "little") + 1)
    return rows, columns


def old_extent(stream: bytes) -> tuple[int, int]:
    """Rows and columns that a reader will make room for in the largest sheet of an xls file ([MS-XLS] 2.1.4).

    A sheet begins where its BoundSheet8 record says; the extent it declares counts too, for calamine reserves it.
    """
    rows = columns = 0
    for kind, data in list(_records(stream, 0)):
        if kind != _SHEET or len(data) < 4:
            continue
        for cell, place in _records(stream, int.from_bytes(data[:4], "little")):
            if cell in _CELLS and len(place) >= 4:
                row, column = struct.unpack_from("<HH", place)
                if cell == 0x00BD:
                    column = max(column, int.from_bytes(place[-2:], "little"))
                rows, columns = max(rows, row + 1), max(columns, column + 1)
            elif cell == _DIMENSIONS and len(place) in (10, 14):
                last = struct.unpack_from("<4xI2xH" if len(place) == 14 else "<2xH2xH", place)
                rows, columns = max(rows, last[0]), max(columns, last[1])
    return rows, columns


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and content of the records from `at` to the end of that part; embedded parts are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


class MarkupExtent:
    """Rows and columns of a sheet in an xlsx file, by its `row` and `c` elements; a cell may leave out its name.

    `width` is the last used column that is not right of `limit`.
    """

    def __init__(self, part: IO[bytes], limit: int) -> None:
        """Raises `expat.ExpatError` where the part is not XML."""
        self.rows = self.columns = self.width = 0
        self._row = self._column = 0
        self._limit = limit
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.ParseFile(part)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row" and (number := attributes.get("r", "")).isdecimal():
            self._row = int(number[:10]) - 1
        elif name == "c":
            if found := _REFERENCE.fullmatch(attributes.get("r", "")):
                self._column = max(column_index(found[1].upper()), 0)
                self._row, kept = int(found[2]) - 1, self._row
                self._count()
                self._row = kept
            else:
                self._count()

    def _count(self) -> None:
        self._column += 1
        self.rows = max(self.rows, self._row + 1)
        self.columns = max(self.columns, self._column)
        if self._column <= self._limit:
            self.width = max(self.width, self._column)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "row":
            self._row += 1
            self._column = 0
