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
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

import lamo_desktop
from lamo_desktop.errors import ModelError
from lamo_desktop.model.knowledge_terms import DrugFacts, Reason
from lamo_desktop.model.memory import private_bytes
from lamo_desktop.model.package import EARLIER, ModelPackage, load_package
from lamo_desktop.model.package_terms import NoFacts, PackageTerms
from lamo_desktop.model.prompt import Part
from lamo_desktop.model.protocol import Device, EngineInfo, EngineSettings, RowFailed, Scored, start_message

__all__ = ["EngineInfo", "EngineProcess", "EngineSettings", "RowFailed", "Scored", "worker_command"]

START_SECONDS = 1800.0  # converting large weights on a slow disk is the longest thing that happens
SILENCE_SECONDS = 300.0  # the worker speaks after every decode; a silent one hangs
CLOSE_SECONDS = 2.0
ILLEGAL_INSTRUCTION = (-4, 0xC000001D)  # exit codes: of a signal on Linux, of an exception on Windows
GROWTH, GROWTH_BYTES = 1.5, 512 * 2**20  # a worker that takes more memory than after its first admission is replaced


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
    is replaced, and its admission tried once more; so is one whose memory has grown. After a fault on a GPU the CPU is
    used, unless the CPU fails on that admission too. `state` asks for the prefix's state even of a package without
    linear terms, `facts` is what is known of drugs by name (give a `Formulary`).
    `replaced` says why, once for each new worker since the first.
    """

    def __init__(
        self,
        package: ModelPackage,
        settings: EngineSettings,
        silence: float = SILENCE_SECONDS,
        state: bool = False,
        facts: DrugFacts | None = None,
    ) -> None:
        if package.path.parent == EARLIER:
            raise ModelError(
                f"The model package {package.name} {package.version} is of an earlier version of this program, which "
                "does not keep its model: what it scored can be read, but nothing new can be asked of it. "
                "Score the export anew for that."
            )
        self._package = package
        self._terms = PackageTerms(package, facts or NoFacts())
        self._start_message = start_message(package, settings, state or package.terms is not None)
        self._silence = silence
        self._usual_bytes: int | None = None  # the worker's memory after its first admission
        self.replaced: list[str] = []
        self._worker, self.info = self._started()

    @property
    def pid(self) -> int:
        """Process id of the present worker."""
        return self._worker.process.pid

    def score(self, parts: Sequence[Part], candidates: Sequence[str], codes: Sequence[str] = ()) -> Scored:
        """Score the candidate drugs for one admission, given by its prompt and its structured codes.

        The model's own answers, `llm`, are NaN for those it is not asked about. Raises RowFailed when this admission
        cannot be scored.
        """
        asked = self._terms.asked(candidates)
        scored = self._model_scores(self._terms.shown(parts), asked)
        try:
            logits = self._terms.scores(parts, codes, candidates, scored.llm, scored.state)
        except ModelError as error:
            raise RowFailed(str(error)) from error
        answers = dict(zip(asked, scored.llm.tolist(), strict=True))
        llm = np.array([answers.get(drug, np.nan) for drug in candidates], dtype=np.float32)
        return replace(scored, logits=logits, llm=llm)

    def reasons(self, parts: Sequence[Part], drug: str) -> tuple[Reason, ...]:
        """What speaks for or against a drug by its uses and its mentions; nothing in a package without knowledge."""
        knowledge = self._terms.knowledge
        return knowledge.reasons(parts, drug) if knowledge else ()

    def findings(self, codes: Sequence[str], drug: str) -> dict[str, float]:
        """What each finding adds to a drug's score, by its code; nothing in a package without terms of findings."""
        return self._terms.findings(codes, drug)

    def _model_scores(self, parts: Sequence[Part], candidates: Sequence[str]) -> Scored:
        request = {"score": {"parts": [[p.name, p.text, p.rank] for p in parts], "candidates": list(candidates)}}
        device = self.info.device
        if not self._worker.alive:
            self._restart("its process had ended", device)
        try:
            return self._asked(request, len(candidates))
        except DeadWorkerError as death:
            self._restart(_why(str(death), device), "cpu")
        except RowFailed as failure:
            if device == "cpu":
                raise
            self._restart(_why(str(failure), device), "cpu")
        try:
            return self._asked(request, len(candidates))
        except DeadWorkerError as death:
            self._restart(f"{death}, again", device)
            raise RowFailed("The engine stopped twice while it scored this admission.") from death
        except RowFailed:
            if device == "gpu":
                self._restart("the CPU could not score the admission either, so the GPU is used again", device)
            raise

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

    def _asked(self, request: dict[str, Any], n_candidates: int) -> Scored:
        begun = time.monotonic()
        answer = self._worker.ask(request, self._silence)
        scored = _scored(answer, n_candidates, time.monotonic() - begun)
        used = private_bytes(self.pid)
        if used is not None:
            self._usual_bytes = self._usual_bytes or used
            if used > GROWTH * self._usual_bytes + GROWTH_BYTES:
                why = f"its memory had grown from {self._usual_bytes >> 20} to {used >> 20} MB"
                self._restart(why, self.info.device)
        return scored

    def _restart(self, why: str, device: Device) -> None:
        """A new worker in place of the present one. Raises ModelError when the model is not the same any more."""
        self._worker.kill()
        if self._package.adapters and load_package(self._package.path).adapters != self._package.adapters:
            raise ModelError(f"The adapters of the model package {self._package.name} were replaced during the run.")
        before = self.info
        self._start_message = {**self._start_message, "device": device}
        self._worker, self.info = self._started()
        self._usual_bytes = None
        if self.info.device == before.device:  # still on the device, and with the reasons, of the start
            self.info = replace(self.info, device_note=before.device_note, selftest=before.selftest)
        elif self.info.device == "cpu":
            self.info = replace(self.info, device_note=why)
        self.replaced.append(why)

    def _started(self) -> tuple["_Worker", EngineInfo]:
        """A worker that is ready. One that dies while it starts is tried once more, on the CPU."""
        note = ""
        for _ in range(2):
            worker, answer = _answer_of_new_worker(self._start_message)
            if answer is not None:
                break
            if self._start_message["device"] != "cpu":  # a bad GPU driver can take the process with it
                note = "the GPU is not used: the engine stopped while it was tried"
            self._start_message = {**self._start_message, "device": "cpu"}
        else:
            if worker.process.returncode in ILLEGAL_INSTRUCTION:
                raise ModelError("The engine needs a processor with AVX2, which this computer's does not have.")
            raise ModelError("The engine could not be started: its process ended at once, twice.")
        if "started" not in answer:
            worker.close()
            raise ModelError(str(answer.get("failed", "The engine gave an unexpected answer.")))
        info = answer["started"]
        return worker, EngineInfo(**{**info, "device_note": note or info["device_note"]})


def _why(fault: str, device: Device) -> str:
    return f"the GPU is not used any more: {fault}" if device == "gpu" else fault


def _answer_of_new_worker(message: dict[str, Any]) -> tuple["_Worker", dict[str, Any] | None]:
    """A new worker with its answer to the start message, None when it died."""
    worker = _Worker(message["device"])
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
    try:
        logits = np.array(scores["logits"], dtype=np.float32)
        state = np.array(scores["state"], dtype=np.float32)
        counts = (scores["prefix_tokens"], scores["suffix_tokens"], scores["decoded"])
        cut = tuple(scores["cut"])
    except (KeyError, TypeError, ValueError) as error:
        raise RowFailed("The engine gave an unexpected answer.") from error
    if logits.shape != (n_candidates,) or not np.isfinite(logits).all() or not np.isfinite(state).all():
        raise RowFailed("The model gave no usable number for this admission.")
    return Scored(logits, *counts, cut, seconds, logits, state)


class _Worker:
    """One engine process with the threads that write to it and read its answers, so that waiting for it can time out.

    It takes a request only when it reads: a long one to a worker that hangs would wait for ever in the pipe.
    """

    def __init__(self, device: Device) -> None:
        root = str(Path(lamo_desktop.__file__).parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        without_gpu = {"LAMO_LLAMA_LIB": ""} if device == "cpu" else {}  # the program's own llama.cpp
        self.process = subprocess.Popen(
            worker_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "GGML_NO_BACKTRACE": "1", **without_gpu},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self._requests: queue.Queue[bytes | None] = queue.Queue()
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._writer = threading.Thread(target=self._write, args=(self.process.stdin,), daemon=True)
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._writer.start()
        self._reader.start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: dict[str, Any], silence: float) -> dict[str, Any]:
        """The worker's answer. Raises DeadWorkerError when it ends first, or says nothing for `silence` seconds."""
        try:
            self._requests.put(json.dumps(request).encode() + b"\n")
            while True:
                line = self._lines.get(timeout=silence)
                if line is None:
                    raise DeadWorkerError("its process ended while it worked")
                answer: dict[str, Any] = json.loads(line)
                if not isinstance(answer, dict):
                    raise TypeError
                if "alive" not in answer:
                    return answer
        except queue.Empty as error:
            raise DeadWorkerError(f"it gave no sign of life for {silence:g} s") from error
        except (ValueError, RecursionError, TypeError) as error:
            raise DeadWorkerError("it gave an answer that is none") from error

    def close(self) -> None:
        self._requests.put(None)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(CLOSE_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the process at once and wait until nothing of it is left. Does nothing to one that has ended."""
        if self.alive:
            self.process.kill()
        self.process.wait()
        self._requests.put(None)
        self._writer.join()
        self._reader.join()

    def _write(self, requests: IO[bytes]) -> None:
        with suppress(OSError), requests:  # of a worker that ended, the reader tells
            while (request := self._requests.get()) is not None:
                requests.write(request)
                requests.flush()

    def _read(self, answers: IO[bytes]) -> None:
        with answers:
            for line in answers:
                self._lines.put(line)
        self._lines.put(None)
