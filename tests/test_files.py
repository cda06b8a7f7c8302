"""How a result takes its place: on disk before anything that it was made from goes, and at any time of the clock."""

import os
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.files import check_writable, replacing
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.batch import results
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.report.packing import new_workbook
from lamo_desktop.report.workbook import write_workbook
from tests.jobs.jobs import new_job, package, work


def test_a_folder_in_place_of_a_file_is_called_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"^\. is a folder: give the name of a file"):
        check_writable(Path(), ".xlsx")


@pytest.mark.skipif(os.name == "nt", reason="looks at open files as POSIX shows them")
def test_a_result_is_on_disk_before_its_name_and_its_name_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a power cut after `lamo recommend` leaves an empty workbook, and the job it came from is deleted."""
    synced: list[tuple[bytes, bool]] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        place = Path(f"/proc/self/fd/{handle}").resolve()
        synced.append((place.read_bytes() if place.is_file() else b"folder", target.exists()))

    target = tmp_path / "out.txt"
    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(target) as unfinished:
        unfinished.write_bytes(b"whole")
    assert synced == [(b"whole", False), (b"folder", True)]
    assert target.read_bytes() == b"whole"


@pytest.mark.parametrize("year", [1970, 1979, 2107, 2108, 2200])
def test_a_workbook_is_written_whatever_year_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    """The clock of a computer with an empty battery begins in 1970; a zip file knows 1980 to 2107."""
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
    moment, local = (year - 1970) * 31_557_600.0 + 86_400, time.localtime
    monkeypatch.setattr(time, "time", lambda: moment)
    monkeypatch.setattr(time, "localtime", lambda when=None: local(moment if when is None else when))
    assert time.localtime().tm_year == year
    with JobStore.open(tmp_path / "a.lamo", read_only=True) as store:
        write_workbook(results(store, package(), load_formulary()), tmp_path / "a.xlsx")
    monkeypatch.undo()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["Admissions"].max_row == 6


def test_a_workbook_that_cannot_be_finished_leaves_no_temporary_file_open(tmp_path: Path) -> None:
    with pytest.raises(KeyError), new_workbook(tmp_path / "a.xlsx") as workbook:
        workbook.create_sheet("S").append(["Chest pain"])
        raise KeyError
    assert not (tmp_path / "a.xlsx").exists()
