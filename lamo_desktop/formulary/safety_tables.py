"""Interaction pairs and allergy terms, read into the shapes the formulary asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lamo_desktop.errors import InputError
from lamo_desktop.formulary.matching import NameIndex
from lamo_desktop.formulary.rules import Severity, Source
from lamo_desktop.formulary.tables import rows

RECORDED = Source("recorded in the admission")


@dataclass(frozen=True, slots=True, order=True)
class Interaction:
    """Two ingredients (in alphabetical order) that a table says interact, and which table."""

    drug_a: str
    drug_b: str
    severity: str
    source: str


@dataclass(frozen=True, slots=True)
class AllergySubject:
    """What a statement of an allergy entry names: ingredients and allergy classes; only a side effect, or more."""

    names: frozenset[str]
    classes: frozenset[str]
    intolerance: bool = False


@dataclass(frozen=True, slots=True)
class AllergyHit:
    """An ingredient that an allergy entry names itself ("name") or by an allergy class ("class"), and how gravely.

    `reason` and `source` say why a drug of a class that is not named is concerned; they are empty for one that is.
    """

    allergy: str
    ingredient: str
    by: Literal["name", "class"]
    severity: Severity
    reason: str
    source: Source = RECORDED


Pairs = dict[tuple[str, str], Interaction]


def read_interactions(path: Path, source: str, name_of: Callable[[str], str]) -> Pairs:
    """Pairs by their two ingredient names in alphabetical order; of a repeated pair "critical" stands, else the last.

    Raises InputError naming file and row when a drug or the severity is empty or a drug is paired with itself.
    """
    pairs: Pairs = {}
    for row, (drug_a, drug_b, severity) in rows(path, ("drug_a", "drug_b", "severity")):
        if not (drug_a and drug_b and severity):
            raise InputError(f"{path.name} row {row}: drug_a, drug_b and severity must all be filled in.")
        first, second = sorted((name_of(drug_a), name_of(drug_b)))
        if first == second:
            raise InputError(f"{path.name} row {row}: both drugs are {first!r}; expected two different ones.")
        kept = pairs.get((first, second))
        if kept is None or kept.severity != "critical":
            pairs[first, second] = Interaction(first, second, severity.lower(), source)
    return pairs


def read_allergy_terms(path: Path) -> NameIndex:
    """Words of allergy entries ("pcn", "sulfa", "statins") to allergy classes."""
    classes: dict[str, tuple[str, ...]] = {}
    for _, (allergy_class, terms) in rows(path, ("allergy_class", "terms")):
        for term in terms.split("|"):
            classes[term] = (*classes.get(term, ()), allergy_class)
    index = NameIndex()
    for term, named in classes.items():
        index.add(term, named)
    return index
