"""A process's memory: how much it has for itself, and that none of it is written to disk when the process crashes."""

import contextlib
import ctypes
import os
import sys
from pathlib import Path


def private_bytes(pid: int) -> int | None:
    """Bytes of memory that a process shares with no file and no other process; None where the system does not tell.

    Weights are mapped from their file, so they do not count: the system takes their pages back when it needs them.
    """
    if sys.platform == "win32":
        return _on_windows(pid)
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


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


if sys.platform == "win32":
    from ctypes import wintypes

    _QUERY = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS_EX of psapi.h."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in "abcdefgh"),  # peaks and pools, not read
            ("PrivateUsage", ctypes.c_size_t),
        )

    def _on_windows(pid: int) -> int | None:
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = kernel.OpenProcess(_QUERY, False, pid)
        if not handle:
            return None
        counters = _Counters()
        counters.cb = ctypes.sizeof(counters)
        told = kernel.K32GetProcessMemoryInfo(wintypes.HANDLE(handle), ctypes.byref(counters), counters.cb)
        kernel.CloseHandle(wintypes.HANDLE(handle))
        return int(counters.PrivateUsage) if told else None
