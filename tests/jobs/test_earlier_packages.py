"""A job of an earlier version of the program: its results are read by the package that it was scored with."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop import cli
from lamo_desktop.errors import ModelError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.batch import create_job, package_of, results, run_job
from lamo_desktop.jobs.job import Outcome
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.manifest import MANIFEST, ModelPackage, read_manifest
from lamo_desktop.model.package import earlier_default, load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.paths import resource
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.review.results import load_results
from tests.jobs.jobs import ADMISSIONS, COHORT, ENGINE, WEIGHTS, new_job

EARLIER = sorted(resource("packages/earlier").glob(f"*/{MANIFEST}"))


def job_of(package: ModelPackage, path: Path, n_scored: int) -> Path:
    """A job that an earlier program began where the embedded package now is another."""
    before = dataclasses.replace(package, path=resource("packages/default"))
    names = tuple(before.by_name)
    with create_job(path, COHORT, before, EngineSettings(), names, Policy()) as store:
        store.start(WEIGHTS, ENGINE)
        rng = np.random.default_rng(0)
        store.claim(n_scored)
        store.record([Outcome(n, rng.normal(-1, 1.5, len(names)).astype(np.float32)) for n in range(n_scored)])
    return path


@pytest.mark.parametrize("file", EARLIER, ids=lambda file: file.parent.name)
def test_what_it_scored_is_read_and_written(file: Path, tmp_path: Path) -> None:
    package = read_manifest(file.parent)
    assert package.sha256 == hashlib.sha256(file.read_bytes()).hexdigest(), "as it was when jobs noted its hash"
    job = job_of(package, tmp_path / "a.lamo", len(ADMISSIONS))
    found = load_results(job)
    assert found.package.version == file.parent.name and found.n_done == len(ADMISSIONS)
    with JobStore.open(job, read_only=True) as store:
        lists = results(store, package_of(store.job()), load_formulary()).items
    assert [item.recommended.sum() for item in lists] == found.lists(Policy()).sum(axis=1).tolist()
    assert cli.main(["resume", str(job), "-o", str(tmp_path / "a.xlsx")]) == 0
    assert (tmp_path / "a.xlsx").is_file()


def test_nothing_new_is_asked_of_it(tmp_path: Path) -> None:
    package = earlier_default(read_manifest(EARLIER[0].parent).sha256)
    assert package is not None
    job = job_of(package, tmp_path / "a.lamo", 2)
    with JobStore.open(job) as store, pytest.raises(ModelError, match="what it scored can be read") as told:
        run_job(store, package_of(store.job()), EngineSettings(), print, lambda: False)
    assert "Score the export anew" in str(told.value)
    assert load_results(job).n_done == 2, "what was scored is still there"


def test_a_package_that_is_nowhere_is_said(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store, pytest.raises(ModelError, match="put it back where it was"):
        package_of(store.job())


def test_a_moved_copy_of_the_embedded_package_is_found_by_its_hash(tmp_path: Path) -> None:
    moved = dataclasses.replace(load_package(), path=tmp_path)
    with create_job(tmp_path / "a.lamo", COHORT, moved, EngineSettings(), ("aspirin",), Policy()) as store:
        assert package_of(store.job()).path == resource("packages/default")
