"""A long job: `python -m tests.benchmarks.bench_long --admissions 5000`.

`lamo recommend` on that many made-up admissions with a small model (random weights, the default model's tokenizer;
`--default` takes the embedded one) and few candidates. Prints, for every tenth of the job, the rate in admissions per
second of processor time and the memory of the program and of its engine (without what is mapped from files).
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.memory import private_bytes
from tests.robustness.kills import FEW, ROOT, few_candidates
from tests.robustness.small_model import small_package

WORDS = ("sepsis", "pneumonia", "heart failure", "stroke", "asthma", "renal failure", "atrial fibrillation", "diabetes")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--admissions", type=int, default=5000)
    parser.add_argument("--default", action="store_true", help="the embedded model instead of the small one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="long-") as name:
        folder = Path(name)
        package = folder / "package"
        if options.default:
            few_candidates(package)
        else:
            small_package(package, FEW)
        export = _export(folder / "export.csv", options.admissions)
        command = ["recommend", str(export), "--job", str(folder / "long.lamo"), "-o", str(folder / "out.xlsx")]
        settings = ["--model", str(package), "--device", "cpu", "--threads", "1", "--progress", "json"]
        process = subprocess.Popen(
            [sys.executable, "-m", "lamo_desktop.cli", *command, *settings], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        _watch(process, options.admissions)
        with JobStore.open(folder / "long.lamo", read_only=True) as store:
            restarts = sum(event.kind == "engine restarted" for event in store.events())
            intact = "intact" if not store.audit() else "NOT INTACT"
            megabytes = (folder / "long.lamo").stat().st_size / 1e6
            print(f"{store.counts().done} scored, {restarts} engine restarts, job file {megabytes:.0f} MB, {intact}")
    return process.returncode


def _watch(process: "subprocess.Popen[str]", total: int) -> None:
    begun = time.monotonic()
    tenth, done_before, used_before = 0, 0, 0.0
    assert process.stdout is not None
    print(f"{'done':>6} {'per CPU-second':>15} {'program MB':>11} {'engine MB':>10}")
    for line in process.stdout:
        told = json.loads(line) if line.startswith("{") else {}
        if told.get("stage") != "scoring" or told["done"] * 10 // total <= tenth:
            continue
        tenth, done = told["done"] * 10 // total, told["done"]
        worker = _child(process.pid)
        used = _seconds(process.pid) + _seconds(worker)
        rate = (done - done_before) / max(used - used_before, 1e-9)
        memory = [(private_bytes(pid) or 0) / 1e6 for pid in (process.pid, worker)]
        print(f"{done:6} {rate:15.1f} {memory[0]:11.0f} {memory[1]:10.0f}", flush=True)
        done_before, used_before = done, used
    process.wait()
    print(f"{time.monotonic() - begun:.0f} s in all")


def _child(pid: int) -> int:
    children = [p for task in Path(f"/proc/{pid}/task").iterdir() for p in (task / "children").read_text().split()]
    return int(children[0]) if children else pid


def _seconds(pid: int) -> float:
    """Processor time of a process so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _export(path: Path, rows: int) -> Path:
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Admission ID", "Patient ID", "Age", "Sex", "Diagnoses", "Orders"])
        for n in range(rows):
            told = "; ".join(chance.sample(WORDS, 3))
            writer.writerow([n, f"P{n}", chance.randrange(18, 95), chance.choice("FM"), told, "ASPIRIN 81 MG; HEPARIN"])
    return path


if __name__ == "__main__":
    sys.exit(main())
