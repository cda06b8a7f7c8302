"""The shared arithmetic, against scikit-learn, SciPy and by hand."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.special import logit as scipy_logit
from sklearn.metrics import average_precision_score
from sklearn.metrics import log_loss as scikit_log_loss

from lamo_desktop.stats import (
    average_precision,
    cuts,
    divide,
    log_loss,
    log_odds,
    logit,
    mean_jaccard,
    patient_folds,
    sigmoid,
    threshold_for_count,
    threshold_for_jaccard,
)

RANDOM = np.random.default_rng(3)
LOGITS = RANDOM.normal(-1, 2, (40, 12))
ORDERED = RANDOM.random((40, 12)) < expit(LOGITS)


def test_sigmoid_and_logit_agree_with_scipy_and_are_finite_at_the_ends() -> None:
    assert sigmoid(LOGITS) == pytest.approx(expit(LOGITS), rel=1e-14)
    assert logit(expit(LOGITS)) == pytest.approx(scipy_logit(expit(LOGITS)), rel=1e-12)
    assert sigmoid([-1e6, 0.0, 1e6]).tolist() == [0.0, 0.5, 1.0]
    assert np.isfinite(logit(np.array([0, 1], dtype=np.float32))).all()


def test_log_loss_and_average_precision_agree_with_scikit_learn() -> None:
    assert log_loss(LOGITS, ORDERED) == pytest.approx(scikit_log_loss(ORDERED.ravel(), expit(LOGITS).ravel()))
    expected = [average_precision_score(y, x) for y, x in zip(ORDERED, LOGITS, strict=True)]
    assert average_precision(LOGITS, ORDERED) == pytest.approx(np.array(expected))


def test_log_odds_add_half_an_admission_to_both_sides() -> None:
    assert log_odds(np.array([[True, False], [False, False]])) == pytest.approx([0.0, np.log(0.5 / 2.5)])
    assert divide([1.0, 2.0], [0.0, 4.0], empty=9.0).tolist() == [9.0, 0.5]


def test_folds_keep_patients_together_whatever_the_order_of_rows() -> None:
    patients = [f"p{i % 23}" for i in range(60)]
    fold = patient_folds(patients)
    assert set(fold.tolist()) == {0, 1, 2, 3, 4}
    shuffled = RANDOM.permutation(60)
    assert (patient_folds([patients[i] for i in shuffled]) == fold[shuffled]).all()
    assert all(len({int(fold[i]) for i in range(60) if patients[i] == patient}) == 1 for patient in patients)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_threshold_for_a_count_never_lists_more_and_equal_scores_enter_together(kind: type) -> None:
    tied = RANDOM.integers(1, 6, (50, 8)).astype(kind) / kind(7)
    for count in range(0, 401, 7):
        listed = int((tied >= threshold_for_count(tied, count)).sum())
        most = max((int((tied >= score).sum()) for score in tied.ravel() if (tied >= score).sum() <= count), default=0)
        assert listed == most
    distinct = RANDOM.permutation(400).reshape(50, 8).astype(kind)
    assert [(distinct >= threshold_for_count(distinct, count)).sum() for count in (0, 1, 200, 400)] == [0, 1, 200, 400]


def test_neighbouring_float32_scores_are_told_apart() -> None:
    low = np.float32(0.3)
    scores = np.array([[low, np.nextafter(low, np.float32(1.0))]])
    assert (scores >= threshold_for_count(scores, 1)).tolist() == [[False, True]]


def test_the_best_jaccard_is_found_among_all_cuts() -> None:
    threshold = threshold_for_jaccard(LOGITS, ORDERED, most=10**6)
    best = max(mean_jaccard(cut <= LOGITS, ORDERED) for cut in cuts(LOGITS)[0])
    assert mean_jaccard(threshold <= LOGITS, ORDERED) == best
