"""Two or more models on the same admissions: another model's lists put on the first one's rows and drugs."""

from dataclasses import replace

import numpy as np

from lamo_desktop.errors import InputError
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.validate.outcomes import Outcomes

AS_SHIPPED = "the same model without the site overlay"  # its name where the one in use is adapted


def on_same_rows(first: Outcomes, recommendations: Recommendations, package: ModelPackage) -> Outcomes:
    """Another model's probabilities and lists for the admissions, drugs and orders of `first`: for `validate(others)`.

    A drug that is no candidate of the other model has probability 0 and is never on its list; candidates of its own
    that `first` does not have are left out. Raises InputError when the other model lacks a score for an admission.
    """
    scored = {item.admission.admission_id: item for item in recommendations.scored}
    lacking = [name for name in first.admission_ids if name not in scored]
    if lacking:
        raise InputError(
            f"{package.name} {package.version} has no score for {len(lacking)} of {len(first.admission_ids)} "
            f"admissions, the first being {lacking[0]}: models are compared on the same admissions."
        )
    place = {drug: d for d, drug in enumerate(recommendations.candidates)}
    shared = np.array([drug in place for drug in first.drugs])
    columns = [place[drug] for drug in first.drugs if drug in place]
    items = [scored[name] for name in first.admission_ids]
    p, lists = np.zeros(first.ordered.shape, dtype=np.float32), np.zeros(first.ordered.shape, dtype=bool)
    p[:, shared] = np.array([item.probabilities[columns] for item in items])
    lists[:, shared] = np.array([item.recommended[columns] for item in items])
    model = {"name": package.name, "version": package.version, "manifest_sha256": package.sha256}
    return replace(
        first.with_list(p, lists),
        seconds=np.array([item.seconds for item in items]),
        prefix_tokens=np.array([item.prefix_tokens for item in items]),
        model=model,
    )
