"""Do transformers with PEFT and llama.cpp give the same scores? Ranking and probabilities of the same pairs by both."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.model.engine import Engine
from lamo_desktop.model.prompt import parts, suffix
from lamo_desktop.stats import sigmoid
from trainer.fit.adapters import Adapters, places
from trainer.fit.base import Base
from trainer.fit.packing import Asked, pack

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parity:
    """Of `pairs` pairs: Spearman's rank correlation of the scores; differences of scores (logits) and probabilities."""

    pairs: int
    spearman: float
    largest_score_difference: float
    mean_p_difference: float
    largest_p_difference: float


def parity(ours: Floats, theirs: Floats, offset: NDArray[np.floating] | float = 0.0) -> Parity:
    """Compare two arrays of scores of the same shape; p = sigmoid(score + offset)."""
    difference = np.abs(sigmoid(ours + offset) - sigmoid(theirs + offset))
    return Parity(
        pairs=ours.size,
        spearman=float(np.corrcoef(_ranks(ours), _ranks(theirs))[0, 1]),
        largest_score_difference=float(np.abs(ours - theirs).max()),
        mean_p_difference=float(difference.mean()),
        largest_p_difference=float(difference.max()),
    )


def _ranks(values: Floats) -> Floats:
    """Ranks of all numbers, ties by their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray(((last - counts + 1 + last) / 2)[inverse].ravel())


@torch.no_grad()
def torch_scores(
    base: Base,
    adapters: Adapters | None,
    groups: Sequence[Sequence[str]],
    admissions: Sequence[Admission],
    drugs: Sequence[str],
    whole_prompt: bool = False,
) -> Floats:
    """Scores (admissions, drugs) by transformers and PEFT, each group's adapter on its own drugs' suffixes only.

    With `whole_prompt` it is on for the prefix too.
    """
    out = np.zeros((len(admissions), len(drugs)))
    columns = places(groups, drugs) if adapters else [list(range(len(drugs)))]
    suffixes = [base.tokens(suffix(drug), False) for drug in drugs]
    for row, admission in enumerate(admissions):
        prefix = base.tokens("".join(part.text for part in parts(admission)), True)
        with adapters.off() if adapters else nullcontext():
            memory = None if whole_prompt else base.memory(prefix)
        for group, members in enumerate(columns):
            if adapters:
                adapters.use(group)
            asked = Asked(prefix, [suffixes[drug] for drug in members], members, memory)
            out[row, members] = base.scores(pack([asked], base.device)).cpu().numpy()
    return out


def engine_scores(
    weights: Path,
    adapters: Sequence[tuple[Path, Sequence[str]]],
    admissions: Sequence[Admission],
    drugs: Sequence[str],
    threads: int = 1,
    prompt_adapter: Path | None = None,
) -> Floats:
    """Scores (admissions, drugs) by the desktop's engine with GGUF weights and adapters."""
    engine = Engine(weights, adapters, prompt_adapter=prompt_adapter, threads=threads)
    try:
        return np.array([engine.score(parts(admission), drugs).logits for admission in admissions], dtype=np.float64)
    finally:
        engine.close()
