"""How many safety flags each list has, for very many lists at once: the counts of `safety.safety_flags`, by arrays.

What does not depend on the lists (allergies, orders, which pairs interact) is worked out once; then lists cut in
another way are counted in a fraction of a second, two hundred thousand of them too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary
from lamo_desktop.recommend.safety import safety_flags

Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]
BLOCK = 20_000  # admissions counted at a time


class FlagCounter:
    """`ordered` bool (n, d): which candidates were ordered; other ordered ingredients are in the admissions' orders."""

    def __init__(
        self, formulary: Formulary, candidates: Sequence[str], admissions: Sequence[Admission], ordered: Bools
    ) -> None:
        self._ordered = ordered
        place = {drug: d for d, drug in enumerate(candidates)}
        found = formulary.interactions_among(candidates)
        self._pairs = [(place[each.drug_a], place[each.drug_b]) for each in found]
        self._classes = _duplicate_classes(formulary, candidates)
        self._allergies, self._hits = _allergy_hits(formulary, candidates, admissions)
        self._orders_alone = _of_orders_alone(formulary, admissions)
        others = [set(admission.orders or ()) - place.keys() for admission in admissions]
        class_names = [formulary.drug_class(candidates[members[0]]) for members in self._classes]
        class_of = {drug: formulary.drug_class(drug) for names in others for drug in names}
        self._other_of_class = np.zeros((len(admissions), len(class_names)), dtype=bool)
        for n, names in enumerate(others):
            for drug in names:
                if class_of[drug] in class_names:
                    self._other_of_class[n, class_names.index(class_of[drug])] = True

    def counts(self, lists: Bools) -> Counts:
        """Allergy, interaction and duplicate flags of each admission, (n,), for lists bool (n, d)."""
        counted = np.zeros(len(lists), dtype=np.int64)
        for start in range(0, len(lists), BLOCK):
            rows = slice(start, start + BLOCK)
            counted[rows] = self._counts(lists[rows], rows)
        return counted

    def _counts(self, lists: Bools, rows: slice) -> Counts:
        """Flags of the orders alone, and what the lists add to them: a finding that both have is one."""
        counted = self._orders_alone[rows].copy()
        listed, ordered = np.ascontiguousarray(lists.T), np.ascontiguousarray(self._ordered[rows].T)
        for a, b in self._pairs:
            counted += 2 * (listed[a] & listed[b] & ~(ordered[a] & ordered[b]))
        for number, members in enumerate(self._classes):
            of_list, of_orders = listed[members], ordered[members]
            length = of_list.sum(axis=0)
            same = (of_list == of_orders).all(axis=0) & ~self._other_of_class[rows, number]
            counted += np.where((length > 1) & ~same, length, 0)
        with_allergy = np.flatnonzero(self._allergies[rows])
        if len(with_allergy):
            hits = self._hits[self._allergies[rows][with_allergy]]
            added = lists[with_allergy] & ~self._ordered[rows][with_allergy]
            counted[with_allergy] += (hits * added).sum(axis=1, dtype=np.int64)
        return counted


def _duplicate_classes(formulary: Formulary, candidates: Sequence[str]) -> list[list[int]]:
    """Places of the candidates of each class in which two are one too many."""
    by_class: dict[str, list[int]] = {}
    for d, drug in enumerate(candidates):
        by_class.setdefault(formulary.drug_class(drug), []).append(d)
    return [
        members
        for members in by_class.values()
        if len(members) > 1 and formulary.duplicates([candidates[d] for d in members[:2]])
    ]


def _allergy_hits(
    formulary: Formulary, candidates: Sequence[str], admissions: Sequence[Admission]
) -> tuple[Counts, NDArray[np.uint8]]:
    """For each admission the row of the table (0: no allergies), and the table of hits, (rows, d)."""
    rows: dict[tuple[str, ...], int] = {(): 0}
    of_entry: dict[str, NDArray[np.uint8]] = {}
    table = [np.zeros(len(candidates), dtype=np.uint8)]
    places = np.zeros(len(admissions), dtype=np.int64)
    for n, admission in enumerate(admissions):
        allergies = tuple(admission.allergies)
        if allergies not in rows:
            for entry in allergies:
                if entry not in of_entry:
                    found = [len(formulary.allergy_hits([entry], drug)) for drug in candidates]
                    of_entry[entry] = np.array(found, dtype=np.uint8)
            total = np.zeros(len(candidates), dtype=np.uint8)
            for entry in allergies:
                total += of_entry[entry]
            rows[allergies] = len(table)
            table.append(total)
        places[n] = rows[allergies]
    hits = np.array(table)
    places[hits.max(axis=1, initial=0)[places] == 0] = 0  # entries that concern no candidate
    return places, hits


def _of_orders_alone(formulary: Formulary, admissions: Sequence[Admission]) -> Counts:
    """Flags of each admission's orders, (n,)."""
    return np.array(
        [
            len(safety_flags(admission, (), admission.orders, formulary)) if admission.orders else 0
            for admission in admissions
        ],
        dtype=np.int64,
    )
