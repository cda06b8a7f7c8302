"""The simple models: against scikit-learn, and without leaks between folds."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from lamo_desktop.stats import patient_folds
from lamo_desktop.validate.baselines import (
    CARRIED_OVER,
    baselines,
    carried_drugs,
    carried_over_probabilities,
    fit_logistic,
    frequency_probabilities,
    logistic_probabilities,
)
from tests.validate.synthetic import hospital

SITE = hospital(300, 15, seed=4)


def test_logistic_regression_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    x = (rng.random((300, 60)) < 0.1).astype(np.float32)
    y = rng.random((300, 6)) < 1 / (1 + np.exp(-(x @ rng.normal(0, 1, (60, 6)) - np.linspace(0, 4, 6))))
    for penalty, (w, b) in zip((3.0, 10.0), fit_logistic(x, y, (3.0, 10.0)), strict=True):
        for j in range(6):
            expected = LogisticRegression(C=1 / penalty, tol=1e-9, max_iter=5000).fit(x, y[:, j])
            assert w[:, j] == pytest.approx(expected.coef_[0], abs=5e-3)
            assert b[j] == pytest.approx(expected.intercept_[0], abs=1e-2)


def test_folds_keep_patients_together():
    fold = patient_folds(SITE.patient_ids)
    for patient in set(SITE.patient_ids):
        assert len({int(f) for f, p in zip(fold, SITE.patient_ids, strict=True) if p == patient}) == 1
    assert set(fold) == {0, 1, 2, 3, 4}


def test_own_orders_never_reach_a_rows_probability(monkeypatch):
    monkeypatch.setattr("lamo_desktop.validate.baselines.PENALTIES", (10.0,))
    fold = patient_folds(SITE.patient_ids)
    changed = SITE.ordered.copy()
    changed[fold == 2] = ~changed[fold == 2]
    other = replace(SITE, ordered=changed)
    for model in (frequency_probabilities, lambda site, fold: logistic_probabilities(site, fold)[0]):
        before, after = model(SITE, fold), model(other, fold)
        assert (before[fold == 2] == after[fold == 2]).all()
        assert (before[fold != 2] != after[fold != 2]).any()


def test_codes_beat_frequency_where_codes_matter():
    found = {b.name: b.outcomes for b in baselines(SITE)}
    assert len(found) == 4

    def agreement(o):
        return ((o.recommended & o.ordered).sum(1) / np.maximum((o.recommended | o.ordered).sum(1), 1)).mean()

    assert agreement(found["logistic regression on codes (best Jaccard)"]) > agreement(
        found["frequency (best Jaccard)"]
    )
    ratio = found["logistic regression on codes (as many as ordered)"].recommended.sum() / SITE.ordered.sum()
    assert 0.9 < ratio < 1.1


def with_history(site):
    """The site with home medications and previous drugs: half of the orders were taken before, and some other drugs."""
    rng = np.random.default_rng(1)
    home = np.where(site.ordered, rng.random(site.ordered.shape) < 0.5, rng.random(site.ordered.shape) < 0.05)
    previous = np.where(site.ordered, rng.random(site.ordered.shape) < 0.3, rng.random(site.ordered.shape) < 0.1)
    codes = tuple(
        (
            *own,
            *(f"med:{site.drugs[d]}" for d in np.flatnonzero(h)),
            *(f"previous med:{site.drugs[d]}" for d in np.flatnonzero(v)),
        )
        for own, h, v in zip(site.codes, home, previous, strict=True)
    )
    return replace(site, codes=codes), home, previous


def test_carried_over_raises_the_drugs_that_were_taken_before_and_agrees_with_scikit_learn():
    site, home, previous = with_history(SITE)
    had = carried_drugs(site)
    assert (had[0] == home).all() and (had[1] == previous).all()
    fold = patient_folds(site.patient_ids)
    p = carried_over_probabilities(site, fold, had)
    held, rest = fold == 0, fold != 0
    base = (site.ordered[rest].sum(0) + 0.5) / (rest.sum() + 1.0)
    offset = np.log(base / (1 - base))
    # scikit-learn has no offset: the frequency enters as a feature, whose fitted weight is then one of four
    x = np.stack([home[rest].ravel(), previous[rest].ravel(), np.tile(offset, rest.sum())], axis=1).astype(float)
    reference = LogisticRegression(C=1e6, tol=1e-10, max_iter=5000).fit(x, site.ordered[rest].ravel())
    new = np.stack([home[held].ravel(), previous[held].ravel(), np.tile(offset, held.sum())], axis=1).astype(float)
    expected = reference.predict_proba(new)[:, 1].reshape(held.sum(), -1)
    assert np.abs(p[held] - expected).max() < 0.05
    assert (p[held][home[held]] > np.tile(base, (held.sum(), 1))[home[held]]).all()
    changed = site.ordered.copy()
    changed[held] = ~changed[held]
    assert (carried_over_probabilities(replace(site, ordered=changed), fold, had)[held] == p[held]).all()


def test_carried_over_is_compared_where_anyone_has_a_history():
    names = {b.name.split(" (")[0] for b in baselines(with_history(SITE)[0])}
    assert CARRIED_OVER in names
    assert CARRIED_OVER not in {b.name.split(" (")[0] for b in baselines(SITE)}


def test_too_few_patients_or_no_codes():
    assert baselines(SITE.rows(np.arange(3))) == ()
    assert {b.name.split(" (")[0] for b in baselines(replace(SITE, codes=((),) * 300))} == {"frequency"}
