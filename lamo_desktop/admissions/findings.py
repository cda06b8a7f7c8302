"""What is said of an admission's observations: the band of each, its code, and one line in words.

The bands are those of `resources/observations/bands.csv`. A code names what was found, a normal value too
("finding:creatinine high", "finding:potassium normal", "finding:intubated", "finding:not intubated"): an admission
without a code of a finding is one in which it is not known, which is not the same as normal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from lamo_desktop.admissions.cohort import Observation, Sex
from lamo_desktop.admissions.quantities import Quantity, quantities, rows

Band = Literal["very low", "low", "normal", "high", "very high", "yes", "no"]
FINDING = "finding:"
NOT = "not "
MANY = 200  # observations of an admission from which only the last and the worst of each finding are kept
_GRAVITY = {"normal": 0, "no": 0, "low": 1, "high": 1, "yes": 1, "very low": 2, "very high": 2}


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the bands of a quantity begin, in its unit; None where it has no such band."""

    very_low: float | None
    low: float | None
    high: float | None
    very_high: float | None
    source: str

    def band(self, value: float) -> Band:
        """The very high band begins at its limit; the others lie beyond theirs."""
        if self.very_low is not None and value < self.very_low:
            return "very low"
        if self.low is not None and value < self.low:
            return "low"
        if self.very_high is not None and value >= self.very_high:
            return "very high"
        if self.high is not None and value > self.high:
            return "high"
        return "normal"


@cache
def limits() -> Mapping[tuple[str, str], Limits]:
    """The limits by quantity and sex; "" for a sex that is not known or makes no difference."""
    columns = ("very low below", "low below", "high above", "very high above")
    found = {}
    for row in rows("bands.csv"):
        very_low, low, high, very_high = (float(row[c]) if row[c] else None for c in columns)
        found[row["name"], row["sex"]] = Limits(very_low, low, high, very_high, row["source"])
    return found


def limits_of(name: str, sex: Sex | None) -> Limits | None:
    """The limits of a quantity for a patient; None for one without bands (height)."""
    return limits().get((name, sex or "")) or limits().get((name, ""))


def band(observation: Observation, sex: Sex | None) -> Band | None:
    """Where a value lies; None for a quantity without bands, and where "<5" or ">90" does not tell the band."""
    quantity = quantities().get(observation.name)
    if quantity is not None and quantity.kind == "state":
        return "yes" if observation.value else "no"
    found = limits_of(observation.name, sex)
    if found is None:
        return None
    at = found.band(observation.value)
    if observation.bound == "<" and at != found.band(0.0):
        just_below = found.band(observation.value - 1e-9)
        return just_below if just_below == "normal" and found.low is None else None
    if observation.bound == ">" and at != found.band(float("inf")):
        return None
    return at


def last_and_worst(observations: Iterable[Observation], sex: Sex | None) -> tuple[Observation, ...]:
    """The last and the worst value of each finding by the index time, in the order of quantities.csv.

    Of equally grave values the worst is the one farthest from the middle of what is normal, then the latest.
    """
    found: dict[str, list[Observation]] = {}
    for observation in observations:
        if observation.hours is None or observation.hours <= 0:
            found.setdefault(observation.name, []).append(observation)
    kept: list[Observation] = []
    for name in quantities() if found else ():
        if name in found:
            last = max(found[name], key=_time)
            worst = max(found[name], key=lambda each: (_gravity(each, sex), _time(each)))
            kept += [last] if last == worst else [last, worst]
    return tuple(kept)


class Gathered:
    """The observations of some admissions while tables are read; `sexes` by admission."""

    def __init__(self, sexes: Mapping[str, Sex | None]) -> None:
        self.sexes = sexes
        self._found: dict[str, list[Observation]] = {}

    def add(self, admission: str, observation: Observation) -> None:
        """Keep one; of many only the last and the worst of each finding stay."""
        found = self._found.setdefault(admission, [])
        found.append(observation)
        if len(found) > MANY:
            found[:] = last_and_worst(found, self.sexes[admission])

    def of(self, admission: str) -> tuple[Observation, ...]:
        """The last and the worst value of each finding of an admission."""
        return last_and_worst(self._found.get(admission, ()), self.sexes.get(admission))


def worst_values(observations: Sequence[Observation], sex: Sex | None) -> tuple[Observation, ...]:
    """One value of each finding: its worst."""
    worst: dict[str, Observation] = {}
    for each in observations:
        if each.name not in worst or _gravity(each, sex) > _gravity(worst[each.name], sex):
            worst[each.name] = each
    return tuple(worst.values())


def last_values(observations: Sequence[Observation]) -> dict[str, Observation]:
    """The last value of each finding; the worst of the first day where only that is known."""
    last: dict[str, Observation] = {}
    for each in observations:
        if each.name not in last or _time(each) > _time(last[each.name]):
            last[each.name] = each
    return last


def _time(observation: Observation) -> tuple[bool, float]:
    """Later values above earlier ones, and a value with its time above the worst of the day."""
    return not observation.worst, observation.hours if observation.hours is not None else float("-inf")


def _gravity(observation: Observation, sex: Sex | None) -> tuple[int, float]:
    at = band(observation, sex)
    found = limits_of(observation.name, sex)
    if at is None or found is None:
        return _GRAVITY.get(at or "", 0), 0.0
    inner = [limit for limit in (found.low, found.high) if limit is not None]
    middle = sum(inner) / len(inner) if inner else 0.0
    return _GRAVITY[at], abs(observation.value - middle)


def finding_codes(observations: Sequence[Observation], sex: Sex | None) -> set[str]:
    """One code for the worst value of each finding that has a band."""
    return {code for each in worst_values(observations, sex) if (code := finding_code(each, band(each, sex)))}


def finding_code(observation: Observation, at: Band | None) -> str:
    """The code of a finding in a band; "" without one."""
    if at is None:
        return ""
    if at == "no":
        return f"{FINDING}{NOT}{observation.name.casefold()}"
    return f"{FINDING}{observation.name.casefold()}" + ("" if at == "yes" else f" {at}")


@cache
def finding_of(code: str) -> str:
    """The finding that a code is of ("creatinine" of "finding:creatinine high"); "" for a code of something else."""
    if not code.startswith(FINDING):
        return ""
    rest = code.removeprefix(FINDING).removeprefix(NOT)
    for at in sorted(get_args(Band), key=len, reverse=True):
        if rest.endswith(f" {at}"):
            return rest.removesuffix(f" {at}")
    return rest


def findings_line(
    observations: Sequence[Observation], sex: Sex | None, words: Callable[[str], str] = lambda word: word
) -> str:
    """The worst value of each finding in words, what is not normal first; states that are absent are not said.

    "creatinine 2.3 mg/dL, high; potassium 2.9, low; intubated; GCS 7, very low; sodium 139". `words` translates the
    names and the bands.
    """
    worst = worst_values(observations, sex)
    order = {name: place for place, name in enumerate(quantities())}
    told = [(each, band(each, sex)) for each in worst if each.name in order]
    told.sort(key=lambda pair: (-_GRAVITY.get(pair[1] or "", 0), order[pair[0].name]))
    return "; ".join(finding_phrase(each, at, words) for each, at in told if at != "no")


def finding_phrase(observation: Observation, at: Band | None, words: Callable[[str], str] = lambda word: word) -> str:
    """A finding with its value and its band, where it is not normal: "creatinine 2.3 mg/dL, high", "not intubated"."""
    quantity = quantities()[observation.name]
    if quantity.kind == "state":
        return words(quantity.short) if at == "yes" else words("not {finding}").format(finding=words(quantity.short))
    value = f"{words(quantity.short)} {value_text(observation)}"
    return value if at in (None, "normal") else f"{value}, {words(str(at))}"


def value_text(observation: Observation) -> str:
    """A value with its unit, as it is shown: "2.3 mg/dL", "<0.1 mg/dL"; "yes" or "no" for a state."""
    quantity = quantities().get(observation.name)
    if quantity is not None and quantity.kind == "state":
        return "yes" if observation.value else "no"
    number = f"{observation.bound}{shown(observation.value, quantity)}"
    unit = observation.unit
    return f"{number}{'' if unit in ('', '%') else ' '}{unit}"


def shown(value: float, quantity: Quantity | None) -> str:
    """A value with the decimals of its quantity, with more where it would be shown as 0."""
    decimals = quantity.decimals if quantity else 1
    while value and not round(value, decimals) and decimals < 4:
        decimals += 1
    return f"{value:.{decimals}f}"
