"""Exports with one defect each, as hospitals send them: how each is made, and the sentence or data it must end in."""

import csv
import datetime
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
from openpyxl.workbook import Workbook

from lamo_desktop.admissions.cohort import Cohort
from tests.admissions import nasty_binary

HEADER = [
    "Admission ID",
    "Patient ID",
    "Age",
    "Sex",
    "Admission date",
    "Diagnoses",
    "Home medications",
    "Allergies",
    "Orders",
]
ROWS: list[list[Any]] = [
    ["00101", "P1", 67, "F", "2024-01-05", "I10; E11.9", "lisinopril 10 mg", "NKDA", "heparin; metoprolol 25 mg"],
    ["00102", "P2", 54, "M", "2024-01-06", "Pneumonia, unspecified", "", "Penicillin", "ceftriaxone 1 g"],
    ["00103", "P1", 68, "F", "2024-03-01", "I50.9", "metoprolol", "", "furosemide 40 mg"],
]


@dataclass(frozen=True)
class Nasty:
    """`build` makes the file in a folder; it must end in `error` (a pattern), or in a cohort that passes `check`."""

    name: str
    build: Callable[[Path], Path]
    error: str = ""
    check: Callable[[Cohort], bool] = lambda cohort: ids(cohort) == ["00101", "00102", "00103"]
    profile: dict[str, Any] = field(default_factory=dict)


def ids(cohort: Cohort) -> list[str]:
    return [a.admission_id for a in cohort.admissions]


def said(cohort: Cohort, pattern: str) -> bool:
    """Whether a problem or a set-aside row says this ("where: message")."""
    lines = [f"{p.where}: {p.message}" for p in cohort.problems]
    lines += [f"{a.where}: {a.reason}" for a in cohort.set_aside]
    return any(re.search(pattern, line) for line in lines)


def workbook(
    change: Callable[[Workbook], None] | None = None, rows: Sequence[Sequence[Any]] = (HEADER, *ROWS)
) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Admissions"
        for row in rows:
            sheet.append(list(row))
        if change:
            change(book)
        book.save(folder / "export.xlsx")
        return folder / "export.xlsx"

    return build


def changed_row(row: int, **cells: Any) -> list[list[Any]]:
    """Header and rows with some cells of one data row changed, by header in snake case."""
    table = [list(HEADER), *(list(r) for r in ROWS)]
    for name, value in cells.items():
        table[row][[h.lower().replace(" ", "_") for h in HEADER].index(name)] = value
    return table


def text(
    encoding: str = "utf-8", name: str = "export.csv", rows: Sequence[Sequence[Any]] = (HEADER, *ROWS), **options: Any
) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        buffer = io.StringIO()
        csv.writer(buffer, **options).writerows(rows)
        (folder / name).write_bytes(buffer.getvalue().encode(encoding))
        return folder / name

    return build


def raw(name: str, content: bytes) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return build


def bytes_of(build: Callable[[Path], Path]) -> Callable[[Path], bytes]:
    return lambda folder: build(folder).read_bytes()


def edited(build: Callable[[Path], Path], name: str, edit: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    """A file whose bytes are edited after it was made."""

    def made(folder: Path) -> Path:
        content = edit(build(folder).read_bytes())
        (folder / name).write_bytes(content)
        return folder / name

    return made


def repacked(edit: Callable[[str, bytes], bytes]) -> Callable[[Path], Path]:
    """A workbook with its parts edited (zip name, content)."""

    def made(folder: Path) -> Path:
        source = workbook()(folder)
        target = folder / "repacked.xlsx"
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.namelist():
                new.writestr(part, edit(part, old.read(part)))
        return target

    return made


def zipped(name: str, parts: dict[str, str]) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        return folder / name

    return made


def declared_size(size: int) -> Callable[[bytes], bytes]:
    """Write a false unpacked size of the first sheet into the zip's central directory."""

    def edit(content: bytes) -> bytes:
        start = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02"))
        while not content[start + 46 :].startswith(b"xl/worksheets/sheet1.xml"):
            start = content.index(b"PK\x01\x02", start + 4)
        return content[: start + 24] + size.to_bytes(4, "little") + content[start + 28 :]

    return edit


def missing(folder: Path) -> Path:
    return folder / "absent.xlsx"


def a_folder(folder: Path) -> Path:
    (folder / "export.xlsx").mkdir()
    return folder / "export.xlsx"


def old_xls(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Admissions", cell_overwrite_ok=True)
    for i, row in enumerate([HEADER, *ROWS]):
        for j, value in enumerate(row):
            sheet.write(i, j, value)
    sheet.write(1, 4, datetime.date(2024, 1, 5), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    book.save(str(folder / "export.xls"))
    return folder / "export.xls"


def _hidden_extra(book: Workbook) -> None:
    extra = book.create_sheet("Secret")
    extra.append(HEADER)
    extra.append(["00999", *ROWS[0][1:]])
    extra.sheet_state = "hidden"


def _all_hidden(book: Workbook) -> None:
    book.create_sheet("Empty")
    book["Admissions"].sheet_state = "hidden"


def _titles(book: Workbook) -> None:
    book["Admissions"].insert_rows(1, 3)
    book["Admissions"]["A1"] = "Ward 3, admissions 2024, confidential"


def _merged_header(book: Workbook) -> None:
    sheet = book["Admissions"]
    sheet.insert_rows(1)
    for j, name in enumerate(HEADER, start=1):
        if name in ("Age", "Sex"):
            continue
        sheet.cell(1, j, name)
        sheet.cell(2, j).value = None
        sheet.merge_cells(start_row=1, end_row=2, start_column=j, end_column=j)
    sheet["C1"] = "Person"
    sheet.merge_cells("C1:D1")


def _formulas(book: Workbook) -> None:
    book["Admissions"]["C3"] = "=50+4"


def _formula_on_a_moved_sheet(book: Workbook) -> None:
    book.create_sheet("Later")["A1"] = "=1"
    book.move_sheet("Later", -1)
    _formulas(book)


def _zero_format(book: Workbook) -> None:
    for i, row in enumerate(ROWS, start=2):
        cell = book["Admissions"].cell(i, 1)
        cell.value, cell.number_format = int(row[0]), "00000"


def _epoch_1904(book: Workbook) -> None:
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    _real_dates(book)


def _real_dates(book: Workbook) -> None:
    for i, row in enumerate(ROWS, start=2):
        book["Admissions"].cell(i, 5).value = datetime.datetime.fromisoformat(row[4])


def _far_cell(book: Workbook) -> None:
    book["Admissions"]["XFD99999"] = "stray"


def _blank_rows(book: Workbook) -> None:
    book["Admissions"].insert_rows(3, 4)


def _chart_sheet(book: Workbook) -> None:
    book.create_chartsheet("Chart", 0)
    book.create_sheet("Cover", 0)["A1"] = "Cover page"


def _orders_sheet(book: Workbook) -> None:
    sheet = book.create_sheet("Rx", 0)
    sheet.append(["Admission ID", "Drug", "Start"])
    for name, drug in (("00101", "aspirin 81 mg"), ("00101", "heparin"), ("77777", "heparin"), ("00102", None)):
        sheet.append([name, drug, datetime.datetime(2024, 1, 5)])
    book["Admissions"].delete_cols(9)


def _no_header(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [[row[2], row[2], row[2], row[2]] for row in rows]


def _first_previous(cohort: Cohort) -> bool:
    third = cohort.admissions[2]
    return ids(cohort) == ["00101", "00102", "00103"] and third.previous is not None and third.previous.age == 67


LONG_FORM = [
    ["Encounter", "Patient", "Age", "Sex", "Diagnosis", "Medication"],
    ["1", "A", "70", "F", "Sepsis", "vancomycin 1 g"],
    ["1", "A", "70", "F", "Sepsis", "heparin"],
    ["2", "B", "71", "M", "Asthma", "albuterol"],
    ["1", "C", "20", "M", "Sepsis", "heparin"],
]
CHINESE = [
    ["住院号", "患者编号", "年龄", "性别", "诊断"],
    ["001", "甲", "67岁", "女", "高血压；糖尿病"],
    ["002", "乙", "54", "男", "肺炎"],
]
WIDE_ID = [["123456789012345", *ROWS[0][1:]], *ROWS[1:]]

NASTY = [
    # the file as a whole
    Nasty("missing file", missing, "absent.xlsx does not exist"),
    Nasty("zero bytes", raw("export.xlsx", b""), r"empty \(0 bytes\)"),
    Nasty("folder", a_folder, "is a folder"),
    Nasty("pdf", raw("export.xlsx", b"%PDF-1.7 ..."), "PDF file; expected a workbook"),
    Nasty("picture", raw("export.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(50)), "picture"),
    Nasty("rtf", raw("export.csv", b"{\\rtf1 x}"), "RTF"),
    Nasty("word document", zipped("export.xlsx", {"word/document.xml": "<w/>"}), "Word document"),
    Nasty("plain zip", zipped("export.xlsx", {"export.csv": "a,b"}), "zip archive, not a workbook"),
    Nasty(
        "old Office file",
        raw("export.xls", nasty_binary.compound({"WordDocument": bytes(5000)})),
        "damaged or not an Excel|no sheets",
    ),
    Nasty(
        "password",
        raw("export.xlsx", nasty_binary.compound({"EncryptionInfo": bytes(5000), "EncryptedPackage": bytes(5000)})),
        "password",
    ),
    Nasty("cut off workbook", edited(workbook(), "cut.xlsx", lambda b: b[: len(b) // 2]), "damaged or incomplete"),
    Nasty("broken sheet", repacked(lambda part, b: b[: len(b) // 2] + b"<<" if "sheet1" in part else b), "damaged"),
    Nasty("flipped bytes", edited(workbook(), "bad.xlsx", lambda b: b[:60] + bytes(40) + b[100:]), "damaged"),
    Nasty("zip bomb", edited(workbook(), "bomb.xlsx", declared_size(0xF0000000)), "would unpack to 3.8 GB"),
    Nasty("false size", edited(workbook(), "lie.xlsx", declared_size(20)), "damaged or incomplete"),
    Nasty(
        "entities",
        repacked(lambda part, b: b.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)),
        "XML entities",
    ),
    Nasty("lock file", raw("~$export.xlsx", b"\x05user"), r"lock file; choose the workbook itself \(export.xlsx\)"),
    Nasty(
        "web page",
        raw("export.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        "web page or XML file under another name",
    ),
    Nasty("cut off gzip", raw("export.csv.gz", gzip.compress(b"a,b\n" * 5000)[:60]), "damaged or incomplete gzip"),
    Nasty("false gzip", raw("export.csv.gz", b"a,b\n1,2\n"), "not gzip-compressed"),
    Nasty("binary", raw("export.csv", bytes(range(256)) * 4), "binary data"),
    # what is in it
    Nasty("empty sheet", workbook(rows=[]), "Admissions is empty"),
    Nasty("header only", workbook(rows=[HEADER]), "header in row 1 but no rows below"),
    Nasty("no header", workbook(rows=_no_header(ROWS)), "has no header row"),
    Nasty(
        "header only, text",
        raw("export.csv", b"Admission ID,Age\n"),
        r"^export\.csv: the file has a header in row 1 but no ",
    ),
    Nasty("blank lines only", raw("export.csv", b"\n\n ,,\n"), "is empty"),
    Nasty(
        "no id column",
        workbook(rows=[["Age", "Sex", "Diagnosis"], [67, "F", "I10"]]),
        "no column for the admission id.*found 'Age', 'Sex', 'Diagnosis'",
    ),
    Nasty(
        "profile names an absent column",
        workbook(),
        "expects a column 'Alter' for age",
        profile={"columns": {"age": "Alter"}},
    ),
    Nasty("profile names an unknown field", workbook(), "unknown field 'agee'", profile={"columns": {"agee": "Age"}}),
    Nasty("all sheets hidden", workbook(_all_hidden), "every sheet with data is hidden"),
    Nasty(
        "open quotation mark",
        raw("export.csv", b'Admission ID,Age,Diagnosis\n1,67,I10\n2,54,"I10\n3,50,I10\n'),
        "row 3: a quotation mark opens",
    ),
    Nasty("title rows", workbook(_titles), check=lambda c: len(c.admissions) == 3 and said(c, "header found in row 4")),
    Nasty(
        "hidden second sheet",
        workbook(_hidden_extra),
        check=lambda c: len(c.admissions) == 3 and said(c, "Secret: hidden sheet"),
    ),
    Nasty(
        "merged header over two rows",
        workbook(_merged_header),
        check=lambda c: len(c.admissions) == 3 and c.admissions[0].age == 67,
    ),
    Nasty(
        "formula without value",
        workbook(_formulas),
        check=lambda c: said(c, "Admissions!C3: formula without a stored value") and c.admissions[1].age is None,
    ),
    Nasty(
        "formula without value, sheets moved",
        workbook(_formula_on_a_moved_sheet),
        check=lambda c: said(c, "Admissions!C3: formula without a stored value"),
    ),
    Nasty("ids as numbers", workbook(rows=[HEADER, [101.0, *ROWS[0][1:]]]), check=lambda c: ids(c) == ["101"]),
    Nasty(
        "ids of 15 digits",
        workbook(rows=[HEADER, [123456789012345, *ROWS[0][1:]]]),
        check=lambda c: ids(c) == ["123456789012345"],
    ),
    Nasty("ids of 15 digits in text", text(rows=[HEADER, *WIDE_ID]), check=lambda c: ids(c)[0] == "123456789012345"),
    Nasty(
        "ids of 18 digits as numbers",
        workbook(rows=[HEADER, [123456789012345678, *ROWS[0][1:]], *ROWS[1:]]),
        check=lambda c: len(c.admissions) == 2 and said(c, "A2: .*shortened by Excel"),
    ),
    Nasty(
        "id in scientific notation",
        text(rows=changed_row(1, admission_id="1.23457E+14")),
        check=lambda c: len(c.admissions) == 2 and said(c, "row 2: .*shortened"),
    ),
    Nasty("leading zeros by number format", workbook(_zero_format)),
    Nasty("real dates", workbook(_real_dates), check=_first_previous),
    Nasty("dates from 1904", workbook(_epoch_1904), check=_first_previous),
    Nasty("xls", old_xls, check=_first_previous),
    Nasty("xlsb", raw("export.xlsb", nasty_binary.xlsb("Admissions", [HEADER, *ROWS])), check=_first_previous),
    Nasty(
        "xlsb with a false extent",
        raw("export.xlsb", nasty_binary.xlsb("Admissions", [HEADER, *ROWS], last=(1048575, 16383))),
        check=_first_previous,
    ),
    Nasty(
        "ods with a million empty rows",
        raw("export.ods", nasty_binary.ods("Admissions", [HEADER, *ROWS])),
        check=_first_previous,
    ),
    Nasty("stray far cell", workbook(_far_cell)),
    Nasty(
        "blank rows between",
        workbook(_blank_rows),
        check=lambda c: len(c.admissions) == 3 and c.admissions[1].source_row == "Admissions!A7",
    ),
    Nasty("cover and chart sheets", workbook(_chart_sheet)),
    Nasty(
        "duplicate headers",
        workbook(rows=[[*HEADER, "Ward", "Ward"], [*ROWS[0], "A", "B"]]),
        check=lambda c: c.admissions[0].labels["Ward (2)"] == "B",
    ),
    Nasty(
        "column without header",
        workbook(rows=[[*HEADER, None, "Ward"], [*ROWS[0], "lost", "B"]]),
        check=lambda c: said(c, "column J has no header"),
    ),
    Nasty("blanks and case in headers", workbook(rows=[[f"\xa0 {h.upper()}\u200b " for h in HEADER], *ROWS])),
    Nasty(
        "error cells",
        repacked(lambda part, b: b.replace(b'<c r="C2" t="n"><v>67</v></c>', b'<c r="C2" t="e"><v>#N/A</v></c>')),
        check=lambda c: c.admissions[0].age is None and said(c, "C2: no age"),
    ),
    # text files
    Nasty("UTF-8 with a mark", text("utf-8-sig")),
    Nasty("UTF-16", text("utf-16", delimiter="\t"), check=_first_previous),
    Nasty("UTF-16 without a mark", text("utf-16-le")),
    Nasty(
        "Windows-1252",
        text("cp1252", rows=changed_row(2, diagnoses="Ménière's disease")),
        check=lambda c: c.admissions[1].diagnoses == ("Ménière's disease",),
    ),
    Nasty(
        "GB18030",
        text("gb18030", rows=CHINESE),
        check=lambda c: (
            [a.sex for a in c.admissions] == ["female", "male"] and c.admissions[0].diagnoses == ("高血压", "糖尿病")
        ),
    ),
    Nasty(
        "one bad byte in UTF-8",
        edited(text(rows=CHINESE), "bad.csv", lambda b: b.replace("肺炎".encode(), b"\xff\xe8\x82\xba")),
        check=lambda c: c.admissions[0].diagnoses[0] == "高血压" and said(c, "do not fit the encoding"),
    ),
    Nasty(
        "semicolons and decimal commas",
        text(delimiter=";", rows=changed_row(1, age="67,5", orders="heparin")),
        check=lambda c: c.admissions[0].age == 67 and len(c.admissions) == 3,
    ),
    Nasty("tabs under the name csv", text(delimiter="\t")),
    Nasty("vertical bars", text(delimiter="|")),
    Nasty("workbook name on a text file", text(name="export.xlsx")),
    Nasty("sep= line", edited(text(delimiter=";", quoting=csv.QUOTE_ALL), "sep.csv", lambda b: b"sep=;\r\n" + b)),
    Nasty("line ends of old Macs", text(lineterminator="\r")),
    Nasty("compressed", edited(text(), "export.csv.gz", gzip.compress)),
    Nasty(
        "line breaks in cells",
        text(rows=changed_row(1, diagnoses="1. Hypertension\n2. Diabetes\r\n3. Gout")),
        check=lambda c: (
            c.admissions[0].diagnoses == ("Hypertension", "Diabetes", "Gout")
            and c.admissions[1].source_row == "export.csv row 3"
        ),
    ),
    Nasty(
        "stray quotation marks",
        raw("export.csv", b'Admission ID,Age,Diagnosis\n1,67,"say "ah" pain"\n2,54,6" burn\n'),
        check=lambda c: ids(c) == ["1", "2"],
    ),
    Nasty(
        "delimiter inside a cell",
        raw("export.csv", b"Admission ID,Age,Diagnosis\n1,67,Pain, chest\n2,54,I10\n3,54,I10\n"),
        check=lambda c: ids(c) == ["2", "3"] and said(c, "row 2: the row has more cells than the header"),
    ),
    Nasty(
        "short rows",
        raw("export.csv", b"Admission ID,Age,Diagnosis,Ward\n1,67,I10\n2,54,I10,A\n"),
        check=lambda c: ids(c) == ["1", "2"],
    ),
    Nasty(
        "note of 200,000 characters",
        text(rows=[["Admission ID", "Age", "Note"], ["1", "67", "PAST MEDICAL HISTORY: " + "asthma " * 30_000]]),
        check=lambda c: len(c.admissions[0].sections["past_medical_history"]) > 131_072,
    ),
    Nasty(
        "control characters",
        text(rows=changed_row(2, diagnoses="Gout\x07\x1b[0m")),
        check=lambda c: c.admissions[1].diagnoses == ("Gout[0m",),
    ),
    # values
    Nasty(
        "negative age",
        workbook(rows=changed_row(2, age=-4)),
        check=lambda c: ids(c) == ["00101", "00103"] and said(c, "A3: Admissions!C3: negative age"),
    ),
    Nasty(
        "age in words",
        workbook(rows=changed_row(2, age="old")),
        check=lambda c: ids(c) == ["00101", "00103"] and said(c, "C3: expected an age in years"),
    ),
    Nasty(
        "age 300", workbook(rows=changed_row(2, age=300)), check=lambda c: said(c, "C3: expected an age from 0 to 120")
    ),
    Nasty(
        "ages of many kinds",
        workbook(
            rows=[
                HEADER,
                *(
                    ["x" + str(i), f"p{i}", a, *ROWS[1][3:]]
                    for i, a in enumerate(["67y", ">89", "54.0", 44.0, "6 months", "070Y"])
                ),
            ]
        ),
        check=lambda c: [a.age for a in c.admissions] == [67, 90, 54, 44, 70] and said(c, "under 18"),
    ),
    Nasty(
        "unknown sex",
        workbook(rows=changed_row(2, sex="3")),
        check=lambda c: c.admissions[1].sex is None and said(c, "D3: expected F, M"),
    ),
    Nasty(
        "missing id",
        workbook(rows=changed_row(2, admission_id=None)),
        check=lambda c: ids(c) == ["00101", "00103"] and said(c, "A3: the admission id is missing"),
    ),
    Nasty(
        "duplicate id",
        workbook(rows=changed_row(2, admission_id="00101")),
        check=lambda c: ids(c) == ["00101", "00103"] and said(c, "A3: the admission id stands in Admissions!A2"),
    ),
    Nasty(
        "no diagnosis and no note",
        workbook(rows=changed_row(2, diagnoses="")),
        check=lambda c: ids(c) == ["00101", "00103"] and said(c, "A3: no diagnosis"),
    ),
    Nasty(
        "day or month",
        workbook(rows=changed_row(2, admission_date="03/04/2024")),
        check=lambda c: said(c, "E3: day and month cannot be told apart"),
    ),
    Nasty(
        "day and month settled",
        workbook(rows=changed_row(1, admission_date="03/02/2024")),
        check=_first_previous,
        profile={"date_order": "dmy"},
    ),
    Nasty(
        "day and month settled the other way",
        workbook(rows=changed_row(1, admission_date="03/02/2024")),
        check=lambda c: c.admissions[0].previous is not None,
        profile={"date_order": "mdy"},
    ),
    Nasty(
        "not a day",
        workbook(rows=changed_row(2, admission_date="2024-02-30")),
        check=lambda c: said(c, "E3: not a day of the calendar"),
    ),
    Nasty(
        "Excel day number",
        workbook(rows=changed_row(2, admission_date=45000)),
        check=lambda c: said(c, "E3: a number, read as a date as Excel counts days"),
    ),
    Nasty(
        "orders of unknown admissions",
        workbook(_orders_sheet),
        check=lambda c: (
            c.admissions[0].orders == ("aspirin", "heparin")
            and c.admissions[2].orders == ()
            and said(c, "Rx: order rows not used because the admission is not.*: 1 .first: Rx!A4")
        ),
    ),
    Nasty(
        "one row per order",
        text(rows=LONG_FORM),
        check=lambda c: (
            ids(c) == ["1", "2"] and c.admissions[0].orders == ("heparin", "vancomycin") and said(c, "row 5: .*already")
        ),
    ),
    Nasty(
        "names and phones",
        workbook(rows=[[*HEADER, "Patient name", "Contact"], [*ROWS[0], "Doe", "+49 170 1234567"]]),
        check=lambda c: set(c.admissions[0].labels) == {"visit"} and said(c, "Contact: looks like a direct identifier"),
    ),
    Nasty(
        "record number as patient id",
        workbook(rows=[["Admission ID", "MRN", "Age", "Diagnosis"], ["1", "4711", 67, "I10"]]),
        check=lambda c: c.admissions[0].patient_id == "P00001" and c.source.numbered_patients,
    ),
]
