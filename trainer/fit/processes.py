"""The processes of one run: one as a rule, or several, a GPU or some CPU cores each, started by `accelerate launch`.

All of them hold the same weights and take the same steps. Each computes its share of a step's admissions and of the
validation rows; what they found is added up. Only the main one writes files and messages. They share one machine, for
all of them read the run's folder.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from accelerate import PartialState  # type: ignore[import-untyped]
from accelerate.utils import reduce  # type: ignore[import-untyped]
from numpy.typing import NDArray
from torch import Tensor, nn


class Processes:
    """This process among its kind; alone when `accelerate launch` did not start it."""

    def __init__(self, cpu: bool) -> None:
        """Joins the others, on the CPU or on a GPU of its own."""
        self._state = PartialState(cpu=cpu)
        self.count: int = self._state.num_processes
        self.index: int = self._state.process_index
        self.main: bool = self._state.is_main_process
        self.device: torch.device = self._state.device

    def share(self, items: Sequence[int]) -> list[int]:
        """This process's part of some admissions: every `count`-th; may be none."""
        return list(items[self.index :: self.count])

    def total(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of every process's array of the same shape."""
        if self.count == 1:
            return numbers
        found: NDArray[np.float64] = self._sum(torch.from_numpy(numbers).to(self.device)).cpu().numpy()
        return found

    def add_gradients(self, weights: Iterable[nn.Parameter]) -> None:
        """Give every process the sum of all gradients of some weights; a process that has none adds nothing."""
        if self.count == 1:
            return
        weights = list(weights)
        own = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in weights]
        summed = self._sum(torch.cat([gradient.flatten() for gradient in own]))
        for weight, part in zip(weights, torch.split(summed, [weight.numel() for weight in weights]), strict=True):
            weight.grad = part.view_as(weight)

    def leave(self) -> None:
        """Part from the others once all have come as far."""
        if self.count > 1:
            self._state.wait_for_everyone()
            self._state.destroy_process_group()

    @staticmethod
    def _sum(tensor: Tensor) -> Tensor:
        found: Tensor = reduce(tensor, reduction="sum")
        return found
