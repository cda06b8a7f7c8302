"""How a model is fitted: one typed recipe, read from a YAML file. `trainer/fit/recipes/` holds those that ship."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import yaml

from lamo_desktop.errors import InputError
from lamo_desktop.safe_load import parse_yaml, read_small

RECIPES = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every choice of a run besides its data and its base."""

    name: str = "default"
    groups: Literal["one", "frequency-rank", "class"] = "frequency-rank"
    """Which drugs share an adapter: all; neighbours by training frequency (LAMO); whole drug classes."""
    group_size: int = 15
    """Drugs of one adapter, at most (a single class may be larger)."""
    suffix_only: bool = True
    """Adapters act on the candidate's tokens only, so that all groups share one frozen prefix. Otherwise on the whole
    prompt: a prefix per group, and only a single group can be exported."""
    rank: int = 8
    """Rank r of every adapter matrix."""
    alpha: float = 16.0
    """Strength: the update is multiplied by alpha / r, or alpha / sqrt(r) when `rank_stabilised`."""
    rank_stabilised: bool = False
    """rsLoRA scaling."""
    dropout: float = 0.05
    """On the adapters' input, in training."""
    targets: tuple[str, ...] = ("q_proj", "v_proj")
    """Linear layers that get an adapter, by their names in transformers."""
    top_layers: int | None = None
    """Only the last so many layers get adapters, null for all. The gradient stops below them, which saves time."""
    head: bool = False
    """Train a reading head along: a vector per drug on the mean state of the prompt. For one whole-prompt adapter."""
    learning_rate: float = 5e-4
    """Peak learning rate of AdamW."""
    head_learning_rate: float = 3e-3
    """That of the reading head."""
    weight_decay: float = 0.0
    """AdamW's decay of the adapters' weights."""
    scheduler: Literal["inverse_sqrt", "cosine", "linear", "constant_with_warmup"] = "inverse_sqrt"
    """How the learning rate goes on after warm-up."""
    warmup_steps: int = 10
    """Steps of linear warm-up."""
    epochs: int = 10
    """Passes over the training admissions, at most."""
    admissions_per_step: int = 4
    """Admissions of one optimiser step, with all their candidates (4 with groups of 15 are about LAMO's 64 pairs)."""
    negatives: int | None = None
    """Drugs not ordered to draw per admission and group in each epoch, weighted to stand for all; null keeps all."""
    base_rates: bool = True
    """Add each drug's training log-odds to its score, so that adapters learn what is particular to the patient."""
    centred: bool = True
    """Take each drug's mean score by the untuned base off, so that training starts near the base rates."""
    validation_percent: int = 15
    """Share of the training patients kept aside to watch."""
    watch: Literal["jaccard", "loss"] = "jaccard"
    """What decides a group's best epoch on validation rows: Jaccard of as many drugs as were ordered, or log loss."""
    patience: int = 3
    """Epochs without improvement after which a group stops."""
    seed: int = 0
    """Of the validation split, the adapters' first weights, order of rows, dropout and sampling."""
    repeatable: bool = True
    """Hold PyTorch to kernels that it can repeat bit by bit, so that a run cut short goes on to the same weights."""
    context_tokens: int = 2048
    """The longest prompt; longer ones are cut as the desktop cuts them."""
    token_budget: int = 2048
    """Tokens of one forward and backward pass, at most: this bounds memory."""
    memory_gb: float = 4.0
    """Memory for prefixes' keys and values kept between epochs (suffix-only); beyond it they are computed again."""
    precision: Literal["auto", "float32", "bfloat16", "nf4"] = "auto"
    """Of the frozen base; adapters are float32. auto: bfloat16 on a GPU that has it, else float32. nf4 (QLoRA): the
    weights in 4 bits by bitsandbytes, computing as auto does; for a base as a Hugging Face folder only."""


def load_recipe(name: str, changes: Sequence[str] = ()) -> Recipe:
    """A recipe by name ("default") or file, with `key=value` changes. Raises InputError naming what is wrong."""
    file = Path(name) if name.endswith((".yaml", ".yml")) else RECIPES / f"{name}.yaml"
    if not file.is_file():
        shipped = ", ".join(sorted(each.stem for each in RECIPES.glob("*.yaml")))
        raise InputError(f"There is no recipe {name}: name a YAML file or one of {shipped}.")
    try:
        raw = parse_yaml(read_small(file).decode())
        for change in changes:
            key, sign, value = change.partition("=")
            if not sign:
                raise InputError(f"The change {change} is not of the form key=value.")
            raw = {**(raw or {}), key.strip(): parse_yaml(value)}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"The recipe {file} cannot be read: it is not a YAML file.") from error
    return recipe_from(raw, file.name)


def recipe_from(raw: Any, where: str) -> Recipe:
    """A recipe from a mapping; keys it lacks keep their defaults. Raises InputError naming the wrong key."""
    if not isinstance(raw, dict):
        raise InputError(f"The recipe {where} is not a list of settings.")
    hints = get_type_hints(Recipe)
    unknown = [str(key) for key in raw if key not in hints]
    if unknown:
        raise InputError(f"The recipe {where} has an unknown setting {unknown[0]}.")
    recipe = replace(Recipe(), **{key: _value(hints[key], value, f"{key} of {where}") for key, value in raw.items()})
    for field in fields(Recipe):
        value = getattr(recipe, field.name)
        low = 0 if field.name in _MAY_BE_ZERO else 1e-12
        if isinstance(value, int | float) and not low <= value < float("inf"):
            raise InputError(f"{field.name} of the recipe {where} is {value}: it is out of range.")
    if recipe.dropout >= 1 or recipe.validation_percent > 90 or not recipe.targets:
        raise InputError(f"The recipe {where} needs dropout < 1, validation_percent <= 90 and at least one target.")
    if recipe.head and (recipe.suffix_only or recipe.groups != "one"):
        raise InputError(f"The recipe {where} has a head, which needs groups: one and suffix_only: false.")
    return recipe


_MAY_BE_ZERO = {"dropout", "weight_decay", "warmup_steps", "seed", "memory_gb", "base_rates", "centred"} | {
    "suffix_only",
    "rank_stabilised",
    "repeatable",
    "head",
}


def _value(kind: Any, value: Any, what: str) -> Any:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise InputError(f"{what} is {value!r}: expected one of {', '.join(get_args(kind))}.")
        return value
    if kind == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise InputError(f"{what} is {value!r}: expected a list of names.")
        return tuple(value)
    if kind is float and isinstance(value, str):  # YAML reads 5e-4 as text
        try:
            value = float(value)
        except ValueError:
            raise InputError(f"{what} is {value!r}: expected a number.") from None
    allowed: Any = {float: (int, float), int | None: (int, type(None))}.get(kind, kind)
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise InputError(f"{what} is {value!r}: expected {getattr(kind, '__name__', 'a whole number or null')}.")
    return float(value) if kind is float else value


def as_dict(recipe: Recipe) -> dict[str, Any]:
    """For a manifest: every setting by name."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(recipe).items()}
