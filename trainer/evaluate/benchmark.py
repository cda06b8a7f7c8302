"""The benchmark: several models on the same rows and drugs, at the same kinds of cut, with paired intervals.

Three cuts make models comparable. Two are chosen on training rows that the model is new to: as many drugs as were
ordered there, and the best Jaccard there, or what a fine-tuned package expects of both. The third is chosen on the
judged rows themselves, as many drugs as were ordered on them: it takes the shift between the rows out and judges the
ranking alone, so it is no figure of what a user would get.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.stats import log_losses, sigmoid, threshold_for_count
from lamo_desktop.validate.bins import bin_pairs, binned_figures
from lamo_desktop.validate.bootstrap import Estimate, PatientBootstrap, estimate
from lamo_desktop.validate.metrics import averages, per_admission, with_patient_means
from lamo_desktop.validate.outcomes import Outcomes
from trainer.cohort.rows import ordered_matrix

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Figure = tuple[float, Floats]
"""An estimate and its bootstrap resamples."""

TRAINED, BEST, HERE = "ratio 1 on training rows", "best Jaccard on training rows", "ratio 1 on these rows"
ASKED = "Yes likelier than No"
LISTED = {
    "visit_mean.jaccard": "jaccard",
    "visit_mean.f1": "f1",
    "visit_mean.precision": "precision",
    "visit_mean.recall": "recall",
    "overprescribing_ratio": "ratio",
    "n_recommended": "recommended",
}


@dataclass(frozen=True, slots=True)
class ModelUnderTest:
    """One model of the benchmark: its logits by split, shape (admissions, drugs), and its thresholds by cut.

    `own` (drugs,) is added to every threshold. `about` is what is recorded of it.
    """

    name: str
    kind: Literal["package", "ablation", "untuned", "baseline", "ensemble"]
    logits: Mapping[str, Floats]
    thresholds: Mapping[str, float]
    own: Floats | float = 0.0
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A model's figures on one split.

    `scored` are those no cut changes: PRAUC (visit mean), log loss (mean over cells), calibration slope and ECE.
    `listed` has for each cut Jaccard, F1, precision and recall (visit means), the ratio recommended / ordered and the
    mean number recommended; `thresholds` is where each cut lies, in logits.
    """

    model: ModelUnderTest
    scored: dict[str, Figure]
    listed: dict[str, dict[str, Figure]]
    thresholds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """A package against another model at one cut, resample by resample: a - b, and Jaccard also as a / b - 1."""

    model: str
    than: str
    cut: str
    jaccard: Estimate
    relative_jaccard: Estimate
    prauc: Estimate
    log_loss: Estimate


@dataclass(frozen=True, slots=True)
class SplitResult:
    """All models on one split. `best` names the baseline with the highest Jaccard on these rows at each cut."""

    split: str
    admissions: int
    patients: int
    ordered: float
    evaluated: tuple[Evaluated, ...]
    differences: tuple[Difference, ...]
    best: dict[str, str]


def evaluate_split(
    split: str, models: Sequence[ModelUnderTest], admissions: Sequence[Admission], drugs: Sequence[str], resamples: int
) -> SplitResult:
    """Every model on one split; each package against all that is none, and the first package against the others."""
    ordered = ordered_matrix(admissions, drugs)
    bootstrap = PatientBootstrap([a.patient_id for a in admissions], resamples)
    evaluated = tuple(_evaluated(each, split, admissions, drugs, ordered, bootstrap) for each in models)
    packages = [each for each in evaluated if each.model.kind == "package"]
    differences = tuple(
        difference(one, other, cut)
        for one in packages
        for other in evaluated
        if other.model.kind != "package" or (one is packages[0] and other is not one)
        for cut in one.listed
        if cut in other.listed
    )
    baselines = [each for each in evaluated if each.model.kind == "baseline"]
    cuts = baselines[0].listed if baselines else {}
    best = {cut: max(baselines, key=lambda each: each.listed[cut]["jaccard"][0]).model.name for cut in cuts}
    n_ordered = float(ordered.sum() / len(ordered))
    return SplitResult(split, len(admissions), bootstrap.n_patients, n_ordered, evaluated, differences, best)


def difference(one: Evaluated, other: Evaluated, cut: str) -> Difference:
    """`one` against `other`, both judged with the same resamples."""
    a, b = one.listed[cut]["jaccard"], other.listed[cut]["jaccard"]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = float(np.divide(a[0], b[0])) - 1, a[1] / b[1] - 1
    return Difference(
        one.model.name,
        other.model.name,
        cut,
        _minus(a, b),
        estimate(*relative),
        _minus(one.scored["prauc"], other.scored["prauc"]),
        _minus(one.scored["log_loss"], other.scored["log_loss"]),
    )


def _evaluated(
    model: ModelUnderTest,
    split: str,
    admissions: Sequence[Admission],
    drugs: Sequence[str],
    ordered: Bools,
    bootstrap: PatientBootstrap,
) -> Evaluated:
    logits = model.logits[split]
    margin = logits - model.own
    thresholds = {**model.thresholds, HERE: threshold_for_count(margin, ordered.sum())}
    outcomes = _outcomes(admissions, drugs, sigmoid(logits), ordered)
    listed = {}
    for cut, threshold in thresholds.items():
        found = _summed(per_admission(outcomes.with_list(outcomes.probabilities, margin >= threshold)), bootstrap)
        listed[cut] = {short: found[long] for long, short in LISTED.items()}
    calibration = binned_figures(bin_pairs(outcomes.probabilities, ordered, bootstrap), outcomes.probabilities, ordered)
    scored = {
        "prauc": found["visit_mean.prauc"],
        "log_loss": _mean(log_losses(logits, ordered).mean(1), bootstrap),
        "slope": calibration["calibration.slope"],
        "ece": calibration["calibration.ece"],
    }
    return Evaluated(model, scored, listed, thresholds)


def _outcomes(admissions: Sequence[Admission], drugs: Sequence[str], p: Floats, ordered: Bools) -> Outcomes:
    none = np.zeros((len(drugs), len(drugs)), dtype=bool)
    return Outcomes(
        admission_ids=tuple(a.admission_id for a in admissions),
        patient_ids=tuple(a.patient_id for a in admissions),
        drugs=tuple(drugs),
        probabilities=p,
        recommended=np.zeros(ordered.shape, dtype=bool),
        ordered=ordered,
        thresholds=np.full(len(drugs), 0.5),
        interacting=none,
    )


def _summed(rows: NDArray[Any], bootstrap: PatientBootstrap) -> dict[str, Figure]:
    patients, sums = bootstrap.by_patient(rows)
    sums = with_patient_means(sums)
    values, resampled = averages(sums.sum(0)), averages(bootstrap.replicate(patients, sums))
    return {name: (float(values[name]), resampled[name]) for name in values}


def _mean(values: Floats, bootstrap: PatientBootstrap) -> Figure:
    patients, sums = bootstrap.by_patient(np.column_stack([values, np.ones(len(values))]))
    resampled = bootstrap.replicate(patients, sums)
    return float(values.mean()), resampled[:, 0] / resampled[:, 1]


def _minus(a: Figure, b: Figure) -> Estimate:
    return estimate(a[0] - b[0], a[1] - b[1])
