import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop import cli
from lamo_desktop.codec import to_json
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs import schema
from lamo_desktop.jobs.batch import results
from lamo_desktop.jobs.job import Counts
from lamo_desktop.jobs.store import JobStore, purge
from tests.jobs.jobs import ADMISSIONS, COHORT, ENGINE, WEIGHTS, new_job, outcome, package, work


def test_a_job_file_holds_everything_a_resume_needs(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo"):
        pass
    with JobStore.open(tmp_path / "a.lamo") as store:
        job = store.job()
        assert tuple(item.admission for item in store.items()) == ADMISSIONS
        assert (job.source, job.attrition, job.problems) == (COHORT.source, COHORT.attrition, COHORT.problems)
        assert (job.set_aside, job.unmapped) == (COHORT.set_aside, COHORT.unmapped)
        assert store.counts() == Counts(pending=4)


def test_results_come_back_bit_for_bit(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
    with JobStore.open(tmp_path / "a.lamo", read_only=True) as store:
        items = list(store.items())
        assert [item.state for item in items] == ["done", "done", "failed", "done"]
        for item in items:
            expected = outcome(item.ordinal)
            assert (item.prefix_tokens, item.suffix_tokens) == (expected.prefix_tokens, expected.suffix_tokens)
            assert (item.cut, item.error, item.attempts) == (expected.cut, expected.error, 1)
            if item.scores is None:
                assert expected.scores is None
            else:
                assert item.scores.dtype == np.float32
                assert item.scores.tobytes() == expected.scores.tobytes()
        assert store.weights_sha256() == WEIGHTS


def test_the_models_state_is_kept_in_half_precision_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store)
    with JobStore.open(path, read_only=True) as store:
        states = {item.ordinal: item.prefix_state for item in store.items()}
    assert states[2] is None and states[1] is None  # failed; scored without a state
    for ordinal in (0, 3):
        assert states[ordinal].dtype == np.float16
        assert states[ordinal] == pytest.approx(outcome(ordinal).prefix_state, abs=0.01)
    altered(path, "UPDATE item SET prefix_state = x'0000' WHERE ordinal = 3")
    with JobStore.open(path, read_only=True) as store:
        assert store.audit() == ["The result of admission 4 is not the one that was logged."]


def test_what_was_in_hand_is_queued_again(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        store.start(WEIGHTS, ENGINE)
        store.record([outcome(0) for _ in store.claim(1)])
        assert [item.ordinal for item in store.claim(2)] == [1, 2]
        assert store.counts() == Counts(pending=1, running=2, done=1)
    with JobStore.open(path) as store:
        store.start(WEIGHTS, ENGINE)
        assert store.counts() == Counts(pending=3, done=1)
        assert [item.ordinal for item in store.claim(9)] == [1, 2, 3]


def test_what_was_claimed_but_not_scored_goes_back(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        store.claim(3)
        store.record([outcome(0)])
        assert store.counts() == Counts(pending=3, done=1)


@pytest.mark.skipif(os.name == "nt", reason="modes are a matter of POSIX")
def test_nobody_else_can_read_any_file_of_a_job(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with new_job(tmp_path / "a.lamo") as store:
            work(store, 1)
            files = list(tmp_path.iterdir())
            assert len(files) >= 2
            assert {file.name: oct(file.stat().st_mode & 0o777) for file in files} == {f.name: "0o600" for f in files}
    finally:
        os.umask(before)


def test_closing_leaves_one_plain_file(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
    assert [file.name for file in tmp_path.iterdir()] == ["a.lamo"]


def test_a_second_instance_is_refused_but_may_look(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store, 2)
        with pytest.raises(InputError, match="in use by another run"):
            JobStore.open(path)
        with pytest.raises(InputError, match="in use by another run"):
            purge(path)
        with JobStore.open(path, read_only=True) as reader:
            assert reader.counts().done == 2
            work(store, 1)
            assert reader.counts().failed == 1
            with pytest.raises(InputError, match="cannot be written"):
                reader.note("stopped", {})
    with JobStore.open(path) as store:
        assert store.counts().total == 4


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    code = (
        "import sys; from pathlib import Path; from lamo_desktop.jobs.store import JobStore; "
        "JobStore.open(Path(sys.argv[1]))"
    )
    with new_job(path):
        done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
        assert "in use by another run" in done.stderr
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == 0


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path):
        pass
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        new_job(path)
    other = tmp_path / "notes.txt"
    other.write_text("my notes " * 100)
    with pytest.raises(InputError, match=r"notes\.txt is not a job file"):
        new_job(other)
    assert (path.read_bytes(), other.read_text()) == (before, "my notes " * 100)


def test_an_interrupted_creation_is_said_and_can_be_repeated(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    path.touch()
    with pytest.raises(InputError, match="creating it was interrupted"):
        JobStore.open(path)
    with new_job(path) as store:
        assert store.counts().pending == 4


def test_files_that_are_no_jobs_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no job file"):
        JobStore.open(tmp_path / "absent.lamo")
    with pytest.raises(InputError, match="There is no job file"):
        JobStore.open(tmp_path)
    text = tmp_path / "text.lamo"
    text.write_bytes(b"not a database, but long enough to look at" * 50)
    with pytest.raises(InputError, match=r"text\.lamo is not a job file"):
        JobStore.open(text)
    other = tmp_path / "other.lamo"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE run (id)")
    connection.close()
    with pytest.raises(InputError, match=r"other\.lamo is not a job file"):
        JobStore.open(other)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written to"):
        new_job(tmp_path / "absent" / "a.lamo")


def altered(path: Path, *statements: str) -> None:
    """What someone with a database tool could do."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_job_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    new_job(path).close()
    altered(path, "PRAGMA user_version = 99")
    with pytest.raises(InputError, match="newer version"):
        JobStore.open(path)


def test_an_older_job_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store, 1)
    step = (
        "CREATE TABLE remark (ordinal INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT; CREATE INDEX r ON remark (text);"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, step))
    with JobStore.open(path, read_only=True) as store:
        assert store.counts() == Counts(pending=3, done=1)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
        assert connection.execute("SELECT count(*) FROM remark").fetchone() == (0,)
    connection.close()


def test_a_strangers_trigger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    new_job(path).close()
    altered(path, "CREATE TRIGGER t AFTER UPDATE ON item BEGIN DELETE FROM item; END")
    with pytest.raises(InputError, match="damaged"):
        JobStore.open(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE item SET admission = '{\"admission_id\": 5}' WHERE ordinal = 1",
        "UPDATE item SET scores = x'0000' WHERE ordinal = 1",
        "UPDATE item SET scores = NULL WHERE ordinal = 1",
        "UPDATE item SET cut = '7' WHERE ordinal = 1",
        "UPDATE item SET prefix_state = x'007c' WHERE ordinal = 1",
        "UPDATE item SET admission = CAST(x'ff' AS TEXT) WHERE ordinal = 1",
        "UPDATE run SET candidates = 'aspirin'",
        "DELETE FROM run",
    ],
)
def test_damaged_content_is_one_sentence(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store)
    altered(path, statement)
    with JobStore.open(path) as store, pytest.raises(InputError, match="damaged"):
        list(store.items())


def test_any_flipped_byte_is_either_harmless_or_said(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store)
    whole = path.read_bytes()
    chance = np.random.default_rng(5)
    found = 0
    for place in chance.integers(0, len(whole), 60):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        path.write_bytes(broken)
        try:
            with JobStore.open(path) as store:
                found += bool(store.audit())
                list(store.items())
                store.job()
        except InputError as error:
            found += 1
            assert str(error).count("\n") == 0
    assert found > 10


def test_a_cut_off_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    new_job(path).close()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match="damaged"):
        JobStore.open(path)


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store, 1)
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        store.claim(1)
        with pytest.raises(InputError, match=r"disk .* is full"):
            store.record([outcome(1, 4000)])
        assert store.counts() == Counts(pending=2, running=1, done=1)
    with JobStore.open(path) as store:
        work(store)
        assert store.counts() == Counts(done=3, failed=1)
        assert store.audit() == []


@pytest.mark.skipif(shutil.which("sh") is None or os.name == "nt", reason="needs a shell's file size limit")
def test_a_job_too_large_for_the_disk_leaves_no_half_of_it(tmp_path: Path) -> None:
    code = (
        "import sys, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path; from tests.jobs.jobs import new_job\n"
        "from lamo_desktop.errors import InputError\n"
        "try: new_job(Path(sys.argv[1]))\n"
        "except InputError as error: print(error)\n"
    )
    path = tmp_path / "a.lamo"
    tests = str(Path(__file__).parents[2])
    limited = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", sys.executable, "-c", code, str(path), tests]
    said = subprocess.run(limited, capture_output=True, text=True, check=False)
    assert "full" in said.stdout, said
    with new_job(path) as store:
        assert store.counts().pending == 4


def test_the_log_tells_what_happened(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store, 2)
        work(store)
        assert [event.kind for event in store.events()] == [
            *["created", "started", "scored", "scored", "stopped"],
            *["started", "scored", "scored", "finished"],
        ]
        assert store.audit() == []
        with pytest.raises(InputError):
            store._connection.execute("SELECT 1")
            with store._writing():
                store._connection.execute("DELETE FROM event")


TRIGGERS = ("DROP TRIGGER event_is_kept", "DROP TRIGGER event_is_fixed")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE item SET scores = zeroblob(24) WHERE ordinal = 0", "result of admission 1"),
        ("UPDATE item SET error = 'other' WHERE ordinal = 2", "result of admission 3"),
        ("UPDATE item SET state = 'pending' WHERE ordinal = 3", "result of admission 4"),
        ("DELETE FROM item WHERE ordinal = 3", "changed after it was created"),
        ("UPDATE item SET admission = replace(admission, '67', '68')", "changed after it was created"),
        ("UPDATE run SET policy = replace(policy, '0.5', '0.6')", "changed after it was created"),
        ("UPDATE event SET at = '2020' WHERE seq = 2", "Event 2 was changed"),
        ("DELETE FROM event WHERE seq = 3", "Event 3 is missing"),
        ("UPDATE event SET previous = hash WHERE seq = 4", "Event 4 does not follow"),
        ("DELETE FROM event WHERE seq > 4", "result of admission 3"),
    ],
)
def test_an_audit_finds_every_kind_of_change(tmp_path: Path, statement: str, said: str) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store)
        triggers = store._connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    altered(path, *TRIGGERS, statement, *(sql for (sql,) in triggers))
    with JobStore.open(path, read_only=True) as store:
        assert any(said in sentence for sentence in store.audit()), store.audit()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event",
        "UPDATE run SET created = 'yesterday'",
        "UPDATE run SET candidates = '[]'",
        """UPDATE run SET candidates = replace(candidates, 'warfarin', 'aspirin')""",
        "UPDATE item SET scores = x'0000c07f0000c07f0000c07f0000c07f0000c07f0000c07f' WHERE scores NOT NULL",  # NaN
        "UPDATE item SET scores = x'0000807f0000807f0000807f0000807f0000807f0000807f' WHERE scores NOT NULL",  # inf
    ],
)
def test_what_no_job_can_hold_is_damage(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store)
        triggers = store._connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    altered(path, *TRIGGERS, statement, *(sql for (sql,) in triggers))
    with JobStore.open(path, read_only=True) as store, pytest.raises(InputError, match="damaged"):
        results(store, package(), load_formulary())


@pytest.mark.parametrize("place", ["//evil/share/package", "\\\\evil\\share", "\\\\?\\UNC\\evil\\share", "/\\evil/x"])
def test_a_job_sends_nobody_to_another_computer_for_its_model(tmp_path: Path, place: str) -> None:
    """On Windows, opening such a path asks that computer, with the user's name."""
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store)
        identity = store.job().package
    assert identity.folder == Path(identity.path)
    with pytest.raises(InputError, match="lies on another computer"):
        _ = replace(identity, path=place).folder
    altered(path, "UPDATE run SET package = '" + to_json(replace(identity, path=place)) + "'")
    assert cli.main(["resume", str(path), "-o", str(tmp_path / "out.xlsx"), "--progress", "none"]) == 2


def test_a_purge_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store, 1)
        for file in list(tmp_path.iterdir()):
            shutil.copy(file, tmp_path / ("b" + file.name.removeprefix("a")))  # as a killed program leaves it
    for name in ("a.lamo", "b.lamo"):
        purge(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.lamo", "100% of #1 ?x=1&mode=rwc ä 药.lamo"])
def test_a_job_deleted_this_moment_does_not_come_back_as_an_empty_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    with new_job(path):
        pass
    with JobStore.open(path, read_only=True) as store:
        assert store.counts().total
    monkeypatch.setattr(Path, "is_file", lambda self: purge(self) or True)  # between the look and the opening
    with pytest.raises(InputError, match="cannot be opened"):
        JobStore.open(path, read_only=True)
    assert list(tmp_path.iterdir()) == []


def local(mounts: str) -> Callable[[Path], bool]:
    return lambda path: schema.on_local_disk(str(path), mounts)


@pytest.mark.skipif(os.name == "nt", reason="mount points are a matter of POSIX")
def test_network_folders_are_told_from_local_disks() -> None:
    is_local = local(
        "/dev/vda / ext4 rw 0 0\nserver:/x /mnt/ward nfs4 rw 0 0\n//s/y /mnt/my\\040share cifs rw 0 0\n"
        "tmpfs /mnt/ward/scratch tmpfs rw 0 0\n"
    )
    assert is_local(Path("/home/a.lamo"))
    assert not is_local(Path("/mnt/ward/a.lamo"))
    assert is_local(Path("/mnt/ward/scratch/a.lamo"))
    assert is_local(Path("/mnt/wards/a.lamo"))
    assert not is_local(Path("/mnt/my share/a.lamo"))
