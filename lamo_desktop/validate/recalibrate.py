"""Local recalibration: a shrunken scale and offset per drug and one threshold shift, learned from the site's own rows.

p' = sigmoid(a_d * logit(p) + b_d). A pooled (a, b) is fitted first; each drug's pair is then drawn towards it by a
normal prior whose width is chosen by cross-validation within the part used for fitting. Patients are never in both
parts.
"""

from dataclasses import dataclass

import numpy as np

from lamo_desktop.stats import log_loss, logit, patient_folds, sigmoid, threshold_for_count
from lamo_desktop.validate.bins import bin_pairs, binned_figures, logistic_line
from lamo_desktop.validate.bootstrap import Estimate, PatientBootstrap, estimate
from lamo_desktop.validate.metrics import averages, per_admission, with_patient_means
from lamo_desktop.validate.outcomes import Outcomes

LEAST_PATIENTS = 40
PRIOR_SDS = (0.1, 0.3, 1.0)  # of the offset, in logits; the scale's is half of it
LEARNING_SIZES = (10, 25, 50, 100, 200, 400, 800, 1600)  # admissions
_REPEATS = 5


@dataclass(frozen=True)
class SiteCalibration:
    """logit p' = scale_d * logit p + offset_d, and the shift (logits) of every drug's threshold. Arrays (d,)."""

    scale: np.ndarray
    offset: np.ndarray
    shift: float
    prior_sd: float

    def apply(self, outcomes: Outcomes) -> Outcomes:
        """The same admissions with recalibrated probabilities and the lists they give."""
        x = logit(outcomes.probabilities) * self.scale + self.offset
        cuts = logit(outcomes.thresholds) + self.shift
        return outcomes.with_list(sigmoid(x), x >= cuts)


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """Mean log-loss (nats per pair) on the held-out part after fitting on `n_admissions`, over a few draws."""

    n_admissions: int
    log_loss: float


@dataclass(frozen=True)
class Recalibration:
    """Held-out figures before and after; `difference` is after minus before, paired."""

    n_fitting: int
    n_evaluation: int
    calibration: SiteCalibration
    before: dict[str, Estimate]
    after: dict[str, Estimate]
    difference: dict[str, Estimate]
    log_loss_before: float
    log_loss_after: float
    learning: tuple[LearningPoint, ...]

    @property
    def helps(self) -> bool:
        """Whether probabilities were better on the held-out admissions after recalibration."""
        return self.log_loss_after < self.log_loss_before


def fit(outcomes: Outcomes) -> SiteCalibration:
    """Scale, offset and threshold shift from these admissions; the shift recommends no more drugs than were ordered."""
    x, y = logit(outcomes.probabilities), outcomes.ordered
    fold = patient_folds(outcomes.patient_ids)
    losses = []
    for sd in PRIOR_SDS:
        logits = np.zeros(y.shape)
        for k in np.unique(fold):
            scale, offset = _fit_lines(x[fold != k], y[fold != k], sd)
            logits[fold == k] = x[fold == k] * scale + offset
        losses.append(log_loss(logits, y))
    sd = PRIOR_SDS[int(np.argmin(losses))]
    scale, offset = _fit_lines(x, y, sd)
    shift = threshold_for_count(x * scale + offset - logit(outcomes.thresholds), y.sum())
    return SiteCalibration(scale, offset, shift, sd)


def _fit_lines(x: np.ndarray, y: np.ndarray, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Penalised logistic lines of every drug at once by Newton: x, y (n, d) → scale, offset (d,)."""
    edges = np.unique(np.quantile(x, np.linspace(0, 1, 201)))
    bins = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, None).ravel()
    n = np.bincount(bins).astype(np.float64)
    middle = np.bincount(bins, x.ravel()) / np.maximum(n, 1)
    pooled_scale, pooled_offset = logistic_line(middle, n, np.bincount(bins, y.ravel()))
    scale, offset = np.full(x.shape[1], float(pooled_scale)), np.full(x.shape[1], float(pooled_offset))
    tau0, tau1 = 1 / sd**2, 4 / sd**2
    for _ in range(15):
        p = sigmoid(x * scale + offset)
        w, r = p * (1 - p), y - p
        g0 = r.sum(0) - tau0 * (offset - pooled_offset)
        g1 = (r * x).sum(0) - tau1 * (scale - pooled_scale)
        h00, h01, h11 = w.sum(0) + tau0, (w * x).sum(0), (w * x * x).sum(0) + tau1
        determinant = h00 * h11 - h01 * h01
        step0, step1 = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        offset, scale = offset + np.clip(step0, -2, 2), scale + np.clip(step1, -2, 2)
        if max(np.abs(step0).max(), np.abs(step1).max()) < 1e-6:
            break
    return np.maximum(scale, 0.05), offset  # a drug's ranking is never turned round


def recalibrate(outcomes: Outcomes, n_resamples: int = 1000, seed: int = 0) -> Recalibration | None:
    """Fits on half of the patients, evaluates on the other half; None with fewer than 40 patients."""
    fitting = patient_folds(outcomes.patient_ids, 2, seed) == 0
    if len(set(outcomes.patient_ids)) < LEAST_PATIENTS:
        return None
    train, held_out = outcomes.rows(fitting), outcomes.rows(~fitting)
    calibration = fit(train)
    adapted = calibration.apply(held_out)
    bootstrap = PatientBootstrap(held_out.patient_ids, n_resamples)
    before, after = headline(held_out, bootstrap), headline(adapted, bootstrap)
    return Recalibration(
        n_fitting=len(train.admission_ids),
        n_evaluation=len(held_out.admission_ids),
        calibration=calibration,
        before={name: estimate(*figure) for name, figure in before.items()},
        after={name: estimate(*figure) for name, figure in after.items()},
        difference=paired(after, before),
        log_loss_before=log_loss(logit(held_out.probabilities), held_out.ordered),
        log_loss_after=log_loss(logit(adapted.probabilities), held_out.ordered),
        learning=_learning_curve(train, held_out, seed),
    )


def _learning_curve(train: Outcomes, held_out: Outcomes, seed: int) -> tuple[LearningPoint, ...]:
    n, rng = len(train.admission_ids), np.random.default_rng(seed)
    points = []
    for size in [s for s in LEARNING_SIZES if s < n] + [n]:
        losses = []
        for _ in range(_REPEATS if size < n else 1):
            rows = train.rows(np.sort(rng.choice(n, size, replace=False)))
            scale, offset = _fit_lines(logit(rows.probabilities), rows.ordered, PRIOR_SDS[1])
            losses.append(log_loss(logit(held_out.probabilities) * scale + offset, held_out.ordered))
        points.append(LearningPoint(size, float(np.mean(losses))))
    return tuple(points)


HEADLINE = ("visit_mean.jaccard", "visit_mean.f1", "visit_mean.prauc", "overprescribing_ratio", "calibration.brier")


def headline(outcomes: Outcomes, bootstrap: PatientBootstrap) -> dict[str, tuple[float, np.ndarray]]:
    """The figures by which two models are compared: name → (estimate, resamples)."""
    patients, sums = bootstrap.by_patient(per_admission(outcomes))
    sums = with_patient_means(sums)
    values, resampled = averages(sums.sum(0)), averages(bootstrap.replicate(patients, sums))
    figures = {name: (float(values[name]), resampled[name]) for name in HEADLINE}
    binned = bin_pairs(outcomes.probabilities, outcomes.ordered, bootstrap)
    calibration = binned_figures(binned, outcomes.probabilities, outcomes.ordered)
    return figures | {name: figure for name, figure in calibration.items() if name != "micro.prauc"}


def paired(a: dict[str, tuple[float, np.ndarray]], b: dict[str, tuple[float, np.ndarray]]) -> dict[str, Estimate]:
    """a minus b, resample by resample (both drawn with the same `PatientBootstrap`)."""
    return {name: estimate(a[name][0] - b[name][0], a[name][1] - b[name][1]) for name in a if name in b}
