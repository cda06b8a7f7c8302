"""How alike two admissions are, by what may make a hospital's orders alike: kernels (n, n) of mean diagonal 1.

Those of features and of the state are linear (X X' / s), so that what is learned through them is a weight of each.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamo_desktop.adapt.gaussian_process import spectrum
from lamo_desktop.adapt.rows import SiteRows
from lamo_desktop.stats import Floats

PRIOR = {"drug": 0.7, "group": 0.7, "features": 0.8, "unit": 0.05, "state": 0.3, "slope": 0.05}
"""Variances before any row is seen, in squared logits."""
DRUG_PRIOR_BESIDE_GROUPS = 0.15
UNIT_CODES = ("unit:", "service:", "source:", "type:")
LEAST_SEEN, LEAST_SEEN_OF_FEW, FEW = 5, 3, 60  # admissions that a feature needs, and below how many rows it needs fewer
STATE_POWER = 0.65  # of the eigenvalues of the states' kernel, which whitens it in part
SMALLEST_DEVIATION = 1e-6
SMALLEST_EIGENVALUE = 1e-6  # of the states' kernel, as a share of its largest


@dataclass(frozen=True, eq=False)
class FeatureKernel:
    """A kernel of some features: their names, and `design` (m, n), by which alpha becomes their weights."""

    names: tuple[str, ...]
    kernel: Floats
    design: Floats


@dataclass(frozen=True, eq=False)
class StateKernel:
    """The kernel of the states: mean and deviation (s,) that standardise them, and `design` (s, n) as above."""

    mean: Floats
    deviation: Floats
    kernel: Floats
    design: Floats


@dataclass(frozen=True, eq=False)
class Kernels:
    """The kernels of some admissions; those of which there is nothing to tell are missing."""

    n: int
    group: Floats | None
    features: FeatureKernel | None
    unit: FeatureKernel | None
    state: StateKernel | None

    @property
    def by_name(self) -> dict[str, Floats]:
        """Every kernel, the constant one ("drug") first."""
        parts = {"features": self.features, "unit": self.unit, "state": self.state}
        return {"drug": np.ones((self.n, self.n))} | self._group | {k: v.kernel for k, v in parts.items() if v}

    @property
    def prior(self) -> dict[str, float]:
        """The variance that each is expected to have."""
        return PRIOR | ({"drug": DRUG_PRIOR_BESIDE_GROUPS} if self._group else {})

    @property
    def _group(self) -> dict[str, Floats]:
        return {} if self.group is None else {"group": self.group}


def kernels(rows: SiteRows) -> Kernels:
    """The kernels of these admissions: by group, by the features that enough of them have, by unit, and by state."""
    n = len(rows)
    counts = Counter(name for found in rows.features for name in found)
    least = LEAST_SEEN if n >= FEW else LEAST_SEEN_OF_FEW
    common = tuple(sorted(name for name, count in counts.items() if least <= count < n))
    several = len(set(rows.groups.tolist())) > 1
    return Kernels(
        n=n,
        group=(rows.groups[:, None] == rows.groups[None]).astype(np.float64) if several else None,
        features=_of_features(rows, common),
        unit=_of_features(rows, tuple(name for name in common if name.startswith(UNIT_CODES))),
        state=None if rows.states is None else _of_states(rows.states),
    )


def feature_matrix(found: Sequence[frozenset[str]], names: Sequence[str]) -> Floats:
    """1 where an admission has a feature, (n, m)."""
    column = {name: j for j, name in enumerate(names)}
    x = np.zeros((len(found), len(names)))
    for i, features in enumerate(found):
        x[i, [column[name] for name in features if name in column]] = 1.0
    return x


def standardised(states: Floats, mean: Floats, deviation: Floats) -> Floats:
    """States in deviations from the mean, (n, s); 0 for an admission whose state was not kept."""
    return np.asarray(np.nan_to_num((states - mean) / deviation, nan=0.0))


def _of_features(rows: SiteRows, names: tuple[str, ...]) -> FeatureKernel | None:
    if not names:
        return None
    x = feature_matrix(rows.features, names)
    x = x - x.mean(0)
    size = (x**2).sum() / len(rows)
    return FeatureKernel(names, x @ x.T / size, x.T / size)


def _of_states(states: Floats) -> StateKernel | None:
    known = ~np.isnan(states).any(1)
    if known.sum() < 2:
        return None
    mean, deviation = states[known].mean(0), states[known].std(0) + SMALLEST_DEVIATION
    x = standardised(states, mean, deviation)
    found = spectrum(x @ x.T, SMALLEST_EIGENVALUE)
    values, vectors = found.values, found.vectors
    size = (values**STATE_POWER).sum() / len(states)
    kernel = (vectors * values**STATE_POWER) @ vectors.T / size
    design = x.T @ (vectors * values ** (STATE_POWER - 1)) @ vectors.T / size
    return StateKernel(mean, deviation, kernel, design)
