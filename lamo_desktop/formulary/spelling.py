"""Drug names as German, French and Spanish spell them, written as the tables do.

The international names differ between languages by rule: "furosemide", "Furosemid", "furosémide", "furosemida". A word
that no table has is replaced by the one known word with the same root; where two have it, nothing is done. Salts and
acids are put in the English order ("chlorure de potassium", "Folsäure"). A misspelling is not corrected,
unless it is one by which languages differ (c and k, i and y, doubled letters).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection

from lamo_desktop.formulary.text import PACKAGING

SHORTEST = 6  # letters of a word that is respelled

_WORD = re.compile(r"[a-z]+")
_SALTS = {
    "natrium": "sodium", "sodique": "sodium", "sodica": "sodium", "sodico": "sodium", "sodio": "sodium",
    "kalium": "potassium", "potasio": "potassium", "potassique": "potassium", "potasica": "potassium",
    "potasico": "potassium", "calcio": "calcium", "kalzium": "calcium", "calcique": "calcium", "calcica": "calcium",
    "magnesio": "magnesium", "chlorid": "chloride", "chlorure": "chloride", "cloruro": "chloride",
    "hydrochlorid": "hydrochloride", "chlorhydrate": "hydrochloride", "clorhidrato": "hydrochloride",
    "hydrogencarbonat": "bicarbonate", "bicarbonat": "bicarbonate", "bicarbonato": "bicarbonate",
    "hydrogenocarbonate": "bicarbonate", "carbonat": "carbonate", "carbonato": "carbonate", "sulfat": "sulfate",
    "sulfato": "sulfate", "phosphat": "phosphate", "fosfato": "phosphate", "gluconat": "gluconate",
    "gluconato": "gluconate", "citrat": "citrate", "citrato": "citrate", "acetat": "acetate", "acetato": "acetate",
    "succinat": "succinate", "succinato": "succinate", "tartrat": "tartrate", "tartrato": "tartrate",
    "maleat": "maleate", "maleato": "maleate", "besilat": "besylate", "besilato": "besylate", "besilate": "besylate",
    "mesilat": "mesylate", "mesilato": "mesylate", "mesilate": "mesylate", "bromid": "bromide", "bromure": "bromide",
    "bromuro": "bromide", "lactat": "lactate", "lactato": "lactate", "fumarat": "fumarate", "fumarato": "fumarate",
    "valerat": "valerate", "valerato": "valerate", "propionat": "propionate", "propionato": "propionate",
    "acide": "acid", "acido": "acid",
}  # fmt: skip
_SALT_LAST = re.compile(rf"\b({'|'.join(sorted(set(_SALTS.values()) - {'acid'}))})(?: +de +| +d +)([a-z]+)")
_ACID_FIRST = re.compile(r"\bacid ([a-z]+ic)\b")
_GERMAN_ACID = re.compile(r"\b([a-z]{3,}?)(?:in)?saure\b")
_JOINED_SALT = re.compile(
    rf"\b([a-z]{{5,}}?)({'|'.join(sorted(_SALTS.keys() | set(_SALTS.values()), key=len)[::-1])})\b"
)
_ROOT = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^es(?=[ptc])", "s"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"ch|qu|k", "c"),
        (r"y", "i"),
        (r"ae|oe", "e"),
        (r"([a-z])\1(?=[a-z])", r"\1"),
        (r"(?:ium|io)$", "i"),
        (r"(?:ic[ao]|icue)$", "ic"),
        (r"[aeo]$", ""),
    )
)


def root(word: str) -> str:
    """What the spellings of one international name have in common."""
    for pattern, by in _ROOT:
        word = pattern.sub(by, word)
    return word


class Spellings:
    """Replaces words of other languages by those of the tables."""

    def __init__(self, known: Collection[str], meaning: Callable[[str], object]) -> None:
        """`known`: every word of the names in the tables; `meaning` of a word that is a name, else None."""
        self._known = frozenset(known) | PACKAGING
        roots: dict[str, set[str]] = defaultdict(set)
        for word in known:
            if len(word) >= SHORTEST - 1 and word.isalpha() and word.isascii():
                roots[root(word)].add(word)
        self._roots = {
            key: min(words)
            for key, words in roots.items()
            if len(words) == 1 or (len(meant := {meaning(word) for word in words}) == 1 and None not in meant)
        }

    def english(self, written: str) -> str:
        """A text that `plain` has read, in the spelling and order of the tables."""
        parted = _JOINED_SALT.sub(self._part, _GERMAN_ACID.sub(self._acid, written))
        spelled = _WORD.sub(lambda match: self._word(match[0]), parted)
        return _ACID_FIRST.sub(r"\1 acid", _SALT_LAST.sub(r"\2 \1", spelled))

    def _word(self, word: str) -> str:
        if word in self._known:
            return word
        if word in _SALTS:
            return _SALTS[word]
        return self._roots.get(root(word), word) if len(word) >= SHORTEST else word

    def _part(self, match: re.Match[str]) -> str:
        """ "metoprololsuccinat" in two words, where the first is known."""
        name = self._word(match[1])
        if match[0] in self._known or (name not in self._known and name not in _SALTS.values()):
            return match[0]
        return f"{match[1]} {match[2]}"

    def _acid(self, match: re.Match[str]) -> str:
        """ "folsaure" as "folic acid", where there is such an acid."""
        return f"{match[1]}ic acid" if f"{match[1]}ic" in self._known else match[0]
