"""What adapting starts from is found again where training rows were made up with it."""

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.stats import sigmoid
from trainer.package.site_prior import site_prior_of

DRUGS = ("a", "b", "c")
CLASSES = {"a": "one", "b": "one", "c": "two"}


def test_correlations_of_what_is_left_over_and_the_weight_of_history_are_found_again() -> None:
    rng = np.random.default_rng(0)
    n = 6000
    logits = rng.normal(-1, 0.7, (n, 3))
    at_home = rng.random(n) < 0.3
    shared = rng.normal(size=n)  # moves a and b together, against what the logits say
    truth = logits + np.outer(shared, [1.0, 1.0, 0.0]) + np.outer(at_home, [1.5, 0.0, -0.5])
    ordered = rng.random((n, 3)) < sigmoid(truth)
    admissions = [Admission(f"{i}", f"{i}", codes=("med:a",) if taken else ()) for i, taken in enumerate(at_home)]
    found = site_prior_of(logits, ordered, admissions, DRUGS, lambda drug: CLASSES[drug])
    assert found.likeness is not None
    assert found.likeness[0, 1] == pytest.approx(0.16, abs=0.05)
    assert found.likeness[1, 2] == pytest.approx(0.0, abs=0.05)
    assert np.diag(found.likeness) == pytest.approx(1.0)
    own, _, _, _, others, _ = found.history
    assert own == pytest.approx(1.3, abs=0.3)
    assert others < -0.1


def test_a_drug_that_was_never_ordered_as_its_probability_never_varies_is_like_itself_alone() -> None:
    logits = np.full((20, 2), -1.0)
    ordered = np.zeros((20, 2), dtype=bool)
    ordered[::3, 1] = True
    admissions = [Admission(f"{i}", f"{i}") for i in range(20)]
    found = site_prior_of(logits, ordered, admissions, ("a", "b"), lambda drug: "")
    assert found.likeness is not None and found.likeness.tolist() == [[1.0, 0.0], [0.0, 1.0]]
