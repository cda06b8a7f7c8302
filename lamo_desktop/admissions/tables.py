"""Tables as an analyst sees them: a header row, columns of text and the address of every cell, from any usual file."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from pathlib import Path

from lamo_desktop.admissions.cohort import Problem
from lamo_desktop.admissions.delimited import read_delimited
from lamo_desktop.admissions.repaired import repaired
from lamo_desktop.admissions.synonyms import GROUP
from lamo_desktop.admissions.workbook_scan import MAX_COLUMNS, column_letter
from lamo_desktop.admissions.workbooks import Sheet, read_workbook
from lamo_desktop.errors import InputError

HEADER_SEARCH_ROWS = 40
LISTED_CELLS = 20  # of one kind that are listed one by one; the rest are counted
UNREADABLE = {
    b"%PDF": "a PDF file",
    b"{\\rtf": "a Word (RTF) document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "an SQLite database",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"SAS ": "a SAS file",
    b"$FL2": "an SPSS file",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet (or text file) below its header row; blank rows are left out.

    `cells[j][i]` is the text in column j of data row i, `rows[i]` that row's number in the file (1-based, counted as
    Excel does: a cell with line breaks is one row). `letters[j]` is the column's letter. `overfull` are data rows with
    more cells than the header. `long_numbers` are columns holding numbers of more than 15 digits, whose last
    digits Excel has lost.
    """

    file: str
    sheet: str
    header_row: int
    columns: tuple[str, ...]
    letters: tuple[str, ...]
    cells: tuple[list[str], ...]
    rows: list[int]
    hidden: bool = False
    overfull: frozenset[int] = frozenset()
    long_numbers: frozenset[int] = frozenset()
    form: str = ""  # the file's kind; of a text table, encoding and delimiter

    @property
    def title(self) -> str:
        """How messages call the table: its sheet, or the file name of a text table."""
        return self.sheet or self.file

    def where(self, row: int, column: int | None = None) -> str:
        """Address of a data row, or of its cell in a column: "Sheet1!C17", "orders.csv row 17, column start"."""
        number = self.rows[row]
        if self.sheet:
            return f"{self.sheet}!{'A' if column is None else self.letters[column]}{number}"
        return f"{self.file} row {number}" + ("" if column is None else f", column {self.columns[column]}")

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class TableFile:
    """The tables of one file, and what a person should know about how they were read."""

    tables: tuple[Table, ...]
    problems: list[Problem] = field(default_factory=list)
    repaired: bool = False  # quarantined rows of an earlier reading: sheets have names of their own


def read_tables(
    path: Path,
    recognised: Callable[[Sequence[str]], int],
    header_row: int = 0,
    header_sheet: str = "",
    encoding: str = "",
) -> TableFile:
    """Read a workbook or text table. `recognised(cells)` counts the known headers in a row, to find the header row.

    `header_row` (1-based) overrides the search, where `header_sheet` names a sheet only in that one; `encoding` that of
    a text table. Raises InputError when nothing usable is there.
    """
    sheets = _read_sheets(path, encoding)
    again = repaired(sheets)
    tables: list[Table] = []
    problems: list[Problem] = []
    reasons: list[str] = []
    for sheet in again or sheets:
        title = sheet.name or "the file"
        if not sheet.rows:
            reasons.append(f"{title} is empty")
            continue
        sheet.form = sheet.form or f"{path.suffix.casefold().removeprefix('.')} workbook"
        asked = header_row if header_sheet in ("", sheet.name) else 0
        table = _table(path.name, sheet, recognised, sheet.rows[0] if again else asked)
        if table is None:
            reasons.append(f"{title} has no header row")
            continue
        if not len(table):
            reasons.append(f"{title} has a header in row {table.header_row} but no rows below it")
            continue
        tables.append(table)
        problems += _remarks(path.name, sheet, table)
    if not tables:
        raise InputError(
            f"{path.name}: {'; '.join(reasons) or 'no sheet found'}. Expected a header row and one row per admission."
        )
    problems += [Problem(path.name, f"{reason}; not used", "info") for reason in reasons]
    return TableFile(tuple(tables), problems, bool(again))


def _read_sheets(path: Path, encoding: str) -> list[Sheet]:
    if path.name.startswith("~$"):
        raise InputError(f"{path.name} is Excel's lock file; choose the workbook itself ({path.name[2:]}).")
    try:
        if path.is_dir():
            raise InputError(f"{path.name} is a folder; expected a workbook or a CSV file.")
        size = path.stat().st_size
        with path.open("rb") as file:
            magic = file.read(16)
        if size == 0:
            raise InputError(f"{path.name} is empty (0 bytes); expected a workbook or a CSV file.")
        for start, kind in UNREADABLE.items():
            if magic.startswith(start):
                raise InputError(
                    f"{path.name} is {kind}; expected a workbook (.xlsx, .xls, .xlsb, .ods) or a CSV file."
                )
        if magic.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04")):
            return read_workbook(path)
        return [read_delimited(path, encoding)]
    except FileNotFoundError:
        raise InputError(f"{path.name} does not exist in {path.parent.name or os.sep}.") from None
    except PermissionError:
        raise InputError(
            f"{path.name} cannot be opened: it is open in another program or you have no right to read it."
        ) from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or 'the drive reports an error'}.") from None


def _remarks(file: str, sheet: Sheet, table: Table) -> list[Problem]:
    where = table.title
    found = [Problem(where, remark, "info") for remark in sheet.remarks]
    if table.header_row > 1:
        found.append(Problem(where, f"header found in row {table.header_row}; the rows above are not read", "info"))
    unstored = "formula without a stored value, read as empty; expected a value: open the file in Excel and save it"
    broken = "error value (#REF!, #N/A and the like), read as empty; expected a value: mend the formula in Excel"
    for addresses, text, counted in (
        (sheet.formulas, unstored, "more formulas without a stored value, read as empty"),
        (sheet.errors, broken, "more cells with an error value, read as empty"),
    ):
        found += [Problem(f"{sheet.name}!{address}", text) for address in addresses[:LISTED_CELLS]]
        if len(addresses) > LISTED_CELLS:
            found.append(Problem(where, f"{len(addresses) - LISTED_CELLS} {counted}"))
    return found


def _table(file: str, sheet: Sheet, recognised: Callable[[Sequence[str]], int], header_row: int) -> Table | None:
    columns = sheet.columns[:MAX_COLUMNS]
    asked = header_row in sheet.rows
    index = sheet.rows.index(header_row) if asked else _find_header(columns, recognised)
    if index is None:
        return None
    index = _last_header_row(sheet, index)
    if not asked and _groups(sheet, columns, index + 1) and _continues(columns, index, recognised):
        index += 1
    names = _header(sheet, columns, index, _groups(sheet, columns, index))
    kept = [j for j, name in enumerate(names) if name]
    if not kept:
        return None
    spare = [j for j, name in enumerate(names) if not name and any(columns[j][index + 1 :])]
    overfull = {i for j in spare for i, cell in enumerate(columns[j][index + 1 :]) if cell and j > kept[-1]}
    for j in spare:
        if j < kept[-1] or sheet.name != "":
            sheet.remarks.append(f"column {column_letter(j)} has no header and is not read")
    return Table(
        file=file,
        sheet=sheet.name,
        header_row=sheet.rows[index],
        columns=tuple(names[j] for j in kept),
        letters=tuple(column_letter(j) for j in kept),
        cells=tuple(columns[j][index + 1 :] for j in kept),
        rows=sheet.rows[index + 1 :],
        hidden=sheet.hidden,
        overfull=frozenset(overfull) if sheet.name == "" else frozenset(),
        long_numbers=frozenset(k for k, j in enumerate(kept) if j in sheet.long_numbers),
        form=sheet.form,
    )


def _find_header(columns: list[list[str]], recognised: Callable[[Sequence[str]], int]) -> int | None:
    """Index of the row with the most known headers; without any two, the first row that looks like one."""
    head = list(zip_longest(*(column[:HEADER_SEARCH_ROWS] for column in columns), fillvalue=""))
    known = [recognised(row) for row in head]
    if known and max(known) >= 2:
        return known.index(max(known))
    widths = [sum(map(bool, row)) for row in head]
    for index, row in enumerate(head):
        named = [cell for cell in row if cell]
        words = all(any(c.isalpha() for c in cell) and len(cell) <= 80 for cell in named)
        if words and len(set(named)) == len(named) and len(named) >= max(2, 0.6 * max(widths)):
            return index
    return None


def _last_header_row(sheet: Sheet, index: int) -> int:
    """A header whose cells are merged over several rows ends at the lowest of them."""
    first = sheet.rows[index] - 1
    last = max((bottom for (top, _), (bottom, _) in sheet.merged if top <= first <= bottom), default=first)
    return sheet.rows.index(last + 1) if last + 1 in sheet.rows else index


def _groups(sheet: Sheet, columns: list[list[str]], index: int) -> dict[int, str]:
    """The group header above each column of a header row, where the row above is one: a few cells over many columns."""
    above = index - 1
    if above < 0 or index >= len(sheet.rows) or sheet.rows[above] != sheet.rows[index] - 1:
        return {}
    line, number = sheet.rows[above] - 1, sheet.rows[index] - 1
    texts = [" ".join(column[above].split()) for column in columns]
    wide = [
        (left, right)
        for (top, left), (bottom, right) in sheet.merged
        if top <= line <= bottom < number and right > left and right - left < len(columns) - 1
    ]
    groups: dict[int, str] = {}
    if wide:
        for left, right in wide:
            groups |= {j: texts[left] for j in range(left, min(right + 1, len(columns))) if texts[left]}
        return groups
    filled = [j for j, text in enumerate(texts) if text]
    below = [j for j, column in enumerate(columns) if column[index]]
    spread = any(b - a > 1 for a, b in pairwise([*filled, len(columns)]))
    if len(filled) < 2 or not spread or len(filled) >= len(below) or filled[0] > below[0]:
        return {}
    if any(len(texts[j]) > 40 or any(c.isdigit() for c in texts[j]) for j in filled):
        return {}  # a title with a date beside it, or data
    for start, end in pairwise([*filled, len(columns)]):
        groups |= dict.fromkeys(range(start, end), texts[start])
    return groups


def _continues(columns: list[list[str]], index: int, recognised: Callable[[Sequence[str]], int]) -> bool:
    """Whether the row below a row of group headers is the header itself: words that are known, and no data."""
    if index + 1 >= len(columns[0]):
        return False
    below = [column[index + 1] for column in columns if column[index + 1]]
    words = all(any(c.isalpha() for c in cell) and len(cell) <= 80 for cell in below)
    if not words or len(set(below)) <= len([column for column in columns if column[index]]):
        return False
    return recognised(below) >= 2 or _names_data(columns, index + 1)


def _names_data(columns: list[list[str]], index: int) -> bool:
    """Whether a row without numbers stands above rows with numbers: names of columns, though none is known."""
    row = [column[index] for column in columns]
    data = [[column[k] for column in columns] for k in range(index + 1, min(index + 6, len(columns[0])))]
    numbers = [sum(cell[:1].isdigit() for cell in cells) for cells in data]
    return not any(cell[:1].isdigit() for cell in row) and bool(numbers) and min(numbers) > 0


def _header(sheet: Sheet, columns: list[list[str]], index: int, groups: Mapping[int, str]) -> list[str]:
    """Header texts; a cell that is empty because of a merge takes the text of the merged cell, and a group header goes
    before those below it. Repeats are numbered.
    """
    names = [" ".join(column[index].split()) for column in columns]
    at = {row: k for k, row in enumerate(sheet.rows)}
    header = sheet.rows[index] - 1
    for (top, left), (bottom, right) in sheet.merged:
        if top <= header <= bottom and top + 1 in at:
            for j in range(left, min(right + 1, len(names))):
                names[j] = names[j] or " ".join(columns[left][at[top + 1]].split())
    for j, group in groups.items():
        names[j] = f"{group}{GROUP}{names[j]}" if names[j] and names[j] != group else names[j] or group
    seen: dict[str, int] = {}
    for j, name in enumerate(names):
        if name:
            seen[name] = seen.get(name, 0) + 1
            names[j] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return names
