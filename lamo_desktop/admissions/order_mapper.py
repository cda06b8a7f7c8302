"""What texts about drugs mean, by the same rules for every reader: orders, medications before admission, allergies.

An ordered drug is an ingredient of a text that the formulary reads as a drug. What it knows but excludes (fluids,
diluents, line flushes, vaccines, contrast, study drugs) is not an ordered drug and is counted with the reason. What it
does not know is counted too, and named as it was written.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lamo_desktop.admissions.notes import parse_allergies, parse_medications
from lamo_desktop.admissions.order_overlap import Span, together
from lamo_desktop.admissions.values import is_unknown
from lamo_desktop.formulary import Formulary, Mapped
from lamo_desktop.formulary.allergies import says_none

_BETWEEN_REACTIONS = re.compile(r"[;\n|；、]|,(?!\d)")
_AROUND_REACTION = " \t()[]-–—:=>.,;"
NAMELESS = "(no drug name and no code)"
ENTRY_LENGTH = 80  # a longer text between two separators is prose, not an entry of a list


@dataclass(slots=True)
class Orders:
    """What was ordered for one admission: ingredients, and the texts that the formulary does not know."""

    ingredients: set[str] = field(default_factory=set)
    unmapped: set[str] = field(default_factory=set)


class OrderMapper:
    """Maps the texts of one export; `unmapped` (text) and `excluded` (reason, text) count its order rows."""

    def __init__(self, formulary: Formulary, codes: Mapping[str, Mapped] | None = None) -> None:
        """`codes`: what the drug codes of this export mean."""
        self.formulary = formulary
        self.unmapped: Counter[str] = Counter()
        self.excluded: Counter[tuple[str, str]] = Counter()
        self._codes = codes or {}

    def read(self, texts: Sequence[str], code: str = "") -> Mapped:
        """The reading of one row: by the first of its texts that the formulary knows, else by its code."""
        for text in texts:
            mapped = self.formulary.map(text)
            if mapped.status != "unmapped":
                return mapped
        if code in self._codes:
            return self._codes[code]
        if code and not any(texts):  # a site can confirm what a code means in its names file, as it is listed
            return self.formulary.map(as_written(texts, code))
        return Mapped((), "unmapped", "")

    def add(self, orders: Orders, texts: Sequence[str], code: str = "", rows: int = 1) -> None:
        """Add `rows` equal order rows to an admission's orders, and count them where they order no known drug."""
        mapped = self.read(texts, code)
        orders.ingredients.update(recommendable(mapped))
        if mapped.status == "drug":
            return
        written = as_written(texts, code)
        if mapped.status == "excluded":
            self.excluded[mapped.reason, written] += rows
            return
        orders.unmapped.add(written)
        self.unmapped[written] += rows

    def together(self, rows: Iterable[tuple[Sequence[str], str, Span]]) -> tuple[tuple[str, ...], ...]:
        """Which ingredients of (texts, code, span) rows are ordered at one time; () for all. Nothing is counted."""
        return together((name, span) for texts, code, span in rows for name in recommendable(self.read(texts, code)))

    def drugs(self, rows: Iterable[tuple[Sequence[str], str]]) -> tuple[str, ...]:
        """The ingredients that (texts, code) rows order, sorted; nothing is counted."""
        return tuple(sorted({name for texts, code in rows for name in recommendable(self.read(texts, code))}))

    def home_medications(self, entries: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Medications before admission from (text, code) entries: ingredients, each once.

        What the formulary does not know is kept as written, in lower case; what it excludes, and that there is none, is
        left out.
        """
        names: list[str] = []
        for text, code in entries:
            if says_none(text):
                continue
            mapped = self.read([text], code)
            names += [" ".join(text.casefold().split())] if mapped.status == "unmapped" else recommendable(mapped)
        return tuple(dict.fromkeys(name for name in names if name))

    def listed_medications(self, text: str) -> tuple[tuple[str, ...], bool]:
        """Medications before admission from a cell or a note's section, and whether it is a list and no prose.

        Of prose only the pieces as short as an entry are given: the text itself says more.
        """
        names = self.home_medications((entry, "") for entry in parse_medications(text))
        entries = tuple(name for name in names if len(name) <= ENTRY_LENGTH)
        return entries, len(entries) == len(names)

    def allergens(self, allergies: Iterable[str]) -> set[str]:
        """The ingredients that allergy entries name; an entry that names none stands for itself."""
        return {name for text in allergies for name in self.formulary.map(text).ingredients or (text,)}


def recommendable(mapped: Mapped) -> tuple[str, ...]:
    """The ingredients of a reading that count as drugs; none for what is excluded (fluids, ...) or unmapped."""
    return mapped.ingredients if mapped.status == "drug" else ()


def as_written(texts: Sequence[str], code: str = "") -> str:
    """How an order row appears in reports; a full stop at the end makes no other name."""
    named = (text.rstrip(" .,;") for text in texts)
    return next(filter(None, named), "") or (f"(drug code {code})" if code else NAMELESS)


def allergy_entries(entries: Iterable[str], none: Sequence[str] = ()) -> tuple[str, ...]:
    """Allergies in lower case, each once; entries that say there is none (the words in `none`) are left out."""
    lowered = (" ".join(entry.casefold().split()) for entry in entries)
    return tuple(dict.fromkeys(entry for entry in lowered if entry and entry not in none and not says_none(entry)))


def with_reactions(allergies: Sequence[str], reactions: Mapping[str, str], cell: str) -> tuple[dict[str, str], bool]:
    """The reactions to allergies with those of a column of its own, and whether it can be told to which each belongs.

    Such a cell holds one reaction for each allergy, in their order, or names the allergen ("codeine: nausea"); the
    reaction to a single allergy may be a list.
    """
    told = " ".join(cell.casefold().split())
    if not allergies or is_unknown(told):
        return dict(reactions), True
    pieces = [" ".join(piece.split()) for piece in _BETWEEN_REACTIONS.split(cell.casefold()) if piece.strip()]
    if len(allergies) == 1:
        own = {allergies[0]: told}
    else:
        named = [max((name for name in allergies if name in piece), key=len, default="") for piece in pieces]
        if not any(named) and len(pieces) == len(allergies):
            named = list(allergies)
        if not all(named):
            return dict(reactions), False
        own = {}
        for name, piece in zip(named, pieces, strict=True):
            own[name] = "; ".join(filter(None, (own.get(name, ""), "" if is_unknown(piece) else piece)))
    known = {name: (reactions.get(name, ""), own.get(name, "")) for name in allergies}
    joined = {name: "; ".join(dict.fromkeys(filter(None, both))) for name, both in known.items()}
    return {name: reaction for name, reaction in joined.items() if reaction}, True


def listed_allergies(text: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Allergies from a cell or a note's section, and the reaction to each for which one is written."""
    told: dict[str, list[str]] = {}
    for entry, reaction in parse_allergies(text).items():
        for name in allergy_entries([entry]):
            told.setdefault(name, []).append(" ".join(reaction.strip(_AROUND_REACTION).casefold().split()))
    joined = {name: "; ".join(filter(None, reactions)) for name, reactions in told.items()}
    return tuple(told), {name: reaction for name, reaction in joined.items() if reaction}
