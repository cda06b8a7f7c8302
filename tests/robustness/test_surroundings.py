"""What the program says when its surroundings fail it: no folder of its own, a full disk, a reader that has gone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.paths import base_weight_folders, data_dir, own_folder
from tests.jobs.jobs import new_job, work
from tests.jobs.test_disasters import permitted, python
from tests.privacy.planted import write_export

ROOT = Path(__file__).parents[2]
LAMO = [sys.executable, "-m", "lamo_desktop.cli"]
NO_FOLDER = "/proc/nowhere"


def run(*command: str, folder: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "LAMO_DATA_DIR": folder, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False, cwd=ROOT)


@pytest.mark.skipif(os.name == "nt", reason="a folder that nobody can make")
def test_without_a_folder_of_its_own_the_command_works_where_it_needs_none(tmp_path: Path) -> None:
    told = run(*LAMO, "model", "info", folder=NO_FOLDER)
    assert (told.returncode, told.stderr) == (0, "")
    export = str(write_export(tmp_path / "export.csv"))
    checked = run(*LAMO, "check", export, "--progress", "none", folder=NO_FOLDER)
    assert checked.returncode == 0, checked.stderr
    asked = run(*LAMO, "recommend", export, "-o", str(tmp_path / "out.xlsx"), "--progress", "none", folder=NO_FOLDER)
    assert asked.returncode == 2
    assert asked.stderr.startswith("lamo: The program's own folder /proc/nowhere cannot be used (")
    assert asked.stderr.endswith("set LAMO_DATA_DIR to a folder that you can write to.\n")


BOX = """
import sys
from PySide6.QtWidgets import QMessageBox
QMessageBox.critical = lambda parent, title, text: print(text)
from lamo_desktop.ui.app import main
sys.exit(main())
"""


@pytest.mark.skipif(os.name == "nt", reason="a folder that nobody can make")
def test_without_a_folder_of_its_own_the_window_says_so(tmp_path: Path) -> None:
    told = run(sys.executable, "-c", BOX, folder=NO_FOLDER)
    assert told.returncode == 2
    assert told.stdout.startswith("The program's own folder /proc/nowhere cannot be used (")
    assert "Traceback" not in told.stderr


def test_folders_of_the_program_are_their_owners_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMO_DATA_DIR", str(tmp_path / "data"))
    made = own_folder("jobs", "compare")
    assert made == data_dir() / "jobs" / "compare"
    if os.name != "nt":
        assert [path.stat().st_mode & 0o777 for path in (made, made.parent)] == [0o700, 0o700]
    (data_dir() / "logs").write_text("not a folder")
    with pytest.raises(InputError, match="cannot be used"):
        own_folder("logs")


@pytest.mark.skipif(os.name == "nt", reason="a variable of the XDG specification")
@pytest.mark.parametrize(
    ("given", "folder"), [("", "home/.local/share"), ("data", "home/.local/share"), ("/own", "/own")]
)
def test_the_data_folder_is_never_in_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, folder: str
) -> None:
    monkeypatch.delenv("LAMO_DATA_DIR")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", given)
    assert base_weight_folders(tmp_path)[-1] == tmp_path / folder / "lamo-desktop" / "models"


@pytest.mark.skipif(os.name == "nt" or shutil.which("sh") is None, reason="pipes of POSIX")
def test_a_command_whose_reader_has_gone_did_not_succeed(tmp_path: Path) -> None:
    """It writes nothing any more, so it must not say that all is done."""
    export, out = write_export(tmp_path / "export.csv"), tmp_path / "names.csv"
    command = " ".join([*LAMO, "check", str(export), "--save-names", str(out), "--progress", "json"])
    done = run("sh", "-c", f"{{ {command}; echo $? >&2; }} | true", folder=str(tmp_path / "data"))
    assert done.stderr.splitlines()[-1] == "130"
    assert not out.exists()


FULL = """
import contextlib, subprocess, sys
from pathlib import Path
from lamo_desktop import cli
from lamo_desktop.errors import InputError
from lamo_desktop.jobs.store import JobStore
from tests.jobs.jobs import new_job
from tests.jobs.test_kills import MANY
folder, export = Path(sys.argv[1]), sys.argv[2]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(folder)], check=True)
try:
    new_job(folder / "a.lamo", MANY)
except InputError as error:
    print(error)
print(sorted(path.name for path in folder.iterdir()))
def check(kind, name):
    cli.main(["check", export, f"--{kind}", str(folder / name), "--progress", "none"])
check("xlsx", "c.xlsx")
with (folder / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
    while ballast.write(bytes(512)):
        pass
check("save-profile", "c.yaml")
check("save-names", "c.csv")
print(sorted(path.name for path in folder.iterdir()))
"""


@pytest.mark.skipif(not permitted("true"), reason="this system permits no mounts of one's own")
def test_a_full_disk_leaves_no_half_of_anything(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    export = write_export(tmp_path / "export.csv", rows=600)
    done = python(FULL, folder, export, before=("unshare", "-rm"))
    if "CalledProcessError" in done.stderr:
        pytest.skip("this system permits no mounts of one's own")
    said = done.stdout.splitlines()
    assert "full" in said[0] and "the job was not begun" in said[0]
    assert said[1] == "[]"
    refusals = [line for line in done.stderr.splitlines() if line.startswith("lamo: ")]
    assert "Traceback" not in done.stderr, done.stderr
    full = "lamo: The disk is full: {} was not written; free some space or choose another disk."
    assert refusals == [full.format(name) for name in ("c.xlsx", "c.yaml", "c.csv")]
    assert said[-1] == "['ballast']"


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store, 1)
    (tmp_path / "a.lamo.lock").symlink_to(tmp_path / "made by us")
    with pytest.raises(InputError, match=r"a\.lamo cannot be worked on"):
        JobStore.open(tmp_path / "a.lamo")
    assert not (tmp_path / "made by us").exists()


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_new_files_are_their_owners_only_whatever_the_umask(tmp_path: Path) -> None:
    export = str(write_export(tmp_path / "export.csv"))
    names = ("c.xlsx", "c.yaml", "c.csv")
    asked = [
        f"--{kind}={tmp_path / name}" for kind, name in zip(("xlsx", "save-profile", "save-names"), names, strict=True)
    ]
    quoted = " ".join([*LAMO, "check", export, "--progress", "none", *asked])
    done = run("sh", "-c", f"umask 0; {quoted}", folder=str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    assert {name: oct((tmp_path / name).stat().st_mode & 0o777) for name in names} == dict.fromkeys(names, "0o600")
