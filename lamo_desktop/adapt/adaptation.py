"""What a hospital's past admissions say beyond the package: a few shared numbers, and for each drug a few of its own.

    base(x, d) = a z(x, d) + c + sum over k of beta_k history_k(x, d)
    y(x, d)    = base + b_d + h_(group(x), d) + w_d . f(x) + delta_d (base - mean of base_d)
    logit p    = z + rho (y - z)

z is the package's calibrated logit, f the features that enough local admissions have. a, c and beta are drawn to what
other hospitals taught; b, h and w are the most probable values of one Gaussian process, whose variances the rows
themselves tell. rho is chosen by the log loss of held-out patients: 0 means that the package is better left alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lamo_desktop.adapt.gaussian_process import most_probable, variances
from lamo_desktop.adapt.rows import HISTORY, SiteRows
from lamo_desktop.stats import Floats, log_loss, patient_folds, sigmoid

LEAST_ADMISSIONS, LEAST_PATIENTS = 30, 15
MOST_ADMISSIONS = 2000
FOLDS, SEED = 5, 7
RHOS = (0.0, 0.25, 0.5, 0.75, 1.0)
HISTORY_MEAN = np.array([1.42, 1.10, 0.13, 0.07, -0.20, -0.27])  # fitted on training rows of the default package
HISTORY_PRECISION, SCALE_PRECISION, CONSTANT_PRECISION = 5.0, 10.0, 1.0
PRIOR = {"drug": 0.7, "group": 0.7, "features": 0.8, "unit": 0.05, "slope": 0.05}  # variances, in squared logits
DRUG_PRIOR_BESIDE_GROUPS = 0.15
SMALLEST_VARIANCE = 1e-3  # of a drug's own offset, so that no kernel is empty
UNIT_CODES = ("unit:", "service:", "source:", "type:")
SMALLEST_SCALE = 0.05  # a drug's ranking by the package is never turned round

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Adaptation:
    """What was learned of a hospital. Arrays over the package's d candidates; m features.

    scale, constant: a and c above; history (6,): beta. offset, slope, base_mean (d,): b, delta and the mean of base.
    weights (m, d). groups: h of each hospital or ward, (d,). variances: what each part explains. rho: the share that is
    used. losses: the held-out log loss of each rho tried.
    """

    drugs: tuple[str, ...]
    n_admissions: int
    n_patients: int
    scale: float
    constant: float
    history: Floats
    offset: Floats
    slope: Floats
    base_mean: Floats
    features: tuple[str, ...]
    weights: Floats
    groups: Mapping[str, Floats]
    variances: Mapping[str, float]
    rho: float = 1.0
    losses: Mapping[float, float] | None = None

    def logits(self, rows: SiteRows) -> Floats:
        """Adapted logits of admissions with the same candidates, (n, d)."""
        base = _base(rows, np.r_[self.scale, self.constant, self.history])
        adapted = base + self.offset + (base - self.base_mean) * self.slope
        adapted = adapted + _matrix(rows.features, self.features) @ self.weights
        if self.groups:
            unknown = np.zeros(len(self.drugs))
            adapted = adapted + np.array([self.groups.get(str(group), unknown) for group in rows.groups])
        return np.asarray(rows.logits + self.rho * (adapted - rows.logits))


def adapt(rows: SiteRows, likeness: Floats | None = None, progress: Progress = lambda share: None) -> Adaptation | str:
    """What these admissions teach, with rho chosen on held-out patients; a sentence where nothing can be learned.

    `likeness` (d, d) says how alike drugs are (the package's residual correlations; default: each for itself).
    """
    patients = np.unique(rows.patients)
    if len(rows) < LEAST_ADMISSIONS or len(patients) < LEAST_PATIENTS:
        return (
            f"{len(rows):,} admissions of {len(patients):,} patients have orders; adapting needs at least "
            f"{LEAST_ADMISSIONS} admissions of {LEAST_PATIENTS} patients."
        )
    held_out = cross_fitted(rows, lambda inner: fit_once(inner, likeness).logits, progress)
    losses = {rho: log_loss(rows.logits + rho * (held_out - rows.logits), rows.ordered) for rho in RHOS}
    rho = min(RHOS, key=lambda each: losses[each])
    if rho == 0.0:
        return "On held-out patients the package is better as it is than adapted to this hospital."
    found = replace(fit_once(rows, likeness), rho=rho, losses=losses)
    progress(1.0)
    return found


def cross_fitted(
    rows: SiteRows,
    learn: Callable[[SiteRows], Callable[[SiteRows], Floats]],
    progress: Progress = lambda share: None,
    seed: int = SEED,
) -> Floats:
    """Logits (n, d) of every admission from what `learn` makes of the other patients' folds."""
    fold = patient_folds(rows.patients.tolist(), FOLDS, seed)
    logits = np.zeros(rows.logits.shape)
    for each in range(FOLDS):
        held = fold == each
        if held.any():
            logits[held] = learn(rows.at(~held))(rows.at(held))
        progress((each + 1) / (FOLDS + 1))
    return logits


def fit_once(rows: SiteRows, likeness: Floats | None) -> Adaptation:
    """What these rows teach, all of it used (rho = 1)."""
    n, d = rows.ordered.shape
    ordered, alone = rows.ordered.astype(np.float64), np.eye(d)
    likeness = alone if likeness is None else 0.5 * alone + 0.5 * likeness
    kernels, prior, parts = _kernels(rows)
    base, shared = _shared(
        rows, ordered, 0.5 * sum((kernels[k] for k in ("drug", "group") if k in kernels), np.zeros((n, n)))
    )
    explained = variances(base, ordered, rows.patients, kernels, prior)
    base_mean = base.mean(0)
    covariance = sum((explained[name] * kernel for name, kernel in kernels.items()), np.full((n, n), SMALLEST_VARIANCE))
    alpha, slope = most_probable(covariance, base, base - base_mean, ordered, likeness, explained["slope"])
    features = parts["features"].names if "features" in parts else ()
    weights = np.zeros((len(features), d))
    place = {name: row for row, name in enumerate(features)}
    for name, part in parts.items():
        weights[[place[each] for each in part.names]] += explained[name] * part.design @ alpha
    mean = _matrix(rows.features, features).mean(0) if features else np.zeros(0)
    offset = (explained["drug"] + SMALLEST_VARIANCE) * alpha.sum(0) - mean @ weights
    groups = {}
    if "group" in kernels:
        names = sorted(set(rows.groups.tolist()))
        groups = {name: explained["group"] * alpha[rows.groups == name].sum(0) for name in names}
    return Adaptation(
        drugs=rows.drugs,
        n_admissions=n,
        n_patients=len(np.unique(rows.patients)),
        scale=float(shared[0]),
        constant=float(shared[1]),
        history=shared[2:],
        offset=offset,
        slope=np.maximum(slope, SMALLEST_SCALE / max(float(shared[0]), SMALLEST_SCALE) - 1.0),
        base_mean=base_mean,
        features=features,
        weights=weights,
        groups=groups,
        variances=explained,
    )


@dataclass(frozen=True, eq=False)
class _Part:
    """Features of a kernel X X' / s with X centred: their names, and X' / s, by which alpha becomes weights."""

    names: tuple[str, ...]
    design: Floats


def _kernels(rows: SiteRows) -> tuple[dict[str, Floats], dict[str, float], dict[str, _Part]]:
    """How alike two admissions are, each kernel of mean diagonal 1: all, by hospital, by features, by unit."""
    n = len(rows)
    kernels: dict[str, Floats] = {"drug": np.ones((n, n))}
    prior = dict(PRIOR)
    if len(set(rows.groups.tolist())) > 1:
        kernels["group"] = (rows.groups[:, None] == rows.groups[None]).astype(np.float64)
        prior["drug"] = DRUG_PRIOR_BESIDE_GROUPS
    counts = Counter(name for found in rows.features for name in found)
    least = 5 if n >= 60 else 3
    common = tuple(sorted(name for name, count in counts.items() if least <= count < n))
    parts = {}
    for kind, names in (("features", common), ("unit", tuple(name for name in common if name.startswith(UNIT_CODES)))):
        if names:
            x = _matrix(rows.features, names)
            x = x - x.mean(0)
            size = (x**2).sum() / n
            kernels[kind], parts[kind] = x @ x.T / size, _Part(names, x.T / size)
    return kernels, prior, parts


def _shared(rows: SiteRows, ordered: Floats, kernel: Floats) -> tuple[Floats, Floats]:
    """base (n, d) and (a, c, beta), by three rounds: these by Newton's method, then each drug's own offsets."""
    design = np.stack([rows.logits.ravel(), np.ones(rows.logits.size), *(each.ravel() for each in rows.history)], 1)
    mean = np.r_[1.0, 0.0, HISTORY_MEAN]
    precision = np.r_[SCALE_PRECISION, CONSTANT_PRECISION, np.full(len(HISTORY), HISTORY_PRECISION)]
    own, base, shared = np.zeros(ordered.shape), rows.logits, mean
    for _ in range(3):
        shared = newton(design, ordered.ravel(), own.ravel(), mean, precision)
        base = _base(rows, shared)
        alpha, _ = most_probable(kernel, base, base, ordered, np.eye(ordered.shape[1]), 0.0, steps=60)
        own = kernel @ alpha
    return base, shared


def newton(design: Floats, y: Floats, offset: Floats, mean: Floats, precision: Floats) -> Floats:
    """The most probable coefficients of a logistic regression with an offset and a normal prior, (k,)."""
    found = mean.copy()
    for _ in range(25):
        p = sigmoid(offset + design @ found)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature, design.T @ (y - p) - precision * (found - mean))
        found = found + step
        if np.abs(step).max() < 1e-6:
            break
    return found


def _base(rows: SiteRows, shared: Floats) -> Floats:
    return np.asarray(shared[0] * rows.logits + shared[1] + np.tensordot(shared[2:], rows.history, 1))


def _matrix(found: Sequence[frozenset[str]], names: Sequence[str]) -> Floats:
    """1 where an admission has a feature, (n, m)."""
    column = {name: j for j, name in enumerate(names)}
    x = np.zeros((len(found), len(names)))
    for i, features in enumerate(found):
        x[i, [column[name] for name in features if name in column]] = 1.0
    return x
