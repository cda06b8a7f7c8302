"""Headers: units, remarks, two languages, abbreviations, groups over columns, and what cells say to them."""

from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions.cell_evidence import Evidence, evidence
from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.mapping import save_profile
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.read import read_cohort, read_export
from lamo_desktop.admissions.synonyms import Vocabulary, known_later, minutes_per_unit
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary

VOCABULARY = Vocabulary(load_profile("flat").data)


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def written(path: Path, rows: list[list[str]]) -> Path:
    path.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def columns(path: Path, formulary: Formulary) -> tuple[dict[str, str], Cohort]:
    export = read_export(path, formulary)
    return {column.field: column.header for table in export.tables for column in table.columns}, export.cohort


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("HADM", "admission_id"),
        ("Adm No.", "admission_id"),
        ("N° de séjour", "admission_id"),
        ("Nº de ingreso", "admission_id"),
        ("住院号（唯一）", "admission_id"),
        ("Alter / Age", "age"),
        ("Alter bei Aufnahme [Jahre]", "age"),
        ("患者年龄（岁）", "age"),
        ("Edad (años)", "age"),
        ("Sexe | Sex", "sex"),
        ("Adm Dt", "admission_date"),
        ("Date d'admission (jj/mm/aaaa)", "admission_date"),
        ("Motif d'admission", "reason"),
        ("Diagnosis code", "diagnoses"),
        ("Diagnoses (coded at discharge)", "diagnoses"),
        ("Diagnoses (ICD-10-GM, at admission)", "diagnoses"),
        ("诊断名称 (ICD-10)", "diagnoses"),
        ("Home meds (list)", "medications_on_admission"),
        ("Traitement habituel", "medications_on_admission"),
        ("Medicación habitual", "medications_on_admission"),
        ("Order text", "order_drug"),
        ("Médicament (DCI)", "order_drug"),
        ("药品名称（通用名）", "order_drug"),
        ("Started", "order_start"),
        ("Start (min from unit admission)", "order_start"),
        ("Hours since admission", "order_start"),
        ("Beginn der Verordnung", "order_start"),
        ("开始时间（距入院分钟）", "order_start"),
        ("FIN NBR", "admission_id"),
        ("enc.ADMIT_DT", "admission_date"),
        ("Hospital stay › Diagnoses", "diagnoses"),
        ("Medikament 3", "orders"),
        ("Medication_11", "orders"),
        ("FECHA_ING", "admission_date"),
        ("Diagn.", "diagnoses"),
        ("Encounter Diagnoses", "diagnoses"),
        ("COD_SEXE", "sex"),
        ("dbo.Encounter.ADMIT_DT", "admission_date"),
        ("age.at.adm", "age"),
    ],
)
def test_recognised(header: str, field: str) -> None:
    assert VOCABULARY.confidence(header, field) >= 0.6


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Discharge drugs", "orders"),
        ("Entlassmedikation", "orders"),
        ("Medikation vor Aufnahme", "orders"),
        ("Medications (before admission)", "orders"),
        ("出院带药", "orders"),
        ("Dose of drug", "order_drug"),
        ("Drug code", "order_drug"),
        ("Order status", "order_drug"),
        ("Stop time", "order_start"),
        ("Antécédents familiaux", "past_medical_history"),
        ("Diagnosis date", "diagnoses"),
        ("Number of diagnoses", "diagnoses"),
        ("Age group", "age"),
        ("Length of stay", "admission_id"),
        ("Adm weight", "admission_id"),
        ("Patient name", "patient_id"),
        ("PAT_NAME", "patient_id"),
        ("Medikament 3", "medications_on_admission"),
        ("Last update date", "order_start"),
    ],
)
def test_not_recognised(header: str, field: str) -> None:
    assert VOCABULARY.confidence(header, field) < 0.6


def test_what_is_recorded_at_discharge_is_known_in_every_language() -> None:
    assert all(
        map(known_later, ("Diagnoses (coded at discharge)", "Entlassdiagnosen", "Diagnostic de sortie", "出院诊断"))
    )
    assert not any(map(known_later, ("Diagnoses", "Admission diagnosis", "入院诊断", "Entzündung")))


@pytest.mark.parametrize(
    ("header", "minutes"),
    [
        ("Start (min from unit admission)", 1),
        ("start offset [h]", 60),
        ("Tage seit Aufnahme", 1440),
        ("开始时间（小时）", 60),
        ("开始时间（距入院分钟）", 1),
        ("Start", None),
    ],
)
def test_units_of_a_column(header: str, minutes: float | None) -> None:
    assert minutes_per_unit(header) == minutes


def test_diagnoses_coded_at_discharge_are_read_with_a_warning(tmp_path: Path, formulary: Formulary) -> None:
    rows = [["HADM", "Age", "Diagnoses (coded at discharge)"], ["1", "67", "I10"]]
    held, cohort = columns(written(tmp_path / "a.csv", rows), formulary)
    assert held["diagnoses"] == rows[0][2]
    (warning,) = [p for p in cohort.problems if p.severity == "warning" and "recorded at discharge" in p.message]
    assert rows[0][2] in warning.where


def test_a_better_column_is_taken_before_the_one_of_the_discharge(tmp_path: Path, formulary: Formulary) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("kind: flat\ncolumns: {diagnoses: Diagnostic de sortie}\n", encoding="utf-8")
    path = written(tmp_path / "a.csv", [["HADM", "Age", "Diagnostic de sortie"], ["1", "67", "I10"]])
    problems = read_export(path, formulary, own).cohort.problems
    assert any("recorded at discharge" in p.message for p in problems)  # also where a person chose the column


def test_cells_decide_where_a_header_is_not_enough(tmp_path: Path, formulary: Formulary) -> None:
    header = ["HADM", "Sex", "Diagnoses", "Relevant drugs", "Age"]
    rows = [[str(n), "F", "I10", ("heparin", "aspirin 81 mg")[n % 2], f"2024-01-{n + 1:02}"] for n in range(9)]
    held, cohort = columns(written(tmp_path / "a.csv", [header, *rows]), formulary)
    assert held["orders"] == "Relevant drugs"
    assert "age" not in held  # a column of dates is no age, whatever its header
    assert cohort.admissions[0].orders == ("heparin",)


@pytest.mark.parametrize(
    ("field", "cells", "says"),
    [
        ("sex", ["F", "M", "female"], Evidence.AGREE),
        ("sex", [f"word {n}" for n in range(20)], Evidence.CONTRADICT),
        ("age", ["67", "71 y", ">89"], Evidence.AGREE),
        ("age", ["2024-01-01", "2024-02-01"], Evidence.CONTRADICT),
        ("admission_date", ["01/02/2024", "13.04.2024"], Evidence.OPEN),
        ("admission_date", ["yes", "no"], Evidence.CONTRADICT),
        ("order_start", ["-30", "125"], Evidence.OPEN),
        ("admission_id", ["70.4", "81.5"], Evidence.CONTRADICT),
        ("order_drug", ["5", "10"], Evidence.CONTRADICT),
        ("order_drug", ["heparin 5000 units", "aspirin"], Evidence.AGREE),
        ("diagnoses", ["I10; J18.9", "E11"], Evidence.AGREE),
        ("diagnoses", ["Y", "N"], Evidence.CONTRADICT),
        ("diagnoses", ["", ""], Evidence.OPEN),
    ],
)
def test_evidence_of_cells(field: str, cells: list[str], says: Evidence, formulary: Formulary) -> None:
    assert evidence(field, cells, formulary) is says


@pytest.mark.parametrize("merged", [True, False])
def test_group_headers_over_columns(merged: bool, tmp_path: Path, formulary: Formulary) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Patient", None, None, "Admission", None, "Diagnosis", None, "Discharge", None])
    sheet.append(["ID", "Age", "Sex", "Number", "Date", "Code", "Text", "Date", "Medication"])
    sheet.append(["P1", 67, "F", "A1", "2024-01-05", "I10", "Hypertension", "2024-01-09", "aspirin"])
    if merged:
        for cells in ("A1:C1", "D1:E1", "F1:G1", "H1:I1"):
            sheet.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    held, cohort = columns(tmp_path / "a.xlsx", formulary)
    assert (held["patient_id"], held["admission_id"]) == ("Patient › ID", "Admission › Number")
    assert held["admission_date"] == "Admission › Date" and held["discharge_date"] == "Discharge › Date"
    (admission,) = cohort.admissions
    assert (admission.admission_id, admission.age, admission.sex) == ("A1", 67, "female")
    assert admission.diagnoses == ("I10", "Hypertension") and admission.orders is None


def test_a_title_above_the_header_is_no_group(tmp_path: Path, formulary: Formulary) -> None:
    rows = [["Ward list", "", "", "printed 2024"], ["HADM", "Age", "Sex", "Diagnoses"], ["1", "67", "F", "I10"]]
    held, _ = columns(written(tmp_path / "a.csv", rows), formulary)
    assert held["age"] == "Age"


def test_one_sentence_asks_for_what_is_missing_and_names_what_may_be_it(tmp_path: Path, formulary: Formulary) -> None:
    rows = [["Kuckuck", "Age", "Zettel"], *([f"K-{n:04}", "67", f"Pneumonia of kind {n}"] for n in range(5))]
    asked = r"no column for the admission id .*perhaps it is 'Kuckuck'.*; recognised: age in 'Age'"
    with pytest.raises(InputError, match=asked) as raised:
        read_export(written(tmp_path / "a.csv", rows), formulary)
    assert str(raised.value).count(". ") == 0
    rows = [[*row, f"Sepsis of kind {n}"] for n, row in enumerate(rows)]
    rows[0][0], rows[0][3] = "HADM", "Blatt"
    export = read_export(written(tmp_path / "b.csv", rows), formulary)
    (error,) = [problem for problem in export.cohort.problems if problem.severity == "error"]
    assert "diagnoses" in error.message and "perhaps it is 'Zettel' or 'Blatt'" in error.message
    assert not export.cohort.admissions and len(export.cohort.set_aside) == 5
    with pytest.raises(InputError, match=r"no admission is left .*'Zettel' or 'Blatt'"):
        read_cohort(tmp_path / "b.csv", formulary)


def test_rows_without_an_admission_id_are_admissions_where_they_clearly_are(
    tmp_path: Path, formulary: Formulary
) -> None:
    rows = [["MRN", "Age", "Sex", "Admitted on", "Diagnoses", "Drugs ordered"]]
    rows += [[f"P{n // 2}", "67", "F", f"2024-01-{n + 1:02}", "I10", "heparin | aspirin"] for n in range(6)]
    cohort = read_cohort(written(tmp_path / "a.csv", rows), formulary)
    assert [a.admission_id for a in cohort.admissions] == [f"row {n}" for n in range(2, 8)]
    assert all(a.orders == ("aspirin", "heparin") for a in cohort.admissions)
    assert cohort.attrition[0].step == "rows of the file, each taken for one admission"
    assert [p for p in cohort.problems if "no column was found for the admission id" in p.message]
    for row in rows[2:]:
        row[3] = "2024-01-01"  # now two rows may be orders of one admission
    with pytest.raises(InputError, match="rows are not clearly one admission each"):
        read_cohort(written(tmp_path / "b.csv", rows), formulary)


def test_drugs_beside_numbered_columns_of_drugs_and_a_sheet_that_nothing_calls_orders(
    tmp_path: Path, formulary: Formulary
) -> None:
    rows = [["HADM", "Age", "Diagnoses", "Medication", "Drug 1", "Drug 2", "Drug 3"]]
    rows += [[f"A{n}", "67", "I10", "warfarin | digoxin", "heparin", "aspirin", "furosemide"] for n in range(4)]
    (first, *_) = read_cohort(written(tmp_path / "a.csv", rows), formulary).admissions
    assert first.orders == ("aspirin", "furosemide", "heparin")
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["HADM", "Age", "Diagnoses", "Drugs ordered"], *([f"A{n}", 67, "I10", "heparin"] for n in range(9))):
        sheet.append(row)
    other = book.create_sheet("Sheet2")
    for row in (["HADM", "Drug"], *([f"A{n}", "warfarin"] for n in range(9))):
        other.append(row)
    book.save(tmp_path / "b.xlsx")
    cohort = read_cohort(tmp_path / "b.xlsx", formulary)
    assert cohort.admissions[0].orders == ("heparin",)
    assert [p for p in cohort.problems if "choose it as the sheet of orders" in p.message]


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("Notiz", ["verlegt", "siehe Akte", "Angehörige informiert"], "note"),
        ("MED_HX_TEXT", ["COPD | stroke", "asthma", "renal failure | gout"], "medications_on_admission"),
        ("Aufnahmeanlass", ["Notfall", "Einweisung", "Verlegung"], "reason"),
        ("Stay nr", ["14", "9", "11"], "admission_id"),
    ],
)
def test_cells_contradict_a_header(
    header: str, cells: list[str], field: str, tmp_path: Path, formulary: Formulary
) -> None:
    rows = [["CSN", "Age", "Diagnoses", header]]
    rows += [[f"A{n:03}", "67", "I10", cells[n % 3] if field != "medications_on_admission" else f"{cells[n % 3]} {n}"]
             for n in range(15)]  # fmt: skip
    held, _ = columns(written(tmp_path / "a.csv", rows), formulary)
    assert held.get(field) != header


def test_columns_of_the_orders_that_are_not_used_are_named(tmp_path: Path, formulary: Formulary) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["HADM", "Age", "Diagnoses"], ["1", 67, "I10"]):
        sheet.append(row)
    orders = book.create_sheet("Rx")
    for row in (["HADM", "Order text", "Dose", "Route", "Started"], ["1", "heparin", "5", "IV", "2024-01-05"]):
        orders.append(row)
    book.save(tmp_path / "a.xlsx")
    held, cohort = columns(tmp_path / "a.xlsx", formulary)
    assert (held["order_drug"], held["order_start"]) == ("Order text", "Started")
    assert any(p.where == "Rx" and "columns not used: 'Dose', 'Route'" in p.message for p in cohort.problems)


def test_a_sheet_of_home_medications_holds_no_orders(tmp_path: Path, formulary: Formulary) -> None:
    for title in ("Home meds", "Traitement habituel", "Discharge drugs"):
        book = openpyxl.Workbook()
        for row in (["HADM", "Age", "Diagnoses"], ["1", 67, "I10"]):
            book.active.append(row)
        sheet = book.create_sheet(title)
        for row in (["HADM", "Drug"], ["1", "heparin"]):
            sheet.append(row)
        book.save(tmp_path / "a.xlsx")
        held, cohort = columns(tmp_path / "a.xlsx", formulary)
        assert "order_drug" not in held and cohort.admissions[0].orders is None


@pytest.mark.parametrize("drug", ["DRUG_{n}", "Medication {n}", "Medikament {n}", "Médicament {n}", "药物{n}"])
def test_every_numbered_column_is_read(drug: str, tmp_path: Path, formulary: Formulary) -> None:
    names = ["aspirin", "heparin", "furosemide", "lisinopril", "metoprolol", "warfarin", "digoxin", "amiodarone"]
    names += ["vancomycin", "gabapentin", "prednisone"]
    numbers = range(1, len(names) + 1)
    header = ["HADM", "Age", *(f"Dx {n}" for n in numbers), *(drug.format(n=n) for n in numbers)]
    row = ["1", "67", *(f"illness {n}" for n in numbers), *names]
    _, cohort = columns(written(tmp_path / "a.csv", [header, row]), formulary)
    assert cohort.admissions[0].orders == tuple(sorted(names))
    assert cohort.admissions[0].diagnoses == tuple(f"illness {n}" for n in numbers)


def test_the_year_of_birth_gives_an_age_and_says_so(tmp_path: Path, formulary: Formulary) -> None:
    for header in ("Geb.-Jahr", "Year of birth", "Birth year", "Année de naissance", "出生年份"):
        rows = [
            ["HADM", header, "Admission date", "Diagnoses"],
            *([str(i), "1950", "2020-05-01", "I10"] for i in range(3)),
        ]
        _, cohort = columns(written(tmp_path / "a.csv", rows), formulary)
        assert cohort.admissions[0].age == 70
        said = [problem for problem in cohort.problems if "only the year of birth is known" in problem.message]
        assert len(said) == 1 and header in said[0].where
        assert not cohort.admissions[0].labels


def test_names_of_persons_and_numbers_that_are_no_days_are_not_taken(formulary: Formulary) -> None:
    assert evidence("patient_id", ["Müller, K.", "Schäfer, T.", "Weiß, J."]) is Evidence.CONTRADICT
    assert evidence("admission_id", ["王伟", "李娜", "张敏"]) is Evidence.CONTRADICT
    assert evidence("admission_date", ["48213", "71822", "19944", "90210"]) is Evidence.CONTRADICT
    assert evidence("admission_date", ["42005.35", "42011.5"]) is Evidence.OPEN


def test_rows_that_repeat_an_admission_are_its_orders_whatever_the_drugs_are_called(
    tmp_path: Path, formulary: Formulary
) -> None:
    for header in ("Medikation", "用药医嘱", "Medication orders"):
        rows = [["HADM", "Diagnoses", header, "Start"]]
        for name in ("1", "2"):
            rows += [[name, "I10", drug, "x"] for drug in ("aspirin 100 mg", "heparin", "furosemide")]
        path = written(tmp_path / "a.csv", rows)
        _, cohort = columns(path, formulary)
        assert [a.orders for a in cohort.admissions] == [("aspirin", "furosemide", "heparin")] * 2
        export = read_export(path, formulary)
        save_profile(export, tmp_path / "own.yaml")
        again = read_export(path, formulary, tmp_path / "own.yaml")
        assert again.cohort.admissions == cohort.admissions


def test_the_id_by_which_the_orders_are_listed_is_the_admissions(tmp_path: Path, formulary: Formulary) -> None:
    for header in ("Aufnahmenummer", "Kennung"):  # of two ids the other one, or none that a header tells
        book = openpyxl.Workbook()
        book.active.append([header, "Schl.", "Diagnosen"])
        orders = book.create_sheet("Orders")
        orders.append(["Fallnummer", "Medikament"])
        for n in range(8):
            book.active.append([f"A{n}", f"{700 + n}", "I10"])
            orders.append([f"{700 + n}", "heparin"])
        book.save(tmp_path / "a.xlsx")
        _, cohort = columns(tmp_path / "a.xlsx", formulary)
        assert [a.admission_id for a in cohort.admissions] == [str(700 + n) for n in range(8)]
        assert all(a.orders == ("heparin",) for a in cohort.admissions)


@pytest.mark.parametrize("header", ["age.at.adm", "enc.LOS", "登记号", "Adm weight"])
def test_what_only_stands_near_an_admission_is_no_id_of_one(header: str) -> None:
    assert VOCABULARY.confidence(header, "admission_id") < 0.6


def test_a_list_of_discharge_drugs_is_no_order_beside_a_sheet_of_orders(tmp_path: Path, formulary: Formulary) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["HADM", "Age", "Diagnoses", "Zzempf. Medication"],
        *([f"A{n}", 67, "I10", "warfarin"] for n in range(9)),
    ):
        sheet.append(row)
    orders = book.create_sheet("Orders")
    for row in (["HADM", "Drug"], *([f"A{n}", "heparin"] for n in range(9))):
        orders.append(row)
    book.save(tmp_path / "a.xlsx")
    assert read_cohort(tmp_path / "a.xlsx", formulary).admissions[0].orders == ("heparin",)


def test_the_start_of_an_order_counts_before_the_time_at_which_it_was_placed(
    tmp_path: Path, formulary: Formulary
) -> None:
    rows = [["HADM", "Age", "Admitted on", "Diagnoses", "Drug", "Order placed", "Start (min from admission)"]]
    rows += [[f"A{n // 2}", "67", "2024-01-05 08:00", "I10", drug, "2024-01-05 09:00", start]
             for n, (drug, start) in enumerate([("heparin", "60"), ("aspirin", "4000")] * 3)]  # fmt: skip
    cohort = read_cohort(written(tmp_path / "a.csv", rows), formulary)
    assert {a.orders for a in cohort.admissions} == {("heparin",)}


def test_an_unknown_drug_in_a_list_with_commas_does_not_join_the_others(tmp_path: Path, formulary: Formulary) -> None:
    rows = [
        ["HADM", "Age", "Diagnoses", "Drugs ordered"],
        ["A1", "67", "I10", "Zzquidrol, heparin flush 100 units/mL, aspirin"],
    ]
    (admission,) = read_cohort(written(tmp_path / "a.csv", rows), formulary).admissions
    assert admission.orders == ("aspirin",) and admission.unmapped_orders == ("Zzquidrol",)
