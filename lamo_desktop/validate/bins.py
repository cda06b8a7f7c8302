"""Probabilities counted in fine bins per patient: calibration, decision curve and micro PRAUC under resampling.

Edges hold every tenth and every decision threshold, so the calibration table and net benefit from bins are exact.
Slope, intercept and micro PRAUC are exact for the estimate; for the resamples they come from the bins and are moved
by the (small) difference between binned and exact estimate.
"""

from dataclasses import dataclass

import numpy as np

from lamo_desktop.stats import divide, logit, sigmoid
from lamo_desktop.validate.bootstrap import PatientBootstrap
from lamo_desktop.validate.metrics import pooled_average_precision

TENTHS = np.linspace(0.0, 1.0, 11)
DECISION_THRESHOLDS = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8])


def logistic_line(x: np.ndarray, n: np.ndarray, y: np.ndarray, iterations: int = 25) -> tuple[np.ndarray, np.ndarray]:
    """Slope and intercept of logit P(y) = intercept + slope * x by Newton; y of n trials at each x, over the last axis.

    x (k,), n and y (..., k) → slope (...), intercept (...). A ridge of 1e-6 keeps separable data finite.
    """
    slope, intercept = np.ones(n.shape[:-1]), np.zeros(n.shape[:-1])
    for _ in range(iterations):
        p = sigmoid(intercept[..., None] + slope[..., None] * x)
        w, r = n * p * (1 - p), y - n * p
        g0, g1 = r.sum(-1), (r * x).sum(-1)
        h00, h01, h11 = w.sum(-1) + 1e-6, (w * x).sum(-1), (w * x * x).sum(-1) + 1e-6
        determinant = h00 * h11 - h01 * h01
        step0, step1 = divide(h11 * g0 - h01 * g1, determinant), divide(h00 * g1 - h01 * g0, determinant)
        intercept, slope = intercept + np.clip(step0, -5, 5), slope + np.clip(step1, -5, 5)
        if max(np.abs(step0).max(initial=0), np.abs(step1).max(initial=0)) < 1e-9:
            break
    return slope, intercept


@dataclass(frozen=True)
class Binned:
    """Counts of admission x drug pairs by probability: `edges` (k + 1,), pairs and orders per bin."""

    edges: np.ndarray
    middle: np.ndarray  # (k,) mean logit of the pairs in the bin
    total: np.ndarray  # (2k + 10,) pairs per bin, orders per bin, sum of probabilities per tenth
    replicates: np.ndarray  # (resamples, 2k + 10)

    def split(self, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pairs (..., k), orders (..., k), probability sums per tenth (..., 10)."""
        k = len(self.middle)
        return sums[..., :k], sums[..., k : 2 * k], sums[..., 2 * k :]

    def tenths(self, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pairs, orders and mean probability per tenth, each (..., 10)."""
        pairs, orders, probability = self.split(sums)
        starts = np.searchsorted(self.edges, TENTHS[:-1])
        n, y = np.add.reduceat(pairs, starts, axis=-1), np.add.reduceat(orders, starts, axis=-1)
        return n, y, divide(probability, n, np.nan)

    def ece(self, sums: np.ndarray) -> np.ndarray:
        """Expected calibration error over ten equal-width bins, (...)."""
        n, y, p = self.tenths(sums)
        return divide(np.abs(y - n * np.nan_to_num(p)).sum(-1), n.sum(-1), np.nan)

    def average_precision(self, sums: np.ndarray) -> np.ndarray:
        """Micro PRAUC with the pairs of one bin tied, (...)."""
        pairs, orders, _ = self.split(sums)
        n, y = pairs[..., ::-1], orders[..., ::-1]
        precision = divide(np.cumsum(y, axis=-1), np.cumsum(n, axis=-1))
        return divide((y * precision).sum(-1), y.sum(-1))

    def net_benefit(self, sums: np.ndarray, visits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Net benefit per admission at each `DECISION_THRESHOLDS`, of the model and of recommending everything.

        Vickers & Elkin 2006: true positives - false positives * t / (1 - t), here per admission instead of per pair.
        """
        pairs, orders, _ = self.split(sums)
        tails = [np.flip(np.cumsum(np.flip(a, -1), -1), -1) for a in (pairs, orders)]
        at = np.searchsorted(self.edges, DECISION_THRESHOLDS)
        odds = DECISION_THRESHOLDS / (1 - DECISION_THRESHOLDS)
        recommended, right = tails[0][..., at], tails[1][..., at]
        n, y = tails[0][..., :1], tails[1][..., :1]
        visits = np.asarray(visits)[..., None]
        return divide(right - (recommended - right) * odds, visits), divide(y - (n - y) * odds, visits)


def bin_pairs(probabilities: np.ndarray, ordered: np.ndarray, bootstrap: PatientBootstrap) -> Binned:
    """Counts pairs per patient and bin, and resamples them."""
    p = probabilities.astype(np.float64)
    edges = np.unique(np.concatenate([TENTHS, DECISION_THRESHOLDS, _quantiles(p), _quantiles(p[ordered])]))
    k = len(edges) - 1
    bins = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, k - 1)
    middle = divide(np.bincount(bins.ravel(), logit(p).ravel(), k), np.bincount(bins.ravel(), minlength=k))
    patient = bootstrap.index[:, None]
    size = bootstrap.n_patients * k
    n = np.bincount((patient * k + bins).ravel(), minlength=size).reshape(-1, k)
    y = np.bincount((patient * k + bins)[ordered], minlength=size).reshape(-1, k)
    tenth = np.searchsorted(TENTHS[1:-1], p, side="right")
    expected = np.bincount((patient * 10 + tenth).ravel(), p.ravel(), bootstrap.n_patients * 10).reshape(-1, 10)
    sums = np.hstack([n, y, expected]).astype(np.float64)
    return Binned(edges, middle, sums.sum(0), bootstrap.replicate(np.arange(bootstrap.n_patients), sums))


def _quantiles(p: np.ndarray) -> np.ndarray:
    return np.quantile(p, np.linspace(0, 1, 101)) if p.size else np.zeros(0)


def binned_figures(
    binned: Binned, probabilities: np.ndarray, ordered: np.ndarray
) -> dict[str, tuple[float, np.ndarray]]:
    """Slope, intercept, ECE and micro PRAUC: name → (exact estimate, resamples)."""
    everything = np.vstack([binned.total, binned.replicates])
    n, y, _ = binned.split(everything)
    slope, intercept = logistic_line(binned.middle, n, y)
    x = logit(probabilities).ravel()
    exact_slope, exact_intercept = logistic_line(x, np.ones_like(x), ordered.ravel().astype(np.float64))
    exact = {
        "calibration.slope": (float(exact_slope), slope),
        "calibration.intercept": (float(exact_intercept), intercept),
        "micro.prauc": (pooled_average_precision(probabilities, ordered), binned.average_precision(everything)),
    }
    figures = {name: (value, both[1:] + (value - both[0])) for name, (value, both) in exact.items()}
    ece = binned.ece(everything)
    centred = np.maximum(
        ece[1:] - (ece[1:].mean() - ece[0]), 0.0
    )  # a mean of absolute gaps is biased upward in resamples
    return figures | {"calibration.ece": (float(ece[0]), centred)}
