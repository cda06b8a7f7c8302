"""Makes what adapting a package to a hospital starts from (see `lamo_desktop.model.site_prior`), of training rows.

It is told by out-of-fold probabilities of the code model, with its knowledge terms: those of a fine-tuned model are out
of fold for the few admissions alone that it has not learned from, too few for the correlations of some hundred drugs.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.adapt.adaptation import newton
from lamo_desktop.adapt.rows import history_terms
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import Formulary
from lamo_desktop.formulary.knowledge import load_drug_knowledge
from lamo_desktop.model.package import ModelPackage, SitePriorFile, write_package
from lamo_desktop.model.prompt import parts
from lamo_desktop.model.site_prior import N_HISTORY, SitePrior, write_site_prior
from lamo_desktop.stats import sigmoid
from trainer.cohort.rows import Rows, ordered_matrix
from trainer.package.fitted_terms import code_features
from trainer.package.knowledge_terms import fit_knowledge
from trainer.package.linear_terms import PENALTIES, fit_terms

SITE_PRIOR = "site_prior.npz"


def site_prior_of(
    out_of_fold: NDArray[np.float64],
    ordered: NDArray[np.bool_],
    admissions: Sequence[Admission],
    drugs: Sequence[str],
    drug_class: Callable[[str], str],
) -> SitePrior:
    """From logits and orders of shape (admissions, drugs)."""
    p = sigmoid(out_of_fold)
    residual = (ordered - p) / np.sqrt(p * (1 - p))
    varied = residual.std(0) > 1e-9
    likeness = np.eye(len(drugs))
    likeness[np.ix_(varied, varied)] = np.corrcoef(residual[:, varied].T)
    history = history_terms(drugs, [admission.codes for admission in admissions], drug_class)
    design = np.stack([out_of_fold.ravel(), np.ones(out_of_fold.size), *(each.ravel() for each in history)], 1)
    start = np.r_[1.0, 0.0, np.zeros(N_HISTORY)]
    found = newton(design, ordered.ravel().astype(np.float64), np.zeros(out_of_fold.size), start, np.ones(len(start)))
    return SitePrior(tuple(drugs), likeness, tuple(round(float(each), 4) for each in found[2:]))


def with_site_prior(
    package: ModelPackage, rows: Rows, tuning: Sequence[Admission], formulary: Formulary, folder: Path, version: str,
    say: Callable[[str], None],
) -> ModelPackage:  # fmt: skip
    """A finished package with its prior added, written to `folder`; its scores and thresholds stay.

    The code model, and the knowledge terms of a package that has them, are fitted out of fold on the tuning admissions,
    which should be those that the package was tuned on. Raises InputError when its drugs are not the cohort's.
    """
    drugs = sorted(rows.candidates)
    if drugs != sorted(package.by_name):
        raise InputError(f"The candidates of this cohort are not the drugs of {package.name}: name its own cohort.")
    ordered = ordered_matrix(tuning, drugs)
    below = None
    if package.knowledge:
        prompts = [parts(admission) for admission in tuning]
        below = fit_knowledge(prompts, ordered, drugs, load_drug_knowledge(), formulary).logits
    seen = [code_features(admission, allergies=package.knowledge is None) for admission in tuning]
    record = package.training.get("calibration", {}).get("linear_terms", {})
    penalties = (record["features penalty"],) if "features penalty" in record else PENALTIES
    patients = [admission.patient_id for admission in tuning]
    states = np.zeros((len(tuning), 0), dtype=np.float32)
    fitted = fit_terms(seen, states, ordered, drugs, patients, say, ["features"], below, penalties)
    prior = site_prior_of(fitted.out_of_fold, ordered, tuning, drugs, formulary.drug_class)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / SITE_PRIOR
        write_site_prior(prior, file)
        about = {"admissions": len(tuning), "from": "out-of-fold code model", **fitted.record}
        return write_package(
            folder,
            replace(
                package,
                version=version,
                site_prior=SitePriorFile(SITE_PRIOR, sha256_of(file)),
                training={**package.training, "site_prior": about},
            ),
            {SITE_PRIOR: file},
        )
