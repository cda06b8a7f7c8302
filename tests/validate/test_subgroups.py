"""Subgroups, drug tables and the small-cell rule."""

from dataclasses import replace

import numpy as np
import pytest

from lamo_desktop.validate.bootstrap import PatientBootstrap
from lamo_desktop.validate.metrics import per_admission
from lamo_desktop.validate.subgroups import by_class, by_decile, by_drug, drug_counts, subgroups
from tests.validate.synthetic import hospital

SITE = hospital(300, 25, seed=2)
BOOTSTRAP = PatientBootstrap(SITE.patient_ids, 100)


def labelled(column, values):
    return replace(SITE, labels={column: tuple(values)})


def test_figures_of_a_group_are_those_of_its_rows():
    found = subgroups(SITE, per_admission(SITE), BOOTSTRAP)
    female = next(g for g in found if g.value == "female")
    mask = np.array(SITE.labels["sex"]) == "female"
    assert female.n_admissions == mask.sum()
    both, either = (SITE.recommended & SITE.ordered)[mask].sum(1), (SITE.recommended | SITE.ordered)[mask].sum(1)
    jaccard = np.divide(both, either, out=np.zeros(len(both)), where=either > 0)
    assert female.figures["visit_mean.jaccard"].value == pytest.approx(jaccard.mean())
    assert female.figures["overprescribing_ratio"].value == pytest.approx(
        SITE.recommended[mask].sum() / SITE.ordered[mask].sum()
    )
    male = next(g for g in found if g.value == "male")
    assert female.difference.value == pytest.approx(-male.difference.value)


def test_a_group_of_one_is_suppressed_and_the_rule_is_adjustable():
    o = labelled("unit", ["ICU"] + ["ward"] * 299)
    alone = next(g for g in subgroups(o, per_admission(o), BOOTSTRAP) if g.value == "ICU")
    assert alone.n_admissions is None and not alone.figures and alone.difference is None
    ward = next(g for g in subgroups(o, per_admission(o), BOOTSTRAP) if g.value == "ward")
    assert ward.difference is None  # it would give the single admission away
    shown = subgroups(o, per_admission(o), BOOTSTRAP, small_cell=1)
    assert next(g for g in shown if g.value == "ICU").n_admissions == 1


def test_columns_of_one_value_and_identifiers_are_left_out():
    assert subgroups(labelled("site", ["A"] * 300), per_admission(SITE), BOOTSTRAP) == ()
    assert subgroups(labelled("id", [f"x{i}" for i in range(300)]), per_admission(SITE), BOOTSTRAP) == ()


def test_many_values_are_pooled_as_other_and_none_is_lost():
    o = labelled("hospital", [f"h{i % 45:02d}" for i in range(300)])
    found = subgroups(o, per_admission(o), BOOTSTRAP, small_cell=1)
    assert len(found) == 30 and sum(g.n_admissions for g in found) == 300
    assert found[-1].value == "other"


def test_drug_counts_add_up():
    counts = drug_counts(SITE, BOOTSTRAP)
    rows = by_drug(counts, small_cell=40)
    assert sum(r.n_ordered for r in rows) == SITE.ordered.sum() == sum(r.n_ordered for r in by_decile(counts))
    assert sum(r.recommended_only for r in rows) == (SITE.recommended & ~SITE.ordered).sum()
    assert sum(r.ordered_only for r in rows) == (~SITE.recommended & SITE.ordered).sum()
    assert all(r.n_ordered >= 40 for r in rows[:-1]) and "fewer than 40" in rows[-1].name
    classes = by_class(counts)
    assert sum(r.n_recommended for r in classes) == SITE.recommended.sum()
    assert [r.n_ordered for r in classes] == sorted((r.n_ordered for r in classes), reverse=True)
