"""Which orders of an admission are active at one time: the one rule for every reader that knows when orders stop."""

import math
from collections.abc import Iterable

Span = tuple[float, float | None]  # minutes from admission: start, and stop where it is known
SHORTEST = 240.0  # minutes that an order counts for at least: a single dose works on after its order has ended


def together(spans: Iterable[tuple[str, Span]]) -> tuple[tuple[str, ...], ...]:
    """The largest sets of drugs that are ordered at one time, each sorted; () where all of them are.

    An order without a stop, or with one before its start, goes on. One that stops when another starts is over.
    """
    known = [(drug, start, _end(start, stop)) for drug, (start, stop) in spans]
    moments = {frozenset(drug for drug, begin, end in known if begin <= at < end) for _, at, _ in known}
    largest = [moment for moment in moments if not any(moment < other for other in moments)]
    return tuple(sorted(tuple(sorted(moment)) for moment in largest)) if len(largest) > 1 else ()


def _end(start: float, stop: float | None) -> float:
    return math.inf if stop is None or stop < start else max(stop, start + SHORTEST)
