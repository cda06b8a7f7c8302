"""A run's examples: the training rows as tokens, with what was ordered and the frozen offset of every pair."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import InputError
from lamo_desktop.model.prompt import PROMPT_VERSION, parts, shown, suffix
from lamo_desktop.model.prompt import fit as fit_prompt
from lamo_desktop.model.slots import LONGEST_SUFFIX
from lamo_desktop.stats import log_odds
from trainer.cohort.rows import Rows, ordered_matrix, read_offsets
from trainer.cohort.splits import validation_split
from trainer.fit.base import Tokens
from trainer.fit.recipe import Recipe

FEWEST_POSITIVES = 10  # orders of a group's drugs in the training rows


@dataclass(frozen=True)
class Examples:
    """`ordered` and `offset` have shape (admissions, drugs); `train` and `validation` are places of admissions.

    loss = binary cross-entropy of sigmoid(score + offset) against `ordered`.
    """

    drugs: tuple[str, ...]
    prefixes: list[list[int]]
    suffixes: list[list[int]]
    ordered: NDArray[np.bool_]
    offset: NDArray[np.float32]
    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    n_cut: int

    @property
    def identity(self) -> str:
        """Hash of everything that a run's result depends on here."""
        digest = hashlib.sha256(json.dumps([PROMPT_VERSION, self.drugs, self.prefixes, self.suffixes]).encode())
        for array in (self.ordered, self.offset, self.train, self.validation):
            digest.update(array.tobytes())
        return digest.hexdigest()


def make_examples(rows: Rows, recipe: Recipe, tokens: Tokens, offsets: Path | None = None) -> Examples:
    """Examples of the cohort's training rows; validation rows are whole patients among them.

    Raises InputError when there are none, or too few to keep some aside.
    """
    admissions = rows.of(["train"])
    drugs = tuple(sorted(rows.candidates))
    train, validation = validation_split(admissions, recipe.validation_percent, recipe.seed)
    budget = recipe.context_tokens - LONGEST_SUFFIX
    prefixes, n_cut = [], 0
    for admission in admissions:
        kept, cut = fit_prompt(shown(parts(admission), PROMPT_VERSION), budget, lambda text: len(tokens(text, True)))
        prefixes.append(tokens("".join(part.text for part in kept), True))
        n_cut += bool(cut)
    ordered = ordered_matrix(admissions, drugs)
    offset = np.zeros(ordered.shape, dtype=np.float32)
    if recipe.base_rates:
        offset += log_odds(ordered[train]).astype(np.float32)
    if offsets is not None:
        offset += read_offsets(offsets, [a.admission_id for a in admissions], drugs)
    suffixes = [tokens(suffix(drug), False) for drug in drugs]
    return Examples(drugs, prefixes, suffixes, ordered, offset, train, validation, n_cut)


def check_groups(examples: Examples, groups: Sequence[Sequence[str]], columns: Sequence[Sequence[int]]) -> None:
    """Raises InputError for a group whose drugs were hardly ever ordered."""
    for group, members in zip(groups, columns, strict=True):
        positives = int(examples.ordered[examples.train][:, members].sum())
        if positives < FEWEST_POSITIVES:
            raise InputError(
                f"The {len(group)} drugs of one group ({group[0]}, ...) were ordered {positives} times in "
                f"{len(examples.train)} training admissions: at least {FEWEST_POSITIVES} are needed to learn from."
            )
