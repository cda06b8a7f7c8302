"""Thresholds on logit(p) for the named policies, from out-of-fold logits of the tuning admissions."""

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import InputError
from lamo_desktop.stats import cuts, threshold_for_count, threshold_for_jaccard

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
    policies = {
        "no-more-than-ordered": threshold_for_count(logits, total),
        "balanced": threshold_for_jaccard(logits, ordered),
    }
    threshold, listed = cuts(logits)
    right = np.cumsum(share.ravel()[np.argsort(-logits, axis=None, kind="stable")])[listed - 1]
    long_enough = listed >= SHORTEST_MEAN_LIST * len(logits)
    for floor in PRECISION_FLOORS:
        kept = threshold[long_enough & (right >= floor * listed)]
        if len(kept):
            policies[f"precise-{floor:.2f}"] = kept.min()
    return {name: round(float(value), 6) for name, value in policies.items()}
