"""The program's side of the engine process: starts it, asks it, and survives its death. Does not import llama.cpp."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

import lamo_desktop
from lamo_desktop.errors import ModelError
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.prompt import Part
from lamo_desktop.model.protocol import EngineInfo, EngineSettings, RowFailed, Scored, start_message

__all__ = ["EngineInfo", "EngineProcess", "EngineSettings", "RowFailed", "Scored", "worker_command"]

START_SECONDS = 1800.0  # converting large weights on a slow disk is the longest thing that happens
SILENCE_SECONDS = 300.0  # the worker speaks after every decode; a silent one hangs
CLOSE_SECONDS = 2.0


class DeadWorkerError(Exception):
    """The worker ended, or was ended because it hung, without an answer."""


def worker_command() -> list[str]:
    """How to start the engine process: from a bundle, its console program with the hidden argument `worker`."""
    if getattr(sys, "frozen", False):
        return [str(Path(sys.executable).with_name("lamo.exe" if sys.platform == "win32" else "lamo")), "worker"]
    return [sys.executable, "-m", "lamo_desktop.model.worker"]


class EngineProcess:
    """A package's model, ready to score in a process of its own. Use as a context manager, from one thread.

    Raises ModelError when the engine cannot start. A worker that dies or hangs (no sign of life for `silence` seconds)
    is replaced, and its admission tried once more.
    """

    def __init__(self, package: ModelPackage, settings: EngineSettings, silence: float = SILENCE_SECONDS) -> None:
        self._start_message = start_message(package, settings)
        self._silence = silence
        self._worker, self.info = self._started()

    @property
    def pid(self) -> int:
        """Process id of the present worker."""
        return self._worker.process.pid

    def score(self, parts: Sequence[Part], candidates: Sequence[str]) -> Scored:
        """Score the candidate drugs for one admission. Raises RowFailed when this admission cannot be scored."""
        asked = {"parts": [[part.name, part.text, part.rank] for part in parts], "candidates": list(candidates)}
        begun = time.monotonic()
        for _ in range(2):
            try:
                if not self._worker.alive:
                    self._restart()
                answer = self._worker.ask({"score": asked}, self._silence)
            except DeadWorkerError:
                self._worker.kill()
                continue
            return _scored(answer, len(candidates), time.monotonic() - begun)
        raise RowFailed("The engine stopped twice while it scored this admission.")

    def close(self) -> None:
        """End the worker: politely, then, after a grace, at once."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._worker.kill()

    def _restart(self) -> None:
        self._worker.kill()
        self._worker, self.info = self._started()

    def _started(self) -> tuple["_Worker", EngineInfo]:
        worker, answer = _answer_of_new_worker(self._start_message)
        note = ""
        if answer is None and self._start_message["device"] != "cpu":  # a bad GPU driver can take the process with it
            self._start_message = {**self._start_message, "device": "cpu"}
            note = "the GPU is not used: the engine stopped while it was tried"
            worker, answer = _answer_of_new_worker(self._start_message)
        if answer is None:
            raise ModelError("The engine could not be started: its process ended at once.")
        if "started" not in answer:
            worker.close()
            raise ModelError(str(answer.get("failed", "The engine gave an unexpected answer.")))
        info = answer["started"]
        return worker, EngineInfo(**{**info, "device_note": note or info["device_note"]})


def _answer_of_new_worker(message: dict[str, Any]) -> tuple["_Worker", dict[str, Any] | None]:
    """A new worker with its answer to the start message, None when it died."""
    worker = _Worker()
    try:
        return worker, worker.ask({"start": message}, START_SECONDS)
    except DeadWorkerError:
        worker.kill()
        return worker, None
    except BaseException:
        worker.kill()
        raise


def _scored(answer: dict[str, Any], n_candidates: int, seconds: float) -> Scored:
    if "scored" not in answer:
        raise RowFailed(str(answer.get("failed", "The engine gave an unexpected answer.")))
    scores = answer["scored"]
    logits = np.array(scores["logits"], dtype=np.float32)
    if logits.shape != (n_candidates,) or not np.isfinite(logits).all():
        raise RowFailed("The model gave no usable number for this admission.")
    cut = tuple(scores["cut"])
    return Scored(logits, scores["prefix_tokens"], scores["suffix_tokens"], scores["decoded"], cut, seconds)


class _Worker:
    """One engine process with the thread that reads its answers, so that waiting for one can time out."""

    def __init__(self) -> None:
        root = str(Path(lamo_desktop.__file__).parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            worker_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "GGML_NO_BACKTRACE": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self._requests: IO[bytes] = self.process.stdin
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: dict[str, Any], silence: float) -> dict[str, Any]:
        """The worker's answer. Raises DeadWorkerError when it ends first, or says nothing for `silence` seconds."""
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
            while True:
                line = self._lines.get(timeout=silence)
                if line is None:
                    raise DeadWorkerError
                answer: dict[str, Any] = json.loads(line)
                if "alive" not in answer:
                    return answer
        except (OSError, queue.Empty, json.JSONDecodeError) as error:
            raise DeadWorkerError from error

    def close(self) -> None:
        with suppress(OSError, subprocess.TimeoutExpired):
            self._requests.close()
            self.process.wait(CLOSE_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the process at once and wait until nothing of it is left. Does nothing to one that has ended."""
        if self.alive:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        with suppress(OSError):  # what was still in the pipe has no reader any more
            self._requests.close()

    def _read(self, answers: IO[bytes]) -> None:
        with answers:
            for line in answers:
                self._lines.put(line)
        self._lines.put(None)
