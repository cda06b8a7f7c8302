"""What the model recommended and what clinicians ordered, side by side: the one noun this room works on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.excluded import n_rows
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, shown_name
from lamo_desktop.model.package import ModelPackage, site_prior
from lamo_desktop.model.site_prior import SitePrior
from lamo_desktop.recommend.policy import Policy, cut_offs
from lamo_desktop.recommend.recommendations import Recommendations


@dataclass(frozen=True)
class Outcomes:
    """n admissions x d candidate drugs of one model at one hospital: the scored admissions with an ordered candidate.

    `ordered` holds the ordered ingredients inside the vocabulary; the others are counted in `n_outside` (ingredients
    that are no candidate) and `n_unmapped` (order texts without an ingredient).
    """

    admission_ids: tuple[str, ...]
    patient_ids: tuple[str, ...]
    drugs: tuple[str, ...]
    probabilities: np.ndarray  # (n, d) float32
    recommended: np.ndarray  # (n, d) bool
    ordered: np.ndarray  # (n, d) bool
    thresholds: np.ndarray  # (d,) probability from which a drug is recommended, shift included
    interacting: np.ndarray  # (d, d) bool, symmetric
    barred: np.ndarray = field(
        default_factory=lambda: np.zeros((0, 0), dtype=bool)
    )  # (n, d) kept off lists; (0, 0): none
    interaction_source: str = ""
    drug_classes: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # column → value per admission ("" if missing)
    codes: tuple[tuple[str, ...], ...] = ()
    outside_orders: tuple[tuple[str, ...], ...] = ()  # ordered ingredients that are no candidates, per admission
    outside_classes: Mapping[str, str] = field(default_factory=dict)  # their classes, "" for none
    site_prior: SitePrior = field(default_factory=SitePrior)  # where adapting the package to this hospital starts
    states: np.ndarray | None = None  # (n, width) the model's state of each admission, NaN if not kept; None: of none
    n_outside: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (n,)
    n_unmapped: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (n,)
    outside: Mapping[str, int] = field(default_factory=dict)  # ingredient no candidate → admissions
    unmapped: Mapping[str, int] = field(default_factory=dict)  # order text → order rows
    not_understood: Mapping[str, int] = field(
        default_factory=dict
    )  # "allergy: ..." or "home medication: ..." → admissions
    n_excluded: int | None = 0  # order rows that are no drugs (fluids, flushes ...); None: not recorded
    missing: Mapping[str, int] = field(default_factory=dict)  # field of the admission → admissions without it
    flags: Mapping[str, int] = field(default_factory=dict)  # safety finding → number
    seconds: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (n,) scoring time
    prefix_tokens: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (n,)
    cut: Mapping[str, int] = field(default_factory=dict)  # part of the prompt → admissions in which it was cut
    attrition: tuple[tuple[str, int, int, str], ...] = ()  # step, remaining, removed, reason
    ordered_per_admission: float | None = None  # every ingredient, over all scored admissions with orders given
    n_without_orders: int = 0  # scored admissions for which the export gives no orders
    n_without_candidates: int = 0  # admissions with orders, none of them of a candidate drug: not comparable
    n_failed: int = 0
    numbered_patients: bool | None = None  # the reader gave the patients' ids; None: not recorded
    n_learned_from: int = 0  # admissions of patients that the overlay in use was learned from
    provenance: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)  # name, version, fine_tuned, hashes ...

    def __post_init__(self) -> None:
        shape = (len(self.admission_ids), len(self.drugs))
        for name in ("probabilities", "recommended", "ordered"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")
        if not np.isfinite(self.probabilities).all():
            raise ValueError("probabilities must be finite")

    @property
    def threshold_shift(self) -> float:
        """The shift (logits) of the policy that the lists were cut with."""
        return float(self.model.get("threshold_shift", 0.0))

    @property
    def whole_stays(self) -> bool:
        """Whether the orders are those of whole stays, though the model answers for the first day."""
        return bool(self.provenance.get("input", {}).get("whole_stays_compared") == "yes")

    @property
    def orders_counted(self) -> str:
        """Which orders count as what clinicians ordered, in words."""
        return str(self.provenance.get("input", {}).get("orders_counted", ""))

    def rows(self, chosen: np.ndarray) -> "Outcomes":
        """The admissions `chosen` (mask or positions) with every field per admission; counts by text are kept whole."""
        at = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        return replace(
            self,
            admission_ids=_pick(self.admission_ids, at),
            patient_ids=_pick(self.patient_ids, at),
            probabilities=self.probabilities[at],
            recommended=self.recommended[at],
            ordered=self.ordered[at],
            barred=_pick_array(self.barred, at),
            labels={name: _pick(values, at) for name, values in self.labels.items()},
            codes=_pick(self.codes, at),
            outside_orders=_pick(self.outside_orders, at),
            states=None if self.states is None else self.states[at],
            n_outside=_pick_array(self.n_outside, at),
            n_unmapped=_pick_array(self.n_unmapped, at),
            seconds=_pick_array(self.seconds, at),
            prefix_tokens=_pick_array(self.prefix_tokens, at),
        )

    def listable(self, margin: np.ndarray) -> np.ndarray:
        """Margins (n, d) over the thresholds, -inf where a list must not hold the drug whatever its probability."""
        return np.where(self.barred, -np.inf, margin).astype(margin.dtype) if self.barred.size else margin

    def with_list(self, probabilities: np.ndarray, recommended: np.ndarray) -> "Outcomes":
        """The same admissions and orders with another model's probabilities and lists."""
        return replace(self, probabilities=probabilities.astype(np.float32), recommended=recommended)


def _pick(values: Sequence[Any], at: np.ndarray) -> tuple[Any, ...]:
    return tuple(values[i] for i in at) if values else ()


def _pick_array(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    return values[at] if len(values) else values


def from_recommendations(
    recommendations: Recommendations, package: ModelPackage, formulary: Formulary, policy: Policy
) -> Outcomes:
    """The scored admissions with at least one candidate drug ordered; `policy` is the one the lists were cut with.

    Raises InputError when the export has no orders, or none of a candidate drug.
    """
    scored = recommendations.scored
    if scored and not any(item.has_orders for item in scored):
        raise InputError(
            "Validation needs what clinicians ordered, and this export has no orders: use `lamo recommend` for "
            "the lists alone."
        )
    items = [item for item in scored if item.ordered.any()]
    if not items:
        raise InputError(
            "No admission has both a score and an order of a drug the model knows, so there is nothing to compare."
        )
    drugs, place = recommendations.candidates, {d: i for i, d in enumerate(recommendations.candidates)}
    interactions = formulary.interactions_among(drugs)
    interacting = np.zeros((len(drugs), len(drugs)), dtype=bool)
    for pair in interactions:
        interacting[[place[pair.drug_a], place[pair.drug_b]], [place[pair.drug_b], place[pair.drug_a]]] = True
    admissions = [item.admission for item in items]
    return Outcomes(
        admission_ids=tuple(a.admission_id for a in admissions),
        patient_ids=tuple(a.patient_id for a in admissions),
        drugs=drugs,
        probabilities=np.array([item.probabilities for item in items], dtype=np.float32),
        recommended=np.array([item.recommended for item in items], dtype=bool),
        ordered=np.array([item.ordered for item in items], dtype=bool),
        thresholds=cut_offs(package, drugs, policy),
        interacting=interacting,
        barred=np.array([item.barred for item in items], dtype=bool)
        if items[0].barred.size
        else np.zeros((0, 0), dtype=bool),
        interaction_source=", ".join(sorted({pair.source for pair in interactions if pair.source})),
        drug_classes=tuple(formulary.drug_class(drug) for drug in drugs),
        labels=_labels(admissions),
        codes=tuple(a.codes for a in admissions),
        outside_orders=tuple(item.ordered_outside for item in items),
        outside_classes={drug: formulary.drug_class(drug) for item in items for drug in item.ordered_outside},
        site_prior=site_prior(package),
        numbered_patients=recommendations.source.numbered_patients,
        states=stacked_states([item.prefix_state for item in items]),
        n_outside=np.array([len(item.ordered_outside) for item in items]),
        n_unmapped=np.array([len(set(a.unmapped_orders)) for a in admissions]),
        outside=_count(shown_name(drug) for item in scored for drug in item.ordered_outside),
        unmapped=dict(recommendations.unmapped),
        not_understood={f"{e.kind}: {e.text}": e.admissions for e in recommendations.not_understood},
        n_excluded=None if recommendations.excluded is None else n_rows(recommendations.excluded),
        missing={name: sum(not _given(a, name) for a in admissions) for name in FIELDS},
        flags=dict(recommendations.figures.flags),
        seconds=np.array([item.seconds for item in items]),
        prefix_tokens=np.array([item.prefix_tokens for item in items]),
        cut=_count(part for item in items for part in set(item.cut)),
        attrition=tuple((s.step, s.remaining, s.removed, s.reason) for s in recommendations.attrition),
        ordered_per_admission=recommendations.figures.ordered.per_admission,
        n_without_orders=sum(not item.has_orders for item in scored),
        n_without_candidates=sum(item.has_orders and not item.ordered.any() for item in scored),
        n_failed=len(recommendations.failed) + len(recommendations.pending),
        provenance=dict(recommendations.provenance),
        model={
            "name": package.name,
            "version": package.version,
            "label": package.described,
            "fine_tuned": package.fine_tuned,
            "manifest_sha256": package.sha256,
            "base_file": package.base_file,
            "base_sha256": package.base_sha256,
            "adapters": {adapter.file: adapter.sha256 for adapter in package.adapters},
            "prompt_version": package.prompt_version,
            "policy": policy.name,
            "threshold_shift": policy.threshold_shift,
            "n_candidates": len(drugs),
            "training": dict(package.training),
        },
    )


def stacked_states(states: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """The states of admissions as rows, NaN where one was not kept; None where none was, or they differ in width."""
    widths = {len(state) for state in states if state is not None}
    if len(widths) != 1:
        return None
    absent = np.full(widths.pop(), np.nan, dtype=np.float32)
    return np.array([absent if state is None else state for state in states], dtype=np.float32)


FIELDS = (
    "age",
    "sex",
    "reason",
    "diagnoses",
    "procedures",
    "past_history",
    "allergies",
    "home_medications",
    "sections",
    "observations",
)


def _given(admission: Admission, name: str) -> bool:
    value = getattr(admission, name)
    return value is not None if name == "age" else bool(value)


def _labels(admissions: Sequence[Admission]) -> dict[str, tuple[str, ...]]:
    columns = {
        "age band": tuple(_age_band(a.age) for a in admissions),
        "sex": tuple(a.sex or "" for a in admissions),
        "visit": tuple("repeat" if a.previous else "first" for a in admissions),
    }
    for name in sorted({name for a in admissions for name in a.labels}):
        columns.setdefault(name, tuple(str(a.labels.get(name, "")) for a in admissions))
    return columns


def _age_band(age: int | None) -> str:
    if age is None:
        return ""
    if age < 18:
        return "0-17"
    return "18-44" if age < 45 else "45-64" if age < 65 else "65-79" if age < 80 else "80 and over"


def _count(names: Iterable[str]) -> dict[str, int]:
    counts = Counter(names)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
