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

from lamo_desktop.admissions.workbooks import Sheet, columnar
from lamo_desktop.errors import InputError

SAMPLE_BYTES = 1024 * 1024
MAX_TEXT_BYTES = 4 * 1024**3
MAX_BLANK_LINES = 1_048_576  # on end: the rows of an Excel sheet; more come from damage, and take long to count
MAX_LINE = 64 * 1024 * 1024  # characters; an archive of a few megabytes can hold one of gigabytes
MAX_FIELD = 16 * 1024 * 1024  # characters in one cell; a longer one is a quotation mark that never closes
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


def read_delimited(path: Path) -> Sheet:
    """The file as one sheet named "" ; its `remarks` say which encoding and delimiter were found.

    InputError: a truncated or false gzip, binary content, blank lines by the million, or a quotation mark that never
    closes.
    """
    try:
        sample = _sample(path)
        encoding = detect_encoding(sample)
        if b"\x00" in sample and not encoding.startswith("utf-16"):
            raise InputError(f"{path.name} is not a text table: it holds binary data. Expected CSV, or a workbook.")
        try:
            return _parse(path, encoding, "strict")
        except UnicodeDecodeError:
            if encoding == "utf-8" and not _mostly_utf8(sample):  # only ASCII so far: the odd bytes are Windows letters
                encoding = "cp1252"
            return _parse(path, encoding, "replace")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{path.name} is a damaged or incomplete gzip file; copy or export it again.") from None
    except UnicodeError:
        raise InputError(f"{path.name} is not readable as text; expected CSV in UTF-8.") from None


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed and path.suffix.lower() == ".gz":
        raise InputError(f"{path.name} ends in .gz but is not gzip-compressed; expected a packed CSV file.")
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _sample(path: Path) -> bytes:
    with _open(path) as file:
        return file.read(SAMPLE_BYTES)


def detect_encoding(sample: bytes) -> str:
    """Name of the encoding of a text file, from its first bytes: UTF-8, UTF-16, GB18030 or cp1252."""
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = sample[:4000:2].count(0), sample[1:4000:2].count(0)
    if even + odd > len(sample[:4000]) // 8:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        sample[: len(sample) - _cut_sequence(sample)].decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        if _mostly_utf8(sample):
            return "utf-8"
    # In Chinese text nearly all high bytes come in pairs; in Western text a high byte stands alone among letters.
    high = len(re.findall(rb"[\x80-\xff]", sample))
    paired = 2 * len(re.findall(rb"[\xa1-\xfe]{2}", sample))
    return "gb18030" if paired >= 0.8 * high else "cp1252"


def _mostly_utf8(sample: bytes) -> bool:
    """Whether non-ASCII characters are UTF-8 but for a few damaged ones."""
    text = sample.decode("utf-8", "replace")
    letters = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return letters >= 10 * max(1, text.count("\ufffd"))


def _cut_sequence(sample: bytes) -> int:
    """Bytes at the end of a full sample that may be the beginning of a multi-byte character."""
    if len(sample) < SAMPLE_BYTES:
        return 0
    return next((k for k in range(1, 4) if sample[-k] >= 0xC0), 0)


def _parse(path: Path, encoding: str, errors: str) -> Sheet:
    try:
        return _parse_as(path, encoding, errors, strict=True)
    except csv.Error as error:
        if "unexpected end of data" in str(error) or "field larger" in str(error):
            raise InputError(_unclosed(path, encoding)) from None
        return _parse_as(path, encoding, errors, strict=False)  # a stray quotation mark inside a quoted cell


def _parse_as(path: Path, encoding: str, errors: str, strict: bool) -> Sheet:
    with _open(path) as binary, io.TextIOWrapper(binary, encoding, errors, newline="") as text:
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
                raise InputError(_unclosed(path, encoding)) from None
            raise
        finally:
            csv.field_size_limit(previous)
    if errors == "replace":
        sheet.remarks.append("some bytes do not fit the encoding and were read as \ufffd; expected UTF-8 throughout")
    shown = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}.get(encoding, encoding)
    sheet.form = f"{shown.upper()}, {DELIMITERS.get(delimiter, delimiter)} between columns"
    sheet.remarks.append(f"read as {shown.upper()} with {DELIMITERS.get(delimiter, delimiter)} between columns")
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
