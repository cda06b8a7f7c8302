"""What is known of the admissions of an export, and what the model will not see: counted before anything is scored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.check.summary import ordered_drugs
from lamo_desktop.formulary import shown_name
from lamo_desktop.recommend.ordered import Ordered, count_ordered

if TYPE_CHECKING:
    from lamo_desktop.formulary import Formulary
    from lamo_desktop.model.manifest import ModelPackage

LOOKED_AT = 5_000  # admissions, from the first on, whose prompt is measured; the others are taken to be like them
CHARACTERS_PER_TOKEN = 3.5  # of clinical English, roughly
NAMED = 8  # drugs outside the model's list that are named


@dataclass(frozen=True, slots=True)
class Known:
    """How many of `total` have something: `name` is a key of `TITLES` in coveragetable."""

    name: str
    known: int
    total: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an export tells about its admissions, and what of it a model with a list of drugs can use.

    `fields` count admissions; `home_drugs`, `ordered_known` and `ordered_candidates` count entries. `outside` are the
    drugs ordered most that the model has never learned, with the admissions that have them. `shortened` is an estimate
    from the number of characters, among the first `looked_at` admissions.
    """

    fields: tuple[Known, ...]
    home_drugs: Known
    ordered_known: Known
    ordered_candidates: Known
    ordered: Ordered
    outside: tuple[tuple[str, int], ...]
    outside_names: int
    shortened: int
    looked_at: int
    candidates: int


def cover(cohort: Cohort, formulary: "Formulary", package: "ModelPackage") -> Coverage:
    """Count it."""
    admissions = cohort.admissions
    drugs = frozenset(package.candidates)
    outside = Counter(shown_name(name) for a in admissions for name in a.ordered(drugs) if name not in drugs)
    home = [name for a in admissions for name in a.home_medications]
    named, ordered = ordered_drugs(admissions, drugs), count_ordered(admissions, drugs)
    sample = admissions[:LOOKED_AT]
    return Coverage(
        fields=_fields(admissions),
        home_drugs=Known("home_drugs", sum(formulary.known(name) for name in home), len(home)),
        ordered_known=Known("ordered_known", named.known, named.total),
        ordered_candidates=Known("ordered_candidates", ordered.n_candidates, ordered.n_drugs),
        ordered=ordered,
        outside=tuple(outside.most_common(NAMED)),
        outside_names=len(outside),
        shortened=_too_long(sample, package.context_tokens),
        looked_at=len(sample),
        candidates=len(drugs),
    )


def _fields(admissions: Sequence[Admission]) -> tuple[Known, ...]:
    counted = {
        "age": sum(a.age is not None for a in admissions),
        "sex": sum(a.sex is not None for a in admissions),
        "reason": sum(bool(a.reason) for a in admissions),
        "diagnoses": sum(bool(a.diagnoses) for a in admissions),
        "past_history": sum(bool(a.past_history or "past_medical_history" in a.sections) for a in admissions),
        "home_medications": sum(
            bool(a.home_medications or "medications_on_admission" in a.sections) for a in admissions
        ),
        "allergies": sum(bool(a.allergies) for a in admissions),
        "note": sum(bool(a.sections) for a in admissions),
        "previous": sum(a.previous is not None for a in admissions),
        "orders": sum(bool(a.orders) for a in admissions),
    }
    return tuple(Known(name, known, len(admissions)) for name, known in counted.items())


def _too_long(admissions: Iterable[Admission], tokens: int) -> int:
    from lamo_desktop.model.prompt import parts

    room = tokens * CHARACTERS_PER_TOKEN
    return sum(sum(len(part.text) for part in parts(admission)) > room for admission in admissions)
