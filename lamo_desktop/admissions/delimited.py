"""Read one delimited text file (csv, tsv, txt, .gz) as columns of text; encoding and delimiter are found."""

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from lamo_desktop.admissions.encodings import Encoding, detect_encoding, is_encoding, mostly_utf8, shown
from lamo_desktop.admissions.workbooks import Sheet, columnar
from lamo_desktop.errors import InputError

SAMPLE_BYTES = 1024 * 1024
MAX_TEXT_BYTES = 4 * 1024**3
MAX_BLANK_LINES = 1_048_576  # on end: the rows of an Excel sheet; more come from damage, and take long to count
MAX_LINE = 64 * 1024 * 1024  # characters; an archive of a few megabytes can hold one of gigabytes
MAX_FIELD = 16 * 1024 * 1024  # characters in one cell; a longer one is a quotation mark that never closes
CHARACTERS_PER_NUL = 500  # at least: a damaged cell in a text; more zero bytes are a binary file
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


def read_delimited(path: Path, asked_encoding: str = "") -> Sheet:
    """The file as one sheet named "" ; its `remarks` say which encoding and delimiter were found.

    `asked_encoding` is taken instead of what the bytes say. InputError: a truncated or false gzip, binary content,
    blank lines by the million, a quotation mark that never closes, or an encoding that does not exist.
    """
    if asked_encoding and not is_encoding(asked_encoding):
        raise InputError(f"{asked_encoding!r} is no encoding; expected a name such as utf-8, cp1250 or big5.")
    try:
        sample = _sample(path)
        encoding = Encoding(asked_encoding) if asked_encoding else encoding_of(sample)
        if sample.count(0) * CHARACTERS_PER_NUL > len(sample) and not encoding.name.startswith("utf-16"):
            raise InputError(f"{path.name} is not a text table: it holds binary data. Expected CSV, or a workbook.")
        try:
            return _parse(path, encoding, "strict")
        except UnicodeDecodeError:
            if not asked_encoding and encoding.name == "utf-8" and not mostly_utf8(sample):
                encoding = detect_encoding(_later_sample(path))  # only ASCII so far: other letters come further down
            return _parse(path, encoding, "replace")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{path.name} is a damaged or incomplete gzip file; copy or export it again.") from None
    except UnicodeError:
        raise InputError(f"{path.name} is not readable as text; expected CSV in UTF-8.") from None


def encoding_of(sample: bytes) -> Encoding:
    """The encoding of a file from its first SAMPLE_BYTES."""
    return detect_encoding(sample, complete=len(sample) < SAMPLE_BYTES)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed and path.suffix.lower() == ".gz":
        raise InputError(f"{path.name} ends in .gz but is not gzip-compressed; expected a packed CSV file.")
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _sample(path: Path) -> bytes:
    with _open(path) as file:
        return file.read(SAMPLE_BYTES)


def _later_sample(path: Path) -> bytes:
    """The first lines that are not ASCII, wherever they stand."""
    size, lines = 0, []
    with _open(path) as file:
        while (line := file.readline(MAX_LINE)) and size < SAMPLE_BYTES:
            if not line.isascii():
                lines.append(line)
                size += len(line)
    return b"".join(lines)


def _parse(path: Path, encoding: Encoding, errors: str) -> Sheet:
    try:
        return _parse_as(path, encoding, errors, strict=True)
    except csv.Error as error:
        if "unexpected end of data" in str(error) or "field larger" in str(error):
            raise InputError(_unclosed(path, encoding.name)) from None
        return _parse_as(path, encoding, errors, strict=False)  # a stray quotation mark inside a quoted cell


def _parse_as(path: Path, encoding: Encoding, errors: str, strict: bool) -> Sheet:
    with _open(path) as binary, io.TextIOWrapper(binary, encoding.name, errors, newline="") as text:
        head = text.read(SAMPLE_BYTES // 4)
        if any(mark in head[:2000].lower() for mark in ("<html", "<table", "<!doctype html", "<?xml")):
            raise InputError(
                f"{path.name} is a web page or XML file under another name; open it in Excel and save it as .xlsx."
            )
        declared = re.match(r"sep=(.)\r?\n", head)
        delimiter = declared.group(1) if declared else detect_delimiter(head)
        text.seek(0)
        lines: Iterable[str] = _limited(path, text)
        if declared:
            lines = (line if number else "\n" for number, line in enumerate(lines))
        sheet = Sheet("", [], [])
        previous = csv.field_size_limit(MAX_FIELD)
        try:
            columnar(csv.reader(lines, delimiter=delimiter, strict=strict), sheet, path.name)
        except csv.Error as error:
            if "field larger" in str(error):
                raise InputError(_unclosed(path, encoding.name)) from None
            raise
        finally:
            csv.field_size_limit(previous)
    if errors == "replace":
        sheet.remarks.append("some bytes do not fit the encoding and were read as \ufffd; expected UTF-8 throughout")
    name = shown(encoding.name)
    if encoding.rivals:
        others = " or ".join(shown(rival) for rival in encoding.rivals[:3])
        sheet.remarks.append(
            f"read as {name}, but it may also be {others}: look at a few accented words, and name the encoding in the "
            "profile (encoding) if they are wrong"
        )
    sheet.form = f"{name}, {DELIMITERS.get(delimiter, delimiter)} between columns"
    sheet.remarks.append(f"read as {name} with {DELIMITERS.get(delimiter, delimiter)} between columns")
    return sheet


def _lines(path: Path, text: TextIO) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise InputError(f"{path.name} has a line of more than {MAX_LINE:,} characters; it is no table of text.")
        yield line


def _limited(path: Path, text: TextIO) -> Iterator[str]:
    left, blank = MAX_TEXT_BYTES, 0
    for line in _lines(path, text):
        left -= len(line)
        if left < 0:
            raise InputError(f"{path.name} unpacks to more than 4 GB of text; split the export by date.")
        blank = blank + 1 if line.isspace() else 0
        if blank > MAX_BLANK_LINES:
            raise InputError(
                f"{path.name} has more than {MAX_BLANK_LINES:,} blank lines on end; it is damaged, so export it again."
            )
        yield line


def _unclosed(path: Path, encoding: str) -> str:
    """Sentence naming the row in which the last quotation mark was opened: the file has an odd number of them."""
    row = 1
    with _open(path) as binary, io.TextIOWrapper(binary, encoding, "replace", newline="") as text:
        inside = False
        for line in _lines(path, text):
            inside ^= line.count('"') % 2 == 1
            row += not inside
    return f"{path.name} row {row}: a quotation mark opens there and never closes; expected a closing one."


def detect_delimiter(head: str) -> str:
    """The delimiter under which most of the first rows have the same number (above one) of cells; comma if none.

    Of several that fit, the one whose rows begin first, then the one of more columns: cells may hold lists with another
    delimiter in every row, but then the header, which stands above them, is not cut by it.
    """
    fits: dict[str, tuple[float, int]] = {}  # agreement of rows and number of columns in one figure; the first such row
    for delimiter in DELIMITERS:
        try:
            rows = islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 200)
            widths = [len(row) for row in rows if row]
        except csv.Error:
            continue
        counts = Counter(width for width in widths if width > 1)
        if counts:
            width, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            fits[delimiter] = count / len(widths) * (1 - 1 / width), widths.index(width)
    best = max((score for score, _ in fits.values()), default=0.0)
    close = [delimiter for delimiter, (score, _) in fits.items() if score >= best / 2]
    return min(close, key=lambda delimiter: (fits[delimiter][1], -fits[delimiter][0]), default=",")
