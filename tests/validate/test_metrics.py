"""Agreement metrics against scikit-learn and against an example worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, jaccard_score, precision_score, recall_score

from lamo_desktop.validate.bootstrap import PatientBootstrap
from lamo_desktop.validate.metrics import (
    average_precision,
    averages,
    per_admission,
    pooled_average_precision,
    with_patient_means,
)
from lamo_desktop.validate.outcomes import Outcomes
from tests.validate.synthetic import hospital


def figures(outcomes: Outcomes) -> dict[str, float]:
    _, sums = PatientBootstrap(outcomes.patient_ids, 1).by_patient(per_admission(outcomes))
    return {name: float(value) for name, value in averages(with_patient_means(sums).sum(0)).items()}


def hand() -> Outcomes:
    """Four drugs, three admissions of two patients, drugs 0-1 and 2-3 interact."""
    interacting = np.zeros((4, 4), dtype=bool)
    interacting[[0, 1, 2, 3], [1, 0, 3, 2]] = True
    return Outcomes(
        admission_ids=("a", "b", "c"),
        patient_ids=("p", "p", "q"),
        drugs=("w", "x", "y", "z"),
        probabilities=np.array([[0.9, 0.8, 0.3, 0.1], [0.2, 0.6, 0.4, 0.1], [0.4, 0.3, 0.2, 0.1]], dtype=np.float32),
        recommended=np.array([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], dtype=bool),
        ordered=np.array([[1, 0, 1, 0], [0, 1, 1, 1], [0, 1, 0, 0]], dtype=bool),
        thresholds=np.full(4, 0.5),
        interacting=interacting,
        n_outside=np.array([1, 0, 1]),
    )


def test_hand_computed_example():
    f = figures(hand())
    # a: P = {w, x}, G = {w, y}; b: P = {x}, G = {x, y, z}; c: P empty, G = {x}
    assert f["visit_mean.jaccard"] == pytest.approx((1 / 3 + 1 / 3 + 0) / 3)
    assert f["visit_mean.precision"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert f["visit_mean.recall"] == pytest.approx((1 / 2 + 1 / 3 + 0) / 3)
    assert f["visit_mean.f1"] == pytest.approx((1 / 2 + 1 / 2 + 0) / 3)
    # rankings: a orders at ranks 1 and 3; b at 1, 2 and 4; c at 2
    prauc = [(1 + 2 / 3) / 2, (1 + 1 + 3 / 4) / 3, 1 / 2]
    assert f["visit_mean.prauc"] == pytest.approx(np.mean(prauc))
    assert f["patient_mean.prauc"] == pytest.approx((np.mean(prauc[:2]) + prauc[2]) / 2)
    assert f["patient_mean.jaccard"] == pytest.approx((1 / 3 + 0) / 2)
    assert f["micro.precision"] == pytest.approx(2 / 3)
    assert f["micro.recall"] == pytest.approx(2 / 6)
    assert f["micro.jaccard"] == pytest.approx(2 / 7)
    assert f["overprescribing_ratio"] == pytest.approx(3 / 6)
    # DDI: a recommends the pair w-x (1 of 1), b and c have no pair; ordered: a none of 1, b y-z is 1 of 3
    assert f["visit_mean.ddi_rate"] == pytest.approx(1 / 3)
    assert f["micro.ddi_rate"] == pytest.approx(1.0)
    assert f["visit_mean.ddi_rate_ordered"] == pytest.approx((0 + 1 / 3 + 0) / 3)
    assert f["micro.ddi_rate_ordered"] == pytest.approx(1 / 4)
    assert f["coverage.orders_in_vocabulary"] == pytest.approx(6 / 8)
    assert f["coverage.micro_recall_all_orders"] == pytest.approx(2 / 8)


def test_agrees_with_scikit_learn():
    o = hospital(200, 30, seed=3)
    f = figures(o)
    for name, score in (
        ("jaccard", jaccard_score),
        ("f1", f1_score),
        ("precision", precision_score),
        ("recall", recall_score),
    ):
        assert f[f"visit_mean.{name}"] == pytest.approx(
            score(o.ordered, o.recommended, average="samples", zero_division=0)
        )
        assert f[f"micro.{name}"] == pytest.approx(score(o.ordered, o.recommended, average="micro"))
    has_orders = o.ordered.any(1)
    expected = [
        average_precision_score(y, p) for y, p in zip(o.ordered[has_orders], o.probabilities[has_orders], strict=True)
    ]
    assert average_precision(o.probabilities, o.ordered)[has_orders] == pytest.approx(np.array(expected))
    assert pooled_average_precision(o.probabilities, o.ordered) == pytest.approx(
        average_precision_score(o.ordered.ravel(), o.probabilities.ravel())
    )


def test_tied_probabilities_count_as_one_step():
    rng = np.random.default_rng(1)
    p, y = rng.integers(0, 4, (100, 12)).astype(np.float32) / 4, rng.random((100, 12)) < 0.4
    y[:, 0] = True
    expected = [average_precision_score(a, b) for a, b in zip(y, p, strict=True)]
    assert average_precision(p, y) == pytest.approx(np.array(expected))


def test_no_order_and_no_drug_give_zero_not_an_error():
    assert average_precision(np.ones((2, 3), np.float32), np.zeros((2, 3), bool)).tolist() == [0, 0]
    assert average_precision(np.ones((2, 0), np.float32), np.zeros((2, 0), bool)).tolist() == [0, 0]


def test_row_order_does_not_matter():
    o = hospital(150, 20, seed=5)
    shuffled = o.rows(np.random.default_rng(2).permutation(150))
    assert figures(shuffled) == pytest.approx(figures(o), rel=1e-12, nan_ok=True)
