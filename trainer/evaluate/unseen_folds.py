"""How well drugs are ranked that a code model never saw: every candidate is left out once, a fold of drugs at a time.

Fitted as `lamo-train calibrate` fits them, without the language model: knowledge terms, and the code model on top of
them, on the training rows and on the drugs of the other folds. A drug left out takes what a package gives an unseen
drug. Beside it stand the same model fitted on all drugs, and the rule of packages without knowledge: the mean of the
known drugs' terms of its class.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary
from lamo_desktop.formulary.knowledge import DrugKnowledge
from lamo_desktop.model.knowledge_terms import KnowledgeScorer
from lamo_desktop.model.prompt import parts
from lamo_desktop.model.terms import Terms, without_findings
from lamo_desktop.stats import log_loss, log_odds
from trainer.cohort.rows import ordered_matrix
from trainer.evaluate.unseen import FEWEST, ranked
from trainer.package.fitted_terms import code_features
from trainer.package.knowledge_terms import fit_knowledge, with_slope
from trainer.package.linear_terms import PENALTIES, fit_terms

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Ranked:
    """A model on some rows: mean AUROC over the drugs ordered often enough, its bootstrap interval and log loss."""

    auroc: float
    low: float
    high: float
    drugs: int
    loss: float


@dataclass(frozen=True)
class CodeModel:
    """Knowledge terms and the linear terms on top of them, without a language model."""

    scorer: KnowledgeScorer | None
    terms: Terms
    penalty: float
    log_odds: Mapping[str, float]
    formulary: Formulary

    def logits(self, admissions: Sequence[Admission], drugs: Sequence[str]) -> Floats:
        """Logits (admissions, drugs); for a drug that is not known, as a package makes them."""
        known = np.array([self.log_odds[drug] for drug in self.terms.drugs])
        seen = [code_features(admission, allergies=self.scorer is None) for admission in admissions]
        linear = np.stack([self.terms.linear(each, None) for each in seen])
        bare = np.stack([self.terms.linear(without_findings(each), None) for each in seen])
        found = np.stack([self._share(drug, known, linear, bare) for drug in drugs], axis=1)
        if self.scorer:
            found += np.stack([self.scorer.scores(parts(admission), drugs) for admission in admissions])
        return found

    def _share(self, drug: str, known: Floats, linear: Floats, bare: Floats) -> Floats:
        """A drug's base rate and linear terms (admissions,), or what it takes over of others, `bare` of findings."""
        if drug in self.terms.column:
            place = self.terms.column[drug]
            return np.asarray(known[place] + linear[:, place])
        own_class = self.formulary.drug_class(drug)
        kin = np.array([own_class != "" and self.formulary.drug_class(name) == own_class for name in self.terms.drugs])
        kin = kin if kin.any() else np.ones(len(kin), dtype=bool)
        if self.scorer:
            return np.asarray(known[kin].mean() + self.scorer.terms.slope * (bare @ self.scorer.likeness(drug)))
        return np.asarray(known[kin].mean() + bare[:, kin].mean(axis=1))


def fit_code_model(
    train: Sequence[Admission],
    drugs: Sequence[str],
    formulary: Formulary,
    knowledge: DrugKnowledge | None,
    penalties: Sequence[float] = PENALTIES,
) -> CodeModel:
    """Fit on the training admissions; the code model's penalty is chosen among some, out of fold."""
    ordered, patients = ordered_matrix(train, drugs), [a.patient_id for a in train]
    seen = [code_features(admission, allergies=knowledge is None) for admission in train]
    states = np.zeros((0, 0), dtype=np.float32)
    base = log_odds(ordered)
    rates = dict(zip(drugs, base.tolist(), strict=True))
    if knowledge is None:
        fitted = fit_terms(
            seen, states, ordered, drugs, patients, _silent, ["features"], None, penalties, formulary.drug_class
        )
        return CodeModel(None, fitted.terms, fitted.record["features penalty"], rates, formulary)
    below = fit_knowledge([parts(a) for a in train], ordered, drugs, knowledge, formulary)
    fitted = fit_terms(
        seen, states, ordered, drugs, patients, _silent, ["features"], below.logits, penalties, formulary.drug_class
    )
    final = with_slope(below, fitted.bare - base - below.logits, ordered, formulary)
    scorer = KnowledgeScorer(final, formulary)
    return CodeModel(scorer, fitted.terms, fitted.record["features penalty"], rates, formulary)


def evaluate_folds(
    train: Sequence[Admission],
    evaluated: Mapping[str, Sequence[Admission]],
    candidates: Sequence[str],
    formulary: Formulary,
    knowledge: DrugKnowledge,
    folds: int,
    resamples: int,
    progress: Callable[[str], None],
) -> dict[str, dict[str, Ranked]]:
    """By name of the rows and of the model: drugs known, unseen, and unseen without a line of their own."""
    fold = np.random.default_rng(0).permutation(len(candidates)) % folds
    logits: dict[str, dict[str, Floats]] = {rows: {} for rows in evaluated}
    for used, beside in ((knowledge, "with knowledge"), (None, "without")):
        progress(f"all drugs, {beside}")
        whole = fit_code_model(train, candidates, formulary, used)
        for rows, admissions in evaluated.items():
            logits[rows][f"known, {beside}"] = whole.logits(admissions, candidates)
        for each in range(folds):
            progress(f"fold {each + 1} of {folds}, {beside}")
            places = np.flatnonzero(fold == each)
            left_out = [candidates[place] for place in places.tolist()]
            known = [drug for drug in candidates if drug not in left_out]
            model = fit_code_model(train, known, formulary, used, [whole.penalty])
            variants = {f"unseen, {beside}": model}
            if model.scorer:
                of_class = _without_own_lines(model.scorer, left_out, formulary)
                variants["unseen, uses of its class only"] = replace(model, scorer=of_class)
            for rows, admissions in evaluated.items():
                for title, variant in variants.items():
                    found = logits[rows].setdefault(title, np.zeros((len(admissions), len(candidates))))
                    found[:, places] = variant.logits(admissions, left_out)
    return {
        rows: {title: _ranked(found, evaluated[rows], candidates, resamples) for title, found in by_title.items()}
        for rows, by_title in logits.items()
    }


def _without_own_lines(scorer: KnowledgeScorer, drugs: Sequence[str], formulary: Formulary) -> KnowledgeScorer:
    uses = scorer.terms.uses
    kept = {drug: lines for drug, lines in uses.by_drug.items() if drug not in drugs}
    return KnowledgeScorer(replace(scorer.terms, uses=replace(uses, by_drug=kept)), formulary)


def _ranked(logits: Floats, admissions: Sequence[Admission], drugs: Sequence[str], resamples: int) -> Ranked:
    ordered = ordered_matrix(admissions, drugs)
    patients = np.unique([a.patient_id for a in admissions], return_inverse=True)[1]
    drawn = np.random.default_rng(0).integers(0, patients.max() + 1, (resamples, patients.max() + 1))
    counts = np.stack([np.bincount(draw, minlength=patients.max() + 1) for draw in drawn])
    weights = np.vstack([np.ones(len(admissions)), counts[:, patients]])
    often = [d for d in range(len(drugs)) if FEWEST <= ordered[:, d].sum() < len(admissions)]
    by_drug = np.array([ranked(logits[:, d], ordered[:, d], weights)[0] for d in often])
    means = np.nanmean(by_drug, axis=0)
    low, high = np.quantile(means[1:], [0.025, 0.975])
    return Ranked(float(means[0]), float(low), float(high), len(often), log_loss(logits, ordered))


def folds_markdown(found: Mapping[str, Mapping[str, Ranked]], folds: int, resamples: int) -> str:
    """The figures as a Markdown table."""
    lines = [
        "# Drugs the code model never saw",
        "",
        f"Every candidate was left out once, in {folds} folds of drugs. AUROC: mean over the drugs ordered in {FEWEST} "
        f"admissions or more, in brackets the 95 % interval of {resamples} patient resamples.",
        "",
        "| rows | drugs | model | AUROC per drug | log loss |",
        "| --- | --- | --- | --- | --- |",
    ]
    for rows, by_title in found.items():
        for title, each in by_title.items():
            figures = f"{each.auroc:.3f} ({each.low:.3f}-{each.high:.3f}) | {each.loss:.4f}"
            lines.append(f"| {rows} | {each.drugs} | {title} | {figures} |")
    return "\n".join([*lines, ""])


def _silent(message: str) -> None:
    pass
