"""Adaptation to a hospital: against slow references, on simulated hospitals whose truth is known, and never harmful."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from lamo_desktop.adapt import Adaptation, SiteRows, adapt
from lamo_desktop.adapt.adaptation import NO_PRIOR, RHOS, fit_once, newton, share_to_use
from lamo_desktop.adapt.gaussian_process import most_probable, spectrum, variances
from lamo_desktop.adapt.kernels import kernels, standardised
from lamo_desktop.adapt.rows import HISTORY, history_terms
from lamo_desktop.stats import log_loss, log_odds, sigmoid

DRUGS = tuple(f"drug {i}" for i in range(20))


def hospital(n: int = 160, habits: float = 0.8, features: float = 1.0, seed: int = 0) -> tuple[SiteRows, np.ndarray]:
    """A hospital whose true logits are the package's, its own habits for each drug, and what features say there."""
    rng = np.random.default_rng(seed)
    d = len(DRUGS)
    logits = rng.normal(-1.5, 1.2, (n, d))
    marks = rng.random((n, 12)) < 0.3
    weights = np.where(rng.random((12, d)) < 0.3, rng.normal(0, features, (12, d)), 0.0)
    truth = logits + rng.normal(0, habits, d) + marks @ weights
    ordered = rng.random((n, d)) < sigmoid(truth)
    found = tuple(frozenset(f"dx:{j}" for j in np.flatnonzero(row)) for row in marks)
    patients = np.array([f"p{i // 2}" for i in range(n)])
    history = np.zeros((len(HISTORY), n, d))
    return SiteRows(DRUGS, logits, ordered, found, history, patients, np.array([""] * n)), truth


def adapted(rows: SiteRows) -> Adaptation:
    found = adapt(rows)
    assert not isinstance(found, str), found
    return found


def test_newton_agrees_with_scikit_learn_without_a_prior() -> None:
    rng = np.random.default_rng(1)
    x = np.column_stack([rng.normal(size=(400, 2)), np.ones(400)])
    y = (rng.random(400) < sigmoid(x @ [1.0, -0.5, 0.3])).astype(float)
    found = newton(x, y, np.zeros(400), np.zeros(3), np.full(3, 1e-9))
    expected = LogisticRegression(C=1e9, tol=1e-10, fit_intercept=False, max_iter=1000).fit(x, y).coef_[0]
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_ascent_ends_where_a_general_optimiser_does() -> None:
    rng = np.random.default_rng(2)
    n, d = 12, 3
    root = rng.normal(size=(n, n))
    kernel = root @ root.T / n + 0.1 * np.eye(n)
    likeness = np.array([[1.0, 0.4, 0.0], [0.4, 1.0, 0.2], [0.0, 0.2, 1.0]])
    offset = rng.normal(-0.5, 1, (n, d))
    ordered = (rng.random((n, d)) < 0.4).astype(float)
    centred = offset - offset.mean(0)
    alpha, slopes = most_probable(spectrum(kernel), offset, centred, ordered, likeness, 0.3, steps=5000)
    inverse = np.linalg.inv(np.kron(kernel, likeness))

    def loss(values: np.ndarray) -> float:
        own, slope = values[: n * d], values[n * d :]
        logits = offset + own.reshape(n, d) + centred * slope
        fit = (np.logaddexp(0, logits) - ordered * logits).sum()
        return float(fit + own @ inverse @ own / 2 + (slope**2).sum() / 0.6)

    best = minimize(loss, np.zeros(n * d + d), method="BFGS", options={"gtol": 1e-6, "maxiter": 2000})
    assert kernel @ alpha == pytest.approx(best.x[: n * d].reshape(n, d), abs=0.02)
    assert slopes == pytest.approx(best.x[n * d :], abs=0.02)


def test_variances_are_found_again_where_there_are_many_admissions() -> None:
    rng = np.random.default_rng(3)
    n, d = 400, 60
    groups = rng.integers(0, 8, n)
    same = (groups[:, None] == groups[None]).astype(float)
    offset = rng.normal(-1, 0.5, (n, d))
    truth = offset + rng.normal(0, 0.5, d) + rng.normal(0, 0.6, (8, d))[groups]
    ordered = (rng.random((n, d)) < sigmoid(truth)).astype(float)
    patients = np.array([f"p{i}" for i in range(n)])
    found = variances(
        offset, ordered, patients, {"drug": np.ones((n, n)), "group": same}, {"drug": 0.7, "group": 0.7, "slope": 0.05}
    )
    assert found["drug"] == pytest.approx(0.25, abs=0.12)
    assert found["group"] == pytest.approx(0.36, abs=0.15)
    assert found["slope"] == pytest.approx(0.0, abs=0.05)


def test_history_says_own_class_and_others() -> None:
    classes = {"metoprolol": "beta", "atenolol": "beta", "heparin": "anticoagulant"}
    codes = [("med:metoprolol",), ("previous med:heparin", "dx:sepsis"), ()]
    terms = history_terms(("metoprolol", "atenolol", "heparin"), codes, lambda drug: classes.get(drug, ""))
    assert terms[0].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert terms[2].tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert terms[4].tolist() == [[0, 1, 1], [0, 0, 0], [0, 0, 0]]
    assert terms[1][1].tolist() == [0, 0, 1] and terms[5][1].tolist() == [1, 1, 0]


def test_habits_and_features_of_a_hospital_are_learned() -> None:
    rows, truth = hospital()
    new, new_truth = hospital(seed=0)
    held = np.arange(len(rows)) >= 100
    found = adapted(rows.at(~held))
    before, after = (log_loss(x, rows.ordered[held]) for x in (rows.logits[held], found.logits(rows.at(held))))
    assert after < before - 0.02
    error = np.abs(found.logits(rows.at(held)) - truth[held]).mean(), np.abs(rows.logits[held] - truth[held]).mean()
    assert error[0] < 0.8 * error[1]
    assert (new_truth == truth).all() and (new.ordered == rows.ordered).all()  # a seed is a hospital


def test_a_package_that_is_right_is_left_alone_or_hardly_moved() -> None:
    losses = []
    for seed in range(8):
        rows, truth = hospital(n=60, habits=0.0, features=0.0, seed=seed)
        found = adapt(rows)
        logits = rows.logits if isinstance(found, str) else found.logits(rows)
        expected = sigmoid(truth)
        losses.append(
            float(
                (np.logaddexp(0, logits) - expected * logits).mean()
                - (np.logaddexp(0, truth) - expected * truth).mean()
            )
        )
    assert np.mean(losses) <= 0.002


@pytest.mark.parametrize(
    ("lowest", "n", "share"),
    [(0.42, 30, (30 * 0.42 + 60 * 0.6) / 90), (0.42, 6000, (6000 * 0.42 + 60 * 0.997) / 6060), (1.3, 30, 66 / 90)],
)
def test_the_share_is_where_held_out_patients_lose_least_drawn_to_what_is_usual(
    lowest: float, n: int, share: float
) -> None:
    losses = {rho: 0.25 + 0.01 * (rho - lowest) ** 2 for rho in RHOS}
    assert share_to_use(losses, n) == pytest.approx(share, abs=6e-4)
    assert share_to_use(dict(reversed(losses.items())), n) == share_to_use(losses, n)


def test_nothing_is_used_where_held_out_patients_lose_by_any_share() -> None:
    assert share_to_use({rho: 0.25 + 0.01 * (rho + 0.02) ** 2 for rho in RHOS}, 30) == 0.0


def test_too_few_admissions_or_patients_are_said() -> None:
    rows, _ = hospital()
    few = np.arange(len(rows)) < 29
    assert "at least 30 admissions of 15 patients" in str(adapt(rows.at(few)))
    one = replace(rows, patients=np.array(["p"] * len(rows)))
    assert "of 1." in str(adapt(one))


def test_the_same_rows_give_the_same_numbers_whatever_their_order() -> None:
    rows, _ = hospital(n=80)
    shuffled = np.random.default_rng(5).permutation(len(rows))
    other = replace(
        rows,
        logits=rows.logits[shuffled],
        ordered=rows.ordered[shuffled],
        features=tuple(rows.features[i] for i in shuffled),
        history=rows.history[:, shuffled],
        patients=rows.patients[shuffled],
        groups=rows.groups[shuffled],
    )
    first, second = fit_once(rows, NO_PRIOR), fit_once(other, NO_PRIOR)
    assert second.logits(rows) == pytest.approx(first.logits(rows), abs=5e-3)


def test_a_hospital_of_another_group_gets_no_offset_and_rare_features_carry_nothing() -> None:
    rows, _ = hospital(n=80)
    groups = np.array(["north" if i % 2 else "south" for i in range(80)])
    features = tuple(
        each | {"everywhere"} | ({"rare"} if i < 4 else set()) | ({"seen"} if i < 5 else set())
        for i, each in enumerate(rows.features)
    )
    found = fit_once(replace(rows, groups=groups, features=features), NO_PRIOR)
    assert set(found.groups) == {"north", "south"}
    elsewhere = replace(rows, groups=np.array(["west"] * 80))
    none = replace(found, groups={})
    assert found.logits(elsewhere) == pytest.approx(none.logits(elsewhere))
    assert {"rare", "seen", "everywhere"} & set(found.features) == {"seen"}


def with_states(rows: SiteRows, width: int = 24, seed: int = 3) -> SiteRows:
    """The same admissions with states that tell one thing (half of their numbers do), on which drugs depend."""
    rng = np.random.default_rng(seed)
    told = rng.normal(size=len(rows))
    states = 2.0 + 3.0 * rng.normal(scale=0.3, size=(len(rows), width))
    states[:, : width // 2] += 3.0 * told[:, None]
    logits = rows.logits + told[:, None] * rng.normal(scale=1.5, size=len(rows.drugs))
    return replace(rows, ordered=rng.random(logits.shape) < sigmoid(logits), states=states)


def test_the_state_tells_of_drugs_what_nothing_else_does() -> None:
    rows = with_states(hospital(habits=0.0, features=0.0)[0])
    held = np.arange(len(rows)) >= 100
    with_state, without = (
        fit_once(each.at(~held), NO_PRIOR).logits(each.at(held)) for each in (rows, replace(rows, states=None))
    )
    assert log_loss(with_state, rows.ordered[held]) < log_loss(without, rows.ordered[held]) - 0.01
    found = fit_once(rows, NO_PRIOR).state
    assert found is not None
    assert found.mean == pytest.approx(np.asarray(rows.states).mean(0))
    assert np.abs(found.weights[:12]).mean() > 1.5 * np.abs(found.weights[12:]).mean()


def test_weights_of_the_state_say_what_the_gaussian_process_does() -> None:
    rows = with_states(hospital(n=40)[0])
    alike = kernels(rows)
    assert alike.state is not None
    alpha = np.random.default_rng(1).normal(size=(40, 3))
    states = standardised(np.asarray(rows.states), alike.state.mean, alike.state.deviation)
    assert states @ (alike.state.design @ alpha) == pytest.approx(alike.state.kernel @ alpha, abs=1e-9)
    assert np.diag(alike.state.kernel).mean() == pytest.approx(1.0)


def test_states_in_half_precision_give_the_same_logits() -> None:
    rows = with_states(hospital()[0], width=576)
    half = replace(rows, states=np.asarray(rows.states).astype(np.float16).astype(np.float64))
    found = fit_once(rows, NO_PRIOR)
    assert np.abs(found.logits(rows) - found.logits(half)).max() < 0.002
    assert np.abs(fit_once(half, NO_PRIOR).logits(half) - found.logits(rows)).max() < 0.002


def test_admissions_whose_state_was_not_kept_are_adapted_by_the_rest() -> None:
    rows = with_states(hospital(n=80)[0])
    states = np.array(rows.states)
    states[:20] = np.nan
    some = replace(rows, states=states)
    found = fit_once(some, NO_PRIOR)
    logits = found.logits(some)
    assert np.isfinite(logits).all()
    assert logits[:20] == pytest.approx(found.logits(replace(some, states=None))[:20])
    assert fit_once(replace(rows, states=np.full_like(states, np.nan)), NO_PRIOR).state is None


def own_drugs(rows: SiteRows, seed: int = 4) -> SiteRows:
    """The same hospital with three drugs that the package does not know: frequent, with its home use, and rare."""
    rng = np.random.default_rng(seed)
    n = len(rows)
    at_home = rng.random(n) < 0.3
    ordered = np.column_stack([rng.random(n) < 0.6, rng.random(n) < np.where(at_home, 0.8, 0.05), np.arange(n) < 4])
    history = np.zeros((len(HISTORY), n, 3))
    history[0, at_home, 1] = 1.0
    history[4, :, :] = 1.0 - history[0]
    return replace(
        rows,
        drugs=(*rows.drugs, "frequent", "home", "rare"),
        logits=np.hstack([rows.logits, np.zeros((n, 3))]),
        ordered=np.hstack([rows.ordered, ordered]),
        history=np.concatenate([rows.history, history], axis=2),
        n_outside=3,
    )


def test_drugs_that_the_package_does_not_know_are_learned_if_ordered_often_enough() -> None:
    known, _ = hospital()
    rows = own_drugs(known)
    found = adapted(rows)
    assert [(drug.name, drug.n_orders) for drug in found.own_drugs] == [
        (name, int(rows.ordered[:, d].sum())) for name, d in (("frequent", 20), ("home", 21))
    ]
    assert found.drugs == (*known.drugs, "frequent", "home")
    assert found.own_drugs[0].log_odds == pytest.approx(log_odds(rows.ordered[:, [20]])[0])
    p = sigmoid(found.logits(rows)[:, :22])
    assert p[:, 20].mean() == pytest.approx(rows.ordered[:, 20].mean(), abs=0.05)
    at_home = rows.history[0, :, 21] == 1
    assert p[at_home, 21].mean() > 0.4 > 0.2 > p[~at_home, 21].mean()


def test_drugs_of_the_hospitals_own_change_nothing_of_the_packages_candidates() -> None:
    known, _ = hospital(n=80)
    with_own, alone = fit_once(own_drugs(known), NO_PRIOR), fit_once(known, NO_PRIOR)
    assert with_own.logits(known) == pytest.approx(alone.logits(known), abs=5e-3)


def test_a_drugs_logits_do_not_depend_on_which_others_are_asked_for_and_unlearned_ones_stay() -> None:
    rows = own_drugs(hospital()[0])
    found = adapted(rows)
    everything = found.logits(rows)
    some = rows.of([2, 5, 21, 22])
    assert found.logits(some) == pytest.approx(everything[:, [2, 5, 21, 22]])
    assert (found.logits(rows)[:, 22] == rows.logits[:, 22]).all()


def test_the_threshold_lists_about_as_many_drugs_as_are_ordered_in_use() -> None:
    rows = own_drugs(hospital(n=300)[0])
    held = np.arange(len(rows)) >= 200
    found = adapted(rows.at(~held))
    listed = found.logits(rows.at(held))[:, :22] >= found.threshold
    assert listed.sum() / rows.ordered[held][:, :22].sum() == pytest.approx(1.0, abs=0.1)


def test_of_very_many_admissions_the_latest_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lamo_desktop.adapt.adaptation.MOST_ADMISSIONS", 100)
    rows, _ = hospital(n=160)
    found, latest = adapted(rows), adapted(rows.at(np.arange(160) >= 60))
    assert (found.n_admissions, found.n_earlier, latest.n_earlier) == (100, 60, 0)
    assert (found.logits(rows) == latest.logits(rows)).all()
