"""The analyst's marks: saved at once, beside a running job too, logged, and exported without changing anything else."""

import gzip
import sqlite3
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.jobs.batch import results
from lamo_desktop.jobs.marks import read_marks, write_marks
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.recommend.mark import LONGEST_COMMENT, NOTHING, Mark
from lamo_desktop.report.workbook import write_workbook
from tests.jobs.jobs import VOCABULARY, new_job, package, work


@pytest.fixture
def done(tmp_path: Path) -> Path:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store)
    return path


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def rows(path: Path) -> list[tuple[object, ...]]:
    workbook = openpyxl.load_workbook(path)
    found = list(workbook["Recommendations"].iter_rows(min_row=3, values_only=True))
    workbook.close()
    return found


def exported(job: Path, target: Path, formulary: Formulary) -> list[tuple[object, ...]]:
    with JobStore.open(job, read_only=True) as store:
        write_workbook(results(store, package(), formulary), target)
    return rows(target)


def test_marks_are_kept_changed_and_taken_back(done: Path) -> None:
    write_marks(done, {(0, "aspirin"): Mark("disagree", "allergy since 2009"), (1, "lisinopril"): Mark("agree")})
    write_marks(done, {(0, "aspirin"): Mark("unsure", "ü — see note"), (1, "lisinopril"): NOTHING})
    assert read_marks(done) == {(0, "aspirin"): Mark("unsure", "ü — see note")}
    with JobStore.open(done, read_only=True) as store:
        assert store.audit() == []
        events = [event for event in store.events() if event.kind == "marked"]
    assert [event.detail["mark"] for event in events] == ["disagree", "agree", "unsure", ""]
    assert "allergy since" not in str(events)


def test_a_mark_changed_behind_the_log_is_found(done: Path) -> None:
    write_marks(done, {(0, "aspirin"): Mark("agree"), (1, "warfarin"): Mark("agree")})
    with sqlite3.connect(done) as connection:
        connection.execute("UPDATE mark SET mark = 'disagree' WHERE drug = 'aspirin'")
        connection.execute("DELETE FROM mark WHERE drug = 'warfarin'")
    connection.close()
    with JobStore.open(done, read_only=True) as store:
        assert len(store.audit()) == 2


def test_marks_can_be_made_while_the_job_is_scored(tmp_path: Path) -> None:
    path = tmp_path / "a.lamo"
    with new_job(path) as store:
        work(store, 1)
        write_marks(path, {(0, "aspirin"): Mark("agree")})
        work(store)
        assert read_marks(path) == {(0, "aspirin"): Mark("agree")}
        assert store.audit() == []
    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix != ".lock") == ["a.lamo"]


@pytest.mark.parametrize(
    "change",
    [
        {(0, "aspirin"): Mark("perhaps")},
        {(99, "aspirin"): Mark("agree")},
        {(0, "x"): Mark("", "c" * (LONGEST_COMMENT + 1))},
    ],
)
def test_what_is_no_mark_is_refused_and_changes_nothing(done: Path, change: dict[tuple[int, str], Mark]) -> None:
    with pytest.raises(InputError):
        write_marks(done, {(0, "warfarin"): Mark("agree"), **change})
    assert read_marks(done) == {}


def test_a_job_of_the_first_version_takes_marks_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.lamo"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version1.lamo.gz").read_bytes()))
    with JobStore.open(path, read_only=True) as store:
        scores = [None if item.scores is None else item.scores.tolist() for item in store.items()]
    assert read_marks(path) == {}
    write_marks(path, {(0, "aspirin"): Mark("agree")})
    with JobStore.open(path, read_only=True) as store:
        assert [None if item.scores is None else item.scores.tolist() for item in store.items()] == scores
        assert store.audit() == []
    assert read_marks(path) == {(0, "aspirin"): Mark("agree")}


def test_the_workbook_carries_marks_in_its_last_columns_and_is_otherwise_the_same(
    done: Path, tmp_path: Path, formulary: Formulary
) -> None:
    before = exported(done, tmp_path / "before.xlsx", formulary)
    assert all(row[-2:] == (None, None) for row in before)
    drug = str(before[0][1])
    listed = {str(row[1]) for row in before if row[0] == before[0][0]}
    unlisted = next(name for name in VOCABULARY if name not in listed)
    write_marks(done, {(0, drug): Mark("disagree", "=1+1"), (0, unlisted): Mark("", "should be on it")})
    after = exported(done, tmp_path / "after.xlsx", formulary)
    assert after[0] == (*before[0][:-2], "disagree", "=1+1")
    added = [row for row in after if row[1] == unlisted and row[0] == before[0][0]]
    assert [(row[3], row[-2:]) for row in added] == [("no", (None, "should be on it"))] and "neither" in added[0]
    assert [row[:-2] for row in after if row not in added] == [row[:-2] for row in before]
    sheet = openpyxl.load_workbook(tmp_path / "after.xlsx")["Recommendations"]
    cell = sheet.cell(3, len(after[0]))
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
