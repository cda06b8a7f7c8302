"""A process's memory: how much it has for itself, and that none of it is written to disk when the process crashes."""

import contextlib
import ctypes
import sys

import psutil


def private_bytes(pid: int) -> int | None:
    """Bytes of memory that a process shares with no file and no other process; None where the system does not tell.

    Weights are mapped from their file, so they do not count: the system takes their pages back when it needs them.
    """
    try:
        process = psutil.Process(pid)
        memory = process.memory_info()
        if sys.platform == "win32":
            return int(memory.private)
        if sys.platform == "linux":
            return int(memory.rss - memory.shared)
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return None


def forbid_memory_dumps() -> None:
    """Let the system write no core file of this process, nor of its children: its memory holds patients' texts."""
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(0x0003)  # no error box, which offers to save or send a dump
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # a collector such as systemd-coredump does not ask for that limit, but for this
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
