"""The fit of the linear terms, against scikit-learn and on patterns that must be found or must not."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from lamo_desktop.stats import log_loss, log_odds, threshold_for_count
from trainer.package.linear_terms import FittedTerms, feature_design, fit_terms, pooled, ridge

RNG = np.random.default_rng(0)


def some_rows(n: int = 120) -> tuple[list[frozenset[str]], np.ndarray, np.ndarray, list[str]]:
    """Admissions whose first drug follows a feature, whose second follows the state, whose third follows nothing."""
    heart, state = RNG.random(n) < 0.5, RNG.normal(size=(n, 6)).astype(np.float32)
    ordered = np.stack([heart ^ (RNG.random(n) < 0.1), state[:, 0] + RNG.normal(0, 0.3, n) > 0, RNG.random(n) < 0.3], 1)
    found = [
        frozenset({"dx infarction" if h else "dx sepsis", f"dx rare{i}", "has reason"}) for i, h in enumerate(heart)
    ]
    return found, state, ordered, [f"p{i}" for i in range(n)]


def test_ridge_agrees_with_scikit_learn() -> None:
    inputs = RNG.normal(size=(80, 5))
    ordered = RNG.random((80, 2)) < 1 / (1 + np.exp(-inputs[:, :2] + 0.5))
    weights, constant = ridge(inputs, ordered, 2.0)
    for drug in range(2):
        reference = LogisticRegression(C=0.5, tol=1e-8, max_iter=1000).fit(inputs, ordered[:, drug])
        np.testing.assert_allclose(weights[:, drug], reference.coef_[0], atol=2e-3)
        np.testing.assert_allclose(constant[drug], reference.intercept_[0], atol=2e-3)


def test_rare_and_universal_features_carry_nothing() -> None:
    found, *_ = some_rows()
    names, design = feature_design(found)
    assert names == ("dx infarction", "dx sepsis")
    assert np.allclose(design.inputs.mean(0), 0)


def test_terms_find_what_features_and_state_say_and_invent_nothing() -> None:
    found, state, ordered, patients = some_rows()
    fitted = fit_terms(found, state, ordered, ["a", "b", "c"], patients, lambda message: None)
    logits = np.array([fitted.terms.linear(each, row) for each, row in zip(found, state, strict=True)])
    hits = [np.corrcoef(logits[:, d], ordered[:, d])[0, 1] for d in range(3)]
    assert hits[0] > 0.6
    assert hits[1] > 0.5
    out_of_fold = fitted.out_of_fold - log_odds(ordered)
    assert abs(np.corrcoef(out_of_fold[:, 2], ordered[:, 2])[0, 1]) < 0.3
    assert np.abs(out_of_fold[:, 0]).mean() > 2 * np.abs(out_of_fold[:, 2]).mean()


def test_terms_do_not_depend_on_the_order_of_admissions() -> None:
    found, state, ordered, patients = some_rows(60)
    first = fit_terms(found, state, ordered, ["a", "b", "c"], patients, lambda message: None)
    turn = RNG.permutation(60)
    again = fit_terms(
        [found[i] for i in turn], state[turn], ordered[turn], ["a", "b", "c"], [patients[i] for i in turn], print
    )
    np.testing.assert_allclose(again.terms.weights, first.terms.weights, atol=1e-5)
    np.testing.assert_allclose(again.out_of_fold, first.out_of_fold[turn], atol=1e-5)


def test_pooled_slopes_are_those_the_cells_were_made_with() -> None:
    columns = [RNG.normal(size=(400, 20)), RNG.normal(size=(400, 20))]
    start = np.linspace(-2, 1, 20)
    ordered = RNG.random((400, 20)) < 1 / (1 + np.exp(-(start + 0.8 * columns[0] - 0.3 * columns[1])))
    np.testing.assert_allclose(pooled(columns, start, ordered), [0.8, -0.3], atol=0.1)


def test_a_finding_that_is_not_known_counts_as_the_average_and_not_as_normal() -> None:
    """Half of the admissions were measured; of these, a high value goes with the drug."""
    n = 200
    high = RNG.random(n) < 0.4
    known = RNG.random(n) < 0.5
    bands = np.where(high, "code finding:creatinine high", "code finding:creatinine normal")
    found = [frozenset({band} if k else set()) for band, k in zip(bands.tolist(), known, strict=True)]
    ordered = (high ^ (RNG.random(n) < 0.1))[:, None]
    fitted = fit_terms(
        found, np.zeros((0, 0), np.float32), ordered, ["a"], [f"p{i}" for i in range(n)], lambda _: None, ["features"]
    )
    logits = {name: float(fitted.terms.linear(frozenset({name}), None)[0]) for name in ("nothing", *set(bands))}
    share = high[known].mean()
    average = share * logits["code finding:creatinine high"] + (1 - share) * logits["code finding:creatinine normal"]
    np.testing.assert_allclose(logits["nothing"], average, atol=1e-6)
    assert logits["code finding:creatinine normal"] < logits["nothing"] < logits["code finding:creatinine high"]
    inputs = feature_design(found)[1].inputs
    assert np.allclose(inputs[~known], inputs[~known][0])


def fitted_findings(codes: list[set[str]], ordered: np.ndarray, classes: dict[str, str]) -> FittedTerms:
    """Terms of drugs "a", "b" on admissions that have these codes of findings and a reason."""
    found = [frozenset({"dx sepsis" if i % 3 else "dx infarction", *each}) for i, each in enumerate(codes)]
    states, patients = np.zeros((0, 0), np.float32), [f"p{i}" for i in range(len(codes))]
    return fit_terms(
        found, states, ordered, ["a", "b"], patients, lambda _: None, ["features"], drug_class=lambda d: classes[d]
    )


def test_findings_are_fitted_on_top_of_features_that_stay_as_they_are() -> None:
    ordered = RNG.random((90, 2)) < 0.4
    codes = [{"code finding:intubated" if first else "code finding:not intubated"} for first in ordered[:, 0]]
    none: list[set[str]] = [set() for _ in codes]
    bare, fitted = (fitted_findings(each, ordered, {"a": "", "b": ""}) for each in (none, codes))
    assert fitted.terms.features == (*bare.terms.features, "code finding:intubated", "code finding:not intubated")
    np.testing.assert_array_equal(fitted.terms.weights[:-2], bare.terms.weights)
    np.testing.assert_array_equal(fitted.terms.bias, bare.terms.bias)
    assert log_loss(fitted.out_of_fold, ordered) < log_loss(bare.out_of_fold, ordered)
    assert fitted.record["features out-of-fold log loss"] == bare.record["features out-of-fold log loss"]
    intubated = fitted.terms.of("code finding:intubated")
    assert intubated[0] > 1 and abs(intubated[1]) < intubated[0] / 3
    threshold = threshold_for_count(bare.out_of_fold, ordered.sum())
    assert (fitted.out_of_fold >= threshold).sum() <= ordered.sum()


def test_what_a_drug_may_have_caused_never_speaks_for_it() -> None:
    """Half have a slow heart, and all of these a beta blocker and the other drug."""
    slow = RNG.random(90) < 0.5
    codes = [{"code finding:heart rate very low" if each else "code finding:heart rate normal"} for each in slow]
    ordered = np.stack([slow, slow], axis=1)
    fitted = fitted_findings(codes, ordered, {"a": "beta blocker", "b": "statin"})
    blocker, statin = fitted.terms.of("code finding:heart rate very low")
    assert -0.2 < blocker <= 0 and statin > 1
