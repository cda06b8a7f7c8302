"""Packed examples: an admission's prefix once, then one short suffix per candidate, all in one sequence of tokens.

    tokens     P P P P P | a a a | b b b b | c c     of several admissions first all prefixes, then all suffixes
    positions  0 1 2 3 4 | 5 6 7 | 5 6 7 8 | 5 6     positions restart after the prefix for every suffix

A suffix sees its prefix and itself, nothing else, so a candidate's score is the one it would get alone. A prefix can be
left out of the tokens when its keys and values are already known: then only suffix tokens are computed. And where only
the upper layers learn, a suffix token's state below them can be known too: then only the upper layers are computed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from lamo_desktop.errors import InputError


@dataclass(frozen=True, slots=True)
class Asked:
    """One admission and the candidates asked of it: token ids, and each candidate's place in the caller's order.

    `memory` holds the prefix's keys and values, shape (layers, 2, kv heads, prefix tokens, head size), when known; of
    the uppermost layers if they are fewer. `states`, (tokens, hidden size) for each suffix, enter those layers.
    """

    prefix: Sequence[int]
    suffixes: Sequence[Sequence[int]]
    places: Sequence[int]
    memory: Tensor | None = None
    states: Sequence[Tensor] | None = None

    def tokens(self) -> int:
        """Tokens that a pack computes for it."""
        return sum(map(len, self.suffixes)) + (0 if self.memory is not None else len(self.prefix))


class _Gather(torch.autograd.Function):
    """Places `there` of x's second axis. Each place's gradient is the one of the place `back` in the result, or zero.

    It is what index_select does, for places that are taken once (or whose copies never get a gradient): going back is
    then a selection as well, where PyTorch's own would add up, which on a GPU means sorting to be reproducible.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, there: Tensor, back: Tensor, zero: Tensor | None) -> Tensor:
        ctx.save_for_backward(back, zero)
        return x.index_select(1, there)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        back, zero = ctx.saved_tensors
        found = gradients[0].index_select(1, back)
        return found if zero is None else found.masked_fill_(zero[:, None], 0.0), None, None, None


def _gather(x: Tensor, there: Tensor, back: Tensor, zero: Tensor | None) -> Tensor:
    found: Tensor = _Gather.apply(x, there, back, zero)  # type: ignore[no-untyped-call]
    return found


@dataclass(frozen=True, slots=True)
class Grid:
    """Runs of tokens, one after the other, as the rows of a padded grid (runs, longest).

    `token` (cells,) is each cell's token; cells beyond a run's end repeat its last one and are marked in `padding`
    (cells,). `cell` (tokens,) is each token's cell. What is computed for padding must not be used, so that its gradient
    is zero.
    """

    shape: tuple[int, int]
    token: Tensor
    padding: Tensor
    cell: Tensor

    @classmethod
    def of(cls, lengths: Sequence[int], device: torch.device | str) -> "Grid":
        """The grid of runs of some lengths."""
        length = torch.tensor(lengths, dtype=torch.long)
        width = int(length.max()) if len(lengths) else 0
        column = torch.arange(width)
        start = length.cumsum(0) - length
        token = start[:, None] + torch.minimum(column, length[:, None] - 1)
        padding = column >= length[:, None]
        cell = torch.arange(len(lengths) * width).view(len(lengths), width)[~padding]
        cells = (each.to(device) for each in (token.flatten(), padding.flatten(), cell))
        return cls((len(lengths), width), *cells)

    def spread(self, x: Tensor) -> Tensor:
        """Tokens (n, tokens, ...) on the grid: (n, cells, ...)."""
        return _gather(x, self.token, self.cell, None)

    def gather(self, x: Tensor) -> Tensor:
        """The tokens (n, tokens, ...) of what lies on the grid: (n, cells, ...)."""
        return _gather(x, self.cell, self.token, self.padding)

    def onto(self, other: "Grid", x: Tensor) -> Tensor:
        """What lies on this grid, (n, cells, ...), on another grid of the same tokens."""
        there, back = self.cell[other.token], other.cell[self.token]
        return _gather(x, there, back, self.padding)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the admissions' tokens lie. A pack's first `n_prefix` tokens are the prefixes, then come the suffixes.

    `prefix` is the grid of prefixes, a row per admission, `suffix` that of each admission's suffix tokens, `own` that
    of single suffixes.
    """

    n_prefix: int
    prefix: Grid
    suffix: Grid
    own: Grid


@dataclass(slots=True)
class Pack:
    """Tensors of one forward pass: `tokens` and `positions` (1, n), `last` the place of each suffix's last token.

    `places[i]` says which of the caller's pairs suffix i is, `owners` (suffixes,) of which admission of the pack it is.
    `memory` holds the known keys and values of the prefixes,
    (layers, 2, kv heads, admissions, longest prefix, head size). `recorded` receives each layer's keys and values of
    shape (2, kv heads, n, head size) when `record` is set. `states` (1, n, hidden size) enter the last `layers` layers,
    and only those are computed.
    """

    tokens: Tensor
    positions: Tensor
    layout: Layout
    last: Tensor
    places: list[int]
    owners: Tensor
    memory: Tensor | None = None
    record: bool = False
    recorded: list[Tensor] = field(default_factory=list)
    states: Tensor | None = None
    layers: int = 0


def pack(asked: Sequence[Asked], device: torch.device | str = "cpu") -> Pack:
    """One pack of these admissions, in their order; all of them with `memory` or none, and so with `states`."""
    known = asked[0].memory is not None
    prefixes = [] if known else [token for each in asked for token in each.prefix]
    suffixes = [token for each in asked for suffix in each.suffixes for token in suffix]
    positions = [] if known else [place for each in asked for place in range(len(each.prefix))]
    ends = []
    for each in asked:
        for suffix in each.suffixes:
            positions += range(len(each.prefix), len(each.prefix) + len(suffix))
            ends.append(len(suffix))
    states = [state for each in asked for state in each.states or ()]
    return Pack(
        tokens=torch.tensor([prefixes + suffixes], device=device),
        positions=torch.tensor([positions], device=device),
        layout=Layout(
            n_prefix=len(prefixes),
            prefix=Grid.of([len(each.prefix) for each in asked], device),
            suffix=Grid.of([sum(map(len, each.suffixes)) for each in asked], device),
            own=Grid.of([len(suffix) for each in asked for suffix in each.suffixes], device),
        ),
        last=(torch.tensor(ends, dtype=torch.long).cumsum(0) + len(prefixes) - 1).to(device),
        places=[place for each in asked for place in each.places],
        owners=torch.tensor([i for i, each in enumerate(asked) for _ in each.suffixes], dtype=torch.long).to(device),
        memory=_memory(asked, device) if known else None,
        states=torch.cat(states).to(device)[None] if states else None,
        layers=len(asked[0].memory) if states and asked[0].memory is not None else 0,
    )


def _memory(asked: Sequence[Asked], device: torch.device | str) -> Tensor:
    """The admissions' memories side by side, padded with zeros."""
    found = [each.memory.to(device) for each in asked if each.memory is not None]
    layers, two, kv, _, size = found[0].shape
    out = found[0].new_zeros(layers, two, kv, len(found), max(each.shape[3] for each in found), size)
    for place, each in enumerate(found):
        out[:, :, :, place, : each.shape[3]] = each
    return out


def within_budget(asked: Iterable[Asked], budget: int) -> Iterator[list[Asked]]:
    """The same pairs in as few runs of at most `budget` computed tokens as their order allows.

    An admission whose candidates do not fit one pack is continued in the next with its prefix again. Raises InputError
    when a prefix leaves no room for a suffix.
    """
    run: list[Asked] = []
    room = budget
    for each in asked:
        for piece in _pieces(each, budget):
            if piece.tokens() > room and run:
                yield run
                run, room = [], budget
            run.append(piece)
            room -= piece.tokens()
    if run:
        yield run


def _pieces(asked: Asked, budget: int) -> list[Asked]:
    if asked.tokens() <= budget:
        return [asked]
    free = budget - (0 if asked.memory is not None else len(asked.prefix))
    longest = max(map(len, asked.suffixes), default=0)
    if longest > free:
        raise InputError(
            f"A token budget of {budget} is too small for a prompt of {len(asked.prefix)} tokens and its candidates."
        )
    cuts, used = [0], 0
    for place, suffix in enumerate(asked.suffixes):
        if used + len(suffix) > free:
            cuts.append(place)
            used = 0
        used += len(suffix)
    return [_part(asked, slice(*ends)) for ends in pairwise([*cuts, len(asked.suffixes)])]


def _part(asked: Asked, part: slice) -> Asked:
    states = None if asked.states is None else asked.states[part]
    return Asked(asked.prefix, asked.suffixes[part], asked.places[part], asked.memory, states)
