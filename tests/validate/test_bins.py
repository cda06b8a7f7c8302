"""Calibration, decision curve and micro PRAUC from bins, against scikit-learn and exact sums."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss

from lamo_desktop.stats import logit
from lamo_desktop.validate.bins import DECISION_THRESHOLDS, bin_pairs, binned_figures, logistic_line
from lamo_desktop.validate.bootstrap import PatientBootstrap
from lamo_desktop.validate.curves import calibration_curve, decision_curve, threshold_curve
from lamo_desktop.validate.metrics import averages, per_admission, with_patient_means
from tests.validate.synthetic import hospital

SITE = hospital(400, 25, seed=1, tilt=0.6, shift=0.3)
BOOTSTRAP = PatientBootstrap(SITE.patient_ids, 200)
BINNED = bin_pairs(SITE.probabilities, SITE.ordered, BOOTSTRAP)


def test_slope_and_intercept_agree_with_scikit_learn():
    x, y = logit(SITE.probabilities).ravel(), SITE.ordered.ravel()
    expected = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x[:, None], y)
    figures = binned_figures(BINNED, SITE.probabilities, SITE.ordered)
    assert figures["calibration.slope"][0] == pytest.approx(expected.coef_[0, 0], abs=1e-4)
    assert figures["calibration.intercept"][0] == pytest.approx(expected.intercept_[0], abs=1e-4)
    assert figures["calibration.slope"][0] > 1.3  # the made-up model is too timid: truth is tilted back


def test_binned_figures_are_close_to_the_exact_ones():
    n, y, _ = BINNED.split(BINNED.total)
    slope, _ = logistic_line(BINNED.middle, n, y)
    exact = binned_figures(BINNED, SITE.probabilities, SITE.ordered)
    assert float(slope) == pytest.approx(exact["calibration.slope"][0], abs=0.01)
    assert float(BINNED.average_precision(BINNED.total)) == pytest.approx(
        average_precision_score(SITE.ordered.ravel(), SITE.probabilities.ravel()), abs=0.01
    )


def test_brier_and_ece():
    p, y = SITE.probabilities.astype(float).ravel(), SITE.ordered.ravel()
    _, sums = BOOTSTRAP.by_patient(per_admission(SITE))
    brier = averages(with_patient_means(sums).sum(0))["calibration.brier"]
    assert float(brier) == pytest.approx(brier_score_loss(y, p), rel=1e-5)
    which = np.clip((p * 10).astype(int), 0, 9)
    gaps = [
        abs(y[which == k].mean() - p[which == k].mean()) * (which == k).mean() for k in range(10) if (which == k).any()
    ]
    assert float(BINNED.ece(BINNED.total)) == pytest.approx(sum(gaps), abs=1e-6)


def test_net_benefit_is_the_exact_one():
    points = decision_curve(BINNED, BOOTSTRAP, np.bincount(BOOTSTRAP.index).astype(float))
    for t, point in zip(DECISION_THRESHOLDS, points, strict=True):
        lists = SITE.probabilities.astype(float) >= t
        right, wrong = (lists & SITE.ordered).sum(), (lists & ~SITE.ordered).sum()
        assert point.model.value == pytest.approx((right - wrong * t / (1 - t)) / 400)
        assert point.everything == pytest.approx((SITE.ordered.sum() - (~SITE.ordered).sum() * t / (1 - t)) / 400)
        assert point.model.low <= point.model.value <= point.model.high


def test_calibration_points_count_every_pair():
    points = calibration_curve(BINNED)
    assert sum(p.n_pairs for p in points) == SITE.ordered.size
    assert all(p.low <= p.predicted <= p.high for p in points)


def test_the_curve_is_about_the_shift_that_the_lists_were_cut_with():
    shifted = replace(SITE, model={**SITE.model, "threshold_shift": 0.5})
    points = threshold_curve(shifted, BOOTSTRAP)
    assert [p.ratio for p in points] == [p.ratio for p in threshold_curve(SITE, BOOTSTRAP)]  # the same lists
    assert points[0].threshold_shift == -2.5 and points[-1].threshold_shift == 3.5


def test_a_threshold_shift_of_zero_gives_the_lists_themselves_and_the_ratio_falls():
    points = threshold_curve(SITE, BOOTSTRAP)
    zero = next(p for p in points if p.threshold_shift == 0)
    assert zero.ratio.value == pytest.approx(SITE.recommended.sum() / SITE.ordered.sum(), abs=2 / SITE.ordered.sum())
    ratios = [p.ratio.value for p in points]
    assert ratios == sorted(ratios, reverse=True) and ratios[0] > 2 > 0.5 > ratios[-1]
