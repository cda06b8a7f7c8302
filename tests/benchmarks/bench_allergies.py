"""Plants an allergy to the most probable drug into real admissions: its probability never rises, it is on no list.

python -m tests.benchmarks.bench_allergies FOLDER --admissions 200 --checkpoint allergies.jsonl

A run that was stopped goes on from its checkpoint. `--seed` draws the admissions from the whole export.
"""

import argparse
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.model.package import ModelPackage, load_package
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import parts
from lamo_desktop.recommend.policy import Policy, probabilities, recommended
from lamo_desktop.recommend.safety import Withholding


def plant(engine: EngineProcess, package: ModelPackage, formulary: Formulary, admission: Admission) -> dict[str, Any]:
    """What becomes of an admission's most probable drug once an allergy names it, before and after."""
    drugs = [drug.name for drug in package.drugs]
    scored = engine.score(parts(admission), drugs, admission.codes)
    before = probabilities(package, drugs, scored.logits[None])
    allergic = formulary.allergic_to(admission.allergies)
    top = max((d for d, drug in enumerate(drugs) if drug not in allergic), key=lambda d: float(before[0, d]))
    planted = replace(
        admission,
        allergies=(*admission.allergies, drugs[top]),
        codes=tuple(sorted({*admission.codes, f"allergy:{drugs[top]}"})),
    )
    again = engine.score(parts(planted), [drugs[top]], planted.codes).logits[None]
    after = probabilities(package, [drugs[top]], again)
    barred = Withholding(formulary, [drugs[top]], [planted]).mask
    everything = Policy(threshold_shift=-1e3)
    return {
        "admission": admission.admission_id,
        "drug": drugs[top],
        "before": float(before[0, top]),
        "after": float(after[0, 0]),
        "listed_before": bool(recommended(package, drugs, before, Policy())[0, top]),
        "listed_after": bool((recommended(package, [drugs[top]], after, everything) & ~barred)[0, 0]),
    }


def planted_rows(
    chosen: list[Admission], package: ModelPackage, formulary: Formulary, checkpoint: Path | None
) -> Iterator[Mapping[str, Any]]:
    """One row for each admission, from the checkpoint where it is there."""
    done: dict[str, Mapping[str, Any]] = {}
    if checkpoint and checkpoint.exists():
        lines = checkpoint.read_text(encoding="utf-8").split("\n")[:-1]  # what follows the last line end was cut off
        checkpoint.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        done = {row["admission"]: row for row in map(json.loads, lines)}
    with EngineProcess(package, EngineSettings(device="cpu", threads=1), facts=formulary) as engine:
        for admission in chosen:
            row = done.get(admission.admission_id)
            if row is None:
                row = plant(engine, package, formulary, admission)
                if checkpoint:
                    with checkpoint.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(row) + "\n")
            yield row


def main() -> int:
    """Print how probabilities change; 1 where one rose or the drug could be listed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="an export with admissions")
    parser.add_argument("--admissions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, help="a file that keeps what is done")
    parser.add_argument("--model", type=Path, help="a model package; the embedded one when not given")
    options = parser.parse_args()
    formulary = load_formulary()
    admissions = list(read_cohort(options.folder, formulary).admissions)
    chosen = random.Random(options.seed).sample(admissions, min(options.admissions, len(admissions)))
    found = list(planted_rows(chosen, load_package(options.model), formulary, options.checkpoint))
    changes = np.array([row["after"] - row["before"] for row in found])
    print(f"{len(found)} admissions, {len({row['drug'] for row in found})} drugs")
    print(f"raised in {(changes > 0).sum()}, unchanged in {(changes == 0).sum()}")
    print(f"change of the probability: mean {changes.mean():+.3f}, from {changes.min():+.3f} to {changes.max():+.3f}")
    listed = sum(row["listed_after"] for row in found)
    print(f"listed before in {sum(row['listed_before'] for row in found)}, not withheld after in {listed}")
    return int((changes > 0).any() or listed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
