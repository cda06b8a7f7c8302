"""Patient-clustered resampling."""

import numpy as np
import pytest

from lamo_desktop.validate.bootstrap import PatientBootstrap, interval


def test_visits_of_a_patient_stay_together():
    bootstrap = PatientBootstrap(["b", "a", "b", "c"], 200)
    patients, sums = bootstrap.by_patient(np.array([[1.0], [10.0], [2.0], [100.0]]))
    assert sums[:, 0].tolist() == [10, 3, 100]  # a, b, c
    drawn = bootstrap.replicate(patients, sums)[:, 0]
    possible = {10 * i + 3 * j + 100 * k for i in range(4) for j in range(4) for k in range(4) if i + j + k == 3}
    assert set(drawn) <= possible and len(set(drawn)) > 5


def test_part_of_the_rows():
    bootstrap = PatientBootstrap(["a", "b", "b", "c"], 50)
    mask = np.array([False, True, False, True])
    patients, sums = bootstrap.by_patient(np.arange(4.0)[:, None], mask)
    assert patients.tolist() == [1, 2] and sums[:, 0].tolist() == [1, 3]
    whole = np.array([[0.0], [1.0], [3.0]])
    assert (bootstrap.replicate(patients, sums) == bootstrap.replicate(np.arange(3), whole)).all()


def test_same_seed_same_draws_and_row_order_is_irrelevant():
    a, b = PatientBootstrap(["x", "y", "z"] * 5, 40, seed=9), PatientBootstrap(["z", "x", "y"] * 5, 40, seed=9)
    assert (a.weights == b.weights).all()
    assert (a.weights != PatientBootstrap(["x", "y", "z"] * 5, 40, seed=10).weights).any()


def test_interval_of_a_mean_has_the_textbook_width():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(400, 1))
    bootstrap = PatientBootstrap([str(i) for i in range(400)], 4000)
    low, high = interval(bootstrap.replicate(*bootstrap.by_patient(values))[:, 0] / 400)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.05)


def test_undefined_figures_have_no_interval():
    low, high = interval(np.array([np.nan, np.inf]))
    assert np.isnan(low) and np.isnan(high)
