"""200 random kills over one job: `python -m tests.benchmarks.bench_kills --kills 200 --seed 1`.

Runs `lamo recommend` on the bundled admissions with the default model and few candidates, once in peace and once
killed (kill -9 of the program, of its engine, of both) at seeded moments and resumed until it is done. Should the job
be done before that many kills, the rest fall on a further one. Prints the kills by kind, and what the workbooks and
jobs do not have in common; exits with 1 when that is anything.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.robustness.kills import Ordeal, differences, few_candidates


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--admissions", type=int, default=75)
    options = parser.parse_args()
    begun, jobs, found = time.monotonic(), 0, []
    kills: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        ordeal = Ordeal(folder, few_candidates(folder / "few"), options.admissions, random.Random(options.seed), kills)
        ordeal.in_peace()
        print(f"uninterrupted run done, first admission after {ordeal.start_seconds:.1f} s", flush=True)
        while sum(kills.values()) < options.kills:
            jobs += 1
            ordeal.killed(f"killed{jobs}", options.kills - sum(kills.values()))
            found += differences(folder / "whole.lamo", folder / f"killed{jobs}.lamo")
            print(f"job {jobs}: {sum(kills.values())} kills so far, {len(found)} differences", flush=True)
    for kind, number in sorted(kills.items()):
        print(f"{number:5} {kind}")
    for difference in found[:20]:
        print(difference)
    minutes = (time.monotonic() - begun) / 60
    print(f"{sum(kills.values())} kills over {jobs} jobs in {minutes:.1f} minutes: {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
