"""Rows for the preview: of workbooks, of text tables far into the file, of packed tables; what cannot be read."""

import gzip
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.sheet_rows import LEAD, LONGEST, STRETCH, SheetReader
from lamo_desktop.errors import InputError
from tests.ui.exports import write_ward


def test_a_workbook_has_a_stretch_for_every_sheet(tmp_path: Path) -> None:
    path = write_ward(tmp_path)
    reader = SheetReader()
    stays, given, legend = reader.heads(path)
    assert (stays.table, stays.numbers, stays.last) == ("Stays", (1, 3, 4, 5, 6), 6)
    assert stays.cells[1][:2] == ("Ref", "Pat Nr")
    assert given.cells[2] == ("S1", "metoprlol 25")
    assert legend.cells == (("ICU", "intensive care unit"),)
    assert reader.around(path, "Given", 4) == given
    with pytest.raises(InputError, match="no sheet"):
        reader.around(path, "Gone", 1)


def test_a_workbook_that_was_saved_anew_is_read_anew(tmp_path: Path) -> None:
    path, reader = tmp_path / "a.xlsx", SheetReader()
    for text in ("before", "afterwards"):
        book = openpyxl.Workbook()
        book.active.append([text])
        book.save(path)
        assert reader.heads(path)[0].cells == ((text,),)


@pytest.mark.parametrize("packed", [False, True])
def test_a_text_table_is_read_as_far_as_needed(tmp_path: Path, packed: bool) -> None:
    lines = ["id;text", *(f'{i};"two\nlines; {i}"' for i in range(2, 30_001))]
    path = tmp_path / ("table.csv.gz" if packed else "table.csv")
    text = "\n".join(lines)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    reader = SheetReader()
    (head,) = reader.heads(path)
    assert len(head.numbers) == STRETCH
    assert head.last is None
    late = reader.around(path, path.name, 20_000)
    assert late.numbers[0] == 20_000 - LEAD
    assert late.cells[LEAD] == ("20000", "two\nlines; 20000")
    end = reader.around(path, path.name, 30_000)
    assert end.last == end.numbers[-1] == 30_000
    beyond = reader.around(path, path.name, 99_999)
    assert beyond.cells == ()


def test_tables_of_a_folder_are_found_by_their_file(tmp_path: Path) -> None:
    (tmp_path / "hosp").mkdir()
    (tmp_path / "hosp" / "patients.csv").write_text("id,age\n1,2\n", encoding="utf-8")
    reader = SheetReader()
    assert reader.around(tmp_path, "hosp/patients.csv", 2).cells == (("id", "age"), ("1", "2"))
    with pytest.raises(InputError, match="no table"):
        reader.around(tmp_path, "gone.csv", 1)


def test_long_cells_are_shortened_and_damaged_files_give_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "x" * 5_000 + ",y\n", encoding="utf-8")
    (head,) = SheetReader().heads(path)
    assert len(head.cells[1][0]) == LONGEST + 1
    path = tmp_path / "damaged.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" * 1000)[:40])
    with pytest.raises(InputError, match="damaged"):
        SheetReader().heads(path)
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match="damaged"):
        SheetReader().heads(path)


def test_a_text_table_is_shown_in_the_encoding_that_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("id;Wohnort\n1;Łódź\n".encode("cp1250"))
    reader = SheetReader()
    assert reader.heads(path, "cp1250")[0].cells[1] == ("1", "Łódź")
    assert reader.around(path, path.name, 1, "cp1252").cells[1] == ("1", "£ódŸ")
