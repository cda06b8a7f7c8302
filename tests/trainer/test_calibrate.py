import numpy as np
import pytest

from lamo_desktop.stats import log_loss, log_odds, patient_folds
from trainer.package.calibration import Shrinkage, cross_fit, fit

RNG = np.random.default_rng(7)
N, D = 600, 25
LOG_ODDS = RNG.normal(-2.0, 1.0, D)
SLOPES = RNG.uniform(0.4, 1.2, D)
CENTRES = RNG.normal(3.0, 2.0, D)
SPREAD = 1.7
SCORES = CENTRES + SPREAD * RNG.normal(0, 1, (N, D))
ORDERED = RNG.random((N, D)) < 1 / (1 + np.exp(-(LOG_ODDS + SLOPES * (SCORES - CENTRES) / SPREAD)))
PATIENTS = [f"p{i // 2}" for i in range(N)]
ONE_GROUP: list[int | None] = [None] * D
START = log_odds(ORDERED)
NONE_ELSEWHERE = np.zeros((0, D), dtype=bool)


def test_a_known_calibration_is_recovered() -> None:
    found = fit(SCORES, ORDERED, ONE_GROUP, START, Shrinkage(3.0, 1.0))
    assert np.corrcoef(found.scale * SPREAD, SLOPES)[0, 1] > 0.6
    assert abs((found.scale * SPREAD).mean() - SLOPES.mean()) < 0.1
    expected = (1 / (1 + np.exp(-found.logits(SCORES)))).sum(0)
    np.testing.assert_allclose(expected, ORDERED.sum(0), atol=4)


def test_the_fit_is_at_the_penalised_optimum() -> None:
    shrinkage = Shrinkage(5.0, 2.0)
    found = fit(SCORES, ORDERED, ONE_GROUP, START, shrinkage)
    z = (SCORES - SCORES.mean(0)) / np.sqrt(((SCORES - SCORES.mean(0)) ** 2).mean())
    slope = found.scale * np.sqrt(((SCORES - SCORES.mean(0)) ** 2).mean())
    shift = found.offset + found.scale * SCORES.mean(0) - found.log_odds
    miss = 1 / (1 + np.exp(-found.logits(SCORES))) - ORDERED
    np.testing.assert_allclose(miss.sum(0) + shrinkage.shift * shift, 0, atol=1e-5)
    pull = (miss * z).sum(0) + shrinkage.slope * slope  # = shrinkage.slope * the shared slope, the same for all drugs
    np.testing.assert_allclose(pull, pull.mean(), atol=1e-5)


def test_scores_that_say_nothing_leave_the_base_rates() -> None:
    noise = np.random.default_rng(1).normal(0, 5, SCORES.shape)
    chosen = cross_fit(noise, ORDERED, ONE_GROUP, PATIENTS, NONE_ELSEWHERE)
    assert log_loss(chosen.logits, ORDERED) < chosen.losses["base rates"] + 0.0005
    found = fit(noise, ORDERED, ONE_GROUP, START, chosen.shrinkage)
    assert np.abs(found.scale * 5).mean() < 0.05


def test_scores_that_say_something_beat_the_base_rates_out_of_fold() -> None:
    chosen = cross_fit(SCORES, ORDERED, ONE_GROUP, PATIENTS, NONE_ELSEWHERE)
    assert log_loss(chosen.logits, ORDERED) < 0.95 * chosen.losses["base rates"]
    assert min(chosen.losses.values()) == pytest.approx(log_loss(chosen.logits, ORDERED), abs=1e-6)


def test_the_base_rates_are_cross_fitted_too() -> None:
    fold = patient_folds(PATIENTS)
    base = np.stack([log_odds(ORDERED[fold != each]) for each in fold])
    losses = cross_fit(SCORES, ORDERED, ONE_GROUP, PATIENTS, NONE_ELSEWHERE).losses
    assert losses["base rates"] == pytest.approx(log_loss(base, ORDERED), abs=1e-6)


def test_more_shrinkage_brings_the_slopes_together() -> None:
    spreads = [np.std(fit(SCORES, ORDERED, ONE_GROUP, START, Shrinkage(s, 1.0)).scale) for s in (1.0, 30.0, 1000.0)]
    assert spreads[0] > spreads[1] > spreads[2]


def test_groups_have_slopes_of_their_own() -> None:
    groups: list[int | None] = [0 if d % 2 else None for d in range(D)]
    mixed = SCORES.copy()
    mixed[:, 1::2] = CENTRES[1::2] - (SCORES[:, 1::2] - CENTRES[1::2])  # this adapter's scores point the other way
    found = fit(mixed, ORDERED, groups, START, Shrinkage(1000.0, 1.0))
    assert (found.scale[1::2] < 0).all()
    assert (found.scale[::2] > 0).all()


def test_extreme_data_stay_finite() -> None:
    scores = np.array([[1e4, 0.0, 5.0]] * 30 + [[-1e4, 0.0, 5.0]] * 30)
    ordered = np.array([[True, True, False]] * 30 + [[False, True, False]] * 30)  # separable, always, never
    found = fit(scores, ordered, [None] * 3, log_odds(ordered), Shrinkage(3.0, 1.0))
    assert np.isfinite([found.scale, found.offset, found.log_odds]).all()
    logits = found.logits(scores)
    assert (logits[:30, 0] > 1).all()
    assert (logits[30:, 0] < -1).all()
    assert (logits[:, 1] > 2).all()
    assert (logits[:, 2] < -2).all()


def test_a_patient_is_in_one_fold_whatever_the_order_of_rows() -> None:
    fold = patient_folds(PATIENTS)
    assert set(fold) == set(range(5))
    np.testing.assert_array_equal(fold[::2], fold[1::2])
    np.testing.assert_array_equal(patient_folds(PATIENTS[::-1]), fold[::-1])


def test_admissions_without_scores_count_in_the_log_odds_only() -> None:
    half = N // 2
    some = cross_fit(SCORES[:half], ORDERED[:half], ONE_GROUP, PATIENTS[:half], NONE_ELSEWHERE)
    more = cross_fit(SCORES[:half], ORDERED[:half], ONE_GROUP, PATIENTS[:half], ORDERED[half:])
    assert log_loss(more.logits, ORDERED[:half]) < log_loss(some.logits, ORDERED[:half])
