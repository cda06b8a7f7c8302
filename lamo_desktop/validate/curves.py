"""What the lists become along the threshold shift, and what the probabilities are worth at a decision threshold."""

from dataclasses import dataclass

import numpy as np

from lamo_desktop.stats import divide, logit
from lamo_desktop.validate.bins import DECISION_THRESHOLDS, TENTHS, Binned
from lamo_desktop.validate.bootstrap import Estimate, PatientBootstrap, estimate
from lamo_desktop.validate.outcomes import Outcomes

SHIFTS = np.round(np.arange(-3.0, 3.01, 0.25), 2)  # logits, added to the shift that the lists were cut with


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """The lists under a policy's threshold shift (logits); Jaccard, precision and recall are visit means."""

    threshold_shift: float
    ratio: Estimate
    jaccard: Estimate
    precision: Estimate
    recall: Estimate
    n_recommended: float


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """Pairs whose probability lies in one tenth: how likely the model said, how often it was ordered."""

    low: float
    high: float
    n_pairs: int
    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """Net benefit per admission (right recommendations, wrong ones weighed by the odds of the threshold)."""

    threshold: float
    model: Estimate
    everything: float


def _margin(outcomes: Outcomes) -> np.ndarray:
    margin: np.ndarray = logit(outcomes.probabilities) - logit(outcomes.thresholds)
    return outcomes.listable(margin.astype(np.float32))


def threshold_curve(outcomes: Outcomes, bootstrap: PatientBootstrap) -> tuple[ThresholdPoint, ...]:
    """Ratio, Jaccard, precision and recall with intervals, at `SHIFTS` from the shift of the lists."""
    margin, ordered, cut_with = _margin(outcomes), outcomes.ordered, outcomes.threshold_shift
    n_ordered = ordered.sum(1).astype(np.float64)
    columns = [np.ones(len(ordered)), n_ordered]
    for further in SHIFTS:
        lists = margin >= further
        both, size = (lists & ordered).sum(1), lists.sum(1)
        columns += [size, divide(both, size + n_ordered - both), divide(both, size), divide(both, n_ordered)]
    patients, sums = bootstrap.by_patient(np.column_stack(columns))
    total, resampled = sums.sum(0), bootstrap.replicate(patients, sums)
    points = []
    for i, further in enumerate(SHIFTS):
        at = 2 + 4 * i
        ratio, jaccard, precision, recall = (
            estimate(
                divide(total[at + j], total[below], np.nan), divide(resampled[:, at + j], resampled[:, below], np.nan)
            )
            for j, below in ((0, 1), (1, 0), (2, 0), (3, 0))
        )
        n_recommended = float(total[at] / max(total[0], 1))
        points.append(ThresholdPoint(float(cut_with + further), ratio, jaccard, precision, recall, n_recommended))
    return tuple(points)


def calibration_curve(binned: Binned) -> tuple[CalibrationPoint, ...]:
    """Predicted against observed per tenth of probability; tenths without a pair are left out."""
    n, y, p = binned.tenths(binned.total)
    n_resampled, y_resampled, _ = binned.tenths(binned.replicates)
    return tuple(
        CalibrationPoint(
            low=float(TENTHS[i]),
            high=float(TENTHS[i + 1]),
            n_pairs=int(n[i]),
            predicted=float(p[i]),
            observed=estimate(y[i] / n[i], divide(y_resampled[:, i], n_resampled[:, i], np.nan)),
        )
        for i in range(10)
        if n[i]
    )


def decision_curve(binned: Binned, bootstrap: PatientBootstrap, visits: np.ndarray) -> tuple[DecisionPoint, ...]:
    """Net benefit per admission at each decision threshold; `visits` (patients,): admissions of each."""
    resampled_visits = bootstrap.replicate(np.arange(bootstrap.n_patients), visits[:, None])[:, 0]
    model, everything = binned.net_benefit(binned.total, visits.sum())
    resampled, _ = binned.net_benefit(binned.replicates, resampled_visits)
    return tuple(
        DecisionPoint(float(t), estimate(model[i], resampled[:, i]), float(everything[i]))
        for i, t in enumerate(DECISION_THRESHOLDS)
    )
