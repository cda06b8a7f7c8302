"""Kills a real `lamo recommend` and its engine at seeded moments, resumes, and compares with a run left in peace."""

import contextlib
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openpyxl

import lamo_desktop
from lamo_desktop.errors import LamoError
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package, write_package
from lamo_desktop.paths import resource

ROOT = Path(lamo_desktop.__file__).parent.parent
FEW = ("aspirin", "heparin", "metoprolol", "warfarin")  # candidates, so that an admission takes a second
DIFFERENT = {  # names of the sheet Run whose values tell of the run itself and not of its results
    *("File", "Created", "Seconds of scoring", "Runs", "Last event", "Log entries", "Log SHA-256"),
}
PATIENCE = 600.0  # seconds for the program to say something, on a busy computer


def few_candidates(folder: Path, names: tuple[str, ...] = FEW) -> Path:
    """The embedded package with few drugs, as a package of its own."""
    package = load_package()
    chosen = tuple(drug for drug in package.drugs if drug.name in names)
    write_package(folder, replace(package, name="few", drugs=chosen))
    return folder


@dataclass
class Run:
    """One life of the `lamo` command: `stages` receives the stage of each progress line, None at its end."""

    process: "subprocess.Popen[str]"
    stages: "queue.Queue[str | None]" = field(default_factory=queue.Queue)
    _listener: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @classmethod
    def start(cls, arguments: list[str], user: Path) -> "Run":
        process = subprocess.Popen(
            [sys.executable, "-m", "lamo_desktop.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "LAMO_DATA_DIR": str(user)},
        )
        return cls(process)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                if '"stage": "scoring"' in line:
                    self.stages.put("scoring")
        self.stages.put(None)

    def next_scored(self) -> bool:
        """Wait for the next admission; False when the command ends instead."""
        return self.stages.get(timeout=PATIENCE) is not None

    def forget(self) -> bool:
        """Drop what was said until now; False when the command has ended."""
        time.sleep(1.0)  # for a line that is on its way
        while not self.stages.empty():
            if self.stages.get() is None:
                return False
        return True

    def workers(self) -> list[int]:
        found = []
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{self.process.pid}/task").iterdir():
                found += [int(pid) for pid in (task / "children").read_text().split()]
        return found

    def kill(self, app: bool, worker: bool) -> bool:
        """kill -9, the worker first; False when there was nothing left to kill."""
        hit = False
        for pid in self.workers() if worker else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                hit = True
        if app and self.process.poll() is None:
            self.process.kill()
            hit = True
        return hit

    def ended(self) -> str:
        """Wait for the end; returns what it said on stderr. Standard output is the listener's to read and to close."""
        assert self.process.stderr is not None
        with self.process.stderr as errors:
            said = errors.read()
        self.process.wait()
        self._listener.join()
        return said


@dataclass
class Ordeal:
    """One job that is killed again and again. `kills` counts by kind."""

    folder: Path
    package: Path
    limit: int
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    start_seconds: float = 5.0  # from the command's start to its first scored admission

    @property
    def user(self) -> Path:
        return self.folder / "user"

    def fresh(self, name: str) -> list[str]:
        options = ["--model", str(self.package), "--device", "cpu", "--threads", "1", "--progress", "json"]
        job, out = self.folder / f"{name}.lamo", self.folder / f"{name}.xlsx"
        limit = ["--limit", str(self.limit)]
        return ["recommend", str(resource("demo/eicu")), "--job", str(job), "-o", str(out), *options, *limit]

    def resumed(self, name: str) -> list[str]:
        job, out = self.folder / f"{name}.lamo", self.folder / f"{name}.xlsx"
        return ["resume", str(job), "-o", str(out), "--device", "cpu", "--threads", "1", "--progress", "json"]

    def in_peace(self) -> None:
        """The job nobody kills."""
        begun = time.monotonic()
        run = Run.start(self.fresh("whole"), self.user)
        assert run.next_scored(), run.ended()
        self.start_seconds = time.monotonic() - begun
        said = run.ended()
        assert run.process.returncode == 0, said

    def killed(self, name: str, most: int) -> None:
        """The job that is killed at most `most` times more, until it is done."""
        target, writing = sum(self.kills.values()) + most, 0
        while True:
            open_rows = self._open_rows(name)
            run = Run.start(self.fresh(name) if open_rows is None else self.resumed(name), self.user)
            left = target - sum(self.kills.values())
            if left <= 0 or (open_rows == 0 and writing >= most // 10):
                said = run.ended()
                assert run.process.returncode == 0, said
                return
            if open_rows == 0:  # all is scored: what is left is writing the workbook
                writing += 1
                time.sleep(self.chance.uniform(0, self.start_seconds))
                self._count("app, while it writes", run.kill(app=True, worker=True))
            else:
                self._life(run, left)
            said = run.ended()
            assert run.process.returncode in (0, -signal.SIGKILL), said

    def _life(self, run: Run, left: int) -> None:
        kind = self.chance.choices(("start", "app", "worker", "both"), (45, 15, 30, 10))[0]
        if kind == "start":
            time.sleep(self.chance.uniform(0, self.start_seconds))
            self._count("app, while it starts", run.kill(app=True, worker=self.chance.random() < 0.5))
            return
        if not run.next_scored():
            return
        for _ in range(min(self.chance.randrange(1, 4), left - 1) if kind == "worker" else 0):
            time.sleep(self.chance.uniform(0, 1.5))
            self._count("worker", run.kill(app=False, worker=True))
            if not (
                run.forget() and run.next_scored()
            ):  # what was in hand is scored after all: a row that loses two workers is set aside
                return
        time.sleep(self.chance.uniform(0, 1.5))
        both = kind == "both"
        self._count("worker and app" if both else "app, while it scores", run.kill(app=True, worker=both))

    def _count(self, kind: str, hit: bool) -> None:
        self.kills[kind] += hit

    def _open_rows(self, name: str) -> int | None:
        """Admissions still to be scored; None when there is no job yet."""
        try:
            with JobStore.open(self.folder / f"{name}.lamo", read_only=True) as store:
                return store.counts().open
        except LamoError as error:
            assert "There is no job file" in str(error) or "creating it was interrupted" in str(error), error
            return None


def differences(one: Path, other: Path) -> list[str]:
    """What two jobs and their workbooks do not have in common; empty when they are the same but for `DIFFERENT`."""
    found = [f"workbook: {a} / {b}" for a, b in _unequal(_cells(one), _cells(other))]
    found += [f"job: {a} / {b}" for a, b in _unequal(_rows(one), _rows(other))]
    return found


def _unequal(one: list[Any], other: list[Any]) -> Iterator[tuple[Any, Any]]:
    if len(one) != len(other):
        yield len(one), len(other)
    yield from ((a, b) for a, b in zip(one, other, strict=False) if a != b)


def _cells(job: Path) -> list[Any]:
    workbook = openpyxl.load_workbook(job.with_suffix(".xlsx"))
    return [
        (sheet.title, cell.coordinate, cell.value, cell.data_type, cell.number_format, cell.fill.fgColor.rgb)
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if sheet.title != "Run" or row[0].value not in DIFFERENT
    ]


def _rows(job: Path) -> list[Any]:
    """Every admission's result, bit for bit; also checks the log, and that no admission was recorded twice."""
    with JobStore.open(job, read_only=True) as store:
        assert store.audit() == []
        recorded = Counter(n for event in store.events() if event.kind == "scored" for n in event.detail["sha256"])
        items = list(store.items())
        assert dict(recorded) == {str(item.ordinal): 1 for item in items}
        scores = [None if item.scores is None else item.scores.tobytes() for item in items]
        plain = [(i.ordinal, i.admission, i.state, i.prefix_tokens, i.suffix_tokens, i.cut, i.error) for i in items]
        return list(zip(plain, scores, strict=True))
