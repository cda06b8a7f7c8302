"""How well a model package does on a split: the benchmark's headline figures, and the base rates' beside them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.policy import POLICIES, Policy, cut_offs, probabilities, recommended
from lamo_desktop.stats import average_precision, log_loss, log_odds, mean_jaccard, patient_folds
from trainer.cohort.rows import ordered_matrix
from trainer.package.engine_scores import score_rows
from trainer.package.thresholds import policy_thresholds

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """Visit means, except `ratio` (drugs recommended / drugs ordered) and `log_loss` (mean over all cells)."""

    admissions: int
    jaccard: float
    ratio: float
    precision: float
    recall: float
    prauc: float
    log_loss: float


def figures(logits: NDArray[np.float64], recommended: NDArray[np.bool_], ordered: NDArray[np.bool_]) -> Figures:
    """Figures of one model on one split; all arrays of shape (admissions, drugs), `logits` calibrated."""
    both = (recommended & ordered).sum(1)
    return Figures(
        admissions=len(ordered),
        jaccard=mean_jaccard(recommended, ordered),
        ratio=float(recommended.sum() / max(1, ordered.sum())),
        precision=float(np.mean(both / np.maximum(recommended.sum(1), 1))),
        recall=float(np.mean(both / np.maximum(ordered.sum(1), 1))),
        prauc=float(average_precision(logits, ordered).mean()),
        log_loss=log_loss(logits, ordered),
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
    fold = patient_folds([a.patient_id for a in train])
    out_of_fold = np.empty(ordered.shape)
    for each in np.unique(fold):
        out_of_fold[fold == each] = log_odds(ordered[fold != each])
    truth = ordered_matrix(admissions, candidates)
    logits: NDArray[np.float64] = np.tile(log_odds(ordered), (len(truth), 1))
    tuned = policy_thresholds(out_of_fold, ordered)
    return {name: figures(logits, logits >= tuned[name], truth) for name in POLICIES if name in tuned}


def as_metrics(by_policy: dict[str, Figures]) -> dict[str, Any]:
    """Figures for a manifest or a JSON file, rounded to four digits."""
    return {name: {key: round(value, 4) for key, value in asdict(found).items()} for name, found in by_policy.items()}
