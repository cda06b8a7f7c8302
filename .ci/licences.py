"""Licence of an installed Python package as an SPDX expression, read from what the package says of itself.

Nothing is guessed: a package whose metadata name no licence, or one in words that could mean several ("BSD License"),
ends the build with its name.
"""

from importlib.metadata import Distribution

from license_expression import ExpressionError, get_spdx_licensing

SAYINGS = {  # unambiguous, and not SPDX
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
SPDX = get_spdx_licensing()


def licence_of(package: Distribution) -> str:
    """The expression: of the field made for it, else of the older field, else of the one classifier.

    Raises SystemExit, which names the package, where none of them says which licence it is.
    """
    said = package.metadata
    classifiers = [
        text.rpartition(" :: ")[2] for text in said.get_all("Classifier") or () if text.startswith("License")
    ]
    fields = [said.get("License-Expression"), said.get("License"), classifiers[0] if len(classifiers) == 1 else None]
    for field in fields:
        if field and (expression := _expression(field)):
            return expression
    raise SystemExit(
        f"The licence of {package.name} {package.version} is not known: its metadata say "
        f"{' / '.join(repr(field[:60]) for field in fields if field) or 'nothing'}."
    )


def _expression(words: str) -> str | None:
    """SPDX expression for what a package says of its licence, None where that is no licence that SPDX knows."""
    words = SAYINGS.get(words.strip(), words.strip())
    if "\n" in words:
        return None
    try:
        return str(SPDX.parse(words, validate=True, strict=True))
    except ExpressionError:
        return None
