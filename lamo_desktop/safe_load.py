"""Settings as YAML and JSON, read the way this program can hold them: small files of plain values that can be told."""

import json
from pathlib import Path
from typing import Any

import yaml

LARGEST = 10**18
"""Whole numbers end here: one of hundreds of digits is no number for numpy, and of thousands none for a message."""
DEEPEST = 50  # levels of lists and tables; what walks through more of them runs out of stack
LARGEST_FILE = 4_000_000  # bytes; a real one has some thousands, and YAML takes a second for each 300,000


def read_small(path: Path, most: int = LARGEST_FILE) -> bytes:
    """What a settings file holds. Raises OSError, or ValueError for one of more bytes than it can have."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{path.name} is too large")
    return content


class _Loader(yaml.SafeLoader):
    _level = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        at: Any = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):  # a few lines of them stand for billions of values
            raise yaml.composer.ComposerError(None, None, "a reference", at)
        self._level += 1
        if self._level > DEEPEST:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", at)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._level -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ValueError, OverflowError, LookupError, AttributeError) as error:  # a date that is none, `!!int ""`
            raise yaml.constructor.ConstructorError(None, None, "a value that is none", node.start_mark) from error
        if isinstance(value, int) and abs(value) >= LARGEST:  # 0x… builds one of any length
            raise yaml.constructor.ConstructorError(None, None, "a whole number too large", node.start_mark)
        return value


def parse_yaml(text: str) -> Any:
    """Plain values only, each written where it is used. Raises yaml.YAMLError, with the line where there is one."""
    return yaml.load(text, Loader=_Loader)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_text(data: Any) -> str:
    """What `parse_yaml` reads back, in the order given."""
    return str(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False))


def parse_json(text: str | bytes) -> Any:
    """Raises ValueError for what is no JSON (NaN and Infinity are none), nested too deeply, or not to be told."""
    try:
        value = json.loads(text, parse_int=_whole, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for node in level
            if isinstance(node, list | dict)
            for inner in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return value
    raise ValueError("nested too deeply")


def _whole(digits: str) -> int:
    if len(digits) > len(str(LARGEST)):
        raise ValueError("a whole number too large")
    return int(digits)


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
