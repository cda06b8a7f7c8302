"""The tables the formulary reads: shipped ones, and the ones a site adds."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from lamo_desktop.errors import InputError

LONGEST_HEADER = 1_000_000  # characters
Kind = Literal["drug", "fluid", "diluent", "contrast", "vaccine", "nutrition", "supply"]


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One row of `ingredients.csv`; a synonym "=x" counts only as the whole text, "a&b" in any order."""

    name: str
    drug_class: str
    kind: Kind
    synonyms: tuple[str, ...]
    allergy_classes: tuple[str, ...]


def rows(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Row number in the file (the header is row 1) and the named cells, stripped; blank rows are skipped.

    The `optional` columns come last, empty where the file does not have them.

    Raises InputError when the file cannot be read as UTF-8 CSV or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header_line = file.readline(LONGEST_HEADER)
            file.seek(0)
            delimiter = max(",;", key=header_line.count)  # Excel writes ";" where the comma is the decimal sign
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            missing = [name for name in columns if name not in header]
            if missing:
                raise InputError(f"{path.name} row 1: column {missing[0]!r} is missing; expected {', '.join(columns)}.")
            there = [name for name in optional if name in header]
            places = [header.index(name) for name in (*columns, *there)]
            absent = ("",) * (len(optional) - len(there))
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) <= max(places):
                    raise InputError(
                        f"{path.name} row {reader.line_num}: {len(cells)} cells found, expected {len(header)}."
                    )
                yield reader.line_num, (*(cells[place].strip() for place in places), *absent)
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text; save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise InputError(f"{path.name} row {reader.line_num}: not a readable CSV row ({error}).") from error


def read_ingredients(path: Path) -> dict[str, Ingredient]:
    """The hand-written ingredient table, by name."""
    table: dict[str, Ingredient] = {}
    for row, (name, drug_class, kind, synonyms, allergy) in rows(
        path, ("ingredient", "class", "kind", "synonyms", "allergy_class")
    ):
        if name in table:
            raise InputError(f"{path.name} row {row}: ingredient {name!r} appears twice.")
        table[name] = Ingredient(name, drug_class, _kind(kind, path, row), _split(synonyms), _split(allergy))
    return table


def _kind(text: str, path: Path, row: int) -> Kind:
    for kind in get_args(Kind):
        if text == kind:
            return kind  # type: ignore[no-any-return]
    raise InputError(f"{path.name} row {row}: kind {text!r} is not one of {', '.join(get_args(Kind))}.")


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def digest(paths: Sequence[Path]) -> str:
    """First 16 hex digits of the SHA-256 over the files' bytes in the order given."""
    total = hashlib.sha256()
    for path in paths:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]
