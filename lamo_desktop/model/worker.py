"""The engine process: `python -m lamo_desktop.model.worker`, JSON lines on its pipes (see protocol.py).

llama.cpp runs here and nowhere else, so that its aborts cost one process and not a user's work. No socket is opened,
nothing of a patient is written or logged, and answers to errors carry no text of the prompt.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from lamo_desktop.errors import LamoError, ModelError
from lamo_desktop.model import selftest
from lamo_desktop.model.engine import Engine
from lamo_desktop.model.memory import forbid_memory_dumps
from lamo_desktop.model.native import gpu_backend, llama_version
from lamo_desktop.model.prompt import Part
from lamo_desktop.model.protocol import EngineInfo
from lamo_desktop.model.threads import physical_cores
from lamo_desktop.model.weights import fast_weights


def main() -> int:
    """Serve one program until it closes the pipe; returns the process's exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's to handle; it closes the pipe
    forbid_memory_dumps()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # whatever a native library prints must not come between the answers

    def say(**message: Any) -> None:
        json.dump(message, answers)
        answers.write("\n")
        answers.flush()

    with os.fdopen(os.dup(0), encoding="utf-8") as requests:
        return _serve(requests, say)


def _serve(requests: TextIO, say: Callable[..., None]) -> int:
    engine: Engine | None = None
    for line in requests:
        try:
            request = json.loads(line)
            if engine is None:
                engine, info = start(request["start"])
                engine.beat = lambda: say(alive=True)
                say(started=asdict(info))
            else:
                asked = request["score"]
                scores = engine.score([Part(*part) for part in asked["parts"]], asked["candidates"])
                say(scored=asdict(scores))
        except LamoError as error:
            say(failed=str(error))
        except Exception as error:
            say(failed=f"The engine met a fault of its own ({type(error).__name__}).")
        if engine is None:
            return 1
    return 0


def start(request: dict[str, Any]) -> tuple[Engine, EngineInfo]:
    """Load weights and adapters on the device asked for, or on the CPU with a note why."""
    threads = request["threads"] or physical_cores()
    weights = fast_weights(Path(request["weights"]), request["weights_sha256"], threads)
    adapters = [(Path(path), drugs) for path, drugs in request["adapters"]]

    def engine(gpu: bool) -> Engine:
        return Engine(
            weights.path,
            adapters,
            prompt_adapter=Path(request["prompt_adapter"]) if request["prompt_adapter"] else None,
            context_tokens=request["context_tokens"],
            threads=threads,
            batch=request["ubatch"],
            gpu=gpu,
            state=request["state"],
        )

    chosen, note, outcome = choose(engine, request["device"], gpu_backend(), request["weights_sha256"])
    return chosen, EngineInfo(
        device="gpu" if chosen.model.gpu else "cpu",
        device_note=note,
        threads=threads,
        weights_sha256=weights.sha256,
        weights_note=weights.note,
        llama_version=llama_version(),
        n_ctx=chosen.context.shape.cells,
        selftest=outcome,
    )


def choose(engine: Callable[[bool], Engine], device: str, has_gpu: bool, base_sha256: str) -> tuple[Engine, str, str]:
    """The engine on the device asked for, a note when that is not possible, and the outcome of the self-test.

    `engine(gpu)` loads one. The CPU must give the base's scores that are known of a made-up patient (ModelError when it
    does not), and a GPU is used only once it has repeated the CPU's, adapted as they will be.
    """
    on_cpu = engine(False)
    verdict = selftest.verdict_on_cpu(
        base_sha256, on_cpu.score(selftest.PROBE, selftest.PROBE_DRUGS, plain=True).logits
    )
    if device == "cpu":
        return on_cpu, "", verdict
    if not has_gpu:
        return on_cpu, "this build of llama.cpp sees no GPU: the CPU is used", verdict
    expected = on_cpu.score(selftest.PROBE, selftest.PROBE_DRUGS).logits
    on_gpu: Engine | None = None
    try:
        on_gpu = engine(True)
        measured = on_gpu.score(selftest.PROBE, selftest.PROBE_DRUGS).logits
        fault = selftest.fault(expected, measured)
    except ModelError as error:
        fault = f"it failed: {error}"
    if on_gpu is None or fault:
        if on_gpu is not None:
            on_gpu.close()
        return on_cpu, f"the GPU is not used: {fault}", f"failed: {fault}; on the CPU {verdict}"
    on_cpu.close()
    return on_gpu, "", f"passed: scores within {selftest.largest_difference(expected, measured):.3f} of the CPU's"


if __name__ == "__main__":
    sys.exit(main())
