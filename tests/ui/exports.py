"""Workbooks and text tables as hospitals export them, for the tests of Import and Check."""

from pathlib import Path

import openpyxl

HEADERS = ("Ref", "Pat Nr", "Age (years)", "Gender", "Admitted", "Dx 1", "Dx 2", "Unit", "Phone")
ROWS = (
    ("S1", "P1", "67y", "F", "03/04/2024", "Sepsis", "AKI", "ICU", "+49 170 1234567"),
    ("S2", "P1", ">89", "male", "2024-05-04", "Pneumonia", "", "Ward", "+49 170 1234568"),
    ("S3", "P2", "-4", "M", "2024-05-05", "Heart failure", "", "Ward", "+49 170 1234569"),
)
ORDERS = (("S1", "METOPROLOL 25 MG"), ("S1", "metoprlol 25"), ("S2", "house mix 7"), ("S2", "metoprlol 25"))


def write_ward(folder: Path) -> Path:
    """A workbook with title rows, a header that no synonym knows ("Ref"), orders on a second sheet, and a legend."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Stays"
    for row in (("Hospital export",), (), HEADERS, *ROWS):
        sheet.append(row)
    orders = book.create_sheet("Given")
    for row in (("Ref", "Drug"), *ORDERS):
        orders.append(row)
    book.create_sheet("Legend").append(("ICU", "intensive care unit"))
    path = folder / "ward.xlsx"
    book.save(path)
    return path


def write_known(folder: Path, n: int = 30) -> Path:
    """A CSV file whose every column is known; row 5 has an impossible age, an order is misspelled."""
    lines = ["admission id,patient id,age,sex,diagnoses,orders"]
    lines += [f"A{i},P{i},{-4 if i == 4 else 40 + i % 50},F,sepsis,ASPIRIN 81 MG; hydralzine" for i in range(1, n + 1)]
    path = folder / "known.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_long(folder: Path) -> Path:
    """A CSV file with one row per order: the admission is repeated."""
    path = folder / "long.csv"
    path.write_text(
        "admission id,age,sex,diagnoses,drug\nA1,60,F,sepsis,ASPIRIN 81 MG\nA1,60,F,sepsis,HEPARIN\n"
        "A2,70,M,pneumonia,FUROSEMIDE 20 MG\n",
        encoding="utf-8",
    )
    return path
