"""`lamo audit` and `lamo purge`, and `lamo model verify`: what they say and with which exit code."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop import cli
from lamo_desktop.admissions import read_cohort
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs import batch
from lamo_desktop.jobs.job import Outcome
from lamo_desktop.jobs.marks import write_marks
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.paths import resource
from lamo_desktop.recommend.mark import Mark
from lamo_desktop.recommend.policy import Policy
from tests.jobs.jobs import new_job, work
from tests.jobs.test_store import TRIGGERS, altered


@pytest.fixture
def job(tmp_path: Path) -> Path:
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
    return tmp_path / "a.lamo"


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_an_intact_job_is_one_line(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = told(capsys, "audit", job)
    assert code == 0
    assert said.startswith("a.lamo is intact: 4 admissions, 4 results and 7 events agree; the log ends with ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE item SET seconds = seconds + 1 WHERE ordinal = 1", "The result of admission 2"),
        ("UPDATE item SET attempts = 7 WHERE ordinal = 1", "The result of admission 2"),
        ("UPDATE item SET admission = replace(admission, 'Chest', 'chest')", "The job's settings or admissions"),
        ("UPDATE item SET admission_id = '13' WHERE ordinal = 0", "The job's settings or admissions"),
        ("UPDATE run SET weights_sha256 = 'ff'", "The hash of the weights in use"),
        ("UPDATE event SET detail = replace(detail, 'cpu', 'gpu') WHERE seq = 2", "Event 2 was changed"),
    ],
)
def test_a_changed_byte_is_named(job: Path, capsys: pytest.CaptureFixture[str], statement: str, first: str) -> None:
    with sqlite3.connect(job) as connection:
        triggers = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    connection.close()
    altered(job, *TRIGGERS, statement, *triggers)
    code, said = told(capsys, "audit", job)
    assert code == 2
    assert said.startswith(f"lamo: a.lamo is not as it was written: {first}")
    assert said.count("\n") == 1


def test_results_logged_by_an_older_version_are_verified_too(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before `columns` was logged, the hashes left out time and attempts."""
    from lamo_desktop.codec import to_json
    from lamo_desktop.jobs import audit, journal

    connection = sqlite3.connect(job, isolation_level=None)
    triggers = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    for statement in TRIGGERS:
        connection.execute(statement)
    previous = journal.GENESIS
    for event in list(journal.events(connection)):
        detail = event.detail
        if event.kind == "scored":
            detail = {"sha256": {n: audit.result_sha256(connection, int(n), audit.RESULT) for n in detail["sha256"]}}
        digest = journal._hash(event.seq, event.at, event.kind, to_json(detail), previous)
        connection.execute(
            "UPDATE event SET detail = ?, previous = ?, hash = ? WHERE seq = ?",
            (to_json(detail), previous, digest, event.seq),
        )
        previous = digest
    connection.execute("UPDATE run SET log_head = ?", (previous,))
    for sql in triggers:
        connection.execute(sql)
    connection.close()
    assert told(capsys, "audit", job)[0] == 0
    altered(job, "UPDATE item SET cut = '[\"x\"]' WHERE ordinal = 0")
    assert "result of admission 1" in told(capsys, "audit", job)[1]


def test_every_flipped_byte_of_the_results_is_found(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = job.read_bytes()
    with sqlite3.connect(job) as connection:
        blobs = [blob for (blob,) in connection.execute("SELECT scores FROM item WHERE scores NOT NULL")]
    connection.close()
    for blob in blobs:
        for place in (0, len(blob) // 2, len(blob) - 1):
            broken = bytearray(whole)
            broken[whole.index(blob) + place] ^= 1
            job.write_bytes(broken)
            code, said = told(capsys, "audit", job)
            assert code == 2 and "result of admission" in said


def test_only_jobs_are_purged(job: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("my letter " * 100)
    code, said = told(capsys, "purge", letter)
    assert (code, letter.exists()) == (2, True)
    assert "is not a job file" in said
    assert told(capsys, "purge", tmp_path / "absent.lamo")[0] == 2
    job.write_bytes(job.read_bytes()[:5000])  # a damaged one can be got rid of
    assert told(capsys, "purge", job)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_job_in_use_is_not_purged_and_one_with_a_damaged_journal_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until its journal is brought into it, a job's own file holds nothing but whose it is."""
    with new_job(tmp_path / "a.lamo") as store:
        work(store, 1)
        code, said = told(capsys, "purge", tmp_path / "a.lamo")
        assert (code, "is in use by another run" in said) == (2, True), said
        shutil.copy(tmp_path / "a.lamo", tmp_path / "b.lamo")
        (tmp_path / "b.lamo-wal").write_bytes((tmp_path / "a.lamo-wal").read_bytes()[:-7])
        (tmp_path / "b.lamo-wal").rename(tmp_path / "b.lamo-journal")  # no journal that SQLite takes
    assert told(capsys, "purge", tmp_path / "b.lamo") == (0, "b.lamo is deleted.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.lamo"]


def test_verify_names_the_changed_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = tmp_path / "package"
    shutil.copytree(resource("packages/default"), package)
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    base = package / manifest["base_file"]
    source = resource("models") / manifest["base_file"]
    if not source.exists():
        pytest.skip("the base weights are not installed")
    content = bytearray(source.read_bytes())
    content[len(content) // 2] ^= 1
    base.write_bytes(content)
    code, said = told(capsys, "model", "verify", package)
    assert code == 3
    assert manifest["base_file"] in said and "altered" in said
    (package / "manifest.json").write_text("{", encoding="utf-8")
    code, said = told(capsys, "model", "verify", package)
    assert code == 3
    assert "manifest.json" in said


def test_no_value_of_any_row_can_be_changed_unnoticed(job: Path) -> None:
    """Every column of every table, row by row, and every row taken away: by hand, as with the sqlite3 program."""
    write_marks(job, {(0, "aspirin"): Mark("agree", "as ordered"), (1, "warfarin"): Mark("", "why?")})
    whole = job.read_bytes()
    unnoticed, tried = [], 0
    with closing(sqlite3.connect(job)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: list(connection.execute(f"PRAGMA table_info({name})")) for name in tables}
        rows = {name: [row for (row,) in connection.execute(f"SELECT rowid FROM {name}")] for name in tables}
    changes = [
        (table, row, column[1], column[2])
        for table in tables
        for row in rows[table]
        for column in (*columns[table], (0, "", ""))
        if (table, column[1]) != ("run", "id")  # it can only be 1
    ]
    for table, row, column, kind in changes:
        job.write_bytes(whole)
        with closing(sqlite3.connect(job)) as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("PRAGMA ignore_check_constraints = ON")
            if column:
                (before,) = connection.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (_another(before, kind), row))
            else:
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
            for _, statement in triggers:
                connection.execute(statement)
            connection.commit()
        tried += 1
        try:
            with JobStore.open(job, read_only=True) as store:
                if not store.audit():
                    unnoticed.append((table, row, column))
        except InputError:
            pass
    assert tried > 100
    assert unnoticed == []


def _another(value: object, kind: str) -> object:
    """A value like it, that the column takes."""
    if isinstance(value, str):
        return value + " " if value[-1:] not in ("}", "]") else value.replace("1", "2", 1) + " "
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if value is None:
        return {"TEXT": "x", "BLOB": b"x"}.get(kind, 1)
    return value + 1000  # type: ignore[operator]


def test_failed_admissions_are_tried_again_and_the_log_still_agrees(job: Path) -> None:
    with JobStore.open(job) as store:
        before = {item.ordinal: item for item in store.items()}
        assert [item.ordinal for item in before.values() if item.state == "failed"] == [2]
        assert store.retry_failed() == 1
        assert (store.counts().pending, store.counts().failed) == (1, 0)
        assert store.audit() == []
        assert store.retry_failed() == 0
        (claimed,) = store.claim(4)
        assert (claimed.ordinal, claimed.attempts) == (2, before[2].attempts + 1)
        scores = np.ones(len(store.job().candidates), dtype=np.float32)
        store.record([Outcome(2, scores, 10, 2)])
        after = {item.ordinal: item for item in store.items()}
        assert after[2].state == "done" and after[2].error == ""
        assert all(np.array_equal(after[n].scores, before[n].scores) for n in (0, 1, 3))
        assert store.audit() == []
        assert [event.kind for event in store.events()].count("queued again") == 1
    altered(job, "UPDATE item SET attempts = 7 WHERE ordinal = 2")
    with JobStore.open(job, read_only=True) as store:
        assert store.audit() == ["The result of admission 3 is not the one that was logged."]


def test_resume_tries_the_failed_ones_again_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    formulary, package = load_formulary(), load_package()
    cohort = read_cohort(resource("demo/eicu"), formulary)
    path, book = tmp_path / "b.lamo", tmp_path / "b.xlsx"
    with batch.create_job(
        path, cohort, package, EngineSettings(threads=1), ["aspirin", "heparin"], Policy(), limit=1
    ) as store:
        store.claim(1)
        store.record([Outcome(0, None, error="The engine died.")])
    code, said = told(capsys, "resume", path, "-o", book, "--progress", "none", "--threads", 1)
    assert code == 0 and "0 scored, 1 failed" in said
    code, said = told(capsys, "resume", path, "-o", book, "--progress", "none", "--threads", 1, "--retry-failed")
    assert code == 0 and "Admissions that are tried again: 1" in said and "1 scored, 0 failed" in said
    assert told(capsys, "audit", path)[0] == 0
