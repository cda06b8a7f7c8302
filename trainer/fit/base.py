"""The base of a training run: frozen weights from a GGUF file or a Hugging Face folder, read as llama.cpp reads text.

    score = hidden state after a suffix's last token · (unembedding of " Yes" - unembedding of " No")

Only that product is computed, in float32: no logits of the rest of the vocabulary.
"""

import contextlib
import hashlib
import importlib.util
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, GgufConfig
from transformers.utils import logging as transformers_logging

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.prompt import ANSWERS, QUESTION, suffix
from trainer.fit.attention import IMPLEMENTATION
from trainer.fit.packing import Asked, Pack, pack

Tokens = Callable[[str, bool], list[int]]
AGREEMENT = {torch.float32: 1e-3, torch.bfloat16: 0.5, torch.float16: 0.1}  # logits; measured differences are far below
transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


@dataclass
class Base:
    """Frozen weights with their tokenizer. `tokens(text, start)` are the engine's tokens of a text.

    `answer` (hidden size,) is float32, the direction from No to Yes.
    """

    path: Path
    sha256: str
    model: Any
    tokens: Tokens
    answer: Tensor

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.answer.device

    @property
    def dtype(self) -> torch.dtype:
        """The type the model computes in."""
        found: torch.dtype = self.model.dtype
        return found

    @property
    def precision(self) -> str:
        """How the weights are kept, for the record: "nf4", "bfloat16", ..."""
        if getattr(self.model, "is_loaded_in_4bit", False):
            return "nf4"
        return str(self.dtype).removeprefix("torch.")

    def hidden(self, packed: Pack) -> Tensor:
        """Last hidden states, after the final norm, of every token of a pack: (n, hidden size)."""
        core = self.model.base_model
        entered = {"input_ids": packed.tokens} if packed.states is None else {"inputs_embeds": packed.states}
        with _upper(core, packed.layers) if packed.states is not None else contextlib.nullcontext():
            states: Tensor = core(
                **entered, position_ids=packed.positions, use_cache=False, packing=packed
            ).last_hidden_state
        return states[0]

    def scores(self, packed: Pack) -> Tensor:
        """logit_yes - logit_no of every suffix of a pack, float32, in the pack's order."""
        return self.hidden(packed)[packed.last].float() @ self.answer

    def read(self, packed: Pack) -> tuple[Tensor, Tensor]:
        """`scores`, and each admission's state: the mean over its prefix's last hidden states, (admissions, width).

        The pack must hold the prefixes' tokens, not their memory.
        """
        hidden = self.hidden(packed)
        grid = packed.layout.prefix
        seen = ~grid.padding.view(*grid.shape, 1)
        spread = grid.spread(hidden[None, : packed.layout.n_prefix]).view(*grid.shape, -1)
        states = (spread.float() * seen).sum(1) / seen.sum(1)
        return hidden[packed.last].float() @ self.answer, states

    @property
    def layers(self) -> nn.ModuleList | None:
        """The decoder's layers, where the architecture keeps them under that name."""
        found = getattr(self.model.base_model, "layers", None)
        return found if isinstance(found, nn.ModuleList) else None

    @torch.no_grad()
    def memory(self, prefix: list[int], layers: int | None = None) -> Tensor:
        """Keys and values of a prefix in the last `layers` layers, all when None; adapters must be switched off.

        Shape (layers, 2, kv heads, tokens, head size).
        """
        packed = pack([Asked(prefix, (), ())], self.device)
        packed.record = True
        self.hidden(packed)
        return torch.stack(packed.recorded[-layers:] if layers else packed.recorded)

    @torch.no_grad()
    def states(self, asked: Asked, layers: int) -> list[Tensor]:
        """Each suffix's states as they enter the last `layers` layers, of shape (tokens, hidden size).

        `asked` comes without states, and with the memory of all layers or none.
        """
        if self.layers is None:
            raise ValueError("this architecture's layers cannot be told apart")
        caught: list[Tensor] = []

        def catch(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            caught.append(inputs[0])
            raise _CaughtError

        packed = pack([asked], self.device)
        hook = self.layers[len(self.layers) - layers].register_forward_pre_hook(catch)
        try:
            with contextlib.suppress(_CaughtError):
                self.hidden(packed)
        finally:
            hook.remove()
        suffixes = caught[0][0, packed.layout.n_prefix :]
        return list(torch.split(suffixes, [len(each) for each in asked.suffixes]))


class _CaughtError(Exception):
    """A forward pass has come as far as it was needed."""


@contextlib.contextmanager
def _upper(core: nn.Module, layers: int) -> Iterator[None]:
    """Only the last layers of a decoder, for the passes made inside."""
    whole = core.layers
    core.layers = whole[-layers:]  # type: ignore[index]
    try:
        yield
    finally:
        core.layers = whole


def load_base(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32, nf4: bool = False) -> Base:
    """Load a base from a `.gguf` file or a folder of Hugging Face weights; nothing is ever downloaded.

    `nf4` keeps a folder's linear layers in 4 bits (QLoRA), computing in `dtype`; embeddings and head stay in `dtype`.

    Raises InputError when there is no such file, or none that nf4 works with, ModelError when it cannot be used: not a
    model, no single token for an answer, or packs that do not give its own forward's scores.
    """
    if not path.exists():
        raise InputError(f"There is no base model at {path}.")
    if nf4:
        _check_nf4(path)
    try:
        with (
            Path(os.devnull).open("w") as quiet,
            contextlib.redirect_stderr(quiet),
        ):  # progress bars that no setting stops
            model, tokens = _gguf(path, dtype) if path.is_file() else _folder(path, device, dtype, nf4)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise ModelError(f"The base {path.name} cannot be loaded for training: {_one_line(error)}.") from error
    ids = [tokens(answer, False) for answer in ANSWERS]
    for answer, found in zip(ANSWERS, ids, strict=True):
        if len(found) != 1:
            raise ModelError(f"The base {path.name} has no single token for {answer!r}: it cannot be used.")
    model.requires_grad_(False).eval().to(device)
    head = model.get_output_embeddings()
    if head is None or getattr(head, "bias", None) is not None or not isinstance(head, nn.Linear):
        raise ModelError(f"The base {path.name} does not end in a plain linear layer: it cannot be used.")
    (yes,), (no,) = ids
    answer_direction = (head.weight[yes].float() - head.weight[no].float()).detach()
    base = Base(path, weights_sha256(path), model, tokens, answer_direction)
    _check_packs(base, yes, no)
    return base


def _gguf(path: Path, dtype: torch.dtype) -> tuple[Any, Tokens]:
    from lamo_desktop.model.native import Model

    model = AutoModelForCausalLM.from_pretrained(
        path.parent,
        gguf_file=path.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=dtype,
        attn_implementation=IMPLEMENTATION,
        local_files_only=True,
    )
    return model, Model(path).tokens


def _folder(path: Path, device: str, dtype: torch.dtype, nf4: bool) -> tuple[Any, Tokens]:
    quantised: dict[str, Any] = {}
    if nf4:
        how = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
        quantised = {"quantization_config": how, "device_map": {"": device}}
    model = AutoModelForCausalLM.from_pretrained(
        path,
        dtype=dtype,
        attn_implementation=IMPLEMENTATION,
        local_files_only=True,
        **quantised,
    )
    return model, hugging_face_tokens(AutoTokenizer.from_pretrained(path, local_files_only=True))


def _check_nf4(path: Path) -> None:
    if path.is_file():
        raise InputError(
            f"precision: nf4 needs a base as a Hugging Face folder; {path.name} is a GGUF file: name the folder it was "
            "made from, and the GGUF file when exporting."
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise InputError('precision: nf4 needs bitsandbytes: install it with `pip install "lamo-desktop[qlora]"`.')


def hugging_face_tokens(tokenizer: Any) -> Tokens:
    """A Hugging Face tokenizer that behaves as llama.cpp: text is never read as control tokens, and only the
    begin-of-text token is added, where the tokenizer itself adds it.
    """
    begins = tokenizer.bos_token_id is not None and tokenizer("a")["input_ids"][0] == tokenizer.bos_token_id
    first = [tokenizer.bos_token_id] if begins else []

    def tokens(text: str, start: bool) -> list[int]:
        found: list[int] = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return first + found if start else found

    return tokens


@torch.no_grad()
def _check_packs(base: Base, yes: int, no: int) -> None:
    """Whether a pack scores as the model's own forward does: some architectures mask or cap in other ways."""
    prefix = base.tokens(f"Patient: 60-year-old woman.\n{QUESTION}", True)
    suffixes = [base.tokens(suffix(drug), False) for drug in ("aspirin", "metoprolol")]
    found = base.scores(pack([Asked(prefix, suffixes, (0, 1))], base.device))
    base.model.set_attn_implementation("eager")
    try:
        for each, score in zip(suffixes, found, strict=True):
            ids = torch.tensor([prefix + each], device=base.device)
            logits = base.model(input_ids=ids, use_cache=False).logits[0, -1].float()
            if not abs(float(logits[yes] - logits[no] - score)) <= AGREEMENT[base.dtype]:
                raise ModelError(f"The base {base.path.name} cannot be packed: its attention is of another kind.")
    finally:
        base.model.set_attn_implementation(IMPLEMENTATION)


def weights_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file, or of a folder's weight files and configuration in order of name."""
    if path.is_file():
        return sha256_of(path)
    digest = hashlib.sha256()
    for file in sorted([*path.glob("*.safetensors"), *path.glob("config.json")]):
        digest.update(bytes.fromhex(sha256_of(file)))
    return digest.hexdigest()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
