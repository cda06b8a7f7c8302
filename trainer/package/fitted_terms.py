"""What is fitted beside the model: linear terms, the model's own weight, and the thresholds that come with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import Formulary
from lamo_desktop.formulary.knowledge import DrugKnowledge
from lamo_desktop.model.knowledge_terms import TOPICS, write_knowledge
from lamo_desktop.model.package import KnowledgeFile, LinearTerms, ModelPackage
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.model.prompt import parts, without_allergies
from lamo_desktop.model.terms import features, read_terms, write_terms
from lamo_desktop.stats import log_loss, log_odds, sigmoid
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.cohort.splits import validation_split
from trainer.package.calibrated import Progress, calibrated, candidates_of, described, tuned_on
from trainer.package.calibration import Calibration
from trainer.package.engine_scores import answers, score_rows
from trainer.package.knowledge_terms import FittedKnowledge, fit_knowledge, with_slope
from trainer.package.linear_terms import KINDS, fit_terms, pooled
from trainer.package.thresholds import policy_thresholds

TERM_KINDS: dict[str, Sequence[str]] = {"all": KINDS, "features": KINDS[:1], "state": KINDS[1:], "none": ()}
LABELS = {
    "all": "base model, not fine-tuned, with a fitted reading head and code model",
    "features": "base model, not fine-tuned, with a fitted code model",
    "state": "base model, not fine-tuned, with a fitted reading head",
    "none": "base model, not fine-tuned",
}
TERMS = "terms.npz"
KNOWLEDGE = "knowledge.json"


@dataclass(frozen=True)
class Tuned:
    """A calibrated package that is not written yet, with its new files by name, and what adapters may learn on top of.

    `offsets` are out-of-fold logits (tuning admissions, candidates) of the linear terms without the base rates,
    `bare` those with them and without findings.
    """

    package: ModelPackage
    files: dict[str, Path]
    offsets: NDArray[np.float64]
    bare: NDArray[np.float64]


def package_with_terms(
    start: ModelPackage,
    rows: Rows,
    formulary: Formulary,
    tuning: Sequence[Admission],
    unseen: NDArray[np.intp],
    scores_file: Path,
    settings: EngineSettings,
    kinds: Sequence[str],
    folder: Path,
    progress: Progress,
    knowledge: DrugKnowledge | None = None,
) -> Tuned:
    """`start` with linear terms of some `kinds`, the model's gain beside them, and thresholds, from the tuning rows.

    Adapters have seen the admissions they were trained on, so the gain and the thresholds of a fine-tuned package come
    from the others, at the places `unseen`; so does a reading head fitted here on the adapted state, beside one that
    was trained along, which is part of what the gain multiplies. They are few as a rule: the thresholds follow from
    what is to be expected of them, not from what was ordered. With `knowledge`, its terms are fitted first and frozen
    below, and the model is asked without the allergies. The new files are written to `folder`. Raises as
    `calibrated_package`.
    """
    candidates, groups = candidates_of(start, rows)
    own = read_terms(start.path / start.terms.file) if start.terms else None
    if own and "features" not in kinds:
        raise InputError(f"{start.name} has a reading head of its own: fit terms of features beside it, all or none.")
    ordered, patients = ordered_matrix(tuning, candidates), [a.patient_id for a in tuning]
    prompts = [parts(admission) for admission in tuning]
    seen = [code_features(admission, allergies=knowledge is None) for admission in tuning]
    known: FittedKnowledge | None = None
    files: dict[str, Path] = {}
    if knowledge:
        known = fit_knowledge(prompts, ordered, candidates, knowledge, formulary)
        shares = dict(zip(TOPICS, known.terms.coefficients.tolist(), strict=True))
        progress("knowledge terms: " + ", ".join(f"{topic} {share:.3f}" for topic, share in shares.items()))
    below = known.logits if known else None
    asked = to_ask(start, tuning, unseen, kinds)
    found = answers(start, asked, candidates, scores_file, settings, progress, allergies=known is None)
    base, truth = log_odds(ordered), ordered[unseen]
    if own:
        fitted = fit_terms(
            seen,
            found.states,
            ordered,
            candidates,
            patients,
            progress,
            ["features"],
            below,
            drug_class=formulary.drug_class,
        )
        scores = score_rows(start, asked, candidates, scores_file, settings, progress, allergies=known is None)
        centre = np.array([start.by_name[drug].log_odds - start.by_name[drug].offset for drug in candidates])
        varied = scores - centre
    else:
        fitted = fit_terms(
            seen, found.states, ordered, candidates, patients, progress, kinds, below, drug_class=formulary.drug_class
        )
        centre = found.llm.mean(0, dtype=np.float64)
        varied = (found.llm - centre)[unseen if "state" in kinds else slice(None)]
    columns = [fitted.out_of_fold[unseen] - base]
    head = None
    if own and "state" in kinds:
        head = fit_terms([], found.states, truth, candidates, [a.patient_id for a in asked], progress, ["state"])
        columns.append(head.out_of_fold - log_odds(truth))
    sets = [np.array([group == each for group in groups]) for each in dict.fromkeys(groups)]
    slopes = pooled([*columns, *(varied * members for members in sets)], base, truth)
    logits = base + np.tensordot(slopes, np.stack([*columns, *(varied * members for members in sets)]), 1)
    before, after = log_loss(fitted.out_of_fold[unseen], truth), log_loss(logits, truth)
    progress(f"model beside the terms: log loss {before:.5f} -> {after:.5f}")
    slope, gains = slopes[0], slopes[len(columns) :]
    gain = (np.array(gains) @ np.array(sets, dtype=np.float64) / slope).astype(np.float32)
    terms = replace(fitted.terms, gain=gain, centre=centre.astype(np.float32))
    if own:
        terms = replace(terms, bias=terms.bias + gain * own.bias, head=gain * own.head)
    if head:
        share = np.float32(slopes[1] / slope)
        terms = replace(terms, bias=terms.bias + share * head.terms.bias, head=terms.head + share * head.terms.head)
    record = fitted.record
    if head:
        record = record | {key: value for key, value in head.record.items() if key.startswith("state")}
    files[TERMS] = folder / TERMS
    write_terms(terms, files[TERMS])
    start = replace(start, terms=LinearTerms(TERMS, sha256_of(files[TERMS])))
    if known:
        final = with_slope(known, fitted.bare - base - known.logits, ordered, formulary)
        record = record | {"knowledge slope": final.slope}
        files[KNOWLEDGE] = folder / KNOWLEDGE
        write_knowledge(final, files[KNOWLEDGE])
        start = replace(start, knowledge=KnowledgeFile(KNOWLEDGE, sha256_of(files[KNOWLEDGE])))
    plain = Calibration(np.full(len(candidates), slope), base, base)
    package = calibrated(
        start,
        rows,
        described(candidates, plain, groups, ordered.sum(0), formulary.drug_class),
        policy_thresholds(logits, sigmoid(logits) if start.fine_tuned else truth),
        {**tuned_on(rows, tuning), "linear_terms": {**record, "with the model": round(after, 6)}},
    )
    return Tuned(package, files, fitted.out_of_fold - base, fitted.bare)


def code_features(admission: Admission, allergies: bool) -> frozenset[str]:
    """What the code model learns from; not the `allergies` beside knowledge terms, which alone read them."""
    prompt = parts(admission)
    if allergies:
        return features(prompt, admission.codes)
    return features(without_allergies(prompt), [code for code in admission.codes if not code.startswith("allergy:")])


def ready_to_tune(start: ModelPackage) -> ModelPackage:
    """The package without what tuning makes anew; a reading head trained along with a fine-tuned model stays.

    Raises InputError for such a package that has its calibration already: its own part cannot be told apart any more.
    """
    if not (start.fine_tuned and start.terms and len(read_terms(start.path / start.terms.file).head)):
        return replace(start, terms=None, knowledge=None, site_prior=None)
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
    recipe, counts = package.training.get("recipe"), package.training.get("admissions")
    if not isinstance(recipe, dict) or not isinstance(counts, dict):
        raise InputError(f"{package.name} does not say which rows it was trained on: it was not made by `lamo-train`.")
    if len(pool) != counts["train"] + counts["validation"]:
        raise InputError(
            f"{package.name} was trained on other rows than these {len(pool)}: name its run's cohort and --leave-out."
        )
    learned, _ = validation_split(pool, recipe["validation_percent"], recipe["seed"])
    seen = {pool[place].admission_id for place in learned}
    places = [place for place, admission in enumerate(tuning) if admission.admission_id not in seen]
    if not places:
        raise InputError(f"The adapters of {package.name} have learned from every tuning admission.")
    return np.array(places, dtype=np.intp)
