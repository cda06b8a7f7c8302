"""Runs the `lamo` command as a child process and passes on the progress it prints, one JSON object per line."""

import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

_GRACE_MS = 3000


def lamo_command() -> list[str]:
    """The command line of `lamo`: the program beside this one in a bundle, else this Python running its entry point."""
    if getattr(sys, "frozen", False):
        name = "lamo.exe" if sys.platform == "win32" else "lamo"
        return [shutil.which(name, path=str(Path(sys.executable).parent)) or str(Path(sys.executable).parent / name)]
    return [sys.executable, "-c", "import sys; from lamo_desktop.cli import main; sys.exit(main())"]


class ScoringProcess(QObject):
    """One run at a time. `progress` gives the printed objects; the end is one of `finished`, `failed`, `stopped`.

    Results are in the job file, written as they come, so stopping the process at any moment loses at most one chunk.
    """

    progress = Signal(dict)
    finished = Signal()
    failed = Signal(str)
    stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read_progress)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._not_started)
        self._grace = QTimer(self, singleShot=True, interval=_GRACE_MS)
        self._grace.timeout.connect(self._process.kill)
        self._stopping = False
        self._errors = ""

    @property
    def running(self) -> bool:
        """Whether the child runs."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(self, arguments: Sequence[str]) -> None:
        """Run `lamo ARGUMENTS`."""
        if self.running:
            raise RuntimeError("a run is already under way")
        self._stopping, self._errors = False, ""
        program, *first = lamo_command()
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONIOENCODING", "utf-8")
        if not getattr(sys, "frozen", False):
            source = str(Path(__file__).resolve().parents[2])
            environment.insert(
                "PYTHONPATH", os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
            )
        self._process.setProcessEnvironment(environment)
        self._process.start(program, [*first, *arguments])

    def stop(self) -> None:
        """Ask the child to end; after a grace period it is killed. `stopped` follows."""
        if self.running:
            self._ask_to_end()
            self._grace.start()

    def close(self) -> None:
        """Stop and wait: nothing of this run is left afterwards."""
        if self.running:
            self._ask_to_end()
            if not self._process.waitForFinished(_GRACE_MS):
                self._process.kill()
                self._process.waitForFinished(_GRACE_MS)
        self._grace.stop()

    def _ask_to_end(self) -> None:
        """Interrupt the command as Ctrl-C would; Windows has no such message, and the job file is safe anyway."""
        self._stopping = True
        if sys.platform == "win32":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.processId(), signal.SIGINT)

    def _read_progress(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode("utf-8", "replace").strip()
            try:
                message: Any = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                self.progress.emit(message)

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._errors = (self._errors + text)[-4000:]

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self._grace.stop()
        self._read_progress()
        self._read_errors()
        if self._stopping:
            self.stopped.emit()
        elif status == QProcess.ExitStatus.NormalExit and code == 0:
            self.finished.emit()
        else:
            self.failed.emit(self._reason())

    def _reason(self) -> str:
        """The sentence the command ended with (its last line on stderr), else what can be said without one."""
        lines = [line.strip() for line in self._errors.splitlines() if line.strip()]
        said = lines[-1].removeprefix("lamo: ").removeprefix("error: ") if lines else ""
        return said or self.tr(
            "The scoring process ended unexpectedly; everything scored so far is kept. Press Resume."
        )

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.failed.emit(self.tr("The scoring program could not be started; reinstall the program."))
