"""What is openly known of a drug, as terms of a package's score: five numbers for all drugs, frozen below all else.

    score(x, d) += sum over c of g_c * (c(x, d) - mean of c for d in the training admissions)

with c how well the drug's uses match the patient's present problems, and the past history; and whether the drug is
named among the medications before admission, in the previous stay, and in the allergies (g is never above 0 there). A
use ("hypertensive emergency") matches an entry by the share of its words found in it, each weighted by how rare it is;
the best use and entry count. Words are read through a table of abbreviations and near synonyms, which the package
carries together with the uses, so that a score follows from the package alone.

The allergies are read here and by no other part of such a package: an allergy cannot speak for the drug it names.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import ModelError
from lamo_desktop.model.prompt import ALLERGY_PARTS, NOTE, Part

Floats = NDArray[np.float64]
Topic = Literal["problems", "history", "home medications", "previous stay", "allergies"]
TOPICS: tuple[Topic, ...] = get_args(Topic)

FORMAT = 1
LARGEST = 1 << 24  # bytes of a file; a real one has a tenth of a million
CACHED = 4_000  # distinct entries whose reading is kept: they recur in most admissions
TOLD = 0.7  # share of a use that an entry must say before a reader is told of it

_TOPIC_OF_PART: dict[str, Topic] = {
    "reason": "problems",
    "diagnoses": "problems",
    "procedures": "problems",
    "past history": "history",
    "previous diagnoses": "history",
    "previous procedures": "history",
    "medications before admission": "home medications",
    "previous drugs": "previous stay",
    f"{NOTE}history of present illness": "problems",
    f"{NOTE}past medical history": "history",
    f"{NOTE}medications on admission": "home medications",
    **dict.fromkeys(ALLERGY_PARTS, "allergies"),
}
JOINED = "/"  # between the ingredients in the name of a fixed combination
_WORD = re.compile(r"[a-z0-9]+")
_ICD10 = re.compile(r"[a-z]\d{2}[a-z0-9]{1,4}")  # a code without its point; the table has the category, its first three
_SENTENCE_END = re.compile(r"(?<=[.!?;]) ")


class DrugFacts(Protocol):
    """What is asked about drugs by name: a `Formulary`."""

    def drug_class(self, ingredient: str, /) -> str:
        """The one class of an ingredient, "" for none."""
        ...

    def mentioned(self, text: str, /) -> frozenset[str]:
        """Every drug that a text names."""
        ...

    def allergic_to(self, allergies: Sequence[str], /) -> frozenset[str]:
        """Every drug that allergy entries name."""
        ...


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for or against a drug: a `use` that an `entry` of the prompt matches, or its mention there.

    `use` is empty where the drug itself is named. `logits` is what it adds to the score.
    """

    topic: Topic
    use: str
    entry: str
    logits: float


@dataclass(frozen=True)
class Uses:
    """What drugs are given for, by drug and by class; a drug's own uses stand in place of its class's."""

    by_drug: Mapping[str, tuple[str, ...]]
    by_class: Mapping[str, tuple[str, ...]]

    def of(self, drug: str, drug_class: str) -> tuple[str, ...]:
        """The uses of a drug, else of an ingredient of a fixed combination, else of the class; none without a line."""
        own = (self.by_drug[name] for name in (drug, *drug.split(JOINED)) if self.by_drug.get(name))
        return next(own, self.by_class.get(drug_class, ()))


@dataclass(frozen=True)
class Words:
    """How text is read: a word, or an ICD-10 code by its category, stands for the words in the table ("chf", "i50":
    congestive heart failure; none: ignored).

    `weights` says how much a word counts, by how rare it is in the training admissions; `rarest` that of all others.
    """

    meanings: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float]
    rarest: float

    def read(self, text: str) -> frozenset[str]:
        """The words of a text, as they are compared."""
        found: set[str] = set()
        for written in _WORD.findall(text.casefold()):
            word = written if written in self.meanings else singular(written)
            if word not in self.meanings and _ICD10.fullmatch(word) and word[:3] in self.meanings:
                word = word[:3]
            found.update(self.meanings.get(word, (word,)))
        return frozenset(word for word in found if len(word) > 1)

    def weight(self, word: str) -> float:
        """How much one word counts."""
        return self.weights.get(word, self.rarest)


def singular(word: str) -> str:
    """An English plural without its s: infections, arteries; others as they are (stenosis, abscess)."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and len(word) > 4 and word[-2] not in "sui" else word


@dataclass(frozen=True, eq=False)
class KnowledgeTerms:
    """The fitted terms: `coefficients` by topic, and the mean match of each known drug, (topics, known drugs).

    `slope` multiplies what an unseen drug takes over from the known ones that are used like it. `sources` names the
    tables and their hashes.
    """

    words: Words
    uses: Uses
    drugs: tuple[str, ...]
    means: Floats
    coefficients: Floats
    slope: float
    sources: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def column(self) -> dict[str, int]:
        """Place of each known drug."""
        return {drug: place for place, drug in enumerate(self.drugs)}


class UseMatcher:
    """Matches admissions with the uses of some drugs. Each drug's figures are its own, whoever else is asked about."""

    def __init__(self, words: Words, uses: Uses, drugs: Sequence[str], facts: DrugFacts) -> None:
        self._words, self._facts = words, facts
        self.place = {drug: place for place, drug in enumerate(drugs)}
        self._products = {drug: drug.split(JOINED) for drug in drugs if JOINED in drug}
        uses_of = {drug: uses.of(drug, facts.drug_class(drug)) for drug in self.place}
        phrases = {use: words.read(use) for each in uses_of.values() for use in each}
        self._phrases = sorted(use for use, found in phrases.items() if found)
        column = {use: place for place, use in enumerate(self._phrases)}
        vocabulary = sorted({word for use in self._phrases for word in phrases[use]})
        self._row = {word: row for row, word in enumerate(vocabulary)}
        self._shares = np.zeros((len(vocabulary), len(self._phrases)))
        for use, place in column.items():
            total = sum(words.weight(word) for word in sorted(phrases[use]))
            for word in phrases[use]:
                self._shares[self._row[word], place] = words.weight(word) / total if total else 0.0
        self._columns = {drug: [column[use] for use in each if use in column] for drug, each in uses_of.items()}
        self._shares = np.hstack([self._shares, np.zeros((len(vocabulary), 1))])  # the last is of drugs without uses
        each = [columns or [len(self._phrases)] for columns in self._columns.values()]
        self._all_columns = np.array([place for columns in each for place in columns], dtype=np.intp)
        self._first = np.cumsum([0, *map(len, each)])[:-1]
        self._entries: dict[str, Floats] = {}
        self._named: dict[str, frozenset[str]] = {}

    def matches(self, parts: Sequence[Part]) -> Floats:
        """How a prompt matches each drug by topic, from 0 to 1, shape (topics, drugs)."""
        found = np.zeros((len(TOPICS), len(self.place)))
        for topic, entries in entries_by_topic(parts).items():
            row = found[TOPICS.index(topic)]
            if topic in ("problems", "history"):
                row[:] = np.maximum.reduceat(self._covered_by(entries)[self._all_columns], self._first)
            else:
                named = self._named_in(topic, entries)
                row[[self.place[drug] for drug in named if drug in self.place]] = 1.0
                enough = any if topic == "allergies" else all
                for drug, parts_of_drug in self._products.items():
                    row[self.place[drug]] = float(enough(part in named for part in parts_of_drug))
        return found

    def reasons(self, parts: Sequence[Part], drug: str) -> list[tuple[Topic, str, str, float]]:
        """For each topic that matches a drug of the matcher: the best use, the entry, and how well they match."""
        found: list[tuple[Topic, str, str, float]] = []
        for topic, entries in entries_by_topic(parts).items():
            if topic in ("problems", "history"):
                best = max(
                    (
                        (float(self._covered(entry)[column]), -number, self._phrases[column], entry)
                        for number, entry in enumerate(entries)
                        for column in self._columns[drug]
                    ),
                    default=(0.0, 0, "", ""),
                )
                if best[0] > 0:
                    found.append((topic, best[2], best[3], best[0]))
            else:
                wanted = self._products.get(drug, (drug,))
                naming = [entry for entry in entries if not self._named_in(topic, [entry]).isdisjoint(wanted)]
                found += [(topic, "", entry, 1.0) for entry in naming[:1]]
        return found

    def _covered_by(self, entries: Sequence[str]) -> Floats:
        best = np.zeros(self._shares.shape[1])
        for entry in entries:
            np.maximum(best, self._covered(entry), out=best)
        return best

    def _covered(self, entry: str) -> Floats:
        """The share of each phrase that an entry says, in a fixed order of summation."""
        known = self._entries.get(entry)
        if known is None:
            rows = sorted(self._row[word] for word in self._words.read(entry) if word in self._row)
            known = np.asarray(self._shares[rows].sum(axis=0))
            if len(self._entries) < CACHED:
                self._entries[entry] = known
        return known

    def _named_in(self, topic: Topic, entries: Sequence[str]) -> frozenset[str]:
        if topic == "allergies":
            return self._facts.allergic_to(entries)
        return frozenset().union(*map(self._names, entries))

    def _names(self, entry: str) -> frozenset[str]:
        known = self._named.get(entry)
        if known is None:
            known = self._facts.mentioned(entry) | {drug for drug in (entry, entry.casefold()) if drug in self.place}
            if len(self._named) < CACHED:
                self._named[entry] = known
        return known


def entries_by_topic(parts: Sequence[Part]) -> dict[Topic, list[str]]:
    """The entries (of a narrative: the sentences) of those lines that say something of a topic."""
    found: dict[Topic, list[str]] = {}
    for part in parts:
        topic = _TOPIC_OF_PART.get(part.name.casefold())
        if topic is not None:
            body = part.text.partition(": ")[2].strip()
            pieces = _SENTENCE_END.split(body) if part.name.startswith(NOTE) else body.removesuffix(".").split("; ")
            found.setdefault(topic, []).extend(piece for piece in pieces if piece)
    return found


class KnowledgeScorer:
    """The knowledge terms of a package, ready for some candidates; known drugs are matched besides where needed."""

    def __init__(self, terms: KnowledgeTerms, facts: DrugFacts) -> None:
        self.terms, self._facts = terms, facts
        self._matcher = UseMatcher(terms.words, terms.uses, terms.drugs, facts)
        self._likeness: dict[str, Floats] = {}
        self._means: dict[str, Floats] = {}
        self._words_of_known = [self._words_of(drug) for drug in terms.drugs]
        counts: dict[str, int] = {}
        for words in self._words_of_known:
            for word in words:
                counts[word] = counts.get(word, 0) + 1
        self._rarity = {word: math.log((len(terms.drugs) + 1) / (count + 0.5)) for word, count in counts.items()}

    def scores(self, parts: Sequence[Part], candidates: Sequence[str]) -> Floats:
        """What knowledge adds to each candidate's score, (candidates,)."""
        matcher = self._matching(candidates)
        columns = [matcher.place[drug] for drug in candidates]
        means = np.stack([self._mean(drug) for drug in candidates], axis=1)
        return np.asarray((self.terms.coefficients[:, None] * (matcher.matches(parts)[:, columns] - means)).sum(axis=0))

    def likeness(self, drug: str) -> Floats:
        """How much each known drug is used like this one, (known drugs,), summing to 1: by the words of their uses."""
        known = self._likeness.get(drug)
        if known is None:
            own = self._words_of(drug)
            found = np.array([self._cosine(own, words) for words in self._words_of_known])
            known = found / found.sum() if found.sum() > 0 else np.full(len(found), 1 / len(found))
            self._likeness[drug] = known
        return known

    def reasons(self, parts: Sequence[Part], drug: str) -> tuple[Reason, ...]:
        """What speaks for or against a drug by its uses and its mentions, what weighs most first."""
        found = []
        for topic, use, entry, share in self._matching([drug]).reasons(parts, drug):
            logits = float(self.terms.coefficients[TOPICS.index(topic)]) * share
            if share >= TOLD and logits:
                found.append(Reason(topic, use, entry, logits))
        return tuple(sorted(found, key=lambda reason: -abs(reason.logits)))

    def _matching(self, candidates: Sequence[str]) -> UseMatcher:
        """The matcher, which knows every candidate from now on."""
        strangers = [drug for drug in dict.fromkeys(candidates) if drug not in self._matcher.place]
        if strangers:
            drugs = (*self._matcher.place, *strangers)
            self._matcher = UseMatcher(self.terms.words, self.terms.uses, drugs, self._facts)
        return self._matcher

    def _mean(self, drug: str) -> Floats:
        """The mean match of a drug in the training admissions; of an unseen one, that of those used like it."""
        if drug not in self._means:
            place = self.terms.column.get(drug)
            means = self.terms.means
            self._means[drug] = means[:, place] if place is not None else (means * self.likeness(drug)).sum(axis=1)
        return self._means[drug]

    def _words_of(self, drug: str) -> frozenset[str]:
        uses = self.terms.uses.of(drug, self._facts.drug_class(drug))
        return frozenset(word for use in uses for word in self.terms.words.read(use))

    def _cosine(self, one: frozenset[str], other: frozenset[str]) -> float:
        most = math.log((len(self.terms.drugs) + 1) / 0.5)

        def squares(words: frozenset[str]) -> float:
            return sum(self._rarity.get(word, most) ** 2 for word in sorted(words))

        shared = squares(one & other)
        return shared / math.sqrt(squares(one) * squares(other)) if shared else 0.0


def read_knowledge(file: Path) -> KnowledgeTerms:
    """The knowledge terms of a package. Raises ModelError when the file is not one."""
    try:
        if file.stat().st_size > LARGEST:
            raise ModelError(f"The model file {file.name} is too large for a file of knowledge terms.")
        terms = _terms(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"The model file {file.name} is damaged: it holds no knowledge terms.") from error
    except OSError as error:
        raise ModelError(f"The model file {file.name} cannot be read: {error.strerror}.") from error
    return terms


def _terms(raw: Any) -> KnowledgeTerms:
    if raw["format"] != FORMAT:
        raise ValueError
    drugs = tuple(map(str, raw["means"]))
    means = np.array([[float(number) for number in row] for row in raw["means"].values()], dtype=np.float64).T
    coefficients = np.array([float(raw["coefficients"][topic]) for topic in TOPICS])
    weights = {str(word): float(weight) for word, weight in raw["weights"].items()}
    numbers = [float(raw["slope"]), float(raw["rarest"]), *coefficients.tolist(), *weights.values()]
    if means.shape != (len(TOPICS), len(drugs)) or not (np.isfinite(means).all() and all(map(math.isfinite, numbers))):
        raise ValueError
    if coefficients[TOPICS.index("allergies")] > 0 or min([*weights.values(), float(raw["rarest"])]) < 0:
        raise ValueError
    return KnowledgeTerms(
        words=Words({str(word): tuple(meaning.split()) for word, meaning in raw["words"].items()}, weights, numbers[1]),
        uses=Uses(
            *({str(name): tuple(map(str, uses)) for name, uses in raw[of].items()} for of in ("drugs", "classes"))
        ),
        drugs=drugs,
        means=means,
        coefficients=coefficients,
        slope=numbers[0],
        sources={str(name): str(digest) for name, digest in raw["sources"].items()},
    )


def _lines(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {str(name): tuple(map(str, uses)) for name, uses in raw.items()}


def write_knowledge(terms: KnowledgeTerms, file: Path) -> None:
    """Write a file that `read_knowledge` reads. Raises OSError."""
    content = {
        "format": FORMAT,
        "coefficients": dict(zip(TOPICS, terms.coefficients.tolist(), strict=True)),
        "slope": terms.slope,
        "sources": dict(terms.sources),
        "means": dict(zip(terms.drugs, terms.means.T.tolist(), strict=True)),
        "rarest": terms.words.rarest,
        "weights": dict(terms.words.weights),
        "words": {word: " ".join(meaning) for word, meaning in terms.words.meanings.items()},
        "drugs": {name: list(uses) for name, uses in terms.uses.by_drug.items()},
        "classes": {name: list(uses) for name, uses in terms.uses.by_class.items()},
    }
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
