"""Check, score and quarantine a workbook of real admissions with one poisoned cell per kind of field."""

from pathlib import Path

import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.errors import ModelError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from lamo_desktop.paths import resource
from tests.robustness.poisoned_run import run

pytest.importorskip("gguf")


def test_every_row_but_the_poisoned_ones_is_scored_and_those_are_listed_by_their_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        load_package().base_path  # noqa: B018
    except ModelError:
        pytest.skip("the base weights are not installed")
    admissions = read_cohort(resource("demo/eicu"), load_formulary()).admissions
    found = run(admissions, tmp_path)
    assert len(found.aside_expected) > 10 and found.aside.keys() == found.aside_expected.keys()
    for where, cell in found.aside_expected.items():
        assert cell == where or cell in found.aside[where], (cell, found.aside[where])
    assert len(found.scored) == len(set(found.scored)) == len(admissions) - len(found.aside_expected)
    assert found.account["Not accounted for"] == found.account["Failed in scoring"] == 0
    assert "Rows to repair" not in found.account
    assert [row.partition(": ")[0] for row in found.quarantined] == list(found.aside_expected)
    for reason in ("the admission is not among the rows read", "the drug is missing"):
        assert f"order rows not used because {reason}" in found.checked
    assert max(map(len, capsys.readouterr().out.splitlines())) < 400  # a name of 40,000 characters is shortened
