"""Exports that are small on disk and more than a memory holds, or that a program would wait for without end."""

import gzip
import os
import re
import zipfile
from pathlib import Path

import pytest

from lamo_desktop.admissions.delimited import read_delimited
from lamo_desktop.admissions.read import read_export
from lamo_desktop.errors import InputError
from tests.admissions.nasty import HEADER, ROWS
from tests.robustness.exports import formulary, small_folder
from tests.robustness.targets import within
from tests.robustness.test_findings import rewritten, saved


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_line_without_end_is_no_table(tmp_path: Path, suffix: str) -> None:
    """Packed, a few hundred kilobytes hold a line that no memory holds."""
    pack = gzip.compress if suffix.endswith("gz") else bytes
    path = tmp_path / f"export{suffix}"
    path.write_bytes(pack((",".join(HEADER) + "\n").encode() + b"a" * 70_000_000))
    with within(10.0), pytest.raises(InputError, match="a line of more than 67,108,864 characters"):
        read_export(path, formulary())
    folder = tmp_path / "tables"
    folder.mkdir()
    for name, content in small_folder("eicu").items():
        (folder / name).write_bytes(content)
    header = (folder / "medication.csv").read_bytes().split(b"\n")[0]
    for begin in (header + b"\n", b""):
        (folder / "medication.csv").unlink(missing_ok=True)
        (folder / f"medication{suffix}").write_bytes(pack(begin + b"a" * 70_000_000))
        with within(10.0), pytest.raises(InputError, match="is not a well-formed CSV table"):
            read_export(folder, formulary())


def test_a_wide_line_among_many_rows_does_not_fill_the_memory(tmp_path: Path) -> None:
    """A table is held as columns: each one that a single row has is a cell of all the others, too."""
    path = tmp_path / "export.csv"
    rows = [",".join(HEADER), *[",".join(map(str, ROWS[0]))] * 60_000]
    path.write_text("\n".join([*rows, "," * 16_000]), encoding="utf-8")
    assert len(read_delimited(path).columns) == len(HEADER)  # blank cells are none
    path.write_text("\n".join([*rows, ",x" * 16_000]), encoding="utf-8")
    with within(10.0), pytest.raises(InputError, match=r"more than 250,000,000 cells up to row 60,002"):
        read_delimited(path)


def test_one_part_that_is_listed_as_thousands_of_sheets_is_no_workbook(tmp_path: Path) -> None:
    path = saved(tmp_path)
    one = re.compile(rb"<(\w+:)?sheet [^>]*/>")

    def again(xml: bytes) -> bytes:
        found = one.search(xml)
        assert found is not None
        named = [found[0].replace(b'name="Sheet"', b'name="Sheet%d"' % n) for n in range(20_000)]
        return xml.replace(found[0], b"".join(named))

    rewritten(path, "xl/workbook.xml", again)
    with within(10.0), pytest.raises(InputError, match=r"export\.xlsx is damaged or not an Excel workbook"):
        read_export(path, formulary())


def test_an_index_of_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_not_read(tmp_path: Path) -> None:
    for part in ("xl/styles.xml", "xl/workbook.xml"):
        path = saved(tmp_path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content + b" " * 100_000_000 if name == part else content)
        with within(10.0), pytest.raises(InputError, match=f"{part} in export.xlsx would unpack to"):
            read_export(path, formulary())


@pytest.mark.skipif(os.name == "nt", reason="named pipes of POSIX")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    for name, content in small_folder("eicu").items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "patient.csv").unlink()
    os.mkfifo(tmp_path / "patient.csv")
    with within(10.0), pytest.raises(InputError, match="is not recognised"):
        read_export(tmp_path, formulary())
    (tmp_path / "patient.csv").unlink()
    (tmp_path / "patient.csv").symlink_to("/dev/zero")
    with within(10.0), pytest.raises(InputError, match="is not recognised"):
        read_export(tmp_path, formulary())
