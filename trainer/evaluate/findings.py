"""What first-day findings are worth to the code model, without the language model.

Two models are fitted on the training rows: one that never sees findings, and the same with terms of findings on top. A
site that records none gets the first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.findings import finding_of
from lamo_desktop.formulary import Formulary
from lamo_desktop.formulary.knowledge import DrugKnowledge
from lamo_desktop.model.prompt import parts
from lamo_desktop.stats import log_loss, threshold_for_count
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.evaluate.benchmark import TRAINED, ModelUnderTest, SplitResult, evaluate_split
from trainer.evaluate.unseen_folds import CodeModel, fit_code_model
from trainer.package.fitted_terms import code_features
from trainer.package.knowledge_terms import fit_knowledge
from trainer.package.linear_terms import fit_terms

WITH, WITHOUT = "with findings", "without findings"


def without_findings(admission: Admission) -> Admission:
    """The admission as a site without any observation has it."""
    return replace(admission, observations=(), codes=tuple(code for code in admission.codes if not finding_of(code)))


def evaluate_findings(
    rows: Rows,
    splits: Sequence[str],
    formulary: Formulary,
    knowledge: DrugKnowledge | None,
    resamples: int,
    progress: Callable[[str], None],
) -> list[SplitResult]:
    """The two on each split, the first against the other; thresholds give the ordered number on training rows."""
    train, drugs = rows.of(["train"]), sorted(rows.candidates)
    bare = [without_findings(admission) for admission in train]
    progress("fitting with findings")
    with_findings = fit_code_model(train, drugs, formulary, knowledge)
    progress("fitting without findings")
    without = fit_code_model(bare, drugs, formulary, knowledge)
    splits_bare = {split: [without_findings(admission) for admission in rows.of([split])] for split in splits}
    under_test: Mapping[str, tuple[CodeModel, Sequence[Admission], Mapping[str, Sequence[Admission]]]] = {
        WITH: (with_findings, train, {split: rows.of([split]) for split in splits}),
        WITHOUT: (without, bare, splits_bare),
    }
    ordered = ordered_matrix(train, drugs)
    models = []
    for name, (model, learned, asked) in under_test.items():
        held_out = out_of_fold(learned, drugs, formulary, knowledge, model.penalty)
        loss = log_loss(held_out, ordered)
        progress(f"{name}: penalty {model.penalty:g}, out-of-fold log loss {loss:.5f}")
        logits = {split: model.logits(admissions, drugs) for split, admissions in asked.items()}
        thresholds = {TRAINED: float(threshold_for_count(held_out, ordered.sum()))}
        about = {"penalty": model.penalty, "out_of_fold_log_loss": {"code model": round(loss, 5)}}
        models.append(ModelUnderTest(name, "package", logits, thresholds, about=about))
    return [evaluate_split(split, models, rows.of([split]), drugs, resamples) for split in splits]


def out_of_fold(
    train: Sequence[Admission],
    drugs: Sequence[str],
    formulary: Formulary,
    knowledge: DrugKnowledge | None,
    penalty: float,
) -> NDArray[np.float64]:
    """The code model's logits of the training rows (admissions, drugs), each from the folds of other patients."""
    ordered = ordered_matrix(train, drugs)
    below = None
    if knowledge is not None:
        below = fit_knowledge([parts(a) for a in train], ordered, drugs, knowledge, formulary).logits
    seen = [code_features(admission, allergies=knowledge is None) for admission in train]
    patients, states = [a.patient_id for a in train], np.zeros((0, 0), dtype=np.float32)
    fitted = fit_terms(
        seen, states, ordered, drugs, patients, lambda _: None, ["features"], below, [penalty], formulary.drug_class
    )
    return fitted.out_of_fold
