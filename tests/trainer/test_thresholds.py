import numpy as np
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.stats import mean_jaccard
from trainer.package.figures import figures
from trainer.package.thresholds import PRECISION_FLOORS, policy_thresholds

RNG = np.random.default_rng(3)
LOGITS = RNG.normal(-2, 1.5, (300, 40))
ORDERED = RNG.random(LOGITS.shape) < 1 / (1 + np.exp(-LOGITS))
TUNED = policy_thresholds(LOGITS, ORDERED)


def test_lists_are_no_longer_than_orders_and_nearly_as_long() -> None:
    listed = int((TUNED["no-more-than-ordered"] <= LOGITS).sum())
    assert ORDERED.sum() - 2 <= listed <= ORDERED.sum()


def test_balanced_has_the_best_jaccard_of_a_fine_grid() -> None:
    best = max(mean_jaccard(cut <= LOGITS, ORDERED) for cut in np.linspace(-4, 2, 300))
    assert mean_jaccard(TUNED["balanced"] <= LOGITS, ORDERED) > best - 0.001


def test_each_floor_is_kept_with_the_longest_list_that_keeps_it() -> None:
    floors = {floor: TUNED[f"precise-{floor:.2f}"] for floor in PRECISION_FLOORS if f"precise-{floor:.2f}" in TUNED}
    assert floors
    for floor, cut in floors.items():
        kept = ORDERED[cut <= LOGITS]
        assert kept.mean() >= floor
        for lower in np.sort(LOGITS[cut > LOGITS])[-2000::10]:
            assert ORDERED[lower <= LOGITS].mean() < floor
    assert (max(floors.values()) <= LOGITS).sum(1).mean() >= 0.5


def test_ties_enter_together() -> None:
    logits = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, -1.0]])
    ordered = np.array([[True, False, False], [True, True, False]])
    tuned = policy_thresholds(logits, ordered)
    assert tuned["no-more-than-ordered"] > 0.0  # four cells tie and only three were ordered
    assert tuned["balanced"] == -0.5


def test_thresholds_are_half_way_between_cells() -> None:
    tuned = policy_thresholds(np.array([[3.0, 1.0]]), np.array([[True, False]]))
    assert tuned["no-more-than-ordered"] == tuned["balanced"] == 2.0


def test_probabilities_of_few_admissions_tell_more_of_others_than_their_orders() -> None:
    p = 1 / (1 + np.exp(-LOGITS))
    expected = policy_thresholds(LOGITS, p)
    assert expected["no-more-than-ordered"] == pytest.approx(TUNED["no-more-than-ordered"], abs=0.03)  # many: the same
    few = [slice(start, start + 15) for start in range(0, 300, 15)]
    for policy in ("no-more-than-ordered", "balanced"):
        from_orders, from_p = (
            np.std([policy_thresholds(LOGITS[each], orders[each])[policy] for each in few]) for orders in (ORDERED, p)
        )
        assert from_p < from_orders / 2


def test_expected_jaccard_by_hand() -> None:
    p = np.array([[0.8, 0.5, 0.2], [0.0, 0.0, 0.0]])
    lists = np.array([[True, True, False], [False, False, False]])
    assert mean_jaccard(lists, p) == pytest.approx((1.3 / (2 + 1.5 - 1.3) + 0) / 2)


def test_without_orders_there_is_nothing_to_tune_on() -> None:
    with pytest.raises(InputError, match="nothing to tune on"):
        policy_thresholds(LOGITS, np.zeros(LOGITS.shape, dtype=bool))


def test_figures_of_a_case_done_by_hand() -> None:
    logits = np.array([[2.0, 1.0, -1.0], [0.5, -3.0, -2.0]])
    ordered = np.array([[True, False, True], [False, True, False]])
    found = figures(logits, logits > 0, ordered)
    assert found.admissions == 2
    assert found.jaccard == pytest.approx((1 / 3 + 0) / 2)
    assert found.ratio == pytest.approx(1.0)
    assert found.precision == pytest.approx(0.25)
    assert found.recall == pytest.approx(0.25)
    assert found.prauc == pytest.approx(((1 + 2 / 3) / 2 + 1 / 3) / 2)
    assert found.log_loss == pytest.approx(
        np.mean([np.log1p(np.exp(-2)), np.log1p(np.exp(1)), np.log1p(np.exp(1)), np.log1p(np.exp(0.5)),
                 np.log1p(np.exp(3)), np.log1p(np.exp(-2))])
    )  # fmt: skip
