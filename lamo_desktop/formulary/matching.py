"""Finds the ingredients a text names: the whole text first, then word sets, then the longest phrases."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from lamo_desktop.formulary.text import is_measure, plain, words

Names = tuple[str, ...]  # ingredient names

SHORTEST_TRUNCATION = 8  # letters a cut-off word must keep to be completed


@dataclass
class NameIndex:
    """Known names, in three forms: exact (the whole text), sets ("insulin&aspart", any order) and phrases."""

    exact: dict[tuple[str, ...], Names] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], Names] = field(default_factory=dict)
    sets: dict[str, list[tuple[frozenset[str], Names]]] = field(default_factory=lambda: defaultdict(list))
    longest: int = 1

    def add(self, name: str, ingredients: Names) -> None:
        """Register one name as written in the tables; a later one replaces an earlier one."""
        if name.startswith("="):
            self.exact[words(plain(name[1:]))] = ingredients
        elif "&" in name:
            members = frozenset(words(plain(name)))
            self.sets[max(sorted(members), key=len)].append((members, ingredients))
        else:
            phrase = words(plain(name))
            self.phrases[phrase] = ingredients
            self.longest = max(self.longest, len(phrase))

    @property
    def words(self) -> frozenset[str]:
        """Every word of the names."""
        named = [*self.exact, *self.phrases, *(members for each in self.sets.values() for members, _ in each)]
        return frozenset(word for name in named for word in name)

    def find(self, text_words: tuple[str, ...]) -> tuple[Names, frozenset[int]]:
        """Ingredients in order of first mention, and the positions of the words that named them."""
        everywhere = frozenset(range(len(text_words)))
        if text_words in self.exact:
            return self.exact[text_words], everywhere
        places: dict[int, Names] = {}
        used: set[int] = set()
        self._find_sets(text_words, places, used)
        self._find_phrases(text_words, places, used)
        self._find_truncated(text_words, places, used)
        if not places:
            naming = tuple(w for w in text_words if not is_measure(w))
            return self.exact.get(naming, ()), everywhere
        found = dict.fromkeys(name for place in sorted(places) for name in places[place])
        return tuple(found), frozenset(used)

    def _find_sets(self, text_words: tuple[str, ...], places: dict[int, Names], used: set[int]) -> None:
        candidates = [entry for w in dict.fromkeys(text_words) if w in self.sets for entry in self.sets[w]]
        for members, ingredients in sorted(candidates, key=lambda entry: -len(entry[0])):
            positions = []
            for member in members:
                free = [i for i, w in enumerate(text_words) if w == member and i not in used]
                if not free:
                    break
                positions.append(free[0])
            else:
                used.update(positions)
                places[min(positions)] = ingredients

    def _find_phrases(self, text_words: tuple[str, ...], places: dict[int, Names], used: set[int]) -> None:
        start = 0
        while start < len(text_words):
            for length in range(min(self.longest, len(text_words) - start), 0, -1):
                span = range(start, start + length)
                phrase = text_words[start : start + length]
                if phrase in self.phrases and not used.intersection(span):
                    places[start] = self.phrases[phrase]
                    used.update(span)
                    start += length
                    break
            else:
                start += 1

    def _find_truncated(self, text_words: tuple[str, ...], places: dict[int, Names], used: set[int]) -> None:
        for i, word in enumerate(text_words):
            if i not in used and len(word) >= SHORTEST_TRUNCATION and not is_measure(word):
                completed = self.completed(word)
                if completed:
                    places[i] = completed
                    used.add(i)

    def completed(self, word: str) -> Names:
        """The one ingredient whose one-word generic name begins with a cut-off word ("emtricitab"); () if not just one.

        Cut-off words are common in exports with short columns. A misspelling is not a beginning of a name and stays
        unknown; brand names are not completed, being too often English words cut off ("correct", "preserv").
        """
        first = bisect_left(self._generic_names, word)
        longer = [name for name in self._generic_names[first : first + 2] if name.startswith(word)]
        return (longer[0],) if len(longer) == 1 else ()

    @cached_property
    def _generic_names(self) -> list[str]:
        """Sorted one-word ingredient names but enzymes, which begin like what they split (collagen, collagenase)."""
        own = (phrase[0] for phrase, names in self.phrases.items() if len(phrase) == 1 and names == phrase)
        return sorted(name for name in own if not name.endswith("ase"))
