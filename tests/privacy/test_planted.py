"""Words planted in every text column of an export are found in no file but results and jobs, whatever goes wrong."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from tests.privacy import planted
from tests.robustness.kills import few_candidates

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and modes")
LAMO = [sys.executable, "-m", "lamo_desktop.cli"]
PATIENCE = 600

DYING_ENGINE = """
import os, signal, sys
from lamo_desktop import cli
from lamo_desktop.model.process import EngineProcess
ask = EngineProcess._asked
def dying(engine, *arguments):
    os.kill(engine.pid, signal.SIGABRT)
    return ask(engine, *arguments)
EngineProcess._asked = dying
sys.exit(cli.main())
"""
FAULTY_PROGRAM = """
import sys
from lamo_desktop import cli
from lamo_desktop.jobs import batch
def faulty(admission):
    raise KeyError(f"{admission}")
batch.parts = faulty
sys.exit(cli.main())
"""
KILLED_PROGRAM = """
import os, signal, sys
from lamo_desktop import cli
from lamo_desktop.jobs.store import JobStore
record = JobStore.record
def killed(store, outcomes):
    record(store, outcomes)
    os.kill(os.getpid(), signal.SIGKILL)
JobStore.record = killed
sys.exit(cli.main())
"""
WINDOW = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from lamo_desktop.ui.app import make_application
from lamo_desktop.ui.session import RunSettings
from lamo_desktop.ui.window import MainWindow

def wait(reached):
    end = time.monotonic() + 600
    while not reached():
        QApplication.processEvents()
        time.sleep(0.02)
        assert time.monotonic() < end and not bad, bad

bad = []
app = make_application(["lamo-desktop"])
window = MainWindow()
window.show()
window.journal.catch_faults(window.say_fault)
session = window.session
session.message.connect(lambda sentence, tone: bad.append(sentence) if tone == "bad" else None)
window.open_path(Path(sys.argv[1]))
wait(lambda: session.cohort is not None)
session.start_run(RunSettings(package=Path(sys.argv[2]), device="cpu"))
wait(lambda: session.results is not None)
wait(lambda: not session.background.running)
window.choose_scheme("dark")
QTimer.singleShot(0, lambda: {}[session.cohort.admissions[0].reason])
for _ in range(20):
    QApplication.processEvents()
window.close()
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, own_user_folder: Path) -> Path:
    """A home of its own, with the weights that were derived for all tests."""
    try:
        _ = load_package().base_path
    except ModelError:
        pytest.skip("the base weights are not installed")
    folder = tmp_path_factory.mktemp("planted")
    planted.environment(folder)
    (own_user_folder / "models").mkdir(exist_ok=True)
    (folder / "data" / "lamo-desktop").mkdir()
    (folder / "data" / "lamo-desktop" / "models").symlink_to(own_user_folder / "models")
    planted.write_export(folder / "export.csv", rows=2)
    few_candidates(folder / "few")
    return folder


def run(tree: Path, command: list[str], *more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*command, *more],
        env=planted.environment(tree),
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def engine(tree: Path) -> list[str]:
    return ["--model", str(tree / "few"), "--device", "cpu", "--threads", "1"]


def scoring(tree: Path, program: str, name: str, limit: int = 2) -> "subprocess.CompletedProcess[str]":
    places = ["--job", str(tree / f"{name}.lamo"), "-o", str(tree / f"{name}.xlsx"), "--limit", str(limit)]
    return run(tree, [sys.executable, "-c", program], "recommend", str(tree / "export.csv"), *places, *engine(tree))


def test_planted_words_are_found_in_results_and_jobs_only(tree: Path) -> None:
    export, out = str(tree / "export.csv"), str(tree / "whole.xlsx")
    checked = run(tree, LAMO, "check", export, "--xlsx", str(tree / "check.xlsx"), "--audit")
    assert checked.returncode == 0, checked.stderr
    killed = scoring(tree, KILLED_PROGRAM, "killed")
    assert killed.returncode == -signal.SIGKILL
    faulty = scoring(tree, FAULTY_PROGRAM, "faulty")
    assert faulty.returncode == 3
    assert "a fault of its own (KeyError in faulty)" in faulty.stderr
    dying = scoring(tree, DYING_ENGINE, "dying", limit=1)
    assert dying.returncode == 0, dying.stderr
    with JobStore.open(tree / "dying.lamo", read_only=True) as store:
        assert [item.error for item in store.items()] == ["The engine stopped twice while it scored this admission."]
    resumed = run(tree, LAMO, "resume", str(tree / "killed.lamo"), "-o", out, "--device", "cpu", "--threads", "1")
    assert resumed.returncode == 0, resumed.stderr
    validated = run(tree, LAMO, "validate", export, "-o", str(tree / "report.html"), *engine(tree))
    window = run(tree, [sys.executable, "-c", WINDOW], export, str(tree / "few"))
    assert window.returncode == 0, window.stderr
    for done in (killed, faulty, dying, resumed, validated, window):
        assert not planted.words_in((done.stdout + done.stderr).encode()), done.stderr
    assert planted.words_in((tree / "whole.xlsx").read_bytes())  # the search does find them
    assert planted.words_in((tree / "killed.lamo").read_bytes())
    logs = [path for path in tree.rglob("*") if path.is_file() and path.suffix in (".log", ".txt")]
    assert any(b"fault: KeyError" in path.read_bytes() for path in logs), logs
    assert planted.hits([tree], besides=[tree / "export.csv"]) == []


def test_job_files_are_their_owners_only_and_a_purge_leaves_nothing(tree: Path) -> None:
    job = tree / "purged.lamo"
    done = scoring(tree, KILLED_PROGRAM, "purged")
    assert done.returncode == -signal.SIGKILL
    beside = [path for path in tree.iterdir() if path.name.startswith("purged.lamo")]
    assert len(beside) >= 3  # with its journal: it was killed
    assert {stat.S_IMODE(path.stat().st_mode) for path in beside} == {0o600}
    handle = os.open(job, os.O_RDONLY)  # what a deleted file held can still be read through it
    try:
        purged = run(tree, LAMO, "purge", str(job))
        assert purged.returncode == 0, purged.stderr
        assert not any(os.read(handle, 1 << 24))
    finally:
        os.close(handle)
    assert not [path for path in tree.iterdir() if path.name.startswith("purged.lamo")]


KILLED_WHILE_COMPARING = """
import os, signal, sys
from lamo_desktop import cli
from lamo_desktop.cli import validate
from lamo_desktop.jobs.store import JobStore
score, record = validate._on_same_rows, JobStore.record
def killed(store, outcomes):
    record(store, outcomes)
    os.kill(os.getpid(), signal.SIGKILL)
def compare(*arguments):
    JobStore.record = killed
    return score(*arguments)
validate._on_same_rows = compare
sys.exit(cli.main())
"""


@pytest.mark.long
def test_another_models_job_lies_in_the_owners_folder_and_goes(tree: Path) -> None:
    """Not in the system's temporary folder, where a killed run would leave patients' texts for good."""
    command = ["validate", str(tree / "export.csv"), "-o", str(tree / "compared.html"), "--limit", "1", *engine(tree)]
    compared = [*command, "--compare", str(tree / "few")]
    killed = run(tree, [sys.executable, "-c", KILLED_WHILE_COMPARING], *compared)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not list((tree / "tmp").rglob("*"))
    folder = tree / "data" / "lamo-desktop" / "jobs" / "compare"
    left = list(folder.glob("*.lamo"))
    assert len(left) == 1
    assert planted.words_in(b"".join(path.read_bytes() for path in folder.iterdir()))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, *left)] == [0o700, 0o700, 0o600]
    again = run(tree, LAMO, *compared)
    assert again.returncode == 0, again.stderr
    assert not list(folder.iterdir())
