"""Calibration: the tuning admissions' scores and orders become a scale and an offset per drug, drawn to shared ones.

The model is logit p(x, d) = log_odds_d + shift_d + slope_d * z(x, d), with z the score centred on its drug's mean and
divided by the pooled standard deviation, so that one penalty suits any base. Two ridge-penalised logistic fits, both by
Newton's method: first one slope for all drugs of a group (an adapter's, or all) with a shift per drug, then each drug's
own slope and shift, drawn towards the group's slope and towards no shift. How hard is chosen by cross-fitting: every
admission is predicted by a fit that saw no admission of its patient.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.stats import FOLDS, log_loss, log_odds, patient_folds, sigmoid

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SLOPE_PENALTIES = (3.0, 10.0, 30.0, 100.0, 1000.0)
SHIFT_PENALTIES = (1.0, 10.0, 100.0)


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Ridge weights in units of observations: how much a drug's slope and shift cling to the shared ones."""

    slope: float
    shift: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Per drug, arrays of shape (drugs,): p = sigmoid(scale * score + offset)."""

    scale: Floats
    offset: Floats
    log_odds: Floats

    def logits(self, scores: NDArray[np.floating]) -> Floats:
        """Calibrated logits of scores, both of shape (admissions, drugs)."""
        return np.asarray(scores * self.scale + self.offset, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CrossFitted:
    """The chosen shrinkage, its out-of-fold logits (admissions, drugs), and the out-of-fold loss of all that was tried.

    `losses` also has the "base rates", the loss of the log-odds alone on the same rows.
    """

    shrinkage: Shrinkage
    logits: Floats
    losses: dict[str, float]


def fit(
    scores: NDArray[np.floating], ordered: Bools, groups: Sequence[int | None], start: Floats, shrinkage: Shrinkage
) -> Calibration:
    """Fit on scores and orders of shape (admissions, drugs).

    `groups` names each drug's adapter, None for none; `start` is each drug's log-odds among all training admissions,
    those without scores too.
    """
    scores = np.asarray(scores, dtype=np.float64)
    mean = scores.mean(0)
    deviation = float(np.sqrt(((scores - mean) ** 2).mean())) or 1.0
    z = (scores - mean) / deviation
    slope = np.zeros(len(start))
    for group in set(groups):
        members = np.array([each == group for each in groups])
        slope[members] = _shared_slope(z[:, members], ordered[:, members], start[members], shrinkage)
    slope, shift = _own(z, ordered, start, slope, shrinkage)
    scale = slope / deviation
    return Calibration(scale, start + shift - scale * mean, start)


def cross_fit(
    scores: NDArray[np.floating],
    ordered: Bools,
    groups: Sequence[int | None],
    patients: Sequence[str],
    elsewhere: Bools,
    progress: Callable[[str], None] = lambda message: None,
) -> CrossFitted:
    """Choose the shrinkage with the lowest out-of-fold log loss.

    `elsewhere` holds the orders of training admissions that are not scored: they only count in the log-odds.
    """
    fold = patient_folds(patients)
    starts = [log_odds(np.concatenate([ordered[fold != each], elsewhere])) for each in range(FOLDS)]
    best: CrossFitted | None = None
    losses = {"base rates": round(log_loss(np.stack(starts)[fold], ordered), 6)}
    progress(f"base rates alone: out-of-fold log loss {losses['base rates']:.5f}")
    for slope, shift in itertools.product(SLOPE_PENALTIES, SHIFT_PENALTIES):
        shrinkage = Shrinkage(slope, shift)
        logits = np.empty(scores.shape)
        for each in np.unique(fold):
            inside = fold == each
            found = fit(scores[~inside], ordered[~inside], groups, starts[each], shrinkage)
            logits[inside] = found.logits(scores[inside])
        loss = log_loss(logits, ordered)
        losses[f"slope {slope:g}, shift {shift:g}"] = round(loss, 6)
        progress(f"shrinkage: slope {slope:g}, shift {shift:g}: out-of-fold log loss {loss:.5f}")
        if best is None or loss < log_loss(best.logits, ordered):
            best = CrossFitted(shrinkage, logits, losses)
    assert best is not None
    return best


def _shared_slope(z: Floats, y: Bools, start: Floats, shrinkage: Shrinkage) -> float:
    """The one slope of some drugs, each with its own shift: Newton on a Hessian that is diagonal but for one row."""
    slope, shift = 0.0, np.zeros(z.shape[1])

    def loss(slope: float, shift: Floats) -> float:
        logits = start + shift + slope * z
        return float(
            (np.logaddexp(0.0, logits) - logits * y).sum() + shrinkage.shift * (shift**2).sum() / 2 + slope**2 / 2
        )

    now = loss(slope, shift)
    for _ in range(50):
        p = sigmoid(start + shift + slope * z)
        weight, miss = p * (1 - p), p - y
        g_slope, g_shift = (miss * z).sum() + slope, miss.sum(0) + shrinkage.shift * shift
        h_slope, h_shift, h_both = (weight * z**2).sum() + 1.0, weight.sum(0) + shrinkage.shift, (weight * z).sum(0)
        d_slope = (g_slope - (h_both * g_shift / h_shift).sum()) / (h_slope - (h_both**2 / h_shift).sum())
        d_shift = (g_shift - h_both * d_slope) / h_shift
        step = 1.0
        while (then := loss(slope - step * d_slope, shift - step * d_shift)) > now and step > 1e-6:
            step /= 2
        slope, shift = slope - step * d_slope, shift - step * d_shift
        if now - then < 1e-9 * abs(now):
            break
        now = then
    return float(slope)


def _own(z: Floats, y: Bools, start: Floats, shared: Floats, shrinkage: Shrinkage) -> tuple[Floats, Floats]:
    """Every drug's own slope and shift, all drugs at once: a 2 x 2 Newton step each, halved where it does not help."""
    slope, shift = shared.copy(), np.zeros(len(start))

    def loss(slope: Floats, shift: Floats) -> Floats:
        logits = start + shift + slope * z
        data = (np.logaddexp(0.0, logits) - logits * y).sum(0)
        return np.asarray(data + shrinkage.slope * (slope - shared) ** 2 / 2 + shrinkage.shift * shift**2 / 2)

    now = loss(slope, shift)
    for _ in range(50):
        p = sigmoid(start + shift + slope * z)
        weight, miss = p * (1 - p), p - y
        g_slope = (miss * z).sum(0) + shrinkage.slope * (slope - shared)
        g_shift = miss.sum(0) + shrinkage.shift * shift
        h_slope, h_shift = (weight * z**2).sum(0) + shrinkage.slope, weight.sum(0) + shrinkage.shift
        h_both = (weight * z).sum(0)
        determinant = h_slope * h_shift - h_both**2
        d_slope = (h_shift * g_slope - h_both * g_shift) / determinant
        d_shift = (h_slope * g_shift - h_both * g_slope) / determinant
        step = np.ones(len(start))
        for _ in range(20):
            worse = loss(slope - step * d_slope, shift - step * d_shift) > now
            if not worse.any():
                break
            step[worse] /= 2
        slope, shift = slope - step * d_slope, shift - step * d_shift
        then = loss(slope, shift)
        if (now - then).max() < 1e-9 * np.abs(now).max():
            break
        now = then
    return slope, shift
