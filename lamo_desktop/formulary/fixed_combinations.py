"""Drugs that are ordered as one product of several ingredients, such as piperacillin/tazobactam.

Readers and models work by ingredient. Lists, counts and comparisons work by drug as ordered: an ingredient that is
only ever a part of such a product is no drug of its own, and the product is one drug.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from lamo_desktop.errors import InputError
from lamo_desktop.formulary.tables import rows
from lamo_desktop.paths import resource

FIXED_COMBINATIONS = "formulary/fixed_combinations.csv"


@dataclass(frozen=True, slots=True)
class FixedCombination:
    """One product: the name of the drug, its ingredients, and those of them that are ordered in products alone.

    The name joins the ingredients, but for piperacillin, which is not ordered without tazobactam and stands for both.
    """

    drug: str
    parts: tuple[str, ...]
    only_within: frozenset[str]


@cache
def fixed_combinations() -> tuple[FixedCombination, ...]:
    """The shipped table, products of more ingredients first. Raises InputError naming the row that is wrong."""
    path = resource(FIXED_COMBINATIONS)
    found = []
    for row, (drug, parts, only_within) in rows(path, ("drug", "parts", "only_within")):
        names, bound = tuple(parts.split("+")), frozenset(filter(None, only_within.split("|")))
        if len(names) < 2 or not bound or not bound <= set(names):
            raise InputError(f"{path.name} row {row}: only_within must name at least one of the parts.")
        found.append(FixedCombination(drug, names, bound))
    return tuple(sorted(found, key=lambda product: -len(product.parts)))


@cache
def parts_only() -> frozenset[str]:
    """The ingredients that are no drugs of their own: those ordered in products alone, but for a product's name."""
    products = fixed_combinations()
    return frozenset[str]().union(*(p.only_within for p in products)) - {p.drug for p in products}


def as_ordered(ingredients: Iterable[str], candidates: Collection[str] = frozenset()) -> tuple[str, ...]:
    """The drugs as ordered among ingredients, sorted: ampicillin and sulbactam are ampicillin/sulbactam.

    A product that `candidates` have by its ingredients alone, since a model was trained that way, stays ingredients.
    """
    drugs = set(ingredients)
    for product in fixed_combinations():
        if drugs.issuperset(product.parts) and not _by_ingredient(product, candidates):
            drugs = (drugs - set(product.parts)) | {product.drug}
    return tuple(sorted(drugs))


def without_parts(candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidates without the ingredients whose product is one of them, in their order."""
    names = tuple(candidates)
    spoken_for = (product.only_within - {product.drug} for product in fixed_combinations() if product.drug in names)
    left_out = frozenset[str]().union(*spoken_for)
    return tuple(name for name in names if name not in left_out)


def _by_ingredient(product: FixedCombination, candidates: Collection[str]) -> bool:
    return product.drug not in candidates and any(part in candidates for part in product.only_within)


def product_of(name: str) -> str:
    """The drug that an ingredient is ordered as: of one that is only ever a part, its product."""
    if name in parts_only():
        return next(product.drug for product in fixed_combinations() if name in product.only_within)
    return name


def parts_of(drug: str) -> tuple[str, ...]:
    """The ingredients of a drug as ordered; itself where it is no fixed combination."""
    return next((product.parts for product in fixed_combinations() if product.drug == drug), (drug,))


def shown_name(drug: str) -> str:
    """A drug as a reader knows it: all ingredients of a fixed combination ("piperacillin/tazobactam")."""
    return "/".join(parts_of(drug))
