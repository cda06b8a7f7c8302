"""Packed examples: an admission's prefix once, then one short suffix per candidate, all in one sequence of tokens.

    tokens     P P P P P | a a a | b b b b | c c     two admissions or more follow one another in the same pack
    positions  0 1 2 3 4 | 5 6 7 | 5 6 7 8 | 5 6     positions restart after the prefix for every suffix

A suffix sees its prefix and itself, nothing else, so a candidate's score is the one it would get alone. A prefix can be
left out of the tokens when its keys and values are already known: then only suffix tokens are computed. And where only
the upper layers learn, a suffix token's state below them can be known too: then only the upper layers are computed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

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


@dataclass(frozen=True, slots=True)
class Segment:
    """Where one admission lies in a pack.

    Suffixes are ragged in the pack; `grid` (suffixes, longest) gives the place of each one's tokens counted from the
    start of `suffix`, and `ragged` (tokens,) the place of each token in the flattened grid.
    """

    prefix: slice
    suffix: slice
    grid: Tensor
    ragged: Tensor
    memory: Tensor | None


@dataclass(slots=True)
class Pack:
    """Tensors of one forward pass: `tokens` and `positions` (1, n), `last` the place of each suffix's last token.

    `places[i]` says which of the caller's pairs suffix i is. `recorded` receives each layer's keys and values of
    shape (2, kv heads, n, head size) when `record` is set. `states` (1, n, hidden size) enter the last `layers` layers,
    and only those are computed.
    """

    tokens: Tensor
    positions: Tensor
    segments: list[Segment]
    last: Tensor
    places: list[int]
    record: bool = False
    recorded: list[Tensor] = field(default_factory=list)
    states: Tensor | None = None
    layers: int = 0


def pack(asked: Sequence[Asked], device: torch.device | str = "cpu") -> Pack:
    """One pack of these admissions, in their order; all of them with `states` or none."""
    tokens: list[int] = []
    positions: list[int] = []
    last: list[int] = []
    segments = []
    for each in asked:
        start = len(tokens)
        if each.memory is None:
            tokens += each.prefix
            positions += range(len(each.prefix))
        begin = len(tokens)
        for suffix in each.suffixes:
            tokens += suffix
            positions += range(len(each.prefix), len(each.prefix) + len(suffix))
            last.append(len(tokens) - 1)
        grid, ragged = _grid([len(suffix) for suffix in each.suffixes])
        memory = None if each.memory is None else each.memory.to(device)
        segments.append(
            Segment(slice(start, begin), slice(begin, len(tokens)), grid.to(device), ragged.to(device), memory)
        )
    states = [state for each in asked for state in each.states or ()]
    return Pack(
        tokens=torch.tensor([tokens], device=device),
        positions=torch.tensor([positions], device=device),
        segments=segments,
        last=torch.tensor(last, dtype=torch.long, device=device),
        places=[place for each in asked for place in each.places],
        states=torch.cat(states).to(device)[None] if states else None,
        layers=len(asked[0].memory) if states and asked[0].memory is not None else 0,
    )


def _grid(lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The two index tensors of `Segment`; cells beyond a suffix's end repeat its last token and are never seen."""
    length = torch.tensor(lengths, dtype=torch.long)
    width = int(length.max()) if len(lengths) else 0
    column = torch.arange(width)
    start = length.cumsum(0) - length
    grid = start[:, None] + torch.minimum(column, length[:, None] - 1)
    ragged = torch.arange(len(lengths) * width).view(len(lengths), width)[column < length[:, None]]
    return grid, ragged


def within_budget(asked: Sequence[Asked], budget: int) -> Iterator[list[Asked]]:
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
    longest = max(map(len, asked.suffixes))
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
