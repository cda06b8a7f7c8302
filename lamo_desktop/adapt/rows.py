"""What adaptation learns from: a hospital's admissions with the package's logits and what clinicians ordered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.stats import Bools, Floats

HISTORY = ("home", "previous stay", "class at home", "class in previous stay", "others at home", "others before")
"""What an admission's history says of a drug, in the order of `SiteRows.history`."""
HOME, PREVIOUS = "med:", "previous med:"


@dataclass(frozen=True, eq=False)
class SiteRows:
    """n admissions x d drugs: the package's candidates, then `n_outside` drugs that are ordered here beside them.

    logits (n, d): the package's calibrated logits, 0 for a drug outside. ordered (n, d). features: what is known of
    each admission. history (6, n, d): `HISTORY`, 0 or 1. patients (n,). groups (n,): the value of the label
    `group_label` (hospital or ward), "" where there is none. states (n, s): the model's state after each admission's
    text, NaN where it was not kept; None: of no admission.
    """

    drugs: tuple[str, ...]
    logits: Floats
    ordered: Bools
    features: tuple[frozenset[str], ...]
    history: Floats
    patients: NDArray[np.str_]
    groups: NDArray[np.str_]
    group_label: str = ""
    states: Floats | None = None
    n_outside: int = 0

    def __len__(self) -> int:
        return len(self.features)

    @property
    def n_candidates(self) -> int:
        """How many of the drugs are the package's candidates; they come first."""
        return len(self.drugs) - self.n_outside

    def at(self, chosen: Bools) -> "SiteRows":
        """The admissions of a mask."""
        return replace(
            self,
            logits=self.logits[chosen],
            ordered=self.ordered[chosen],
            features=tuple(found for found, wanted in zip(self.features, chosen, strict=True) if wanted),
            history=self.history[:, chosen],
            patients=self.patients[chosen],
            groups=self.groups[chosen],
            states=None if self.states is None else self.states[chosen],
        )

    def of(self, columns: Sequence[int]) -> "SiteRows":
        """The same admissions with the drugs of some columns, in rising order."""
        at = list(columns)
        return replace(
            self,
            drugs=tuple(self.drugs[d] for d in at),
            logits=self.logits[:, at],
            ordered=self.ordered[:, at],
            history=self.history[:, :, at],
            n_outside=sum(d >= self.n_candidates for d in at),
        )

    @property
    def of_candidates(self) -> "SiteRows":
        """The same admissions with the package's candidates alone."""
        return self.of(range(self.n_candidates)) if self.n_outside else self


def site_rows(
    drugs: Sequence[str],
    logits: Floats,
    ordered: Bools,
    codes: Sequence[Sequence[str]],
    patients: Sequence[str],
    groups: Sequence[str],
    drug_class: Callable[[str], str],
    *,
    group_label: str = "",
    states: Floats | None = None,
    n_outside: int = 0,
) -> SiteRows:
    """Rows from structured codes. `drug_class` names a drug's class, "" where there is none."""
    return SiteRows(
        tuple(drugs),
        np.asarray(logits, dtype=np.float64),
        ordered,
        tuple(frozenset(found) for found in codes),
        history_terms(drugs, codes, drug_class),
        np.asarray(patients, dtype=np.str_),
        np.asarray(groups, dtype=np.str_),
        group_label,
        None if states is None else np.asarray(states, dtype=np.float64),
        n_outside,
    )


def history_terms(drugs: Sequence[str], codes: Sequence[Sequence[str]], drug_class: Callable[[str], str]) -> Floats:
    """`HISTORY` of each admission and drug, (6, n, d): of home medications and of the previous stay's drugs.

    The drug itself was taken; else one of its class was; and, where something was recorded at all, the drug was not
    among it.
    """
    terms = np.zeros((len(HISTORY), len(codes), len(drugs)))
    place = {drug: d for d, drug in enumerate(drugs)}
    by_class: dict[str, list[int]] = {}
    for d, drug in enumerate(drugs):
        if name := drug_class(drug):
            by_class.setdefault(name, []).append(d)
    members: Mapping[str, list[int]] = by_class
    for i, found in enumerate(codes):
        for k, prefix in enumerate((HOME, PREVIOUS)):
            taken = [code.removeprefix(prefix) for code in found if code.startswith(prefix)]
            if not taken:
                continue
            own = [place[name] for name in taken if name in place]
            alike = [d for name in taken for d in members.get(drug_class(name), ())]
            terms[k, i, own] = 1.0
            terms[2 + k, i, alike] = 1.0
            terms[2 + k, i, own] = 0.0
            terms[4 + k, i] = 1.0 - terms[k, i]
    return terms
