"""The engine's longer measurements. Not collected by pytest; run one by hand, for example:

python -m tests.benchmarks.bench_engine pairs --pairs 1000       # shared prefix against the full prompt of each pair
python -m tests.benchmarks.bench_engine invariance --pairs 5000  # pairs again among other neighbours, bit for bit
python -m tests.benchmarks.bench_engine memory --admissions 2000 # the worker's memory over a long job
python -m tests.benchmarks.bench_engine weights                  # speed and exactness of Q4_1, Q8_0 and F16
python -m tests.benchmarks.bench_engine adapter                  # cost of the default's adapter, and of rank 16
"""

import argparse
import ctypes
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np

from lamo_desktop.model import native
from lamo_desktop.model.adapter_file import write_adapter
from lamo_desktop.model.bench import FullPrompt, memory_mb, probability_difference
from lamo_desktop.model.engine import Engine
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import suffix
from tests.model.engines import bits, patient, weights

DRUGS = [drug.name for drug in load_package().drugs]


def pairs(options: argparse.Namespace) -> dict[str, object]:
    """Differences of scores (logits) and, at worst, of probability between shared and full prompts."""
    engine = Engine(weights().path, context_tokens=2048, threads=options.threads)
    found = np.array(differences(engine, options.pairs, options.words, options.threads))
    return {
        "pairs": len(found),
        "mean_logit_difference": found.mean(),
        "largest_logit_difference": found.max(),
        "largest_probability_difference": probability_difference(found.max(), 0.0),
    }


def differences(engine: Engine, n_pairs: int, words: int, threads: int, per_patient: int = 20) -> list[float]:
    """|score with shared prefix - score of the full prompt|, in logits, for random patients and drugs."""
    full, found = FullPrompt(engine.model, 2048, 512, threads), []
    for seed in range(-(-n_pairs // per_patient)):
        draw = random.Random(seed)
        parts, some = patient(draw.randint(1, 2 * words), seed), draw.sample(DRUGS, per_patient)
        prefix = engine.model.tokens("".join(part.text for part in parts), start=True)
        for drug, score in zip(some, engine.score(parts, some).logits, strict=True):
            found.append(abs(score - full.score(prefix + engine.model.tokens(suffix(drug)))))
    full.close()
    return found[:n_pairs]


def invariance(options: argparse.Namespace) -> dict[str, object]:
    """Pairs whose score is not the same bits in another composition, order, number of candidates or engine."""
    engine, other = (Engine(weights().path, context_tokens=2048, threads=threads) for threads in (options.threads, 2))
    compared = unequal = patients = 0
    while compared < options.pairs:
        draw, patients = random.Random(patients), patients + 1
        parts = patient(draw.randint(0, 2 * options.words), patients)
        expected = dict(zip(DRUGS, bits(engine.score(parts, DRUGS).logits), strict=True))
        for scorer, size in ((engine, 1), (other, 10), (engine, 33), (other, 70), (engine, len(DRUGS))):
            some = draw.sample(DRUGS, min(size, len(DRUGS)))
            again = dict(zip(some, bits(scorer.score(parts, some).logits), strict=True))
            unequal += sum(again[drug] != expected[drug] for drug in some)
            compared += len(some)
    return {"patients": patients, "pairs_compared": compared, "unequal": unequal}


def memory(options: argparse.Namespace) -> dict[str, object]:
    """Resident memory of the worker (MB) along a job of random patients."""
    seen: list[float | None] = []
    with EngineProcess(load_package(), EngineSettings(device="cpu", threads=options.threads)) as engine:
        for seed in range(options.admissions):
            draw = random.Random(seed)
            engine.score(patient(draw.randint(0, 2 * options.words), seed), draw.sample(DRUGS, options.candidates))
            if seed % max(1, options.admissions // 20) == 0:
                seen.append(memory_mb(engine.pid))
        return {"admissions": options.admissions, "resident_mb": seen, "peak_mb": memory_mb(engine.pid, "VmHWM")}


def compare_weights(options: argparse.Namespace) -> dict[str, object]:
    """Seconds of processor time for one admission, and the largest logit difference to full prompts, by weight type."""
    source, found = load_package().base_path, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("Q4_1", "Q8_0", "F16"):
            path = source if name == "Q4_1" else _converted(source, Path(folder) / f"{name}.gguf", name)
            engine = Engine(path, context_tokens=2048, threads=options.threads)
            best = float("inf")
            for _ in range(3):
                begun = time.process_time()
                engine.score(patient(options.words), DRUGS)
                best = min(best, time.process_time() - begun)
            largest = max(differences(engine, 20, options.words, options.threads))
            found[name] = {"processor_seconds": best, "largest_logit_difference": largest}
            engine.close()
    return found


def adapter(options: argparse.Namespace) -> dict[str, object]:
    """Seconds of processor time for one admission without adapter and with the default's, also filled up to rank 16.

    llama.cpp's fast kernels take 8 numbers at a time with AVX2 and 16 with AVX-512; others are slow on B, rank 8 wide.
    """
    default = load_package().prompt_adapter
    assert default
    with tempfile.TemporaryDirectory() as folder:
        wider = _filled_up(default, Path(folder) / "wider.gguf")
        ways = {"none": None, "the default's": default, "of rank 16": wider}
        engines = {
            name: Engine(weights().path, prompt_adapter=path, threads=options.threads) for name, path in ways.items()
        }
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(6):
            for name, engine in engines.items():
                begun = time.process_time()
                engine.score(patient(options.words), DRUGS)
                best[name] = min(best[name], time.process_time() - begun)
    return {"processor_seconds": best, "times_none": {name: value / best["none"] for name, value in best.items()}}


def _filled_up(source: Path, target: Path) -> Path:
    """An adapter with as many rows of A and columns of B again, all zero: it adds the same."""
    reader = gguf.GGUFReader(source)
    found = {tensor.name: np.array(tensor.data) for tensor in reader.tensors}
    pairs = {}
    for name in sorted({key.removesuffix(".lora_a").removesuffix(".lora_b") for key in found}):
        a, b = found[f"{name}.lora_a"], found[f"{name}.lora_b"]
        pairs[name] = (np.vstack([a, np.zeros_like(a)]), np.hstack([b, np.zeros_like(b)]))
    alpha = reader.fields["adapter.lora.alpha"].contents()
    write_adapter(target, "llama", 2 * alpha, pairs, np.float16)
    return target


def _converted(source: Path, target: Path, name: str) -> Path:
    params = native.llama.llama_model_quantize_default_params()
    params.ftype, params.allow_requantize = getattr(native.llama, f"LLAMA_FTYPE_MOSTLY_{name}"), True
    assert native.llama.llama_model_quantize(bytes(source), bytes(target), ctypes.byref(params)) == 0
    return target


def main() -> None:
    measures: dict[str, Callable[[argparse.Namespace], dict[str, object]]] = {
        "pairs": pairs,
        "invariance": invariance,
        "memory": memory,
        "weights": compare_weights,
        "adapter": adapter,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=measures)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--admissions", type=int, default=2000)
    parser.add_argument("--candidates", type=int, default=len(DRUGS), help="candidates per admission of `memory`")
    parser.add_argument("--words", type=int, default=200, help="mean length of the random patients")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(measures[options.measure](options), indent=2))


if __name__ == "__main__":
    main()
