"""From scores to a calibrated package."""

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
from lamo_desktop.stats import log_odds
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.package.calibration import Calibration, cross_fit, fit
from trainer.package.engine_scores import score_rows
from trainer.package.thresholds import policy_thresholds

Progress = Callable[[str], None]


def calibrated_package(
    start: ModelPackage,
    rows: Rows,
    drug_class: Callable[[str], str],
    tuning: Sequence[Admission],
    unseen: NDArray[np.intp],
    scores_file: Path,
    settings: EngineSettings,
    progress: Progress,
) -> ModelPackage:
    """`start` with the cohort's candidates, calibrated and given thresholds on the tuning admissions; not yet written.

    `unseen` are the places of those that its adapters have not learned from: they alone are asked. The log-odds come
    from all training rows. Raises InputError when a drug with an adapter is not a candidate.
    """
    candidates, groups = candidates_of(start, rows)
    asked = [tuning[place] for place in unseen]
    ordered = ordered_matrix(asked, candidates)
    known = {admission.admission_id for admission in asked}
    others = {a.admission_id: a for a in (*tuning, *rows.splits.get("train", ())) if a.admission_id not in known}
    elsewhere = ordered_matrix(list(others.values()), candidates)
    scores = score_rows(start, asked, candidates, scores_file, settings, progress)
    cross_fitted = cross_fit(scores, ordered, groups, [a.patient_id for a in asked], elsewhere, progress)
    final = fit(scores, ordered, groups, log_odds(np.concatenate([ordered, elsewhere])), cross_fitted.shrinkage)
    record = {"shrinkage": asdict(cross_fitted.shrinkage), "out_of_fold_log_loss": cross_fitted.losses}
    return calibrated(
        start,
        rows,
        described(candidates, final, groups, ordered.sum(0) + elsewhere.sum(0), drug_class),
        policy_thresholds(cross_fitted.logits, ordered),
        {**tuned_on(rows, tuning), **record},
    )


def untuned(package: ModelPackage) -> ModelPackage:
    """The package's base, with nothing learned in its scores."""
    drugs = tuple(replace(drug, group=None) for drug in package.drugs)
    return replace(
        package, adapters=(), drugs=drugs, terms=None, knowledge=None, site_prior=None, fine_tuned=False, training={}
    )


def candidates_of(start: ModelPackage, rows: Rows) -> tuple[list[str], list[int | None]]:
    """The candidates, sorted, and the place of each one's adapter."""
    without_candidate = [drug for adapter in start.adapters for drug in adapter.drugs if drug not in rows.candidates]
    if without_candidate:
        raise InputError(
            f"{without_candidate[0]} has an adapter in {start.name} but is not a candidate of this cohort."
        )
    group = {drug: place for place, adapter in enumerate(start.adapters) for drug in adapter.drugs}
    candidates = sorted(rows.candidates)
    return candidates, [group.get(drug) for drug in candidates]


def calibrated(
    start: ModelPackage, rows: Rows, drugs: tuple[Drug, ...], policies: dict[str, float], record: dict[str, Any]
) -> ModelPackage:
    """`start` with these drugs and thresholds, and the record of how they were found."""
    training = {**start.training, "cohort": rows.origin, "calibration": record}
    return replace(start, drugs=drugs, policies=policies, training=training, metrics={})


def tuned_on(rows: Rows, tuning: Sequence[Admission]) -> dict[str, Any]:
    """How many admissions were tuned on, in all and by split, for a manifest."""
    tuned = {admission.admission_id for admission in tuning}
    counts = {name: sum(a.admission_id in tuned for a in found) for name, found in rows.splits.items()}
    return {"admissions": len(tuning), "splits": {name: count for name, count in counts.items() if count}}


def tuned_splits(package: ModelPackage, rows: Rows) -> tuple[str, ...]:
    """The splits of this very cohort that a package was tuned on, so that it cannot be judged by them."""
    if package.training.get("cohort") != rows.origin:
        return ()
    return tuple(package.training.get("calibration", {}).get("splits", ("train",)))


def sample(admissions: Sequence[Admission], limit: int | None) -> tuple[Admission, ...]:
    """At most `limit` admissions, drawn at random by their ids, so that a larger limit keeps those of a smaller."""
    drawn = sorted(admissions, key=lambda row: hashlib.sha256(f"sample:{row.admission_id}".encode()).digest())
    return tuple(drawn[:limit])


def described(
    candidates: Sequence[str],
    calibration: Calibration,
    groups: Sequence[int | None],
    n_train: NDArray[np.intp],
    drug_class: Callable[[str], str],
) -> tuple[Drug, ...]:
    """The vocabulary of a manifest: each candidate with its calibration, class and adapter."""
    return tuple(
        Drug(
            name=name,
            log_odds=round(float(calibration.log_odds[place]), 6),
            scale=round(float(calibration.scale[place]), 6),
            offset=round(float(calibration.offset[place]), 6),
            drug_class=drug_class(name),
            group=groups[place],
            n_train=int(n_train[place]),
        )
        for place, name in enumerate(candidates)
    )
