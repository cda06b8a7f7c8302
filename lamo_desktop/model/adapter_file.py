"""Writes a LoRA adapter as llama.cpp reads it: a GGUF file (version 3) of float32 or float16 matrices.

Layout: magic, version, number of tensors, number of keys; the keys; name, dimensions, type and offset of each tensor;
then the tensors, each at a multiple of 32 bytes (GGUF specification: docs/gguf.md of ggml-org/ggml).
"""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

ALIGNMENT = 32
_STRING, _FLOAT32 = 8, 6  # types of values; tensors have types of their own:
_TENSOR_TYPES = {np.dtype(np.float32): 0, np.dtype(np.float16): 1}


def write_adapter(
    path: Path,
    architecture: str,
    alpha: float,
    matrices: Mapping[str, tuple[np.ndarray, np.ndarray]],
    dtype: type[np.floating] = np.float32,
) -> None:
    """Write LoRA matrices A (rank, n_in) and B (n_out, rank) of each base tensor, for example "blk.0.attn_v.weight".

    The model adds (alpha / rank) * B @ A @ x to W @ x. For the llama architecture the rows of B for attn_q and attn_k
    are expected in llama.cpp's order (each head's rotary halves interleaved).
    """
    tensors = {
        f"{name}.lora_{side}": np.ascontiguousarray(matrix, dtype=dtype)
        for name, pair in matrices.items()
        for side, matrix in zip("ab", pair, strict=True)
    }
    keys = {"general.type": "adapter", "general.architecture": architecture, "adapter.type": "lora"}
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(keys) + 1)
    for key, value in keys.items():
        header += _string(key) + struct.pack("<I", _STRING) + _string(value)
    header += _string("adapter.lora.alpha") + struct.pack("<If", _FLOAT32, alpha)
    offset = 0
    for name, tensor in tensors.items():
        rows, columns = tensor.shape
        header += _string(name) + struct.pack("<IQQIQ", 2, columns, rows, _TENSOR_TYPES[tensor.dtype], offset)
        offset += tensor.nbytes + -tensor.nbytes % ALIGNMENT
    with path.open("wb") as file:
        file.write(header + b"\0" * (-len(header) % ALIGNMENT))
        for tensor in tensors.values():
            file.write(tensor.tobytes() + b"\0" * (-tensor.nbytes % ALIGNMENT))


def _string(text: str) -> bytes:
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data
