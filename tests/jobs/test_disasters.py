"""Power cuts, full disks, folders that cannot be written to and files of older versions, without a model."""

import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.jobs import schema
from lamo_desktop.jobs.job import Counts
from lamo_desktop.jobs.store import JobStore
from tests.jobs.jobs import ADMISSIONS, ENGINE, WEIGHTS, new_job, outcome, work
from tests.jobs.test_kills import MANY, everything

ROOT = str(Path(__file__).parents[2])
HALF_DONE = """
import os, signal, sys
from pathlib import Path
from tests.jobs.jobs import ENGINE, WEIGHTS, new_job, outcome
from tests.jobs.test_kills import MANY
store = new_job(Path(sys.argv[1]), MANY)
store.start(WEIGHTS, ENGINE)
for _ in range(12):
    store.record([outcome(item.ordinal) for item in store.claim(3)])
store.claim(3)
os.kill(os.getpid(), signal.SIGKILL)
"""


def finish(path: Path) -> None:
    with JobStore.open(path) as store:
        store.start(WEIGHTS, ENGINE)
        while claimed := store.claim(3):
            store.record([outcome(item.ordinal) for item in claimed])


def python(code: str, *arguments: object, before: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_power_cut_that_tears_the_journal_costs_the_torn_commits_only(tmp_path: Path) -> None:
    """After a power cut a journal may end anywhere, or in bytes that were never written."""
    cut = tmp_path / "cut"
    cut.mkdir()
    assert python(HALF_DONE, cut / "a.lamo").returncode == -signal.SIGKILL
    journal = (cut / "a.lamo-wal").read_bytes()
    assert len(journal) > 100_000
    with new_job(tmp_path / "whole.lamo", MANY):
        pass
    finish(tmp_path / "whole.lamo")
    expected = everything(tmp_path / "whole.lamo")
    chance = random.Random(3)
    seen = set()
    for number in range(12):
        torn = tmp_path / f"torn{number}"
        shutil.copytree(cut, torn)
        place = chance.randrange(len(journal))
        tail: dict[int, bytes] = {0: b"", 1: bytes(len(journal) - place), 2: chance.randbytes(len(journal) - place)}
        (torn / "a.lamo-wal").write_bytes(journal[:place] + tail[number % 3])
        (torn / "a.lamo-shm").unlink(missing_ok=True)  # it lives in memory only
        try:
            with JobStore.open(torn / "a.lamo") as store:
                assert store.audit() == []
                seen.add(store.counts().open)
        except InputError as error:
            assert "creating it was interrupted" in str(error), error
            continue
        finish(torn / "a.lamo")
        assert _without_times(everything(torn / "a.lamo")) == _without_times(expected)
    assert len(seen) > 2


def _without_times(rows: list[Any]) -> list[Any]:
    return [row[:-1] for row in rows]


def permitted(*command: str) -> bool:
    done = shutil.which("unshare") and subprocess.run(["unshare", "-rm", *command], capture_output=True, check=False)
    return bool(done) and done.returncode == 0  # type: ignore[union-attr]


FULL_DISK = """
import os, subprocess, sys
from pathlib import Path
from lamo_desktop.errors import InputError
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.files import replacing
from tests.jobs.jobs import ENGINE, WEIGHTS, new_job, outcome
from tests.jobs.test_kills import MANY
folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=True)
store = new_job(folder / "a.lamo", MANY)
store.start(WEIGHTS, ENGINE)
ballast = folder / "ballast"
with ballast.open("wb", buffering=0) as file:
    try:
        while file.write(bytes(4096)):
            pass
    except OSError:
        pass
done = 0
try:
    while claimed := store.claim(3):
        store.record([outcome(item.ordinal) for item in claimed])
        done += len(claimed)
except InputError as error:
    print(error)
try:
    with replacing(folder / "out.xlsx") as scratch:
        scratch.write_bytes(bytes(100_000))
except InputError as error:
    print(error)
store.close()
ballast.unlink()
with JobStore.open(folder / "a.lamo") as store:
    assert store.counts().done + store.counts().failed == done, (store.counts(), done)
    store.start(WEIGHTS, ENGINE)
    while claimed := store.claim(3):
        store.record([outcome(item.ordinal) for item in claimed])
    assert store.audit() == []
    assert store.counts().open == 0
assert sorted(path.name for path in folder.iterdir()) == ["a.lamo"]
"""


@pytest.mark.skipif(not permitted("true"), reason="this system permits no mounts of one's own")
def test_a_full_disk_stops_a_job_and_space_lets_it_go_on(tmp_path: Path) -> None:
    done = python(FULL_DISK, tmp_path, before=("unshare", "-rm"))
    if "mount" in done.stderr and "CalledProcessError" in done.stderr:
        pytest.skip("this system permits no mounts of one's own")
    assert done.returncode == 0, done.stderr
    job, workbook = done.stdout.splitlines()
    assert "disk" in job and "full" in job and "what was saved is kept" in job
    assert workbook.startswith("The disk is full: out.xlsx was not written")


READ_ONLY = """
import subprocess, sys
from pathlib import Path
from lamo_desktop.errors import InputError
from lamo_desktop.jobs.store import JobStore, purge
from tests.jobs.jobs import new_job
folder = Path(sys.argv[1])
subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
for attempt in (
    lambda: new_job(folder / "new.lamo"),
    lambda: JobStore.open(folder / "a.lamo"),
    lambda: purge(folder / "a.lamo"),
):
    try:
        attempt()
        print("no error")
    except InputError as error:
        print(error)
with JobStore.open(folder / "a.lamo", read_only=True) as store:
    print(store.counts().done, store.audit())
"""


@pytest.mark.skipif(not permitted("true"), reason="this system permits no mounts of one's own")
def test_a_folder_that_is_read_only_can_be_looked_at(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store, 2)
    done = python(READ_ONLY, tmp_path, before=("unshare", "-rm"))
    if "CalledProcessError" in done.stderr:
        pytest.skip("this system permits no mounts of one's own")
    assert done.returncode == 0, done.stderr
    *sentences, looked = done.stdout.splitlines()
    assert len(sentences) == 3
    assert all("cannot be written to" in sentence for sentence in sentences), sentences
    assert looked == "2 []"


def test_a_job_of_the_first_release_is_brought_up_to_date_and_finished(tmp_path: Path) -> None:
    """version1.lamo.gz was written by release 0.1.0: the job of `new_job`, two of its four admissions scored."""
    path = tmp_path / "old.lamo"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version1.lamo.gz").read_bytes()))
    with JobStore.open(path) as store:
        assert store._connection.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
        assert store.counts() == Counts(pending=2, done=2)
        assert tuple(item.admission for item in store.items()) == ADMISSIONS
        assert store.audit() == []
        work(store)
        assert store.audit() == []
        assert [item.prefix_state is None for item in store.items()] == [
            True,
            True,
            True,
            False,
        ]  # one was scored since
        scores = [item.scores.tobytes() for item in store.items() if item.scores is not None]
    with new_job(tmp_path / "new.lamo") as fresh:
        work(fresh)
        assert [item.scores.tobytes() for item in fresh.items() if item.scores is not None] == scores


def test_a_migration_that_is_interrupted_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.lamo"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version1.lamo.gz").read_bytes()))
    before = schema.MIGRATIONS
    monkeypatch.setattr(schema, "MIGRATIONS", (*before, "CREATE TABLE a (x) STRICT; CREATE TABLE nonsense nonsense;"))
    with pytest.raises(InputError):
        JobStore.open(path)
    monkeypatch.setattr(schema, "MIGRATIONS", before)
    with JobStore.open(path) as store:
        assert store.counts() == Counts(pending=2, done=2)
        assert store.audit() == []
