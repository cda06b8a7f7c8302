"""Is the model better than something simple? Baselines fitted on the site's own rows by cross-validation.

- *frequency*: each drug's share of the other folds' admissions, the same list for everybody.
- *carried over*: frequency, raised for the drugs that the patient had before: among the home medications, in the
  previous stay. How much, the other folds say, in three numbers for all drugs. Left out where no one had any.
- *logistic regression*: one L2-penalised model per drug on the admission's structured codes, age band and sex.

Folds keep a patient's visits together. A row's cut is chosen on the out-of-fold probabilities of the other folds:
once for the best Jaccard, once for as many drugs as were ordered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lamo_desktop.stats import (
    FOLDS,
    log_loss,
    log_odds,
    logit,
    patient_folds,
    sigmoid,
    threshold_for_count,
    threshold_for_jaccard,
)
from lamo_desktop.validate.outcomes import Outcomes

PENALTIES = (10.0, 30.0, 100.0)  # L2 on the weights, against the summed log-likelihood (scikit-learn's 1 / C)
CARRIED_OVER = "carried over from home medications and previous stay"
CARRIED_CODES = ("med:", "previous med:")
CARRIED_PENALTY = 0.25  # L2 on the three numbers: a normal prior with standard deviation 2
CUTS_TRIED = 60
_MOST_ROWS, _MOST_CODES, _RAREST = 4000, 600, 5


@dataclass(frozen=True)
class Baseline:
    """A simple model's out-of-fold probabilities and lists on the same admissions."""

    name: str
    outcomes: Outcomes


def code_matrix(outcomes: Outcomes) -> np.ndarray:
    """Binary float32 (n, m): codes seen in at least 5 admissions (the 600 most frequent), with age band and sex."""
    extra = [[f"{name}:{values[i]}" for name, values in outcomes.labels.items() if name in ("age band", "sex")]
             for i in range(len(outcomes.admission_ids))]  # fmt: skip
    rows = [set(codes) | set(more) for codes, more in zip(outcomes.codes or [()] * len(extra), extra, strict=True)]
    counts: dict[str, int] = {}
    for row in rows:
        for code in row:
            counts[code] = counts.get(code, 0) + 1
    kept = sorted((c for c in counts if counts[c] >= _RAREST), key=lambda c: (-counts[c], c))[:_MOST_CODES]
    column = {code: i for i, code in enumerate(kept)}
    x = np.zeros((len(rows), len(kept)), dtype=np.float32)
    for i, row in enumerate(rows):
        x[i, [column[c] for c in row if c in column]] = 1.0
    return x


def fit_logistic(
    x: np.ndarray, y: np.ndarray, penalties: Sequence[float], iterations: int = 60
) -> list[tuple[np.ndarray, np.ndarray]]:
    """L2 logistic regressions of all columns of y (n, d) on x (n, m): weights (m, d), intercepts (d,) per penalty.

    Minimises Σ log-loss + penalty/2 |w|² (intercept free). In the principal axes of the centred x, XᵀX/4 bounds every
    drug's Hessian (Böhning & Lindsay 1988) and is diagonal, so one decomposition serves all drugs and penalties; the
    steps are accelerated with restarts (O'Donoghue & Candès 2015).
    """
    mean = x.mean(0)
    centred = x - mean
    squares, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    kept = squares > 1e-4
    squares, axes = squares[kept], axes[:, kept].astype(np.float32)
    z, target = np.hstack([centred @ axes, np.ones((len(x), 1), dtype=np.float32)]), y.astype(np.float32)
    w = np.zeros((z.shape[1], y.shape[1]), dtype=np.float32)
    w[-1] = log_odds(y)
    fits = []
    for penalty in sorted(penalties, reverse=True):  # each starts from the more strongly penalised one
        ridge = np.append(np.full(len(squares), penalty), 1e-3).astype(np.float32)[:, None]
        curvature = 0.25 * np.append(squares, len(x)).astype(np.float32)[:, None] + ridge
        ahead, momentum = w, 1.0
        for _ in range(iterations):
            p = 0.5 * (1 + np.tanh(0.5 * (z @ ahead)))
            step = (z.T @ (target - p) - ridge * ahead) / curvature
            new = ahead + step
            restart = float((step * (new - w)).sum()) < 0
            following = 1.0 if restart else 0.5 * (1 + np.sqrt(1 + 4 * momentum**2))
            ahead = new if restart else new + np.float32((momentum - 1) / following) * (new - w)
            change = float(np.abs(new - w).max())
            w, momentum = new, following
            if change < 1e-3:
                break
        weights = axes @ w[:-1]
        fits.append((weights, w[-1] - mean @ weights))
    return fits[::-1]


def frequency_probabilities(outcomes: Outcomes, fold: np.ndarray) -> np.ndarray:
    """Each drug's share in the other folds, with one half added to orders and one to admissions; float32 (n, d)."""
    out = np.zeros(outcomes.ordered.shape, dtype=np.float32)
    for k in np.unique(fold):
        others = outcomes.ordered[fold != k]
        out[fold == k] = (others.sum(0) + 0.5) / (len(others) + 1.0)
    return out


def carried_drugs(outcomes: Outcomes) -> np.ndarray:
    """Whether the patient had each drug before, bool (k, n, d): among the home medications, in the previous stay."""
    column = {drug: d for d, drug in enumerate(outcomes.drugs)}
    had = np.zeros((len(CARRIED_CODES), *outcomes.ordered.shape), dtype=bool)
    for i, codes in enumerate(outcomes.codes):
        for k, prefix in enumerate(CARRIED_CODES):
            names = (code.removeprefix(prefix) for code in codes if code.startswith(prefix))
            had[k, i, [column[name] for name in names if name in column]] = True
    return had


def carried_over_probabilities(outcomes: Outcomes, fold: np.ndarray, had: np.ndarray) -> np.ndarray:
    """Out-of-fold sigmoid(logit of the frequency + c + sum of w_k had_k), float32 (n, d).

    c and the w are fitted by Newton's method on the other folds, whose admissions count by drug and pattern of `had`.
    """
    out = np.zeros(outcomes.ordered.shape, dtype=np.float32)
    patterns = np.array([[p >> k & 1 for k in range(len(had))] for p in range(1 << len(had))], dtype=np.float64)
    pattern = sum(had[k].astype(np.int64) << k for k in range(len(had)))
    design = np.hstack([np.ones((len(patterns), 1)), patterns])
    for k in np.unique(fold):
        y, seen = outcomes.ordered[fold != k], pattern[fold != k]
        base = log_odds(y)
        n = np.stack([(seen == p).sum(0) for p in range(len(patterns))])
        events = np.stack([((seen == p) & y).sum(0) for p in range(len(patterns))])
        w = np.zeros(design.shape[1])
        for _ in range(30):
            p = sigmoid(base + (design @ w)[:, None])
            gradient = design.T @ (events - n * p).sum(1) - CARRIED_PENALTY * w
            curvature = design.T @ (design * (n * p * (1 - p)).sum(1)[:, None]) + CARRIED_PENALTY * np.eye(len(w))
            step = np.linalg.solve(curvature, gradient)
            w = w + np.clip(step, -2.0, 2.0)
            if np.abs(step).max() < 1e-9:
                break
        out[fold == k] = sigmoid(base + (design @ w)[pattern[fold == k]])
    return out


def logistic_probabilities(
    outcomes: Outcomes, fold: np.ndarray, progress: Callable[[float], None] | None = None
) -> tuple[np.ndarray, float]:
    """Out-of-fold probabilities float32 (n, d) at the penalty with the lowest log-loss, and that penalty."""
    x, y = code_matrix(outcomes), outcomes.ordered
    penalties = PENALTIES if len(x) <= _MOST_ROWS else PENALTIES[1:2]
    rng = np.random.default_rng(0)
    p = np.zeros((len(penalties), *y.shape), dtype=np.float32)
    for k in np.unique(fold):
        rows = np.flatnonzero(fold != k)
        if len(rows) > _MOST_ROWS:
            rows = np.sort(rng.choice(rows, _MOST_ROWS, replace=False))
        for i, (w, b) in enumerate(fit_logistic(x[rows], y[rows], penalties)):
            p[i, fold == k] = sigmoid(x[fold == k] @ w + b)
        if progress:
            progress((k + 1) / FOLDS)
    best = int(np.argmin([log_loss(logit(each), y) for each in p]))
    return p[best], penalties[best]


def baselines(outcomes: Outcomes, progress: Callable[[float], None] | None = None) -> tuple[Baseline, ...]:
    """Every baseline with both cuts; empty with fewer patients than folds, without codes frequency alone."""
    fold = patient_folds(outcomes.patient_ids)
    if len(np.unique(fold)) < FOLDS:
        return ()
    models = [("frequency", frequency_probabilities(outcomes, fold))]
    had = carried_drugs(outcomes)
    if had.any():
        models.append((CARRIED_OVER, carried_over_probabilities(outcomes, fold, had)))
    if any(outcomes.codes):
        models.append(("logistic regression on codes", logistic_probabilities(outcomes, fold, progress)[0]))
    cuts: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], float]], ...] = (
        ("best Jaccard", lambda p, y: threshold_for_jaccard(p, y, CUTS_TRIED)),
        ("as many as ordered", lambda p, y: threshold_for_count(p, y.sum())),
    )
    found = []
    for name, p in models:
        for cut_name, choose in cuts:
            lists = np.zeros(p.shape, dtype=bool)
            for k in range(FOLDS):
                lists[fold == k] = p[fold == k] >= choose(p[fold != k], outcomes.ordered[fold != k])
            found.append(Baseline(f"{name} ({cut_name})", outcomes.with_list(p, lists)))
    return tuple(found)
