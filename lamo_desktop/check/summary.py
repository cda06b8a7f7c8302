"""How well an export could be used, counted once: the window's Check page and `lamo check` say the same of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lamo_desktop.admissions.cohort import Admission, Cohort

MANY_UNKNOWN = 0.1  # share of the ordered drugs: with more of them unknown, a comparison with the orders says little


@dataclass(frozen=True, slots=True)
class OrderedDrugs:
    """Ordered drugs that are `known` (each once per admission), and order texts that are `unknown`."""

    known: int
    unknown: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.known + self.unknown

    @property
    def share_unknown(self) -> float:
        """From 0 to 1; 0 where nothing was ordered."""
        return self.unknown / self.total if self.total else 0.0

    @property
    def many_unknown(self) -> bool:
        """Whether so many are unknown that someone should look."""
        return self.share_unknown > MANY_UNKNOWN


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """What of an export could not be used as it was. Notes ask for nothing; the others want attention."""

    n_questions: int
    n_warnings: int
    n_notes: int
    n_set_aside: int
    ordered: OrderedDrugs

    @property
    def n_problems(self) -> int:
        """Questions and warnings."""
        return self.n_questions + self.n_warnings

    @property
    def attention(self) -> bool:
        """Whether someone should look before anything is scored."""
        return bool(self.n_problems or self.n_set_aside or self.ordered.many_unknown)


def ordered_drugs(admissions: Iterable[Admission], candidates: Collection[str] = frozenset()) -> OrderedDrugs:
    """Count the drugs ordered in these admissions; `candidates` are those of a model, where one is known."""
    known = unknown = 0
    for admission in admissions:
        known += len(admission.ordered(candidates))
        unknown += len(admission.unmapped_orders)
    return OrderedDrugs(known, unknown)


def summarise(cohort: Cohort) -> CheckSummary:
    """Count what the readers noted."""
    kinds = [problem.severity for problem in cohort.problems]
    n_questions, n_warnings, n_notes = (kinds.count(kind) for kind in ("error", "warning", "info"))
    ordered = ordered_drugs(cohort.admissions)
    return CheckSummary(n_questions, n_warnings, n_notes, len(cohort.set_aside), ordered)
