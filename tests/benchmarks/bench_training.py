"""Training speed, and parity of the two engines, on real weights. Not collected by pytest; run it by hand:

python -m tests.benchmarks.bench_training speed  COHORT.jsonl.gz   # pairs per second: packed against one per sequence
python -m tests.benchmarks.bench_training parity COHORT.jsonl.gz   # transformers and PEFT against llama.cpp

Speed is of forward and backward passes of one LoRA recipe, same base, device and precision, in one run. "One sequence
per pair" is the model's own forward on batches of whole prompts, with logits of the last token only; on a GPU both ways
fill it (--device gpu).
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from lamo_desktop.model.package import load_package
from lamo_desktop.model.prompt import parts, suffix
from tools.parity import engine_scores, parity, torch_scores
from trainer.cohort.rows import read_rows
from trainer.fit.adapters import Adapters, device_of, dtype_of, group_drugs
from trainer.fit.base import Base, load_base
from trainer.fit.packing import Asked, pack, within_budget
from trainer.fit.recipe import load_recipe
from trainer.package.gguf_adapter import export_adapter, gguf_shape
from trainer.package.merge import merge

BATCH = {"cpu": 8, "cuda": 64}  # whole prompts of one pass in the unpacked way
BUDGET = {"cpu": 1024, "cuda": 32768}  # tokens of one packed pass


def speed(
    cohort: Path, weights: Path, lengths: Sequence[int], repeats: int, device: str, precision: str
) -> dict[str, object]:
    """Pairs and tokens per second (wall) by prompt length (tokens of the prefix) and way, and their ratios."""
    rows, base = read_rows(cohort), load_base(weights, device, dtype_of(precision, device))
    adapters = Adapters(base.model, 1, load_recipe("default"))
    adapters.train(True)
    drugs = sorted(rows.candidates)
    suffixes = [base.tokens(suffix(drug), False) for drug in drugs]
    commonest = Counter(map(len, suffixes)).most_common(1)[0][0]
    alike = [each for each in suffixes if len(each) == commonest]
    batch = list(islice(cycle(alike), BATCH[device]))
    text = [t for a in rows.of(["train"])[:40] for t in base.tokens("".join(p.text for p in parts(a)), True)]
    out: dict[str, object] = {"pairs_per_admission": len(drugs), "device": device, "precision": base.precision}
    if device == "cpu":
        out["threads"] = torch.get_num_threads()
    for length in lengths:
        prefix, n_suffix = text[:length], sum(map(len, suffixes))
        with adapters.off():
            memory = base.memory(prefix)
        whole, known = Asked(prefix, suffixes, range(len(drugs))), Asked(prefix, suffixes, range(len(drugs)), memory)
        ways: dict[str, tuple[int, int, Callable[[], None]]] = {
            "one sequence per pair": (
                len(batch),
                len(batch) * (length + commonest),
                partial(one_per_sequence, base, prefix, batch),
            )
        }
        for name, asked in (("packed, whole prompt", whole), ("packed, suffixes only", known)):
            count = max(1, BUDGET[device] // asked.tokens())
            tokens = count * asked.tokens()
            ways[name] = (count * len(drugs), tokens, partial(packed, base, [asked] * count, BUDGET[device]))
        best = dict.fromkeys(ways, np.inf)
        for turn in range(repeats + 1):  # in turns, so that a busy machine slows all of them; the first warms up
            for name, (_, _, run) in ways.items():
                start = time.perf_counter()
                run()
                if device == "cuda":
                    torch.cuda.synchronize()
                if turn:
                    best[name] = min(best[name], time.perf_counter() - start)
        rate = {name: ways[name][0] / seconds for name, seconds in best.items()}
        out[f"prefix of {length} tokens, {n_suffix} of suffixes"] = {
            name: {
                "pairs_per_second": round(rate[name], 2),
                "tokens_per_second": round(ways[name][1] / best[name], 1),
                "times_one_per_sequence": round(rate[name] / rate["one sequence per pair"], 1),
            }
            for name in ways
        }
    return out


def packed(base: Base, asked: Sequence[Asked], budget: int) -> None:
    """Forward and backward of some admissions' pairs."""
    for run in within_budget(asked, budget):
        scores = base.scores(pack(run, base.device))
        binary_cross_entropy_with_logits(scores, torch.zeros_like(scores), reduction="sum").backward()


def one_per_sequence(base: Base, prefix: list[int], suffixes: Sequence[list[int]]) -> None:
    """The same for whole prompts in a batch, all of one length: nothing is lost to padding or its mask."""
    ids = torch.tensor([prefix + each for each in suffixes], device=base.device)
    yes, no = (base.tokens(answer, False)[0] for answer in (" Yes", " No"))
    base.model.set_attn_implementation("sdpa")
    logits = base.model(input_ids=ids, use_cache=False, logits_to_keep=1).logits[:, -1].float()
    scores = logits[:, yes] - logits[:, no]
    binary_cross_entropy_with_logits(scores, torch.zeros_like(scores), reduction="sum").backward()
    base.model.set_attn_implementation("lamo_packed")


def compare(
    cohort: Path, weights: Path, pairs: int, run: Path | None, threads: int, precisions: Sequence[str]
) -> dict[str, object]:
    """Parity on about `pairs` pairs, with a run's adapters or noise in their place, by precision."""
    rows, base = read_rows(cohort), load_base(weights)
    drugs = sorted(rows.candidates)
    admissions = rows.of(["train"])[: -(-pairs // len(drugs))]
    recipe = load_recipe("groups")
    shape = gguf_shape(weights)
    out: dict[str, object] = {"admissions": len(admissions), "adapters": str(run or "noise")}
    whole = False
    with tempfile.TemporaryDirectory() as scratch:
        if run:
            from trainer.fit.run_folder import load_run

            found = load_run(run)
            folders, whole = found.groups, not found.record["recipe"]["suffix_only"]
            groups = [drugs_of for _, drugs_of in folders]
            adapters = from_run(base, [folder for folder, _ in folders])
        else:
            groups = list(group_drugs(rows.candidates, recipe, lambda drug: ""))
            adapters = noise(base, len(groups))
            folders = [(peft_folder(adapters, i, Path(scratch)), group) for i, group in enumerate(groups)]
        files = []
        for place, (folder, group) in enumerate(folders):
            file = Path(scratch) / f"{place}.gguf"
            export_adapter(folder, file, shape)
            files.append((file, group))
        adapters.train(False)
        ours = torch_scores(base, adapters, groups, admissions, drugs, whole)
        with adapters.off():
            plain = torch_scores(base, None, groups, admissions, drugs)
        out["adapters move scores by"] = round(float(np.abs(ours - plain).mean()), 3)
        counts = np.array([rows.candidates[drug] for drug in drugs])
        offset = np.log(counts / (len(rows.of(["train"])) - counts)) - plain.mean(0)
        for precision in precisions:
            converted = Path(scratch) / f"{precision}.gguf"
            merge(weights, {}, converted, precision, threads)  # type: ignore[arg-type]
            given = ([], files[0][0]) if whole else (files, None)
            theirs = engine_scores(converted, given[0], admissions, drugs, threads, given[1])
            out[precision] = {key: round(value, 6) for key, value in asdict(parity(ours, theirs, offset)).items()}
    return out


def noise(base: Base, groups: int) -> Adapters:
    """Adapters whose B is drawn at random."""
    adapters = Adapters(base.model, groups, load_recipe("groups"))
    torch.manual_seed(0)
    with torch.no_grad():
        for name, weight in adapters.model.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.1)
    return adapters


def from_run(base: Base, folders: Sequence[Path]) -> Adapters:
    """A run's adapters."""
    from safetensors.torch import load_file

    config = json.loads((folders[0] / "adapter_config.json").read_text())
    changes = [f"rank={config['r']}", f"alpha={config['lora_alpha']}", f"targets={sorted(config['target_modules'])}"]
    adapters = Adapters(base.model, len(folders), load_recipe("groups", changes))
    for group, folder in enumerate(folders):
        adapters.set_weights(group, load_file(folder / "adapter_model.safetensors"))
    return adapters


def peft_folder(adapters: Adapters, group: int, scratch: Path) -> Path:
    """One adapter as PEFT's two files."""
    from safetensors.torch import save_file

    folder = scratch / adapters.names[group]
    folder.mkdir()
    save_file(adapters.weights(group), folder / "adapter_model.safetensors")
    config = adapters.model.peft_config[adapters.names[group]]
    (folder / "adapter_config.json").write_text(json.dumps({"r": config.r, "lora_alpha": config.lora_alpha}))
    return folder


def main() -> None:
    """Prints the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "parity"))
    parser.add_argument("cohort", type=Path)
    parser.add_argument("--base", type=Path, help="GGUF base; the embedded package's when not given")
    parser.add_argument("--lengths", type=int, nargs="+", default=[116, 212, 600], help="prefix tokens")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--run", type=Path, help="a finished run, for its adapters; noise when not given")
    parser.add_argument("--precisions", nargs="+", default=["F16", "Q8_0", "Q4_K_M"])
    parser.add_argument("--device", choices=("auto", "cpu", "gpu"), default="cpu", help="for speed")
    parser.add_argument("--dtype", choices=("auto", "float32", "bfloat16"), default="auto", help="for speed")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    base = args.base or load_package().base_path
    if args.what == "speed":
        result = speed(args.cohort, base, args.lengths, args.repeats, device_of(args.device), args.dtype)
    else:
        result = compare(args.cohort, base, args.pairs, args.run, args.threads, args.precisions)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
