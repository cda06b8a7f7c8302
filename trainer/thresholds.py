"""Thresholds on logit(p) for the named policies, from out-of-fold logits of the tuning admissions."""

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import InputError

PRECISION_FLOORS = tuple(round(0.30 + 0.05 * i, 2) for i in range(13))  # 0.30 ... 0.90
SHORTEST_MEAN_LIST = 0.5  # drugs per admission; a floor that only shorter lists keep rests on too few orders


def policy_thresholds(
    logits: NDArray[np.float64], ordered: NDArray[np.bool_] | NDArray[np.float64]
) -> dict[str, float]:
    """One global threshold per policy; arrays of shape (admissions, drugs). Raises InputError without any order.

    `ordered` says what was ordered, or with what probability: of few admissions, their calibrated probabilities tell
    better what to expect of others than their own orders do. All below is then meant of what is to be expected.

    `no-more-than-ordered`: the lowest threshold whose lists are together no longer than the orders. `balanced`: the
    best mean Jaccard. `precise-0.50`: the lowest threshold at which that share of the recommended drugs was ordered,
    for each floor that lists of at least `SHORTEST_MEAN_LIST` drugs keep.
    """
    share = ordered.astype(np.float64)
    total = float(share.sum())
    if not total:
        raise InputError("No tuning admission has an order inside the vocabulary: there is nothing to tune on.")
    places = np.argsort(-logits, axis=None, kind="stable")
    falling, hit = logits.ravel()[places], share.ravel()[places]
    listed, right = np.arange(1, len(falling) + 1), np.cumsum(hit)
    last = np.append(falling[:-1] != falling[1:], True)  # equal logits enter a list together
    cut = np.append((falling[:-1] + falling[1:]) / 2, falling[-1] - 1e-6)  # half-way to the next, safe from rounding
    policies = {
        "no-more-than-ordered": cut[last & (listed <= total)].min(initial=falling[0] + 1e-6),
        "balanced": _best_jaccard(logits, ordered, cut[last]),
    }
    long_enough = last & (listed >= SHORTEST_MEAN_LIST * len(logits))
    for floor in PRECISION_FLOORS:
        kept = cut[long_enough & (right >= floor * listed)]
        if len(kept):
            policies[f"precise-{floor:.2f}"] = kept.min()
    return {name: round(float(value), 6) for name, value in policies.items()}


def _best_jaccard(
    logits: NDArray[np.float64], ordered: NDArray[np.bool_] | NDArray[np.float64], cuts: NDArray[np.float64]
) -> float:
    tried = cuts[np.unique(np.linspace(0, len(cuts) - 1, 400).astype(int))]
    return float(tried[int(np.argmax([mean_jaccard(logits >= cut, ordered) for cut in tried]))])


def mean_jaccard(recommended: NDArray[np.bool_], ordered: NDArray[np.bool_] | NDArray[np.float64]) -> float:
    """Visit mean of |P∩G| / |P∪G|, 0 where both are empty; of the expected sizes, where `ordered` are probabilities."""
    both = (recommended * ordered).sum(1)
    union = recommended.sum(1) + ordered.sum(1) - both
    return float(np.mean(np.divide(both, union, out=np.zeros(len(both)), where=union > 0)))
