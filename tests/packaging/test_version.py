"""One version number: what the program prints is what the package, the changelog and every workbook say."""

import re
import subprocess
import sys
from pathlib import Path

import lamo_desktop
from lamo_desktop.jobs.provenance import versions

ROOT = Path(__file__).parents[2]


def test_the_program_prints_the_version_that_the_changelog_begins_with() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lamo_desktop.cli", "--version"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == f"lamo {lamo_desktop.__version__}\n"
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(.+?)\] - (Unreleased|\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    assert newest is not None and newest[1] == lamo_desktop.__version__
    assert versions()["program"] == lamo_desktop.__version__


def test_the_package_is_built_with_that_version() -> None:
    from setuptools.config.pyprojecttoml import read_configuration

    project = read_configuration(ROOT / "pyproject.toml", expand=True)["project"]
    assert project["version"] == lamo_desktop.__version__
