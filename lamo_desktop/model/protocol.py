"""What passes between the program and its engine process: JSON objects, one per line, and the nouns they carry.

To the worker: one {"start": {...}}, then any number of {"score": {...}}. From it: {"started": {...}}, {"scored": {...}}
or {"failed": "one sentence"}, and {"alive": true} after each decode. JSON carries float32 values in full.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lamo_desktop.errors import ModelError
from lamo_desktop.model.package import ModelPackage

Device = Literal["auto", "cpu", "gpu"]


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to run the engine. `threads` None: the physical cores; `context_tokens` None: what the package asks for.

    `ubatch` is the most tokens decoded at a time.
    """

    device: Device = "auto"
    threads: int | None = None
    context_tokens: int | None = None
    ubatch: int = 512


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What scores: the device in use and why, the weights (hash of the file decoded with), and the check they passed.

    `weights_note` says which file is decoded with, and why, when it is not the package's own.
    """

    device: Literal["cpu", "gpu"]
    device_note: str
    threads: int
    weights_sha256: str
    weights_note: str
    llama_version: str
    n_ctx: int
    selftest: str


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of one admission: `logits` float32 (n_candidates,), in the candidates' order.

    They are the package's scores: `llm` (logit_yes - logit_no of the model, of the same shape) with the package's
    linear terms where it has any. `state` float32 (width,) is the model's state of the prefix, empty without terms.
    `cut` names the parts of the prompt that were shortened to fit; `decoded` counts all tokens the model processed.
    """

    logits: np.ndarray
    prefix_tokens: int
    suffix_tokens: int
    decoded: int
    cut: tuple[str, ...]
    seconds: float
    llm: np.ndarray
    state: np.ndarray


class RowFailed(ModelError):  # noqa: N818
    """One admission cannot be scored; the others can."""


def start_message(package: ModelPackage, settings: EngineSettings, state: bool) -> dict[str, Any]:
    """What the worker needs to load a package's weights and adapters; `state` asks for the prefix's state too."""
    return {
        "weights": str(package.base_path),
        "weights_sha256": package.base_sha256,
        "prompt_adapter": str(package.prompt_adapter) if package.prompt_adapter else None,
        "adapters": [[str(path), list(drugs)] for path, drugs in package.adapter_groups],
        "context_tokens": settings.context_tokens or package.context_tokens,
        "device": settings.device,
        "threads": settings.threads,
        "ubatch": settings.ubatch,
        "state": state,
    }
