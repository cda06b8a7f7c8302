"""The validation of one model on one site's admissions: every figure with its 95 % interval, as one noun."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lamo_desktop.small_cells import SMALL_CELL
from lamo_desktop.validate.adaptation import AllOrders, SiteAdaptation, evaluate_adaptation, what_more_would_bring
from lamo_desktop.validate.baselines import baselines
from lamo_desktop.validate.bins import bin_pairs, binned_figures
from lamo_desktop.validate.bootstrap import Estimate, PatientBootstrap, estimate
from lamo_desktop.validate.curves import (
    CalibrationPoint,
    DecisionPoint,
    ThresholdPoint,
    calibration_curve,
    decision_curve,
    threshold_curve,
)
from lamo_desktop.validate.metrics import averages, nested, per_admission, with_patient_means
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.recalibrate import Recalibration, headline, paired, recalibrate
from lamo_desktop.validate.subgroups import (
    DrugGroup,
    Subgroup,
    by_class,
    by_decile,
    by_drug,
    drug_counts,
    subgroups,
)
from lamo_desktop.validate.verdict import FEW_ADMISSIONS, Finding, findings

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class ValidationOptions:
    """How the validation is done."""

    n_resamples: int = 1000  # bootstrap resamples of patients
    seed: int = 20250301
    small_cell: int = SMALL_CELL  # groups with fewer admissions are suppressed
    baselines: bool = True
    recalibration: bool = True
    adaptation: bool = False  # the comparison with the package adapted to these rows (minutes for 2,000 admissions)


@dataclass(frozen=True)
class Comparison:
    """Another model on the same admissions: its figures, and the model's minus its (paired)."""

    name: str
    figures: dict[str, Estimate]
    difference: dict[str, Estimate]
    seconds: float | None = None  # median scoring time of an admission; None for the simple models


@dataclass(frozen=True)
class Validation:
    """Everything the report shows. `estimates` holds the figures by name ("visit_mean.jaccard", ...)."""

    outcomes: Outcomes
    options: ValidationOptions
    n_patients: int
    estimates: dict[str, Estimate]
    list_lengths: dict[str, tuple[int, ...]]  # "recommended", "ordered": admissions with a list of 0, 1, 2 ... drugs
    drugs: tuple[DrugGroup, ...]
    classes: tuple[DrugGroup, ...]
    deciles: tuple[DrugGroup, ...]
    groups: tuple[Subgroup, ...]
    threshold_curve: tuple[ThresholdPoint, ...]
    calibration: tuple[CalibrationPoint, ...]
    decision: tuple[DecisionPoint, ...]
    comparisons: tuple[Comparison, ...]
    recalibration: Recalibration | None
    adaptation: SiteAdaptation | str  # or why it was not tried
    findings: tuple[Finding, ...]

    @property
    def few(self) -> bool:
        """Whether there are too few admissions to decide anything."""
        return len(self.outcomes.admission_ids) < FEW_ADMISSIONS

    @property
    def coverage(self) -> dict[str, Any]:
        """Of the orders, how many the comparison can see."""
        o = self.outcomes
        return {
            "orders_in_vocabulary": self.estimates["coverage.orders_in_vocabulary"].value,
            "micro_recall_all_orders": self.estimates["coverage.micro_recall_all_orders"].value,
            "ordered_per_admission": o.ordered_per_admission,
            "n_orders_candidates": int(o.ordered.sum()),
            "n_orders_outside_vocabulary": int(o.n_outside.sum()),
            "n_orders_unmapped": int(o.n_unmapped.sum()),
            "n_order_rows_excluded": o.n_excluded,
            "n_admissions_without_orders": o.n_without_orders,
            "n_admissions_without_candidate_orders": o.n_without_candidates,
            "n_admissions_failed": o.n_failed,
            "n_candidates": len(o.drugs),
            "n_candidates_never_ordered": int((~o.ordered.any(0)).sum()),
        }

    def to_json(self) -> dict[str, Any]:
        """Plain values with the contract's keys; each figure's interval has the same place under `intervals`."""
        values = nested({name: e.value for name, e in self.estimates.items() if not name.startswith("coverage")})
        content = {
            "n_admissions": len(self.outcomes.admission_ids),
            "n_patients": self.n_patients,
            "n_admissions_learned_from": self.outcomes.n_learned_from,
            **values,
            "intervals": nested({name: [e.low, e.high] for name, e in self.estimates.items()}),
            "interval": f"95 % percentile bootstrap over patients, {self.options.n_resamples} resamples",
            "coverage": self.coverage,
            "model": dict(self.outcomes.model),
            "ddi_source": self.outcomes.interaction_source,
            "small_cell": self.options.small_cell,
            "subgroups": [asdict(g) for g in self.groups],
            "drugs": [asdict(g) for g in self.drugs],
            "classes": [asdict(g) for g in self.classes],
            "deciles": [asdict(g) for g in self.deciles],
            "threshold_curve": [asdict(p) for p in self.threshold_curve],
            "calibration_curve": [asdict(p) for p in self.calibration],
            "decision_curve": [asdict(p) for p in self.decision],
            "comparisons": [asdict(c) for c in self.comparisons],
            "recalibration": _recalibration_json(self.recalibration),
            **_adaptation_json(self.adaptation),
            "findings": [asdict(f) for f in self.findings],
            "provenance": dict(self.outcomes.provenance),
        }
        return dict(_plain(content))


def validate(
    outcomes: Outcomes,
    options: ValidationOptions | None = None,
    progress: Progress = lambda stage, share: None,
    others: Mapping[str, Outcomes] | None = None,
) -> Validation:
    """Every figure of the report. `others` are further models scored on the same admissions, by name.

    Deterministic; the order of the rows does not matter. `progress(stage, share)` is called with a share from 0 to 1.
    """
    options = options or ValidationOptions()
    progress("agreement", 0.0)
    bootstrap = PatientBootstrap(outcomes.patient_ids, options.n_resamples, options.seed)
    rows = per_admission(outcomes)
    patients, sums = bootstrap.by_patient(rows)
    visits = sums[:, 0].copy()
    sums = with_patient_means(sums)
    values, resampled = averages(sums.sum(0)), averages(bootstrap.replicate(patients, sums))
    estimates = {name: estimate(values[name], resampled[name]) for name in values}
    progress("calibration", 0.1)
    binned = bin_pairs(outcomes.probabilities, outcomes.ordered, bootstrap)
    figures = binned_figures(binned, outcomes.probabilities, outcomes.ordered)
    estimates |= {name: estimate(*figure) for name, figure in figures.items()}
    progress("drugs and groups", 0.3)
    counts = drug_counts(outcomes, bootstrap)
    groups = subgroups(outcomes, rows, bootstrap, options.small_cell)
    decision = decision_curve(binned, bootstrap, visits)
    progress("simple models", 0.4)
    compared = _compare(
        outcomes, options, bootstrap, others or {}, lambda share: progress("simple models", 0.4 + 0.4 * share)
    )
    progress("recalibration", 0.8)
    recalibration = recalibrate(outcomes, options.n_resamples, options.seed) if options.recalibration else None
    adaptation: SiteAdaptation | str = "It was not asked for."
    if options.adaptation:
        adaptation = evaluate_adaptation(
            outcomes, options.n_resamples, lambda share: progress("adaptation", 0.85 + 0.15 * share)
        )
    progress("done", 1.0)
    simple = [(c.name, c.difference["visit_mean.jaccard"]) for c in compared if c.name not in (others or {})]
    return Validation(
        outcomes=outcomes,
        options=options,
        n_patients=bootstrap.n_patients,
        estimates=estimates,
        list_lengths={
            "recommended": tuple(int(c) for c in np.bincount(outcomes.recommended.sum(1))),
            "ordered": tuple(int(c) for c in np.bincount(outcomes.ordered.sum(1))),
        },
        drugs=by_drug(counts, options.small_cell),
        classes=by_class(counts, options.small_cell),
        deciles=by_decile(counts),
        groups=groups,
        threshold_curve=threshold_curve(outcomes, bootstrap),
        calibration=calibration_curve(binned),
        decision=decision,
        comparisons=compared,
        recalibration=recalibration,
        adaptation=adaptation,
        findings=findings(len(outcomes.admission_ids), estimates, simple, groups, outcomes.whole_stays),
    )


def _compare(
    outcomes: Outcomes,
    options: ValidationOptions,
    bootstrap: PatientBootstrap,
    others: Mapping[str, Outcomes],
    progress: Callable[[float], None],
) -> tuple[Comparison, ...]:
    rivals = [(b.name, b.outcomes) for b in baselines(outcomes, progress)] if options.baselines else []
    rivals += list(others.items())
    if not rivals:
        return ()
    own = headline(outcomes, bootstrap)
    found = []
    for name, rival in rivals:
        figures = headline(rival, bootstrap)
        estimates = {key: estimate(*figure) for key, figure in figures.items()}
        seconds = float(np.median(rival.seconds)) if name in others and len(rival.seconds) else None
        found.append(Comparison(name, estimates, paired(own, figures), seconds))
    return tuple(found)


def _recalibration_json(r: Recalibration | None) -> dict[str, Any] | None:
    if r is None:
        return None
    content = asdict(r)
    content["calibration"] = {"shift": r.calibration.shift, "prior_sd": r.calibration.prior_sd}
    return content | {"helps": r.helps}


def _adaptation_json(found: SiteAdaptation | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"adaptation": None, "adaptation_not_tried": found}

    def figures(of: Mapping[str, Estimate]) -> dict[str, Any]:
        values: dict[str, Any] = nested({name: e.value for name, e in of.items()})
        return values | {"intervals": nested({name: [e.low, e.high] for name, e in of.items()})}

    learned = found.adaptation
    return {
        "adaptation": {
            "n_fitting": found.n_fitting,
            "n_evaluation": found.n_evaluation,
            "shipped": figures(found.shipped),
            "adapted": figures(found.adapted),
            "site_only": {"name": found.site_only_name, **figures(found.site_only)},
            "adapted_minus_shipped": figures(found.adapted_minus_shipped),
            "adapted_minus_site_only": figures(found.adapted_minus_site_only),
            "log_loss": found.log_losses,
            "learning_curve": [asdict(point) for point in found.learning],
            "next_100_admissions": what_more_would_bring(found),
            "all_orders": _all_orders_json(found.all_orders),
            "n_earlier_not_used": found.n_earlier,
            "chosen": found.chosen,
            "rho": learned.rho if learned else 0.0,
            "variances": dict(learned.variances) if learned else {},
        }
    }


def _all_orders_json(found: AllOrders) -> dict[str, Any]:
    figures = {name: getattr(found, name) for name in ("shipped", "adapted", "adapted_minus_shipped")}
    return {
        **{name: {"jaccard": e.value, "intervals": {"jaccard": [e.low, e.high]}} for name, e in figures.items()},
        "coverage": {"shipped": found.coverage_shipped, "adapted": found.coverage_adapted},
        "n_own_drugs": found.n_own_drugs,
    }


def _plain(value: Any) -> Any:
    """Numbers, text, lists and dicts only; NaN and infinity become None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
