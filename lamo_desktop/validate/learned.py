"""What an adaptation learned of a hospital, in the terms that people ask in: drugs, features, hospitals.

Every page, report and command that tells of it takes it from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lamo_desktop.adapt import Adaptation
from lamo_desktop.small_cells import SMALL_CELL
from lamo_desktop.stats import Floats, sigmoid
from lamo_desktop.validate.adaptation import latest, rows_of
from lamo_desktop.validate.outcomes import Outcomes

TOLD_EFFECTS = 3  # drugs that are named of a feature or a hospital
SMALLEST_TOLD = 0.1  # logits; what moves no drug by more is not told
MOST_TOLD = 40  # rows of each kind

Effects = tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class LearningCounts:
    """Of the admissions it was learned from: in how many each drug was ordered (d,), in how many the package as shipped
    expected it (d,), the share with each feature (m,), and the number in each group.
    """

    n_ordered: Floats
    expected: Floats
    feature_shares: Floats
    group_sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LearnedDrug:
    """How much more (above 0) or less a drug is ordered here than elsewhere, all else equal, in logits.

    `n_ordered`: admissions; `expected`: by the model as shipped, None for a drug that is known from here alone.
    """

    name: str
    n_ordered: int
    expected: float | None
    logits: float

    @property
    def odds(self) -> float:
        """The same as a ratio of odds."""
        return float(np.exp(self.logits))

    @property
    def counts_agree(self) -> bool:
        """Whether the two counts, in whole admissions, say the same as `logits`: more ordered than expected, or less.

        They need not: the other parts of what was learned, and the package's ranking of the admissions, count too.
        """
        return self.expected is not None and (self.n_ordered - round(self.expected)) * self.logits > 0


@dataclass(frozen=True, slots=True)
class LearnedPart:
    """A feature or a hospital, in how many admissions it was, and the drugs that it moves most, in logits."""

    name: str
    n_admissions: int
    effects: Effects

    @property
    def odds(self) -> Effects:
        """The same as ratios of odds."""
        return tuple((drug, float(np.exp(logits))) for drug, logits in self.effects)


@dataclass(frozen=True)
class Learned:
    """`rho`: the share that is used of what was learned, with which all logits here are. The strongest come first."""

    rho: float
    n_admissions: int
    n_patients: int
    drugs: tuple[LearnedDrug, ...]
    own_drugs: tuple[LearnedDrug, ...]
    features: tuple[LearnedPart, ...]
    groups: tuple[LearnedPart, ...]
    group_label: str

    @property
    def more(self) -> tuple[LearnedDrug, ...]:
        """The drugs that are ordered more here."""
        return tuple(drug for drug in self.drugs if drug.logits > 0)

    @property
    def less(self) -> tuple[LearnedDrug, ...]:
        """The drugs that are ordered less here."""
        return tuple(drug for drug in self.drugs if drug.logits < 0)


def counts_of(adaptation: Adaptation, outcomes: Outcomes) -> LearningCounts:
    """The counts of the admissions that it was learned from, the last of `outcomes`."""
    rows = rows_of(latest(outcomes))
    column = {drug: d for d, drug in enumerate(rows.drugs)}
    at = [column[drug] for drug in adaptation.drugs]
    expected = sigmoid(rows.logits[:, at]).sum(0)
    expected[len(at) - len(adaptation.own_drugs) :] = 0.0
    with_feature = [sum(name in present for present in rows.features) for name in adaptation.features]
    return LearningCounts(
        n_ordered=rows.ordered[:, at].sum(0).astype(np.float64),
        expected=expected,
        feature_shares=np.array(with_feature) / max(len(rows), 1),
        group_sizes={group: int((rows.groups == group).sum()) for group in adaptation.groups},
    )


def what_was_learned(adaptation: Adaptation, counts: LearningCounts, small_cell: int = SMALL_CELL) -> Learned:
    """What is told of an adaptation. Drugs, features and groups of fewer admissions than `small_cell` are left out.

    So are drugs whose counts do not show that they are ordered more, or less, than expected.
    """
    n, rho = adaptation.n_admissions, adaptation.rho
    own = rho * (adaptation.offset + counts.feature_shares @ adaptation.weights)
    first_own = len(adaptation.drugs) - len(adaptation.own_drugs)
    drugs = [
        LearnedDrug(
            name,
            int(counts.n_ordered[d]),
            float(counts.expected[d]) if d < first_own else None,
            float(own[d]),
        )
        for d, name in enumerate(adaptation.drugs)
        if counts.n_ordered[d] >= small_cell or d >= first_own
    ]
    told = [drug for drug in drugs if abs(drug.logits) >= SMALLEST_TOLD and drug.counts_agree]
    present = np.round(counts.feature_shares * n).astype(int)
    features = [
        LearnedPart(name, int(present[row]), _effects(adaptation.drugs, rho * adaptation.weights[row]))
        for row, name in enumerate(adaptation.features)
        if present[row] >= small_cell
    ]
    groups = [
        LearnedPart(name, counts.group_sizes[name], _effects(adaptation.drugs, rho * offsets))
        for name, offsets in adaptation.groups.items()
        if name and counts.group_sizes[name] >= small_cell
    ]
    return Learned(
        rho=rho,
        n_admissions=n,
        n_patients=adaptation.n_patients,
        drugs=tuple(sorted(told, key=lambda drug: (-abs(drug.logits), drug.name))[:MOST_TOLD]),
        own_drugs=tuple(
            sorted((drug for drug in drugs if drug.expected is None), key=lambda drug: (-drug.n_ordered, drug.name))
        ),
        features=_strongest(features),
        groups=_strongest(groups),
        group_label=adaptation.group_label,
    )


def _effects(drugs: Sequence[str], logits: Floats) -> Effects:
    order = np.lexsort((np.array(drugs), -np.abs(logits)))[:TOLD_EFFECTS]
    return tuple((drugs[d], float(logits[d])) for d in order if abs(logits[d]) >= SMALLEST_TOLD)


def _strongest(parts: Sequence[LearnedPart]) -> tuple[LearnedPart, ...]:
    told = [part for part in parts if part.effects]
    return tuple(sorted(told, key=lambda part: (-abs(part.effects[0][1]), part.name))[:MOST_TOLD])
