"""A package's licence is read from what it says, and never guessed."""

from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest
from licences import licence_of


def package(folder: Path, *lines: str) -> Distribution:
    info = folder / "odd-1.0.dist-info"
    info.mkdir()
    text = "\n".join(("Metadata-Version: 2.4", "Name: odd", "Version: 1.0", *lines, "", ""))
    (info / "METADATA").write_text(text, encoding="utf-8")
    return PathDistribution(info)


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        (["License-Expression: MIT OR Apache-2.0", "License: BSD"], "MIT OR Apache-2.0"),
        (["License: Apache 2.0"], "Apache-2.0"),
        (["License: LGPL-3.0-only OR GPL-2.0-only"], "LGPL-3.0-only OR GPL-2.0-only"),
        (["License: see the file", "Classifier: License :: OSI Approved :: MIT License"], "MIT"),
        (["Classifier: License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)"], "MPL-2.0"),
    ],
)
def test_what_a_package_says_is_its_licence(tmp_path: Path, lines: list[str], licence: str) -> None:
    assert licence_of(package(tmp_path, *lines)) == licence


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["License: UNKNOWN"],
        ["License: BSD", "Classifier: License :: OSI Approved :: BSD License"],
        ["License: Copyright (c) 2001 Somebody", "        ", "        All rights reserved."],
        ["License: Proprietary"],
        [
            "Classifier: License :: OSI Approved :: MIT License",
            "Classifier: License :: OSI Approved :: Apache Software License",
        ],
    ],
)
def test_an_unknown_licence_is_an_error_that_names_the_package(tmp_path: Path, lines: list[str]) -> None:
    """Each of these was written down as BSD-3-Clause, or as it stood."""
    with pytest.raises(SystemExit, match=r"^The licence of odd 1\.0 is not known: its metadata say "):
        licence_of(package(tmp_path, *lines))


@pytest.mark.parametrize("name", ["numpy", "pandas", "openpyxl", "llama-cpp-python", "PySide6-Essentials", "psutil"])
def test_the_program_s_own_libraries_have_a_known_licence(name: str) -> None:
    assert licence_of(distribution(name))
