"""Near names for a text that the formulary does not know: for a person to judge, never used by themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lamo_desktop.formulary.matching import NameIndex, Names
from lamo_desktop.formulary.spelling import root
from lamo_desktop.formulary.text import is_measure, plain, split_numbers, words

SHORTEST = 4  # letters; shorter words are near to everything
NEAR = 75.0  # similarity (0 to 100, matched letters of both names) from which a name is worth a look
LETTERS_PER_EDIT, MOST_EDITS = 4, 3
LONGEST_NAME = 3  # words of a text that are read together as one name


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A known name near to a text: its ingredients, how near (0 to 1), and the names it has been mistaken for.

    `look_alikes` not empty means: two drugs are that near to each other, so look at the order before confirming.
    """

    ingredients: tuple[str, ...]
    name: str
    similarity: float
    look_alikes: tuple[str, ...]


class Suggester:
    """Finds near names among all that the formulary knows; `look_alikes` are pairs of names mistaken for each other."""

    def __init__(self, index: NameIndex, look_alikes: Iterable[tuple[str, str]]) -> None:
        self._known: Mapping[str, Names] = {
            " ".join(phrase): names for phrase, names in index.phrases.items() if len(" ".join(phrase)) >= SHORTEST
        }
        self._names = list(self._known)
        self._mistaken: dict[str, set[str]] = defaultdict(set)
        for first, second in look_alikes:
            self._mistaken[first].add(second)
            self._mistaken[second].add(first)

    def suggest(self, text: str, limit: int = 3) -> tuple[Suggestion, ...]:
        """The nearest names of different ingredients, the nearest first; none where nothing is near."""
        from rapidfuzz import fuzz, process  # loaded by suggesting alone, not by the window's start

        best: dict[Names, tuple[float, str]] = {}
        for query in _queries(text):
            for name, score, _ in process.extract(query, self._names, scorer=fuzz.ratio, score_cutoff=NEAR, limit=8):
                if not _may_be_misspelled(query, name):
                    continue
                ingredients = self._known[name]
                best[ingredients] = max(best.get(ingredients, (0.0, "")), (score, name))
        nearest = sorted(best.items(), key=lambda entry: (-entry[1][0], entry[1][1]))[:limit]
        return tuple(
            Suggestion(ingredients, name, round(score / 100, 3), self._look_alikes(name, ingredients))
            for ingredients, (score, name) in nearest
        )

    def _look_alikes(self, name: str, ingredients: Names) -> tuple[str, ...]:
        return tuple(sorted({other for known in (name, *ingredients) for other in self._mistaken.get(known, ())}))


def _may_be_misspelled(written: str, name: str) -> bool:
    """Whether a text is a name with few letters wrong: it begins alike, and of five letters one, of nine two, of
    thirteen three at most are left out, added, exchanged or turned. Ordinary words are often near to some name by
    chance: none is better than a wrong one.
    """
    from rapidfuzz.distance import OSA

    edits = min(MOST_EDITS, (min(len(written), len(name)) - 1) // LETTERS_PER_EDIT)
    if _beginning(written) != _beginning(name):
        return False
    roots = (" ".join(map(root, text.split())) for text in (written, name))  # what languages spell alike
    return OSA.distance(written, name, score_cutoff=edits) <= edits or OSA.distance(*roots) <= edits


def _beginning(name: str) -> str:
    return {"k": "c", "q": "c", "z": "s", "y": "i", "j": "i"}.get(name[0], name[0])


def _queries(text: str) -> list[str]:
    """The stretches of a text that may be one name: up to three neighbouring words that are no measure or packaging."""
    named = [word for word in words(split_numbers(plain(text))) if not is_measure(word)]
    stretches = (
        " ".join(named[start : start + length])
        for length in range(1, LONGEST_NAME + 1)
        for start in range(len(named) - length + 1)
    )
    return [stretch for stretch in dict.fromkeys(stretches) if len(stretch) >= SHORTEST]
