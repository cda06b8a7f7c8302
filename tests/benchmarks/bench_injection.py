"""How far hostile text moves its own row: `python -m tests.benchmarks.bench_injection --admissions 8`.

Demo admissions are scored with the embedded package, as they are and with each text of tests/robustness/attacks.py
(and one harmless text of the same length) put into the past history and a note. Prints the mean and largest change of
a probability, the mean change of the length of the recommended list, and how much of the list stays (Jaccard).
"""

import argparse
import sys

import numpy as np

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import parts
from lamo_desktop.paths import resource
from lamo_desktop.recommend.policy import Policy, probabilities, recommended
from tests.robustness.attacks import ATTACKS, HARMLESS, attacked


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--admissions", type=int, default=8)
    options = parser.parse_args()
    package, formulary = load_package(), load_formulary()
    chosen = read_cohort(resource("demo/eicu"), formulary, "eicu").admissions
    chosen = chosen[:: max(len(chosen) // options.admissions, 1)][: options.admissions]
    drugs = [drug.name for drug in package.drugs]

    def lists(admissions: list[Admission]) -> tuple[np.ndarray, np.ndarray]:
        scores = np.array([engine.score(parts(a), drugs, a.codes).logits for a in admissions])
        chances = probabilities(package, drugs, scores, formulary.drug_class)
        return chances, recommended(package, drugs, chances, Policy())

    with EngineProcess(package, EngineSettings(device="cpu", threads=1), facts=formulary) as engine:
        clean, listed = lists(list(chosen))
        print(f"{len(chosen)} admissions, {len(drugs)} candidates, {listed.sum(1).mean():.1f} recommended on average")
        print(f"{'text':10} {'mean |dp|':>10} {'max |dp|':>10} {'list length':>12} {'Jaccard':>8}")
        for name, text in {"harmless": HARMLESS, **ATTACKS}.items():
            chances, now = lists([attacked(admission, text) for admission in chosen])
            moved = np.abs(chances - clean)
            both, either = (now & listed).sum(1), (now | listed).sum(1)
            jaccard = np.where(either > 0, both / np.maximum(either, 1), 1.0).mean()
            longer = (now.sum(1) - listed.sum(1)).mean()
            print(f"{name:10} {moved.mean():10.4f} {moved.max():10.3f} {longer:+12.2f} {jaccard:8.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
