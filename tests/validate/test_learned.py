"""What is told of an adaptation: the same counts and ratios in tables, report and words; small groups are left out."""

from dataclasses import replace

import numpy as np
import pytest

from lamo_desktop.adapt import patient_tags
from lamo_desktop.admissions.cohort import Source
from lamo_desktop.report.html import render
from lamo_desktop.report.learned_tables import learned_tables
from lamo_desktop.report.validation_tables import all_tables
from lamo_desktop.validate.adaptation import SiteAdaptation, evaluate_adaptation
from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay, make_adaptation_overlay, n_learned_from
from lamo_desktop.validate.learned import LearningCounts, what_was_learned
from lamo_desktop.validate.readapt import Readaptation, compare_with_earlier
from lamo_desktop.validate.validation import Validation, ValidationOptions, validate
from tests.adapt.sites import site
from tests.validate.test_overlay import PACKAGE

KEY = b"k" * 32
SITE = site(PACKAGE)


@pytest.fixture(scope="module")
def validation() -> Validation:
    return validate(SITE, ValidationOptions(n_resamples=30, baselines=False, recalibration=False, adaptation=True))


@pytest.fixture(scope="module")
def overlay(validation: Validation) -> AdaptationOverlay:
    found = validation.adaptation
    assert isinstance(found, SiteAdaptation) and found.adaptation is not None
    return make_adaptation_overlay(found.adaptation, SITE, PACKAGE, "here", KEY, found)


def test_drugs_are_told_with_orders_expected_orders_and_the_ratio_that_is_used(overlay: AdaptationOverlay) -> None:
    learned = overlay.learned
    drugs = {drug.name: drug for drug in (*learned.more, *learned.less)}
    assert drugs and all(drug.odds > 1 for drug in learned.more) and all(drug.odds < 1 for drug in learned.less)
    for d, name in enumerate(SITE.drugs):
        if name in drugs:
            assert drugs[name].n_ordered == SITE.ordered[:, d].sum()
            assert drugs[name].expected == pytest.approx(SITE.probabilities[:, d].sum(), rel=1e-5)
    assert {group.name for group in learned.groups} <= {"north", "south"}
    assert all(part.n_admissions >= 11 for part in (*learned.features, *learned.groups))
    assert overlay.adaptation.rho == learned.rho


@pytest.mark.parametrize(("more_expected", "told"), [(0.3, False), (-0.3, False), (2.0, False), (-2.0, True)])
def test_a_drug_is_ordered_more_only_where_the_counts_say_so(
    overlay: AdaptationOverlay, more_expected: float, told: bool
) -> None:
    first = overlay.learned.more[0]
    place = overlay.adaptation.drugs.index(first.name)
    expected = overlay.expected.copy()
    expected[place] = first.n_ordered + more_expected
    counts = LearningCounts(overlay.n_ordered, expected, overlay.terms.feature_shares, overlay.group_sizes)
    names = {drug.name for drug in what_was_learned(overlay.adaptation, counts).drugs}
    assert (first.name in names) == told


def test_report_and_workbook_tell_the_same_table_from_the_same_place(
    validation: Validation, overlay: AdaptationOverlay
) -> None:
    of_overlay = {table.key: table.rows for table in learned_tables(overlay.learned)}
    of_report = {table.key: table.rows for table in all_tables(validation) if table.key in of_overlay}
    assert of_report.keys() == of_overlay.keys() and "Learned drugs" in of_overlay
    for key, rows in of_overlay.items():
        assert [row[:2] for row in rows] == [row[:2] for row in of_report[key]]
    page = render(validation)
    assert "Drugs ordered more or less here than the model expects" in page
    assert overlay.learned.more[0].name in page and f"rho {overlay.adaptation.rho:g}" in page


@pytest.mark.parametrize(("adapted", "shipped", "word"), [(0.30, 0.25, "no better"), (0.25, 0.30, "better")])
def test_the_report_judges_by_the_held_out_patients_of_the_outer_folds(
    validation: Validation, adapted: float, shipped: float, word: str
) -> None:
    found = validation.adaptation
    assert isinstance(found, SiteAdaptation)
    told = replace(found, log_losses={**found.log_losses, "adapted": adapted, "shipped": shipped})
    page = render(replace(validation, adaptation=told))
    assert f"the adapted model&#x27;s probabilities are {word} than as shipped" in page or (
        f"the adapted model's probabilities are {word} than as shipped" in page
    )


def test_admissions_that_it_was_learned_from_are_known_and_said(
    validation: Validation, overlay: AdaptationOverlay
) -> None:
    strangers = (*SITE.patient_ids[:3], "x1", "x2")
    again = Source("", {"again.csv": "a" * 64}, "flat")
    other = replace(again, files={"other.csv": "b" * 64})
    assert n_learned_from(overlay, strangers, other, KEY) == 3
    assert n_learned_from(overlay, strangers, again, b"another computer's key, 32 bytes") == 5
    assert n_learned_from(overlay, strangers, other, None) == 0
    assert n_learned_from(overlay, strangers, replace(other, numbered_patients=True), KEY) == 0
    assert n_learned_from(overlay, strangers, replace(again, numbered_patients=True), KEY) == 5
    page = render(replace(validation, outcomes=replace(SITE, n_learned_from=7)))
    assert "7 of the 120 admissions are of patients that the site overlay in use was learned from" in page


def test_again_it_is_compared_on_new_patients_alone(overlay: AdaptationOverlay) -> None:
    more = site(PACKAGE, n=180, seed=3)
    ids = (*SITE.patient_ids[:60], *(f"new {name}" for name in more.patient_ids[60:]))
    later = replace(more, patient_ids=ids)
    found = evaluate_adaptation(later, n_resamples=30)
    assert isinstance(found, SiteAdaptation)
    compared = compare_with_earlier(overlay, found, later, KEY, n_resamples=30)
    assert isinstance(compared, Readaptation)
    assert (compared.n_new, compared.n_known) == (120, 60)
    assert compared.new.value - compared.earlier.value == pytest.approx(compared.new_minus_earlier.value)
    elsewhere = replace(overlay, tags=patient_tags.tags(SITE.patient_ids, b"x" * 32))
    said = compare_with_earlier(elsewhere, found, later, KEY, n_resamples=30)
    assert isinstance(said, str) and "another computer" in said
    assert found.held_out_logits.shape[0] == 180 and np.isfinite(found.held_out_logits).all()
