"""Which column holds what: headers matched by synonyms with a confidence, sheets chosen by content."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from lamo_desktop.admissions.cohort import Problem
from lamo_desktop.admissions.notes import SECTIONS
from lamo_desktop.admissions.tables import Table
from lamo_desktop.errors import InputError
from lamo_desktop.paths import resource

LISTS = ("diagnoses", "procedures", "allergies", "medications_on_admission", "orders", "note")  # may span columns
ORDER_FIELDS = ("order_drug", "order_start")
CLINICAL = ("diagnoses", "note", *SECTIONS)
ACCEPTED = 0.6  # confidence from which a column is used without being asked for

# A header with one of these words is not what the rest of it says ("diagnosis date", "discharge medications").
_CHANGES_MEANING = frozenset(
    {"date", "time", "discharge", "family", "count", "number", "no", "type", "status", "flag", "code", "codes", "id"}
    | {"version", "score", "dose", "route", "unit", "source"}
)
_PERSON = frozenset(
    {"patient", "patients", "contact", "home", "mother", "father", "guardian", "kin", "emergency", "given", "maiden"}
)
_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|(?:\+|00)?\d[\d ()/-]{8,}\d")


@dataclass(frozen=True, slots=True)
class Match:
    """One column taken for one field: 1.0 is an exact synonym or the user's word, 0.65 a misspelling."""

    field: str
    column: int
    header: str
    confidence: float


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """How a file is read: the admissions table, the orders table in long form if any, and what each column holds.

    `long_form`: the admissions table itself has one row per order, so an admission id may repeat.
    """

    admissions: Table
    matches: tuple[Match, ...]
    orders: Table | None = None
    order_matches: tuple[Match, ...] = ()
    long_form: bool = False
    labels: tuple[int, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def columns(self, name: str) -> tuple[int, ...]:
        """Columns of the admissions table that hold a field, left to right; empty when it has none."""
        return tuple(sorted(m.column for m in self.matches if m.field == name))

    def order_column(self, name: str) -> int | None:
        """Column of the orders table that holds `admission_id`, `order_drug` or `order_start`."""
        return next((m.column for m in self.order_matches if m.field == name), None)


def normalised(header: str) -> str:
    """A header for comparison: words in lower case without accents and punctuation, camel case split."""
    header = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    text = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """The shipped flat profile."""
    data: dict[str, Any] = yaml.safe_load(resource("profiles/flat.yaml").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, tuple[str, ...]]:
    return {name: tuple(normalised(word) for word in words) for name, words in shipped()["synonyms"].items()}


@lru_cache(maxsize=1)
def _identifiers() -> frozenset[str]:
    return frozenset(normalised(word) for word in shipped()["identifiers"])


@lru_cache(maxsize=4096)
def confidence(header: str, name: str) -> float:
    """How well a header fits a field, 0 to 1."""
    words = normalised(header)
    squeezed = words.replace(" ", "")
    numberless = re.sub(r"\d+$", "", squeezed) if name in LISTS else squeezed
    best = 0.0
    for synonym in _synonyms()[name]:
        plain = synonym.replace(" ", "")
        if squeezed == plain:
            return 1.0
        if numberless == plain or numberless == plain + "list" or numberless == plain + "text":
            best = max(best, 0.9)
        inside = set(words.split()) - set(synonym.split())
        if " " in synonym and f" {synonym} " in f" {words} " and not inside & _CHANGES_MEANING:
            best = max(best, 0.8 if len(inside) <= 2 else 0.5)
        if min(len(plain), len(squeezed)) >= 6 and abs(len(plain) - len(squeezed)) <= 2:
            close = SequenceMatcher(None, plain, squeezed).ratio()
            best = max(best, 0.65 if close >= 0.9 else 0.0)
    return best


def recognised(cells: Sequence[str]) -> int:
    """How many distinct fields a row of cells names, to tell the header row from titles and data."""
    short = [cell for cell in cells if cell and len(cell) <= 80]
    return len({name for name in _synonyms() for cell in short if confidence(cell, name) >= 0.9})


def is_identifier(header: str) -> bool:
    """Whether a header names a direct identifier of a person: name, phone, address, record number."""
    words = normalised(header).split()
    if " ".join(words) in _identifiers() or "".join(words) in {i.replace(" ", "") for i in _identifiers()}:
        return True
    rest = [word for word in words if word not in _PERSON]
    return len(rest) < len(words) and " ".join(rest) in _identifiers()


def map_headers(tables: Sequence[Table], profile: Mapping[str, Any]) -> HeaderMapping:
    """Choose the tables and columns of a file. Raises InputError when no admission id or nothing clinical is found."""
    problems: list[Problem] = []
    own = _own_columns(profile)
    named = profile["sheets"]
    visible = [t for t in tables if not t.hidden or t.sheet in named.values()]
    problems += [
        Problem(t.sheet, "hidden sheet, not read; show it in Excel to use it", "info")
        for t in tables
        if t not in visible
    ]
    if not visible:
        raise InputError(f"{tables[0].file}: every sheet with data is hidden; show the sheet with the admissions.")
    candidates = [(table, _match(table, own)) for table in visible]
    orders_table, order_matches = _orders(candidates, named.get("orders", ""))
    admissions, matches = _admissions(candidates, named.get("admissions", ""), orders_table)
    if orders_table is admissions:
        orders_table, order_matches = None, ()
    matches, long_form = _orders_here(admissions, matches, orders_table is None)
    used = {normalised(m.header) for m in (*matches, *order_matches)}
    for name, headers in own.items():
        for header in headers:
            if normalised(header) not in used:
                raise InputError(
                    f"{admissions.title}: the profile expects a column {header!r} for {name}; "
                    f"found {_listed(admissions)}."
                )
    problems += [
        Problem(t.title, "sheet not used: it is neither the admissions nor the orders", "info")
        for t in visible
        if t is not admissions and t is not orders_table
    ]
    labels, said = _labels(admissions, matches)
    return HeaderMapping(admissions, matches, orders_table, order_matches, long_form, labels, problems + said)


def _own_columns(profile: Mapping[str, Any]) -> dict[str, list[str]]:
    own: dict[str, list[str]] = {}
    for name, header in (profile.get("columns") or {}).items():
        if name not in _synonyms():
            raise InputError(f"The profile maps an unknown field {name!r}; expected one of {', '.join(_synonyms())}.")
        headers = header if isinstance(header, list) else [header]
        own[name] = [str(h) for h in headers if h]
    return own


def _match(table: Table, own: Mapping[str, Sequence[str]]) -> list[Match]:
    """Every plausible (field, column) pair of a table, the user's own first, then by confidence."""
    found = []
    here = {normalised(header) for header in table.columns}
    # The admission id is in two tables; the user's word for it may hold in one of them only.
    named = {name: {normalised(h) for h in mine} for name, mine in own.items()}
    named = {name: mine for name, mine in named.items() if name != "admission_id" or mine & here}
    for column, header in enumerate(table.columns):
        for name in _synonyms():
            if name in named:
                found.append(Match(name, column, header, 2.0 if normalised(header) in named[name] else 0.0))
            else:
                found.append(Match(name, column, header, confidence(header, name)))
    return sorted((m for m in found if m.confidence >= ACCEPTED), key=lambda m: (-m.confidence, m.column))


def _assign(found: Sequence[Match], fields: Sequence[str]) -> tuple[Match, ...]:
    """Best assignment, greedily: a column serves one field, a field one column unless it is a list."""
    chosen: list[Match] = []
    for match in found:
        if match.field not in fields or any(m.column == match.column for m in chosen):
            continue
        if match.field in LISTS or all(m.field != match.field for m in chosen):
            chosen.append(Match(match.field, match.column, match.header, min(match.confidence, 1.0)))
    return tuple(chosen)


def _orders(candidates: Sequence[tuple[Table, list[Match]]], wanted: str) -> tuple[Table | None, tuple[Match, ...]]:
    """The table with orders in long form: an admission id that repeats, a drug, and nothing clinical beside."""
    best: tuple[Table | None, tuple[Match, ...]] = (None, ())
    longest = 0
    for table, found in candidates:
        matches = _assign(found, ("admission_id", *ORDER_FIELDS))
        fields = {m.field for m in matches}
        if not {"admission_id", "order_drug"} <= fields:
            if table.sheet and table.sheet == wanted:
                raise InputError(f"Sheet {wanted}: expected an admission id and a drug column; found {_listed(table)}.")
            continue
        clinical = {m.field for m in _assign(found, tuple(_synonyms()))} & {*CLINICAL, "age", "sex"}
        if table.sheet == wanted or (not wanted and not clinical and len(table) > longest):
            best, longest = (table, matches), len(table)
            if table.sheet == wanted:
                break
    return best


def _admissions(
    candidates: Sequence[tuple[Table, list[Match]]], wanted: str, orders: Table | None
) -> tuple[Table, tuple[Match, ...]]:
    scored = []
    for table, found in candidates:
        if wanted and table.sheet != wanted:
            continue
        if table is orders and len(candidates) > 1:
            continue
        matches = _assign(found, tuple(_synonyms()))
        names = {m.field for m in matches} - set(ORDER_FIELDS)
        scored.append(("admission_id" in names, len(names & set(CLINICAL)), len(names), table, matches))
    if not scored:
        raise InputError(f"{candidates[0][0].file}: there is no sheet {wanted!r} with admissions.")
    *_, table, matches = max(scored, key=lambda entry: entry[:3])
    names = {m.field for m in matches}
    if "admission_id" not in names:
        raise InputError(
            f"{table.title} row {table.header_row}: no column for the admission id (expected a header such as "
            f"'Admission ID'); found {_listed(table)}. Map it in a profile if it has another name."
        )
    if not names & set(CLINICAL):
        raise InputError(
            f"{table.title} row {table.header_row}: no column with diagnoses or a note (expected headers such as "
            f"'Diagnoses' or 'Note'); found {_listed(table)}."
        )
    return table, matches


def _orders_here(table: Table, matches: tuple[Match, ...], alone: bool) -> tuple[tuple[Match, ...], bool]:
    """Without another place for orders, a drug column of the admissions table holds them; ids may then repeat."""
    kept = [m for m in matches if m.field not in ORDER_FIELDS]
    drug = next((m for m in matches if m.field == "order_drug"), None)
    if drug is None or not alone or any(m.field == "orders" for m in kept):
        return tuple(kept), False
    ids = table.cells[next(m.column for m in matches if m.field == "admission_id")]
    return (*kept, Match("orders", drug.column, drug.header, drug.confidence)), len(set(ids)) < len(ids)


def _listed(table: Table) -> str:
    shown = [repr(header[:40]) for header in table.columns[:12]]
    return ", ".join(shown) + (" and more" if len(table.columns) > 12 else "")


def _labels(table: Table, matches: Sequence[Match]) -> tuple[tuple[int, ...], list[Problem]]:
    """Columns kept as subgroup labels, and why the others are not."""
    taken = {m.column for m in matches}
    labels: list[int] = []
    said: list[Problem] = []
    for column, header in enumerate(table.columns):
        if column in taken:
            continue
        where = f"{table.title}, column {header[:60]}"
        values = {cell for cell in table.cells[column] if cell}
        if is_identifier(header) or (values and sum(bool(_CONTACT.fullmatch(v)) for v in values) > len(values) / 2):
            said.append(Problem(where, "looks like a direct identifier: not read", "info"))
        elif not values:
            said.append(Problem(where, "is empty: not read", "info"))
        elif max(map(len, values)) <= 60 and (len(values) <= 50 or len(values) <= len(table) / 2):
            labels.append(column)
        else:
            said.append(Problem(where, "not recognised and too varied for a subgroup: not read", "info"))
    return tuple(labels), said


def save_profile(mapping: HeaderMapping, path: Path, name: str = "", date_order: str = "ask") -> None:
    """Write a mapping as the user's own profile (YAML), to be given as `--profile` or shared with a colleague."""
    columns: dict[str, list[str]] = {}
    for match in (*sorted(mapping.matches, key=lambda m: m.column), *mapping.order_matches):
        headers = columns.setdefault(match.field, [])
        if match.header not in headers:
            headers.append(match.header)
    shown = {name: headers if len(headers) > 1 else headers[0] for name, headers in columns.items()}
    sheets = {"admissions": mapping.admissions.sheet, "orders": mapping.orders.sheet if mapping.orders else ""}
    data = {"kind": "flat", "name": name or path.stem, "columns": shown, "sheets": sheets, "date_order": date_order}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    except OSError as error:
        raise InputError(f"The profile cannot be saved as {path.name}: {error.strerror}.") from None
