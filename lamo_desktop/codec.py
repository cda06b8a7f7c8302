"""The nouns as JSON text in a job file, and back: exact, and strict about what it takes back.

ASCII only, so that any text a reader can produce (control characters, lone surrogates) survives the round trip. A field
that a job file of an older version lacks takes its default, and one that it has under the name in the field's metadata
`FORMERLY` is taken; an unknown field or a wrong type is a ValueError.
"""

import dataclasses
import functools
import json
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lamo_desktop.safe_load import parse_json

FORMERLY = "formerly"


def to_json(noun: object) -> str:
    """A dataclass, mapping, sequence or scalar as compact ASCII JSON."""
    return json.dumps(noun, default=_plain, ensure_ascii=True, separators=(",", ":"))


def from_json(hint: Any, text: str) -> Any:
    """The value of type `hint` (a dataclass, or built of them) that `to_json` wrote. Raises ValueError otherwise."""
    try:
        return _value(hint, parse_json(text))
    except (TypeError, OverflowError) as error:
        raise ValueError(f"not a {getattr(hint, '__name__', hint)}") from error


def _plain(noun: object) -> object:
    if dataclasses.is_dataclass(noun) and not isinstance(noun, type):
        return {field.name: getattr(noun, field.name) for field in dataclasses.fields(noun)}
    if isinstance(noun, Mapping):
        return dict(noun)
    raise TypeError(f"a {type(noun).__name__} has no place in a job file")


def _value(hint: Any, data: Any) -> Any:
    if hint is Any:
        return data
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, data)
    kind, arguments = get_origin(hint), get_args(hint)
    if kind in (Union, types.UnionType):
        return None if data is None else _value(next(a for a in arguments if a is not type(None)), data)
    if kind is Literal:
        if data in arguments:
            return data
    elif kind is tuple:
        if isinstance(data, list):
            return tuple(_value(arguments[0], entry) for entry in data)
    elif kind in (Mapping, dict):
        if isinstance(data, dict):
            return {key: _value(arguments[1], entry) for key, entry in data.items()}
    elif hint is float and type(data) in (int, float):
        return float(data)
    elif type(data) is hint:
        return data
    raise ValueError(f"expected {hint}, found {type(data).__name__}")


def _dataclass(hint: Any, data: Any) -> Any:
    hints, names = _hints(hint), _names(hint)
    if not isinstance(data, dict) or not data.keys() <= names.keys():
        raise ValueError(f"not a {hint.__name__}")
    values = {names[name]: _value(hints[names[name]], entry) for name, entry in data.items()}
    if len(values) < len(data):
        raise ValueError(f"a {hint.__name__} with a field under both of its names")
    return hint(**values)


@functools.cache
def _hints(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint)


@functools.cache
def _names(hint: Any) -> dict[str, str]:
    """Each name that a field of a dataclass has or had -> the field."""
    former = {field.metadata[FORMERLY]: field.name for field in dataclasses.fields(hint) if FORMERLY in field.metadata}
    return former | {field.name: field.name for field in dataclasses.fields(hint)}
