"""What was learned of a hospital, as terms of a package in use: the one place where it is applied, at every door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lamo_desktop.adapt.adaptation import Adaptation
from lamo_desktop.adapt.rows import SiteRows, site_rows
from lamo_desktop.model.site import Context, Learned
from lamo_desktop.stats import Floats

SMALLEST_TOLD = 0.05  # logits; smaller parts are summed up


@dataclass(frozen=True, eq=False)
class AdaptedTerms:
    """An adaptation with what it takes to apply it.

    `drug_classes` (d,): "" for none. `feature_shares` (m,): the share of the admissions it was learned from in which
    each feature was present.
    """

    adaptation: Adaptation
    drug_classes: tuple[str, ...]
    feature_shares: Floats

    @cached_property
    def own_drugs(self) -> Mapping[str, int]:
        """Drugs that the package does not know and this hospital orders: in how many of the admissions learned from."""
        return {drug.name: drug.n_orders for drug in self.adaptation.own_drugs}

    @cached_property
    def _class_of(self) -> dict[str, str]:
        return dict(zip(self.adaptation.drugs, self.drug_classes, strict=True))

    def logits(self, candidates: Sequence[str], logits: Floats, contexts: Sequence[Context]) -> Floats:
        """The package's calibrated logits (n, candidates), adapted. NaN stays NaN, and an unknown drug as it is.

        What is given for one of its own drugs is not looked at, save that it is NaN.
        """
        given = np.array(logits, dtype=np.float64)
        given[:, [drug in self.own_drugs for drug in candidates]] *= 0.0
        return self.adaptation.logits(self._rows(candidates, given, contexts)) if len(given) else given

    def learned(self, drug: str, logit: float, context: Context) -> tuple[Learned, ...]:
        """What the terms add to one calibrated logit, the largest part first; the parts add up to the whole."""
        found = self.adaptation
        if drug not in self._class_of:
            return ()
        d = found.drugs.index(drug)
        logit = 0.0 if drug in self.own_drugs else logit  # the package's answer is not looked at
        rows = self._rows([drug], np.array([[logit]]), [context])
        whole = float(found.logits(rows)[0, 0]) - logit
        present, weights = rows.features[0], found.rho * found.weights[:, d]
        parts = [Learned("drug", drug, found.rho * float(found.offset[d]) + float(weights @ self.feature_shares))]
        parts += [
            Learned("feature", name, float(weights[row] * (1.0 - self.feature_shares[row])))
            for row, name in enumerate(found.features)
            if name in present
        ]
        if (group := str(rows.groups[0])) in found.groups:
            parts.append(Learned("group", group, found.rho * float(found.groups[group][d])))
        parts.append(Learned("history", drug, found.rho * float(found.history @ rows.history[:, 0, 0])))
        told = sorted((part for part in parts if abs(part.logits) >= SMALLEST_TOLD), key=lambda part: -abs(part.logits))
        return (*told, Learned("rest", "", whole - sum(part.logits for part in told)))

    def _rows(self, candidates: Sequence[str], logits: Floats, contexts: Sequence[Context]) -> SiteRows:
        label, size = self.adaptation.group_label, self._state_size
        return site_rows(
            candidates,
            logits,
            np.zeros(logits.shape, dtype=bool),
            [context.codes for context in contexts],
            ("",) * len(contexts),
            [str(context.labels.get(label, "")) if label else "" for context in contexts],
            lambda drug: self._class_of.get(drug, ""),
            group_label=label,
            states=np.array([_state(context, size) for context in contexts]) if size else None,
        )

    @property
    def _state_size(self) -> int:
        return 0 if self.adaptation.state is None else len(self.adaptation.state.mean)


def _state(context: Context, size: int) -> Floats:
    """The state, NaN where it was not kept or is of another size."""
    if context.state is None or context.state.shape != (size,):
        return np.full(size, np.nan)
    return np.asarray(context.state, dtype=np.float64)
