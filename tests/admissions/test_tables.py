"""Tables as columns of text: addresses, chunks, detection of encoding and delimiter."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.delimited import detect_delimiter
from lamo_desktop.admissions.encodings import detect_encoding
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.sheet_extent import column_index
from lamo_desktop.admissions.synonyms import Vocabulary
from lamo_desktop.admissions.tables import read_tables
from lamo_desktop.admissions.workbook_scan import column_letter
from lamo_desktop.admissions.workbooks import CHUNK_ROWS, Sheet, as_text, columnar
from lamo_desktop.errors import InputError

recognised = Vocabulary(load_profile("flat").data).recognised


def test_column_letters() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_index(column_letter(i)) == i for i in range(0, 16384, 7))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123.0, "123"),
        (123456789012345.0, "123456789012345"),
        (0.1, "0.1"),
        (-2.0, "-2"),
        (7, "7"),
        (True, "TRUE"),
        (None, ""),
        (" a\xa0b\u200b ", "a b"),
        ("a\r\nb_x000D_", "a\nb"),
        (date(2024, 1, 5), "2024-01-05"),
        (datetime(2024, 1, 5), "2024-01-05"),
        (datetime(2024, 1, 5, 13, 4, 5), "2024-01-05 13:04:05"),
        (time(13, 4), "13:04:00"),
    ],
)
def test_cells_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


def test_columns_grow_and_blank_rows_vanish_across_chunks() -> None:
    sheet = Sheet("", [], [])
    rows: list[Sequence[object]] = [["a"], [], *([["x", 1.0]] * CHUNK_ROWS), ["", "", "late"], [1e15]]
    columnar(rows, sheet, "a.csv")
    assert len(sheet.rows) == CHUNK_ROWS + 3
    assert sheet.rows[:3] == [1, 3, 4] and sheet.rows[-1] == CHUNK_ROWS + 4
    assert [len(column) for column in sheet.columns] == [CHUNK_ROWS + 3] * 3
    assert sheet.columns[2][-2] == "late" and sheet.columns[1][1] == "1" and sheet.columns[0][-1] == "1000000000000000"
    assert sheet.long_numbers == {0}
    assert sheet.columns[0][5] is sheet.columns[0][6]


def test_addresses(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Ward 3"
    for row in [[], ["", "Admission ID", "Age"], ["", "1", 60], [], ["", "2", 61]]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    (table,) = read_tables(tmp_path / "a.xlsx", recognised).tables
    assert (table.header_row, table.columns, table.letters, len(table)) == (2, ("Admission ID", "Age"), ("B", "C"), 2)
    assert table.where(1, 1) == "Ward 3!C5" and table.cells[1][1] == "61"
    (tmp_path / "a.csv").write_text("Admission ID,Age\n\n1,60\n", encoding="utf-8")
    (table,) = read_tables(tmp_path / "a.csv", recognised).tables
    assert table.where(0, 1) == "a.csv row 3, column Age" and table.title == "a.csv"


def test_the_header_row_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Admission ID,Age\nid,years\n1,60\n", encoding="utf-8")
    (table,) = read_tables(tmp_path / "a.csv", recognised, header_row=2).tables
    assert table.columns == ("id", "years")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("age,Diagnose: Lungenentzündung", "utf-8", "utf-8"),
        ("age,Diagnose: Lungenentzündung", "cp1252", "cp1252"),
        ("Müller née Çelik à Genève", "cp1252", "cp1252"),
        ("年龄,诊断,高血压三级", "gb18030", "gb18030"),
        ("age,sex", "utf-16", "utf-16"),
        ("age,sex,diagnosis", "utf-16-be", "utf-16-be"),
        ("plain", "ascii", "utf-8"),
        ("", "utf-8", "utf-8"),
    ],
)
def test_encoding(text: str, encoding: str, found: str) -> None:
    assert detect_encoding(text.encode(encoding)).name == found


def test_a_sample_that_ends_inside_a_character_is_still_utf8() -> None:
    assert detect_encoding(b"a" * (1024 * 1024 - 1) + "ü".encode()[:1], complete=False).name == "utf-8"


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;3,5\n", ";"),
        ("a\tb\n1, 2, 3\t4\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('a,b\n"x;y;z",2\n"x;y",3\n', ","),
        ("id,age,orders\n" + "1,60,a; b; c; d; e\n" * 9, ","),  # lists of one length, with and without quotation
        ('"id","age","orders"\n' + '"1","60","a; b; c; d; e"\n' * 9, ","),
        ("Export of 2024\n\nid;age;notes\n" + "1;67,5;one, two, three, four\n" * 9, ";"),
        ("alone\n1\n", ","),
        ("", ","),
    ],
)
def test_delimiter(head: str, delimiter: str) -> None:
    assert detect_delimiter(head) == delimiter


def test_a_workbook_encrypted_by_a_password_is_named_as_that(tmp_path: Path) -> None:
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
    plain, locked = tmp_path / "plain.xlsx", tmp_path / "locked.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Admission ID", "Age"])
    book.active.append(["Secret1", 60])
    book.save(plain)
    with plain.open("rb") as opened, locked.open("wb") as target:
        ooxml.OOXMLFile(opened).encrypt("letmein", target)
    assert locked.read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
    with pytest.raises(InputError, match=r"locked\.xlsx is protected by a password") as raised:
        read_tables(locked, recognised)
    assert "Secret1" not in str(raised.value)


def test_sheets_stored_in_another_order_than_their_parts(tmp_path: Path) -> None:
    straight, crossed = tmp_path / "straight.xlsx", tmp_path / "crossed.xlsx"
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Second")
    assert first is not None
    first.title = "First"
    for sheet, age in ((first, 60), (second, "=6*9")):
        sheet.append(["Admission ID", "Age"])
        sheet.append([sheet.title, age])
    book.save(straight)
    one, two = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
    names = {one: two, two: one}
    with zipfile.ZipFile(straight) as source, zipfile.ZipFile(crossed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/_rels/workbook.xml.rels":
                content = content.replace(b"sheet1.xml", b"sheetX.xml").replace(b"sheet2.xml", b"sheet1.xml")
                content = content.replace(b"sheetX.xml", b"sheet2.xml")
            target.writestr(names.get(name, name), content)
    before, after = read_tables(straight, recognised), read_tables(crossed, recognised)
    assert [(t.sheet, t.cells[0]) for t in after.tables] == [("First", ["First"]), ("Second", ["Second"])]
    assert after.tables == tuple(replace(t, file="crossed.xlsx") for t in before.tables)
    assert [p.where for p in after.problems if "formula" in p.message] == ["Second!B2"]
