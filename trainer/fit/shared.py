"""A shared adapter beneath group adapters: a finished run for the whole prompt that stays as it is while groups learn.

    logit(x, d) = score(x, d; base + shared adapter + adapter of d's group) + the shared run's offset of d and its head

So groups start from what the shared run says and learn what it leaves over, from its rows, watching those it watched.
"""

from dataclasses import replace

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from lamo_desktop.errors import InputError
from lamo_desktop.model.prompt import PROMPT_VERSION
from trainer.cohort.rows import Rows
from trainer.fit.adapters import peft_matrices
from trainer.fit.base import Base
from trainer.fit.examples import Examples
from trainer.fit.packing import Asked, pack, within_budget
from trainer.fit.recipe import Recipe, recipe_from
from trainer.fit.run_folder import Run, learned_from


def check_shared(shared: Run, base: Base, recipe: Recipe, rows: Rows) -> None:
    """Raises InputError when the run cannot lie beneath this one: of another kind, base, prompt, or from other rows."""
    name, own = shared.folder.name, recipe_from(shared.record["recipe"], "run.json")
    if own.suffix_only or own.groups != "one":
        raise InputError(f"{name} is not a run of one adapter for the whole prompt: it cannot lie beneath others.")
    if shared.record.get("frozen_logits"):
        raise InputError(f"{name} was trained with --offsets, which it does not keep: it cannot lie beneath others.")
    if not recipe.suffix_only or recipe.precision == "nf4":
        raise InputError(f"{name} can lie beneath adapters with suffix_only: true only, and not with precision: nf4.")
    if shared.record["base"]["sha256"] != base.sha256 or shared.record["prompt_version"] != PROMPT_VERSION:
        raise InputError(f"{name} was trained on another base or for another version of the prompt.")
    same = (own.seed, own.validation_percent) == (recipe.seed, recipe.validation_percent)
    if not same or learned_from(rows) != {key: shared.record.get(key) for key in learned_from(rows)}:
        raise InputError(
            f"{name} learned from other rows or watched others: give the same cohort, --splits and --leave-out, seed "
            "and validation_percent."
        )


@torch.no_grad()
def merge_into_base(shared: Run, base: Base) -> None:
    """Add the run's adapter to the base's weights, in memory."""
    found, strength = peft_matrices(shared.groups[0][0])
    for layer, (a, b) in found.items():
        weight: Tensor = base.model.get_submodule(layer).weight
        weight.add_(torch.from_numpy(strength * (b @ a)).to(weight))


@torch.no_grad()
def with_shared_logits(examples: Examples, shared: Run, base: Base, token_budget: int) -> Examples:
    """The examples with the run's offsets, and what its head says of every admission, as frozen logits.

    The run's adapter must be in the base's weights.
    """
    offset = np.array([shared.record["offset"][drug] for drug in examples.drugs], dtype=np.float32)
    logits = np.tile(offset, (len(examples.prefixes), 1))
    if shared.head:
        head = {name: tensor.to(base.device) for name, tensor in load_file(shared.head).items()}
        prefixes = (Asked(prefix, (), ()) for prefix in examples.prefixes)
        runs = within_budget(prefixes, token_budget)
        states = torch.cat([base.read(pack(run, base.device))[1] for run in runs])
        logits += (states @ head["weight"] + head["bias"]).cpu().numpy()
    return replace(examples, offset=logits)
