"""Which columns of a workbook or text table may be subgroups: never a reason, an illness, an outcome or a remark."""

import csv
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.admissions.synonyms import SubgroupWords, Vocabulary, names_staff
from lamo_desktop.formulary import load_formulary

MAY_BE = (
    "Ward|DEPARTMENT_NAME|Fachabteilung|Unité fonctionnelle|Servicio|科室|Hospital › ID|Region|Year|Quartal|FIN_CLASS|"
    "Kostenträger|Mutuelle|费别|Admission type|ADM_TYPE|Aufnahmeart|Mode d'entrée|Tipo de ingreso|入院方式|Age group|"
    "Nurse unit|Study arm|Fachabteilungsname|ICU unit type"
)
NEVER = (
    "Aufnahmegrund|Grund|Motif d'admission|Motivo de ingreso|入院原因|Main diagnosis group|Hospital mortality|Outcome|"
    "Hospital discharge status|Discharge ward|ICU LOS|Died in hospital|Bed|Comment|Service date|转归|出院科室|"
    "Marker|Route|Emergency contact|Notfallkontakt|Implantat|Service request|Monthly income|Dose unit|Creatinine unit|"
    "Right arm BP|Chemo regimen"
)


@pytest.fixture(scope="module")
def subgroups() -> SubgroupWords:
    data = load_profile("flat").data
    return SubgroupWords(data, Vocabulary(data))


def test_headers_that_may_name_a_subgroup(subgroups: SubgroupWords) -> None:
    assert [header for header in MAY_BE.split("|") if not subgroups.name(header)] == []
    assert [header for header in NEVER.split("|") if subgroups.name(header)] == []


def labels(path: Path, header: list[str], rows: list[list[str]], profile: Path | None = None) -> set[str]:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    cohort = read_export(path, load_formulary(), profile).cohort
    return {name for admission in cohort.admissions for name in admission.labels} - {"visit"}


def test_a_reason_with_few_values_is_none_and_a_profile_may_name_more(tmp_path: Path) -> None:
    header = ["Fall ID", "Alter", "Geschlecht", "Diagnosen", "Aufnahmegrund", "Aufnahmeart", "Study wave"]
    rows = [
        [f"A{n:03}", "67", "F", "I10", ("Sturz", "Luftnot", "Notfall")[n % 3], "elektiv", f"w{n % 2}"]
        for n in range(30)
    ]
    assert labels(tmp_path / "a.csv", header, rows) == {"Aufnahmeart"}
    (tmp_path / "own.yaml").write_text("kind: flat\nsubgroups: [study wave]\n", encoding="utf-8")
    assert labels(tmp_path / "a.csv", header, rows, tmp_path / "own.yaml") == {"Aufnahmeart", "Study wave"}


def test_what_differs_from_order_to_order_is_none(tmp_path: Path) -> None:
    header = ["HADM", "Age", "Sex", "Diagnoses", "Drug", "Ward", "Location"]
    rows = [
        [f"A{n:03}", "67", "F", "I10", drug, "ICU", place]
        for n in range(5)
        for drug, place in (("aspirin", "pharmacy"), ("heparin", "ward stock"))
    ]
    assert labels(tmp_path / "a.csv", header, rows) == {"Ward"}


def test_moments_and_values_that_never_come_again_are_none(tmp_path: Path) -> None:
    header = ["HADM", "Age", "Sex", "Diagnoses", "Ward", "Ward arrival", "Unit code"]
    rows = [
        [f"A{n:03}", "67", "F", "I10", "ICU", f"2024-01-{n + 1:02} 10:{n:02}" if n % 3 else "", f"U{n:03}"]
        for n in range(24)
    ]
    assert labels(tmp_path / "a.csv", header, rows) == {"Ward"}


def test_a_bed_is_no_patient(tmp_path: Path) -> None:
    rows = [["HADM", "Platz", "Age", "Sex", "Diagnoses"]]
    rows += [[f"A{n:03}", f"B-{1 + n % 20:03}", f"{40 + n}", "FM"[n // 3 % 2], "I10"] for n in range(30)]
    path = tmp_path / "a.csv"
    for rows_read in (
        rows,
        rows[:1] + [[*row[:3], "F", row[4]] for row in rows[9:24]],
    ):  # few, where the sex is the same
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows_read)
        mapping = read_export(path, load_formulary()).headers
        assert mapping is not None and not mapping.columns("patient_id")


def test_frequencies_are_no_drugs(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    stays, orders = book.active, book.create_sheet("Sheet2")
    assert stays is not None
    stays.append(["HADM", "Age", "Sex", "Diagnoses"])
    orders.append(["HADM", "Sig", "Ordered As"])
    for n, drug in enumerate(("heparin", "aspirin", "metoprolol", "furosemide", "insulin", "warfarin")):
        stays.append([f"A{n:04}", 60 + n, "F", "I10"])
        orders.append([f"A{n:04}", ("ONCE", "BID", "daily")[n % 3], drug])
    book.save(tmp_path / "a.xlsx")
    cohort = read_export(tmp_path / "a.xlsx", load_formulary()).cohort
    assert [admission.orders for admission in cohort.admissions[:2]] == [("heparin",), ("aspirin",)]


def test_a_nurse_unit_is_a_place_and_no_person() -> None:
    assert not any(map(names_staff, ("Nurse unit", "Attending service", "Consultant specialty")))
    assert all(map(names_staff, ("Nurse", "Prescribed by", "Attending physician", "Consultant")))
