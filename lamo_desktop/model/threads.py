"""How many threads decode fastest: one per physical core that this process may use."""

import os
from pathlib import Path


def physical_cores() -> int:
    """Physical cores of this process; half the logical processors where the system does not say (not below one)."""
    if not hasattr(os, "sched_getaffinity"):
        return max(1, (os.cpu_count() or 1) // 2)
    allowed = os.sched_getaffinity(0)
    try:
        siblings = {
            Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text(encoding="ascii")
            for cpu in allowed
        }
    except OSError:
        return len(allowed)
    return len(siblings)
