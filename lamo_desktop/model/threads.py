"""How many threads decode fastest: one per physical core that this process may use."""

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

SYSTEM = Path("/")  # where Linux shows its devices and control groups


def physical_cores() -> int:
    """Physical cores that this process may use: those of its affinity, no more than its container's share (from 1)."""
    allowed = _allowed_processors()
    cores = _cores_of(allowed) or min(psutil.cpu_count(logical=False) or len(allowed), len(allowed))
    return max(1, min([cores, *(int(share) for share in _shares())]))


def _allowed_processors() -> list[int]:
    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):  # Linux, Windows
        return list(process.cpu_affinity())
    return list(range(psutil.cpu_count() or 1))


def _cores_of(processors: list[int]) -> int:
    """Cores that the logical processors lie on, as Linux tells; 0 where it does not."""
    topology = "sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    try:
        return len({(SYSTEM / topology.format(cpu)).read_text(encoding="ascii") for cpu in processors})
    except OSError:
        return 0


def _shares() -> Iterator[float]:
    """Processors' worth of time that each control group around this process may use (a container's `--cpus`)."""
    if sys.platform != "linux":
        return
    try:
        groups = (SYSTEM / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in groups:
        _, controllers, group = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        mounted = SYSTEM / "sys/fs/cgroup" / controllers
        folder = mounted / group.lstrip("/")
        for place in (folder, *folder.parents):
            if (share := _share(place)) is not None:
                yield share
            if place == mounted:
                break


def _share(folder: Path) -> float | None:
    """Quota divided by period of one control group, of either version; None without a limit."""
    try:
        if (folder / "cpu.max").is_file():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            quota, period = (
                (folder / f"cpu.cfs_{name}_us").read_text(encoding="ascii") for name in ("quota", "period")
            )
        return int(quota) / int(period) if int(quota) > 0 else None
    except (OSError, ValueError, ZeroDivisionError):  # "max", or no such limit here
        return None
