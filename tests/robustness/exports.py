"""Fuzz targets among the readers of exports: each is a strategy of files, and what the program does with them."""

import csv
import functools
import io
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import xlwt
from hypothesis import strategies as st

from lamo_desktop import cli
from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.admissions.read import read_export
from lamo_desktop.codec import from_json, to_json
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.model.prompt import ANSWERS, QUESTION, parts
from lamo_desktop.paths import resource
from tests.admissions.nasty import HEADER, ROWS
from tests.admissions.nasty_binary import xlsb
from tests.admissions.test_mimic import mimic3, mimic4
from tests.robustness.hostile import TEXT, Files, damaged, damaged_gzip, damaged_zip, encoded

SEEDS = st.integers(0, 2**32)
STAYS = 6  # of the demo, so that reading them takes milliseconds


@functools.cache
def formulary() -> Formulary:
    return load_formulary()


def read(folder: Path) -> None:
    """Read whatever lies in the folder; what was read must fit the prompt and the job file."""
    files = [path for path in folder.iterdir() if path.is_file()]
    whole = len(files) == 1 and files[0].name.startswith("export")
    judge(read_export(files[0] if whole else folder, formulary()).cohort)


def judge(cohort: Cohort) -> None:
    for admission in cohort.admissions:
        *lines, last = [part.text for part in parts(admission)]
        assert last == QUESTION
        assert all(line.count("\n") == 1 and "->" not in line for line in lines)
        assert not any(line.rstrip("\n").endswith(tuple(f"->{answer}" for answer in ANSWERS)) for line in lines)
        assert from_json(Admission, to_json(admission)) == admission


def check(folder: Path) -> None:
    """`lamo check` with everything it can write."""
    export = next(path for path in folder.iterdir() if path.name.startswith("export"))
    outputs = ["--xlsx", "out.xlsx", "--save-profile", "out.yaml", "--save-names", "out.csv"]
    named = [str(folder / name) if "." in name else name for name in outputs]
    options = cli.parser().parse_args(["check", str(export), "--audit", "--progress", "none", *named])
    options.run(options)
    book = openpyxl.load_workbook(folder / "out.xlsx")
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


ROW_CELLS = st.lists(TEXT, min_size=len(HEADER), max_size=len(HEADER) + 1)
TABLES = st.builds(
    lambda header, rows, real: [
        header,
        *ROWS[1:2],
        *[[cell or sound for sound, cell in zip(ROWS[0], row, strict=True)] for row in real],
        *rows,
    ],
    st.one_of(
        st.just(list(HEADER)),
        st.just(list(HEADER)),
        st.lists(st.sampled_from([*HEADER, "", "Age", "=1+1", "\x00"]), max_size=12),
    ),
    st.lists(ROW_CELLS, max_size=5),
    st.lists(st.lists(st.sampled_from(["", ""]) | TEXT, min_size=9, max_size=9), max_size=2),
)


def as_csv(rows: Sequence[Sequence[object]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([[str(cell) for cell in row] for row in rows])
    try:
        return out.getvalue().encode(encoding, "surrogatepass")
    except UnicodeError:
        return encoded(out.getvalue())


CSV = st.builds(
    as_csv,
    TABLES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"]),
)
CSV_FILES: st.SearchStrategy[Files] = st.one_of(
    CSV.map(lambda data: {"export.csv": data}),
    CSV.map(lambda data: {"export.csv": data}),
    st.builds(lambda data, seed: {"export.csv": damaged(data, seed)}, CSV, SEEDS),
    st.builds(lambda data, seed: {"export.csv.gz": damaged_gzip(data, seed)}, CSV, SEEDS),
)


def as_xlsx(rows: Sequence[Sequence[object]], raw: bool) -> bytes:
    """A workbook whose cells hold anything, also what XML forbids when `raw`."""
    book = openpyxl.Workbook()
    book.active.append(["x"])  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    body = "".join(
        f'<row r="{i}">'
        + "".join(f'<c t="inlineStr"><is><t>{cell if raw else escape(str(cell))}</t></is></c>' for cell in row)
        + "</row>"
        for i, row in enumerate(rows, start=1)
    )
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'
    return _with_member(out.getvalue(), "xl/worksheets/sheet1.xml", encoded(sheet))


def _with_member(data: bytes, member: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return out.getvalue()


@functools.cache
def real_books() -> tuple[tuple[str, bytes], ...]:
    """Sound workbooks of every kind."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["A hospital"], [], HEADER, *ROWS):
        page.append(row)
    page.merge_cells("A1:C1")
    page["J4"], page["J3"] = "=1+1", "Ward"
    for cell in page["A"]:
        cell.number_format = "00000000"
    book.create_sheet("Orders").append(["Admission ID", "Drug"])
    book["Orders"].append(["00101", "ASPIRIN 81 MG"])
    xlsx = io.BytesIO()
    book.save(xlsx)
    old = xlwt.Workbook()
    sheet = old.add_sheet("S")
    for i, row in enumerate([HEADER, *ROWS]):
        for j, value in enumerate(row):
            sheet.write(i, j, value)
    xls = io.BytesIO()
    old.save(xls)
    return ("xlsx", xlsx.getvalue()), ("xls", xls.getvalue()), ("xlsb", xlsb("S", [HEADER, *ROWS]))


def _damaged_book(which: int, seed: int, inside: bool) -> Files:
    kind, data = real_books()[which]
    return {f"export.{kind}": damaged_zip(data, seed) if inside and kind != "xls" else damaged(data, seed)}


BOOK_FILES: st.SearchStrategy[Files] = st.one_of(
    st.builds(lambda rows, raw: {"export.xlsx": as_xlsx(rows, raw)}, TABLES, st.sampled_from([False, False, True])),
    st.builds(_damaged_book, st.sampled_from([0, 0, 1, 2]), SEEDS, st.booleans()),
    st.builds(_damaged_book, st.sampled_from([0, 0, 2]), SEEDS, st.just(True)),
)


@functools.cache
def small_folder(kind: str) -> Files:
    """A sound folder of tables: a few stays of the demo, or the tables that the tests of MIMIC write."""
    if kind == "eicu":
        demo, kept = resource("demo/eicu"), set()
        with (demo / "patient.csv").open(encoding="utf-8", newline="") as file:
            kept = {row["patientunitstayid"] for row in list(csv.DictReader(file))[:STAYS]}
        return {path.name: _rows_of(path, kept) for path in sorted(demo.glob("*.csv"))}
    make: Callable[[Path], Path] = {"mimic3": mimic3, "mimic4": mimic4}[kind]
    with tempfile.TemporaryDirectory() as name:
        folder = make(Path(name))
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.csv"))}


def _rows_of(path: Path, stays: set[str]) -> bytes:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    place = header.index("patientunitstayid") if "patientunitstayid" in header else None
    out = io.StringIO()
    csv.writer(out).writerows([header, *[row for row in rows if place is None or row[place] in stays]])
    return out.getvalue().encode()


def _hit(kind: str, which: int, way: str, seed: int, texts: list[str]) -> Files:
    files = dict(small_folder(kind))
    name = sorted(files)[which % len(files)]
    if way == "cells":
        rows = list(csv.reader(io.StringIO(files[name].decode())))
        for n, text in enumerate(texts):
            row = rows[(seed >> n) % len(rows) if n else 1 % len(rows)]
            row[(seed // 7 + n) % len(row)] = text
        files[name] = as_csv(rows, ",", "utf-8")
    elif way == "gzip":
        files[name + ".gz"] = damaged_gzip(files.pop(name), seed)
    else:
        files[name] = damaged(files[name], seed)
    return files


def folder_files(kind: str) -> st.SearchStrategy[Files]:
    ways = st.sampled_from(["cells", "cells", "bytes", "gzip"])
    return st.builds(_hit, st.just(kind), st.integers(0, 20), ways, SEEDS, st.lists(TEXT, min_size=1, max_size=6))
