"""From scores to a calibrated package, and from a package to its figures on a split."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.model.package import Drug, ModelPackage
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.model.prompt import PROMPT_VERSION
from lamo_desktop.recommend.policy import POLICIES, Policy, cut_offs, probabilities, recommended
from trainer.calibrate import Calibration, cross_fit, fit, folds, log_odds
from trainer.evaluate import Figures, figures
from trainer.rows import Rows, ordered_matrix
from trainer.scores import score_rows
from trainer.thresholds import policy_thresholds

Progress = Callable[[str], None]
UNTUNED = "base model, not fine-tuned"


def calibrated_package(
    start: ModelPackage,
    rows: Rows,
    drug_class: Callable[[str], str],
    tuning: Sequence[Admission],
    scores_file: Path,
    settings: EngineSettings,
    progress: Progress,
) -> ModelPackage:
    """`start` with the cohort's candidates, calibrated and given thresholds on the tuning admissions; not yet written.

    The log-odds come from all training rows. Raises InputError when a drug with an adapter is not a candidate.
    """
    candidates = sorted(rows.candidates)
    homeless = [drug for adapter in start.adapters for drug in adapter.drugs if drug not in rows.candidates]
    if homeless:
        raise InputError(f"{homeless[0]} has an adapter in {start.name} but is not a candidate of this cohort.")
    ordered = ordered_matrix(tuning, candidates)
    tuned = {admission.admission_id for admission in tuning}
    others = [admission for admission in rows.of(["train"]) if admission.admission_id not in tuned]
    elsewhere = ordered_matrix(others, candidates)
    scores = score_rows(start, tuning, candidates, scores_file, settings, progress)
    group = {drug: place for place, adapter in enumerate(start.adapters) for drug in adapter.drugs}
    groups = [group.get(drug) for drug in candidates]
    crossed = cross_fit(scores, ordered, groups, [a.patient_id for a in tuning], elsewhere, progress)
    final = fit(scores, ordered, groups, log_odds(np.concatenate([ordered, elsewhere])), crossed.shrinkage)
    training = {
        **start.training,
        "cohort": rows.origin,
        "calibration": {
            "admissions": len(tuning),
            "shrinkage": asdict(crossed.shrinkage),
            "out_of_fold_log_loss": crossed.losses,
        },
    }
    return replace(
        start,
        prompt_version=PROMPT_VERSION,
        drugs=_drugs(candidates, final, groups, rows.candidates, drug_class),
        policies=policy_thresholds(crossed.logits, ordered),
        training=training,
        metrics={},
    )


def sample(admissions: Sequence[Admission], limit: int | None) -> tuple[Admission, ...]:
    """At most `limit` admissions, drawn at random by their ids, so that a larger limit keeps those of a smaller."""
    drawn = sorted(admissions, key=lambda row: hashlib.sha256(f"sample:{row.admission_id}".encode()).digest())
    return tuple(drawn[:limit])


def _drugs(
    candidates: Sequence[str],
    calibration: Calibration,
    groups: Sequence[int | None],
    n_train: dict[str, int],
    drug_class: Callable[[str], str],
) -> tuple[Drug, ...]:
    return tuple(
        Drug(
            name=name,
            log_odds=round(float(calibration.log_odds[place]), 6),
            scale=round(float(calibration.scale[place]), 6),
            offset=round(float(calibration.offset[place]), 6),
            drug_class=drug_class(name),
            group=groups[place],
            n_train=n_train[name],
        )
        for place, name in enumerate(candidates)
    )


def package_figures(
    package: ModelPackage,
    admissions: Sequence[Admission],
    scores_file: Path,
    settings: EngineSettings,
    progress: Progress,
) -> dict[str, Figures]:
    """The package's figures on some admissions, by policy ("precise" at its default floor, where it has one)."""
    candidates = [drug.name for drug in package.drugs]
    scores = score_rows(package, admissions, candidates, scores_file, settings, progress)
    p = probabilities(package, candidates, scores)
    ordered = ordered_matrix(admissions, candidates)
    with np.errstate(divide="ignore"):
        logits = np.log(p) - np.log1p(-p)
    return {
        name: figures(logits, recommended(package, candidates, p, Policy(name)), ordered)
        for name in POLICIES
        if _available(package, candidates, name)
    }


def _available(package: ModelPackage, candidates: Sequence[str], policy: str) -> bool:
    try:
        cut_offs(package, candidates, Policy(policy))
    except InputError:
        return False
    return True


def base_rate_figures(
    train: Sequence[Admission], admissions: Sequence[Admission], candidates: Sequence[str]
) -> dict[str, Figures]:
    """What the training frequencies alone reach, with thresholds tuned on cross-fitted training rows."""
    ordered = ordered_matrix(train, candidates)
    fold = folds([a.patient_id for a in train])
    crossed = np.empty(ordered.shape)
    for each in np.unique(fold):
        crossed[fold == each] = log_odds(ordered[fold != each])
    truth = ordered_matrix(admissions, candidates)
    logits: NDArray[np.float64] = np.tile(log_odds(ordered), (len(truth), 1))
    tuned = policy_thresholds(crossed, ordered)
    return {name: figures(logits, logits >= tuned[name], truth) for name in POLICIES if name in tuned}


def as_metrics(by_policy: dict[str, Figures]) -> dict[str, Any]:
    """Figures for a manifest or a JSON file, rounded to four digits."""
    return {name: {key: round(value, 4) for key, value in asdict(found).items()} for name, found in by_policy.items()}
