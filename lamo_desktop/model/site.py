"""What a hospital's overlay adds to a model package in use: a label, facts for the record, and terms of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["drug", "feature", "group", "history", "rest"]


@dataclass(frozen=True, eq=False)
class Context:
    """What of an admission, besides its scores, a hospital's own terms look at.

    `state`: the model's state after the prompt, None where it was not kept.
    """

    codes: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    state: NDArray[np.floating] | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """One part of what a hospital's own terms add to a drug's logit: of which kind, of what (a feature, a hospital).

    "drug": ordered more or less here than elsewhere, all else equal; "rest": small parts, the model's state and the
    stretching of the package's own logit, in one.
    """

    kind: Kind
    name: str
    logits: float


class LocalTerms(Protocol):
    """Terms that were learned from a hospital's own admissions."""

    @property
    def own_drugs(self) -> Mapping[str, int]:
        """Drugs that the package does not know and this hospital orders: in how many of the admissions learned from."""
        ...

    def logits(self, candidates: Sequence[str], logits: Floats, contexts: Sequence[Context]) -> Floats:
        """The package's calibrated logits (n, candidates), adapted. NaN stays NaN, and an unknown drug as it is.

        What is given for one of its own drugs is not looked at, save that it is NaN.
        """
        ...

    def learned(self, drug: str, logit: float, context: Context) -> tuple[Learned, ...]:
        """What the terms add to one calibrated logit, the largest part first; the parts add up to the whole."""
        ...


@dataclass(frozen=True, eq=False)
class Site:
    """The overlay in use. `facts`: what a reader must know to repeat a result. `terms`: None where it has only
    changed the package's calibration. `threshold_shift` (logits) is added to every threshold.
    """

    label: str
    facts: Mapping[str, Any]
    terms: LocalTerms | None = None
    threshold_shift: float = 0.0

    @property
    def own_drugs(self) -> Mapping[str, int]:
        """Drugs that the package does not know and the terms do, with the number of orders they were learned from."""
        return self.terms.own_drugs if self.terms else {}
