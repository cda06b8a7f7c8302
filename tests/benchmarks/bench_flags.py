"""What reading, knowledge terms and safety findings cost for many admissions: milliseconds of processor time for each.

python -m tests.benchmarks.bench_flags EICU_FOLDER --admissions 10000

The export's rows are repeated under new identifiers. The model is not run: its answers are drawn at random, which moves
neither cost, and the lists are those of the default policy.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from lamo_desktop.admissions import read_cohort
from lamo_desktop.formulary import load_formulary, without_parts
from lamo_desktop.model.package import load_package
from lamo_desktop.model.package_terms import PackageTerms
from lamo_desktop.model.prompt import parts
from lamo_desktop.recommend.policy import Policy, probabilities, recommended
from lamo_desktop.recommend.safety import Withholding, safety_flags

IDENTIFIERS = ("patientunitstayid", "patienthealthsystemstayid", "uniquepid")


def repeat(folder: Path, target: Path, times: int) -> None:
    """An eICU export whose stays and patients appear `times` times, each time under identifiers of their own."""
    for file in sorted(folder.glob("*.csv.gz")):
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        own = [column for column in IDENTIFIERS if column in frame]
        copies = [
            frame.assign(**{column: frame[column] + f"{number:03d}" for column in own})
            for number in range(times if own else 1)
        ]
        pd.concat(copies).to_csv(target / file.name, index=False)


def main() -> int:
    """Print the milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="an eICU export")
    parser.add_argument("--admissions", type=int, default=10_000)
    options = parser.parse_args()
    formulary, package = load_formulary(), load_package()
    terms = PackageTerms(package, formulary)
    assert terms.linear is not None
    once = len(read_cohort(options.folder, formulary).admissions)
    spent: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        repeat(options.folder, Path(scratch), -(-options.admissions // once))
        begun = time.process_time()
        admissions = read_cohort(Path(scratch), load_formulary()).admissions[: options.admissions]
        spent["reading"] = time.process_time() - begun
    drugs = without_parts(drug.name for drug in package.drugs)
    rng = np.random.default_rng(0)
    answers = rng.normal(-4.4, 0.2, (len(admissions), len(drugs))).astype(np.float32)
    states = rng.normal(size=(64, len(terms.linear.head))).astype(np.float32)
    prompts = [parts(admission) for admission in admissions]
    begun = time.process_time()
    scores = np.stack(
        [
            terms.scores(prompts[n], admission.codes, drugs, answers[n], states[n % len(states)])
            for n, admission in enumerate(admissions)
        ]
    )
    spent["terms"] = time.process_time() - begun
    begun = time.process_time()
    listed = recommended(package, drugs, probabilities(package, drugs, scores), Policy())
    barred = Withholding(formulary, drugs, admissions).mask
    n_flags = 0
    for n, admission in enumerate(admissions):
        shown = [drugs[d] for d in np.flatnonzero(listed[n] & ~barred[n])]
        withheld = [drugs[d] for d in np.flatnonzero(listed[n] & barred[n])]
        n_flags += len(safety_flags(admission, shown, admission.ordered(drugs), formulary, withheld))
    spent["flags"] = time.process_time() - begun
    milliseconds = {name: round(1000 * seconds / len(admissions), 3) for name, seconds in spent.items()}
    figures = {"admissions": len(admissions), "flags": n_flags, "listed": round(float(listed.sum(1).mean()), 1)}
    print(json.dumps({**figures, "ms_per_admission": milliseconds}, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
