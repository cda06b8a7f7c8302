"""The nouns as JSON text in a job file, and back: exact, and strict about what it takes back.

ASCII only, so that any text a reader can produce (control characters, lone surrogates) survives the round trip. A field
that a job file of an older version lacks takes its default, and one that it has under the name in the field's metadata
`FORMERLY` is taken; an unknown field or a wrong type is a ValueError.

A job has an admission a row, so what is made of texts and numbers alone is read by msgspec, twenty times as fast.
What msgspec does not take (an older name, half a surrogate pair, a fault) is read, or refused, by the code here.
"""

import dataclasses
import functools
import json
import operator
import types
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from lamo_desktop.safe_load import LARGEST, parse_json

if TYPE_CHECKING:
    import msgspec

FORMERLY = "formerly"


def to_json(noun: object) -> str:
    """A dataclass, mapping, sequence or scalar as compact ASCII JSON."""
    return json.dumps(noun, default=_plain, ensure_ascii=True, separators=(",", ":"))


def from_json(hint: Any, text: str) -> Any:
    """The value of type `hint` (a dataclass, or built of them) that `to_json` wrote. Raises ValueError otherwise."""
    fast = _fast(hint)
    if fast is None:
        return _strictly(hint, text)
    try:
        return fast(text)
    except Exception:  # msgspec's own kinds, and half a surrogate pair: read, or refused, the other way
        return _strictly(hint, text)


def _strictly(hint: Any, text: str) -> Any:
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


@functools.cache
def _fast(hint: Any) -> Callable[[str], Any] | None:
    """Reads a type by msgspec; None for a type that has more in it than texts and numbers."""
    import msgspec  # here, because the command and the window start without it

    checked = _checked(hint)
    if checked is None:
        return None
    decode, build = msgspec.json.Decoder(checked).decode, _builder(hint)
    return decode if build is None else lambda text: build(decode(text))


def _checked(hint: Any) -> Any:
    """The type as msgspec reads it: a dataclass as a struct of its fields that takes no others. None as in `_fast`."""
    import msgspec

    kind, arguments = get_origin(hint), get_args(hint)
    if hint in (str, bool, types.NoneType) or kind is Literal:
        return hint
    if hint is int:
        return Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
    if hint is float:
        return Annotated[float, msgspec.Meta(gt=-LARGEST, lt=LARGEST)]
    if dataclasses.is_dataclass(hint):
        return _struct(hint)
    inner = [_checked(argument) for argument in arguments if argument is not Ellipsis]
    if not inner or None in inner:
        return None
    if kind in (Union, types.UnionType):
        return functools.reduce(operator.or_, inner)
    if kind is tuple:
        return tuple[inner[0], ...]  # type: ignore[valid-type]
    return dict[inner[0], inner[1]] if kind in (Mapping, dict) else None  # type: ignore[valid-type]


def _struct(hint: Any) -> "type[msgspec.Struct] | None":
    import msgspec

    fields: list[Any] = []
    for field in dataclasses.fields(hint):
        inner = _checked(_hints(hint)[field.name])
        if inner is None:
            return None
        if field.default is not dataclasses.MISSING:
            fields.append((field.name, inner, msgspec.field(default=field.default)))
        elif field.default_factory is not dataclasses.MISSING:
            fields.append((field.name, inner, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append((field.name, inner))
    return msgspec.defstruct(hint.__name__, fields, forbid_unknown_fields=True)


def _builder(hint: Any) -> Callable[[Any], Any] | None:
    """What makes dataclasses of the structs in a value of this type; None where there are none."""
    kind, arguments = get_origin(hint), get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _dataclass_builder(hint)
    make = next((found for argument in arguments if (found := _builder(argument)) is not None), None)
    if make is None:
        return None
    if kind in (Union, types.UnionType):
        return lambda value: None if value is None else make(value)
    if kind is tuple:
        return lambda value: tuple(map(make, value))
    return lambda value: {key: make(entry) for key, entry in value.items()}


def _dataclass_builder(hint: Any) -> Callable[[Any], Any]:
    import msgspec

    inner = [(name, make) for name, of in _hints(hint).items() if (make := _builder(of)) is not None]

    def build(struct: Any) -> Any:
        values = msgspec.structs.asdict(struct)
        for name, make in inner:
            values[name] = make(values[name])
        return hint(**values)

    return build
