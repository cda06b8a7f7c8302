"""Which orders never came to be: a status that says cancelled, entered in error or never given.

Stopped, completed and running orders were orders. A word that is not known leaves its order in, and is listed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lamo_desktop.admissions.cell_evidence import MOST_STATES, is_date, sample_of
from lamo_desktop.admissions.cohort import Problem
from lamo_desktop.admissions.synonyms import normalised
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import is_unknown

State = Literal["cancelled", "ordered", "unknown"]
CANCELLED = "cancelled, entered in error or never given"
LISTED = 10

_YES = frozenset(("y", "yes", "ja", "j", "oui", "si", "true", "1", "x", "是", "有"))
_NO = frozenset(("n", "no", "nein", "non", "false", "0", "否", "无"))
_NOT = frozenset(("not", "nicht", "non", "no", "kein", "pas"))


class StatusWords:
    """The words of a profile's `order_status`: a word stands for all that begin with it, in Chinese for all with it."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        words = profile["order_status"]
        self._cancelled, self._ordered = (
            tuple(normalised(str(word)) for word in words[name]) for name in ("cancelled", "ordered")
        )

    def state(self, text: str) -> State:
        """What a status says of its order."""
        words = normalised(text)
        if _says(words, self._cancelled):
            return "cancelled"
        return "ordered" if _says(words, self._ordered) or _says(words, self._cancelled, denied=True) else "unknown"

    def is_mark(self, header: str) -> bool:
        """Whether a column marks cancelled orders ("Cancelled (Y/N)", "storniert am")."""
        return _says(normalised(header), self._cancelled)

    def tell_states(self, cells: Sequence[str]) -> bool:
        """Whether a column holds states of orders, of which one at least is cancelled."""
        values = set(sample_of(cells))
        if not values or len(values) > MOST_STATES:
            return False
        states = {cell: self.state(cell) for cell in values}
        known = [state for state in states.values() if state != "unknown"]
        return "cancelled" in known and len(known) >= max(2, 0.7 * len(states))


class OrderStatuses:
    """The status column of a table of orders; counts the words that are not known."""

    def __init__(self, table: Table, column: int, words: StatusWords) -> None:
        self._table, self._column = table, column
        self._words = words
        self._mark = words.is_mark(table.columns[column])
        self._states: dict[str, State] = {}
        self._unknown: Counter[str] = Counter()

    def cancelled(self, row: int) -> bool:
        """Whether the order of a row never came to be."""
        text = self._table.cells[self._column][row]
        if is_unknown(text):
            return False
        if text not in self._states:
            self._states[text] = self._state(text)
        if self._states[text] == "unknown":
            self._unknown[text] += 1
        return self._states[text] == "cancelled"

    def _state(self, text: str) -> State:
        state = self._words.state(text)
        if self._mark and state == "unknown":
            word = normalised(text)
            if word in _NO:
                return "ordered"
            return "cancelled" if word in _YES or is_date(text) else "unknown"
        return state

    def problems(self) -> list[Problem]:
        """The words that are not known, once."""
        if not self._unknown:
            return []
        words = [f"{text[:40]!r} ({rows:,})" for text, rows in self._unknown.most_common(LISTED)]
        more = " and more" if len(self._unknown) > LISTED else ""
        where = f"{self._table.title}, column {self._table.columns[self._column][:60]}"
        message = (
            f"order status not known, these orders count: {', '.join(words)}{more}; add the words for cancelled orders "
            "to order_status in a profile"
        )
        return [Problem(where, message)]


def _says(words: str, phrases: Sequence[str], denied: bool = False) -> bool:
    """Whether one of the phrases stands in a text, or stands there behind a "not"."""
    for phrase in phrases:
        if phrase.isascii():
            place = f" {words}".find(f" {phrase}")
            before = words[: max(place, 0)].split()
            behind_not = bool(before) and before[-1] in _NOT
        else:
            place = words.find(phrase)
            behind_not = words[:place].endswith(("未", "没有", "非"))
        if place >= 0 and behind_not == denied:
            return True
    return False
