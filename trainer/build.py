"""From scores to a calibrated package, and from a package to its figures on a split."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.model.package import Drug, LinearTerms, ModelPackage
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.model.prompt import PROMPT_VERSION, parts
from lamo_desktop.model.terms import features, read_terms, write_terms
from lamo_desktop.model.weights import file_sha256
from lamo_desktop.recommend.policy import POLICIES, Policy, cut_offs, probabilities, recommended
from trainer.calibrate import Calibration, cross_fit, fit, folds, log_loss, log_odds
from trainer.evaluate import Figures, figures
from trainer.linear import KINDS, fit_terms, pooled
from trainer.rows import Rows, ordered_matrix
from trainer.scores import answers, score_rows
from trainer.splits import watched
from trainer.thresholds import policy_thresholds

Progress = Callable[[str], None]
TERM_KINDS: dict[str, Sequence[str]] = {"all": KINDS, "features": KINDS[:1], "state": KINDS[1:], "none": ()}
LABELS = {
    "all": "base model, not fine-tuned, with a fitted reading head and code model",
    "features": "base model, not fine-tuned, with a fitted code model",
    "state": "base model, not fine-tuned, with a fitted reading head",
    "none": "base model, not fine-tuned",
}
TERMS = "terms.npz"


@dataclass(frozen=True)
class Tuned:
    """A calibrated package that is not written yet, with its new files by name, and what adapters may learn on top of.

    `offsets` are out-of-fold logits (tuning admissions, candidates) of the linear terms with the base rates.
    """

    package: ModelPackage
    files: dict[str, Path]
    offsets: NDArray[np.float64]


def calibrated_package(
    start: ModelPackage,
    rows: Rows,
    drug_class: Callable[[str], str],
    tuning: Sequence[Admission],
    unseen: NDArray[np.intp],
    scores_file: Path,
    settings: EngineSettings,
    progress: Progress,
) -> ModelPackage:
    """`start` with the cohort's candidates, calibrated and given thresholds on the tuning admissions; not yet written.

    `unseen` are the places of those that its adapters have not learned from: they alone are asked. The log-odds come
    from all training rows. Raises InputError when a drug with an adapter is not a candidate.
    """
    candidates, groups = _candidates(start, rows)
    asked = [tuning[place] for place in unseen]
    ordered = ordered_matrix(asked, candidates)
    known = {admission.admission_id for admission in asked}
    others = {a.admission_id: a for a in (*tuning, *rows.splits["train"]) if a.admission_id not in known}
    elsewhere = ordered_matrix(list(others.values()), candidates)
    scores = score_rows(start, asked, candidates, scores_file, settings, progress)
    crossed = cross_fit(scores, ordered, groups, [a.patient_id for a in asked], elsewhere, progress)
    final = fit(scores, ordered, groups, log_odds(np.concatenate([ordered, elsewhere])), crossed.shrinkage)
    record = {"shrinkage": asdict(crossed.shrinkage), "out_of_fold_log_loss": crossed.losses}
    return _calibrated(
        start,
        rows,
        _drugs(candidates, final, groups, ordered.sum(0) + elsewhere.sum(0), drug_class),
        policy_thresholds(crossed.logits, ordered),
        {**_tuned_on(rows, tuning), **record},
    )


def package_with_terms(
    start: ModelPackage,
    rows: Rows,
    drug_class: Callable[[str], str],
    tuning: Sequence[Admission],
    unseen: NDArray[np.intp],
    scores_file: Path,
    settings: EngineSettings,
    kinds: Sequence[str],
    folder: Path,
    progress: Progress,
) -> Tuned:
    """`start` with linear terms of some `kinds`, the model's gain beside them, and thresholds, from the tuning rows.

    Adapters have seen the admissions they were trained on, so the gain and the thresholds of a fine-tuned package come
    from the others, at the places `unseen`; so does a reading head fitted here on the adapted state, beside one that
    was trained along, which is part of what the gain multiplies. The file of terms is written to `folder`. Raises as
    `calibrated_package`.
    """
    candidates, groups = _candidates(start, rows)
    own = read_terms(start.path / start.terms.file) if start.terms else None
    if own and "features" not in kinds:
        raise InputError(f"{start.name} has a reading head of its own: fit terms of features beside it, all or none.")
    ordered, patients = ordered_matrix(tuning, candidates), [a.patient_id for a in tuning]
    asked = to_ask(start, tuning, unseen, kinds)
    found = answers(start, asked, candidates, scores_file, settings, progress)
    seen = [features(parts(admission), admission.codes) for admission in tuning]
    base, truth = log_odds(ordered), ordered[unseen]
    if own:
        fitted = fit_terms(seen, found.states, ordered, candidates, patients, progress, ["features"])
        scores = score_rows(start, asked, candidates, scores_file, settings, progress)
        centre = np.array([start.by_name[drug].log_odds - start.by_name[drug].offset for drug in candidates])
        varied = scores - centre
    else:
        fitted = fit_terms(seen, found.states, ordered, candidates, patients, progress, kinds)
        centre = found.llm.mean(0, dtype=np.float64)
        varied = (found.llm - centre)[unseen if "state" in kinds else slice(None)]
    columns = [fitted.crossed[unseen] - base]
    head = None
    if own and "state" in kinds:
        head = fit_terms([], found.states, truth, candidates, [a.patient_id for a in asked], progress, ["state"])
        columns.append(head.crossed - log_odds(truth))
    sets = [np.array([group == each for group in groups]) for each in dict.fromkeys(groups)]
    slopes = pooled([*columns, *(varied * members for members in sets)], base, truth)
    logits = base + np.tensordot(slopes, np.stack([*columns, *(varied * members for members in sets)]), 1)
    before, after = log_loss(fitted.crossed[unseen], truth), log_loss(logits, truth)
    progress(f"model beside the terms: log loss {before:.5f} -> {after:.5f}")
    slope, gains = slopes[0], slopes[len(columns) :]
    gain = (np.array(gains) @ np.array(sets, dtype=np.float64) / slope).astype(np.float32)
    terms = replace(fitted.terms, gain=gain, centre=centre.astype(np.float32))
    if own:
        terms = replace(terms, bias=terms.bias + gain * own.bias, head=gain * own.head)
    if head:
        share = np.float32(slopes[1] / slope)
        terms = replace(terms, bias=terms.bias + share * head.terms.bias, head=terms.head + share * head.terms.head)
    record = fitted.record | (head.record if head else {})
    file = folder / TERMS
    write_terms(terms, file)
    plain = Calibration(np.full(len(candidates), slope), base, base)
    package = _calibrated(
        replace(start, terms=LinearTerms(TERMS, file_sha256(file))),
        rows,
        _drugs(candidates, plain, groups, ordered.sum(0), drug_class),
        policy_thresholds(logits, truth),
        {**_tuned_on(rows, tuning), "linear_terms": {**record, "with the model": round(after, 6)}},
    )
    return Tuned(package, {TERMS: file}, fitted.crossed - base)


def ready_to_tune(start: ModelPackage) -> ModelPackage:
    """The package without what tuning makes anew; a reading head trained along with a fine-tuned model stays.

    Raises InputError for such a package that has its calibration already: its own part cannot be told apart any more.
    """
    if not (start.fine_tuned and start.terms and len(read_terms(start.path / start.terms.file).head)):
        return replace(start, terms=None)
    if "calibration" in start.training:
        raise InputError(f"{start.name} is calibrated already: name the package that `lamo-train export` wrote.")
    return start


def to_ask(
    start: ModelPackage, tuning: Sequence[Admission], unseen: NDArray[np.intp], kinds: Sequence[str]
) -> Sequence[Admission]:
    """The tuning admissions whose scores are needed: all where a reading head is fitted on the untuned state."""
    return tuning if "state" in kinds and not start.terms else [tuning[place] for place in unseen]


def not_trained_on(package: ModelPackage, pool: Sequence[Admission], tuning: Sequence[Admission]) -> NDArray[np.intp]:
    """Places of the tuning admissions that a fine-tuned package has not learned from.

    `pool` are the admissions its run learned from and watched. Raises InputError when they are others, or when it has
    learned from every tuning admission.
    """
    if not package.fine_tuned:
        return np.arange(len(tuning))
    recipe, counts = package.training["recipe"], package.training["admissions"]
    if len(pool) != counts["train"] + counts["validation"]:
        raise InputError(
            f"{package.name} was trained on other rows than these {len(pool)}: name its run's cohort and --leave-out."
        )
    learned, _ = watched(pool, recipe["validation_percent"], recipe["seed"])
    seen = {pool[place].admission_id for place in learned}
    places = [place for place, admission in enumerate(tuning) if admission.admission_id not in seen]
    if not places:
        raise InputError(f"The adapters of {package.name} have learned from every tuning admission.")
    return np.array(places, dtype=np.intp)


def _candidates(start: ModelPackage, rows: Rows) -> tuple[list[str], list[int | None]]:
    """The candidates, sorted, and the place of each one's adapter."""
    homeless = [drug for adapter in start.adapters for drug in adapter.drugs if drug not in rows.candidates]
    if homeless:
        raise InputError(f"{homeless[0]} has an adapter in {start.name} but is not a candidate of this cohort.")
    group = {drug: place for place, adapter in enumerate(start.adapters) for drug in adapter.drugs}
    candidates = sorted(rows.candidates)
    return candidates, [group.get(drug) for drug in candidates]


def _calibrated(
    start: ModelPackage, rows: Rows, drugs: tuple[Drug, ...], policies: dict[str, float], record: dict[str, Any]
) -> ModelPackage:
    training = {**start.training, "cohort": rows.origin, "calibration": record}
    return replace(start, prompt_version=PROMPT_VERSION, drugs=drugs, policies=policies, training=training, metrics={})


def _tuned_on(rows: Rows, tuning: Sequence[Admission]) -> dict[str, Any]:
    tuned = {admission.admission_id for admission in tuning}
    counts = {name: sum(a.admission_id in tuned for a in found) for name, found in rows.splits.items()}
    return {"admissions": len(tuning), "splits": {name: count for name, count in counts.items() if count}}


def tuned_splits(package: ModelPackage, rows: Rows) -> tuple[str, ...]:
    """The splits of this very cohort that a package was tuned on, so that it cannot be judged by them."""
    if package.training.get("cohort") != rows.origin:
        return ()
    return tuple(package.training.get("calibration", {}).get("splits", ("train",)))


def sample(admissions: Sequence[Admission], limit: int | None) -> tuple[Admission, ...]:
    """At most `limit` admissions, drawn at random by their ids, so that a larger limit keeps those of a smaller."""
    drawn = sorted(admissions, key=lambda row: hashlib.sha256(f"sample:{row.admission_id}".encode()).digest())
    return tuple(drawn[:limit])


def _drugs(
    candidates: Sequence[str],
    calibration: Calibration,
    groups: Sequence[int | None],
    n_train: NDArray[np.intp],
    drug_class: Callable[[str], str],
) -> tuple[Drug, ...]:
    return tuple(
        Drug(
            name=name,
            log_odds=round(float(calibration.log_odds[place]), 6),
            scale=round(float(calibration.scale[place]), 6),
            offset=round(float(calibration.offset[place]), 6),
            drug_class=drug_class(name),
            group=groups[place],
            n_train=int(n_train[place]),
        )
        for place, name in enumerate(candidates)
    )


def package_figures(
    package: ModelPackage,
    admissions: Sequence[Admission],
    scores_file: Path,
    settings: EngineSettings,
    progress: Progress,
) -> dict[str, Figures]:
    """The package's figures on some admissions, by policy ("precise" at its default floor, where it has one)."""
    candidates = [drug.name for drug in package.drugs]
    scores = score_rows(package, admissions, candidates, scores_file, settings, progress)
    p = probabilities(package, candidates, scores)
    ordered = ordered_matrix(admissions, candidates)
    with np.errstate(divide="ignore"):
        logits = np.log(p) - np.log1p(-p)
    return {
        name: figures(logits, recommended(package, candidates, p, Policy(name)), ordered)
        for name in POLICIES
        if _available(package, candidates, name)
    }


def _available(package: ModelPackage, candidates: Sequence[str], policy: str) -> bool:
    try:
        cut_offs(package, candidates, Policy(policy))
    except InputError:
        return False
    return True


def base_rate_figures(
    train: Sequence[Admission], admissions: Sequence[Admission], candidates: Sequence[str]
) -> dict[str, Figures]:
    """What the training frequencies alone reach, with thresholds tuned on cross-fitted training rows."""
    ordered = ordered_matrix(train, candidates)
    fold = folds([a.patient_id for a in train])
    crossed = np.empty(ordered.shape)
    for each in np.unique(fold):
        crossed[fold == each] = log_odds(ordered[fold != each])
    truth = ordered_matrix(admissions, candidates)
    logits: NDArray[np.float64] = np.tile(log_odds(ordered), (len(truth), 1))
    tuned = policy_thresholds(crossed, ordered)
    return {name: figures(logits, logits >= tuned[name], truth) for name in POLICIES if name in tuned}


def as_metrics(by_policy: dict[str, Figures]) -> dict[str, Any]:
    """Figures for a manifest or a JSON file, rounded to four digits."""
    return {name: {key: round(value, 4) for key, value in asdict(found).items()} for name, found in by_policy.items()}
