"""Fits a package's knowledge terms (see `lamo_desktop.model.knowledge_terms`): five numbers, and one slope.

The numbers are shared by all drugs and fitted beside the drugs' base rates alone, before any other term; one for the
allergies that came out above 0 is held at 0. The slope is what an unseen drug takes over of the known ones used like
it: every drug is predicted by the others' out-of-fold linear terms as if it were unseen.
"""

import csv
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.files import sha256_of
from lamo_desktop.formulary.knowledge import USES, DrugKnowledge
from lamo_desktop.model.knowledge_terms import (
    TOPICS,
    DrugFacts,
    KnowledgeScorer,
    KnowledgeTerms,
    UseMatcher,
    Uses,
    Words,
    entries_by_topic,
)
from lamo_desktop.model.prompt import Part
from lamo_desktop.paths import resource
from lamo_desktop.stats import log_odds
from trainer.package.linear_terms import pooled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
WORDS = "words.csv"
ALLERGIES = TOPICS.index("allergies")


@dataclass(frozen=True)
class FittedKnowledge:
    """Knowledge terms whose slope is not fitted yet, and what they add to each training admission's logits."""

    terms: KnowledgeTerms
    logits: Floats


def fit_knowledge(
    prompts: Sequence[Sequence[Part]],
    ordered: Bools,
    drugs: Sequence[str],
    knowledge: DrugKnowledge,
    facts: DrugFacts,
) -> FittedKnowledge:
    """Fit on training admissions: their prompts and orders (admissions, drugs)."""
    words, uses = reading_of(prompts), Uses(knowledge.drug_uses, knowledge.class_uses)
    matcher = UseMatcher(words, uses, drugs, facts)
    matches = np.stack([matcher.matches(prompt) for prompt in prompts])
    means = matches.mean(axis=0)
    centred = matches - means
    coefficients = _coefficients(centred, ordered)
    logits = np.asarray((centred * coefficients[:, None]).sum(axis=1))
    sources = {USES: knowledge.sha256[USES], WORDS: sha256_of(resource(f"knowledge/{WORDS}"))}
    terms = KnowledgeTerms(words, uses, tuple(drugs), means, coefficients, 1.0, sources)
    return FittedKnowledge(terms, logits)


def with_slope(fitted: FittedKnowledge, linear: Floats, ordered: Bools, facts: DrugFacts) -> KnowledgeTerms:
    """The terms with the slope that predicts each drug best from the others' out-of-fold `linear` terms."""
    scorer = KnowledgeScorer(fitted.terms, facts)
    likeness = np.stack([scorer.likeness(drug) for drug in fitted.terms.drugs])
    np.fill_diagonal(likeness, 0.0)
    likeness /= np.maximum(likeness.sum(axis=1, keepdims=True), 1e-12)
    (slope,) = pooled([linear @ likeness.T], log_odds(ordered) + fitted.logits, ordered)
    return replace(fitted.terms, slope=round(max(slope, 0.0), 4))


def reading_of(prompts: Sequence[Sequence[Part]]) -> Words:
    """The shipped table of words, each weighted by how few of the admissions have it among problems and history."""
    meanings = shipped_words()
    words = Words(meanings, {}, 0.0)
    counts: Counter[str] = Counter()
    for prompt in prompts:
        topics = entries_by_topic(prompt)
        entries = [entry for topic in ("problems", "history") for entry in topics.get(topic, ())]
        counts.update({word for entry in entries for word in words.read(entry)})
    rarity = {word: round(math.log((len(prompts) + 1) / (count + 1)), 4) for word, count in sorted(counts.items())}
    return Words(meanings, rarity, round(math.log(len(prompts) + 1), 4))


def shipped_words() -> dict[str, tuple[str, ...]]:
    """The table of abbreviations and near synonyms: a word, and the words that it stands for."""
    with resource(f"knowledge/{WORDS}").open(encoding="utf-8", newline="") as file:
        return {row["word"]: tuple(row["means"].split()) for row in csv.DictReader(file)}


def _coefficients(centred: Floats, ordered: Bools) -> Floats:
    """One number per topic; a topic that no admission has gets 0, as do allergies that would speak for a drug."""
    used = [place for place in range(len(TOPICS)) if np.abs(centred[:, place]).any()]
    while True:
        found = pooled([centred[:, place] for place in used], log_odds(ordered), ordered) if used else []
        coefficients = np.zeros(len(TOPICS))
        coefficients[used] = np.round(found, 4)
        if coefficients[ALLERGIES] <= 0:
            return coefficients
        used.remove(ALLERGIES)
