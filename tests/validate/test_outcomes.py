"""From Recommendations to Outcomes: what is compared, what is left out, and what is counted."""

from dataclasses import replace

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission, AttritionStep, PreviousStay
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.recommend.policy import Policy, probabilities, recommended
from lamo_desktop.recommend.recommendations import Recommendation, Recommendations
from lamo_desktop.validate import from_recommendations
from tests.validate.test_overlay import PACKAGE

FORMULARY = load_formulary()
DRUGS = ("simvastatin", "amiodarone", "metoprolol")
POLICY = Policy(threshold_shift=0.25)


def item(n, orders, state="done", scores=(1.0, -3.0, 0.5), **more):
    p = probabilities(PACKAGE, DRUGS, np.array([scores]))[0] if state == "done" else np.full(3, np.nan)
    return Recommendation(
        admission=Admission(f"a{n}", f"p{n}", orders=orders, labels={"unit": "MICU"} if n % 2 else {}, **more),
        state=state,
        candidates=DRUGS,
        probabilities=p,
        recommended=recommended(PACKAGE, DRUGS, p[None], POLICY)[0],
        ordered=np.array([d in (orders or ()) for d in DRUGS]),
        seconds=1.5,
        prefix_tokens=100 + n,
        cut=("past history",) if n == 1 else (),
    )


def gather(*items):
    recommendations = Recommendations(
        candidates=DRUGS,
        items=items,
        attrition=(AttritionStep("adults", len(items), 2, "under 18"),),
        unmapped={"XYZ": 4},
        provenance={"input": {"profile": "flat"}},
    )
    return from_recommendations(recommendations, PACKAGE, FORMULARY, POLICY)


def test_states_of_the_model_are_rows_of_the_admissions_and_missing_ones_are_nan():
    known, none = item(1, ("metoprolol",)), item(2, ("metoprolol",))
    known = replace(known, prefix_state=np.array([1.5, -2.0], dtype=np.float16))
    o = gather(known, none)
    assert o.states[0].tolist() == [1.5, -2.0] and np.isnan(o.states[1]).all()
    assert o.rows(np.array([True, False])).states.tolist() == [[1.5, -2.0]]
    assert gather(none).states is None


def test_only_scored_admissions_with_a_candidate_order_are_compared():
    o = gather(
        item(1, ("metoprolol", "simvastatin", "zinc"), age=50, sex="male", unmapped_orders=("XYZ", "XYZ", "Q")),
        item(2, ("zinc",)),
        item(3, None),
        item(4, ("simvastatin",), state="failed"),
        item(5, ("amiodarone",), previous=PreviousStay(age=80), age=81),
    )
    assert o.admission_ids == ("a1", "a5") and o.patient_ids == ("p1", "p5")
    assert (o.n_without_candidates, o.n_without_orders, o.n_failed) == (1, 1, 1)
    assert o.ordered.tolist() == [[True, False, True], [False, True, False]]
    assert o.n_outside.tolist() == [1, 0] and o.n_unmapped.tolist() == [2, 0]
    assert o.outside == {"zinc": 2} and o.unmapped == {"XYZ": 4} and o.cut == {"past history": 1}
    assert o.labels["age band"] == ("45-64", "80 and over") and o.labels["sex"] == ("male", "")
    assert o.labels["visit"] == ("first", "repeat") and o.labels["unit"] == ("MICU", "MICU")
    assert o.missing["sex"] == 1 and o.missing["age"] == 0 and o.missing["allergies"] == 2
    assert o.seconds.tolist() == [1.5, 1.5] and o.prefix_tokens.tolist() == [101, 105]
    assert o.attrition == (("adults", 5, 2, "under 18"),)


def test_thresholds_are_those_the_lists_were_cut_with():
    o = gather(*(item(n, ("simvastatin",), scores=tuple(np.linspace(-4, 4, 3) + n / 3)) for n in range(12)))
    assert ((o.probabilities >= o.thresholds) == o.recommended).all() and 0 < o.recommended.mean() < 1


def test_interactions_come_from_the_formulary_with_their_source():
    o = gather(item(1, ("simvastatin",)))
    assert o.interacting[0, 1] and o.interacting[1, 0] and not o.interacting.diagonal().any()
    assert o.interaction_source
    assert o.drug_classes == tuple(FORMULARY.drug_class(d) for d in DRUGS)


def test_no_orders_says_what_to_do_instead():
    with pytest.raises(InputError, match=r"needs what clinicians ordered.*lamo recommend"):
        gather(item(1, None), item(2, None))
    with pytest.raises(InputError, match="nothing to compare"):
        gather(item(1, ("zinc",)))
    with pytest.raises(InputError, match="nothing to compare"):
        gather(item(1, ("simvastatin",), state="failed"))
