"""How much clinicians ordered: the definitions that window, workbook and report share.

"Ordered" without more is every drug, candidate of the model or not, per admission for which the export gives orders; a
fixed combination (piperacillin/tazobactam) is one drug. What the model could have recommended is called "of these
candidates", and the admissions that it is compared on, those with at least one candidate ordered, "compared".
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lamo_desktop.admissions.cohort import Admission


@dataclass(frozen=True, slots=True)
class Ordered:
    """Drugs ordered in the `n_admissions` for which the export gives orders."""

    n_admissions: int
    n_drugs: int
    n_candidates: int

    def __add__(self, other: "Ordered") -> "Ordered":
        return Ordered(
            self.n_admissions + other.n_admissions,
            self.n_drugs + other.n_drugs,
            self.n_candidates + other.n_candidates,
        )

    @property
    def per_admission(self) -> float | None:
        """Every drug; None where no orders are given."""
        return self.n_drugs / self.n_admissions if self.n_admissions else None

    @property
    def candidates_per_admission(self) -> float | None:
        """Those that the model could have recommended; None where no orders are given."""
        return self.n_candidates / self.n_admissions if self.n_admissions else None


def count_ordered(admissions: Iterable[Admission], candidates: Collection[str]) -> Ordered:
    """Count the ordered drugs of these admissions, and those among the candidates."""
    names = frozenset(candidates)
    given = [admission.ordered(names) for admission in admissions if admission.orders is not None]
    n_candidates = sum(drug in names for orders in given for drug in orders)
    return Ordered(len(given), sum(map(len, given)), n_candidates)
