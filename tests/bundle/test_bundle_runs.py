"""The bundle at work: away from its source, without Python, network or privileges, in a home it may not write to."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.bundle.conftest import NOBODY, UNPRIVILEGED, WITHOUT_NETWORK, Installed

ROOT = Path(__file__).parents[2]
DEMO = "_internal/resources/demo/eicu"
WHOLE = bool(os.environ.get("LAMO_BUNDLE_WHOLE"))
ADMISSIONS = 75 if WHOLE else 3
SHEETS = ("Recommendations", "Admissions", "Set aside")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's /proc tells about processes")


def contents(workbook: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The cells of the sheets that must not depend on when, where and how fast the job ran."""
    book = openpyxl.load_workbook(workbook, read_only=True)
    return {name: list(book[name].iter_rows(values_only=True)) for name in SHEETS}


def recommend(place: Installed, name: str) -> list[str]:
    options = ["--profile", "eicu", "--limit", str(ADMISSIONS), "--threads", "1", "--progress", "json", "-o", name]
    return ["recommend", str(place.folder / DEMO), *options]


@pytest.fixture(scope="module")
def result(installed: Installed) -> dict[str, list[tuple[Any, ...]]]:
    """What the bundle gives on the first of the bundled admissions."""
    done = installed.run("lamo", *recommend(installed, "bundle.xlsx"), "--job", "kept.lamo", seconds=7200)
    assert done.returncode == 0, done.stderr
    assert f"{ADMISSIONS} scored, 0 failed" in done.stdout
    return contents(installed.work / "bundle.xlsx")


@linux
def test_it_runs_without_network_and_privileges_where_this_machine_permits_that(installed: Installed) -> None:
    script = "id -u; cat /proc/self/net/dev"
    said = subprocess.run([*installed.prefix, "sh", "-c", script], capture_output=True, text=True).stdout
    if UNPRIVILEGED[0] in installed.prefix:
        assert said.splitlines()[0] == str(NOBODY)
    if WITHOUT_NETWORK[0] in installed.prefix:
        interfaces = {line.split(":")[0].strip() for line in said.splitlines() if ":" in line}
        assert interfaces == {"lo"}


def test_the_command_says_its_version_and_verifies_its_model(installed: Installed) -> None:
    assert installed.run("lamo", "--version").stdout.startswith("lamo 0.")
    verified = installed.run("lamo", "model", "verify")
    assert verified.returncode == 0 and "every file is as its manifest says" in verified.stdout


def test_the_result_is_that_of_the_source(installed: Installed, result: dict[str, list[tuple[Any, ...]]]) -> None:
    options = ["--profile", "eicu", "--limit", str(ADMISSIONS), "--threads", "1", "--progress", "none"]
    output = installed.work / "source.xlsx"
    command = [sys.executable, "-m", "lamo_desktop.cli", "recommend", str(ROOT / "resources/demo/eicu"), *options]
    subprocess.run([*command, "-o", str(output)], cwd=ROOT, check=True, timeout=7200)
    source = contents(output)
    assert len(result["Recommendations"]) > 10 * ADMISSIONS
    for sheet in SHEETS:
        assert result[sheet] == source[sheet]


def test_nothing_is_written_but_into_the_data_folder(installed: Installed, result: object) -> None:
    """The weights in their fast form are there; the job, which nobody asked to keep, is not."""
    files = [path for path in installed.home.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if path.parent != installed.data / "models"] == []


def test_it_checks_and_validates(installed: Installed) -> None:
    export = installed.folder / DEMO
    checked = installed.run("lamo", "check", export, "--xlsx", "check.xlsx", "--audit")
    assert checked.returncode == 0 and "75 admissions can be scored" in checked.stdout, checked.stderr
    options = ["--limit", 3, "--threads", 1, "--progress", "none", "-o", "report.html", "--json", "report.json"]
    done = installed.run("lamo", "validate", export, *options, "--xlsx", "report.xlsx")
    assert done.returncode == 0, done.stderr
    assert json.loads((installed.work / "report.json").read_text(encoding="utf-8"))["n_admissions"] == 3
    assert "<svg" in (installed.work / "report.html").read_text(encoding="utf-8")


def test_a_kept_job_is_audited_locked_and_unlocked(installed: Installed, result: object) -> None:
    for words in ("audit kept.lamo", "lock kept.lamo", "unlock kept.lamo.enc", "audit kept.lamo"):
        done = installed.run("lamo", *words.split(), words="a long passphrase\n")
        assert done.returncode == 0, done.stderr


def descendants_of(pid: int, word: bytes = b"worker") -> list[int]:
    """Process ids of a process's descendants whose command line has the word: by default the engines."""
    found, parents = [], {pid}
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            parent = int((folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if parent in parents:
            parents.add(int(folder.name))
            if word in command:
                found.append(int(folder.name))
    return found


@linux
def test_a_killed_engine_is_replaced_and_the_result_is_the_same(
    installed: Installed, result: dict[str, list[tuple[Any, ...]]]
) -> None:
    job = installed.start("lamo", *recommend(installed, "killed.xlsx"))
    assert job.stdout is not None
    killed = False
    for line in job.stdout:
        if not killed and line.startswith("{") and json.loads(line)["stage"] == "scoring":
            victims = descendants_of(job.pid)
            assert victims
            os.kill(victims[-1], signal.SIGKILL)
            killed = True
    assert job.wait(900) == 0 and killed
    assert contents(installed.work / "killed.xlsx") == result


@linux
def test_another_build_of_the_engine_beside_the_program_is_used(installed: Installed, bundle: Path) -> None:
    """A `gpu` folder: here the same library again, so that it runs; the kernel says which file is loaded."""
    installed.folder.chmod(0o755)
    gpu = installed.folder / "gpu"
    shutil.copytree(bundle / "_internal" / "llama_cpp" / "lib", gpu)
    installed.folder.chmod(0o555)
    try:
        for device, expected in (("auto", "/gpu/"), ("cpu", "/_internal/llama_cpp/lib/")):
            assert {expected} == loaded_engines(installed, device)
    finally:
        installed.folder.chmod(0o755)
        shutil.rmtree(gpu)


def loaded_engines(place: Installed, device: str) -> set[str]:
    """Folders, seen from the program's, of the llama.cpp libraries that a worker has in its memory."""
    name = f"{device}.xlsx"
    job = place.start("lamo", *recommend(place, name), "--device", device)
    assert job.stdout is not None
    found: set[str] = set()
    for line in job.stdout:
        if not found and line.startswith("{") and json.loads(line)["stage"] == "scoring":
            maps = Path(f"/proc/{descendants_of(job.pid)[-1]}/maps").read_text(encoding="utf-8")
            files = [line.split(None, 5)[5] for line in maps.splitlines() if "libllama" in line or "libggml" in line]
            found = {str(Path(file).parent).removeprefix(str(place.folder)) + "/" for file in files}
            job.terminate()
    job.wait(60)
    return found


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An X server without a monitor; Windows always has a screen."""
    if sys.platform == "win32":
        yield
        return
    if shutil.which("Xvfb") is None:
        pytest.skip("there is no Xvfb")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as numbers:
        monkeypatch.setenv("DISPLAY", ":" + numbers.readline().strip())
    yield
    server.terminate()
    server.wait()


def test_the_window_opens_reads_an_export_and_closes(installed: Installed, screen: None) -> None:
    done = installed.run("lamo-desktop", f"--picture={installed.work / 'empty.png'}", seconds=300)
    assert done.returncode == 0, done.stderr
    picture = f"--picture={installed.work / 'read.png'}"
    done = installed.run("lamo-desktop", picture, installed.folder / DEMO, seconds=300)
    assert done.returncode == 0 and "stylesheet" not in done.stderr, done.stderr
    empty, read = ((installed.work / name).read_bytes() for name in ("empty.png", "read.png"))
    assert empty.startswith(b"\x89PNG") and len(empty) > 20_000
    assert read.startswith(b"\x89PNG") and read != empty


@linux
def test_the_process_that_reads_for_the_window_has_the_bundle_s_libraries(installed: Installed, screen: None) -> None:
    """Not the system's, which may lack one: the window takes their path out of its environment for other programs."""
    carried = {path.name for path in (installed.folder / "_internal").iterdir() if path.name.startswith("lib")}
    window = installed.start("lamo-desktop", installed.folder / DEMO)
    loaded: dict[str, str] = {}
    end = time.monotonic() + 60
    while "libglib-2.0.so.0" not in loaded and time.monotonic() < end and window.poll() is None:
        for reader in descendants_of(window.pid, b"--multiprocessing-fork"):
            with contextlib.suppress(OSError):
                maps = Path(f"/proc/{reader}/maps").read_text(encoding="utf-8")
                files = [Path(line.split(None, 5)[5]) for line in maps.splitlines() if ".so" in line]
                loaded |= {file.name: str(file) for file in files if file.name in carried}
        time.sleep(0.02)
    window.kill()
    window.wait(60)
    assert "libglib-2.0.so.0" in loaded
    assert [path for path in loaded.values() if not path.startswith(str(installed.folder))] == []
