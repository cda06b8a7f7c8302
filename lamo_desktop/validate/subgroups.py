"""The same figures for parts of the admissions and parts of the vocabulary, with a small-cell rule.

Small cells: a group with fewer than `small_cell` admissions gets no figures and its size is shown only as
"<small_cell" (see small_cells.py).
"""

from dataclasses import dataclass, field

import numpy as np

from lamo_desktop.formulary import shown_name
from lamo_desktop.small_cells import SMALL_CELL
from lamo_desktop.validate.bootstrap import Estimate, PatientBootstrap, estimate
from lamo_desktop.validate.metrics import averages, pooled, with_patient_means
from lamo_desktop.validate.outcomes import Outcomes

MOST_GROUPS = 30  # of one column; the smaller ones are pooled as "other"
FIGURES = (
    "overprescribing_ratio",
    "visit_mean.jaccard",
    "visit_mean.f1",
    "visit_mean.precision",
    "visit_mean.recall",
    "visit_mean.prauc",
    "calibration.observed_expected",
    "coverage.orders_in_vocabulary",
)


@dataclass(frozen=True)
class Subgroup:
    """The admissions with one value of one column. `difference` is the visit-mean Jaccard minus that of all others."""

    column: str
    value: str
    n_admissions: int | None  # None: suppressed, alone or several together
    n_patients: int | None = None
    figures: dict[str, Estimate] = field(default_factory=dict)
    difference: Estimate | None = None


@dataclass(frozen=True)
class DrugGroup:
    """A drug, a class or a frequency decile: counts over all admissions; pooled ratio, recall and precision."""

    name: str
    drug_class: str
    n_drugs: int
    n_ordered: int
    n_recommended: int
    n_both: int
    mean_probability: float
    ratio: Estimate
    recall: Estimate
    precision: Estimate

    @property
    def recommended_only(self) -> int:
        """Recommended but not ordered."""
        return self.n_recommended - self.n_both

    @property
    def ordered_only(self) -> int:
        """Ordered but not recommended."""
        return self.n_ordered - self.n_both


def subgroups(
    outcomes: Outcomes, rows: np.ndarray, bootstrap: PatientBootstrap, small_cell: int = SMALL_CELL
) -> tuple[Subgroup, ...]:
    """Figures of every value of each label column with several; `rows` is `metrics.per_admission`.

    The suppressed ones come last in their column, as one group without a size: none but a lone one is named.
    """
    found: list[Subgroup] = []
    everyone = _sums(rows, None, bootstrap)
    for column, values in outcomes.labels.items():
        named = np.array([v or "not given" for v in values], dtype=object)
        names, counts = np.unique(named.astype(str), return_counts=True)
        if len(names) < 2 or len(names) > max(MOST_GROUPS, len(named) // 2):  # one value, or an identifier
            continue
        if len(names) > MOST_GROUPS:
            kept = set(names[np.argsort(-counts, kind="stable")[: MOST_GROUPS - 1]])
            named = np.array([v if v in kept else "other" for v in named], dtype=object)
        groups = [
            _subgroup(column, value, named == value, rows, everyone, bootstrap, small_cell)
            for value in sorted(set(named), key=lambda v: (v in ("other", "not given"), v))
        ]
        found += [group for group in groups if group.n_admissions is not None]
        small = [group.value for group in groups if group.n_admissions is None]
        if small:
            found.append(Subgroup(column, small[0] if len(small) == 1 else f"{len(small)} smaller groups", None))
    return tuple(found)


def _subgroup(
    column: str,
    value: str,
    mask: np.ndarray,
    rows: np.ndarray,
    everyone: np.ndarray,
    bootstrap: PatientBootstrap,
    small_cell: int,
) -> Subgroup:
    n = int(mask.sum())
    if n < small_cell:
        return Subgroup(column, value, None)
    sums = _sums(rows, mask, bootstrap)
    inside, outside = averages(sums), averages(everyone - sums)
    name = "visit_mean.jaccard"
    difference = None
    if len(mask) - n >= small_cell:
        apart = inside[name] - outside[name]
        difference = estimate(apart[0], apart[1:])
    patients = len(np.unique(bootstrap.index[mask]))
    return Subgroup(column, value, n, patients, {f: estimate(inside[f][0], inside[f][1:]) for f in FIGURES}, difference)


def _sums(rows: np.ndarray, mask: np.ndarray | None, bootstrap: PatientBootstrap) -> np.ndarray:
    """Sums of the rows in `mask`, then those of every resample: (1 + resamples, k) as `averages` takes them."""
    patients, sums = bootstrap.by_patient(rows, mask)
    sums = with_patient_means(sums)
    return np.vstack([sums.sum(0), bootstrap.replicate(patients, sums)])


@dataclass(frozen=True)
class DrugCounts:
    """Counts per drug and patient, resampled once, from which drugs, classes and deciles are read."""

    outcomes: Outcomes
    total: np.ndarray  # (3, d): both, recommended, ordered
    resampled: np.ndarray  # (resamples, 3, d)

    def group(self, name: str, chosen: np.ndarray, drug_class: str = "") -> DrugGroup:
        """Pooled figures of the drugs `chosen` (d,) bool."""
        both, recommended, ordered = self.total[:, chosen].sum(-1)
        values = pooled(both, recommended, ordered)
        again = pooled(*np.moveaxis(self.resampled[:, :, chosen].sum(-1), 1, 0))
        figures = [estimate(values[f], again[f]) for f in ("overprescribing_ratio", "micro.recall", "micro.precision")]
        mean = float(self.outcomes.probabilities[:, chosen].mean(dtype=np.float64)) if chosen.any() else float("nan")
        counts = int(ordered), int(recommended), int(both)
        return DrugGroup(name, drug_class, int(chosen.sum()), *counts, mean, *figures)


def drug_counts(outcomes: Outcomes, bootstrap: PatientBootstrap) -> DrugCounts:
    """Counts of both, recommended and ordered per drug, with resamples."""
    lists = (outcomes.recommended & outcomes.ordered, outcomes.recommended, outcomes.ordered)
    patients, sums = bootstrap.by_patient(np.hstack(lists))
    shape = (3, len(outcomes.drugs))
    return DrugCounts(outcomes, sums.sum(0).reshape(shape), bootstrap.replicate(patients, sums).reshape(-1, *shape))


def by_drug(counts: DrugCounts, small_cell: int = SMALL_CELL) -> tuple[DrugGroup, ...]:
    """Each drug ordered in at least `small_cell` admissions, most ordered first; the others pooled as the last row."""
    drugs, ordered = counts.outcomes.drugs, counts.total[2]
    classes = counts.outcomes.drug_classes or ("",) * len(drugs)
    shown = [i for i in np.argsort(-ordered, kind="stable") if ordered[i] >= small_cell]
    rows = [counts.group(shown_name(drugs[i]), np.arange(len(drugs)) == i, classes[i]) for i in shown]
    rest = ordered < small_cell
    if rest.any():
        rows.append(counts.group(f"{int(rest.sum())} drugs ordered in fewer than {small_cell} admissions", rest))
    return tuple(rows)


def by_class(counts: DrugCounts, small_cell: int = SMALL_CELL) -> tuple[DrugGroup, ...]:
    """Each drug class with at least `small_cell` orders, most ordered first."""
    classes = np.array(counts.outcomes.drug_classes or ("",) * len(counts.outcomes.drugs), dtype=object)
    rows = [counts.group(name, classes == name, name) for name in sorted({c for c in classes if c})]
    return tuple(sorted((r for r in rows if r.n_ordered >= small_cell), key=lambda r: (-r.n_ordered, r.name)))


def by_decile(counts: DrugCounts) -> tuple[DrugGroup, ...]:
    """The vocabulary cut into tenths by how often a drug was ordered here, most ordered first."""
    order = np.argsort(-counts.total[2], kind="stable")
    parts = [p for p in np.array_split(order, 10) if len(p)]
    every = np.arange(len(order))
    return tuple(counts.group(f"{i} of {len(parts)}", np.isin(every, part)) for i, part in enumerate(parts, 1))
