"""Makes what adapting a package to a hospital starts from (see `lamo_desktop.model.site_prior`), of training rows.

It is told by out-of-fold probabilities of the code model, with its knowledge terms: those of a fine-tuned model are out
of fold for the few admissions alone that it has not learned from, too few for the correlations of some hundred drugs.
Findings are not in them: a hospital without any starts from what holds there.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.adapt.adaptation import newton
from lamo_desktop.adapt.rows import history_terms
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.model.site_prior import N_HISTORY, SitePrior
from lamo_desktop.stats import sigmoid

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
