"""A folder of published tables (CSV or CSV.gz): only the columns a profile names, in chunks, with every defect
accounted for.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO, cast

import pandas as pd

from lamo_desktop.admissions.cohort import Problem, Severity, Sex
from lamo_desktop.admissions.delimited import DELIMITERS, MAX_LINE
from lamo_desktop.admissions.profile import Profile, TableSpec
from lamo_desktop.admissions.values import parse_age, parse_sex
from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of

CHUNK_ROWS = 200_000
LONGEST_HEADER = 1_000_000  # characters
LISTED_ROWS = 20  # defects of one kind that are listed one by one; the rest are counted
EXTENSIONS = (".csv", ".csv.gz")
OVERFULL = (
    "more cells than the header, so the row is not used; text with the separator in it must stand in quotation marks"
)
EMPTY_TEXTS = frozenset({"NULL", "NaN", "\\N"})

Keep = Callable[[pd.DataFrame], pd.DataFrame]


def find_tables(path: Path) -> dict[str, Path]:
    """CSV tables of a folder and its immediate subfolders, by lower-case name without extension ("hosp/patients" ->
    patients).
    """
    found: dict[str, Path] = {}
    for file in sorted([*path.glob("*"), *path.glob("*/*")], key=lambda file: (len(file.parts), file.name)):
        lowered = file.name.casefold()
        for extension in EXTENSIONS:
            if lowered.endswith(extension) and file.is_file():
                found.setdefault(lowered.removesuffix(extension), file)
    return found


def read_header(path: Path, encoding: str = "utf-8-sig") -> tuple[list[str], str]:
    """The column names in a table's first line, as written, and the separator between them.

    Raises csv.Error when a quotation mark is left open in it.
    """
    with _open_text(path, encoding) as stream:
        first = stream.readline(LONGEST_HEADER)
    if len(first) == LONGEST_HEADER:
        raise csv.Error("a header without end")
    if first.count('"') % 2:
        raise csv.Error("a name in the header spans lines")
    separator = max(DELIMITERS, key=first.count)
    return next(csv.reader([first], delimiter=separator), []), separator


def header_of(path: Path) -> tuple[list[str], str]:
    """The column names in a table's first line, and its encoding and delimiter in words."""
    encoding = "utf-8-sig"
    try:
        names, separator = read_header(path, encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        names, separator = read_header(path, encoding)
    return names, f"{encoding.upper().removesuffix('-SIG')}, {DELIMITERS[separator]} between columns"


class TableFolder:
    """The tables of one export. Frames have the program's column names, text values and the file's row number as index.

    Reading collects `problems` (for the cohort) and `hashes` (file name -> SHA-256 of the file as it lies on disk).
    """

    def __init__(self, path: Path, profile: Profile) -> None:
        self.path = path
        self.tables = profile.tables()
        self.problems: list[Problem] = []
        self.hashes: dict[str, str] = {}
        self._files = find_tables(path)

    def has(self, table: str) -> bool:
        """Whether the export has this table's file."""
        return self.tables[table].file.casefold() in self._files

    def file(self, table: str) -> str:
        """The table's file name as a person sees it, for messages."""
        found = self._files.get(self.tables[table].file.casefold())
        return found.relative_to(self.path).as_posix() if found else f"{self.tables[table].file}.csv"

    def read(self, table: str, keep: Keep | None = None, quiet: bool = False) -> pd.DataFrame:
        """The table with the columns of its profile entry (absent optional ones empty); `keep` reduces each chunk.

        `quiet`: an optional column that is absent is not worth a word.

        An absent optional table is an empty frame and a warning. Raises InputError, naming file and column, for a
        required table or column that is not there and for a file that cannot be read.
        """
        spec = self.tables[table]
        path = self._files.get(spec.file.casefold())
        if path is None:
            if spec.required:
                raise InputError(f"{self.path.name}: the table {spec.file}.csv (or .csv.gz) is missing.")
            self.note(
                self.file(table),
                f"the table is not in the export, so its entries ({table.replace('_', ' ')}) are missing",
            )
            return _empty(spec)
        try:
            self.hashes[self.file(table)] = sha256_of(path)
            try:
                chunks = list(self._chunks(path, spec, "utf-8-sig", keep, quiet))
            except UnicodeDecodeError:
                chunks = list(self._chunks(path, spec, "cp1252", keep, quiet))
                self.note(self.file(table), "the file is not UTF-8; it was read as Windows-1252", "info")
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
            raise InputError(f"{self.file(table)} cannot be read: the file is damaged or not accessible.") from problem
        except (pd.errors.ParserError, csv.Error) as problem:
            raise InputError(
                f"{self.file(table)} is not a well-formed CSV table (is a quotation mark left open?)."
            ) from problem
        return pd.concat(chunks) if chunks else _empty(spec)

    def records(self, table: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
        """A table as it stands in its file: the header, and each row's number (the header is 1) and cells, once more.

        Raises InputError when the table is not there.
        """
        path = self._files.get(self.tables[table].file.casefold())
        if path is None:
            raise InputError(f"{self.path.name}: the table {self.file(table)} is missing.")
        encoding = "utf-8-sig"
        try:
            with _open_text(path, encoding) as stream:
                for _ in stream:
                    pass
        except UnicodeDecodeError:
            encoding = "cp1252"
        header, separator = read_header(path, encoding)

        def rows() -> Iterator[tuple[int, list[str]]]:
            with _open_text(path, encoding) as stream:
                filled = (cells for cells in csv.reader(stream, delimiter=separator) if cells)
                for number, cells in enumerate(filled, 1):
                    if number > 1:
                        yield number, [*cells, *[""] * (len(header) - len(cells))][: len(header)]

        return header, rows()

    def _chunks(
        self, path: Path, spec: TableSpec, encoding: str, keep: Keep | None, quiet: bool
    ) -> Iterator[pd.DataFrame]:
        header, separator = read_header(path, encoding)
        places = self._places(spec, header, quiet)
        used = sorted(set(places.values()))
        with _open_text(path, encoding) as stream:
            reader = pd.read_csv(
                _Widened(stream, separator),
                sep=separator,
                usecols=[*used, len(header)],
                dtype=object,
                na_filter=False,
                chunksize=CHUNK_ROWS,
                index_col=False,
            )
            for chunk in reader:
                by_place = {place: _clean(chunk.iloc[:, position]) for position, place in enumerate(used)}
                frame = pd.DataFrame({name: by_place[place] for name, place in places.items()}, dtype=object)
                frame.index = chunk.index + 2  # row 1 is the header
                for name in spec.optional.keys() - places.keys():
                    frame[name] = ""
                key = next(iter(spec.columns))
                overfull = frame.index[(chunk.iloc[:, -1].fillna("") != "").to_numpy()]
                frame.loc[overfull, key] = ""  # it belongs to no one: which cell holds what is not known
                self.note_rows(spec.name, overfull, OVERFULL)
                broken = [
                    row for row, text in zip(frame.index, frame[key], strict=True) if "\n" in text or "\r" in text
                ]
                self.note_rows(
                    spec.name, broken, f"{spec.columns[key]} spans lines: a quotation mark before it is left open"
                )
                yield keep(frame) if keep else frame

    def _places(self, spec: TableSpec, header: list[str], quiet: bool) -> dict[str, int]:
        """Where each column stands in the file; upper and lower case do not matter."""
        known = {name.strip().casefold(): place for place, name in reversed(list(enumerate(header)))}
        missing = [column for column in spec.columns.values() if column.casefold() not in known]
        if missing:
            found = ", ".join(name.strip() for name in header[:12] if name.strip()) or "no header row"
            raise InputError(f"{self.file(spec.name)}: the column {missing[0]} is missing; found {found}.")
        for column in spec.optional.values():
            if column.casefold() not in known and not quiet:
                self.note(self.file(spec.name), f"the column {column} is missing; it is read as empty", "info")
        wanted = {**spec.columns, **spec.optional}
        return {name: known[column.casefold()] for name, column in wanted.items() if column.casefold() in known}

    def note(self, where: str, message: str, severity: Severity = "warning") -> None:
        """Add a problem, once."""
        problem = Problem(where, message, severity)
        if problem not in self.problems:
            self.problems.append(problem)

    def note_rows(self, table: str, rows: Iterable[int], message: str) -> None:
        """Add one problem per row of a table, the first ones by number and the rest as a count."""
        numbers = sorted(rows)
        for row in numbers[:LISTED_ROWS]:
            self.note(f"{self.file(table)} row {row}", message)
        if len(numbers) > LISTED_ROWS:
            self.note(self.file(table), f"{len(numbers) - LISTED_ROWS:,} more rows: {message}")


def number(column: "pd.Series[str]") -> "pd.Series[float]":
    """A column of texts as numbers; whatever is not a finite number is NaN."""
    values = pd.to_numeric(column, errors="coerce").astype(float)
    return values.where(values.abs() < 1e12)


def identifier(column: "pd.Series[str]") -> "pd.Series[str]":
    """Identifiers as text; the ".0" that spreadsheets add to whole numbers is taken off."""
    return pd.Series([text.removesuffix(".0") for text in column], index=column.index, dtype=object)


def age_or_none(text: str) -> int | None:
    """Age in years, 90 for all above 89 ("> 89"); None where the cell holds no age from 0 to 120."""
    try:
        return parse_age(text)
    except ValueError:
        return None


def sex_or_none(text: str) -> Sex | None:
    """Female or male; None for anything else."""
    try:
        return parse_sex(text)
    except ValueError:
        return None


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings from column name to value."""
    names = list(frame.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame[name] for name in names), strict=True)]


class _Widened(io.TextIOBase):
    """A table with one more column than its header names, so that pandas does not drop a cell beyond it unseen."""

    def __init__(self, stream: TextIO, separator: str) -> None:
        self._stream = stream
        first = stream.readline(LONGEST_HEADER)
        names = first.rstrip("\r\n")
        self._header = f"{names}{separator}(beyond the header){first[len(names) :]}"
        self._begun = 0  # characters of the line that is being read

    def read(self, size: int | None = -1, /) -> str:
        """The widened header line first, then the stream's own characters."""
        if self._header:
            header, self._header = self._header, ""
            return header
        text = self._stream.read(-1 if size is None else size)
        ends = text.rfind("\n")
        self._begun = self._begun + len(text) if ends < 0 else len(text) - ends - 1
        if self._begun > MAX_LINE:
            raise csv.Error("a line without end")
        return text


def _clean(column: "pd.Series[str]") -> list[str]:
    return ["" if text in EMPTY_TEXTS else text for text in map(str.strip, column)]


def _empty(spec: TableSpec) -> pd.DataFrame:
    return pd.DataFrame(columns=[*spec.columns, *spec.optional], dtype=object)


def _open_text(path: Path, encoding: str) -> TextIO:
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    if zipped:
        return cast(TextIO, gzip.open(path, "rt", encoding=encoding, newline=""))
    return path.open(encoding=encoding, newline="")
