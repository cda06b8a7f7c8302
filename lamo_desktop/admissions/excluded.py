"""Order rows that were read and known, but are no ordered drug (fluids, flushes, vaccines, contrast): by reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExcludedOrder:
    """An order text that counts as no drug, why, and in how many order rows it stands."""

    reason: str
    text: str
    rows: int


def ranked(counts: Mapping[tuple[str, str], int] | None) -> tuple[ExcludedOrder, ...]:
    """(reason, text) -> rows as a list: the reason with the most rows first, and of each its most frequent text."""
    entries = [ExcludedOrder(reason, text, rows) for (reason, text), rows in (counts or {}).items()]
    totals = by_reason(entries)
    return tuple(sorted(entries, key=lambda e: (-totals[e.reason], e.reason, -e.rows, e.text)))


def by_reason(entries: Iterable[ExcludedOrder]) -> dict[str, int]:
    """Reason -> order rows, in the order of the entries."""
    totals: Counter[str] = Counter()
    for entry in entries:
        totals[entry.reason] += entry.rows
    return dict(totals)


def n_rows(entries: Iterable[ExcludedOrder]) -> int:
    """All their order rows."""
    return sum(entry.rows for entry in entries)
