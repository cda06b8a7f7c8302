"""The values of findings that are set aside because no patient can have them, with their cells."""

from collections import Counter
from collections.abc import Callable, Mapping

from lamo_desktop.admissions.cohort import Problem, Severity
from lamo_desktop.admissions.quantities import quantities

LISTED = 20  # cells of one kind that are listed one by one; the rest are counted
IMPOSSIBLE = "not a possible value of {name} ({lowest:g} to {highest:g} {unit}): set aside; correct it or its unit"
MANY = 0.05


class ValueFaults:
    """Collects cells by finding and reason; each cell counts once.

    Some slips are in every export: they are a note. Where more than `MANY` of a finding's values are set aside, someone
    should look at its unit.
    """

    def __init__(self) -> None:
        self._set_aside: dict[tuple[str, str], dict[str, None]] = {}
        self._without_value: dict[str, dict[str, None]] = {}
        self._used: Counter[str] = Counter()

    def used(self, name: str) -> None:
        """A value of a finding that is used."""
        self._used[name] += 1

    def impossible(self, name: str, where: str) -> None:
        """A value outside what is possible."""
        quantity = quantities()[name]
        message = IMPOSSIBLE.format(name=name, lowest=quantity.lowest, highest=quantity.highest, unit=quantity.unit)
        self._set_aside.setdefault((name, message.replace(" )", ")")), {})[where] = None

    def unclear(self, name: str, why: str, where: str) -> None:
        """A value that can be read in more than one way or not at all."""
        self._set_aside.setdefault((name, f"{name}: {why}: set aside"), {})[where] = None

    def no_value(self, name: str, why: str, where: str) -> None:
        """A cell that holds no value."""
        self._without_value.setdefault(f"{name}: {why}; read as not measured", {})[where] = None

    def counts(self) -> Mapping[str, int]:
        """Values set aside, by finding."""
        found: Counter[str] = Counter()
        for (name, _), cells in self._set_aside.items():
            found[name] += len(cells)
        return dict(found)

    def problems(self, title: Callable[[str], str]) -> list[Problem]:
        """The cells of each kind: the first ones, and the rest as a count at the `title` of the last."""
        listed, counts = [], self.counts()
        for (name, message), cells in self._set_aside.items():
            many = counts[name] > MANY * (counts[name] + self._used[name])
            listed += _listed(message, list(cells), "warning" if many else "info", title)
        for message, cells in self._without_value.items():
            listed += _listed(message, list(cells), "info", title)
        return listed


def _listed(message: str, places: list[str], severity: Severity, title: Callable[[str], str]) -> list[Problem]:
    listed = [Problem(place, message, severity) for place in places[:LISTED]]
    if len(places) > LISTED:
        rest = f"{len(places) - LISTED:,} more cells: {message}"
        listed.append(Problem(title(places[-1]), rest, severity))
    return listed


def file_of(where: str) -> str:
    """The file of a row's address ("lab.csv row 12")."""
    return where.rpartition(" row ")[0]
