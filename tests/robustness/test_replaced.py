"""A model file replaced and an input changed while a job is under way, with the real program."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from tests.privacy.planted import write_export
from tests.privacy.test_planted import KILLED_PROGRAM
from tests.robustness.kills import ROOT, differences, few_candidates

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
SETTINGS = ["--device", "cpu", "--threads", "1", "--progress", "none"]


def lamo(*arguments: object, program: str = "") -> "subprocess.CompletedProcess[str]":
    start = ["-c", program] if program else ["-m", "lamo_desktop.cli"]
    command = [sys.executable, *start, *map(str, arguments), *SETTINGS]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, cwd=ROOT)


@pytest.mark.long
def test_a_model_replaced_or_an_export_changed_midway_cannot_mix_results(tmp_path: Path) -> None:
    try:
        base = load_package().base_path
    except ModelError:
        pytest.skip("the base weights are not installed")
    package, export, job = few_candidates(tmp_path / "few"), tmp_path / "export.csv", tmp_path / "killed.lamo"
    write_export(export, rows=2)
    shutil.copy(base, package)  # a package's own folder is searched first
    start = ["recommend", export, "--model", package]
    whole = lamo(*start, "--job", tmp_path / "whole.lamo", "-o", tmp_path / "whole.xlsx")
    assert whole.returncode == 0, whole.stderr
    killed = lamo(*start, "--job", job, "-o", tmp_path / "killed.xlsx", program=KILLED_PROGRAM)
    assert killed.returncode == -signal.SIGKILL

    export.write_text("something else altogether\n", encoding="utf-8")  # a job holds all it needs of its export
    with (package / base.name).open("r+b") as file:  # other weights under the same name
        file.seek(50_000_000)
        file.write(b"\x55" * 1000)
    refused = lamo("resume", job, "-o", tmp_path / "killed.xlsx")
    assert refused.returncode == 3
    assert "is not the one that the model package was made with" in refused.stderr
    with JobStore.open(job, read_only=True) as store:
        assert (store.counts().done, store.counts().open) == (1, 1)

    shutil.copy(base, package)
    manifest = package / "manifest.json"
    before = manifest.read_text(encoding="utf-8")
    manifest.write_text(before.replace('"few"', '"another"'), encoding="utf-8")
    other = lamo("resume", job, "-o", tmp_path / "killed.xlsx")
    assert other.returncode == 2
    assert "was begun with model package few" in other.stderr

    manifest.write_text(before, encoding="utf-8")
    resumed = lamo("resume", job, "-o", tmp_path / "killed.xlsx")
    assert resumed.returncode == 0, resumed.stderr
    assert differences(tmp_path / "whole.lamo", job) == []
