"""The values of findings that are set aside because no patient can have them, with their cells."""

from collections.abc import Callable, Mapping

from lamo_desktop.admissions.cohort import Problem, Severity
from lamo_desktop.admissions.quantities import quantities

LISTED = 20  # cells of one kind that are listed one by one; the rest are counted
IMPOSSIBLE = "not a possible value of {name} ({lowest:g} to {highest:g} {unit}): set aside; correct it or its unit"
OTHER = "{why}: set aside; the rest of the row is used"


class ValueFaults:
    """Collects cells by finding and reason; each cell counts once."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, str, Severity], dict[str, None]] = {}

    def impossible(self, name: str, where: str) -> None:
        """A value outside what is possible."""
        quantity = quantities()[name]
        message = IMPOSSIBLE.format(name=name, lowest=quantity.lowest, highest=quantity.highest, unit=quantity.unit)
        self._add(name, message.replace(" )", ")"), "warning", where)

    def unclear(self, name: str, why: str, where: str) -> None:
        """A value that can be read in more than one way or not at all."""
        self._add(name, OTHER.format(why=f"{name}: {why}"), "warning", where)

    def no_value(self, name: str, why: str, where: str) -> None:
        """A cell that holds no value."""
        self._add(name, f"{name}: {why}; read as not measured", "info", where)

    def _add(self, name: str, message: str, severity: Severity, where: str) -> None:
        self._cells.setdefault((name, message, severity), {})[where] = None

    def counts(self) -> Mapping[str, int]:
        """Values set aside, by finding."""
        found: dict[str, int] = {}
        for (name, _, severity), cells in self._cells.items():
            if severity == "warning":
                found[name] = found.get(name, 0) + len(cells)
        return found

    def problems(self, title: Callable[[str], str]) -> list[Problem]:
        """The cells of each kind: the first ones, and the rest as a count at the `title` of the last."""
        listed = []
        for (_, message, severity), cells in self._cells.items():
            places = list(cells)
            listed += [Problem(place, message, severity) for place in places[:LISTED]]
            if len(places) > LISTED:
                rest = f"{len(places) - LISTED:,} more cells: {message}"
                listed.append(Problem(title(places[-1]), rest, severity))
        return listed


def file_of(where: str) -> str:
    """The file of a row's address ("lab.csv row 12")."""
    return where.rpartition(" row ")[0]
