"""Engines that die, hang, lie, grow or lose their GPU: played by a small real process that speaks the protocol.

What the real engine does when it is killed, aborted, stopped or given too little memory is tested as well.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.model import process
from lamo_desktop.model.memory import private_bytes
from lamo_desktop.model.process import EngineProcess, EngineSettings, RowFailed
from lamo_desktop.model.prompt import Part
from tests.model.engines import default_package, package_with, weights

PARTS = [Part("patient", "Patient: 70-year-old woman.\n", 0)]
DRUGS = ("aspirin", "heparin")

ACTOR = """
import json, os, sys, time
plan, state = sys.argv[1], sys.argv[2]
life = int(open(state).read() or 0) + 1 if os.path.exists(state) else 1
open(state, "w").write(str(life))
def say(**message):
    print(json.dumps(message), flush=True)
device, hoard = "cpu", []
for n, line in enumerate(sys.stdin):
    request = json.loads(line)
    if "start" in request:
        if plan == "dies at every start" or (plan == "dies at its first start" and life == 1):
            os.abort()
        asked = request["start"]["device"]
        device = "gpu" if asked != "cpu" and plan.startswith("gpu") else "cpu"
        if plan == "gpu driver ends the process" and device == "gpu":
            os.abort()
        say(started=dict(device=device, device_note="", threads=1, weights_sha256="w", weights_note="",
                         llama_version="1", n_ctx=512, selftest="passed"))
        continue
    say(alive=True)
    if plan == "gpu dies while it scores" and device == "gpu":
        os.abort()
    if plan == "gpu fails while it scores" and device == "gpu":
        say(failed="The engine could not process a batch (llama.cpp code -3).")
        continue
    if plan == "gpu and a bad admission":
        say(failed="The prompt is too long.")
        continue
    if plan == "hangs once" and life == 1:
        time.sleep(600)
    if plan == "babbles once" and life == 1:
        print(sys.argv[3], flush=True)
        continue
    if plan == "grows" and life == 1 and n > 1:
        hoard.append(bytearray(os.urandom(1)) * 700_000_000)
    logits = json.loads(sys.argv[3]) if plan == "answers oddly" else [float(life), 0.5]
    say(scored=dict(logits=logits, prefix_tokens=1, suffix_tokens=1, decoded=1, cut=[], state=[]))
"""


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Starts an EngineProcess whose worker follows a plan; life n of it scores the first drug with n."""
    actor = tmp_path / "actor.py"
    actor.write_text(ACTOR, encoding="utf-8")

    def started(plan: str, more: str = "", device: str = "auto", silence: float = 300.0) -> EngineProcess:
        command = [sys.executable, str(actor), plan, str(tmp_path / "life"), more]
        monkeypatch.setattr(process, "worker_command", lambda: command)
        return EngineProcess(package_with([]), EngineSettings(device=device), silence)  # type: ignore[arg-type]

    return started


def test_one_that_dies_at_its_first_start_is_started_again(play) -> None:  # type: ignore[no-untyped-def]
    with play("dies at its first start", device="cpu") as engine:
        assert engine.score(PARTS, DRUGS).logits.tolist() == [2.0, 0.5]
        assert engine.info.device_note == ""


def test_one_that_always_dies_is_one_sentence(play) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=r"^The engine could not be started: its process ended at once, twice\.$"):
        play("dies at every start")


def test_a_gpu_whose_driver_ends_the_process_is_left_and_said(play) -> None:  # type: ignore[no-untyped-def]
    with play("gpu driver ends the process") as engine:
        assert engine.info.device == "cpu"
        assert "the GPU is not used" in engine.info.device_note


@pytest.mark.parametrize(
    ("plan", "why"),
    [("gpu dies while it scores", "its process ended"), ("gpu fails while it scores", "llama.cpp code -3")],
)
def test_a_gpu_that_fails_in_the_middle_is_left_and_said(play, plan: str, why: str) -> None:  # type: ignore[no-untyped-def]
    with play(plan) as engine:
        assert engine.info.device == "gpu"
        assert engine.score(PARTS, DRUGS).logits.tolist() == [2.0, 0.5]
        assert engine.score(PARTS, DRUGS).logits.tolist() == [2.0, 0.5]  # and it stays so
        assert engine.info.device == "cpu"
        assert "the GPU is not used any more" in engine.info.device_note
        assert why in engine.info.device_note
        assert engine.replaced == [engine.info.device_note]


def test_an_admission_that_the_cpu_cannot_score_either_does_not_cost_the_gpu(play) -> None:  # type: ignore[no-untyped-def]
    with play("gpu and a bad admission") as engine:
        with pytest.raises(RowFailed, match="too long"):
            engine.score(PARTS, DRUGS)
        assert engine.info.device == "gpu"
        assert engine.info.device_note == ""
        assert len(engine.replaced) == 2


def test_one_that_hangs_is_replaced(play) -> None:  # type: ignore[no-untyped-def]
    with play("hangs once", silence=3.0) as engine:
        assert engine.score(PARTS, DRUGS).logits.tolist() == [2.0, 0.5]
        assert engine.replaced == ["it gave no sign of life for 3 s"]


@pytest.mark.parametrize("babble", ["no json", "[1]", "3", '"x"', "[" * 50_000, "9" * 5_000])
def test_one_that_babbles_is_replaced(play, babble: str) -> None:  # type: ignore[no-untyped-def]
    with play("babbles once", babble) as engine:
        assert engine.score(PARTS, DRUGS).logits.tolist() == [2.0, 0.5]
        assert engine.replaced == ["it gave an answer that is none"]


@pytest.mark.parametrize(
    "logits", ["[NaN, 1]", "[1, Infinity]", "[1]", "[1, 2, 3]", "[]", '["a", "b"]', "null", "[[1], 2]"]
)
def test_answers_that_are_no_scores_fail_the_row(play, logits: str) -> None:  # type: ignore[no-untyped-def]
    with play("answers oddly", logits) as engine, pytest.raises(RowFailed, match=r"no usable number|unexpected answer"):
        engine.score(PARTS, DRUGS)


@pytest.mark.skipif(private_bytes(1) is None and sys.platform != "linux", reason="this system tells no memory")
def test_one_that_grows_is_replaced_between_two_admissions(play) -> None:  # type: ignore[no-untyped-def]
    with play("grows") as engine:
        assert [engine.score(PARTS, DRUGS).logits[0] for _ in range(3)] == [1.0, 1.0, 2.0]
        assert len(engine.replaced) == 1
        assert engine.replaced[0].startswith("its memory had grown from ")


def test_an_adapter_replaced_during_the_run_stops_it(play, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from lamo_desktop.model.package import load_package
    from tests.robustness.loaders import tuned_package

    folder = tmp_path / "tuned"
    folder.mkdir()
    for name, content in tuned_package().items():
        (folder / name).write_bytes(content)
    with play("hangs once", silence=2.0) as engine:
        engine._package = load_package(folder)
        (folder / "a.gguf").write_bytes(b"GGUF")
        with pytest.raises(ModelError, match=r"a\.gguf is damaged or was altered"):
            engine.score(PARTS, DRUGS)


@pytest.mark.skipif(shutil.which("sh") is None or sys.platform != "linux", reason="needs a shell's memory limit")
@pytest.mark.parametrize(
    ("kilobytes", "said"),
    [(400_000, "too large for the memory"), (480_000, "(ended at once, twice|not enough memory for a context)")],
)
def test_too_little_memory_is_one_sentence(monkeypatch: pytest.MonkeyPatch, kilobytes: int, said: str) -> None:
    """The smaller limit keeps the weights from being mapped; under the larger one llama.cpp aborts or refuses."""
    weights()
    limited = ["sh", "-c", f'ulimit -v {kilobytes}; exec "{sys.executable}" -m lamo_desktop.model.worker']
    monkeypatch.setattr(process, "worker_command", lambda: limited)
    package = replace(default_package(), context_tokens=2048, adapters=(), terms=None, knowledge=None)
    with pytest.raises(ModelError, match=rf"^[^\n]*{said}[^\n]*$"):
        EngineProcess(package, EngineSettings(device="cpu", threads=1))
