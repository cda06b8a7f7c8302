"""The arithmetic that validation, recommendations and training share. Arrays are n admissions x d drugs unless said."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FOLDS = 5
SMALLEST = 1e-12  # probabilities are kept this far from 0 and 1 before their logit is taken


def sigmoid(x: ArrayLike) -> Floats:
    """1 / (1 + exp(-x)) in float64, without overflow for any finite x."""
    x = np.asarray(x, dtype=np.float64)
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1.0, small) / (1.0 + small))


def logit(p: ArrayLike) -> Floats:
    """log(p / (1 - p)) in float64, finite for 0 and 1 too."""
    p = np.clip(np.asarray(p, dtype=np.float64), SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(p) - np.log1p(-p))


def log_loss(logits: Floats, ordered: Bools) -> float:
    """Mean binary cross-entropy over all pairs, natural log."""
    return float(log_losses(logits, ordered).mean())


def log_losses(logits: Floats, ordered: Bools) -> Floats:
    """Binary cross-entropy of each pair, natural log."""
    return np.asarray(np.logaddexp(0.0, logits) - logits * ordered)


def log_odds(ordered: Bools) -> Floats:
    """Each drug's log-odds of being ordered, with half an admission added to both sides, (d,)."""
    with_drug = ordered.sum(0)
    return np.asarray(np.log((with_drug + 0.5) / (len(ordered) - with_drug + 0.5)))


def patient_folds(patients: Sequence[str], count: int = FOLDS, seed: int = 0) -> NDArray[np.intp]:
    """The fold of each admission, (n,): whole patients, shuffled, about equal in number, whatever the order of rows."""
    distinct = sorted(set(patients))
    shuffled = np.random.default_rng(seed).permutation(len(distinct))
    place = {patient: int(shuffled[i]) % count for i, patient in enumerate(distinct)}
    return np.array([place[patient] for patient in patients], dtype=np.intp)


def divide(a: ArrayLike, b: ArrayLike, empty: float = 0.0) -> Floats:
    """a / b in float64, `empty` where b is zero."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    out: Floats = np.full(a.shape, empty)
    np.divide(a, b, out=out, where=b != 0)
    return out


def average_precision(scores: NDArray[np.floating], ordered: Bools) -> Floats:
    """Average precision of each row's ranking, (n,); 0 for a row without orders.

    AP = Σ (R_k - R_{k-1}) P_k over the distinct scores, highest first: all drugs of one score enter together, as in
    scikit-learn.
    """
    out = np.zeros(len(scores))
    n_drugs = scores.shape[1] if scores.ndim == 2 else 0
    if n_drugs == 0:
        return out
    ranks = np.arange(1, n_drugs + 1)
    for start in range(0, len(scores), 2048):  # keeps the sorted copies small
        s, y = scores[start : start + 2048], ordered[start : start + 2048]
        order = np.argsort(-s, axis=1, kind="stable")
        s, y = np.take_along_axis(s, order, axis=1), np.take_along_axis(y, order, axis=1)
        last = np.ones(s.shape, dtype=bool)
        last[:, :-1] = s[:, :-1] != s[:, 1:]
        run_end = np.minimum.accumulate(np.where(last, ranks - 1, n_drugs)[:, ::-1], axis=1)[:, ::-1]
        precision = np.cumsum(y, axis=1) / ranks
        out[start : start + 2048] = divide((y * np.take_along_axis(precision, run_end, axis=1)).sum(1), y.sum(1))
    return out


def mean_jaccard(recommended: Bools, ordered: Bools | Floats) -> float:
    """Visit mean of |P∩G| / |P∪G|, 0 where both are empty; of the expected sizes, where `ordered` are probabilities."""
    both = (recommended * ordered).sum(1)
    return float(divide(both, recommended.sum(1) + ordered.sum(1) - both).mean())


def cuts(scores: NDArray[np.floating]) -> tuple[Floats, NDArray[np.intp]]:
    """Every threshold that gives other lists, from the shortest, and how many of the scores reach it; both (k,).

    Equal scores enter together. A threshold lies half-way to the next lower score, so that it is safe from rounding;
    the last one, which lists everything, lies just below the lowest. Compare with it as float64: NumPy would round a
    plain float to float32 beside scores of that type.
    """
    falling = np.sort(np.asarray(scores, dtype=np.float64), axis=None)[::-1]
    last = np.append(falling[:-1] != falling[1:], True)
    threshold = np.append((falling[:-1] + falling[1:]) / 2, falling[-1] - 1e-6)
    return threshold[last], np.flatnonzero(last) + 1


def threshold_for_count(scores: NDArray[np.floating], count: float) -> np.float64:
    """The threshold that lists as many as `count` of the scores, or the nearest number below it.

    As many drugs as were ordered, when `count` is the number of orders. Above all scores where even the highest, with
    its equals, are too many.
    """
    threshold, listed = cuts(scores)
    return np.float64(threshold[listed <= count].min(initial=float(np.max(scores)) + 1e-6))


def threshold_for_jaccard(scores: NDArray[np.floating], ordered: Bools | Floats, most: int = 400) -> np.float64:
    """The threshold with the best mean Jaccard, of at most `most` tried at even distances in the ranking."""
    threshold, _ = cuts(scores)
    tried = threshold[np.unique(np.linspace(0, len(threshold) - 1, most).astype(int))]
    return np.float64(tried[int(np.argmax([mean_jaccard(scores >= cut, ordered) for cut in tried]))])
