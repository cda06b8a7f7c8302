"""Packed examples: an admission's prefix once, then one short suffix per candidate, all in one sequence of tokens.

    tokens     P P P P P | a a a | b b b b | c c     of several admissions first all prefixes, then all suffixes
    positions  0 1 2 3 4 | 5 6 7 | 5 6 7 8 | 5 6     positions restart after the prefix for every suffix

A suffix sees its prefix and itself, nothing else, so a candidate's score is the one it would get alone. A prefix can be
left out of the tokens when its keys and values are already known: then only suffix tokens are computed. And where only
the upper layers learn, a suffix token's state below them can be known too: then only the upper layers are computed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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
class Layout:
    """Where the admissions' tokens lie, as indices that bring ragged tokens into padded grids and back.

    A pack's first `n_prefix` tokens are the prefixes, one after the other; then come the suffixes, and their indices
    count from the first of these. `prefix` (admissions, longest prefix) and `prefix_back` (prefix tokens,) go to a grid
    of prefixes and back, `suffix` (admissions, most suffix tokens) and `suffix_back` (suffix tokens,) to one of each
    admission's suffix tokens, `own` (suffixes, longest) to one of single suffixes. `own_back` and `own_there` bring the
    grid of `own`, flattened, into that of `suffix` and the other way round. Cells beyond an end repeat the last token;
    `seen` (admissions, longest prefix) says which cells of a prefix are real.
    """

    n_prefix: int
    prefix: Tensor
    prefix_back: Tensor
    suffix: Tensor
    suffix_back: Tensor
    own: Tensor
    own_back: Tensor
    own_there: Tensor
    seen: Tensor


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
    layout = _layout(asked, known)
    return Pack(
        tokens=torch.tensor([prefixes + suffixes], device=device),
        positions=torch.tensor([positions], device=device),
        layout=replace(layout, **{name: getattr(layout, name).to(device) for name in _INDICES}),
        last=(torch.tensor(ends, dtype=torch.long).cumsum(0) + len(prefixes) - 1).to(device),
        places=[place for each in asked for place in each.places],
        owners=torch.tensor([i for i, each in enumerate(asked) for _ in each.suffixes], dtype=torch.long).to(device),
        memory=_memory(asked, device) if known else None,
        states=torch.cat(states).to(device)[None] if states else None,
        layers=len(asked[0].memory) if states and asked[0].memory is not None else 0,
    )


_INDICES = ("prefix", "prefix_back", "suffix", "suffix_back", "own", "own_back", "own_there", "seen")


def _layout(asked: Sequence[Asked], known: bool) -> Layout:
    prefix, prefix_back = _grid([len(each.prefix) for each in asked])
    suffix, suffix_back = _grid([sum(map(len, each.suffixes)) for each in asked])
    own, own_back = _grid([len(each) for one in asked for each in one.suffixes])
    lengths = torch.tensor([len(each.prefix) for each in asked])
    seen = torch.arange(prefix.shape[1]) < lengths[:, None]
    return Layout(
        n_prefix=0 if known else int(lengths.sum()),
        prefix=prefix,
        prefix_back=prefix_back,
        suffix=suffix,
        suffix_back=suffix_back,
        own=own,
        own_back=own_back[suffix.flatten()],
        own_there=suffix_back[own.flatten()],
        seen=seen,
    )


def _grid(lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Indices of a grid (runs, longest) into the tokens of runs of some lengths, and of the tokens into the flat grid.

    Cells beyond a run's end repeat its last token.
    """
    length = torch.tensor(lengths, dtype=torch.long)
    width = int(length.max()) if len(lengths) else 0
    column = torch.arange(width)
    start = length.cumsum(0) - length
    grid = start[:, None] + torch.minimum(column, length[:, None] - 1)
    back = torch.arange(len(lengths) * width).view(len(lengths), width)[column < length[:, None]]
    return grid, back


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
