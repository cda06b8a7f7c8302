"""What a hospital's past admissions say beyond the package: a few shared numbers, and for each drug a few of its own.

    base(x, d) = a z(x, d) + c + sum over k of beta_k history_k(x, d)
    y(x, d)    = base + b_d + h_(group(x), d) + w_d . f(x) + v_d . (s(x) - mean) / deviation
                 + delta_d (base - mean of base_d)
    logit p    = z + rho (y - z)

z is the package's calibrated logit; of a drug that the package does not know, its log-odds here. f are the features
that enough local admissions have, s is the model's state after the patient's text. a, c and beta are drawn to what
other hospitals taught; b, h, w and v are the most probable values of one Gaussian process, whose variances the rows
themselves tell. rho goes by the log loss of held-out patients: 0 means that the package is better left alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from lamo_desktop.adapt.gaussian_process import PRIOR_ADMISSIONS, most_probable, spectrum, variances
from lamo_desktop.adapt.kernels import Kernels, feature_matrix, kernels, standardised
from lamo_desktop.adapt.rows import HISTORY, SiteRows
from lamo_desktop.model.site_prior import SitePrior
from lamo_desktop.stats import Floats, log_loss, log_odds, patient_folds, sigmoid, threshold_for_count

LEAST_ADMISSIONS, LEAST_PATIENTS = 30, 15
LEAST_ORDERS = 5  # admissions in which a drug that the package does not know must be ordered to be learned
MOST_ADMISSIONS = 2000
FOLDS, SEED = 5, 7
RHOS = tuple(step / 10 for step in range(11))
RHO_ADMISSIONS = 60.0  # what the prior of rho is worth
HISTORY_PRECISION, SCALE_PRECISION, CONSTANT_PRECISION = 5.0, 10.0, 1.0
LIKENESS = 0.5  # the share of the drugs' covariance that goes by the package's residual correlations
SMALLEST_VARIANCE = 1e-3  # of a drug's own offset, so that no kernel is empty
SMALLEST_SCALE = 0.05  # a drug's ranking by the package is never turned round

NO_PRIOR = SitePrior()

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class OwnDrug:
    """A drug that is ordered here and not among the package's candidates: in `n_orders` of the admissions learned from.

    `log_odds` is its z (half an admission added to both sides).
    """

    name: str
    n_orders: int
    log_odds: float


@dataclass(frozen=True, eq=False)
class StateHead:
    """What the model's state says of each drug here: mean and deviation (s,) standardise it, weights (s, d)."""

    mean: Floats
    deviation: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class Adaptation:
    """What was learned of a hospital. Arrays over d drugs (the package's candidates, then its own) and m features.

    scale, constant: a and c above; history (6,): beta. offset, slope, base_mean (d,): b, delta and the mean of base.
    weights (m, d). groups: h of each value of the label `group_label`, (d,). variances: what each part explains.
    rho: the share that is used. losses: the held-out log loss of each rho tried. threshold: the logit from which a drug
    is listed so that the lists of held-out patients have as many drugs as were ordered. n_earlier: admissions that were
    not used, because the latest are enough.
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
    group_label: str = ""
    state: StateHead | None = None
    own_drugs: tuple[OwnDrug, ...] = ()
    rho: float = 1.0
    losses: Mapping[float, float] = field(default_factory=dict)
    threshold: float = 0.0
    n_earlier: int = 0

    def logits(self, rows: SiteRows) -> Floats:
        """Adapted logits of the rows' own drugs, (n, rows' drugs); those of a drug that was not learned stay as given.

        A drug's logits do not depend on which others the rows have. `rows.ordered` is not looked at.
        """
        column = {drug: d for d, drug in enumerate(self.drugs)}
        learned = [place for place, drug in enumerate(rows.drugs) if drug in column]
        at = [column[rows.drugs[place]] for place in learned]
        given = rows.of(learned)
        start = given.logits + self._own_log_odds[at]
        base = _base(start, given.history, np.r_[self.scale, self.constant, self.history])
        adapted = base + self.offset[at] + (base - self.base_mean[at]) * self.slope[at]
        adapted = adapted + feature_matrix(rows.features, self.features) @ self.weights[:, at]
        if self.groups:
            unknown = np.zeros(len(self.drugs))
            adapted = adapted + np.array([self.groups.get(str(group), unknown)[at] for group in rows.groups])
        if self.state is not None and rows.states is not None:
            states = standardised(rows.states, self.state.mean, self.state.deviation)
            adapted = adapted + states @ self.state.weights[:, at]
        logits = np.array(rows.logits, dtype=np.float64)
        logits[:, learned] = start + self.rho * (adapted - start)
        return logits

    @property
    def _own_log_odds(self) -> Floats:
        own = [drug.log_odds for drug in self.own_drugs]
        return np.array([0.0] * (len(self.drugs) - len(own)) + own)


def too_few(n: int, n_patients: int) -> str:
    """Why n admissions with orders, of so many patients, teach nothing; "" where they are enough."""
    if n >= LEAST_ADMISSIONS and n_patients >= LEAST_PATIENTS:
        return ""
    return (
        f"Adapting needs the orders of at least {LEAST_ADMISSIONS} admissions of {LEAST_PATIENTS} patients; here are "
        f"{n:,} of {n_patients:,}."
    )


def adapt(rows: SiteRows, prior: SitePrior = NO_PRIOR, progress: Progress = lambda share: None) -> Adaptation | str:
    """What a hospital's admissions teach (see `adapt_to`); a sentence where they are too few, or nothing is learned."""
    patients = rows.patients[-MOST_ADMISSIONS:]
    return too_few(len(patients), len(np.unique(patients))) or adapt_to(rows, prior, progress)


def adapt_to(rows: SiteRows, prior: SitePrior = NO_PRIOR, progress: Progress = lambda share: None) -> Adaptation | str:
    """What these admissions teach, however few, with rho by held-out patients; a sentence where rho is 0.

    Of more than `MOST_ADMISSIONS`, the last rows are used. Drugs outside the package are learned if ordered often
    enough. `prior` is the package's: how alike its drugs are, and what history says of them. The minimum is the
    hospital's: a part of its admissions, by which it is judged, may have fewer.
    """
    n_earlier = max(len(rows) - MOST_ADMISSIONS, 0)
    rows = with_frequent_drugs(rows.at(np.arange(len(rows)) >= n_earlier))
    held_out = cross_fitted(rows, lambda inner: fit_once(inner, prior).logits, progress)
    start = cross_fitted(rows, _start_of)
    d = rows.n_candidates
    losses = {
        rho: log_loss((start + rho * (held_out - start))[:, :d], rows.ordered[:, :d]) for rho in RHOS
    }  # those of its candidates tell whether the package is better left alone
    rho = share_to_use(losses, len(rows))
    if rho == 0.0:
        return "On held-out patients the package is better as it is than adapted to this hospital."
    threshold = threshold_for_count(start + rho * (held_out - start), rows.ordered.sum())
    found = replace(fit_once(rows, prior), rho=rho, losses=losses, threshold=float(threshold), n_earlier=n_earlier)
    progress(1.0)
    return found


def share_to_use(losses: Mapping[float, float], n: int) -> float:
    """rho for n admissions: where their held-out loss is lowest, drawn to n / (n + `PRIOR_ADMISSIONS`).

    The losses of few admissions tell little of which share is best, the more of whether any is: 0 where none is.
    """
    rhos = sorted(losses)
    place = min(range(len(rhos)), key=lambda i: losses[rhos[i]])
    if rhos[place] == 0.0:
        return 0.0
    best = rhos[place]
    if place + 1 < len(rhos):  # the lowest point of the parabola through it and its neighbours
        below, lowest, above = (losses[rho] for rho in rhos[place - 1 : place + 2])
        bend = below - 2 * lowest + above
        best += (rhos[1] - rhos[0]) * (below - above) / (2 * bend) if bend > 0 else 0.0
    usual = n / (n + PRIOR_ADMISSIONS)
    return round((n * best + RHO_ADMISSIONS * usual) / (n + RHO_ADMISSIONS), 3)


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


def with_frequent_drugs(rows: SiteRows) -> SiteRows:
    """The rows without the drugs outside the package that are ordered too rarely to be learned."""
    orders = rows.ordered.sum(0)
    d = rows.n_candidates
    return rows.of([*range(d), *(place for place in range(d, len(rows.drugs)) if orders[place] >= LEAST_ORDERS)])


def fit_once(rows: SiteRows, prior: SitePrior) -> Adaptation:
    """What these rows teach of all their drugs, all of it used (rho = 1).

    The shared numbers and the variances are told by the package's candidates alone. A drug of the hospital's own is
    like no other, so that it changes nothing of theirs.
    """
    candidates, alike = rows.of_candidates, kernels(rows)
    n, d, n_candidates = len(rows), len(rows.drugs), rows.n_candidates
    between_drugs = np.eye(d)
    between_drugs[:n_candidates, :n_candidates] *= 1 - LIKENESS
    between_drugs[:n_candidates, :n_candidates] += LIKENESS * prior.among(candidates.drugs)
    base, shared = _shared(candidates, alike, np.array(prior.history))
    explained = variances(base, candidates.ordered.astype(np.float64), rows.patients, alike.by_name, alike.prior)
    own_log_odds = log_odds(rows.ordered[:, n_candidates:])
    base = _base(rows.logits + np.r_[np.zeros(n_candidates), own_log_odds], rows.history, shared)
    base_mean = base.mean(0)
    covariance = sum(
        (explained[name] * kernel for name, kernel in alike.by_name.items()), np.full((n, n), SMALLEST_VARIANCE)
    )
    alpha, slope = most_probable(
        spectrum(covariance), base, base - base_mean, rows.ordered.astype(np.float64), between_drugs, explained["slope"]
    )
    features, weights, feature_mean = _feature_weights(rows, alike, explained, alpha)
    group_names = sorted(set(rows.groups.tolist())) if alike.group is not None else []
    return Adaptation(
        drugs=rows.drugs,
        n_admissions=n,
        n_patients=len(np.unique(rows.patients)),
        scale=float(shared[0]),
        constant=float(shared[1]),
        history=shared[2:],
        offset=(explained["drug"] + SMALLEST_VARIANCE) * alpha.sum(0) - feature_mean @ weights,
        slope=np.maximum(slope, SMALLEST_SCALE / max(float(shared[0]), SMALLEST_SCALE) - 1.0),
        base_mean=base_mean,
        features=features,
        weights=weights,
        groups={name: explained["group"] * alpha[rows.groups == name].sum(0) for name in group_names},
        variances=explained,
        group_label=rows.group_label if group_names else "",
        state=None
        if alike.state is None
        else StateHead(alike.state.mean, alike.state.deviation, explained["state"] * alike.state.design @ alpha),
        own_drugs=tuple(
            OwnDrug(name, int(orders), float(odds))
            for name, orders, odds in zip(
                rows.drugs[n_candidates:], rows.ordered[:, n_candidates:].sum(0), own_log_odds, strict=True
            )
        ),
    )


def _feature_weights(
    rows: SiteRows, alike: Kernels, explained: Mapping[str, float], alpha: Floats
) -> tuple[tuple[str, ...], Floats, Floats]:
    """The features' names, their weights (m, d), and the means (m,) that these are to be taken from."""
    if alike.features is None:
        return (), np.zeros((0, alpha.shape[1])), np.zeros(0)
    names = alike.features.names
    weights = explained["features"] * alike.features.design @ alpha
    if alike.unit is not None:
        place = {name: row for row, name in enumerate(names)}
        weights[[place[name] for name in alike.unit.names]] += explained["unit"] * alike.unit.design @ alpha
    return names, weights, feature_matrix(rows.features, names).mean(0)


def _shared(rows: SiteRows, alike: Kernels, history: Floats) -> tuple[Floats, Floats]:
    """base (n, d) and (a, c, beta), by three rounds: these by Newton's method, then each drug's own offsets."""
    ordered = rows.ordered.astype(np.float64)
    kernel = 0.5 * (np.ones((len(rows), len(rows))) if alike.group is None else 1.0 + alike.group)
    design = np.stack([rows.logits.ravel(), np.ones(rows.logits.size), *(each.ravel() for each in rows.history)], 1)
    mean = np.r_[1.0, 0.0, history]
    precision = np.r_[SCALE_PRECISION, CONSTANT_PRECISION, np.full(len(HISTORY), HISTORY_PRECISION)]
    own, base, shared = np.zeros(ordered.shape), rows.logits, mean
    directions = spectrum(kernel)
    for _ in range(3):
        shared = newton(design, ordered.ravel(), own.ravel(), mean, precision)
        base = _base(rows.logits, rows.history, shared)
        alpha, _ = most_probable(directions, base, base, ordered, np.eye(ordered.shape[1]), 0.0, steps=60)
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


def _start_of(fitting: SiteRows) -> Callable[[SiteRows], Floats]:
    """z of other admissions: the package's logit, and of a drug outside it the log-odds among the fitting rows."""
    local = np.r_[np.zeros(fitting.n_candidates), log_odds(fitting.ordered[:, fitting.n_candidates :])]
    return lambda rows: rows.logits + local


def _base(logits: Floats, history: Floats, shared: Floats) -> Floats:
    return np.asarray(shared[0] * logits + shared[1] + np.tensordot(shared[2:], history, 1))
