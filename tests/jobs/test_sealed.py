"""Job files encrypted with a passphrase: whole again with it, closed without it, and no change goes unnoticed."""

import os
import signal
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from lamo_desktop import cli
from lamo_desktop.errors import InputError
from lamo_desktop.jobs import schema, sealed
from lamo_desktop.jobs.sealed import seal, unseal
from lamo_desktop.jobs.store import JobStore, purge
from tests.jobs.jobs import new_job, work

PHRASE = "correct hörse battery"


@pytest.fixture
def job(tmp_path: Path) -> Path:
    with new_job(tmp_path / "a.lamo") as store:
        work(store, 3)
    return tmp_path / "a.lamo"


def test_a_job_comes_back_as_it_was(job: Path) -> None:
    before = job.read_bytes()
    closed = seal(job, PHRASE)
    assert [path.name for path in job.parent.iterdir()] == ["a.lamo.enc"]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o600 or os.name == "nt"
    content = closed.read_bytes()
    assert b"Chest pain" in before
    assert b"Chest pain" not in content and b"SQLite" not in content
    assert unseal(closed, PHRASE) == job
    assert [path.name for path in job.parent.iterdir()] == ["a.lamo"]
    assert job.read_bytes()[100:] == before[100:]  # the head counts how often SQLite opened the file
    with JobStore.open(job) as store:
        assert store.audit() == []
        work(store)


def test_the_same_job_and_passphrase_never_give_the_same_bytes(job: Path) -> None:
    first = seal(job, PHRASE).read_bytes()
    unseal(job.with_name("a.lamo.enc"), PHRASE)
    second = seal(job, PHRASE).read_bytes()
    assert len(first) == len(second)
    assert sum(a == b for a, b in zip(first[8:], second[8:], strict=True)) < len(first) / 50


def test_a_wrong_passphrase_is_one_sentence_and_harms_nothing(job: Path) -> None:
    closed = seal(job, PHRASE)
    before = closed.read_bytes()
    for wrong in ("", PHRASE + " ", "x" * 100, "\ud800"):
        with pytest.raises(InputError, match="passphrase is wrong or the file was changed"):
            unseal(closed, wrong)
    assert closed.read_bytes() == before
    assert [path.name for path in job.parent.iterdir()] == ["a.lamo.enc"]


def test_every_change_of_an_encrypted_file_is_noticed(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "PIECE", 4_096)  # several pieces, to be exchanged and left out
    monkeypatch.setattr(sealed, "_key", lambda passphrase, salt: salt * 2)  # deriving it takes a second
    closed = seal(job, PHRASE)
    whole = closed.read_bytes()
    head, piece = 31, 4_096 + 16
    pieces = [whole[at : at + piece] for at in range(head, len(whole), piece)]
    assert len(pieces) > 2
    swapped = whole[:head] + pieces[1] + pieces[0] + b"".join(pieces[2:])
    shorter = whole[:head] + b"".join(pieces[:-1])
    doubled = whole[:head] + pieces[0] + b"".join(pieces)
    flipped = [bytearray(whole) for _ in range(6)]
    for place, broken in zip((0, 10, 25, 40, len(whole) // 2, len(whole) - 1), flipped, strict=True):
        broken[place] ^= 1
    for changed in (swapped, shorter, doubled, whole + b"x", whole[:-1], whole[:head], whole[:20], b"", *flipped):
        closed.write_bytes(changed)
        with pytest.raises(InputError, match=r"does not open|not an encrypted job file"):
            unseal(closed, PHRASE)
        assert not job.exists()
    closed.write_bytes(whole)
    assert unseal(closed, PHRASE) == job


def test_what_must_not_be_lost_is_not_overwritten(job: Path) -> None:
    with pytest.raises(InputError, match="at least 8 characters"):
        seal(job, "short")
    with JobStore.open(job), pytest.raises(InputError, match="in use by another run"):
        seal(job, PHRASE)
    job.with_name("a.lamo.enc").write_text("something else")
    with pytest.raises(InputError, match="exists already"):
        seal(job, PHRASE)
    assert job.exists()
    with pytest.raises(InputError, match="exists already"):
        unseal(job.with_name("a.lamo.enc"), PHRASE)
    with pytest.raises(InputError, match="does not end in"):
        unseal(job, PHRASE)
    with pytest.raises(InputError, match="no job file"):
        seal(job.with_name("absent.lamo"), PHRASE)
    with pytest.raises(InputError, match="could not be decrypted"):
        unseal(job.with_name("absent.lamo.enc"), PHRASE)


def test_the_commands_take_the_passphrase_from_the_environment(
    job: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAMO_PASSPHRASE", PHRASE)
    assert cli.main(["lock", str(job)]) == 0
    monkeypatch.setenv("LAMO_PASSPHRASE", "another one")
    assert cli.main(["unlock", f"{job}.enc"]) == 2
    assert "passphrase is wrong" in capsys.readouterr().err
    monkeypatch.setenv("LAMO_PASSPHRASE", PHRASE)
    assert cli.main(["unlock", f"{job}.enc"]) == 0
    assert job.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.jobs.jobs import ENGINE, WEIGHTS, new_job, outcome
store = new_job(Path(sys.argv[1]))
store.start(WEIGHTS, ENGINE)
store.record([outcome(item.ordinal) for item in store.claim(3)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_killed_job_that_someone_reads_is_not_encrypted_without_its_journal(tmp_path: Path) -> None:
    """SQLite cannot bring the journal into the file meanwhile: encrypting that alone would lose what is scored."""
    job = tmp_path / "a.lamo"
    done = subprocess.run([sys.executable, "-c", KILLED, str(job)], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -signal.SIGKILL
    with closing(schema.connect(job)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM item WHERE scores NOT NULL").fetchone() == (2,)
        with pytest.raises(InputError, match="open in another program"):
            seal(job, PHRASE)
    assert not job.with_name("a.lamo.enc").exists()
    seal(job, PHRASE)
    assert [path.name for path in tmp_path.iterdir()] == ["a.lamo.enc"]
    unseal(job.with_name("a.lamo.enc"), PHRASE)
    with JobStore.open(job) as store:
        assert (store.counts().done, store.counts().failed, store.audit()) == (2, 1, [])


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and links")
def test_what_lies_under_the_name_of_the_unfinished_file_is_neither_written_through_nor_kept(job: Path) -> None:
    precious = job.with_name("precious.txt")
    precious.write_text("precious")
    job.with_name("a.lamo.enc.partial").symlink_to(precious)
    closed = seal(job, PHRASE)
    assert precious.read_text() == "precious"
    left = job.with_name("a.lamo.partial")
    left.write_bytes(b"Chest pain")
    left.chmod(0o666)
    with left.open("rb") as left_open:  # as somebody else may have it
        unseal(closed, PHRASE)
        assert left_open.read() == bytes(10)
    assert stat.S_IMODE(job.stat().st_mode) == 0o600
    assert sorted(path.name for path in job.parent.iterdir()) == ["a.lamo", "precious.txt"]


def test_a_purge_takes_what_a_killed_decryption_left(job: Path) -> None:
    job.with_name("a.lamo.partial").write_bytes(job.read_bytes())
    purge(job)
    assert list(job.parent.iterdir()) == []


def test_a_journal_that_lies_beside_is_not_taken_for_that_of_a_decrypted_job(job: Path) -> None:
    closed = seal(job, PHRASE)
    journal = job.with_name("a.lamo-wal")
    journal.write_bytes(b"of another job")
    with pytest.raises(InputError, match=r"a\.lamo-wal exists already"):
        unseal(closed, PHRASE)
    journal.unlink()
    unseal(closed, PHRASE)
