"""Looks into a zipped workbook before it is read: refuses bombs and entities, measures sheets, finds bare formulas."""

import re
import zipfile
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from lamo_desktop.admissions.sheet_extent import MarkupExtent, binary_extent, column_index
from lamo_desktop.errors import InputError

MAX_PART_BYTES = 2 * 1024**3  # one unpacked part of a workbook: a full sheet of 1,048,576 x 20 cells stays below
MAX_BYTES = 4 * MAX_PART_BYTES  # all of them: an archive of some megabytes can promise any number of large parts
INDEXES = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")  # read as a whole, so in memory
MAX_INDEX_BYTES = 64 * 1024**2
MAX_CELLS = 60_000_000  # calamine takes 32 bytes per cell of the used block
MAX_COLUMNS = 702  # A..ZZ; further columns are ignored and said so
CHUNK_BYTES = 4 * 1024**2

_FORMULA = re.compile(rb'<c [^>]*?r="([A-Z]+\d+)"[^>]*><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v></v>|<v ?/>)?</c>')
_ERROR = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*? t="e"')
_WIDE_CELL = re.compile(rb' r="([A-Z]{2,3})\d+"[^>/]*>')
_ODD_CELL = re.compile(rb'<c(?! r="[A-Z]{1,3}(?:[1-9]\d{0,5}|10[0-4]\d{4})")[\s/>]|:c[\s/>]')
_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,3}(\d+)"')
MAX_ROWS = 1_050_000  # what a cell that is not odd can reach; a sheet has 1,048,576
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def column_letter(index: int) -> str:
    """Spreadsheet name of a 0-based column: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(slots=True)
class Scan:
    """What one pass over a sheet's XML tells before calamine sees it: size of the used block, empty formulas, errors.

    `width` is the last used column (at least Z) that is not right of `MAX_COLUMNS`.
    """

    cells: int = 0  # 0 where the columns are so few that no number of rows is too many
    width: int = 26
    formulas: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # cells whose value is #REF!, #N/A, ...


def scan_parts(path: Path, archive: zipfile.ZipFile) -> dict[str, Scan]:
    """Unpack every part once, chunk by chunk (checks length and CRC), and measure the sheets."""
    for info in archive.infolist():
        if info.file_size > (MAX_INDEX_BYTES if info.filename in INDEXES else MAX_PART_BYTES):
            raise InputError(
                f"{info.filename} in {path.name} would unpack to {info.file_size / 1024**3:.1f} GB; "
                "at most 2 GB per sheet is expected."
            )
    total = sum(info.file_size for info in archive.infolist())
    if total > MAX_BYTES:
        raise InputError(f"{path.name} would unpack to {total / 1024**3:.1f} GB; at most 8 GB are expected.")
    scans: dict[str, Scan] = {}
    for name in archive.namelist():
        if not name.lower().endswith((".xml", ".bin", ".rels")):
            continue
        chunks = _chunks(archive, name)
        head = next(chunks, b"")
        if b"<!DOCTYPE" in head[:4096] or b"<!ENTITY" in head[:4096]:
            raise InputError(f"{path.name} declares XML entities in {name}, which no workbook program writes.")
        if re.fullmatch(r"(?i)xl/worksheets/[^/]+\.xml", name):
            scans[name], widest = _scan_sheet(chain([head], chunks))
            if widest is None:
                _measure(path, archive, name, scans[name])
            elif widest * MAX_ROWS > MAX_CELLS:
                scans[name].cells = widest * _last_row(_chunks(archive, name))
        elif re.fullmatch(r"(?i)xl/worksheets/[^/]+\.bin", name):
            _check_binary(path, archive, name)
        else:
            for _ in chunks:  # a length or CRC that does not fit raises BadZipFile
                pass
    return scans


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while block := part.read(CHUNK_BYTES):
            yield block


def _scan_sheet(chunks: Iterable[bytes]) -> tuple[Scan, int | None]:
    """One quick pass: what it told, and the last used column, None where a cell is written in an unusual way."""
    scan = Scan()
    widest, odd, tail = 26, False, b""
    for number, chunk in enumerate(chunks):
        block = tail + chunk
        if b"<f" in block:
            scan.formulas += [m.decode() for m in _FORMULA.findall(block)]
        if b't="e"' in block:
            scan.errors += [m.decode() for m in _ERROR.findall(block)]
        for letters in set(_WIDE_CELL.findall(block)):
            column = column_index(letters.decode()) + 1
            widest = max(widest, column)
            if column <= MAX_COLUMNS:
                scan.width = max(scan.width, column)
        cut = block.rfind(b"<c ", max(0, len(block) - 65_536))  # a cell may go on in the next chunk
        tail = block[cut:] if cut >= 0 else block[-64:]
        odd = odd or _ODD_CELL.search(block, 0, len(block) - len(tail)) is not None
        odd = odd or (not number and b"<worksheet" not in block)
    scan.formulas, scan.errors = list(dict.fromkeys(scan.formulas)), list(dict.fromkeys(scan.errors))
    return scan, None if odd or _ODD_CELL.search(tail) else widest


def _last_row(chunks: Iterable[bytes]) -> int:
    """The last row that a cell names."""
    last, tail = 1, b""
    for chunk in chunks:
        block = tail + chunk
        last = max(last, *map(int, set(_CELL_ROW.findall(block))), 1)
        tail = block[-64:]
    return last


def _measure(path: Path, archive: zipfile.ZipFile, name: str, scan: Scan) -> None:
    try:
        with archive.open(name) as part:
            extent = MarkupExtent(part, MAX_COLUMNS)
    except expat.ExpatError:
        raise InputError(f"{path.name} is damaged: {name} in it is not XML. Export it again as .xlsx.") from None
    if extent.rows > MAX_ROWS:
        raise far_outside(path)
    scan.cells = extent.rows * extent.columns
    scan.width = max(scan.width, extent.width)


def _check_binary(path: Path, archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(name) as part:
        rows, columns = binary_extent(part)
    if rows * columns > MAX_CELLS:
        raise far_outside(path)


def far_outside(path: Path) -> InputError:
    """The sentence for a sheet whose cells reach further than can be read."""
    return InputError(f"{path.name} has cells far outside its table; delete them, or save the file as .xlsx.")


def sheet_parts(archive: zipfile.ZipFile, scans: Container[str]) -> dict[str, str]:
    """Sheet name to its part ("xl/worksheets/sheet2.xml"), for the parts that were scanned; {} where it is not told."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return {}
    targets = {link.get("Id"): f"xl/{(link.get('Target') or '').removeprefix('/xl/')}" for link in links}
    named = {str(s.get("name")): targets.get(s.get(_RELATION), "") for s in book.iter() if s.tag.endswith("}sheet")}
    return {name: part for name, part in named.items() if part in scans}
