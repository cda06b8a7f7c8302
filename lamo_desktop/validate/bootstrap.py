"""Uncertainty: 95 % percentile intervals from resampling patients, so that a patient's visits stay together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; NaN where it is undefined."""

    value: float
    low: float
    high: float


class PatientBootstrap:
    """Draws of patients with replacement, the same for every figure, so that differences of two models are paired.

    A resample is a row of weights over patients: how often each was drawn. Any figure that is a function of sums over
    patients then costs one matrix product. Patients are sorted by identifier, so row order does not matter.
    """

    def __init__(self, patient_ids: Sequence[str], n_resamples: int = 1000, seed: int = 20250301):
        names, index = np.unique(np.asarray(patient_ids, dtype=object).astype(str), return_inverse=True)
        self.index = index  # (n,) patient of each admission
        self.n_patients = len(names)
        self.n_resamples = n_resamples
        rng = np.random.default_rng(seed)
        self.weights = np.zeros(
            (n_resamples, self.n_patients), dtype=np.uint8
        )  # a count above 255 cannot happen in practice
        for row in self.weights:
            drawn = np.bincount(rng.integers(0, self.n_patients, self.n_patients), minlength=self.n_patients)
            row[:] = np.minimum(drawn, 255)

    def by_patient(self, rows: np.ndarray, mask: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Sums of `rows` (n, k) over each patient's admissions (of those in `mask`): patients (m,), sums (m, k)."""
        index = self.index if mask is None else self.index[mask]
        rows = rows if mask is None else rows[mask]
        patients, position = np.unique(index, return_inverse=True)
        order = np.argsort(position, kind="stable")
        starts = np.searchsorted(position[order], np.arange(len(patients)))
        if len(patients) == 0:
            return patients, np.zeros((0, rows.shape[1]))
        return patients, np.add.reduceat(rows[order].astype(np.float64, copy=False), starts, axis=0)

    def replicate(self, patients: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """The sum over patients of `sums` (m, k) in every resample, float64 (n_resamples, k)."""
        out = np.empty((self.n_resamples, sums.shape[1]))
        everyone = len(patients) == self.n_patients
        for start in range(0, self.n_resamples, 125):  # keeps the float copy of the weights small
            weights = self.weights[start : start + 125]
            chosen = weights if everyone else weights[:, patients]
            out[start : start + 125] = chosen.astype(np.float64) @ sums
        return out


def interval(replicates: np.ndarray) -> tuple[float, float]:
    """2.5 % and 97.5 % percentiles of the resamples in which the figure is defined; NaN if none."""
    defined = replicates[np.isfinite(replicates)]
    if len(defined) == 0:
        return float("nan"), float("nan")
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)


def estimate(value: float | np.ndarray, replicates: np.ndarray) -> Estimate:
    """A value with the percentile interval of its resamples."""
    return Estimate(float(value), *interval(replicates))
