"""Corrections of how an export is read: each is a profile, so that one can go back to the one before."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lamo_desktop.admissions.site_files import write_profile
from lamo_desktop.check.opening import Opened

Held = Mapping[str, Sequence[str]]
ADMISSION_FIELDS = (
    "admission_id", "patient_id", "age", "birth_date", "sex", "admission_date", "discharge_date", "reason", "diagnoses",
    "procedures", "past_medical_history", "allergies", "allergy_reaction",
    "medications_on_admission", "history_of_present_illness", "note",
    "orders",
)  # fmt: skip
ORDER_FIELDS = ("admission_id", "order_drug", "order_start", "order_end", "order_status")
MARK = ", corrected"


class Corrections:
    """The profiles an export was read with, one after the other; files of a folder that is deleted at the end.

    They hold headers and sheet names, no cell.
    """

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._written = 0
        self._past: list[str | None] = []

    @property
    def any(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._past)

    def add(self, before: str | None, data: Mapping[str, Any]) -> str:
        """Keep a correction; returns the profile to read with. Raises InputError when it cannot be written."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="lamo-")
        self._written += 1
        path = Path(self._folder.name) / f"correction {self._written}.yaml"
        write_profile(path, data)
        self._past.append(before)
        return str(path)

    def remember(self, before: str | None) -> None:
        """Another profile was chosen: this one was in use before."""
        self._past.append(before)

    def undo(self) -> str | None:
        """The profile before the last correction (None: found by what is there)."""
        return self._past.pop()

    def forget(self) -> None:
        """Another export."""
        self._past = []

    def close(self) -> None:
        """Delete the files."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def with_columns(opened: Opened, admissions: Held, orders: Held) -> dict[str, Any]:
    """A profile that says of every field which column holds it, so that nothing else changes with a correction."""
    columns: dict[str, Any] = dict.fromkeys((*ADMISSION_FIELDS, *ORDER_FIELDS), "")
    for name, headers in admissions.items():
        if name in columns and headers:
            columns[name] = headers[0] if len(headers) == 1 else list(headers)
    if opened.ids_repeat and not orders and isinstance(columns["orders"], str):  # one row per order
        columns["orders"], columns["order_drug"] = "", columns["orders"]
    for name in ORDER_FIELDS[1:]:
        columns[name] = next(iter(orders.get(name) or admissions.get(name) or ()), columns[name])
        if opened.fault and not columns[name]:
            del columns[name]  # whether there is a sheet with orders has not been found out yet
    both = dict.fromkeys((*admissions.get("admission_id", ()), *orders.get("admission_id", ())))
    columns["admission_id"] = next(iter(both), "") if len(both) < 2 else list(both)
    return _profile(opened, columns=columns, sheets=_sheets(opened))


def with_sheets(opened: Opened, admissions: str, orders: str) -> dict[str, Any]:
    """A profile that takes other sheets; their columns are found anew."""
    made = _profile(opened, sheets=_sheets(opened) | {"admissions": admissions, "orders": orders})
    return _without_columns(made) | {"header_row": 0}


def with_header_row(opened: Opened, row: int) -> dict[str, Any]:
    """A profile with another header row of the admissions (0: found); columns are found anew."""
    return _without_columns(_profile(opened, header_row=row, sheets=_sheets(opened)))


def with_date_order(opened: Opened, order: str) -> dict[str, Any]:
    """A profile that says how 03/04/2024 is meant: "dmy", "mdy" or "ask"."""
    return _profile(opened, date_order=order)


def with_order_window(opened: Opened, window: str) -> dict[str, Any]:
    """A profile that says which orders count: "-24..24" in hours from admission, or "all"."""
    return _profile(opened, order_window=window)


def with_encoding(opened: Opened, encoding: str) -> dict[str, Any]:
    """A profile that says in which encoding a text table is written ("": found); its columns are found anew."""
    return _without_columns(_profile(opened, encoding=encoding))


def with_start_unit(opened: Opened, unit: str) -> dict[str, Any]:
    """A profile that says in which unit the start of an order is given: "minutes", "hours", "days" or ""."""
    return _profile(opened, order_start_unit=unit)


def _profile(opened: Opened, **said: Any) -> dict[str, Any]:
    name = opened.profile.name.removesuffix(MARK) + MARK
    return {"kind": "flat", **(opened.changed or {}), **said, "name": name}


def _without_columns(profile: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in profile.items() if key != "columns"}


def _sheets(opened: Opened) -> dict[str, str]:
    found = {choices.role: choices.sheet for choices in opened.choices}
    home = opened.profile.data["sheets"]["home_medications"]
    return {"admissions": found.get("admissions", ""), "orders": found.get("orders", ""), "home_medications": home}
