"""Fuzzes every reader and loader for a given time: `python -m tests.benchmarks.bench_fuzz --minutes 60 --seed 1`.

Each round gives every target a batch of inputs in a child process with limited memory. A finding is any end but success
or a one-sentence error, more than 5 s of processor time, or running out of that memory; the input that made it is
kept in the folder named by --keep. Prints inputs, refusals and findings per target; exits with 1 when there are any.
"""

import argparse
import multiprocessing
import os
import pickle
import resource
import sys
import time
import traceback
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.robustness.exports import formulary, real_books, small_folder
from tests.robustness.targets import NAMES, attempt, inputs

BATCH = 40
BATCH_CPU_SECONDS = 400  # a child that computes for so long hangs where no timer reaches it
BATCH_SECONDS = 7200.0  # one that waits for so long does so for something that never comes
MORE_MEMORY = 1_500_000_000  # bytes a child may ask for beyond what its parent has


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    formulary(), real_books(), [small_folder(kind) for kind in ("eicu", "mimic3", "mimic4")]
    totals: dict[str, Counter[str]] = {name: Counter() for name in options.only}
    peaks: Counter[str] = Counter()
    findings: dict[str, str] = {}
    begun, number = time.monotonic(), 0
    while time.monotonic() - begun < 60 * options.minutes:
        for name in options.only:
            if time.monotonic() - begun < 60 * options.minutes:
                tally = _batch(name, options.seed * 1_000_003 + number, options.keep)
                totals[name].update(tally["counts"])
                peaks[name] = max(peaks[name], tally["peak"])
                for what, where in tally["findings"].items():
                    if f"{name}: {what}" not in findings:
                        findings[f"{name}: {what}"] = where
                        print(f"FINDING {name}: {what}\n{where}", flush=True)
        number += 1
    for name, counts in totals.items():
        print(
            f"{name:13} {counts['inputs']:7,} inputs, {counts['refused']:7,} refused, peak {peaks[name] >> 20} MB more"
        )
    total = sum(counts["inputs"] for counts in totals.values())
    print(f"{total:,} inputs in {(time.monotonic() - begun) / 60:.1f} minutes, {len(findings)} distinct findings")
    return 1 if findings else 0


def _batch(name: str, seed: int, keep: Path) -> dict[str, Any]:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_child, args=(name, seed, keep, theirs))
    child.start()
    theirs.close()
    try:
        if ours.poll(BATCH_SECONDS):
            told: dict[str, Any] = ours.recv()
            child.join()
            return told
        child.kill()
        what = "a hang that no signal ends"
    except EOFError:
        child.join()
        what = f"the process ended with {child.exitcode}"
    return {"counts": {}, "peak": 0, "findings": {what: f"input: {keep / f'{name}-{seed}-last.pickle'}"}}


def _child(name: str, seed: int, keep: Path, answer: Connection) -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_CPU, (BATCH_CPU_SECONDS, BATCH_CPU_SECONDS + 10))
    resource.setrlimit(resource.RLIMIT_AS, (used + MORE_MEMORY, used + MORE_MEMORY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts: Counter[str] = Counter()
    findings: dict[str, str] = {}
    in_hand = keep / f"{name}-{seed}-last.pickle"

    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @seeded(seed)
    @given(st.data())
    def trial(data: st.DataObject) -> None:
        chosen = data.draw(inputs(name))
        counts["inputs"] += 1
        in_hand.write_bytes(pickle.dumps(chosen))  # what it was, should the process end
        try:
            counts["refused"] += not attempt(name, chosen)
        except BaseException as error:
            if type(error).__module__.startswith("hypothesis"):
                raise
            where = [f for f in traceback.extract_tb(error.__traceback__) if "lamo_desktop" in f.filename][-1:]
            what = f"{type(error).__name__} in {where[0].name if where else 'the test'}"
            if what not in findings:
                file = keep / f"{name}-{seed}-{len(findings)}.pickle"
                file.write_bytes(pickle.dumps(chosen))
                findings[what] = "".join(traceback.format_exception(error, limit=-6)) + f"input: {file}"

    trial()
    in_hand.unlink(missing_ok=True)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    answer.send({"counts": counts, "peak": peak, "findings": findings})
    answer.close()


if __name__ == "__main__":
    sys.exit(main())
