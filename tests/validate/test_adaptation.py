"""What adapting to a hospital would bring: on held-out patients, over candidates and over every ordered drug."""

from dataclasses import replace

import numpy as np
import pytest

from lamo_desktop.adapt.adaptation import LEAST_ORDERS
from lamo_desktop.validate.adaptation import (
    JACCARD,
    UNLISTED,
    WITHOUT_PACKAGE,
    LearningPoint,
    SiteAdaptation,
    evaluate_adaptation,
    lists_of,
    rows_of,
    what_more_would_bring,
)
from lamo_desktop.validate.outcomes import Outcomes
from tests.validate.synthetic import hospital


def with_outside_orders(n: int = 90) -> Outcomes:
    """A hospital that orders zinc in half of its admissions, selenium in two; its habits differ from the model's."""
    outcomes = hospital(n, d=12, seed=4)
    rng = np.random.default_rng(5)
    p = outcomes.probabilities.copy()
    p[:, :4] = 0.1  # the model hardly knows its four most frequent drugs
    zinc, selenium = rng.random(n) < 0.5, np.arange(n) < 2
    outside = tuple(
        tuple(name for name, given in (("selenium", s), ("zinc", z)) if given)
        for s, z in zip(selenium, zinc, strict=True)
    )
    return replace(outcomes, probabilities=p, outside_orders=outside, outside_classes={"zinc": "mineral"})


@pytest.fixture(scope="module")
def found() -> SiteAdaptation:
    evaluated = evaluate_adaptation(with_outside_orders(), n_resamples=100)
    assert not isinstance(evaluated, str)
    return evaluated


def test_rows_hold_the_candidates_and_then_every_other_ordered_drug() -> None:
    outcomes = with_outside_orders()
    rows = rows_of(outcomes)
    assert (rows.n_candidates, rows.n_outside) == (12, 2)
    assert rows.drugs[12:] == ("selenium", "zinc")
    assert (rows.ordered[:, :12] == outcomes.ordered).all()
    assert rows.ordered[:, 12:].sum(0).tolist() == [2, sum("zinc" in drugs for drugs in outcomes.outside_orders)]
    assert rows.group_label == "unit"
    one = replace(outcomes, labels={**outcomes.labels, "unit": ("MICU",) * 90})
    assert rows_of(one).group_label == ""


def test_frequent_drugs_of_the_hospitals_own_can_be_listed_and_rare_ones_cannot(found: SiteAdaptation) -> None:
    assert found.adaptation is not None
    assert [drug.name for drug in found.adaptation.own_drugs] == ["zinc"]
    assert found.adaptation.own_drugs[0].n_orders >= LEAST_ORDERS
    logits = lists_of(found.adaptation)(rows_of(with_outside_orders()))
    assert (logits[:, 12] == UNLISTED).all() and (logits[:, 13] > UNLISTED).all()
    assert (lists_of("as shipped")(rows_of(with_outside_orders()))[:, 12:] == UNLISTED).all()


def test_thirty_admissions_are_judged_though_the_folds_within_have_fewer() -> None:
    evaluated = evaluate_adaptation(with_outside_orders(30), n_resamples=20)
    assert not isinstance(evaluated, str) and evaluated.n_fitting == 24
    assert evaluated.folds_as_shipped == 0
    assert evaluated.log_losses["adapted"] != evaluated.log_losses["shipped"]
    assert evaluated.adapted_minus_shipped[JACCARD].value != 0


def test_over_all_orders_own_drugs_widen_what_can_be_listed(found: SiteAdaptation) -> None:
    every = found.all_orders
    ordered = rows_of(with_outside_orders()).ordered
    assert every.coverage_shipped == pytest.approx(ordered[:, :12].sum() / ordered.sum())
    assert every.coverage_adapted == pytest.approx(ordered[:, [*range(12), 13]].sum() / ordered.sum())
    assert every.n_own_drugs == 1.0
    assert every.adapted.value > every.shipped.value + 0.03
    assert every.adapted_minus_shipped.value == pytest.approx(every.adapted.value - every.shipped.value)
    assert every.adapted_minus_shipped.low > 0


def test_adapted_shipped_and_these_rows_alone_are_judged_on_the_same_admissions(found: SiteAdaptation) -> None:
    assert found.n_evaluation == 90 and found.n_fitting == 72
    assert found.adapted[JACCARD].value > found.shipped[JACCARD].value
    assert found.better and found.chosen == "adapted"
    assert set(found.log_losses) == {"shipped", "adapted", found.site_only_name}
    assert found.held_out_logits.shape == (90, 12)
    again = evaluate_adaptation(with_outside_orders(), n_resamples=100)
    assert not isinstance(again, str) and again.adapted == found.adapted


def test_the_method_without_the_package_knows_neither_its_logits_nor_its_state() -> None:
    outcomes = with_outside_orders(60)
    states = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    shares: list[float] = []
    with_states = evaluate_adaptation(replace(outcomes, states=states), 50, shares.append)
    other = evaluate_adaptation(replace(outcomes, probabilities=np.full_like(outcomes.probabilities, 0.3)), 50)
    assert not isinstance(with_states, str) and not isinstance(other, str)
    if WITHOUT_PACKAGE in (with_states.site_only_name, other.site_only_name):
        assert with_states.site_only == other.site_only
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 10


def test_of_very_many_admissions_the_latest_are_used_and_it_says_how_many_were_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lamo_desktop.validate.adaptation.MOST_ADMISSIONS", 60)
    evaluated = evaluate_adaptation(with_outside_orders(), n_resamples=50)
    assert not isinstance(evaluated, str)
    assert (evaluated.n_evaluation, evaluated.n_earlier) == (60, 30)
    assert evaluated.adaptation is None or evaluated.adaptation.n_earlier == 30


def test_what_more_admissions_would_bring_is_said_in_words(found: SiteAdaptation) -> None:
    rising = replace(found, learning=(LearningPoint(60, 0.3, 0.30), LearningPoint(120, 0.29, 0.32)))
    assert what_more_would_bring(rising) == (
        "100 more admissions would bring about +0.017 Jaccard (0.320 to 0.337), if it goes on as from 60 to 120."
    )
    flat = replace(found, learning=(LearningPoint(60, 0.3, 0.32), LearningPoint(120, 0.29, 0.32)))
    assert "bring nothing that can be told" in what_more_would_bring(flat)
    assert "too few" in what_more_would_bring(replace(found, learning=flat.learning[:1]))
