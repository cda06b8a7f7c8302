"""What can be observed of a patient, from the tables of `resources/observations`: quantities, their names and units.

A name is read like a header: lower case, without accents, signs and the unit behind it. The same name may be measured
as another substance (urea for urea nitrogen), which has units of its own.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, get_args

from lamo_desktop.paths import resource

Kind = Literal["measure", "state"]
CACHED = 50_000  # distinct names whose reading is kept: they recur in most rows
LONGEST = 120  # characters of a name
BLOOD_PRESSURE = "blood pressure"  # "120/80": two quantities in one cell
PRESSURES = ("systolic blood pressure", "diastolic blood pressure")


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_IN_BRACKETS = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_SIGNS = re.compile(r"[^\w+%]+|_", re.UNICODE)
_SPACES = re.compile(r"\s+")
_MICRO = str.maketrans({"µ": "u", "μ": "u", "×": "x", "＊": "*", "·": ".", "²": "2", "³": "3", "⁹": "9", "％": "%"})
# Words before or behind a name that do not change what is measured.
_NEUTRAL = words(
    "the first last latest worst initial baseline admission admit adm day day1 d1 24h value values result results lab "
    "labs labor wert aufnahme letzter erster bei letzte premier dernier valeur resultat ultimo primer valor resultado "
    "入院 入院时 首次 最后 结果 level levels serum plasma blood bloods vital signs apache at on max min mean measured "
    "average recorded most recent laboratory laboratorium laborwerte laborwert laborbefunde "
    "aufnahmelabor vitals vitalwerte vitalparameter vitalzeichen biologie biology analitica analisis analises bilan "
    "chemistry chem in im en i s ckd epi mdrd 2009 2021 calc calculated estimated jaffe enzymatic"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One row of quantities.csv; values are in `unit`, possible from `lowest` to `highest`.

    `median`: between which the median of many patients lies, to tell the unit of a column that names none.
    """

    name: str
    short: str
    unit: str
    decimals: int
    lowest: float
    highest: float
    median: tuple[float, float]
    kind: Kind
    group: str


@dataclass(frozen=True, slots=True)
class Unit:
    """How a value is brought to its quantity's unit: value * factor + offset."""

    name: str
    factor: float
    offset: float

    def converted(self, value: float) -> float:
        """A value in the quantity's own unit."""
        return value * self.factor + self.offset


@dataclass(frozen=True, slots=True)
class Measured:
    """What a name says: which quantity, measured as which substance, and the unit where the name has one."""

    quantity: Quantity
    substance: str
    unit: Unit | None = None

    def unit_of(self, text: str) -> Unit | None:
        """The unit that a text is; None for one that this substance is not measured in."""
        return units().get(self.substance, {}).get(plain_unit(text))

    def choices(self) -> tuple[Unit, ...]:
        """The units that the substance is measured in, each once."""
        return tuple(dict.fromkeys(units().get(self.substance, {}).values()))


@cache
def quantities() -> Mapping[str, Quantity]:
    """Every quantity, by name."""
    return {
        row["name"]: Quantity(
            row["name"],
            row["short"],
            row["unit"],
            int(row["decimals"]),
            float(row["lowest"]),
            float(row["highest"]),
            (float(row["median low"]), float(row["median high"])),
            next(kind for kind in get_args(Kind) if kind == row["kind"]),
            row["group"],
        )
        for row in rows("quantities.csv")
    }


@cache
def units() -> Mapping[str, Mapping[str, Unit]]:
    """The units of every substance, by each of their spellings as `plain_unit` reads it."""
    found: dict[str, dict[str, Unit]] = {}
    for row in rows("units.csv"):
        unit = Unit(row["unit"], float(row["factor"]), float(row["offset"]))
        for spelling in (row["unit"], *row["spellings"].split("|")):
            found.setdefault(row["measured"], {})[plain_unit(spelling)] = unit
    return found


@cache
def _names() -> Mapping[str, tuple[str, str]]:
    """A name as `plain_name` reads it -> (substance, quantity)."""
    return {
        plain_name(spelling): (row["measured"], row["quantity"])
        for row in rows("names.csv")
        for spelling in (row["measured"], *row["spellings"].split("|"))
    } | {plain_name(name): (name, name) for name in quantities()}


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of one table of `resources/observations`."""
    with resource(f"observations/{table}").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def plain_unit(text: str) -> str:
    """A unit without what only differs in writing: spaces, upper case, signs for micro, times and powers."""
    text = unicodedata.normalize("NFC", text).translate(_MICRO).casefold()
    return _SPACES.sub("", text).replace(",", ".").strip(".;:[]()")


def plain_name(text: str) -> str:
    """A name in lower case, without accents and signs; a plus stays ("K+" is no "K 1")."""
    folded = unicodedata.normalize("NFKD", text.translate(_MICRO)).casefold()
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return _SPACES.sub(" ", _SIGNS.sub(" ", bare).replace("+", "")).strip()


@lru_cache(CACHED)
def measured(text: str) -> Measured | None:
    """What a header or the name of a laboratory value says; None where it is not the name of a quantity.

    "Creatinine (mg/dL)", "Kreatinin in µmol/l", "K+", "LAB_CREATININE_MG_DL" name their quantity, and the unit if it
    is one of the quantity's. What else is said ("urine creatinine", "creatinine clearance") makes it another thing.
    """
    if len(text) > LONGEST:
        return None
    asides = _IN_BRACKETS.findall(text)
    bare = _IN_BRACKETS.sub(" ", text).strip()
    found = _named(bare)
    unit = ""
    if found is None:
        found, unit = _named_before_unit(bare)
    if found is None:
        return None
    for aside in (unit, *asides):
        if aside and (known := found.unit_of(aside)):
            return Measured(found.quantity, found.substance, known)
    if any(aside and not _says_nothing(aside, found) for aside in asides):
        return None  # "creatinine (urine)", "potassium (mg/kg)"
    return found


def _named(text: str) -> Measured | None:
    name = plain_name(text)
    words = name.split()
    while name not in _names() and words and (words[0] in _NEUTRAL or words[-1] in _NEUTRAL):
        words = words[1:] if words[0] in _NEUTRAL else words[:-1]
        name = " ".join(words)
    if name not in _names():
        return None
    substance, quantity = _names()[name]
    return Measured(quantities()[quantity], substance)


def _named_before_unit(text: str) -> tuple[Measured | None, str]:
    """A name with its unit behind it: "creatinine mg/dL", "creatinine_umol_l", "temp_f"."""
    pieces = re.split(r"[\s_,;:]+", text)
    for count in range(1, min(4, len(pieces))):
        found = _named(" ".join(pieces[:-count]))
        if found is None:
            continue
        for joint in ("/", "", " "):
            unit = joint.join(pieces[-count:])
            if found.unit_of(unit):
                return found, unit
    return None, ""


def _says_nothing(aside: str, found: Measured) -> bool:
    name = plain_name(aside)
    words = name.split()
    return _named(aside) == found or all(word in _NEUTRAL or word.isdigit() for word in words)
