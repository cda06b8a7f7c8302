"""Every fault that fuzzing found, as the smallest input that shows it."""

import contextlib
import gzip
import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop import cli
from lamo_desktop.admissions.compound_file import workbook_stream
from lamo_desktop.admissions.delimited import read_delimited
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.admissions.sheet_extent import old_extent
from lamo_desktop.admissions.values import parse_age
from lamo_desktop.errors import LONGEST_SENTENCE, InputError, LamoError, ModelError, fault
from lamo_desktop.model.manifest import manifest_bytes
from lamo_desktop.validate.overlay import load_overlay
from tests.admissions.nasty import HEADER, ROWS
from tests.admissions.nasty_binary import xlsb
from tests.jobs.jobs import package
from tests.robustness.exports import formulary, real_books, small_folder
from tests.robustness.loaders import OVERLAY
from tests.robustness.targets import within


def test_an_age_of_four_hundred_digits_is_a_bad_age() -> None:
    for text in ("9" * 400, "1e999".replace("e", "0" * 400), "9" * 400 + " months"):
        with pytest.raises(ValueError, match="expected an age"):
            parse_age(text)


def test_a_member_name_that_is_no_text_is_a_damaged_workbook(tmp_path: Path) -> None:
    """The name in a member's own header is not UTF-8 although it says so."""
    path = tmp_path / "export.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/wörksheet1.xml", "<worksheet/>")
    content = path.read_bytes()
    path.write_bytes(content.replace("ö".encode(), b"\xea(", 1))  # the first is in the member, the second in the index
    with pytest.raises(InputError, match="damaged or incomplete"):
        read_export(path, formulary())


def test_a_line_of_a_million_commas_is_read_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "export.csv.gz"
    rows = "\n".join(",".join(map(str, row)) for row in [HEADER, *ROWS])
    path.write_bytes(gzip.compress((rows + "\n" + "," * 1_000_000 + "\n").encode()))
    with within(5.0), contextlib.suppress(InputError):
        read_export(path, formulary())


def test_thirty_million_blank_lines_are_refused_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "export.csv.gz"
    rows = "\n".join(",".join(map(str, row)) for row in [HEADER, *ROWS])
    path.write_bytes(gzip.compress(rows.encode() + b"\n" * 30_000_000, 1))
    with within(5.0), pytest.raises(InputError, match=r"export\.csv\.gz has more than 1,048,576 blank lines"):
        read_export(path, formulary())


def test_as_many_blank_lines_as_a_sheet_has_rows_are_read_over(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("a,b\n1,2\n" + "\n" * 1_000_000 + "3,4\n")
    sheet = read_delimited(path)
    assert sheet.columns == [["a", "1", "3"], ["b", "2", "4"]]
    assert sheet.rows == [1, 2, 1_000_003]


def test_a_header_whose_quotation_mark_stays_open_is_refused(tmp_path: Path) -> None:
    for name, content in small_folder("eicu").items():
        (tmp_path / name).write_bytes(content)
    header, rest = (tmp_path / "allergy.csv").read_bytes().split(b"\n", 1)
    (tmp_path / "allergy.csv").write_bytes(header.rstrip() + b',"a\rb",\xed\n' + rest)
    with pytest.raises(InputError, match=r"allergy\.csv is not a well-formed CSV table"):
        read_export(tmp_path, formulary())


def test_half_a_character_in_a_manifest_is_refused() -> None:
    with pytest.raises(ModelError, match="half a character"):
        manifest_bytes(replace(package(), name="a\ud800"))


def test_a_header_as_long_as_a_cell_does_not_fill_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{'=' * 33_000},\x1b[31mred,b\n1,2,3\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_export(path, formulary())
    assert len(str(refused.value)) <= LONGEST_SENTENCE + 10
    assert str(refused.value).isprintable()


def test_an_error_is_one_printable_line_whatever_it_quotes() -> None:
    said = str(LamoError("a\nb\ud800c\x1b[2J"))
    assert said == "a\ufffdb\ufffdc\ufffd[2J"


@pytest.mark.parametrize("content", [b"9" * 5000, b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b""])
def test_an_overlay_that_json_cannot_hold_is_no_overlay(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "site.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is not a site overlay"):
        load_overlay(path)


def test_an_overlay_with_an_endless_number_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    path.write_text(json.dumps({**OVERLAY, "n_admissions": float("inf")}), encoding="utf-8")
    with pytest.raises(InputError, match="expected JSON text"):
        load_overlay(path)
    assert package().sha256 == OVERLAY["package_sha256"]


@pytest.mark.skipif(os.name == "nt", reason="looks at a POSIX stream")
def test_a_panic_inside_the_workbook_reader_says_nothing(tmp_path: Path) -> None:
    """A Rust panic prints what it was about before it becomes an exception."""
    data = dict(real_books())["xls"]
    (tmp_path / "export.xls").write_bytes(data[:-300])
    done = subprocess.run(
        [sys.executable, "-m", "lamo_desktop.cli", "check", str(tmp_path / "export.xls"), "--progress", "none"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("lamo: ")
    assert done.stderr.count("\n") == 1


def test_a_fault_of_the_program_tells_its_place_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(*_: object) -> None:
        raise KeyError("Mrs Secretname")

    monkeypatch.setattr("lamo_desktop.cli.recommend.load_package", faulty)
    assert cli.main(["model", "info"]) == 3
    said = capsys.readouterr().err
    assert "KeyError in " in said and "faulty" in said
    assert "Secretname" not in said and "Traceback" not in said
    assert fault(ValueError("x")) == "ValueError in an unknown place"


@pytest.mark.parametrize("loop", ["directory", "sector table"])
def test_an_old_workbook_whose_sectors_follow_each_other_for_ever_is_damaged(tmp_path: Path, loop: str) -> None:
    """A reader that follows them fills the memory."""
    content = bytearray(dict(real_books())["xls"])
    if loop == "directory":
        (directory,), (table,) = struct.unpack_from("<I", content, 48), struct.unpack_from("<I", content, 76)
        struct.pack_into("<I", content, (table + 1) * 512 + 4 * directory, directory)
    else:
        struct.pack_into("<I", content, 68, 0)
        struct.pack_into("<I", content, 512 + 127 * 4, 0)
    path = tmp_path / "export.xls"
    path.write_bytes(content)
    with within(20), pytest.raises(InputError, match="damaged or not an Excel workbook"):
        read_export(path, formulary())


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """The zip file at `path` with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_binary_cell_outside_the_declared_extent_is_refused(tmp_path: Path) -> None:
    """The reader would ask for rows x columns of the cells, whatever the sheet declares, and end the process."""
    path = tmp_path / "export.xlsb"
    path.write_bytes(xlsb("S", [HEADER, *ROWS]))

    def far(content: bytes) -> bytes:
        at = content.index(b"\x91\x01\x00") + 3  # the first row's header, then its first cell
        size = content[at + 1]
        cell = at + 2 + size + 2
        return content[:cell] + struct.pack("<I", 0x4000_0000) + content[cell + 4 :]

    rewritten(path, "xl/worksheets/sheet1.bin", far)
    with pytest.raises(InputError, match="cells far outside its table"):
        read_export(path, formulary())


def saved(folder: Path) -> Path:
    path = folder / "export.xlsx"
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "stray",
    [
        '<row r="1048000"><c r="A1048000"/></row><row r="9"><c r="XFD9" t="str"><v>x</v></c></row>',
        '<row r="9"><c t="str" r="xfd1048570"><v>x</v></c></row>',
        "<row><c r='XFD1048570'><v>1</v></c></row>",
        '<x:row xmlns:x="u" r="1048570"><x:c r="XFD1048570"><x:v>1</x:v></x:c></x:row>',
        '<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>',
        '<row r="1048570">' + "<c/>" * 16_000 + "<c><v>1</v></c></row>",
    ],
)
def test_a_stray_cell_does_not_end_the_process_however_it_is_written(tmp_path: Path, stray: str) -> None:
    path = saved(tmp_path)
    rewritten(
        path,
        "xl/worksheets/sheet1.xml",
        lambda content: content.replace(b"</sheetData>", stray.encode() + b"</sheetData>"),
    )
    with within(60.0), contextlib.suppress(InputError):
        assert read_export(path, formulary()).cohort.admissions


def test_cells_without_names_are_read_as_they_stand(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = read_export(path, formulary()).cohort.admissions
    rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml))
    assert read_export(path, formulary()).cohort.admissions == before


def test_a_cell_of_an_old_workbook_outside_its_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.xls"
    content = next(content for kind, content in real_books() if kind == "xls")
    assert old_extent(workbook_stream(content) or b"") == (len(ROWS) + 1, len(HEADER))
    path.write_bytes(content)
    assert read_export(path, formulary()).cohort.admissions
    cell = content.index(struct.pack("<HHHH", 0x00FD, 10, 1, 0)) + 4  # LabelSst of row 1, column 0
    path.write_bytes(content[:cell] + struct.pack("<HH", 60_000, 60_000) + content[cell + 4 :])
    with pytest.raises(InputError, match="cells far outside its table"):
        read_export(path, formulary())


def test_an_old_workbook_is_not_read_by_the_extent_it_declares_either(tmp_path: Path) -> None:
    path = tmp_path / "export.xls"
    content = next(content for kind, content in real_books() if kind == "xls")
    extent = content.index(struct.pack("<HHI", 0x0200, 14, 0)) + 8
    path.write_bytes(content[:extent] + struct.pack("<IHH", 4_000_000_000, 0, 256) + content[extent + 8 :])
    with pytest.raises(InputError, match="cells far outside its table"):
        read_export(path, formulary())


def test_a_number_of_thousands_of_digits_in_a_profile_names_its_line(tmp_path: Path) -> None:
    profile = tmp_path / "site.yaml"
    profile.write_text(f"kind: flat\nidentifiers: [0x{'f' * 5000}]\n")
    with pytest.raises(InputError, match=r"site\.yaml is not a readable YAML file \(line 2\)"):
        load_profile(str(profile))
