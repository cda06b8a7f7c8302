"""How many cores are taken: those of the system, the affinity and the container, on systems of every kind."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lamo_desktop.model import threads
from lamo_desktop.model.memory import private_bytes


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A computer with so many logical processors and cores, whose Linux tells what is written below the folder."""

    def made(processors: int, cores: int | None) -> Path:
        monkeypatch.setattr(threads, "SYSTEM", tmp_path)
        monkeypatch.setattr(threads, "_allowed_processors", lambda: list(range(processors)))
        monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: processors if logical else cores)
        return tmp_path

    return made


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="ascii")


@pytest.mark.parametrize(
    ("processors", "cores", "used"), [(8, 8, 8), (16, 8, 8), (20, 14, 14), (1, 1, 1), (2, 8, 2), (6, None, 6)]
)
def test_a_system_without_linux_s_topology_uses_each_of_its_cores(machine, processors, cores, used) -> None:  # type: ignore[no-untyped-def]
    """Eight cores without hyper-threading are eight, as on many Windows computers and all of Apple's."""
    machine(processors, cores)
    assert threads.physical_cores() == used


def test_two_threads_of_one_core_count_once(machine) -> None:  # type: ignore[no-untyped-def]
    root = machine(4, 64)
    for cpu, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        write(root, f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list", siblings + "\n")
    assert threads.physical_cores() == 2


@pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
@pytest.mark.parametrize(
    ("lines", "files", "used"),
    [
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "max 100000\n"}, 64),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "50000 100000\n"}, 1),
        ("0::/a/b\n", {"sys/fs/cgroup/a/cpu.max": "350000 100000\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, 3),
        (
            "4:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n",  # seen from within a container, whose group is the top
            {
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            4,
        ),
        (
            "1:cpu:/\n",
            {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"},
            64,
        ),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "rubbish\n"}, 64),
    ],
)
def test_a_container_s_share_is_respected(machine, lines: str, files: dict[str, str], used: int) -> None:  # type: ignore[no-untyped-def]
    """A container with 2 of 64 cores, by either version of control groups, its own or one that it lies in."""
    root = machine(64, 64)
    write(root, "proc/self/cgroup", lines)
    for name, text in files.items():
        write(root, name, text)
    assert threads.physical_cores() == used


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process from Python")
def test_a_process_held_to_one_processor_uses_one_core() -> None:
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from lamo_desktop.model.threads import physical_cores; print(physical_cores())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "1"


def test_memory_of_another_process_is_told_and_none_of_one_that_is_gone() -> None:
    code = "kept = bytearray(80_000_000); kept[::4096] = b'x' * len(kept[::4096]); print('ready', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdin is not None
        other.stdout.readline()
        used = private_bytes(other.pid)
        other.stdin.close()
    assert used is not None and 80_000_000 < used < 400_000_000
    assert private_bytes(other.pid) is None
