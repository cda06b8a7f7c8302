"""What the frozen base computes of every admission, kept between epochs as far as a memory budget goes."""

from collections.abc import Sequence

import torch
from torch import Tensor

from trainer.fit.adapters import Adapters
from trainer.fit.base import Base
from trainer.fit.packing import Asked


class Memories:
    """Prefixes' keys and values, and candidates' states below the layers that learn, all in the base's own precision.

    `get(i)` is prefix i's memory, shape (layers, 2, kv heads, tokens, head size). The first prefixes asked for are
    kept, where the base is, until the budget is used up; the others are computed each time, to the same numbers. States
    are kept for all admissions or, where they would not fit, for none. Patient data: it lives in the process's (or the
    GPU's) memory only.
    """

    def __init__(
        self,
        base: Base,
        adapters: Adapters,
        prefixes: Sequence[list[int]],
        suffixes: Sequence[list[int]],
        budget_gb: float,
        top_layers: int | None,
    ) -> None:
        self._base, self._adapters, self._prefixes, self._suffixes = base, adapters, prefixes, suffixes
        self._room = int(budget_gb * 2**30)
        self._kept: dict[int, Tensor] = {}
        self._states: dict[int, list[Tensor]] | None = None
        self._layers = top_layers if base.layers is not None else None
        needed = len(prefixes) * sum(map(len, suffixes)) * base.answer.numel() * base.dtype.itemsize
        if self._layers and needed <= self._room:
            self._room -= needed
            self._states = {}

    def get(self, admission: int) -> Tensor:
        """One prefix's memory."""
        kept = self._kept.get(admission)
        if kept is not None:
            return kept
        with self._adapters.off():
            memory = self._base.memory(self._prefixes[admission], self._layers)
        if memory.nbytes <= self._room:
            self._room -= memory.nbytes
            self._kept[admission] = memory
        return memory

    def states(self, admission: int, drugs: Sequence[int]) -> list[Tensor] | None:
        """Some candidates' states as they enter the layers that learn, (tokens, hidden size) each; None: not kept."""
        if self._states is None or self._layers is None:
            return None
        if admission not in self._states:
            asked = Asked(self._prefixes[admission], self._suffixes, range(len(self._suffixes)))
            with self._adapters.off(), torch.no_grad():
                self._states[admission] = [each.clone() for each in self._base.states(asked, self._layers)]
        kept = self._states[admission]
        return [kept[drug] for drug in drugs]
