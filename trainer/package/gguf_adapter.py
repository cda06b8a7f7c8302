"""PEFT adapters as llama.cpp knows them: names of tensors, rotary order of q and k, strength by alpha and rank.

Checked against llama.cpp's own convert_lora_to_gguf.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.files import replacing
from lamo_desktop.model.adapter_file import write_adapter
from trainer.fit.adapters import Matrix, peft_matrices


@dataclass(frozen=True, slots=True)
class Shape:
    """What the names and the order of rows depend on, from a GGUF file's header."""

    architecture: str
    layers: int
    heads: int
    kv_heads: int


def gguf_shape(path: Path) -> Shape:
    """Shape of a base. Raises ModelError when the file is not a GGUF model of the llama architecture."""
    try:
        reader = gguf.GGUFReader(path)
        architecture = str(_field(reader, "general.architecture"))
        layers, heads = (
            int(_field(reader, f"{architecture}.{key}")) for key in ("block_count", "attention.head_count")
        )
        kv_heads = int(_field(reader, f"{architecture}.attention.head_count_kv", heads))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path.name} is not a GGUF model.") from error
    if architecture != "llama":
        raise ModelError(f"{path.name} is of architecture {architecture}; adapters are exported for llama only.")
    return Shape(architecture, layers, heads, kv_heads)


def _field(reader: gguf.GGUFReader, key: str, default: Any = None) -> Any:
    found = reader.get_field(key)
    if found is None and default is None:
        raise KeyError(key)
    return default if found is None else found.contents()


def matrices(folder: Path, shape: Shape) -> tuple[dict[str, tuple[Matrix, Matrix]], float]:
    """A PEFT adapter as matrices A (rank, n_in) and B (n_out, rank) by GGUF tensor, with the strength of B·A.

    Raises InputError when the folder is not a LoRA adapter of this base.
    """
    found, strength = peft_matrices(folder)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, shape.layers)
    renamed: dict[str, tuple[Matrix, Matrix]] = {}
    for layer, (a, b) in found.items():
        name = names.get_name(layer)
        if not name:
            raise InputError(f"{folder} has an adapter of {layer} that llama.cpp cannot use.")
        if name.endswith((".attn_q", ".attn_k")):
            b = rotary_order(b, shape.heads if name.endswith("q") else shape.kv_heads)
        renamed[f"{name}.weight"] = (a, b)
    return dict(sorted(renamed.items())), strength


def rotary_order(matrix: Matrix, heads: int) -> Matrix:
    """Rows of q or k from the order of transformers (halves) to llama.cpp's (interleaved), head by head."""
    rows, columns = matrix.shape
    return np.ascontiguousarray(
        matrix.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
    )


def export_adapter(folder: Path, target: Path, shape: Shape, dtype: type[np.floating] = np.float16) -> None:
    """Write a PEFT adapter folder as a GGUF adapter. llama.cpp applies alpha / rank, so alpha is strength * rank.

    Half precision, in which the engine multiplies anyway, halves the file.
    """
    found, strength = matrices(folder, shape)
    rank = next(iter(found.values()))[0].shape[0]
    with replacing(target) as scratch:
        write_adapter(scratch, shape.architecture, strength * rank, found, dtype)


def deltas(found: Mapping[str, tuple[Matrix, Matrix]], strength: float) -> dict[str, Matrix]:
    """What an adapter adds to each base tensor (n_out, n_in), in llama.cpp's order."""
    return {name: (strength * (b @ a)).astype(np.float32) for name, (a, b) in found.items()}
