"""A few real kills of the real program; `python -m tests.benchmarks.bench_kills` does hundreds."""

import random
import sys
from pathlib import Path

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.model.package import load_package
from tests.robustness.kills import Ordeal, differences, few_candidates


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="finds the engine's process in /proc")
def test_a_job_that_is_killed_again_and_again_ends_as_if_it_never_was(tmp_path: Path, own_user_folder: Path) -> None:
    try:
        _ = load_package().base_path
    except ModelError:
        pytest.skip("the base weights are not installed")
    (tmp_path / "user").symlink_to(own_user_folder)  # its derived weights are made once for all tests
    ordeal = Ordeal(tmp_path, few_candidates(tmp_path / "few"), 10, random.Random(4))
    ordeal.in_peace()
    ordeal.killed("killed", 4)
    assert sum(ordeal.kills.values()) >= 3, ordeal.kills
    assert differences(tmp_path / "whole.lamo", tmp_path / "killed.lamo") == []
