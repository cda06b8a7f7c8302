"""Which field a header means, by the synonyms of a profile, and which headers identify a person."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from lamo_desktop.admissions.notes import SECTIONS

LISTS = ("diagnoses", "procedures", "allergies", "medications_on_admission", "orders", "note")  # may span columns
ORDER_FIELDS = ("order_drug", "order_start")
CLINICAL = ("diagnoses", "note", *SECTIONS)
CERTAIN = 0.9  # confidence from which a header tells the header row

# A header with one of these words is not what the rest of it says ("diagnosis date", "discharge medications").
_CHANGES_MEANING = frozenset(
    {"date", "time", "discharge", "family", "count", "number", "no", "type", "status", "flag", "code", "codes", "id"}
    | {"version", "score", "dose", "route", "unit", "source"}
)
_REMARK = re.compile(r"[(\[（【].*?[)\]）】]")  # "Gender (M/F)"
_PERSON = frozenset(
    {"patient", "patients", "contact", "home", "mother", "father", "guardian", "kin", "emergency", "given", "maiden"}
)


def normalised(header: str) -> str:
    """A header for comparison: words in lower case without accents and punctuation, camel case split."""
    header = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    text = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


class Vocabulary:
    """The `synonyms` and `identifiers` of a flat profile, ready for comparison; answers are remembered."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        self._synonyms = {
            name: tuple(normalised(str(word)) for word in words) for name, words in profile["synonyms"].items()
        }
        self._identifiers = frozenset(normalised(str(word)) for word in profile["identifiers"])
        self._squeezed = frozenset(word.replace(" ", "") for word in self._identifiers)
        self._words = {name: frozenset(" ".join(words).split()) for name, words in self._synonyms.items()}
        self._known: dict[tuple[str, str], float] = {}

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field a column can hold."""
        return tuple(self._synonyms)

    def confidence(self, header: str, name: str) -> float:
        """How well a header fits a field: 1 a synonym, 0.9 numbered, 0.8 with more words, 0.65 misspelled, 0 not."""
        key = (header, name)
        if key not in self._known:
            found = max(_likeness(normalised(header), name, word) for word in self._synonyms[name])
            bare = self._without_remark(header, name)
            if bare and found < 0.8:
                found = max(found, *(min(0.8, _likeness(bare, name, word)) for word in self._synonyms[name]))
            self._known[key] = found
        return self._known[key]

    def _without_remark(self, header: str, name: str) -> str:
        """The header's words without what stands in brackets, where that does not speak of another field; else none."""
        remarks = normalised(" ".join(_REMARK.findall(header))).split()
        other = _CHANGES_MEANING.union(*(words for each, words in self._words.items() if each != name))
        return "" if not remarks or other.intersection(remarks) else normalised(_REMARK.sub(" ", header))

    def recognised(self, cells: Sequence[str]) -> int:
        """How many distinct fields a row of cells names, to tell the header row from titles and data."""
        short = [cell for cell in cells if cell and len(cell) <= 80]
        return len({name for name in self._synonyms for cell in short if self.confidence(cell, name) >= CERTAIN})

    def is_identifier(self, header: str) -> bool:
        """Whether a header names a direct identifier of a person: name, phone, address, record number."""
        bare = _REMARK.sub(" ", header)
        if bare != header and self.is_identifier(bare):
            return True
        words = normalised(header).split()
        if " ".join(words) in self._identifiers or "".join(words) in self._squeezed:
            return True
        rest = [word for word in words if word not in _PERSON]
        return len(rest) < len(words) and " ".join(rest) in self._identifiers


def _likeness(words: str, name: str, synonym: str) -> float:
    """How well normalised header words fit one synonym of a field."""
    squeezed, plain = words.replace(" ", ""), synonym.replace(" ", "")
    if squeezed == plain:
        return 1.0
    numberless = re.sub(r"\d+$", "", squeezed) if name in LISTS else squeezed
    if numberless in (plain, plain + "list", plain + "text"):
        return 0.9
    inside = set(words.split()) - set(synonym.split())
    if " " in synonym and f" {synonym} " in f" {words} " and not inside & _CHANGES_MEANING:
        return 0.8 if len(inside) <= 2 else 0.5
    if min(len(plain), len(squeezed)) >= 6 and abs(len(plain) - len(squeezed)) <= 2:
        return 0.65 if SequenceMatcher(None, plain, squeezed).ratio() >= 0.9 else 0.0
    return 0.0
