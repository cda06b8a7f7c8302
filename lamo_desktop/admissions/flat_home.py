"""A sheet of home medications in long form: an admission id and a drug in each row, read like the sheet of orders."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lamo_desktop.admissions.cell_evidence import names_drug, sample_of
from lamo_desktop.admissions.cohort import Problem
from lamo_desktop.admissions.header_words import understood
from lamo_desktop.admissions.note_lists import parse_medications
from lamo_desktop.admissions.synonyms import Vocabulary, known_before, known_later
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import identifier, is_unknown
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary
from lamo_desktop.formulary.allergies import says_none

JOINED, JOINED_AS_TITLED = 0.5, 0.1  # share of the sheet's ids that must be admissions, less where its title tells
DRUGS = 0.5  # share of the cells that must name a drug, where no header says that they do
MOST_PROBED = 60  # cells looked up in the formulary
TELLING = 0.8  # confidence from which a title or a header speaks of medications before admission
NAMED = 0.6  # confidence from which a header speaks of a drug
UNKNOWN_ADMISSION = "the admission is not among the rows read"
NO_DRUG = "the drug is missing"


@dataclass(frozen=True, slots=True)
class HomeSheet:
    """The sheet and its columns."""

    table: Table
    admission: int
    drug: int


def find_home_sheet(
    others: Sequence[Table], ids: Collection[str], vocabulary: Vocabulary, formulary: Formulary | None, wanted: str
) -> HomeSheet | None:
    """The sheet of home medications among those that are neither the admissions nor the orders.

    Its title or the header of its drugs says that they were taken before admission, or a person chose it (`wanted`).
    Raises InputError where a chosen sheet is none.
    """
    for table in others if ids else ():
        if wanted and table.sheet != wanted:
            continue
        titled = bool(wanted) or tells_before(table.title, vocabulary)
        column = _joining(table, ids, JOINED_AS_TITLED if titled else JOINED)
        drug = None if column is None else _drugs(table, column, titled, vocabulary, formulary)
        if column is not None and drug is not None:
            return HomeSheet(table, column, drug)
    if wanted:
        raise InputError(f"Sheet {wanted}: expected an admission id and a drug column of home medications.")
    return None


def tells_before(title: str, vocabulary: Vocabulary) -> bool:
    """Whether a title or a header says that something was taken before admission: "Home meds", "PTA", "院前用药"."""
    if known_later(title):
        return False
    words = understood(title) or ()
    before = known_before(title) or any("before" in ideas for ideas in words)
    return before or vocabulary.confidence(title, "medications_on_admission") >= TELLING


def _joining(table: Table, ids: Collection[str], least: float) -> int | None:
    """The column with the largest share of admissions among its values."""
    shares = []
    for column, cells in enumerate(table.cells):
        values = {identifier(cell) for cell in cells if not is_unknown(cell)}
        if values:
            shares.append((sum(value in ids for value in values) / len(values), -column))
    best = max(shares, default=(0.0, 0))
    return -best[1] if best[0] > 0 and best[0] >= least else None


def _drugs(
    table: Table, admission: int, titled: bool, vocabulary: Vocabulary, formulary: Formulary | None
) -> int | None:
    """The column of drugs: by its header, else by its cells; without a title that tells, its header must date them."""
    found = []
    for column, header in enumerate(table.columns):
        if column == admission or known_later(header):
            continue
        sample = sample_of(table.cells[column])[:MOST_PROBED]
        share = sum(names_drug(cell, formulary) for cell in sample) / len(sample) if sample and formulary else 0.0
        named = max(
            vocabulary.confidence(header, name) for name in ("order_drug", "orders", "medications_on_admission")
        )
        if (titled or tells_before(header, vocabulary)) and (named >= NAMED or share >= DRUGS) and share > 0:
            found.append((share, named, -column))
    return -max(found)[2] if found else None


class HomeReader:
    """The home medications of a sheet by admission, and what could not be used of it."""

    def __init__(self, sheet: HomeSheet | None) -> None:
        self._sheet = sheet
        self._entries: dict[str, list[str]] = defaultdict(list)
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._nameless: list[int] = []
        if sheet is None:
            return
        ids, drugs = sheet.table.cells[sheet.admission], sheet.table.cells[sheet.drug]
        for row, (cell, drug) in enumerate(zip(ids, drugs, strict=True)):
            name = identifier(cell)
            self._rows[name].append(row)
            if says_none(drug):
                continue
            if is_unknown(drug):
                self._nameless.append(row)
            else:
                self._entries[name] += parse_medications(drug)

    def of(self, admission: str) -> tuple[str, ...]:
        """The entries of an admission, as written."""
        return tuple(self._entries.get(admission, ()))

    def problems(self, admissions: Collection[str]) -> list[Problem]:
        """The rows not used, by reason; `admissions` are all ids of the file."""
        if self._sheet is None:
            return []
        unknown = [row for name, rows in self._rows.items() if name not in admissions for row in rows]
        return [
            Problem(
                self._sheet.table.title,
                f"rows of home medications not used because {reason}: {len(rows):,} "
                f"(first: {self._sheet.table.where(min(rows))})",
            )
            for reason, rows in ((UNKNOWN_ADMISSION, unknown), (NO_DRUG, self._nameless))
            if rows
        ]
