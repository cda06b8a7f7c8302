"""`lamo validate` as a user meets it: report, figures, tables, a comparison, and a site overlay for `recommend`."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from lamo_desktop.cli import main
from lamo_desktop.model.package import load_package
from lamo_desktop.paths import resource

DEMO = str(resource("demo/eicu"))
QUIET = ["--progress", "none"]
KEYS = {"n_admissions", "visit_mean", "patient_mean", "micro", "n_recommended", "n_ordered", "overprescribing_ratio"}
KEYS |= {"calibration", "intervals", "coverage", "model", "subgroups"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, few: Path) -> Path:
    folder = tmp_path_factory.mktemp("site")
    base = load_package().base_path
    given = ["validate", DEMO, "-o", str(folder / "report.html"), "--json", str(folder / "figures.json"), *QUIET]
    given += ["--xlsx", str(folder / "tables.xlsx"), "--save-overlay", str(folder / "site.json"), "--limit", "4"]
    given += ["--model", str(few)]
    assert main([*given, "--compare", str(base)]) == 0
    return folder


def test_the_figures_have_the_promised_keys_each_with_its_interval(site: Path) -> None:
    figures = json.loads((site / "figures.json").read_text())
    assert set(figures) >= KEYS
    assert figures["n_admissions"] == 4
    low, high = figures["intervals"]["visit_mean"]["jaccard"]
    assert low <= figures["visit_mean"]["jaccard"] <= high


def test_the_report_is_one_offline_file_that_warns_of_few_admissions(site: Path) -> None:
    page = (site / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page and "not for prescribing" in page and "too few" in page
    assert "<script" not in page and 'src="http' not in page and 'href="http' not in page


def test_the_report_names_the_model_it_was_compared_with(site: Path) -> None:
    assert load_package().base_path.stem in (site / "report.html").read_text(encoding="utf-8")


def test_the_tables_open_as_a_workbook(site: Path) -> None:
    assert len(load_workbook(site / "tables.xlsx").sheetnames) > 3


def test_the_overlay_is_used_and_named(site: Path, few: Path) -> None:
    output = site / "lists.xlsx"
    given = ["recommend", DEMO, "-o", str(output), "--limit", "1", "--overlay", str(site / "site.json"), *QUIET]
    assert main([*given, "--model", str(few)]) == 0
    run_sheet = str(list(load_workbook(output)["Run"].iter_rows(values_only=True)))
    assert "with this site's calibration" in run_sheet


def test_an_export_without_orders_is_told_to_recommend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "noorders.csv"
    export.write_text("admission id,patient id,age,sex,diagnoses\nA1,P1,67,F,sepsis\n", encoding="utf-8")
    assert main(["validate", str(export), "-o", str(tmp_path / "r.html"), *QUIET]) == 2
    said = capsys.readouterr().err
    assert "no orders" in said and "lamo recommend" in said


def test_what_is_learned_is_not_learned_from_lists_of_an_overlay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["validate", DEMO, "-o", str(tmp_path / "report.html"), "--overlay", str(tmp_path / "site.json")]
    assert main([*given, "--save-overlay", str(tmp_path / "new.json"), *QUIET]) == 2
    said = capsys.readouterr().err
    assert said == "lamo: --save-overlay learns from the model as shipped: leave out --overlay.\n"
    assert not any(tmp_path.iterdir())
