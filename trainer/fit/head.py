"""The reading head: a linear vector per drug on the mean state of an admission's prompt, trained along with an adapter.

    logit(x, d) = ... + (state(x) - mean) / spread · weight[:, d] + bias[d]

It starts at zero. The untuned base's states of the training admissions give `mean` and `spread`, so that inputs begin
with mean 0 and mean squared length 1.
"""

import torch
from torch import Tensor, nn


class ReadingHead:
    """`weight` (state, drugs) and `bias` (drugs,) are learned; `fit_normaliser` fixes `mean` and `spread` (state,)."""

    def __init__(self, width: int, drugs: int, device: torch.device) -> None:
        self.weight = nn.Parameter(torch.zeros(width, drugs, device=device))
        self.bias = nn.Parameter(torch.zeros(drugs, device=device))
        self.mean = torch.zeros(width, device=device)
        self.spread = torch.ones(width, device=device)

    def fit_normaliser(self, states: Tensor) -> None:
        """Take mean and spread from the untuned base's states (admissions, state)."""
        self.mean = states.mean(0)
        self.spread = states.std(0).clamp_min(1e-6) * len(self.mean) ** 0.5

    def __call__(self, states: Tensor) -> Tensor:
        """Logits (admissions, drugs) to add, from states (admissions, state)."""
        return (states - self.mean) / self.spread @ self.weight + self.bias

    def parameters(self) -> list[nn.Parameter]:
        """What is learned."""
        return [self.weight, self.bias]

    def weights(self) -> dict[str, Tensor]:
        """A copy of everything on the CPU, by names that no adapter has."""
        found = {"weight": self.weight, "bias": self.bias, "mean": self.mean, "spread": self.spread}
        return {f"head.{name}": tensor.detach().cpu().clone() for name, tensor in found.items()}

    @torch.no_grad()
    def set_weights(self, weights: dict[str, Tensor]) -> None:
        """Put back what `weights` gave."""
        self.weight.copy_(weights["head.weight"])
        self.bias.copy_(weights["head.bias"])
        self.mean = weights["head.mean"].to(self.mean)
        self.spread = weights["head.spread"].to(self.spread)

    def plain(self) -> dict[str, Tensor]:
        """The same as `weight` (state, drugs) and `bias` (drugs,) on the state itself, on the CPU."""
        weight = self.weight.detach() / self.spread[:, None]
        return {"weight": weight.cpu().contiguous(), "bias": (self.bias.detach() - self.mean @ weight).cpu()}
