"""A cell with a measured value, as laboratories write it: "2,3 mg/dl (H)", "<0.1", ">90", "120/80", "hemolyzed".

Nothing is guessed: a value that cannot be, or whose unit is not known, is set aside and its cell is listed.
"""

import re
from dataclasses import dataclass
from typing import Literal

from lamo_desktop.admissions.quantities import (
    BLOOD_PRESSURE,
    PRESSURES,
    Measured,
    Quantity,
    Unit,
    plain_name,
    quantities,
    words,
)
from lamo_desktop.admissions.values import EXCEL_ERRORS, is_unknown

Bound = Literal["", "<", ">"]
BELOW = 10  # times lower than the lowest possible value a test's limit may be
LONGEST = 60  # characters of a cell with one value

_NUMBER = r"[+-]?\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d+)?|[+-]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?"
_FLAG = r"(?:hh?|ll?|high|low|abn|abnormal|normal|n|crit(?:ical)?|hoch|niedrig|erhöht|haut|bas|alto|bajo|\++|-+|高|低)"
_VALUE = re.compile(
    rf"(?P<bound><=|>=|[<>≤≥＜＞]|ca\.?|~|≈)?\s*(?P<number>{_NUMBER})\s*(?P<unit>.*?)\s*"
    rf"(?:(?<=\s){_FLAG}|\(\s*{_FLAG}\s*\)|[↑↓*!]+)?",
    re.IGNORECASE | re.DOTALL,
)
_PAIR = re.compile(
    r"(?P<high>\d{2,3})\s*/\s*(?P<low>\d{2,3})(?:\s*\(\s*\d{2,3}\s*\))?\s*(?P<unit>(?:mm\s?hg|kpa)?)", re.IGNORECASE
)
_FEET = re.compile(
    r"(?P<feet>[3-7])\s*(?:'|′|ft\.?|feet|foot)\s*(?P<inches>\d{1,2}(?:\.\d+)?)?\s*(?:\"|″|''|in\.?|inches)?"
)
_GRADED = re.compile(r"\d[+-]+$")  # "3+" on a test strip
_YES = words(
    "yes y true 1 ja j oui si sí vrai wahr x present positive pos done 是 有 intubated ventilated intubiert beatmet "
    "endotracheal ett vent"
)
_NO = words("no n false 0 nein non none absent negative neg faux falsch not 否 无 spontaneous")


class NoValueError(ValueError):
    """A cell that says why there is no value ("hemolyzed", "neg", "see comment")."""


class UnclearError(ValueError):
    """A value that cannot be read in one way only; the text says why."""


class ImpossibleError(ValueError):
    """A value that no patient has."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value in its quantity's unit; `written` is the name of the unit it was converted from."""

    quantity: Quantity
    value: float
    bound: Bound = ""
    written: str = ""


def read_value(text: str, of: Measured, told: Unit | None = None) -> tuple[Reading, ...]:
    """The readings of one cell, () where it is empty or says that nothing is known.

    The unit is the one written in the cell, else the header's, else `told`, else the quantity's only one. Raises
    NoValueError, UnclearError and ImpossibleError.
    """
    text = " ".join(text.split())
    if is_unknown(text) or text in EXCEL_ERRORS:
        return ()
    if len(text) > LONGEST:
        raise NoValueError("a text where a value was expected")
    if of.quantity.kind == "state":
        return (Reading(of.quantity, _state(text)),)
    if of.substance == BLOOD_PRESSURE or of.quantity.name in PRESSURES:
        if pair := _PAIR.fullmatch(text):
            return _pair(pair, of)
        if of.substance == BLOOD_PRESSURE:
            raise NoValueError("no blood pressure; expected two numbers such as 120/80")
    if of.quantity.name == "height" and (match := _FEET.fullmatch(text)):
        inches = 12 * float(match["feet"]) + float(match["inches"] or 0)
        return (_checked(of.quantity, inches * 2.54, "", "ft"),)
    match = _VALUE.fullmatch(text)
    if match is None or _GRADED.search(text):
        raise NoValueError("no measured number")
    unit = _unit(match["unit"], of, told)
    bound: Bound = {"<": "<", "≤": "<", "＜": "<", ">": ">", "≥": ">", "＞": ">"}.get((match["bound"] or "")[:1], "")  # type: ignore[assignment]
    values = [unit.converted(number) for number in _numbers(match["number"])]
    possible = [value for value in values if _is_possible(of.quantity, value, bound)]
    if len(values) > 1 and len(possible) > 1:
        raise UnclearError("the comma may be a decimal or a thousands separator")
    written = "" if (unit.factor, unit.offset) == (1.0, 0.0) else unit.name
    return (_checked(of.quantity, (possible or values)[0], bound, written),)


def _numbers(text: str) -> list[float]:
    """What the digits can mean: one number, or two where a single separator stands before three digits."""
    text = re.sub(r"[ '’\u00a0\u202f]", "", text).casefold()
    separators = re.findall(r"[.,]", text)
    if len(separators) > 1:
        last = separators[-1]
        if len(set(separators)) == 1:  # 1.234.567
            return [float(text.replace(last, ""))]
        if separators.count(last) > 1:
            raise UnclearError("the number has too many separators")
        other = "," if last == "." else "."
        return [float(text.replace(other, "").replace(last, "."))]
    decimal = float(text.replace(",", "."))
    if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
        return [decimal, float(text.replace(",", ""))]
    return [decimal]


def _unit(written: str, of: Measured, told: Unit | None) -> Unit:
    written = written.strip(" ,;:()[]")
    if written:
        unit = of.unit_of(written)
        if unit is None:
            raise UnclearError("a unit that this is not measured in" if len(written) < 20 else "more than one value")
        return unit
    if of.unit or told:
        return of.unit or told or Unit("", 1.0, 0.0)
    choices = of.choices()
    if len(choices) != 1:
        raise UnclearError("no unit is given")
    return choices[0]


def _pair(match: re.Match[str], of: Measured) -> tuple[Reading, ...]:
    high, low = float(match["high"]), float(match["low"])
    if match["unit"].casefold() == "kpa" or (of.unit and of.unit.factor != 1):
        raise UnclearError("a pair in kPa")
    if low >= high:
        raise ImpossibleError("the diastolic pressure is above the systolic")
    systolic, diastolic = (quantities()[name] for name in PRESSURES)
    readings = (_checked(systolic, high, "", ""), _checked(diastolic, low, "", ""))
    wanted = PRESSURES if of.substance == BLOOD_PRESSURE else (of.quantity.name,)
    return tuple(reading for reading in readings if reading.quantity.name in wanted)


def _state(text: str) -> float:
    said = words(plain_name(text)) | {text.casefold().rstrip(".")}
    if said & _NO:
        return 0.0
    if said & _YES:
        return 1.0
    raise NoValueError("neither yes nor no")


def _is_possible(quantity: Quantity, value: float, bound: Bound) -> bool:
    """Whether a patient can have it; a test may say that a value is below its least one, which is lower."""
    lowest = quantity.lowest / BELOW if bound == "<" else quantity.lowest
    return lowest <= round(value, 6) <= quantity.highest


def _checked(quantity: Quantity, value: float, bound: Bound, written: str) -> Reading:
    if not _is_possible(quantity, value, bound):
        raise ImpossibleError(f"not a possible {quantity.name}")
    return Reading(quantity, round(value, 4), bound, written)
