"""The scoring engine: one admission against all its candidates, with the patient's text decoded once.

    score(x, d) = logit(" Yes") - logit(" No") after  prefix(x) + suffix(d)

The prefix is decoded once, as sequence 0 of a unified cache, with the adapter for the whole prompt if there is one.
Candidates are scored in rounds: each gets a sequence that shares the prefix's cells, and one decode takes the suffixes
of a whole round. An adapter for some drugs is switched on for their rounds only, so any number share one prefix.

A score is the same number, bit for bit on a CPU, whoever else is scored, in any order, grouping and number: suffixes
keep their place within the kernels' lanes and tiles (slots.py), and no round is smaller than the batch from which ggml
uses one kernel for all sizes. Runs in the worker process only: a failed assertion in llama.cpp ends its process.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamo_desktop.errors import ModelError
from lamo_desktop.model.native import Batch, Context, Model, Shape
from lamo_desktop.model.prompt import ANSWERS, Part, fit, suffix
from lamo_desktop.model.slots import AREA, LONGEST_SUFFIX, TILE, SuffixSlots

PREFIX = 0  # sequence of the prefix; slot s has sequence s + 1
FEWEST_TOKENS = TILE  # below this many rows, ggml's attention takes a path with other rounding
FEWEST_OUTPUTS = 8  # the same for the matrices of the last layer, which only flagged tokens reach
DEFAULT_BATCH = 512


@dataclass(frozen=True, slots=True)
class Scores:
    """Raw scores of one admission: `logits[i]` is candidate i's logit_yes - logit_no, a finite float32 value.

    `decoded` counts all tokens that went through the model, `prefix_tokens` and `suffix_tokens` those of the prompt.
    `state` is the mean over the prefix's tokens of the last hidden state, empty where it was not asked for.
    """

    logits: list[float]
    prefix_tokens: int
    suffix_tokens: int
    decoded: int
    cut: tuple[str, ...]
    state: list[float]


class Engine:
    """Weights, adapters and a context, ready to score. Raises ModelError when any of them cannot be used.

    `adapters` gives each adapter file and the drugs that are scored with it, `prompt_adapter` the file of one that is
    on for prefix and suffixes alike; `context_tokens` is the most that prefix and suffix may have together. With
    `state`, scores come with the prefix's state (a tenth more work on its tokens).
    """

    def __init__(
        self,
        weights: Path,
        adapters: Sequence[tuple[Path, Sequence[str]]] = (),
        *,
        prompt_adapter: Path | None = None,
        context_tokens: int = 2048,
        threads: int = 1,
        batch: int = DEFAULT_BATCH,
        gpu: bool = False,
        state: bool = False,
    ) -> None:
        self.model = Model(weights, gpu)
        self._wants_state = state
        self._answers = [self.model.answer_token(answer) for answer in ANSWERS]
        self._always = [self.model.adapter(prompt_adapter)] if prompt_adapter else []
        self._adapters = [self.model.adapter(path) for path, _ in adapters]
        self._group_of = {drug: group for group, (_, drugs) in enumerate(adapters) for drug in drugs}
        self.budget = min(context_tokens, self.model.trained_context) - LONGEST_SUFFIX
        if self.budget <= 0:
            raise ModelError(f"A context of {context_tokens} tokens is too small: it leaves none for the patient.")
        self._batch = max(batch, FEWEST_TOKENS + LONGEST_SUFFIX)
        self._slots = SuffixSlots(0)
        self._filler = len(self._slots.open) + 1
        self._makeweight = self._filler + 1
        cells = AREA + self.budget + FEWEST_TOKENS
        shape = Shape(cells, self._batch, self._makeweight + 1, threads)
        self.context = Context(self.model, shape)
        self._pad = self.model.tokens("\n")[:1]
        self.beat: Callable[[], None] = lambda: None  # called after each decode: the engine is alive
        self._sharing: set[int] = set()  # slots whose sequences see the present prefix
        self._filled = False

    def score(self, parts: Sequence[Part], candidates: Sequence[str], *, plain: bool = False) -> Scores:
        """Score the candidate drugs for a patient given as prompt parts; parts too long are cut by `prompt.fit`.

        `plain` leaves the adapter for the whole prompt off.
        """
        kept, cut = fit(parts, self.budget, lambda text: len(self.model.tokens(text, start=True)))
        prefix = self.model.tokens("".join(part.text for part in kept), start=True)
        suffixes = [self.model.tokens(suffix(candidate)) for candidate in candidates]
        longest = max(map(len, suffixes), default=0)
        if longest > self._slots.width or not self._filled:
            self._reset(longest)
        before = self.context.decoded
        logits = [math.nan] * len(candidates)
        always = [] if plain else self._always
        try:
            self.context.use_adapters(always)
            state = self._decode_prefix(prefix)
            for group, members in self._groups(candidates).items():
                self.context.use_adapters(always if group is None else [*always, self._adapters[group]])
                for places in self._rounds(members, suffixes):
                    scored = self._decode_round(len(prefix), [suffixes[place] for place in places])
                    for place, logit in zip(places, scored, strict=True):
                        logits[place] = logit
            self._forget_prefix(len(prefix))
            if not all(map(math.isfinite, [*logits, *state])):  # cells that hold NaN would spoil every later admission
                raise ModelError("The model gave no usable number for this admission.")
        except Exception:  # whatever it was, cells may be left in disorder
            self._reset(self._slots.width)
            raise
        decoded = self.context.decoded - before
        return Scores(logits, len(prefix), sum(map(len, suffixes)), decoded, cut, state)

    def close(self) -> None:
        """Free the context and the weights."""
        self.context.close()
        self.model.close()

    def _reset(self, longest: int) -> None:
        """Empty the cache and fill the suffix area with cells that nobody attends to."""
        self._filled = False  # until it is done: a decode may fail
        self._slots = SuffixSlots(longest)
        self._sharing.clear()
        self.context.use_adapters([])
        self.context.fill(self._pad[0], AREA, self._filler)
        self._filled = True

    def _groups(self, candidates: Sequence[str]) -> Mapping[int | None, list[int]]:
        """Places of the candidates by the adapter's number, those with none first."""
        groups: dict[int | None, list[int]] = {None: []}
        for place, candidate in enumerate(candidates):
            groups.setdefault(self._group_of.get(candidate), []).append(place)
        return groups

    def _rounds(self, members: list[int], suffixes: Sequence[Sequence[int]]) -> list[list[int]]:
        """Candidates dealt by length into as few equal rounds as slots and batch allow, so that rounds look alike."""
        tokens = sum(len(suffixes[place]) for place in members)
        count = math.ceil(max(len(members) / len(self._slots.open), tokens / (self._batch - LONGEST_SUFFIX)))
        by_length = sorted(members, key=lambda place: -len(suffixes[place]))
        return [by_length[first::count] for first in range(count)]

    def _decode_prefix(self, prefix: list[int]) -> list[float]:
        """Decode the prefix; returns the mean of its tokens' states where that is wanted, else nothing."""
        most = min(self._batch, self.context.shape.sequences) if self._wants_state else self._batch
        pieces = math.ceil(len(prefix) / most)
        total = np.zeros(self.model.width)
        for piece in range(pieces):  # equal pieces: a short last one would take the kernels for few rows
            start, end = len(prefix) * piece // pieces, len(prefix) * (piece + 1) // pieces
            batch = Batch()
            batch.add(prefix[start:end], start, PREFIX)
            if self._wants_state:
                total += self.context.states(batch).sum(axis=0, dtype=np.float64)
                self.beat()
            else:
                self._decode(batch)
        return (total / len(prefix)).astype(np.float32).tolist() if self._wants_state else []

    def _decode_round(self, prefix_tokens: int, suffixes: Sequence[list[int]]) -> list[float]:
        """Scores of one round's suffixes after the prefix."""
        slots = self._slots.assign([len(tokens) for tokens in suffixes])
        batch = Batch()
        flagged = [0] * len(suffixes)
        for place in sorted(range(len(suffixes)), key=lambda place: slots[place]):
            tokens, slot = suffixes[place], slots[place]
            padding = self._open(slot, len(tokens)) - len(tokens)
            flagged[place] = len(batch) + len(tokens) - 1
            batch.add(tokens + self._pad * padding, prefix_tokens, slot + 1, flags={len(tokens) - 1})
        outputs = max(0, FEWEST_OUTPUTS - len(suffixes))
        missing = max(outputs, FEWEST_TOKENS - len(batch))
        batch.add(self._pad * missing, 0, self._makeweight, flags=range(outputs))
        self._decode(batch)
        self.context.remove(self._makeweight)
        return [self._read(place) for place in flagged]

    def _decode(self, batch: Batch) -> None:
        self.context.decode(batch)
        self.beat()

    def _open(self, slot: int, length: int) -> int:
        """Free a slot's cells, at least `length`, and let its sequence see the prefix. Returns the cells freed."""
        sequence, start, cells = slot + 1, slot * self._slots.width, self._slots.open[slot]
        self.context.remove(sequence)
        if length > cells:
            self.context.remove(self._filler, start + cells, start + length)
            self._slots.open[slot] = cells = length
        self.context.share(PREFIX, sequence)
        self._sharing.add(slot)
        return cells

    def _read(self, place: int) -> float:
        yes, no = self.context.logits(place, self._answers)
        return float(np.float32(yes - no))

    def _forget_prefix(self, prefix_tokens: int) -> None:
        """Free the prefix's cells. Suffixes stay where they are: their cells must not be given to the next prefix."""
        for (
            slot
        ) in self._sharing:  # of other slots, positions below `prefix_tokens` can be suffixes of earlier patients
            self.context.remove(slot + 1, 0, prefix_tokens)
        self._sharing.clear()
        self.context.remove(PREFIX)
