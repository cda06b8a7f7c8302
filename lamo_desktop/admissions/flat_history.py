"""What rows of a flat export say together: the same patient's earlier stay, who is eligible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lamo_desktop.admissions.cohort import Admission, AttritionStep, PreviousStay, SetAside


@dataclass(slots=True)
class Stay:
    """One admission with its date, on the way to the cohort; `row` is its data row."""

    admission: Admission
    row: int
    admitted: datetime | None


def add_previous(stays: Sequence[Stay], rows_in_time_order: bool) -> list[Stay]:
    """Give each stay of one patient the one before it, where the order is certain; returns those where it is not.

    Dates decide. Where one is missing, the order of the rows does, but only if the profile vouches for it.
    """
    if len(stays) < 2:
        return []
    dates = [stay.admitted for stay in stays if stay.admitted]
    dated = len(dates) == len(stays)
    if not dated and not rows_in_time_order:
        return list(stays)
    ordered = sorted(stays, key=lambda stay: stay.admitted or datetime.min) if dated else list(stays)
    earlier = [stay.admission for stay in ordered]
    uncertain = []
    for before, stay, told in zip(ordered, ordered[1:], earlier, strict=False):
        if dated and before.admitted == stay.admitted and not rows_in_time_order:
            uncertain.append(stay)
            continue
        previous = PreviousStay(told.age, told.diagnoses, told.procedures, told.orders or ())
        stay.admission = replace(stay.admission, previous=previous)
    return uncertain


def eligible(
    admissions: Iterable[Admission], total: int, adult_age: int, counted_as: str
) -> tuple[tuple[Admission, ...], tuple[AttritionStep, ...], list[SetAside]]:
    """Adults (or of unknown age) with a diagnosis or a usable note, the attrition table, and the rows left out.

    `total` is the number of admissions in the file before unreadable rows were set aside, `counted_as` what they are
    called. Few or no orders exclude no one: recommending does not need them.
    """
    readable = list(admissions)
    adults = [a for a in readable if a.age is None or a.age >= adult_age]
    told = [a for a in adults if a.diagnoses or a.reason or a.sections or a.past_history]
    steps = (
        AttritionStep(counted_as, total, 0),
        AttritionStep("readable", len(readable), total - len(readable), "missing or repeated id, or unusable age"),
        AttritionStep(f"{adult_age} years or older", len(adults), len(readable) - len(adults), f"under {adult_age}"),
        AttritionStep("a diagnosis or a note", len(told), len(adults) - len(told), "neither diagnosis nor note"),
    )
    kept, grown = {a.source_row for a in told}, {a.source_row for a in adults}
    aside = [
        SetAside(
            a.admission_id,
            a.source_row,
            "no diagnosis and no usable note section" if a.source_row in grown else f"under {adult_age} years",
        )
        for a in readable
        if a.source_row not in kept
    ]
    return tuple(told), steps, aside
