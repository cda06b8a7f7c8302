"""llama.cpp's low-level API in a few typed calls. Imported by the worker process, the benchmark and the tests only.

A failed assertion inside llama.cpp aborts the whole process, so nothing that holds a user's work may import this.
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import ModelError
from lamo_desktop.model.bindings import llama

AdapterHandle = Any  # a pointer of llama.cpp's
SLOW_TYPES = (llama.LLAMA_FTYPE_MOSTLY_Q4_1, llama.LLAMA_FTYPE_MOSTLY_Q5_1)  # see weights.py


# Takes llama.cpp's log away from the process's streams. The module keeps `_QUIET`: ctypes would free it.
_QUIET = llama.llama_log_callback(lambda level, text, data: None)
llama.llama_log_set(_QUIET, ctypes.c_void_p(0))
llama.llama_backend_init()


def llama_version() -> str:
    """Version of the llama.cpp library in use."""
    return str(llama.llama_version().decode())


def gpu_backend() -> bool:
    """Whether this llama.cpp was built with a GPU backend and sees a device."""
    return bool(llama.llama_supports_gpu_offload())


def convert_to_f16(source: Path, target: Path, threads: int) -> bool:
    """Write the weights of `source` to `target` as F16, whatever their type was; False when that fails.

    The target's name must be ASCII. It is written from within its folder: on Windows llama.cpp reads names in UTF-8 but
    writes them in the system's code page, which a folder such as a user's of the name Jürgen would not survive.
    """
    params = llama.llama_model_quantize_default_params()
    params.ftype, params.allow_requantize, params.nthread = llama.LLAMA_FTYPE_MOSTLY_F16, True, threads
    source = source.absolute()
    with contextlib.chdir(target.parent):
        name = target.name.encode("ascii")
        return bool(llama.llama_model_quantize(os.fsencode(source), name, ctypes.byref(params)) == 0)


class Model:
    """Weights of one GGUF file with their tokenizer. Raises ModelError when llama.cpp cannot load the file."""

    def __init__(self, path: Path, gpu: bool = False) -> None:
        params = llama.llama_model_default_params()
        params.n_gpu_layers = -1 if gpu else 0
        params.use_extra_bufts = False  # repacked weights round differently for the last rows of a batch
        self.path = path
        self.gpu = gpu
        self.handle = llama.llama_model_load_from_file(os.fsencode(path), params)
        if not self.handle:
            raise ModelError(
                f"The model file {path.name} cannot be loaded: it is damaged, of an unsupported kind or too large for "
                "the memory."
            )
        self._vocab = llama.llama_model_get_vocab(self.handle)
        self._adapters: list[AdapterHandle] = []
        self.trained_context = int(llama.llama_model_n_ctx_train(self.handle))
        self.layers = int(llama.llama_model_n_layer(self.handle))
        self.width = int(llama.llama_model_n_embd(self.handle))
        self.slow_type = llama.llama_model_ftype(self.handle) in SLOW_TYPES

    def tokens(self, text: str, start: bool = False) -> list[int]:
        """Token ids of `text`; with `start`, after the model's begin-of-text token where it wants one.

        Text that looks like a control token ("<|im_end|>") is read as plain characters.
        """
        data = text.encode("utf-8")
        size = len(data) + 2
        buffer = (llama.llama_token * size)()
        count = llama.llama_tokenize(self._vocab, data, len(data), buffer, size, start, False)
        if count < 0:
            raise ModelError("The model's tokenizer failed on a prompt.")
        return list(buffer[:count])

    def answer_token(self, answer: str) -> int:
        """The single token of an answer such as " Yes". Raises ModelError when this model splits it."""
        ids = self.tokens(answer)
        if len(ids) != 1:
            raise ModelError(f"The model file {self.path.name} has no single token for {answer!r}: it cannot be used.")
        return ids[0]

    def adapter(self, path: Path) -> AdapterHandle:
        """Load a GGUF LoRA adapter; the handle stays valid as long as this model."""
        handle = llama.llama_adapter_lora_init(self.handle, os.fsencode(path))
        if not handle:
            raise ModelError(f"The adapter {path.name} cannot be loaded for the model file {self.path.name}.")
        self._adapters.append(handle)
        return handle

    def close(self) -> None:
        """Free the weights and their adapters. Contexts of this model must be closed before."""
        if self.handle:
            for handle in self._adapters:
                llama.llama_adapter_lora_free(handle)
            llama.llama_model_free(self.handle)
            self.handle = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a context: cells of its cache, tokens of one batch, sequences (and flagged tokens), threads."""

    cells: int
    batch: int
    sequences: int
    threads: int


class Batch:
    """Tokens for one decode, each with its position, its sequence and whether its logits are wanted."""

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.positions: list[int] = []
        self.sequences: list[int] = []
        self.flagged: list[bool] = []

    def add(self, tokens: Sequence[int], position: int, sequence: int, flags: Container[int] = ()) -> None:
        """Append a run of tokens of one sequence; those at the indices `flags` are flagged."""
        self.tokens += tokens
        self.positions += range(position, position + len(tokens))
        self.sequences += [sequence] * len(tokens)
        self.flagged += [index in flags for index in range(len(tokens))]

    def __len__(self) -> int:
        return len(self.tokens)


class Context:
    """A unified key-value cache over one model: sequences share cells. Lives in memory only: it is patient data."""

    def __init__(self, model: Model, shape: Shape) -> None:
        params = llama.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = shape.cells, shape.batch, shape.batch
        params.n_seq_max, params.n_outputs_max = shape.sequences, shape.sequences
        params.n_threads = params.n_threads_batch = shape.threads
        params.kv_unified = True
        params.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.no_perf = True
        self.shape = shape
        self._width = model.width
        self.decoded = 0  # tokens decoded so far
        self.handle = llama.llama_init_from_model(model.handle, params)
        if not self.handle:
            raise ModelError(f"There is not enough memory for a context of {shape.cells} tokens.")
        self._memory = llama.llama_get_memory(self.handle)
        self._batch = llama.llama_batch_init(shape.batch, 0, 1)

    def decode(self, batch: Batch) -> None:
        """Run the model over a batch of at most `shape.batch` tokens. Raises ModelError when llama.cpp refuses it."""
        size = len(batch)
        if size > self.shape.batch or sum(batch.flagged) > self.shape.sequences:
            raise ModelError(f"A batch of {size} tokens does not fit the engine.")  # llama.cpp would abort
        native = self._batch
        native.n_tokens = size
        for index in range(size):
            native.token[index] = batch.tokens[index]
            native.pos[index] = batch.positions[index]
            native.n_seq_id[index] = 1
            native.seq_id[index][0] = batch.sequences[index]
            native.logits[index] = batch.flagged[index]
        code = llama.llama_decode(self.handle, native)
        if code != 0:
            raise ModelError(f"The engine could not process a batch (llama.cpp code {code}).")
        self.decoded += size

    def fill(self, token: int, count: int, sequence: int) -> None:
        """Occupy the first `count` cells with one token each, at positions 0, 1, …, after forgetting everything else.

        The token is decoded once and its cell repeated, unless this llama.cpp keeps states in another form.
        """
        self.clear()
        batch = Batch()
        batch.add([token], 0, sequence)
        self.decode(batch)
        state = _repeated(self._state_of(sequence), count)
        self.clear()
        if state and llama.llama_state_seq_set_data(self.handle, _bytes(state), len(state), sequence) == len(state):
            return
        self.clear()
        for start in range(0, count, self.shape.batch):
            batch = Batch()
            batch.add([token] * min(self.shape.batch, count - start), start, sequence)
            self.decode(batch)

    def _state_of(self, sequence: int) -> bytes:
        size = llama.llama_state_seq_get_size(self.handle, sequence)
        buffer = (ctypes.c_uint8 * size)()
        return bytes(buffer[: llama.llama_state_seq_get_data(self.handle, buffer, size, sequence)])

    def logits(self, place: int, tokens: Sequence[int]) -> list[float]:
        """Logits (float32) of `tokens` after the flagged token at `place` of the last batch."""
        row = llama.llama_get_logits_ith(self.handle, place)
        if not row:
            raise ModelError("The engine returned no logits.")
        return [row[token] for token in tokens]

    def states(self, batch: Batch) -> NDArray[np.float32]:
        """Decode a batch and give the last hidden state, after the final norm, of every token: (tokens, width)."""
        llama.llama_set_embeddings(self.handle, True)
        try:
            self.decode(batch)
            rows = [llama.llama_get_embeddings_ith(self.handle, place) for place in range(len(batch))]
            if not all(rows):
                raise ModelError("The engine returned no states.")
            return np.stack([np.ctypeslib.as_array(row, (self._width,)).copy() for row in rows])
        finally:
            llama.llama_set_embeddings(self.handle, False)

    def share(self, source: int, target: int) -> None:
        """Let sequence `target` see all cells of `source`; nothing is copied."""
        llama.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def remove(self, sequence: int, first: int = -1, end: int = -1) -> None:
        """Take a sequence out of its cells at positions [first, end) (-1: open); cells of no sequence become free."""
        llama.llama_memory_seq_rm(self._memory, sequence, first, end)

    def clear(self) -> None:
        """Forget everything."""
        llama.llama_memory_clear(self._memory, True)

    def use_adapters(self, adapters: Sequence[AdapterHandle]) -> None:
        """Switch to some adapters at full strength, or to none, for the decodes that follow."""
        count = len(adapters)
        handles = (llama.llama_adapter_lora_p_ctypes * count)(*adapters) if count else None
        scales = (ctypes.c_float * count)(*[1.0] * count) if count else None
        if llama.llama_set_adapters_lora(self.handle, handles, count, scales) != 0:
            raise ModelError("The engine could not switch adapters.")

    def close(self) -> None:
        """Free the cache."""
        if self.handle:
            llama.llama_batch_free(self._batch)
            llama.llama_free(self.handle)
            self.handle = None


_STATE_HEAD = struct.Struct("<4I")  # magic, sequence, streams, cells
_STATE_CELL = struct.Struct("<iII")  # position, sequences, the first of them
_STATE_BODY = struct.Struct("<2I")  # whether values lie transposed, layers
_STATE_ROWS = struct.Struct("<iQ")  # number format, bytes of one cell: of each layer's keys, then of its values


def _repeated(state: bytes, count: int) -> bytes:
    """The state of a sequence of one cell as that of `count` equal cells; nothing when it has another form."""
    try:
        magic, sequence, streams, cells = _STATE_HEAD.unpack_from(state)
        _, sequences, owner = _STATE_CELL.unpack_from(state, place := _STATE_HEAD.size)
        transposed, layers = _STATE_BODY.unpack_from(state, place := place + _STATE_CELL.size)
        if (streams, cells, sequences, owner, transposed) != (1, 1, 1, sequence, 0):
            return b""
        place += _STATE_BODY.size
        made = [_STATE_HEAD.pack(magic, sequence, streams, count)]
        made += [_STATE_CELL.pack(position, sequences, owner) for position in range(count)]
        made.append(_STATE_BODY.pack(transposed, layers))
        for _ in range(2 * layers):
            rows, size = place + _STATE_ROWS.size, _STATE_ROWS.unpack_from(state, place)[1]
            made += [state[place:rows], state[rows : rows + size] * count]
            place = rows + size
    except struct.error:
        return b""
    return b"".join(made) if place == len(state) else b""


def _bytes(data: bytes) -> Any:
    return (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
