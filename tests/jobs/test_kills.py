"""kill -9 at any moment: no admission is lost or doubled, and the result is that of an uninterrupted job."""

import itertools
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs import schema
from lamo_desktop.jobs.batch import Progress, create_job, results, run_job
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.report.workbook import write_workbook
from tests.jobs.jobs import COHORT, ENGINE, WEIGHTS, new_job, outcome

MANY = replace(
    COHORT,
    admissions=tuple(Admission(f"a{n}", f"p{n}", n % 90, orders=("aspirin",), reason="x" * 500) for n in range(60)),
)


def create_or_resume(path: Path) -> None:
    """What a person does again and again until the job is done."""
    try:
        store = JobStore.open(path)
    except InputError:  # not there, or killed before it was complete
        store = new_job(path, MANY)
    store.start(WEIGHTS, ENGINE)
    while claimed := store.claim(3):
        store.record([outcome(item.ordinal) for item in claimed])
    store.close()


def create_or_resume_until(path: Path, statement: int) -> None:
    """In a child: the same, killed by its own hand right before one of the database statements."""
    real, left = schema.connect, itertools.count(statement, -1)

    def connect(file: Path) -> sqlite3.Connection:
        connection = real(file)
        connection.set_trace_callback(lambda text: None if next(left) else os.kill(os.getpid(), signal.SIGKILL))
        return connection

    schema.connect = connect
    create_or_resume(path)


def everything(path: Path) -> list[Any]:
    with JobStore.open(path) as store:
        assert store.audit() == []
        scored = [(item, None if item.scores is None else item.scores.tobytes()) for item in store.items()]
        return [(i.ordinal, i.admission, i.state, blob, i.cut, i.error, i.seconds) for i, blob in scored]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="killing that often needs fork")
def test_any_number_of_kills_changes_nothing(tmp_path: Path) -> None:
    path, whole = tmp_path / "killed.lamo", tmp_path / "whole.lamo"
    create_or_resume(whole)
    chance, kills, exitcode = random.Random(11), 0, None
    fork = multiprocessing.get_context("fork")
    while exitcode != 0:
        statement = chance.randrange(1, 108)  # of which making the job takes nearly a hundred
        child = fork.Process(target=create_or_resume_until, args=(path, statement))
        child.start()
        child.join()
        exitcode = child.exitcode
        kills += exitcode == -signal.SIGKILL
        assert exitcode in (0, -signal.SIGKILL)
        assert kills < 1000
    assert kills > 10
    assert everything(path) == everything(whole)


CANDIDATES = ("metoprolol", "warfarin", "aspirin", "insulin lispro")
SHORT = Cohort(
    (
        Admission("1", "1", 70, "male", reason="Sepsis", allergies=("aspirin",), orders=("warfarin",)),
        Admission("2", "2", 34, "female", reason="Asthma", orders=("insulin lispro",)),
        Admission("3", "3", 81, "male", reason="Stroke", diagnoses=("atrial fibrillation",), orders=("aspirin",)),
    ),
    COHORT.source,
)
SETTINGS = EngineSettings(device="cpu", threads=2)

RUN = """
import sys
from pathlib import Path
from lamo_desktop.model.package import load_package
from lamo_desktop.jobs import schema
from lamo_desktop.jobs.batch import run_job
from lamo_desktop.jobs.store import JobStore

with JobStore.open(Path(sys.argv[1])) as store:
    settings = store.job().settings
    run_job(store, load_package(), settings, lambda progress: print(progress.done, flush=True), lambda: False)
"""


def workbook_cells(job: Path) -> list[Any]:
    with JobStore.open(job, read_only=True) as store:
        write_workbook(results(store, load_package(), load_formulary()), job.with_suffix(".xlsx"))
    workbook = openpyxl.load_workbook(job.with_suffix(".xlsx"))
    tables = workbook.sheetnames[:3]
    return [(title, cell.coordinate, cell.value) for title in tables for row in workbook[title] for cell in row]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job that the real engine did in one go."""
    try:
        _ = load_package().base_path
    except ModelError:
        pytest.skip("the base weights are not installed")
    path = tmp_path_factory.mktemp("whole") / "job.lamo"
    with create_job(path, SHORT, load_package(), SETTINGS, CANDIDATES, Policy()) as store:
        seen: list[Progress] = []
        run_job(store, load_package(), SETTINGS, seen.append, lambda: False)
        assert [progress.done for progress in seen] == [1, 2, 3]
        assert seen[-1].eta == 0
        assert all(progress.rate > 0 for progress in seen)
        assert [event.kind for event in store.events()][-1] == "finished"
        assert store.audit() == []
    return path


def test_a_job_killed_and_cancelled_midway_ends_in_the_same_workbook(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "job.lamo"
    create_job(path, SHORT, load_package(), SETTINGS, CANDIDATES, Policy()).close()
    child = subprocess.Popen([sys.executable, "-c", RUN, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "1\n"
    child.kill()
    child.wait()
    child.stdout.close()
    with JobStore.open(path) as store:
        left = store.counts().open
        assert left > 0
        seen: list[Progress] = []
        run_job(store, load_package(), SETTINGS, seen.append, lambda: len(seen) == 1)
        assert store.counts().open == left - 1
        assert [event.kind for event in store.events()][-1] == ("stopped" if left > 1 else "finished")
        run_job(store, load_package(), SETTINGS, seen.append, lambda: False)
        assert store.counts().done == 3
        assert store.audit() == []
    assert workbook_cells(path) == workbook_cells(whole)
    assert states(path) == states(whole)


def states(job: Path) -> list[list[float]]:
    with JobStore.open(job, read_only=True) as store:
        found = [item.prefix_state for item in store.items()]
    assert all(state is not None and state.any() for state in found)
    return [state.tolist() for state in found if state is not None]


def test_other_weights_are_refused(tmp_path: Path, whole: Path) -> None:
    with create_job(tmp_path / "job.lamo", SHORT, load_package(), SETTINGS, CANDIDATES, Policy()) as store:
        store.start("f" * 64, ENGINE)
        with pytest.raises(InputError, match="other weights"):
            run_job(store, load_package(), SETTINGS, lambda progress: None, lambda: False)
        assert store.counts().pending == 3


def test_admissions_that_cannot_be_scored_do_not_stop_a_job(tmp_path: Path, whole: Path) -> None:
    too_long = ("aspirin", "a drug with a name that no context can hold " * 2000)
    package = replace(load_package(), knowledge=None)  # with knowledge the model is not asked about unseen drugs
    with create_job(tmp_path / "job.lamo", SHORT, package, SETTINGS, too_long, Policy()) as store:
        seen: list[Progress] = []
        run_job(store, package, SETTINGS, seen.append, lambda: False)
        assert [(progress.done, progress.failed) for progress in seen] == [(1, 1), (2, 2), (3, 3)]
        assert all(item.state == "failed" and item.error for item in store.items())
        found = results(store, package, load_formulary())
    write_workbook(found, tmp_path / "out.xlsx")
    reasons = [row[3] for row in openpyxl.load_workbook(tmp_path / "out.xlsx")["Set aside"].iter_rows(values_only=True)]
    assert reasons[-3:] == [item.failed for item in found.items]
