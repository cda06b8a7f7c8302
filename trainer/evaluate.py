"""How well a model package does on a split: the benchmark's headline figures, and the base rates' beside them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.stats import average_precision, log_loss, mean_jaccard


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
