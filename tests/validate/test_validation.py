"""The whole validation: contract keys, determinism, verdicts, recalibration, report and workbook."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.report.html import render, write_report
from lamo_desktop.report.tripod import checklist
from lamo_desktop.report.validation_tables import metrics, missingness
from lamo_desktop.report.validation_workbook import write_validation_workbook
from lamo_desktop.validate import ValidationOptions, validate
from lamo_desktop.validate.recalibrate import fit, recalibrate
from tests.validate.synthetic import hospital

FAST = ValidationOptions(n_resamples=100, adaptation=True)


@pytest.fixture(scope="module")
def validation():
    return validate(hospital(240, 20, seed=7), FAST)


def test_the_checklist_states_numbers_and_no_placeholder(validation):
    answers = {item.number: item.answer for item in checklist(validation)}
    assert "20 candidate drugs" in answers["16d"] and "240 admissions" in answers["16d"]
    assert not [answer for answer in answers.values() if re.search(r"[{}$]", answer)]


def test_the_checklist_knows_of_an_overlay(validation):
    facts = {"name": "Ward 7", "created": "2026-11-28", "admissions": 119}
    outcomes = replace(validation.outcomes, provenance={"site": facts}, n_learned_from=6)
    told = replace(validation, outcomes=outcomes, recalibration=None, adaptation="Not tried.")
    answers = {item.number: item.answer for item in checklist(told)}
    for number in ("4", "6e", "18"):
        assert "119 of the hospital's own admissions" in answers[number]
        assert "site overlay Ward 7 of 2026-11-28; 6 of these 240 are of the same patients" in answers[number]
    assert "not on these" not in answers["6e"]
    shipped = {item.number: item.answer for item in checklist(replace(told, outcomes=validation.outcomes))}
    assert "not on these" in shipped["6e"] and shipped["18"] == "The model was not updated here."


def test_json_has_the_contract_keys_and_intervals_beside_each_metric(validation):
    content = json.loads(json.dumps(validation.to_json(), allow_nan=False))
    names = {"jaccard", "f1", "precision", "recall", "prauc", "ddi_rate"}
    for average in ("visit_mean", "patient_mean", "micro"):
        assert names <= set(content[average])
        for name in names:
            low, high = content["intervals"][average][name]
            assert low <= content[average][name] <= high
    assert {"slope", "intercept", "brier", "ece"} <= set(content["calibration"])
    for key in (
        "n_admissions",
        "n_recommended",
        "n_ordered",
        "overprescribing_ratio",
        "coverage",
        "model",
        "subgroups",
    ):
        assert key in content
    assert len(content["comparisons"]) == 4 and content["recalibration"]["helps"] in (True, False)


def test_same_rows_in_any_order_give_the_same_figures(validation):
    shuffled = hospital(240, 20, seed=7).rows(np.random.default_rng(1).permutation(240))
    again = validate(shuffled, FAST)
    for name, e in validation.estimates.items():
        for a, b in zip((e.value, e.low, e.high), _parts(again.estimates[name]), strict=True):
            assert b == pytest.approx(a, rel=1e-9, abs=1e-9), name
    for one, two in zip(validation.comparisons, again.comparisons, strict=True):
        assert two.figures["visit_mean.jaccard"].value == pytest.approx(
            one.figures["visit_mean.jaccard"].value, abs=2e-3
        )


def _parts(e):
    return e.value, e.low, e.high


def test_few_admissions_are_reported_with_a_plain_warning():
    v = validate(hospital(20, 12, seed=1), FAST)
    assert v.few and v.findings[0].level == "poor" and "too few" in v.findings[0].text
    assert {finding.level for finding in v.findings[1:]} == {"caution"}  # no verdict, good or bad, stands beside that
    assert all(finding.text.startswith("Too few admissions to say. ") for finding in v.findings[1:])
    leads = ("Not clearly", "With care", "Not shown", "Yes", "No:", "Not as they are")
    assert not any(lead in finding.text for lead in leads for finding in v.findings[1:])
    assert "Only 20 admissions" in render(v) and v.recalibration is None
    assert "as old as the orders" not in missingness(v).note
    measured = replace(v, outcomes=replace(v.outcomes, missing={"age": 2, "observations": 5}))
    table = missingness(measured)
    assert table.rows[1][:2] == ("findings of the first day", 5) and "as old as the orders" in table.note
    one = hospital(20, 12, seed=1).rows(np.array([0]))
    assert json.dumps(validate(one, FAST).to_json(), allow_nan=False)


def test_an_overprescribing_model_is_called_so():
    o = hospital(240, 20, seed=7)
    v = validate(replace(o, recommended=o.probabilities >= 0.05), ValidationOptions(n_resamples=100, baselines=False))
    assert v.findings[0].level == "poor" and "overprescribes" in v.findings[0].text
    assert v.comparisons == ()


def test_recalibration_mends_a_spoiled_model_and_leaves_a_good_one_alone():
    spoiled = recalibrate(hospital(600, 20, seed=8, tilt=0.5, shift=-1.0), 100)
    assert spoiled.helps and abs(spoiled.after["calibration.slope"].value - 1) < 0.15 < abs(
        spoiled.before["calibration.slope"].value - 1
    )
    assert spoiled.difference["calibration.ece"].high < 0
    assert 0.9 < spoiled.after["overprescribing_ratio"].value < 1.1
    good = recalibrate(hospital(600, 20, seed=8), 100)
    assert abs(good.log_loss_after - good.log_loss_before) < 0.01
    assert recalibrate(hospital(30, 20, seed=8), 100) is None


def test_fitting_and_evaluation_share_no_patient():
    o = hospital(200, 10, seed=3)
    r = recalibrate(o, 50)
    assert r.n_fitting + r.n_evaluation == 200 and r.learning[-1].n_admissions == r.n_fitting
    calibration = fit(o)
    assert (calibration.scale > 0).all() and calibration.apply(o).recommended.sum() <= o.ordered.sum()


class _Checker(HTMLParser):
    VOID = frozenset({"meta", "br", "line", "circle", "rect", "polyline", "polygon"})

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [v or "" for k, v in attrs if k in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)


def test_the_report_is_one_offline_well_formed_file(validation, tmp_path):
    write_report(validation, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    checker = _Checker()
    checker.feed(text)
    assert checker.open == [] and "script" not in checker.tags and {"svg", "table", "figure"} <= checker.tags
    assert all(link.startswith("#") for link in checker.links)
    assert (
        not re.search(r"https?://", text)
        and "$" not in text
        and "nan" not in re.sub("[a-z]*nan[a-z]+", "", text.lower())
    )
    for part in ("TRIPOD-LLM", "Decision curve", "Calibration", "Provenance", "Not for prescribing"):
        assert part in text
    assert list(tmp_path.iterdir()) == [tmp_path / "report.html"]


def test_a_suppressed_group_shows_its_name_and_nothing_else():
    o = hospital(60, 8, seed=2)
    o = replace(o, labels={"unit": ("Burns", *("ward",) * 59)})
    v = validate(o, ValidationOptions(n_resamples=50, baselines=False, recalibration=False))
    assert "<td>Burns</td><td" in render(v) and "&lt;11" in render(v)
    burns = next(g for g in v.to_json()["subgroups"] if g["value"] == "Burns")
    assert burns["n_admissions"] is None and burns["figures"] == {} and burns["difference"] is None


def test_several_suppressed_groups_are_one_without_names_at_every_door():
    o = hospital(60, 8, seed=2)
    o = replace(o, labels={"unit": ("Burns", "Kowalski", "Kowalski", *("ward",) * 57)})
    v = validate(o, ValidationOptions(n_resamples=20, baselines=False, recalibration=False))
    content = v.to_json()["subgroups"]
    assert [(g["value"], g["n_admissions"]) for g in content] == [("ward", 57), ("2 smaller groups", None)]
    page = render(v)
    assert "<td>2 smaller groups</td><td" in page and "Kowalski" not in page


def test_beside_the_ddi_rate_stands_which_table_it_counts(validation):
    named = replace(validation, outcomes=replace(validation.outcomes, interaction_source="NDF-RT 2014"))
    assert "counts the pairs of NDF-RT 2014 alone; safety findings use further, larger tables" in metrics(named).note


HOSTILE = "<script>alert(1)</script>&\"'"


def test_hostile_names_are_escaped_and_never_become_formulas(tmp_path):
    o = hospital(120, 8, seed=2)
    o = replace(
        o,
        drugs=(HOSTILE, "=1+1", *o.drugs[2:]),
        labels={f"unit {HOSTILE}": tuple(HOSTILE if i % 2 else "=cmd" for i in range(120))},
        unmapped={f"@SUM {HOSTILE}": 50, "a\x00b\x1b": 40},
        model={"name": HOSTILE, "version": "=2"},
    )
    v = validate(o, ValidationOptions(n_resamples=50))
    text = render(v)
    assert "<script" not in text and "&lt;script&gt;" in text
    write_validation_workbook(v, tmp_path / "v.xlsx")
    book = openpyxl.load_workbook(tmp_path / "v.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=1+1" for cell in cells) and not any(cell.data_type == "f" for cell in cells)


def test_the_workbook_holds_the_reports_figures(validation, tmp_path):
    write_validation_workbook(validation, tmp_path / "v.xlsx")
    book = openpyxl.load_workbook(tmp_path / "v.xlsx")
    assert {"Summary", "Metrics", "Subgroups", "Drugs", "TRIPOD-LLM", "Provenance"} <= set(book.sheetnames)
    rows = list(book["Metrics"].iter_rows(values_only=True))
    assert rows[0][:4] == ("metric", "visit mean", "visit mean, low", "visit mean, high")
    e = validation.estimates["visit_mean.jaccard"]
    assert rows[1][1:4] == pytest.approx((e.value, e.low, e.high))


def test_a_folder_that_does_not_exist_is_a_clear_error(validation, tmp_path):
    for write in (write_report, write_validation_workbook):
        with pytest.raises(InputError, match="There is no folder"):
            write(validation, tmp_path / "absent" / "out")
