"""What adaptation learns from: a hospital's admissions with the package's logits and what clinicians ordered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.stats import Bools, Floats

HISTORY = ("home", "previous stay", "class at home", "class in previous stay", "others at home", "others before")
"""What an admission's history says of a drug, in the order of `SiteRows.history`."""
HOME, PREVIOUS = "med:", "previous med:"


@dataclass(frozen=True, eq=False)
class SiteRows:
    """n admissions x d drugs.

    logits (n, d): the package's calibrated logits. ordered (n, d). features: what is known of each admission (codes).
    history (6, n, d): `HISTORY`, 0 or 1. patients (n,). groups (n,): hospital or ward, "" where there is one only.
    """

    drugs: tuple[str, ...]
    logits: Floats
    ordered: Bools
    features: tuple[frozenset[str], ...]
    history: Floats
    patients: NDArray[np.str_]
    groups: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.features)

    def at(self, chosen: Bools) -> "SiteRows":
        """The admissions of a mask."""
        return SiteRows(
            self.drugs,
            self.logits[chosen],
            self.ordered[chosen],
            tuple(found for found, wanted in zip(self.features, chosen, strict=True) if wanted),
            self.history[:, chosen],
            self.patients[chosen],
            self.groups[chosen],
        )


def site_rows(
    drugs: Sequence[str],
    logits: Floats,
    ordered: Bools,
    codes: Sequence[Sequence[str]],
    patients: Sequence[str],
    groups: Sequence[str],
    drug_class: Callable[[str], str],
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
