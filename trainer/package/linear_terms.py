"""Fits a package's linear terms (see `lamo_desktop.model.terms`) and the model's gain beside them.

Two ridge-penalised logistic models, one on an admission's features and one on the base's state of its prompt, each for
all drugs at once; their logits are averaged. How hard each is drawn to the base rates is chosen by the out-of-fold log
loss, folds being whole patients. Findings are fitted on top of the other features, which stay as they are: an admission
without any has the score of a package that knows none. The gain of the model's own answers is fitted last, on
admissions new to its adapters.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.findings import finding_of
from lamo_desktop.model.terms import Terms, is_finding, without_findings
from lamo_desktop.stats import FOLDS, log_loss, log_odds, patient_folds, sigmoid, threshold_for_count
from trainer.package.finding_signs import speak_against

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KINDS = ("features", "state")  # the code model and the reading head
RAREST = 3  # training admissions that a feature must be seen in
PENALTIES = (0.2, 0.4, 0.8, 1.6)  # of inputs whose mean squared length is 1
FINDING_PENALTIES = (5.0, 10.0, 20.0, 40.0)  # the same, of findings
ROUNDS = 150  # of accelerated descent; logits then move by less than 1e-3


@dataclass(frozen=True)
class Design:
    """Inputs (admissions, inputs) of mean 0 and mean squared length 1: raw = input / scale + mean, by column.

    `findings`: the columns of each finding, whose raw inputs are 1 less the share of the band where the finding is
    known, and 0 where it is not; with `shares` (inputs,), 0 for all other columns.
    """

    inputs: Floats
    mean: Floats
    scale: Floats
    findings: tuple[NDArray[np.intp], ...] = ()
    shares: Floats | None = None

    def of_features(self, weights: Floats) -> Floats:
        """Weights (inputs, drugs) of the raw inputs as weights of features that are 1 or absent."""
        found = weights.copy()
        for columns in self.findings:
            assert self.shares is not None
            found[columns] -= self.shares[columns] @ weights[columns]
        return found


@dataclass(frozen=True)
class FittedTerms:
    """Terms with gain 0, their out-of-fold logits (admissions, drugs), and how they were chosen, for a manifest.

    `bare` are the out-of-fold logits without the terms of findings.
    """

    terms: Terms
    out_of_fold: Floats
    record: dict[str, float]
    bare: Floats


def fit_terms(
    found: Sequence[frozenset[str]],
    states: NDArray[np.float32],
    ordered: Bools,
    drugs: Sequence[str],
    patients: Sequence[str],
    progress: Callable[[str], None],
    kinds: Sequence[str] = KINDS,
    below: Floats | None = None,
    penalties: Sequence[float] = PENALTIES,
    drug_class: Callable[[str], str] = lambda drug: "",
) -> FittedTerms:
    """Fit on training admissions: their features, states (admissions, width) and orders (admissions, drugs).

    `kinds` names what is fitted, a part of `KINDS`, on top of frozen logits `below` (admissions, drugs), which are no
    part of the terms but of the out-of-fold logits. No finding speaks for a drug, or for a drug of a class, that it
    speaks against (see `finding_signs`). A drug's log-odds are no part of its terms: they are where the
    package's calibration starts.
    """
    names: tuple[str, ...] = ()
    designs: dict[str, Design] = {}
    fold = patient_folds(patients)
    findings = [frozenset(filter(is_finding, each)) for each in found]
    if "features" in kinds:
        names, designs["features"] = feature_design([without_findings(each) for each in found])
    if "state" in kinds:
        designs["state"] = state_design(states)
    share, n_drugs = 1 / len(kinds), len(drugs)
    matrices = {"features": np.zeros((0, n_drugs)), "state": np.zeros((0, n_drugs))}
    below = np.zeros(ordered.shape) if below is None else below
    record, intercept = {}, np.zeros(n_drugs)
    out_of_fold, bare = np.zeros(ordered.shape), np.zeros(ordered.shape)
    for kind in kinds:
        design = designs[kind]
        penalty, of_kind, losses = choose_penalty(design.inputs, ordered, fold, below, penalties)
        weights, constant = ridge(design.inputs, ordered, penalty, below)
        raw = weights * design.scale[:, None]
        matrices[kind] = design.of_features(raw) * share
        intercept += (constant - design.mean @ raw) * share
        record[f"{kind} penalty"] = penalty
        record[f"{kind} out-of-fold log loss"] = round(losses[penalty], 6)
        progress(f"linear terms of {kind}: penalty {penalty:g}, out-of-fold log loss {losses[penalty]:.5f}")
        bare += of_kind * share
        if kind == "features" and any(findings):
            on_top = _fit_findings(
                findings, drugs, drug_class, design.inputs, penalty, of_kind, ordered, fold, below, progress
            )
            names += on_top.names
            matrices[kind] = np.concatenate([matrices[kind], on_top.weights * share])
            of_kind, record = on_top.out_of_fold, record | on_top.record
        out_of_fold += of_kind * share
    record["out-of-fold log loss"] = round(log_loss(out_of_fold, ordered), 6)
    progress(f"linear terms together: out-of-fold log loss {record['out-of-fold log loss']:.5f}")
    none = np.zeros(n_drugs, dtype=np.float32)
    bias = (intercept - log_odds(ordered)).astype(np.float32)
    of_features, head = (matrices[kind].astype(np.float32) for kind in KINDS)
    return FittedTerms(Terms(names, tuple(drugs), of_features, bias, none, none, head), out_of_fold, record, bare)


@dataclass(frozen=True)
class _OnTop:
    """Weights (findings, drugs) of findings that are there or not, and out-of-fold logits with them."""

    names: tuple[str, ...]
    weights: Floats
    out_of_fold: Floats
    record: dict[str, float]


def _fit_findings(
    findings: Sequence[frozenset[str]],
    drugs: Sequence[str],
    drug_class: Callable[[str], str],
    inputs: Floats,
    penalty: float,
    out_of_fold: Floats,
    ordered: Bools,
    fold: NDArray[np.intp],
    below: Floats,
    progress: Callable[[str], None],
) -> _OnTop:
    """Fit findings on top of a code model of other `inputs`, which is frozen as it fits the same admissions.

    `out_of_fold` are its logits for admissions of other folds. The slope, one for all, and the penalty are those of
    the lowest out-of-fold log loss; findings that only make it worse get no weights. A constant is not fitted. What
    spreads logits makes lists longer at the same threshold: every known finding takes a little from all drugs, so that
    the lists of these admissions are together as long as without findings, and thresholds hold for both.
    """
    names, design = feature_design(findings)
    barred = speak_against(names, drugs, drug_class)
    present = np.array([[name in each for name in names] for each in findings], dtype=np.float64)

    def on_top(rows: Bools, strength: float, beneath: Floats) -> Floats:
        """Weights of findings that are there or not, fitted on some admissions."""
        weights, _ = ridge(design.inputs[rows], ordered[rows], strength, beneath, intercept=False)
        of_codes = design.of_features(weights * design.scale[:, None])
        return np.where(barred, np.minimum(of_codes, 0.0), of_codes)

    def frozen(rows: Bools) -> Floats:
        weights, constant = ridge(inputs[rows], ordered[rows], penalty, below[rows])
        return below[rows] + inputs[rows] @ weights + constant

    added = {strength: np.zeros(ordered.shape) for strength in FINDING_PENALTIES}
    for each in range(FOLDS):
        inside = fold == each
        if inside.any():
            beneath = frozen(~inside)
            for strength, logits in added.items():
                logits[inside] = present[inside] @ on_top(~inside, strength, beneath)
    tried = []
    for strength, logits in added.items():
        (slope,) = pooled([logits], out_of_fold, ordered)
        slope = round(max(slope, 0.0), 4)
        tried.append((log_loss(out_of_fold + slope * logits, ordered), strength, slope))
    loss, strength, slope = min(tried)
    everyone = np.ones(len(ordered), dtype=bool)
    with_findings = out_of_fold + slope * added[strength]
    known = present.sum(axis=1) / present.sum(axis=1).mean()
    shift = round(_shift_to_length(with_findings, known, out_of_fold, int(ordered.sum())), 4)
    with_findings -= shift * known[:, None]
    weights = slope * on_top(everyone, strength, frozen(everyone)) - shift / present.sum(axis=1).mean()
    loss = round(log_loss(with_findings, ordered), 6)
    record = {
        "findings penalty": strength,
        "findings slope": slope,
        "findings shift": shift,
        "findings out-of-fold log loss": loss,
    }
    progress(
        f"findings on top: penalty {strength:g}, slope {slope:g}, shift {shift:g}, out-of-fold log loss {loss:.5f}"
    )
    return _OnTop(names, weights, with_findings, record)


def _shift_to_length(logits: Floats, known: Floats, before: Floats, count: int) -> float:
    """What, times `known` (admissions,), to take from logits for as many above the threshold that lets `count` pass
    `before`; 0 where they are no more.
    """
    threshold = threshold_for_count(before, count)
    low, high = 0.0, 1.0
    for _ in range(40):
        shift = (low + high) / 2
        longer = (logits - shift * known[:, None] >= threshold).sum() > count
        low, high = (shift, high) if longer else (low, shift)
    return high if high > 1e-9 else 0.0


def feature_design(found: Sequence[frozenset[str]]) -> tuple[tuple[str, ...], Design]:
    """The features that enough admissions have, and not all, sorted; 1 for those an admission has, else 0.

    A finding that is not known is not a normal one: it counts as the average of the admissions in which it is known.
    """
    counts = Counter(feature for each in found for feature in each)
    names = tuple(sorted(feature for feature, count in counts.items() if RAREST <= count < len(found)))
    raw = np.array([[name in each for name in names] for each in found], dtype=np.float64)
    raw = raw.reshape(len(found), len(names))
    findings = _columns_of_findings(names)
    shares = np.zeros(len(names))
    for columns in findings:
        known = raw[:, columns].any(axis=1, keepdims=True)
        shares[columns] = raw[:, columns].sum(axis=0) / known.sum()
        raw[:, columns] -= shares[columns] * known
    return names, replace(_design(raw, np.ones(len(names))), findings=findings, shares=shares)


def _columns_of_findings(names: Sequence[str]) -> tuple[NDArray[np.intp], ...]:
    """The columns of the bands of each finding."""
    of: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        if is_finding(name):
            of.setdefault(finding_of(name.removeprefix("code ")), []).append(column)
    return tuple(np.array(columns, dtype=np.intp) for columns in of.values())


def state_design(states: NDArray[np.float32]) -> Design:
    """The states with every number brought to the same spread."""
    raw = states.astype(np.float64)
    return _design(raw, 1.0 / np.maximum(raw.std(0), 1e-6))


def _design(raw: Floats, scale: Floats) -> Design:
    mean = raw.mean(0)
    inputs = (raw - mean) * scale
    length = float(np.sqrt((inputs**2).sum(1).mean())) or 1.0
    return Design(inputs / length, mean, scale / length)


def choose_penalty(
    inputs: Floats, ordered: Bools, fold: NDArray[np.intp], below: Floats, penalties: Sequence[float]
) -> tuple[float, Floats, dict[float, float]]:
    """The penalty of the lowest out-of-fold log loss, its out-of-fold logits, and the losses of all."""
    losses, logits = {}, {}
    for penalty in penalties:
        out_of_fold = np.zeros(ordered.shape)
        for each in range(FOLDS):
            inside = fold == each
            if inside.any():
                weights, constant = ridge(inputs[~inside], ordered[~inside], penalty, below[~inside])
                out_of_fold[inside] = below[inside] + inputs[inside] @ weights + constant
        losses[penalty], logits[penalty] = log_loss(out_of_fold, ordered), out_of_fold
    best = min(losses, key=lambda penalty: losses[penalty])
    return best, logits[best], losses


def ridge(
    inputs: Floats, ordered: Bools, penalty: float, below: Floats | float = 0.0, intercept: bool = True
) -> tuple[Floats, Floats]:
    """Weights (inputs, drugs) and constants (drugs,) minimising log loss + penalty / 2 * |weights|^2, summed.

    `below` (admissions, drugs) are frozen logits that the weights are fitted on top of. Without `intercept` the
    constants are 0.

    Works on one coefficient per admission, weights being sums of inputs; Nesterov's accelerated descent with the bound
    of the logistic curvature, 1/4, as its step.
    """
    n = len(inputs)
    kernel = inputs @ inputs.T
    step = np.linalg.inv(kernel / 4 + penalty * np.eye(n))
    a = ahead_a = np.zeros(ordered.shape)
    b = ahead_b = log_odds(ordered) if intercept else np.zeros(ordered.shape[1])
    pace = 1.0
    for _ in range(ROUNDS):
        miss = sigmoid(below + kernel @ ahead_a + ahead_b) - ordered
        new_a = ahead_a - step @ (miss + penalty * ahead_a)
        new_b = ahead_b - 2 * miss.mean(0) * intercept
        new_pace = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        onward = (pace - 1) / new_pace
        ahead_a, ahead_b = new_a + onward * (new_a - a), new_b + onward * (new_b - b)
        a, b, pace = new_a, new_b, new_pace
    return inputs.T @ a, b


def pooled(columns: Sequence[Floats], start: Floats, ordered: Bools) -> list[float]:
    """Slopes shared by all cells: logit = start + sum of slope * column, by Newton's method with a ridge of 1.

    Columns and start have shape (admissions, drugs) or broadcast to it.
    """
    x = np.stack([np.broadcast_to(column, ordered.shape).ravel() for column in columns], axis=1)
    y, base = ordered.ravel(), np.broadcast_to(start, ordered.shape).ravel()
    slopes = np.zeros(len(columns))
    for _ in range(30):
        p = sigmoid(base + x @ slopes)
        gradient = x.T @ (p - y) + slopes
        change = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.eye(len(columns)), gradient)
        slopes = slopes - change
        if np.abs(change).max() < 1e-8:
            break
    return [float(slope) for slope in slopes]
