"""Two models on the same admissions."""

from dataclasses import replace

import numpy as np
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.recommend.recommendations import Recommendation, Recommendations
from lamo_desktop.report.validation_group_tables import comparisons
from lamo_desktop.validate import ValidationOptions, validate
from lamo_desktop.validate.compare import on_same_rows
from tests.validate.synthetic import hospital
from tests.validate.test_outcomes import item
from tests.validate.test_overlay import PACKAGE


def other_model(site, drugs, probability=0.4) -> Recommendations:
    """A model with its own candidates that gives every drug the same probability and recommends the first of them."""
    d = len(drugs)
    made = [
        Recommendation(
            admission=replace(item(1, ("x",)).admission, admission_id=name),
            state="done",
            candidates=drugs,
            probabilities=np.full(d, probability),
            recommended=np.arange(d) == 0,
            ordered=np.zeros(d, dtype=bool),
            seconds=2.5,
        )
        for name in reversed(site.admission_ids)
    ]
    return Recommendations(candidates=drugs, items=tuple(made))


def test_rows_and_drugs_are_put_in_the_first_models_places():
    site = hospital(60, 6, seed=1)
    drugs = ("a drug of its own", site.drugs[3], site.drugs[0])
    rival = on_same_rows(site, other_model(site, drugs), PACKAGE)
    assert rival.admission_ids == site.admission_ids and (rival.ordered == site.ordered).all()
    assert (rival.probabilities[:, [0, 3]] == np.float32(0.4)).all() and not rival.probabilities[:, [1, 2, 4, 5]].any()
    assert not rival.recommended.any()  # its only drug is no candidate here
    assert rival.model["name"] == PACKAGE.name


def test_a_missing_admission_is_named():
    site = hospital(20, 6, seed=1)
    with pytest.raises(InputError, match="no score for 1 of 20 admissions, the first being a19"):
        on_same_rows(site, other_model(site.rows(np.arange(19)), site.drugs), PACKAGE)


def test_the_report_shows_paired_differences_and_time():
    site = hospital(80, 8, seed=2)
    rival = on_same_rows(site, other_model(site, site.drugs), PACKAGE)
    v = validate(site, ValidationOptions(n_resamples=100, recalibration=False), others={"rival": rival})
    found = v.comparisons[-1]
    assert found.name == "rival" and found.seconds == 2.5 and v.comparisons[0].seconds is None
    own, theirs = v.estimates["visit_mean.jaccard"].value, found.figures["visit_mean.jaccard"].value
    assert found.difference["visit_mean.jaccard"].value == pytest.approx(own - theirs)
    assert comparisons(v)[0].rows[-1][-1] == 2.5
    assert "rival" not in next(f for f in v.findings if "simple" in f.question).text


def test_a_model_compared_with_itself_differs_by_nothing():
    site = hospital(80, 8, seed=2)
    v = validate(site, ValidationOptions(n_resamples=50, baselines=False, recalibration=False), others={"same": site})
    for e in v.comparisons[0].difference.values():
        assert (e.value, e.low, e.high) == pytest.approx((0, 0, 0), abs=1e-12)
