"""Plants an allergy to the most probable drug into real admissions: its probability must never rise.

python -m tests.benchmarks.bench_allergies FOLDER --admissions 200
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from lamo_desktop.admissions import read_cohort
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import parts
from lamo_desktop.recommend.policy import probabilities


def main() -> int:
    """Print how probabilities change; 1 where one rose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="an export with admissions")
    parser.add_argument("--admissions", type=int, default=200)
    parser.add_argument("--model", type=Path, help="a model package; the embedded one when not given")
    options = parser.parse_args()
    package, formulary = load_package(options.model), load_formulary()
    drugs = [drug.name for drug in package.drugs]
    changes = []
    with EngineProcess(package, EngineSettings(device="cpu", threads=1), facts=formulary) as engine:
        for admission in read_cohort(options.folder, formulary).admissions[: options.admissions]:
            before = probabilities(package, drugs, engine.score(parts(admission), drugs, admission.codes).logits[None])[
                0
            ]
            allowed = [d for d, drug in enumerate(drugs) if drug not in formulary.allergic_to(admission.allergies)]
            top = max(allowed, key=lambda d: float(before[d]))
            planted = replace(
                admission,
                allergies=(*admission.allergies, drugs[top]),
                codes=tuple(sorted({*admission.codes, f"allergy:{drugs[top]}"})),
            )
            scored = engine.score(parts(planted), [drugs[top]], planted.codes)
            after = probabilities(package, [drugs[top]], scored.logits[None])[0, 0]
            changes.append(float(after - before[top]))
    found = np.array(changes)
    print(f"{len(found)} admissions: raised in {(found > 0).sum()}, unchanged in {(found == 0).sum()}")
    print(f"change of the probability: mean {found.mean():+.3f}, from {found.min():+.3f} to {found.max():+.3f}")
    return int((found > 0).any())


if __name__ == "__main__":
    raise SystemExit(main())
