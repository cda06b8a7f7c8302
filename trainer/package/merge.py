"""A single adapter merged into its base: the base's GGUF file with the adapter added, at the precision asked for.

Names, tokenizer and all other metadata are the base file's own; only tensors and their types change.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import ModelError
from lamo_desktop.files import replacing
from lamo_desktop.model.bindings import llama

Precision = Literal["F16", "Q8_0", "Q4_K_M"]
FILE_TYPES = {
    "F16": gguf.LlamaFileType.MOSTLY_F16,
    "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    "Q4_K_M": gguf.LlamaFileType.MOSTLY_Q4_K_M,
}


def merge(
    base: Path, deltas: Mapping[str, NDArray[np.float32]], target: Path, precision: Precision, threads: int = 1
) -> None:
    """Write base + deltas (n_out, n_in, by GGUF tensor name) to `target`, whole or not at all.

    Raises ModelError when a delta has no tensor of its shape, or llama.cpp cannot quantise the result.
    """
    with replacing(target) as scratch:
        if precision == "F16":
            _write_f16(base, deltas, scratch)
            return
        with replacing(target.with_suffix(".f16.gguf")) as full:
            _write_f16(base, deltas, full)
            _quantise(full, scratch, precision, threads)
        target.with_suffix(".f16.gguf").unlink()


def _write_f16(base: Path, deltas: Mapping[str, NDArray[np.float32]], target: Path) -> None:
    reader = gguf.GGUFReader(base)
    names = {tensor.name for tensor in reader.tensors}
    strange = [name for name in deltas if name not in names]
    if strange:
        raise ModelError(f"{base.name} has no tensor {strange[0]}: the adapter is of another base.")
    architecture = reader.get_field("general.architecture")
    assert architecture is not None
    writer = gguf.GGUFWriter(target, architecture.contents())
    _copy_metadata(reader, writer)
    for tensor in reader.tensors:
        shape = tuple(int(size) for size in reversed(tensor.shape))
        number = np.dtype(np.float16 if len(shape) > 1 else np.float32)
        writer.add_tensor_info(tensor.name, shape, number, int(np.prod(shape)) * number.itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in reader.tensors:  # one at a time: a large base never lies in memory whole
        writer.write_tensor_data(_tensor(tensor, deltas.get(tensor.name), base))
    writer.close()


def _tensor(tensor: Any, delta: NDArray[np.float32] | None, base: Path) -> NDArray[Any]:
    values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
    if delta is not None:
        if values.shape != delta.shape:
            raise ModelError(f"{tensor.name} of {base.name} is {values.shape}, its adapter {delta.shape}.")
        values = values + delta
    return values.astype(np.float16 if values.ndim > 1 else np.float32)


def _copy_metadata(reader: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        value = FILE_TYPES["F16"] if field.name == "general.file_type" else field.contents()
        writer.add_key_value(field.name, value, kind, sub_type=inner)


def _quantise(source: Path, target: Path, precision: Precision, threads: int) -> None:
    params = llama.llama_model_quantize_default_params()
    params.ftype, params.nthread = int(FILE_TYPES[precision]), threads
    if llama.llama_model_quantize(os.fsencode(source), os.fsencode(target), params) != 0:
        raise ModelError(f"llama.cpp could not write {precision} weights to {target.parent}.")
