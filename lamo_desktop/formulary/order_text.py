"""Order text to ingredients, and what is knowingly left out of recommendation: the rules beyond the name tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from lamo_desktop.formulary.matching import NameIndex, Names
from lamo_desktop.formulary.spelling import Spellings
from lamo_desktop.formulary.tables import Ingredient
from lamo_desktop.formulary.text import LONGEST_TEXT, PACKAGING, is_measure, percentages, plain, split_numbers, words

Status = Literal["drug", "excluded", "unmapped"]

PACKAGING_ONLY = "packaging only"  # why a text orders no drug: a form, a dose or a frequency alone
STUDY = "study drug or placebo"
_FLUSH_WORDS = frozenset({"flush", "flushes", "flushsyrg", "lock", "lok"})
_FLUSHED = frozenset({"heparin", "sodium chloride", "sterile water"})
_ORAL_WORDS = frozenset({"chew", "chewable", "gel", "oral", "paste", "po", "tab", "tablet", "tablets", "tabs", "tube"})
_LOCK_STRENGTH = re.compile(r"\b10\s?(?:units?|u)\s?/\s?ml\b")  # heparin this weak only keeps a line open
_CARRIERS = frozenset({"fluid", "diluent"})
_INSULIN_BY = re.compile(r"\b(insulin\W+)n\.")  # German "nach" (Schema, Plan, BZ): no NPH insulin
_JOINED = re.compile(r"([a-z]{4,})(?=(?:-|\s?[/+&]\s?)([a-z]{4,}))")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What an order text stands for.

    ingredients: lower-case names in order of mention (for an excluded text what was recognised, possibly nothing).
    reason: empty for a drug, else one short phrase why the text is excluded or unmapped.
    """

    ingredients: tuple[str, ...]
    status: Status
    reason: str


class OrderReader:
    """Reads order texts with the name index and the ingredient table; rules in resources/formulary/README.md."""

    def __init__(self, index: NameIndex, table: Mapping[str, Ingredient]) -> None:
        self._index = index
        self._table = table

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(self._index.words, lambda word: self._index.phrases.get((word,)))

    def english(self, written: str) -> str:
        """A text that `plain` has read, with names as the tables spell them."""
        return _INSULIN_BY.sub(r"\1nach ", self._spellings.english(written))

    def read(self, text: str) -> Mapped:
        """The mapping of one text; never raises, never guesses."""
        if len(text) > LONGEST_TEXT:
            return Mapped((), "unmapped", f"longer than {LONGEST_TEXT} characters")
        written = self.english(plain(text))
        text_words = words(written)
        if not any(c.isalpha() for c in written):
            return Mapped((), "unmapped", "no name in the text")
        found, used = self._index.find(text_words)
        if not found:
            written = split_numbers(written)
            text_words = words(written)
            found, used = self._index.find(text_words)
        if not found:
            if all(word in PACKAGING or word[0].isdigit() for word in text_words):
                return Mapped((), "excluded", PACKAGING_ONLY)
            return Mapped((), "unmapped", "no known name in the text")
        unknown = self._unknown_partner(written, text_words, used)
        if unknown:
            return Mapped((), "unmapped", f"unknown part of a combination: {unknown}")
        found = self._refined(found, written, frozenset(text_words))
        if self._is_flush(found, written, frozenset(text_words)):
            return Mapped(found, "excluded", "line flush")
        mapped = self.judged(found)
        strangers = [w for i, w in enumerate(text_words) if len(w) > 4 and i not in used and _may_name(w)]
        if mapped.reason in _CARRIERS and strangers:
            return Mapped((), "unmapped", f"unknown word beside a {mapped.reason}: {strangers[0]}")
        return mapped

    def _unknown_partner(self, written: str, text_words: tuple[str, ...], used: frozenset[int]) -> str:
        """A word joined to a named one by "-", "/", "+" or "&" that is neither known nor packaging; "" if none."""
        named = {text_words[i] for i in used}
        for pair in _JOINED.findall(written):
            joined = words(" ".join(pair))
            strange = [word for word in joined if len(word) > 4 and word not in named and _may_name(word)]
            if strange and named.intersection(joined):
                return strange[0]
        return ""

    def _refined(self, found: Names, written: str, text_words: frozenset[str]) -> Names:
        """Strength and form where they decide what a solution is; a multivitamin's own vitamins are dropped."""
        strongest = max(percentages(written), default=0.0)
        oral = bool(text_words & _ORAL_WORDS)
        if found in (("dextrose",), ("glucose",)):
            if 25 <= strongest <= 50 or (oral and (strongest == 0 or strongest > 10)):
                return ("glucose",)
            if 0 < strongest < 25:
                return ("dextrose",)
        if found == ("sodium chloride",):
            if 2 <= strongest <= 24:
                return ("sodium chloride, hypertonic",)
            if strongest == 0.65:
                return ("sodium chloride nasal",)
            if strongest == 0 and oral:
                return ("sodium chloride, oral",)
        if "multivitamin" in found:
            return tuple(n for n in found if n == "multivitamin" or not self._in_multivitamin(n))
        if "insulin" in found and any(name.startswith("insulin ") for name in found):
            return tuple(name for name in found if name != "insulin")
        return found

    def _in_multivitamin(self, name: str) -> bool:
        return name in _MULTIVITAMIN_NAMES or self._table[name].drug_class in _MULTIVITAMIN_CLASSES

    def _is_flush(self, found: Names, written: str, text_words: frozenset[str]) -> bool:
        named = bool(text_words & _FLUSH_WORDS) or ("heparin" in found and bool(_LOCK_STRENGTH.search(written)))
        return named and _FLUSHED.issuperset(found)

    def judged(self, found: Names) -> Mapped:
        """The drugs among the names found (a name the table lacks is a drug), or why they are excluded."""
        if STUDY in found:
            return Mapped((STUDY,), "excluded", STUDY)
        drugs = tuple(name for name in found if name not in self._table or self._table[name].kind == "drug")
        if drugs:
            return Mapped(drugs, "drug", "")
        return Mapped(found, "excluded", self._table[found[0]].kind)


def _may_name(word: str) -> bool:
    """Whether a word nobody knows could name a drug: neither a number, nor packaging, nor a salt."""
    return not is_measure(word) and word not in SALTS


_MULTIVITAMIN_CLASSES = frozenset({"vitamin", "iron preparation", "trace element"})
_MULTIVITAMIN_NAMES = frozenset({"calcium", "calcium carbonate", "magnesium", "phytonadione"})

# Second halves of drug names: a salt, an ester or a source after "-" or "/" does not make a combination.
SALTS = frozenset(
    """
    acell acellular acetate acetonide acidophilus aspartate benzoate besylate bitartrate bromide butyrate calcium
    carbonate chloride citrate dihydrate diphosphate disodium edisylate electrolytes ethylsuccinate extended
    flavored fumarate furoate gluconate human hyclate hydrobromide hydrochloride immediate isophane lactate
    lactobionate magnesium maleate mesylate methylsulfate mineral minerals monohydrate nitrate oxalate palmitate
    pamoate phosphate polistirex polysorbate porcine potassium propionate release saline sodium stearate strength
    succinate sucrose sulfate tartrate tromethamine valerate water xinafoate
    """.split()  # noqa: SIM905 - a word list reads better than quoted strings
)
