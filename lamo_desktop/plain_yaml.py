"""Settings files as YAML, read the way this program can hold them."""

from typing import Any

import yaml

LARGEST = 10**18
"""Whole numbers end here: one of thousands of digits (0x… builds it) cannot be written out again, not even in a log."""


class _Loader(yaml.SafeLoader):
    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        number = super().construct_yaml_int(node)
        if abs(number) >= LARGEST:
            raise yaml.constructor.ConstructorError(None, None, "a whole number too large", node.start_mark)
        return number


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def parse_yaml(text: str) -> Any:
    """Plain values only. Raises yaml.YAMLError (with the line), ValueError, OverflowError or RecursionError."""
    return yaml.load(text, Loader=_Loader)
