"""The two estimators of the adaptation: how much varies with what (Haseman-Elston), and the most probable values.

The residual logits of n admissions x d drugs are a Gaussian process with covariance K (x) B: K (n, n) says how alike
two admissions are, B (d, d) how alike two drugs are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lamo_desktop.stats import Floats, sigmoid

PRIOR_ADMISSIONS = 20.0  # what the prior of a variance is worth
STEPS, ENOUGH = 300, 2e-3  # of the ascent; it ends when no logit moves further than this
SMALLEST_EIGENVALUE = 1e-5  # of K, as a share of its largest; what lies below carries nothing


def variances(
    offset: Floats, ordered: Floats, patients: np.ndarray, kernels: Mapping[str, Floats], prior: Mapping[str, float]
) -> dict[str, float]:
    """How much each kernel, and a drug's slope on the offset ("slope"), explains of the residual logits; all >= 0.

    The products of two residuals of different patients are regressed on what each kernel says they should be
    (Haseman & Elston 1972; for binary outcomes with weights p(1 - p)), drawn to `prior` by a ridge that is worth
    `PRIOR_ADMISSIONS` admissions, and solved under the bound by coordinate descent.
    """
    p = sigmoid(offset)
    weight, residual, centred = p * (1 - p), ordered - p, offset - offset.mean(0)
    apart = (patients[:, None] != patients[None]).astype(np.float64)
    sloped = weight * centred
    between = {
        (False, False): apart * (weight @ weight.T),
        (False, True): apart * (sloped @ sloped.T),
        (True, True): apart * ((sloped * centred) @ (sloped * centred).T),
    }
    products = apart * (residual @ residual.T)
    sloped_products = apart * ((residual * centred) @ (residual * centred).T)
    names = [*kernels, "slope"]

    def kernel(name: str) -> Floats:
        return np.ones_like(apart) if name == "slope" else kernels[name]

    def agreement(a: str, b: str) -> float:
        of_slopes = (a == "slope") + (b == "slope")
        return float((between[of_slopes == 2, of_slopes >= 1] * kernel(a) * kernel(b)).sum())

    normal = np.array([[agreement(a, b) for b in names] for a in names])
    target = np.array(
        [float(((sloped_products if name == "slope" else products) * kernel(name)).sum()) for name in names]
    )
    ridge = np.maximum(np.diag(normal), 1e-9) * (PRIOR_ADMISSIONS / len(ordered)) ** 2
    normal = normal + np.diag(ridge) + 1e-9 * np.eye(len(names))
    target = target + ridge * np.array([prior[name] for name in names])
    found = np.zeros(len(names))
    for _ in range(500):
        before = found.copy()
        for i in range(len(names)):
            found[i] = max(0.0, found[i] + (target[i] - normal[i] @ found) / normal[i, i])
        if np.abs(found - before).max() < 1e-12:
            break
    return dict(zip(names, found.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The eigenvalues (r,) of a kernel that carry anything, and their eigenvectors (n, r)."""

    values: Floats
    vectors: Floats


def spectrum(kernel: Floats, smallest: float = SMALLEST_EIGENVALUE) -> Spectrum:
    """The spectrum of a kernel (n, n), without what lies below `smallest` as a share of the largest eigenvalue."""
    values, vectors = np.linalg.eigh(kernel)
    large = values > smallest * values.max()
    return Spectrum(values[large], vectors[:, large])


def most_probable(
    kernel: Spectrum,
    offset: Floats,
    centred: Floats,
    ordered: Floats,
    likeness: Floats,
    slope_variance: float,
    steps: int = STEPS,
) -> tuple[Floats, Floats]:
    """alpha (n, d) and delta (d,) of the most probable logits offset + kernel @ alpha + centred * delta.

    kernel @ alpha ~ GP(kernel (x) likeness), delta_d ~ N(0, slope_variance). Accelerated ascent (Nesterov, with
    restarts) in the eigenbases of kernel and likeness, where the bound p(1 - p) <= 1/4 (Boehning & Lindsay 1988) makes
    the curvature diagonal.
    """
    values, vectors = kernel.values, kernel.vectors
    design = vectors * np.sqrt(values)
    spread, basis = np.linalg.eigh(likeness)
    spread = np.maximum(spread, 1e-3)
    blocks = 2.0 if slope_variance > 0 else 1.0  # two blocks share the bound on the curvature
    precision = 1.0 / max(slope_variance, 1e-9)
    step = 1.0 / (blocks / 4 * values[:, None] + 1.0 / spread)
    slope_step = 1.0 / (blocks / 4 * (centred**2).sum(0) + precision)
    weights = ahead = np.zeros((len(values), ordered.shape[1]))
    slopes = slopes_ahead = np.zeros(ordered.shape[1])
    momentum = 1.0
    for i in range(steps):
        residual = ordered - sigmoid(offset + (design @ ahead) @ basis.T + centred * slopes_ahead)
        new = ahead + step * (design.T @ (residual @ basis) - ahead / spread)
        new_slopes = slopes_ahead + slope_step * ((residual * centred).sum(0) - slopes_ahead * precision)
        if ((new - ahead) * (new - weights)).sum() < 0:
            momentum, ahead, slopes_ahead = 1.0, new, new_slopes
        else:
            following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            carry = (momentum - 1) / following
            ahead, slopes_ahead = new + carry * (new - weights), new_slopes + carry * (new_slopes - slopes)
            momentum = following
        settled = i % 5 == 4 and np.abs(design @ (new - weights)).max() < ENOUGH
        weights, slopes = new, new_slopes
        if settled:
            break
    return (vectors / np.sqrt(values)) @ weights @ basis.T, slopes
