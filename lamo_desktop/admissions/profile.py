"""Import profiles: which tables and columns an export has, and the eligibility rules, as a YAML file an analyst can
adapt.

A profile names a `kind` ("eicu", "mimic3", "mimic4" or "flat"); the shipped profile of that kind is both the default
and the format: a file of one's own states only what differs, and a key the shipped profile does not have is an error.
Where the shipped value is an empty mapping, or a mapping named `labels`, `headings` or `optional`, the keys are free
(an empty text takes an entry out); the words of `synonyms`, `identifiers`, `subgroups` and `order_status` are added to
the shipped ones. The format with examples: docs/mapping.md. For the table kinds:

    name: my-hospital            # appears in the provenance
    kind: eicu
    tables:
      patient:
        file: patient            # name without .csv or .csv.gz, upper or lower case
        required: true           # a missing required table ends the run, a missing optional one is a warning
        columns: {stay: patientunitstayid}     # what the program calls it: what the file calls it; all must be there
        optional: {region: region}             # columns that may be missing (read as empty)
    rules: {adult_age: 18}       # see the comments in the shipped file
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lamo_desktop.admissions.order_window import OrderWindow, parse_order_window
from lamo_desktop.errors import InputError
from lamo_desktop.paths import data_dir, resource
from lamo_desktop.safe_load import parse_yaml, read_small

KINDS = ("eicu", "mimic3", "mimic4", "flat")
FREE_KEYS = ("labels", "headings", "optional")
DEEPEST = 8  # levels of a profile that a job keeps as they are
ADDED_TO = ("synonyms", "identifiers", "subgroups", "order_status")  # lists that a profile adds to


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table of an export: its file name (without extension) and its columns, program name -> header in the file."""

    name: str
    file: str
    required: bool
    columns: Mapping[str, str]
    optional: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """An import profile. `data` is the whole YAML mapping, completed with the shipped values of its kind."""

    name: str
    kind: str
    data: Mapping[str, Any]
    asked_window: OrderWindow | None = None  # instead of the one in `data`

    def order_window(self) -> OrderWindow:
        """Which orders count as what clinicians ordered. Raises InputError for a text that is no window."""
        if self.asked_window is not None:
            return self.asked_window
        if self.kind == "flat":
            return parse_order_window(str(self.data["order_window"]))
        if "label_window_days" in self.data["rules"]:
            return OrderWindow.of_days(*self.window("label_window_days"))
        return OrderWindow.of_minutes(*self.window("label_window_minutes"))

    def changed(self, order_window: str | None = None, encoding: str | None = None) -> "Profile":
        """The same with another order window or encoding, where one is given."""
        data = dict(self.data)
        window = None if order_window is None else parse_order_window(order_window)
        if encoding is not None:
            if self.kind != "flat":
                raise InputError(f"The profile {self.name} reads published tables, whose encoding cannot be chosen.")
            data["encoding"] = encoding
        if order_window is not None and self.kind == "flat":
            data["order_window"] = order_window
        return replace(self, data=data, asked_window=window or self.asked_window)

    def stated(self) -> dict[str, Any]:
        """What it says that the shipped one of its kind does not, as values that JSON has: see `stated_profile`."""
        found: dict[str, Any] = _plain(differences(self.data, _shipped(self.kind)))
        return found

    def tables(self) -> dict[str, TableSpec]:
        """Every table the profile names, by the program's name for it."""
        return {name: _table_spec(name, entry) for name, entry in self.data["tables"].items()}

    def rule(self, name: str) -> int:
        """A whole-number rule, for example `rule("adult_age")` in years."""
        return int(self.data["rules"][name])

    def window(self, name: str) -> tuple[int, int]:
        """A rule that is a pair `[from, to]`, both included."""
        low, high = self.data["rules"][name]
        return int(low), int(high)

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts under `rules`."""
        return tuple(str(word) for word in self.data["rules"][name])

    def mapping(self, name: str) -> dict[str, str]:
        """A top-level mapping of texts, for example `headings`; entries with an empty text are left out."""
        return {str(key): str(value) for key, value in self.data[name].items() if value not in (None, "")}

    def labels(self, known: Collection[str]) -> dict[str, str]:
        """Subgroup label -> the program's name of its column.

        Raises InputError for a column that is not among `known`.
        """
        labels = self.mapping("labels")
        for label, column in labels.items():
            if column not in known:
                raise InputError(
                    f"Profile {self.name}: the label '{label}' refers to the column '{column}', which is none of "
                    f"{', '.join(sorted(known))}; name its header under 'optional' of a table first."
                )
        return labels


def load_profile(name_or_file: str | Path) -> Profile:
    """The profile of that name (shipped, or saved in the user's `profiles` folder) or in that YAML file.

    Raises InputError for an unknown name, a file that cannot be read as a profile, an unknown key or a value of the
    wrong type.
    """
    text = str(name_or_file)
    if text in KINDS:
        data = _shipped(text)
        return Profile(str(data["name"]), text, data)
    path = Path(name_or_file)
    if not path.suffix:
        path = data_dir() / "profiles" / f"{text}.yaml"
    if not path.is_file():
        raise InputError(
            f"There is no profile '{text}': expected one of {', '.join(KINDS)}, a saved profile, or a YAML file."
        )
    own = _read_yaml(path)
    kind = own.get("kind")
    if kind not in KINDS:
        raise InputError(f"{path.name}: 'kind' must be one of {', '.join(KINDS)}.")
    data = _completed(own, _shipped(str(kind)), path.name, "")
    return Profile(str(own.get("name", path.stem)), str(kind), data)


def stated_profile(kind: str, stated: Mapping[str, Any]) -> Profile:
    """The profile of a kind that states this. Raises InputError as for a file that does."""
    if kind not in KINDS:
        raise InputError(f"There is no kind of profile '{kind}'.")
    data = _completed(stated, _shipped(kind), "The profile", "")
    return Profile(str(data["name"]), kind, data)


@cache
def _shipped(kind: str) -> dict[str, Any]:
    return _read_yaml(resource(f"profiles/{kind}.yaml"))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        loaded = parse_yaml(read_small(path).decode("utf-8-sig"))
    except (yaml.YAMLError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise InputError(f"{path.name} is not a readable YAML file{line}.") from problem
    except OSError as problem:
        raise InputError(f"{path.name} cannot be read: {problem.strerror}.") from problem
    if not isinstance(loaded, dict):
        raise InputError(f"{path.name} is not a profile: expected keys such as 'kind', 'tables' and 'rules'.")
    return loaded


def _completed(own: Mapping[str, Any], shipped: Mapping[str, Any], file: str, at: str) -> dict[str, Any]:
    """The shipped mapping with the analyst's values laid over it; unknown keys and changed types are refused."""
    result = dict(shipped)
    for key, value in own.items():
        place = f"{at}.{key}".strip(".")
        if key not in shipped:
            if not shipped or at.rpartition(".")[2] in FREE_KEYS:
                result[key] = value
                continue
            raise InputError(f"{file}: unknown key '{place}'; expected one of {', '.join(map(str, shipped))}.")
        default = shipped[key]
        if isinstance(default, dict) and isinstance(value, dict):
            result[key] = _completed(value, default, file, place)
        elif _same_type(value, default):
            result[key] = [*default, *map(str, value)] if place.partition(".")[0] in ADDED_TO else value
        else:
            raise InputError(f"{file}: '{place}' must be {_type_name(default)}.")
    return result


def differences(data: Mapping[str, Any], shipped: Mapping[str, Any], at: str = "") -> dict[str, Any]:
    """What a completed profile says that the shipped one does not: what its file has to state."""
    changed: dict[str, Any] = {}
    for key, value in data.items():
        place = f"{at}.{key}".strip(".")
        if key not in shipped:
            changed[key] = value
        elif isinstance(value, dict):
            inner = differences(value, shipped[key], place)
            changed |= {key: inner} if inner else {}
        elif value != shipped[key]:
            changed[key] = value[len(shipped[key]) :] if place.partition(".")[0] in ADDED_TO else value
    return changed


def _plain(value: Any, depth: int = 0) -> Any:
    """A value of a YAML file as JSON has it; what it has not (dates, infinity) as text."""
    if isinstance(value, Mapping) and depth < DEEPEST:
        return {str(key): _plain(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple) and depth < DEEPEST:
        return [_plain(entry, depth + 1) for entry in value]
    finite = isinstance(value, float) and math.isfinite(value)
    return value if finite or value is None or isinstance(value, str | int) else str(value)


def _same_type(value: Any, default: Any) -> bool:
    if default is None:
        return True
    if isinstance(default, list):
        if not isinstance(value, list):
            return False
        if default and all(isinstance(entry, int) for entry in default):  # a window [from, to] stays one
            numbers = all(isinstance(entry, int) and not isinstance(entry, bool) for entry in value)
            return numbers and len(value) == len(default)
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    return type(value) is type(default)


def _type_name(default: Any) -> str:
    if isinstance(default, list) and default and all(isinstance(entry, int) for entry in default):
        return f"a list of {len(default)} whole numbers"
    names = {bool: "true or false", int: "a whole number", str: "a text", list: "a list", dict: "a mapping"}
    return names.get(type(default), "a number")


def _table_spec(name: str, entry: Mapping[str, Any]) -> TableSpec:
    columns = {str(key): str(value) for key, value in entry["columns"].items()}
    optional = {str(key): str(value) for key, value in entry["optional"].items() if value}
    return TableSpec(name, str(entry["file"]), bool(entry["required"]), columns, optional)
