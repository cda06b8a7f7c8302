import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model import process
from lamo_desktop.model.process import EngineProcess, EngineSettings, RowFailed, worker_command
from lamo_desktop.model.prompt import Part
from tests.model.engines import DRUGS, bits, engine, package_with, patient, random_adapter, weights

SETTINGS = EngineSettings(device="cpu", threads=1)
PARTS = patient(40)


@pytest.fixture(scope="module")
def running() -> Iterator[EngineProcess]:
    weights()  # so that the worker finds them made
    with EngineProcess(package_with([]), SETTINGS) as engine:
        yield engine


@pytest.fixture(scope="module")
def expected() -> list[int]:
    """The scores that the engine gives inside this process."""
    here = engine()
    found = bits(here.score(PARTS, DRUGS).logits)
    here.close()
    return found


def ending(engine: EngineProcess, how: signal.Signals) -> threading.Thread:
    """A thread that ends the worker a moment later, while it scores."""

    def work() -> None:
        time.sleep(0.1)
        os.kill(pid, how)

    pid, thread = engine.pid, threading.Thread(target=work)
    thread.start()
    return thread


def test_the_worker_gives_the_same_bits_as_the_engine(running: EngineProcess, expected: list[int]) -> None:
    found = running.score(PARTS, DRUGS)
    assert bits(found.logits) == expected
    assert found.prefix_tokens > 40 and found.suffix_tokens > 100 and found.cut == ()
    assert bits(running.score(PARTS, DRUGS[4:7]).logits) == expected[4:7]


def test_info_says_what_scores(running: EngineProcess) -> None:
    info = running.info
    assert (info.device, info.threads, info.weights_sha256) == ("cpu", 1, weights().sha256)
    assert info.selftest.startswith("passed: scores within 0.0")
    assert info.llama_version
    assert info.n_ctx >= 512


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGABRT])
def test_a_worker_that_dies_is_replaced_and_its_row_is_the_same(
    running: EngineProcess, expected: list[int], how: signal.Signals
) -> None:
    before = running.pid
    thread = ending(running, how)
    assert bits(running.score(PARTS, DRUGS).logits) == expected
    thread.join()
    assert bits(running.score(PARTS, DRUGS).logits) == expected
    assert running.pid != before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("name", ["short", "much longer than what fits into a pipe" * 4_000])
def test_a_worker_that_hangs_is_replaced(running: EngineProcess, expected: list[int], name: str) -> None:
    before = running.pid
    running._silence = 5.0
    os.kill(before, signal.SIGSTOP)
    parts = [replace(part, name=name) for part in PARTS]  # names are for messages: no score depends on them
    assert bits(running.score(parts, DRUGS[:1]).logits) == expected[:1]
    running._silence = process.SILENCE_SECONDS
    assert running.pid != before


def test_a_row_that_kills_two_workers_fails_and_the_next_is_scored(running: EngineProcess, expected: list[int]) -> None:
    ask = process._Worker.ask

    def killed(worker: process._Worker, request: dict[str, Any], silence: float) -> dict[str, Any]:
        if "score" in request:
            worker.process.kill()
        return ask(worker, request, silence)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process._Worker, "ask", killed)
        with pytest.raises(RowFailed, match="stopped twice"):
            running.score(PARTS, DRUGS)
    assert bits(running.score(PARTS, DRUGS[:2]).logits) == expected[:2]


def test_a_row_that_cannot_be_scored_fails_alone_and_quotes_nobody(running: EngineProcess, expected: list[int]) -> None:
    with pytest.raises(RowFailed) as error:
        running.score([Part("patient", "Secretname " * 900 + "\n", 0)], DRUGS)
    assert "Secretname" not in str(error.value)
    assert bits(running.score(PARTS, DRUGS[:2]).logits) == expected[:2]


def test_adapters_that_give_no_numbers_fail_their_rows(tmp_path: Path, expected: list[int]) -> None:
    adapters = [
        (random_adapter(tmp_path / "broken.gguf", 0, size=1e30), DRUGS[:1]),
        (random_adapter(tmp_path / "sound.gguf", 1), DRUGS[1:2]),
    ]
    package = replace(package_with([]), path=tmp_path, adapters=package_with(adapters).adapters)
    here = engine(adapters[1:])
    tuned = bits(here.score(PARTS, DRUGS[1:2]).logits)
    here.close()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(RowFailed, match="no usable number"):
        patch.setattr(type(package), "base_path", package_with([]).base_path)
        with EngineProcess(package, SETTINGS) as running:
            assert bits(running.score(PARTS, DRUGS[1:4]).logits) == tuned + expected[2:4]
            running.score(PARTS, DRUGS[:4])


def test_weights_that_cannot_be_used_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(package_with([]).base_path.read_bytes()[:2_000_000])
    cut = replace(package_with([]), path=tmp_path, base_file="cut.gguf", base_sha256=sha256_of(path))
    with pytest.raises(ModelError, match=r"^The model file cut.gguf cannot be loaded: [^\n]*\.$"):
        EngineProcess(cut, SETTINGS)
    with pytest.raises(ModelError, match="not the one that the model package was made with"):
        EngineProcess(replace(cut, base_sha256="0" * 64), SETTINGS)


def test_an_engine_that_cannot_run_at_all_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "worker_command", lambda: [sys.executable, "-c", "import os; os.abort()"])
    with pytest.raises(ModelError, match="could not be started"):
        EngineProcess(package_with([]), EngineSettings())


def test_nothing_is_left_running_after_close() -> None:
    engine = EngineProcess(package_with([]), SETTINGS)
    worker = engine._worker
    engine.close()
    engine.close()
    assert worker.process.returncode == 0
    assert not worker._reader.is_alive()


def test_the_bundled_program_starts_its_own_console_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert worker_command() == [sys.executable, "-m", "lamo_desktop.model.worker"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "LAMO Desktop.exe"))
    for platform, name in (("win32", "lamo.exe"), ("linux", "lamo")):
        monkeypatch.setattr(sys, "platform", platform)
        assert worker_command() == [str(tmp_path / name), "worker"]
