"""LoRA adapters on a frozen base by PEFT, one per group of drugs: which drugs share one, and which is switched on."""

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.numpy import load_file
from torch import Tensor, nn

from lamo_desktop.errors import InputError
from trainer.fit.recipe import Recipe

Matrix = NDArray[np.float32]
_WEIGHT = re.compile(r"base_model\.model\.(?P<layer>.+)\.lora_(?P<side>[AB])\.weight")


def group_drugs(
    candidates: Mapping[str, int], recipe: Recipe, drug_class: Callable[[str], str]
) -> tuple[tuple[str, ...], ...]:
    """The drugs of each adapter. `candidates` gives each drug's number of training admissions.

    By frequency rank the groups are as equal as they can be, the most frequent first. By class, whole classes in
    alphabetical order fill a group up to `group_size`; drugs of unknown class come first.
    """
    if recipe.groups == "one":
        return (tuple(sorted(candidates)),)
    if recipe.groups == "frequency-rank":
        ranked = sorted(candidates, key=lambda drug: (-candidates[drug], drug))
        count = -(-len(ranked) // recipe.group_size)
        cuts = [len(ranked) * place // count for place in range(count + 1)]
        return tuple(tuple(ranked[start:end]) for start, end in pairwise(cuts))
    classes: dict[str, list[str]] = {}
    for drug in sorted(candidates):
        classes.setdefault(drug_class(drug), []).append(drug)
    groups: list[list[str]] = []
    for _, drugs in sorted(classes.items()):
        if not groups or len(groups[-1]) + len(drugs) > recipe.group_size:
            groups.append([])
        groups[-1] += drugs
    return tuple(map(tuple, groups))


class Adapters:
    """One adapter per group on a base model, all without effect at first. Layers are changed in place."""

    def __init__(self, model: nn.Module, groups: int, recipe: Recipe) -> None:
        """Raises InputError when the base has no layer of the recipe's names."""
        self._off = False
        self.names = [f"group-{place:02d}" for place in range(groups)]
        config = LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,  # type: ignore[arg-type]
            lora_dropout=recipe.dropout,
            target_modules=list(recipe.targets),
            use_rslora=recipe.rank_stabilised,
            layers_to_transform=_top(model, recipe.top_layers),
            task_type="CAUSAL_LM",
        )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # what PEFT uses of transformers is its own affair
                self.model: PeftModel = get_peft_model(model, config, adapter_name=self.names[0])
                for name in self.names[1:]:
                    self.model.add_adapter(name, config)
        except ValueError as error:
            raise InputError(f"The base has no layers named {', '.join(recipe.targets)}.") from error

    def use(self, group: int) -> None:
        """Switch to one group's adapter; only its weights get gradients."""
        self.model.set_adapter(self.names[group])

    @contextmanager
    def off(self) -> Iterator[None]:
        """The untuned base; may be nested, where PEFT's own would switch adapters on again at the inner end."""
        if self._off:
            yield
            return
        self._off = True
        try:
            with self.model.disable_adapter():
                yield
        finally:
            self._off = False

    def train(self, on: bool) -> None:
        """Whether dropout acts."""
        self.model.train(on)

    def parameters(self) -> list[nn.Parameter]:
        """All adapters' weights, in a fixed order."""
        return [weight for name, weight in self.model.named_parameters() if "lora_" in name]

    def weights(self, group: int) -> dict[str, Tensor]:
        """A copy of one group's weights on the CPU, by PEFT's names."""
        found = get_peft_model_state_dict(self.model, adapter_name=self.names[group], save_embedding_layers=False)
        return {name: weight.detach().cpu().clone() for name, weight in found.items()}

    def set_weights(self, group: int, weights: dict[str, Tensor]) -> None:
        """Put back what `weights` gave."""
        set_peft_model_state_dict(self.model, weights, adapter_name=self.names[group])


def _top(model: nn.Module, count: int | None) -> list[int] | None:
    if count is None:
        return None
    layers = int(model.config.num_hidden_layers)  # type: ignore[arg-type, union-attr]
    if count > layers:
        raise InputError(f"The base has {layers} layers, fewer than the recipe's top_layers of {count}.")
    return list(range(layers - count, layers))


def scaling(config: Mapping[str, Any]) -> float:
    """What an adapter's product B·A is multiplied by, from its `adapter_config.json`."""
    rank = int(config["r"])
    return float(config["lora_alpha"]) / (rank**0.5 if config.get("use_rslora") else rank)


def peft_matrices(folder: Path) -> tuple[dict[str, tuple[Matrix, Matrix]], float]:
    """An adapter's A (rank, n_in) and B (n_out, rank) by layer, from PEFT's two files, with the strength of B·A.

    Raises InputError when the folder is not a LoRA adapter.
    """
    try:
        strength = scaling(json.loads((folder / "adapter_config.json").read_bytes()))
        weights = load_file(folder / "adapter_model.safetensors")
    except Exception as error:  # safetensors raises its own kinds
        raise InputError(f"{folder} is not a PEFT LoRA adapter.") from error
    sides: dict[str, dict[str, Matrix]] = {}
    for key, weight in weights.items():
        match = _WEIGHT.fullmatch(key)
        if not match:
            raise InputError(f"{folder} has a weight {key} that is not of a LoRA adapter.")
        sides.setdefault(match["layer"], {})[match["side"]] = weight.astype(np.float32)
    try:
        return {layer: (pair["A"], pair["B"]) for layer, pair in sides.items()}, strength
    except KeyError as error:
        raise InputError(f"{folder} lacks half of an adapter's weights.") from error


def places(groups: Sequence[Sequence[str]], drugs: Sequence[str]) -> list[list[int]]:
    """Each group's columns among `drugs`."""
    column = {drug: place for place, drug in enumerate(drugs)}
    return [[column[drug] for drug in group] for group in groups]


def device_of(choice: str) -> str:
    """ "cpu" or "cuda" for auto, cpu or gpu. Raises InputError when a GPU is wanted and there is none."""
    if choice == "gpu" and not torch.cuda.is_available():
        raise InputError("There is no GPU that this PyTorch can use: choose --device cpu.")
    return "cuda" if choice != "cpu" and torch.cuda.is_available() else "cpu"


def dtype_of(precision: str, device: str) -> torch.dtype:
    """The frozen base's type by the recipe's precision."""
    if precision in ("auto", "nf4"):  # nf4 is how weights are kept, not how they compute
        return torch.bfloat16 if device == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32
