"""What the benchmarks of the window share: turns of the event loop, waiting, and a table of what was measured."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

LONGEST_MS = 50.0  # that the event loop may be held up


class Ticker:
    """A timer in the event loop: how late each tick comes is how long the loop was held up.

    `held` has for each name in `doing` (milliseconds by the clock, milliseconds of this thread's processor). Where the
    second is much less, it was not the window that worked: another thread of it, or another program.
    """

    STEP_MS = 5

    def __init__(self) -> None:
        self.doing = ""
        self.held: dict[str, list[tuple[float, float]]] = {}
        self.timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=self.STEP_MS)
        self.timer.timeout.connect(self._tick)
        self._before = _now()

    def start(self, doing: str) -> None:
        """From now on ticks count for this."""
        self.doing = doing
        self._before = _now()
        self.timer.start()

    def stop(self) -> None:
        """Tick no more."""
        self.timer.stop()

    def _tick(self) -> None:
        now = _now()
        wall, cpu = (1000 * (b - a) for a, b in zip(self._before, now, strict=True))
        self.held.setdefault(self.doing, []).append((max(0.0, wall - self.STEP_MS), cpu))
        self._before = now

    def figures(self) -> dict[str, dict[str, float]]:
        """For JSON."""
        return {
            doing: {
                "longest ms": round(max(wall for wall, _ in held), 1),
                "longest ms of the window's processor": round(max(cpu for _, cpu in held), 1),
                "over 50 ms": sum(wall > LONGEST_MS for wall, _ in held),
                "ticks": len(held),
            }
            for doing, held in self.held.items()
        }

    def rows(self) -> list[tuple[str, str, str]]:
        """For `print_table`."""
        found = []
        for doing, held in self.held.items():
            wall, cpu = max(held)
            over = sum(wall > LONGEST_MS for wall, _ in held)
            said = f"{wall:.1f} ms (the window's own part {cpu:.1f} ms); {over} of {len(held):,} over the limit"
            found.append((f"longest hold of the window: {doing}", f"{LONGEST_MS:.0f} ms", said))
        return found


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()


def until(reached: Callable[[], bool], faults: list[str], seconds: float = 1200) -> None:
    """Let the event loop turn until something is so. Ends the program when a fault was said, or it takes too long."""
    end = time.monotonic() + seconds
    while not reached():
        if faults or time.monotonic() > end:
            raise SystemExit(faults[0] if faults else "waited too long")
        QApplication.processEvents()
        time.sleep(0.0005)


def turn(seconds: float, unless: Callable[[], bool] = lambda: False) -> None:
    """Let the event loop turn for a while, less long when something is so."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end or unless(), [])


def print_table(rows: list[tuple[str, str, str]]) -> None:
    """What, its limit, what was measured; and how busy the computer was."""
    width = max(len(name) for name, _, _ in rows)
    for name, limit, measured in (("", "limit", "measured"), *rows):
        print(f"{name:{width}}  {limit:>9}  {measured}")
    if Path("/proc/loadavg").exists():
        load = Path("/proc/loadavg").read_text().split()[0]
        print(f"{'load of the computer at the end':{width}}  {'':>9}  {load} on {os.cpu_count()} processors")
