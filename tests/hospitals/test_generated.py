"""Generated exports: the files say what their truth says, and the program reads them."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.synonyms import CERTAIN, Vocabulary
from lamo_desktop.paths import resource
from tests.hospitals.generate import LANGUAGES, REQUIRED, Export, generate, pool
from tests.hospitals.measure import Verdict, found_share, judge, real_admissions

SEED, COUNT = 7, 25
FOUND = 0.97  # share of the required columns


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Export]:
    folder = tmp_path_factory.mktemp("exports")
    admissions = real_admissions(resource("demo/eicu"))
    return [generate(SEED, index, admissions, folder) for index in range(COUNT)]


def sheets(export: Export) -> dict[str, list[list[str]]]:
    """The cells of every sheet, or of the text file (""), read without the program."""
    if export.kind == "xlsx":
        return {
            sheet.title: [["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)]
            for sheet in load_workbook(export.path)
        }
    with export.path.open(encoding=export.traits["encoding"], newline="") as file:
        return {"": list(csv.reader(file, delimiter=export.traits["delimiter"]))}


def test_the_truth_names_the_columns_of_the_file(exports: list[Export]) -> None:
    for export in exports:
        cells = sheets(export)
        for places in export.columns.values():
            for sheet, letter in places:
                header = export.headers[f"{sheet}!{letter}"].partition(": ")[2]
                place = column_index_from_string(letter) - 1
                column = [row[place] for row in cells[sheet] if len(row) > place]
                shown = {text for text in column if text}
                assert header in shown or not header or export.traits.get("encoding") == "big5", (
                    f"{export.path.name} {sheet}!{letter}"
                )


def test_every_admission_of_the_truth_is_in_the_file(exports: list[Export]) -> None:
    for export in exports:
        cells = sheets(export)
        found = {cell for sheet, _ in export.columns["admission_id"] for row in cells[sheet] for cell in row}
        assert export.labels.keys() <= found, export.path.name


def test_the_same_seed_gives_the_same_export(exports: list[Export], tmp_path: Path) -> None:
    for export in exports[:5]:
        again = generate(SEED, export.index, real_admissions(resource("demo/eicu")), tmp_path)
        assert (again.labels, again.headers, again.traits) == (export.labels, export.headers, export.traits)
        assert sheets(again) == sheets(export)


def test_the_pool_has_enough_headers_of_every_language() -> None:
    drug = {"order_drug": "drug"}
    for name in REQUIRED:
        headers = pool()["required"][drug.get(name, name)]
        assert len(headers["en"]) >= 12
        assert all(len(headers[language]) >= 5 for language in LANGUAGES)


def test_telling_the_header_row_passes_over_no_header_that_is_certain() -> None:
    vocabulary = Vocabulary(load_profile("flat").data)
    required, optional, others = (pool()[name].values() for name in ("required", "optional", "distractors"))
    headers = [h for options in (*required, *optional, *others) for h in options["en"] + options["de"] + options["zh"]]
    for header in headers:
        certain = {name for name in vocabulary.fields if vocabulary.confidence(header, name) >= CERTAIN}
        assert vocabulary.recognised([header]) == len(certain), header


@pytest.fixture(scope="module")
def verdicts(exports: list[Export]) -> list[Verdict]:
    return [judge(export) for export in exports]


def test_no_export_ends_in_a_fault(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        assert not verdict.crash, f"seed {SEED}, export {verdict.index}: {verdict.crash}"


def test_no_age_or_sex_or_label_is_wrong(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        assert not verdict.wrong_values, f"seed {SEED}, export {verdict.index}"
        assert not verdict.wrong_labels, f"seed {SEED}, export {verdict.index}: {verdict.wrong_labels[0]}"


def test_columns_are_found_without_help(verdicts: list[Verdict]) -> None:
    assert found_share(verdicts) >= FOUND
