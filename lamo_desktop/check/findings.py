"""Which findings an export gave: for how many admissions, from which units, what was set aside, how old they are."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.admissions.quantities import quantities

AS_OLD_AS_ORDERS = (
    "the worst values of the first 24 hours are as old as the orders: what was ordered may have changed them"
)


@dataclass(frozen=True, slots=True)
class FindingRead:
    """One finding of an export.

    `admissions` have it, `converted` of them in other units than `unit`, named in `units`; of `worst` only the worst
    value of the first 24 hours is known. `set_aside` counts values that no patient has or that are unclear. `first` is
    where the first value stands, which tells the column or table that it was read from.
    """

    name: str
    unit: str
    admissions: int
    converted: int
    units: tuple[str, ...]
    worst: int
    set_aside: int
    first: str


def findings_read(cohort: Cohort) -> tuple[FindingRead, ...]:
    """Every finding that was read or set aside, in the order of quantities.csv."""
    having: Counter[str] = Counter()
    converted: Counter[str] = Counter()
    worst: Counter[str] = Counter()
    units: dict[str, dict[str, None]] = {}
    first: dict[str, str] = {}
    for admission in cohort.admissions:
        having.update({each.name for each in admission.observations})
        converted.update({each.name for each in admission.observations if each.written})
        timed = {each.name for each in admission.observations if not each.worst}
        worst.update({each.name for each in admission.observations} - timed)
        for each in admission.observations:
            first.setdefault(each.name, each.source)
            if each.written:
                units.setdefault(each.name, {})[each.written] = None
    return tuple(
        FindingRead(
            name,
            quantity.unit,
            having[name],
            converted[name],
            tuple(units.get(name, ())),
            worst[name],
            cohort.unread_values.get(name, 0),
            first.get(name, ""),
        )
        for name, quantity in quantities().items()
        if having[name] or cohort.unread_values.get(name)
    )


def with_findings(admissions: Iterable[Admission]) -> int:
    """How many admissions have any."""
    return sum(bool(admission.observations) for admission in admissions)


def only_worst(admissions: Iterable[Admission]) -> int:
    """How many admissions have a value that is the worst of the first 24 hours."""
    return sum(any(each.worst for each in admission.observations) for admission in admissions)


def finding_lines(cohort: Cohort) -> Iterator[str]:
    """What `lamo check` prints of them; nothing where the export has none."""
    found = findings_read(cohort)
    if not found:
        return
    total = len(cohort.admissions)
    yield f"findings of the first day, in {with_findings(cohort.admissions):,} of {total:,} admissions:"
    for each in found:
        place = f"  from {each.first}" if each.first else ""
        converted = f", {each.converted:,} converted from {', '.join(each.units)}" if each.converted else ""
        aside = f", {each.set_aside:,} value{'' if each.set_aside == 1 else 's'} set aside" if each.set_aside else ""
        yield f"  {each.name:<26} {each.unit:<15} {each.admissions:>7,}{place}{converted}{aside}"
    if only_worst(cohort.admissions):
        yield f"  {AS_OLD_AS_ORDERS} ({only_worst(cohort.admissions):,} admissions)"
