"""A hospital with habits of its own, whose admissions a package scored, and what was learned there."""

from dataclasses import replace

import numpy as np

from lamo_desktop.model.manifest import ModelPackage
from lamo_desktop.recommend.policy import Policy, cut_offs
from lamo_desktop.stats import sigmoid
from lamo_desktop.validate.adaptation import SiteAdaptation, evaluate_adaptation
from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay, make_adaptation_overlay
from lamo_desktop.validate.outcomes import Outcomes
from tests.validate.synthetic import hospital


def site(package: ModelPackage, n: int = 120, seed: int = 0) -> Outcomes:
    """Outcomes of `n` admissions at two hospitals that order some drugs more, some less than the package says."""
    rng = np.random.default_rng([seed, 5])
    drugs = tuple(drug.name for drug in package.drugs)
    made = hospital(n, len(drugs), seed)
    logits = rng.normal(-1.2, 1.2, (n, len(drugs)))
    place = rng.integers(0, 2, n)
    marks = np.array([["dx:1" in codes, "dx:2" in codes] for codes in made.codes], dtype=float)
    habits = rng.normal(0, 1.2, len(drugs)) + rng.normal(0, 0.8, (2, len(drugs)))[place]
    ordered = rng.random(logits.shape) < sigmoid(logits + habits + marks @ rng.normal(0, 1.5, (2, len(drugs))))
    ordered[:, 0] |= ~ordered.any(1)
    thresholds = cut_offs(package, drugs, Policy())
    return replace(
        made,
        drugs=drugs,
        probabilities=sigmoid(logits).astype(np.float32),
        recommended=sigmoid(logits) >= thresholds,
        ordered=ordered,
        thresholds=thresholds,
        drug_classes=tuple(drug.drug_class for drug in package.drugs),
        labels={"hospital": tuple(["north", "south"][i] for i in place)},
        codes=tuple((*codes, f"med:{drugs[i % len(drugs)]}") for i, codes in enumerate(made.codes)),
        provenance={"input": {"path": "site.csv", "files_sha256": {"site.csv": "a" * 64}}},
        model={"name": package.name, "version": package.version, "manifest_sha256": package.sha256},
    )


def learned(package: ModelPackage, outcomes: Outcomes, key: bytes | None = None) -> AdaptationOverlay:
    """The overlay of what these admissions teach."""
    found = evaluate_adaptation(outcomes, n_resamples=50)
    assert isinstance(found, SiteAdaptation), found
    assert found.adaptation is not None
    return make_adaptation_overlay(found.adaptation, outcomes, package, "north and south", key, found)
