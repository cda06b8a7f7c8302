"""Progress of a long command, told to a person on stderr or to another program as JSON lines on stdout."""

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Literal

Style = Literal["auto", "json", "none"]
REDRAW_SECONDS = 0.2  # on a terminal
LINE_SECONDS = 10.0  # in a log file


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is: `done` of `total` items (`failed` among them), `rate` items/s, `eta` seconds or None."""

    stage: str
    done: int = 0
    total: int = 0
    failed: int = 0
    rate: float = 0.0
    eta: float | None = None
    message: str = ""


def duration(seconds: float) -> str:
    """Seconds as people say them: "42 s", "3 min 05 s", "2 h 10 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class Reporter:
    """Tells progress: `auto` redraws a line on a terminal, elsewhere writes one now and then; `json` for programs."""

    def __init__(self, style: Style = "auto") -> None:
        self.style = style
        self._drawn_at = 0.0
        self._stage = ""
        self._width = 0

    def __call__(self, progress: Progress) -> None:
        """Tell one step; steps in quick succession are left out, a stage's last one never."""
        if self.style == "none":
            return
        finished = progress.total > 0 and progress.done >= progress.total
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        pause = REDRAW_SECONDS if terminal or self.style == "json" else LINE_SECONDS
        if progress.stage == self._stage and not finished and now - self._drawn_at < pause:
            return
        self._stage, self._drawn_at = progress.stage, now
        if self.style == "json":
            print(json.dumps(asdict(progress)), flush=True)
            return
        text = describe(progress)
        end = "\n" if finished or not terminal or not progress.total else ""
        print(("\r" if terminal else "") + text.ljust(self._width), end=end, file=sys.stderr, flush=True)
        self._width = 0 if end else len(text)

    def close(self) -> None:
        """End a line that is still being redrawn."""
        if self._width:
            print(file=sys.stderr)
            self._width = 0


def describe(progress: Progress) -> str:
    """One line for a person, for example "Scoring 12/64 · 0.8/s · 1 min 05 s left"."""
    pieces = [progress.stage.capitalize() + (f" {progress.done}/{progress.total}" if progress.total else "")]
    if progress.rate > 0:
        pieces.append(f"{progress.rate:.2g}/s")
    if progress.eta is not None and progress.done < progress.total:
        pieces.append(f"{duration(progress.eta)} left")
    if progress.failed:
        pieces.append(f"{progress.failed} failed")
    if progress.message:
        pieces.append(progress.message)
    return " · ".join(pieces)
