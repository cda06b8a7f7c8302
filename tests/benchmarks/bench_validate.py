"""Timing of a large validation, and how often the intervals cover the truth. Not collected by pytest; run it by hand:

python -m tests.benchmarks.bench_validate timing    # 10,000 admissions x 160 drugs, 1,000 resamples
python -m tests.benchmarks.bench_validate coverage  # 500 simulated sites, share of intervals that hold the truth
"""

import argparse
import json
import resource
import time

import numpy as np

from lamo_desktop.stats import sigmoid
from lamo_desktop.validate.bins import bin_pairs, binned_figures
from lamo_desktop.validate.bootstrap import PatientBootstrap, interval
from lamo_desktop.validate.metrics import averages, per_admission, with_patient_means
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.validation import ValidationOptions, validate
from tests.validate.synthetic import hospital

FIGURES = (
    *("visit_mean.jaccard", "visit_mean.f1", "visit_mean.prauc", "visit_mean.ddi_rate", "patient_mean.jaccard"),
    *("micro.f1", "micro.prauc", "overprescribing_ratio"),
    *("calibration.slope", "calibration.intercept", "calibration.brier"),
)


def timing(n_admissions: int, n_drugs: int) -> dict[str, object]:
    """Wall seconds of the figures with intervals alone and of the whole report's figures, and peak memory (GB)."""
    outcomes, out = hospital(n_admissions, n_drugs), {}
    for name, options in (
        ("figures", ValidationOptions(baselines=False, recalibration=False)),
        ("everything", ValidationOptions()),
    ):
        start, cpu = time.perf_counter(), time.process_time()
        validate(outcomes, options)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        out[name] = {
            "seconds": round(time.perf_counter() - start, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "peak_gb": round(peak, 2),
        }
    return out


class Population:
    """Patients with 1 to 4 visits whose orders depend on a patient effect that the model does not see."""

    def __init__(self, n_drugs: int = 20, seed: int = 1):
        rng = np.random.default_rng(seed)
        self.base = rng.normal(-1.5, 1.0, n_drugs)
        self.interacting = np.triu(rng.random((n_drugs, n_drugs)) < 0.15, 1)

    def sample(self, n_patients: int, rng: np.random.Generator) -> Outcomes:
        """A site with that many patients."""
        patient = np.repeat(np.arange(n_patients), rng.integers(1, 5, n_patients))
        n, d = len(patient), len(self.base)
        seen = self.base + rng.normal(0, 1.2, (n, d))
        truth = seen + 0.8 * rng.normal(size=(n_patients, 1))[patient] + 0.6 * rng.normal(size=(n_patients, d))[patient]
        p = sigmoid(0.8 * seen).astype(np.float32)
        ids = tuple(map(str, range(n)))
        return Outcomes(
            admission_ids=ids,
            patient_ids=tuple(map(str, patient)),
            drugs=tuple(map(str, range(d))),
            probabilities=p,
            recommended=p >= 0.35,
            ordered=rng.random((n, d)) < sigmoid(truth),
            thresholds=np.full(d, 0.35),
            interacting=self.interacting | self.interacting.T,
        )


def figures(outcomes: Outcomes, n_resamples: int) -> dict[str, tuple[float, np.ndarray]]:
    """Each of `FIGURES` with its resamples."""
    bootstrap = PatientBootstrap(outcomes.patient_ids, n_resamples)
    patients, sums = bootstrap.by_patient(per_admission(outcomes))
    sums = with_patient_means(sums)
    values, resampled = averages(sums.sum(0)), averages(bootstrap.replicate(patients, sums))
    found = {name: (float(values[name]), resampled[name]) for name in values}
    binned = bin_pairs(outcomes.probabilities, outcomes.ordered, bootstrap)
    return found | binned_figures(binned, outcomes.probabilities, outcomes.ordered)


def coverage(runs: int, n_patients: int, n_resamples: int) -> dict[str, object]:
    """Share of runs whose interval holds the value of a site of 60,000 patients."""
    population, rng = Population(), np.random.default_rng(2)
    whole = figures(population.sample(60_000, rng), 2)
    truth = {name: whole[name][0] for name in FIGURES}
    held = dict.fromkeys(FIGURES, 0)
    for _ in range(runs):
        for name, (_, resampled) in figures(population.sample(n_patients, rng), n_resamples).items():
            if name in held:
                low, high = interval(resampled)
                held[name] += low <= truth[name] <= high
    shares = {name: round(count / runs, 3) for name, count in held.items()}
    return {"runs": runs, "patients": n_patients, "resamples": n_resamples, "coverage": shares}


def main() -> None:
    """Prints the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("timing", "coverage"))
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--admissions", type=int, default=10_000)
    parser.add_argument("--drugs", type=int, default=160)
    args = parser.parse_args()
    result = timing(args.admissions, args.drugs) if args.what == "timing" else coverage(args.runs, args.patients, 1000)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
