"""The recommendations of one job: for every admission what the model lists, what clinicians ordered, and flags."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission, AttritionStep, NotUnderstood, Problem, SetAside, Source
from lamo_desktop.admissions.excluded import ExcludedOrder
from lamo_desktop.formulary import SEVERITIES
from lamo_desktop.recommend.mark import NOTHING, Mark
from lamo_desktop.recommend.ordered import Ordered, count_ordered
from lamo_desktop.recommend.safety import SAFETY_KINDS, Flag

Agreement = Literal["both", "recommended only", "ordered only", "orders not given", "neither"]
State = Literal["done", "failed", "pending"]


@dataclass(frozen=True, slots=True)
class DrugLine:
    """One drug of one admission; `probability` is None for an ordered drug that is no candidate of the model.

    `withheld`: why a drug that is probable enough is kept off the list, "" for one that is not.
    """

    drug: str
    probability: float | None
    recommended: bool
    withheld: str
    ordered: bool
    agreement: Agreement
    flags: tuple[Flag, ...]
    mark: Mark = NOTHING


@dataclass(frozen=True, eq=False)
class Recommendation:
    """One admission. `probabilities` float64 (d,), NaN unless `state` is "done"; `recommended` and `ordered` bool (d,).

    d is the number of candidates; `ordered` is all False where the export has no orders for this admission. The list
    and every figure leave out the drugs that are `withheld`.
    """

    admission: Admission
    state: State
    candidates: tuple[str, ...]
    probabilities: NDArray[np.float64]
    recommended: NDArray[np.bool_]
    ordered: NDArray[np.bool_]
    flags: tuple[Flag, ...] = ()
    cut: tuple[str, ...] = ()
    failed: str = ""  # why it could not be scored
    prefix_tokens: int = 0
    suffix_tokens: int = 0
    seconds: float = 0.0
    marks: Mapping[str, Mark] = field(default_factory=dict)  # the analyst's, by drug
    withheld: Mapping[str, str] = field(default_factory=dict)  # probable enough and kept off the list, with the reason
    barred: NDArray[np.bool_] = field(
        default_factory=lambda: np.zeros(0, dtype=bool)
    )  # (d,) kept off any list; (0,): none
    prefix_state: NDArray[np.float16] | None = None  # (width,) of the model, after the patient's text; None: not kept

    @property
    def has_orders(self) -> bool:
        """Whether the export says what clinicians ordered in this admission."""
        return self.admission.orders is not None

    @cached_property
    def recommended_drugs(self) -> tuple[str, ...]:
        """The list, most probable first."""
        return tuple(line.drug for line in self.lines if line.recommended)

    @cached_property
    def ordered_drugs(self) -> tuple[str, ...]:
        """Every drug ordered, candidate or not; a fixed combination is one."""
        return self.admission.ordered(self.candidates)

    @cached_property
    def ordered_outside(self) -> tuple[str, ...]:
        """Ordered drugs that are no candidates of the model."""
        return tuple(sorted(set(self.ordered_drugs) - set(self.candidates)))

    @cached_property
    def lines(self) -> tuple[DrugLine, ...]:
        """Drugs recommended, withheld, ordered or marked: candidates by falling probability, then other orders."""
        if self.state != "done":
            return ()
        beside = np.array([drug in self.marks or drug in self.withheld for drug in self.candidates], dtype=bool)
        places = np.flatnonzero(self.recommended | self.ordered | beside)
        chosen = [(-self.probabilities[d], self.candidates[d], d) for d in places]
        lines = [
            self._line(drug, float(-negative), bool(self.recommended[d]), bool(self.ordered[d]))
            for negative, drug, d in sorted(chosen)
        ]
        return (*lines, *(self._line(drug, None, False, True) for drug in self.ordered_outside))

    def _line(self, drug: str, probability: float | None, recommended: bool, ordered: bool) -> DrugLine:
        agreement: Agreement = "ordered only" if ordered else "neither"
        if recommended:
            agreement = "both" if ordered else "recommended only"
        if not self.has_orders:
            agreement = "orders not given"
        flags = tuple(flag for flag in self.flags if drug in flag.drugs)
        mark, withheld = self.marks.get(drug, NOTHING), self.withheld.get(drug, "")
        return DrugLine(drug, probability, recommended, withheld, ordered, agreement, flags, mark)

    @property
    def safety_flags(self) -> tuple[Flag, ...]:
        """The findings among the flags: what notes say about the data or the model is left out."""
        return tuple(flag for flag in self.flags if flag.severity is not None)

    @property
    def n_both(self) -> int:
        """Drugs both recommended and ordered."""
        return int((self.recommended & self.ordered).sum())

    @property
    def jaccard(self) -> float | None:
        """|P and G| / |P or G| over the candidates; None where no candidate was ordered or nothing is known."""
        if self.state != "done" or not self.ordered.any():
            return None
        return self.n_both / int((self.recommended | self.ordered).sum())


@dataclass(frozen=True, slots=True)
class Figures:
    """Summary of a job; most drug counts are over the `n_compared` scored admissions with an ordered candidate.

    `ratio` is drugs recommended per candidate ordered (the overprescribing ratio), `jaccard` the visit mean; both are
    None without orders. `n_outside` and `n_unmapped` count the orders of all scored admissions that the comparison
    leaves out: ingredients that are no candidate, and order texts without a known ingredient.
    """

    n_admissions: int  # in the job
    n_scored: int
    n_failed: int
    n_pending: int
    n_recommended: int  # drugs recommended, over all scored admissions
    ordered: Ordered  # in all scored admissions with orders given
    n_compared: int
    n_recommended_compared: int
    n_ordered: int  # candidates ordered
    n_both: int
    n_outside: int
    n_unmapped: int
    ratio: float | None
    jaccard: float | None
    n_withheld: int  # drugs kept off the lists, over all scored admissions
    flags: Mapping[str, int]  # kind -> admissions that have one
    findings: Mapping[str, int]  # severity -> safety findings, over all scored admissions


@dataclass(frozen=True, eq=False)
class Recommendations:
    """All admissions of a job in input order, with the account of the input and of how the result came about.

    `provenance` has the sections program, input, package, engine, policy, formulary and job, each of names and values.
    """

    candidates: tuple[str, ...]
    items: tuple[Recommendation, ...]
    attrition: tuple[AttritionStep, ...] = ()
    problems: tuple[Problem, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    unmapped: Mapping[str, int] = field(default_factory=dict)
    excluded: tuple[ExcludedOrder, ...] | None = ()  # None: an earlier version did not record them
    not_understood: tuple[NotUnderstood, ...] = ()  # allergies and home medications that nothing follows from
    source: Source = field(default_factory=lambda: Source("", {}, ""))
    provenance: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def scored(self) -> tuple[Recommendation, ...]:
        """The admissions that have a list."""
        return tuple(item for item in self.items if item.state == "done")

    @property
    def failed(self) -> tuple[Recommendation, ...]:
        """The admissions that could not be scored."""
        return tuple(item for item in self.items if item.state == "failed")

    @property
    def pending(self) -> tuple[Recommendation, ...]:
        """The admissions that have not been scored yet."""
        return tuple(item for item in self.items if item.state == "pending")

    @property
    def not_scored(self) -> dict[str, str]:
        """Why a row of the export was set aside or its admission could not be scored, by the row's address."""
        reasons = {row.where: row.reason for row in self.set_aside}
        return reasons | {item.admission.source_row: item.failed for item in self.failed}

    def rows(self) -> Iterator[tuple[Recommendation, DrugLine]]:
        """Every admission with each of its drugs, in order."""
        return ((item, line) for item in self.items for line in item.lines)

    @cached_property
    def figures(self) -> Figures:
        """The summary."""
        scored = self.scored
        compared = [item for item in scored if item.jaccard is not None]
        jaccards = [item.jaccard for item in compared if item.jaccard is not None]
        proposed = sum(int(item.recommended.sum()) for item in compared)
        ordered = sum(int(item.ordered.sum()) for item in compared)
        kinds = [kind for item in scored for kind in sorted({flag.kind for flag in item.flags})]
        severities = [flag.severity for item in scored for flag in item.safety_flags]
        order = [*SAFETY_KINDS, *sorted(set(kinds) - set(SAFETY_KINDS))]
        return Figures(
            n_admissions=len(self.items),
            n_scored=len(scored),
            n_failed=len(self.failed),
            n_pending=len(self.pending),
            n_recommended=sum(int(item.recommended.sum()) for item in scored),
            ordered=count_ordered((item.admission for item in scored), self.candidates),
            n_compared=len(compared),
            n_recommended_compared=proposed,
            n_ordered=ordered,
            n_both=sum(item.n_both for item in compared),
            n_outside=sum(len(item.ordered_outside) for item in scored),
            n_unmapped=sum(len(set(item.admission.unmapped_orders)) for item in scored),
            ratio=proposed / ordered if ordered else None,
            jaccard=sum(jaccards) / len(jaccards) if jaccards else None,
            n_withheld=sum(len(item.withheld) for item in scored),
            flags={kind: kinds.count(kind) for kind in order},
            findings={severity: severities.count(severity) for severity in SEVERITIES},
        )
