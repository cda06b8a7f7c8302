"""What adapting to this hospital would bring, on patients that it was not fitted on: an outer cross-fit by patients.

Each fold is judged by models fitted on the other folds: the package as shipped, the package adapted (with its own inner
choice of rho), and what the hospital could fit on its own rows alone. All list equally many drugs: as many as were
ordered. Nothing of a fold's own orders is used for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from lamo_desktop.adapt import Adaptation, SiteRows, adapt
from lamo_desktop.adapt.adaptation import LEAST_ADMISSIONS, LEAST_PATIENTS, MOST_ADMISSIONS, cross_fitted, fit_once
from lamo_desktop.adapt.rows import site_rows
from lamo_desktop.model.site_prior import N_HISTORY, SitePrior
from lamo_desktop.stats import FOLDS, Floats, log_loss, log_odds, logit, patient_folds, sigmoid, threshold_for_count
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
GROUP_LABELS = ("hospital",)  # the label whose values have habits of their own
WITHOUT_PACKAGE = "the same method without the package"

Progress = Callable[[float], None]
Figures = dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """Held-out figures after fitting on about `n_admissions` of the other folds."""

    n_admissions: int
    log_loss: float
    jaccard: float


@dataclass(frozen=True)
class SiteAdaptation:
    """Three models on the same held-out admissions, with lists of equal length, and their differences, paired.

    `n_fitting` is what a fold learns from; `site_only_name` the best, by Jaccard, of the models fitted on these rows
    alone. `adaptation` is what all rows together teach, None where the package is better left as it is.
    `held_out_logits` (n_evaluation, d): each admission's, adapted without its own fold.
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
    adaptation: Adaptation | None
    held_out_logits: Floats = field(compare=False, repr=False)

    @property
    def chosen(self) -> str:
        """What would be used here: "adapted", or "shipped" where the package is better left as it is."""
        return "adapted" if self.adaptation is not None else "shipped"

    @property
    def better(self) -> bool:
        """Whether the held-out patients' log loss is smaller adapted than as shipped."""
        return self.log_losses["adapted"] < self.log_losses["shipped"]


def rows_of(outcomes: Outcomes) -> SiteRows:
    """The rows that adaptation learns from."""
    classes = dict(zip(outcomes.drugs, outcomes.drug_classes, strict=False))
    label = next((name for name in GROUP_LABELS if name in outcomes.labels), "")
    n = len(outcomes.admission_ids)
    return site_rows(
        outcomes.drugs,
        logit(outcomes.probabilities),
        outcomes.ordered,
        outcomes.codes or ((),) * n,
        outcomes.patient_ids,
        outcomes.labels[label] if label else ("",) * n,
        lambda drug: classes.get(drug, ""),
        group_label=label,
        states=outcomes.states,
    )


def evaluate_adaptation(
    outcomes: Outcomes, n_resamples: int = 1000, progress: Progress = lambda share: None
) -> SiteAdaptation | str:
    """The comparison, or a sentence why it cannot be made."""
    everyone = rows_of(outcomes)
    if len(everyone) > MOST_ADMISSIONS:  # rows are in the export's order
        latest = np.arange(len(everyone)) >= len(everyone) - MOST_ADMISSIONS
        outcomes, everyone = outcomes.rows(latest), everyone.at(latest)
    n_patients = len(set(outcomes.patient_ids))
    if len(everyone) < LEAST_ADMISSIONS or n_patients < LEAST_PATIENTS:
        return (
            f"Adapting needs the orders of at least {LEAST_ADMISSIONS} admissions of {LEAST_PATIENTS} patients; here "
            f"are {len(everyone):,} of {n_patients:,}."
        )
    fold = patient_folds(outcomes.patient_ids, seed=FOLD_SEED)

    def adapted_to(rows: SiteRows) -> Callable[[SiteRows], Floats]:
        found = adapt(rows, outcomes.site_prior)
        return (lambda held: held.logits) if isinstance(found, str) else found.logits

    logits = {"shipped": everyone.logits}
    logits["adapted"] = cross_fitted(everyone, adapted_to, lambda share: progress(0.6 * share), FOLD_SEED)
    rivals = _site_only(outcomes, everyone, fold)
    progress(0.75)
    bootstrap = PatientBootstrap(outcomes.patient_ids, n_resamples)
    judged = {name: headline(as_many_as_ordered(outcomes, each), bootstrap) for name, each in logits.items()}
    alone = {name: headline(as_many_as_ordered(outcomes, each), bootstrap) for name, each in rivals.items()}
    best = max(alone, key=lambda name: alone[name]["visit_mean.jaccard"][0])
    progress(0.85)
    found = adapt(everyone, outcomes.site_prior)
    learning = _learning_curve(everyone, fold, outcomes, logits["adapted"])
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
        adaptation=None if isinstance(found, str) else found,
        held_out_logits=logits["adapted"],
    )


def _site_only(outcomes: Outcomes, everyone: SiteRows, fold: np.ndarray) -> dict[str, Floats]:
    """Out-of-fold logits of what can be fitted without the package."""
    had = carried_drugs(outcomes)
    found = {"frequency": logit(frequency_probabilities(outcomes, fold))}
    if had.any():
        found[CARRIED_OVER] = logit(carried_over_probabilities(outcomes, fold, had))
    if any(outcomes.codes):
        found["logistic regression on codes"] = logit(logistic_probabilities(outcomes, fold)[0])

    without_state = replace(everyone, states=None)  # the state is the package's

    def alone(rows: SiteRows) -> Callable[[SiteRows], Floats]:
        base = log_odds(rows.ordered)
        learned = fit_once(_with_logits(rows, base), SitePrior(history=NO_HISTORY))
        return lambda held: learned.logits(_with_logits(held, base))

    found[WITHOUT_PACKAGE] = cross_fitted(without_state, alone, seed=FOLD_SEED)
    return found


NO_HISTORY = (0.0,) * N_HISTORY  # of a hospital that knows no package


def _with_logits(rows: SiteRows, base: Floats) -> SiteRows:
    return replace(rows, logits=np.tile(base, (len(rows), 1)))


def as_many_as_ordered(outcomes: Outcomes, logits: Floats) -> Outcomes:
    """The outcomes with lists that are together as long as the orders."""
    return outcomes.with_list(sigmoid(logits), logits >= threshold_for_count(logits, outcomes.ordered.sum()))


def _learning_curve(
    everyone: SiteRows, fold: np.ndarray, outcomes: Outcomes, whole: Floats
) -> tuple[LearningPoint, ...]:
    """Figures after fitting on some of the other folds' admissions, and (last) on all of them."""
    n_fitting = len(everyone) - len(everyone) // FOLDS
    points = []
    for size in [size for size in LEARNING_SIZES if size < 0.9 * n_fitting]:
        logits = everyone.logits.copy()
        for each in range(FOLDS):
            others = np.flatnonzero(fold != each)
            drawn = np.zeros(len(everyone), dtype=bool)
            drawn[np.random.default_rng([FOLD_SEED, each]).permutation(others)[:size]] = True
            found = adapt(everyone.at(drawn), outcomes.site_prior)
            if not isinstance(found, str):
                logits[fold == each] = found.logits(everyone.at(fold == each))
        points.append(_point(size, logits, outcomes))
    return (*points, _point(n_fitting, whole, outcomes))


def _point(size: int, logits: Floats, outcomes: Outcomes) -> LearningPoint:
    listed = as_many_as_ordered(outcomes, logits)
    both = (listed.recommended & listed.ordered).sum(1)
    either = (listed.recommended | listed.ordered).sum(1)
    return LearningPoint(size, log_loss(logits, outcomes.ordered), float(np.mean(both / np.maximum(either, 1))))
