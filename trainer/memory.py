"""Prefixes' keys and values by the frozen base, kept between epochs as far as a memory budget goes."""

from collections.abc import Sequence

from torch import Tensor

from trainer.adapters import Adapters
from trainer.base import Base


class Memories:
    """`get(i)` is prefix i's memory, shape (layers, 2, kv heads, tokens, head size), in the base's own precision.

    The first prefixes asked for are kept, on the CPU, until `budget_gb` is used up; the others are computed each time,
    to the same numbers. Patient data: it lives in the process's memory only.
    """

    def __init__(self, base: Base, adapters: Adapters, prefixes: Sequence[list[int]], budget_gb: float) -> None:
        self._base, self._adapters, self._prefixes = base, adapters, prefixes
        self._room = int(budget_gb * 2**30)
        self._kept: dict[int, Tensor] = {}

    def get(self, admission: int) -> Tensor:
        """One prefix's memory, on the base's device."""
        kept = self._kept.get(admission)
        if kept is not None:
            return kept.to(self._base.device)
        with self._adapters.off():
            memory = self._base.memory(self._prefixes[admission])
        if memory.nbytes <= self._room:
            self._room -= memory.nbytes
            self._kept[admission] = memory.cpu()
        return memory
