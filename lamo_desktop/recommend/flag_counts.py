"""How many safety flags each list has, for very many lists: counted anew only where a list has changed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary
from lamo_desktop.recommend.safety import safety_flags

Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


class FlagCounter:
    """Counts `safety.safety_flags` of lists over the same admissions, and remembers the last lists and their counts."""

    def __init__(self, formulary: Formulary, candidates: Sequence[str], admissions: Sequence[Admission]) -> None:
        self._formulary = formulary
        self._candidates = candidates
        self._admissions = admissions
        self._lists: Bools | None = None
        self._withheld: Bools | None = None
        self._counts = np.zeros(len(admissions), dtype=np.int64)

    def counts(self, lists: Bools, withheld: Bools) -> Counts:
        """Safety flags of each admission, (n,), for lists and what is withheld from them, bool (n, d)."""
        changed = np.ones(len(self._admissions), dtype=bool)
        if self._lists is not None and self._withheld is not None:
            changed = (self._lists != lists).any(axis=1) | (self._withheld != withheld).any(axis=1)
        for row in map(int, np.flatnonzero(changed)):
            admission = self._admissions[row]
            listed, kept_off = self._names(lists[row]), self._names(withheld[row])
            flags = safety_flags(admission, listed, admission.ordered(self._candidates), self._formulary, kept_off)
            self._counts[row] = len(flags)
        self._lists, self._withheld = lists.copy(), withheld.copy()
        return self._counts.copy()

    def _names(self, row: Bools) -> list[str]:
        return [self._candidates[place] for place in map(int, np.flatnonzero(row))]
