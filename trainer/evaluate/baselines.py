"""Simple models on the same rows, each fitted and tuned on training rows only: what a language model has to beat.

frequency             each drug's share of the training admissions, the same list for everybody
nearest neighbours    the orders of the most similar training admissions, drawn to the frequencies
logistic regression   one L2-penalised model per drug
gradient boosting     one small ensemble of trees per drug

All but the first see `Admission.codes`. Settings are shared by all drugs and chosen by the out-of-fold log loss of the
training rows, folds being whole patients. A fourth, `mean of the three`, averages the logits of the last three.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.stats import FOLDS, log_loss, log_odds, patient_folds
from trainer.cohort.rows import Rows, ordered_matrix

Floats = NDArray[np.float64]
Codes = NDArray[np.float32]
Bools = NDArray[np.bool_]
Progress = Callable[[str], None]
Setting = tuple[float, ...]
Learner = Callable[[Codes, Bools, Codes, Sequence[Setting]], dict[Setting, Floats]]
"""Fits on codes (n, c) and orders (n, d); gives the logits (m, d) of further codes (m, c) for each setting."""

RAREST = 3  # training admissions that a code must be seen in
MEAN = "mean of the three"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A tuned simple model: logits of the training rows out of fold, and of each split by the final fit.

    Arrays have shape (admissions, drugs). `chosen` is the setting in words, `tried` the out-of-fold log loss of each.
    """

    name: str
    out_of_fold: Floats
    logits: Mapping[str, Floats]
    chosen: str
    tried: Mapping[str, float]


def frequency(x: Codes, y: Bools, new: Codes, settings: Sequence[Setting]) -> dict[Setting, Floats]:
    """The drugs' log-odds; there is nothing to set."""
    return {setting: np.tile(log_odds(y), (len(new), 1)) for setting in settings}


def neighbours(x: Codes, y: Bools, new: Codes, settings: Sequence[Setting]) -> dict[Setting, Floats]:
    """Settings (rare codes count more: 0 or 1, neighbours, prior, power): shares among the nearest by cosine.

    A neighbour's vote is its similarity to a power; `prior` admissions with the training frequencies vote along.
    """
    base = (y.sum(0) + 0.5) / (len(y) + 1.0)
    found: dict[Setting, Floats] = {}
    for setting in settings:
        weighted, count, prior, power = setting
        idf = np.log(len(x) / np.maximum(1.0, x.sum(0))) if weighted else np.ones(x.shape[1])
        left, right = (each / np.maximum(1e-9, np.linalg.norm(each, axis=1))[:, None] for each in (new * idf, x * idf))
        similar = left @ right.T
        nearest = np.argsort(-similar, axis=1, kind="stable")[:, : int(count)]
        votes = np.take_along_axis(similar, nearest, axis=1) ** power + 1e-12
        votes /= votes.mean(1, keepdims=True)
        share = np.einsum("ij,ijd->id", votes, y[nearest].astype(np.float64)) + prior * base
        p = share / (votes.sum(1)[:, None] + prior)
        found[setting] = np.log(p) - np.log1p(-p)
    return found


def logistic(x: Codes, y: Bools, new: Codes, settings: Sequence[Setting]) -> dict[Setting, Floats]:
    """Settings (C,): scikit-learn's inverse penalty."""
    from sklearn.linear_model import LogisticRegression  # scikit-learn takes seconds, and the other verbs do without

    found: dict[Setting, Floats] = {}
    for (c,) in settings:
        logits = np.tile(log_odds(y), (len(new), 1))
        for drug in _learnable(y):
            model = LogisticRegression(C=c, max_iter=300).fit(x, y[:, drug])
            logits[:, drug] = model.decision_function(new)
        found[(c,)] = logits
    return found


def boosting(x: Codes, y: Bools, new: Codes, settings: Sequence[Setting]) -> dict[Setting, Floats]:
    """Settings (depth, trees): learning rate 0.05; every tree sees 70 % of the rows and every split 10 % of the codes.

    All numbers of trees of one depth come from one fit.
    """
    from sklearn.ensemble import GradientBoostingClassifier

    found = {setting: np.tile(log_odds(y), (len(new), 1)) for setting in settings}
    for depth in {setting[0] for setting in settings}:
        wanted = {int(trees) for each, trees in settings if each == depth}
        for drug in _learnable(y):
            model = GradientBoostingClassifier(
                n_estimators=max(wanted), max_depth=int(depth), learning_rate=0.05, max_features=0.1,
                subsample=0.7, min_samples_leaf=5, random_state=0,
            ).fit(x, y[:, drug])  # fmt: skip
            for done, logits in enumerate(model.staged_decision_function(new), 1):
                if done in wanted:
                    found[(depth, done)][:, drug] = logits[:, 0]
    return found


MODELS: dict[str, tuple[Learner, tuple[Setting, ...], str]] = {
    "frequency": (frequency, ((),), "no setting"),
    "nearest neighbours": (
        neighbours,
        tuple((w, k, m, p) for w in (0, 1) for k in (10, 20, 40, 80, 150) for m in (5, 10, 20) for p in (1, 3)),
        "rare codes weighted {:g}, {:g} neighbours, prior {:g}, power {:g}",
    ),
    "logistic regression": (logistic, tuple((c,) for c in (0.01, 0.03, 0.05, 0.1, 0.2, 0.5)), "C {:g}"),
    "gradient boosting": (
        boosting,
        tuple((depth, trees) for depth in (1, 2) for trees in range(10, 101, 10)),
        "depth {:g}, {:g} trees",
    ),
}


def fit_baselines(rows: Rows, progress: Progress = lambda message: None) -> tuple[Baseline, ...]:
    """Every baseline, tuned and fitted on the training rows, with logits of all splits the cohort has.

    The drugs are the cohort's candidates by name. Raises InputError when the training rows are too few to cross-fit.
    """
    train, drugs = rows.of(["train"]), sorted(rows.candidates)
    patients = [admission.patient_id for admission in train]
    if len(set(patients)) < 2 * FOLDS:
        raise InputError(
            f"The cohort has {len(set(patients))} training patients: at least {2 * FOLDS} are needed for the baselines."
        )
    codes, ordered, fold = code_columns(train), ordered_matrix(train, drugs), patient_folds(patients)
    x = code_matrix(train, codes)
    others = {name: code_matrix(found, codes) for name, found in rows.splits.items() if found and name != "train"}
    found = [_tuned(name, x, ordered, fold, others, progress) for name in MODELS]
    return (*found, _mean(found[1:], ordered))


def _tuned(
    name: str, x: Codes, ordered: Bools, fold: NDArray[np.intp], others: Mapping[str, Codes], progress: Progress
) -> Baseline:
    learner, settings, words = MODELS[name]
    out_of_fold = {setting: np.empty(ordered.shape) for setting in settings}
    started = time.monotonic()
    for done, each in enumerate(np.unique(fold)):
        left = f", {(time.monotonic() - started) / done * (FOLDS - done):.0f} s left" if done else ""
        progress(f"{name}: fold {done + 1} of {FOLDS}{left}")
        held = fold == each
        for setting, logits in learner(x[~held], ordered[~held], x[held], settings).items():
            out_of_fold[setting][held] = logits
    losses = {setting: log_loss(logits, ordered) for setting, logits in out_of_fold.items()}
    best = min(losses, key=lambda setting: losses[setting])
    everyone = np.concatenate(list(others.values())) if others else x[:0]
    logits = learner(x, ordered, everyone, [best])[best]
    ends = np.cumsum([len(each) for each in others.values()])[:-1]
    progress(f"{name}: {words.format(*best)}, out-of-fold log loss {losses[best]:.5f}")
    tried = {words.format(*setting): round(loss, 6) for setting, loss in losses.items()}
    return Baseline(
        name, out_of_fold[best], dict(zip(others, np.split(logits, ends), strict=False)), words.format(*best), tried
    )


def _mean(models: Sequence[Baseline], ordered: Bools) -> Baseline:
    out_of_fold = np.asarray(np.mean([model.out_of_fold for model in models], axis=0))
    logits = {split: np.asarray(np.mean([m.logits[split] for m in models], axis=0)) for split in models[0].logits}
    words = "mean logit of " + ", ".join(model.name for model in models)
    return Baseline(MEAN, out_of_fold, logits, words, {words: round(log_loss(out_of_fold, ordered), 6)})


def code_columns(train: Sequence[Admission]) -> dict[str, int]:
    """The column of each code that at least `RAREST` training admissions have. Raises InputError when none does."""
    counts = Counter(code for admission in train for code in set(admission.codes))
    kept = sorted(code for code, count in counts.items() if count >= RAREST)
    if not kept:
        raise InputError("The cohort's admissions have no structured codes: the baselines need them.")
    return {code: column for column, code in enumerate(kept)}


def code_matrix(admissions: Sequence[Admission], columns: Mapping[str, int]) -> Codes:
    """1 where an admission has a code, shape (admissions, codes)."""
    x = np.zeros((len(admissions), len(columns)), dtype=np.float32)
    for row, admission in enumerate(admissions):
        x[row, [columns[code] for code in admission.codes if code in columns]] = 1.0
    return x


def _learnable(y: Bools) -> NDArray[np.intp]:
    """Drugs that some admissions have and some lack."""
    return np.flatnonzero(y.any(0) & ~y.all(0))
