"""Allergies and medications before admission that the formulary does not know: nothing can follow from them.

They are counted and listed as they were written, and taken for nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lamo_desktop.admissions.cohort import Admission, NotUnderstood
from lamo_desktop.admissions.mapping import ReadColumn
from lamo_desktop.formulary import Formulary

ALLERGY, HOME_MEDICATION = "allergy", "home medication"
NO_COLUMNS: Mapping[str, ReadColumn] = MappingProxyType({})
FIELD_OF = {ALLERGY: "allergies", HOME_MEDICATION: "medications_on_admission"}


def not_understood(
    admissions: Iterable[Admission], formulary: Formulary, columns: Mapping[str, ReadColumn] = NO_COLUMNS
) -> tuple[NotUnderstood, ...]:
    """Every such entry, allergies first and of each kind the most frequent first.

    `columns`: by field, the one column of a flat file's admissions that holds it: the cell of the first can be told.
    """
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    for admission in admissions:
        entries = {(ALLERGY, text) for text in admission.allergies if not formulary.understands_allergy(text)}
        entries |= {(HOME_MEDICATION, text) for text in admission.home_medications if not _is_known(text, formulary)}
        for entry in entries:
            counts[entry] += 1
            first.setdefault(entry, admission.source_row)
    ranked = sorted(counts, key=lambda entry: (entry[0], -counts[entry], entry[1]))
    return tuple(
        NotUnderstood(kind, text, counts[kind, text], _cell(first[kind, text], columns.get(FIELD_OF[kind])))
        for kind, text in ranked
    )


def _cell(row: str, column: ReadColumn | None) -> str:
    """The cell of a row in a column; the row where no column is known."""
    if column is None:
        return row
    sheet, mark, cell = row.rpartition("!")
    return f"{sheet}!{column.letter}{cell[1:]}" if mark else f"{row}, column {column.header}"


def _is_known(text: str, formulary: Formulary) -> bool:
    return formulary.known(text) or formulary.map(text).status != "unmapped"
