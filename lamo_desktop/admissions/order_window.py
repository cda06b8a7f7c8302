"""Which orders count as what clinicians ordered: those that start within a window around the admission.

The model answers a question about the first day: it was trained on orders that start between 24 hours before and 24
hours after (unit) admission. This is the one rule for every reader. A start may be a time, a date without a time, or
the time passed since admission.
"""

import math
import re
from dataclasses import dataclass
from datetime import datetime

from lamo_desktop.admissions.synonyms import minutes_of_unit
from lamo_desktop.errors import InputError

UNITS: dict[str, float] = {"minutes": 1.0, "hours": 60.0, "days": 1440.0}
ALL = "all"
HOUR, DAY = 60, 1440

_WINDOW = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*(?:\.\.|to|,)\s*([-+]?\d+(?:\.\d+)?)\s*h?\s*")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_COMPACT_DATE = re.compile(r"(?:19|20)\d{6}(?:\d{4}|\d{6})?")
_PIECE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)\.?[\s,]*")


@dataclass(frozen=True, slots=True)
class OrderWindow:
    """Orders count that start `first` to `last` minutes from the admission; both ends are included.

    Where start or admission has no time of day, whole days are compared: those from `days[0]` to `days[1]` after the
    day of admission.
    """

    first: float
    last: float
    days: tuple[int, int]

    @classmethod
    def of_minutes(cls, first: float, last: float) -> "OrderWindow":
        """Of dates without a time those from the day of admission to the day on which the window ends; earlier ones
        only where it begins more than a day before.
        """
        earliest = 0 if -DAY <= first <= 0 else math.ceil(first / DAY)
        return cls(first, last, (earliest, math.ceil(last / DAY)))

    @classmethod
    def of_days(cls, first: int, last: int) -> "OrderWindow":
        """Whole days, counted from the day of admission."""
        return cls(first * DAY, last * DAY, (first, last))

    @property
    def whole_stay(self) -> bool:
        """Whether every order counts, whenever it starts."""
        return math.isinf(self.first) and math.isinf(self.last)

    @property
    def words(self) -> str:
        """The window in words, to be put after "orders that start"."""
        return f"from {_moment(self.first)} to {_moment(self.last)}"

    @property
    def day_words(self) -> str:
        """The same for dates without a time."""
        return f"from {_day(self.days[0])} to {_day(self.days[1])}"

    def account(self, within: int, outside: int, by_day: bool = False, untimed: int = 0) -> str:
        """Which orders count, in words, and how many order rows do not; `by_day`: some starts have no time of day."""
        if self.whole_stay:
            return "all orders of the stay, as chosen"
        days = f" (starts without a time of day: {self.day_words})" if by_day else ""
        unread = f", {untimed:,} have no start that can be read" if untimed else ""
        rows = within + outside + untimed
        return f"orders that start {self.words}{days}: {outside:,} of {rows:,} order rows start outside it{unread}"

    def holds(self, minutes: float) -> bool:
        """Whether an order counts that starts so many minutes after the admission."""
        return self.first <= minutes <= self.last

    def holds_between(self, admitted: datetime, start: datetime, by_day: bool) -> bool:
        """Whether an order counts that starts at `start`; `by_day`: one of the two has no time of day."""
        if by_day:
            return self.days[0] <= (start.date() - admitted.date()).days <= self.days[1]
        return self.holds((start - admitted).total_seconds() / 60)


WHOLE_STAY = OrderWindow(-math.inf, math.inf, (-(10**6), 10**6))


def parse_order_window(text: str) -> OrderWindow:
    """A window as written in a profile or an option: "-24..24" in hours from admission, or "all"."""
    if text.strip().casefold() == ALL:
        return WHOLE_STAY
    match = _WINDOW.fullmatch(text)
    if match is None or float(match[1]) > float(match[2]):
        raise InputError(
            f"{text!r} is no order window: expected hours from admission such as -24..24 (a day before to a day "
            "after), or all."
        )
    return OrderWindow.of_minutes(float(match[1]) * HOUR, float(match[2]) * HOUR)


def parse_span(text: str, unit: float | None) -> float | None:
    """Minutes from admission in a cell: "-30" in units of `unit` minutes, or "1 d 3 h"; None where it is neither."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return None if unit is None else float(text.replace(",", ".")) * unit
    sign, rest = (-1.0, text[1:]) if text.startswith(("-", "−")) else (1.0, text.removeprefix("+"))
    total, end = 0.0, 0
    rest = rest.strip()
    for piece in _PIECE.finditer(rest):
        per = minutes_of_unit(piece[2])
        if piece.start() != end or per is None:
            return None
        total += float(piece[1].replace(",", ".")) * per
        end = piece.end()
    return sign * total if end and end == len(rest) else None


def is_number(text: str) -> bool:
    """Whether a cell is a bare number, whose unit must be known from elsewhere; 20240105 is a date."""
    return bool(_NUMBER.fullmatch(text.strip())) and not _COMPACT_DATE.fullmatch(text.strip())


def _moment(minutes: float) -> str:
    if minutes == 0:
        return "admission"
    hours = abs(minutes) / HOUR
    length = f"{abs(minutes):g} minutes" if hours < 1 else f"{hours:g} hour{'' if hours == 1 else 's'}"
    return f"{length} {'before' if minutes < 0 else 'after'} admission"


def _day(days: int) -> str:
    if days == 0:
        return "the day of admission"
    if days == 1:
        return "the day after"
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'before' if days < 0 else 'after'}"
