"""What adapting to this hospital would bring, on patients that it was not fitted on: an outer cross-fit by patients.

Each fold is judged by models fitted on the other folds: the package as shipped, the package adapted (with its own inner
choice of rho), and what the hospital could fit on its own rows alone. All list equally many drugs: as many as were
ordered. Nothing of a fold's own orders is used for it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from lamo_desktop.adapt import Adaptation, SiteRows, adapt
from lamo_desktop.adapt.adaptation import LEAST_ORDERS, MOST_ADMISSIONS, adapt_to, cross_fitted, fit_once, too_few
from lamo_desktop.adapt.rows import site_rows
from lamo_desktop.model.site_prior import N_HISTORY, SitePrior
from lamo_desktop.stats import (
    FOLDS,
    Floats,
    log_loss,
    log_odds,
    logit,
    mean_jaccard,
    patient_folds,
    sigmoid,
    threshold_for_count,
)
from lamo_desktop.validate.baselines import (
    CARRIED_OVER,
    carried_drugs,
    carried_over_probabilities,
    frequency_probabilities,
    logistic_probabilities,
)
from lamo_desktop.validate.bootstrap import Estimate, PatientBootstrap, estimate
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.recalibrate import headline, paired

FOLD_SEED = 11  # of the outer folds; the inner ones have another
LEARNING_SIZES = (30, 60, 100, 200, 400, 800)  # admissions
GROUP_LABELS = ("hospital", "unit")  # labels whose values may have habits of their own; the first that tells apart
WITHOUT_PACKAGE = "the same method without the package"
UNLISTED = -50.0  # the logit of a drug that a model cannot list
NO_HISTORY = (0.0,) * N_HISTORY  # of a hospital that knows no package
JACCARD = "visit_mean.jaccard"

Progress = Callable[[float], None]
Figures = dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """Held-out figures after fitting on about `n_admissions` of the other folds."""

    n_admissions: int
    log_loss: float
    jaccard: float


@dataclass(frozen=True, slots=True)
class AllOrders:
    """Jaccard over every ordered ingredient, candidate or not, with lists together as long as all orders.

    `coverage`: the share of the orders that a list can hold, as shipped and with the `n_own_drugs` drugs that are
    learned here (a mean over the folds).
    """

    shipped: Estimate
    adapted: Estimate
    adapted_minus_shipped: Estimate
    coverage_shipped: float
    coverage_adapted: float
    n_own_drugs: float


@dataclass(frozen=True)
class SiteAdaptation:
    """Three models on the same held-out admissions, with lists of equal length, and their differences, paired.

    `n_fitting` is what a fold learns from; `site_only_name` the best, by Jaccard, of the models fitted on these rows
    alone. `adaptation` is what all rows together teach, None where the package is better left as it is.
    `held_out_logits` (n_evaluation, d): each admission's, adapted without its own fold. `n_earlier`: admissions before
    these, which were not used. `folds_as_shipped`: folds for which nothing was learned, since the package was better
    as shipped for the patients held out within the others; there, adapted is as shipped.
    """

    n_fitting: int
    n_evaluation: int
    shipped: Figures
    adapted: Figures
    site_only_name: str
    site_only: Figures
    adapted_minus_shipped: Figures
    adapted_minus_site_only: Figures
    log_losses: dict[str, float]
    learning: tuple[LearningPoint, ...]
    all_orders: AllOrders
    adaptation: Adaptation | None
    held_out_logits: Floats = field(compare=False, repr=False)
    n_earlier: int = 0
    folds_as_shipped: int = 0

    @property
    def chosen(self) -> str:
        """What would be used here: "adapted", or "shipped" where the package is better left as it is."""
        return "adapted" if self.adaptation is not None else "shipped"

    @property
    def better(self) -> bool:
        """Whether the held-out patients' log loss is smaller adapted than as shipped."""
        return self.log_losses["adapted"] < self.log_losses["shipped"]


def rows_of(outcomes: Outcomes) -> SiteRows:
    """The rows that adaptation learns from: of the candidates, then of every other drug that was ordered."""
    outside = sorted({drug for drugs in outcomes.outside_orders for drug in drugs} - set(outcomes.drugs))
    label = next((name for name in GROUP_LABELS if len(set(outcomes.labels.get(name, ()))) > 1), "")
    n = len(outcomes.admission_ids)
    place = {drug: d for d, drug in enumerate(outside)}
    ordered_outside = np.zeros((n, len(outside)), dtype=bool)
    for i, drugs in enumerate(outcomes.outside_orders):
        ordered_outside[i, [place[drug] for drug in drugs if drug in place]] = True
    learnable = ordered_outside.sum(0) >= LEAST_ORDERS  # as in use, where no other drug outside has a class
    classes = classes_of(outcomes, [drug for drug in outside if learnable[place[drug]]])
    return site_rows(
        (*outcomes.drugs, *outside),
        np.hstack([logit(outcomes.probabilities), np.zeros(ordered_outside.shape)]),
        np.hstack([outcomes.ordered, ordered_outside]),
        outcomes.codes or ((),) * n,
        outcomes.patient_ids,
        outcomes.labels[label] if label else ("",) * n,
        lambda drug: classes.get(drug, ""),
        group_label=label,
        states=outcomes.states,
        n_outside=len(outside),
    )


def classes_of(outcomes: Outcomes, outside: Iterable[str]) -> dict[str, str]:
    """The classes of the candidates and of some drugs outside; "" for none."""
    of_candidates = dict(zip(outcomes.drugs, outcomes.drug_classes, strict=False))
    return {drug: outcomes.outside_classes.get(drug, "") for drug in outside} | of_candidates


def latest(outcomes: Outcomes) -> Outcomes:
    """The last `MOST_ADMISSIONS`, which are in the export's order: what adaptation learns from."""
    n = len(outcomes.admission_ids)
    return outcomes if n <= MOST_ADMISSIONS else outcomes.rows(np.arange(n) >= n - MOST_ADMISSIONS)


def evaluate_adaptation(
    outcomes: Outcomes, n_resamples: int = 1000, progress: Progress = lambda share: None
) -> SiteAdaptation | str:
    """The comparison, or a sentence why it cannot be made."""
    n_earlier = max(len(outcomes.admission_ids) - MOST_ADMISSIONS, 0)
    outcomes = latest(outcomes)
    if reason := too_few(len(outcomes.admission_ids), len(set(outcomes.patient_ids))):
        return reason
    everyone = rows_of(outcomes)
    fold = patient_folds(outcomes.patient_ids, seed=FOLD_SEED)
    d, prior = everyone.n_candidates, outcomes.site_prior
    outer = iter(range(FOLDS))
    left_as_shipped: list[bool] = []

    def adapted_to(rows: SiteRows) -> Callable[[SiteRows], Floats]:
        done = next(outer)
        learned = adapt_to(rows, prior, lambda share: progress(0.6 * (done + share) / FOLDS))
        left_as_shipped.append(isinstance(learned, str))
        return lists_of(learned)

    everything = {"shipped": lists_of("")(everyone), "adapted": cross_fitted(everyone, adapted_to, seed=FOLD_SEED)}
    logits = {name: each[:, :d] for name, each in everything.items()}
    rivals = _site_only(outcomes, everyone.of_candidates, fold)
    progress(0.7)
    bootstrap = PatientBootstrap(outcomes.patient_ids, n_resamples)
    judged = {name: headline(as_many_as_ordered(outcomes, each), bootstrap) for name, each in logits.items()}
    alone = {name: headline(as_many_as_ordered(outcomes, each), bootstrap) for name, each in rivals.items()}
    best = max(alone, key=lambda name: alone[name][JACCARD][0])
    progress(0.75)
    found = adapt(everyone, prior, lambda share: progress(0.75 + 0.15 * share))
    learning = _learning_curve(everyone.of_candidates, fold, outcomes, logits["adapted"])
    progress(1.0)
    return SiteAdaptation(
        n_fitting=len(everyone) - len(everyone) // FOLDS,
        n_evaluation=len(everyone),
        shipped={name: estimate(*figure) for name, figure in judged["shipped"].items()},
        adapted={name: estimate(*figure) for name, figure in judged["adapted"].items()},
        site_only_name=best,
        site_only={name: estimate(*figure) for name, figure in alone[best].items()},
        adapted_minus_shipped=paired(judged["adapted"], judged["shipped"]),
        adapted_minus_site_only=paired(judged["adapted"], alone[best]),
        log_losses={name: log_loss(each, outcomes.ordered) for name, each in (*logits.items(), (best, rivals[best]))},
        learning=learning,
        all_orders=_all_orders(everyone, everything, fold, bootstrap),
        adaptation=None if isinstance(found, str) else replace(found, n_earlier=n_earlier),
        held_out_logits=logits["adapted"],
        n_earlier=n_earlier,
        folds_as_shipped=sum(left_as_shipped),
    )


def lists_of(found: Adaptation | str) -> Callable[[SiteRows], Floats]:
    """Logits of all drugs of some rows, as shipped where nothing was learned; `UNLISTED` for those it cannot list."""

    def logits(rows: SiteRows) -> Floats:
        given = np.array(rows.logits if isinstance(found, str) else found.logits(rows))
        own = set() if isinstance(found, str) else {drug.name for drug in found.own_drugs}
        given[:, [d for d in range(rows.n_candidates, len(rows.drugs)) if rows.drugs[d] not in own]] = UNLISTED
        return given

    return logits


def what_more_would_bring(found: SiteAdaptation, more: int = 100) -> str:
    """What `more` admissions would bring, in words, if Jaccard goes on rising with the logarithm of their number."""
    if len(found.learning) < 2:
        return f"There are too few admissions to tell what {more:,} more would bring."
    before, now = found.learning[-2:]
    per_unit = (now.jaccard - before.jaccard) / np.log(now.n_admissions / before.n_admissions)
    gain = per_unit * np.log(1 + more / now.n_admissions)
    if gain < 0.0005:
        return f"{more:,} more admissions would bring nothing that can be told: the curve is flat."
    return (
        f"{more:,} more admissions would bring about +{gain:.3f} Jaccard ({now.jaccard:.3f} to "
        f"{now.jaccard + gain:.3f}), if it goes on as from {before.n_admissions:,} to {now.n_admissions:,}."
    )


def _site_only(outcomes: Outcomes, everyone: SiteRows, fold: np.ndarray) -> dict[str, Floats]:
    """Out-of-fold logits of what can be fitted without the package."""
    had = carried_drugs(outcomes)
    found = {"frequency": logit(frequency_probabilities(outcomes, fold))}
    if had.any():
        found[CARRIED_OVER] = logit(carried_over_probabilities(outcomes, fold, had))
    if any(outcomes.codes):
        found["logistic regression on codes"] = logit(logistic_probabilities(outcomes, fold)[0])
        if len(set(everyone.groups.tolist())) > 1:
            with_group = tuple(
                (*codes, f"{everyone.group_label}:{group}")
                for codes, group in zip(outcomes.codes, everyone.groups.tolist(), strict=True)
            )
            name = f"logistic regression on codes and {everyone.group_label}"
            found[name] = logit(logistic_probabilities(replace(outcomes, codes=with_group), fold)[0])

    def alone(rows: SiteRows) -> Callable[[SiteRows], Floats]:
        base = log_odds(rows.ordered)
        learned = fit_once(_with_logits(rows, base), SitePrior(history=NO_HISTORY))
        return lambda held: learned.logits(_with_logits(held, base))

    of_rows_alone = replace(everyone, states=None)  # the state is the package's
    found[WITHOUT_PACKAGE] = cross_fitted(of_rows_alone, alone, seed=FOLD_SEED)
    return found


def _with_logits(rows: SiteRows, base: Floats) -> SiteRows:
    return replace(rows, logits=np.tile(base, (len(rows), 1)))


def as_many_as_ordered(outcomes: Outcomes, logits: Floats) -> Outcomes:
    """The outcomes with lists that are together as long as the orders."""
    return outcomes.with_list(sigmoid(logits), logits >= threshold_for_count(logits, outcomes.ordered.sum()))


def _all_orders(
    everyone: SiteRows, logits: dict[str, Floats], fold: np.ndarray, bootstrap: PatientBootstrap
) -> AllOrders:
    ordered = everyone.ordered
    figures, coverage = {}, {}
    for name, each in logits.items():
        listed = (each >= threshold_for_count(each, ordered.sum())) & (each > UNLISTED)
        both, either = (listed & ordered).sum(1), (listed | ordered).sum(1)
        patients, sums = bootstrap.by_patient(np.column_stack([both / np.maximum(either, 1), np.ones(len(both))]))
        total, resampled = sums.sum(0), bootstrap.replicate(patients, sums)
        figures[name] = (total[0] / total[1], resampled[:, 0] / resampled[:, 1])
        coverage[name] = float((ordered & (each > UNLISTED)).sum() / ordered.sum())
    own = [(logits["adapted"][fold == each][:1, everyone.n_candidates :] > UNLISTED).sum() for each in range(FOLDS)]
    return AllOrders(
        shipped=estimate(*figures["shipped"]),
        adapted=estimate(*figures["adapted"]),
        adapted_minus_shipped=estimate(
            figures["adapted"][0] - figures["shipped"][0], figures["adapted"][1] - figures["shipped"][1]
        ),
        coverage_shipped=coverage["shipped"],
        coverage_adapted=coverage["adapted"],
        n_own_drugs=float(np.mean(own)),
    )


def _learning_curve(
    everyone: SiteRows, fold: np.ndarray, outcomes: Outcomes, whole: Floats
) -> tuple[LearningPoint, ...]:
    """Figures after fitting on some of the other folds' admissions, and (last) on all of them."""
    n_fitting = len(everyone) - len(everyone) // FOLDS
    sizes = [size for size in LEARNING_SIZES if size < (0.9 if n_fitting < 200 else 0.5) * n_fitting]
    points = []
    for size in sizes:
        logits = everyone.logits.copy()
        for each in range(FOLDS):
            others = np.flatnonzero(fold != each)
            drawn = np.zeros(len(everyone), dtype=bool)
            drawn[np.random.default_rng([FOLD_SEED, each]).permutation(others)[:size]] = True
            found = adapt_to(everyone.at(drawn), outcomes.site_prior)
            if not isinstance(found, str):
                logits[fold == each] = found.logits(everyone.at(fold == each))
        points.append(_point(size, logits, outcomes))
    return (*points, _point(n_fitting, whole, outcomes))


def _point(size: int, logits: Floats, outcomes: Outcomes) -> LearningPoint:
    listed = as_many_as_ordered(outcomes, logits)
    jaccard = mean_jaccard(listed.recommended, listed.ordered)
    return LearningPoint(size, log_loss(logits, outcomes.ordered), jaccard)
