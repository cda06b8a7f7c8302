"""Flat exports: mapping of headers and sheets, orders in their three places, history, the user's own profile."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.flat import read_flat
from lamo_desktop.admissions.mapping import save_profile
from lamo_desktop.admissions.profile import Profile, load_profile
from lamo_desktop.admissions.read import read_export
from lamo_desktop.admissions.synonyms import Vocabulary, names_staff
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary

NOTE = """HISTORY OF PRESENT ILLNESS: Chest pain.
PAST MEDICAL HISTORY: Gout.
ALLERGIES: NKDA.
MEDICATIONS: Lisinopril 10 mg daily, Lasix.
HOSPITAL COURSE: Treated with heparin.
DISCHARGE MEDICATIONS: Warfarin."""


VOCABULARY = Vocabulary(load_profile("flat").data)


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def book(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def table(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def written(folder: Path, **settings: Any) -> Path:
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump({"kind": "flat", **settings}), encoding="utf-8")
    return path


def own(folder: Path, **settings: Any) -> Profile:
    return load_profile(written(folder, **settings))


def read(path: Path, formulary: Formulary, profile: Profile | None = None) -> Cohort:
    return read_flat(path, profile or load_profile("flat"), formulary, lambda stage, share: None)[0]


def test_a_note_becomes_sections_lists_and_nothing_later(tmp_path: Path, formulary: Formulary) -> None:
    path = table(tmp_path / "a.csv", [["Admission ID", "Age", "Sex", "Note", "Ward"], ["1", "67", "F", NOTE, "ICU"]])
    (admission,) = read(path, formulary).admissions
    assert dict(admission.sections) == {"history_of_present_illness": "Chest pain.", "past_medical_history": "Gout."}
    assert admission.home_medications == ("lisinopril", "furosemide")
    assert admission.allergies == ()
    assert admission.orders is None
    assert dict(admission.labels) == {"Ward": "ICU"}
    assert "heparin" not in str(admission) and "arfarin" not in str(admission)
    assert {"med:furosemide", "age:60", "sex:female"} <= set(admission.codes)


def test_columns_of_their_own_win_over_the_note(tmp_path: Path, formulary: Formulary) -> None:
    rows = [["Admission ID", "Note", "PMH", "Allergies"], ["1", NOTE, "Asthma; HTN", "Latex (rash)"]]
    (admission,) = read(table(tmp_path / "a.csv", rows), formulary).admissions
    assert admission.past_history == ("Asthma", "HTN")
    assert "past_medical_history" not in admission.sections
    assert admission.allergies == ("latex",)


@pytest.mark.parametrize(
    ("cell", "ingredients", "unmapped"),
    [
        ("heparin; metoprolol tartrate 25 mg", ("heparin", "metoprolol"), ()),
        ("heparin|aspirin 81 mg", ("aspirin", "heparin"), ()),
        ("1. heparin\n2. aspirin", ("aspirin", "heparin"), ()),
        ("heparin, aspirin 81 mg, furosemide", ("aspirin", "furosemide", "heparin"), ()),
        ("zzyzx 5 mg; heparin", ("heparin",), ("zzyzx 5 mg",)),
        ("", (), ()),
    ],
)
def test_orders_in_a_column(
    tmp_path: Path, formulary: Formulary, cell: str, ingredients: tuple[str, ...], unmapped: tuple[str, ...]
) -> None:
    path = table(tmp_path / "a.csv", [["Admission ID", "Diagnosis", "Orders"], ["1", "I10", cell]])
    cohort = read(path, formulary)
    (admission,) = cohort.admissions
    assert (admission.orders, admission.unmapped_orders) == (ingredients, unmapped)
    assert dict(cohort.unmapped) == dict.fromkeys(unmapped, 1)


def test_orders_on_a_second_sheet_and_within_the_first_hours(tmp_path: Path, formulary: Formulary) -> None:
    admissions = [
        ["Case", "Aufnahmedatum", "Diagnosen"],
        ["01", "2024-01-05 08:00", "I10"],
        ["02", "2024-01-06", "J18.9"],
    ]
    orders = [
        ["Case", "Medikament", "Beginn"],
        ["01", "heparin", "2024-01-05 20:00"],
        ["01", "aspirin", "2024-01-07 09:00"],
        ["01", "furosemide", ""],
    ]
    path = book(tmp_path / "a.xlsx", Liste=admissions, Verordnungen=orders)
    mapped = {"columns": {"admission_id": "Case"}}
    everything = read(path, formulary, own(tmp_path, **mapped, order_window="all"))
    assert [a.orders for a in everything.admissions] == [("aspirin", "furosemide", "heparin"), ()]
    first_day = read(path, formulary, own(tmp_path, **mapped))
    assert first_day.admissions[0].orders == ("heparin",)
    said = [p.message for p in first_day.problems]
    assert any("outside the order window (from 24 hours before" in text and "!A3" in text for text in said)
    assert any("cannot be read" in text and "Verordnungen!A4" in text for text in said)


def test_history_needs_certain_order(tmp_path: Path, formulary: Formulary) -> None:
    header = ["Admission ID", "Patient ID", "Age", "Admission date", "Diagnosis", "Procedures", "Orders"]
    rows = [
        ["b", "P", "61", "2024-03-01", "I50.9", "", "furosemide"],
        ["a", "P", "60", "2024-01-01", "I10", "Appendectomy", "heparin"],
        ["c", "Q", "50", "", "J18.9", "", ""],
        ["d", "Q", "51", "2024-01-01", "I10", "", ""],
    ]
    path = table(tmp_path / "a.csv", [header, *rows])
    cohort = read(path, formulary)
    by_id = {a.admission_id: a for a in cohort.admissions}
    previous = by_id["b"].previous
    assert previous is not None
    assert (previous.age, previous.diagnoses, previous.procedures, previous.drugs) == (
        60,
        ("I10",),
        ("Appendectomy",),
        ("heparin",),
    )
    assert [by_id[k].previous for k in "acd"] == [None, None, None]
    assert by_id["b"].labels["visit"] == "repeat" and by_id["a"].labels["visit"] == "first"
    assert {"previous med:heparin", "previous dx:i10"} <= set(by_id["b"].codes)
    assert any("no certain order" in p.message for p in cohort.problems)
    vouched = read(path, formulary, own(tmp_path, rows_in_time_order=True))
    assert vouched.admissions[3].previous is not None


def test_every_row_is_accounted_for(tmp_path: Path, formulary: Formulary) -> None:
    rows = [
        ["Admission ID", "Age", "Diagnosis"],
        ["1", "60", "I10"],
        ["2", "12", "I10"],
        ["3", "60", ""],
        ["3", "1", ""],
        ["", "5", "x"],
    ]
    cohort = read(table(tmp_path / "a.csv", rows), formulary)
    assert [(s.remaining, s.removed) for s in cohort.attrition] == [(5, 0), (3, 2), (2, 1), (1, 1)]
    assert len(cohort.admissions) + len(cohort.set_aside) == 5
    assert [a.where for a in cohort.set_aside] == [f"a.csv row {n}" for n in (3, 4, 5, 6)]
    assert cohort.source.profile == "flat" and len(cohort.source.files["a.csv"]) == 64


def test_reading_twice_gives_the_same(tmp_path: Path, formulary: Formulary) -> None:
    path = table(tmp_path / "a.csv", [["Admission ID", "Note", "Orders"], ["1", NOTE, "heparin; aspirin; zzyzx"]])
    assert read(path, formulary) == read(path, formulary)


def test_a_confirmed_mapping_is_saved_and_used_again(tmp_path: Path, formulary: Formulary) -> None:
    admissions = [["Encounter No", "Age", "Main purpose", "Dx 1", "Dx 2"], ["1", "60", "Cough", "I10", "J18.9"]]
    orders = [["Adm. ID", "Drug Name"], ["1", "heparin"]]
    path = book(tmp_path / "a.xlsx", One=admissions, Two=orders)
    export = read_export(path, formulary, written(tmp_path, date_order="dmy", synonyms={"age": ["Lenze"]}))
    here, there = export.tables
    assert [(c.field, c.letter, c.header, c.confidence) for c in here.columns] == [
        ("admission_id", "A", "Encounter No", 1.0),
        ("age", "B", "Age", 1.0),
        ("diagnoses", "D", "Dx 1", 0.9),
        ("diagnoses", "E", "Dx 2", 0.9),
    ]
    assert here.unused == ("Main purpose",)
    assert (here.name, here.form, here.header_row, here.rows) == ("One", "xlsx workbook", 1, 1)
    assert [(c.field, c.header) for c in there.columns] == [("admission_id", "Adm. ID"), ("order_drug", "Drug Name")]
    saved = tmp_path / "ward.yaml"
    save_profile(export, saved)
    profile = load_profile(saved)
    assert profile.name == "ward" and profile.data["date_order"] == "dmy"
    assert profile.data["synonyms"] == export.profile.data["synonyms"]
    assert profile.data["columns"]["diagnoses"] == ["Dx 1", "Dx 2"]
    assert read(path, formulary, profile).admissions == export.cohort.admissions
    settings = yaml.safe_load(saved.read_text(encoding="utf-8"))
    settings["columns"]["reason"] = "Main purpose"
    saved.write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert read(path, formulary, load_profile(saved)).admissions[0].reason == "Cough"


def test_an_empty_text_in_the_profile_means_no_such_column(tmp_path: Path, formulary: Formulary) -> None:
    path = table(tmp_path / "a.csv", [["Admission ID", "Diagnosis", "Orders"], ["1", "I10", "heparin"]])
    (admission,) = read(path, formulary, own(tmp_path, columns={"orders": ""})).admissions
    assert admission.orders is None


def test_sheets_named_in_the_profile(tmp_path: Path, formulary: Formulary) -> None:
    rows = [["Admission ID", "Age", "Diagnosis"], ["1", "60", "I10"]]
    path = book(tmp_path / "a.xlsx", First=rows, Second=[rows[0], ["2", "61", "I10"]])
    named = own(tmp_path, sheets={"admissions": "Second"})
    assert [a.admission_id for a in read(path, formulary, named).admissions] == ["2"]
    with pytest.raises(InputError, match="no sheet 'Third'"):
        read(path, formulary, own(tmp_path, sheets={"admissions": "Third"}))
    with pytest.raises(InputError, match="Sheet First: expected an admission id and a drug column"):
        read(path, formulary, own(tmp_path, sheets={"orders": "First"}))


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("AdmissionID", "admission_id"),
        ("hadm_id", "admission_id"),
        ("住院号", "admission_id"),
        ("Fall-Nr.", "admission_id"),
        ("SUBJECT_ID", "patient_id"),
        ("Age (years)", "age"),
        ("性别", "sex"),
        ("Geschlecht", "sex"),
        ("ADMITTIME", "admission_date"),
        ("Primary Diagnosis", "diagnoses"),
        ("diag_3", "diagnoses"),
        ("Patient's home medications", "medications_on_admission"),
        ("Vormedikation", "medications_on_admission"),
        ("History of Present Ilness", "history_of_present_illness"),
        ("Gender (M/F)", "sex"),
        ("性别（男/女）", "sex"),
        ("Diagnosis [ICD-10]", "diagnoses"),
    ],
)
def test_headers_are_recognised(header: str, field: str) -> None:
    assert VOCABULARY.confidence(header, field) >= 0.6


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Discharge medications", "orders"),
        ("Discharge medications", "medications_on_admission"),
        ("Diagnosis date", "diagnoses"),
        ("Family history", "past_medical_history"),
        ("Package", "age"),
        ("Essex", "sex"),
        ("Medications (home)", "orders"),
        ("Medications (discharge)", "orders"),
        ("Age (date)", "age"),
        ("(M/F)", "sex"),
    ],
)
def test_headers_that_mean_something_else_are_not(header: str, field: str) -> None:
    assert VOCABULARY.confidence(header, field) < 0.6


def test_identifiers() -> None:
    assert all(
        map(
            VOCABULARY.is_identifier,
            ("Name", "Patient Name", "MRN", "home phone", "PatientName", "姓名", "Straße", "ZIP_CODE", "MRN (hosp)"),
        )
    )
    assert all(map(VOCABULARY.is_identifier, ("Pt › Name", "Paciente: Nombre")))
    assert not any(
        map(VOCABULARY.is_identifier, ("Hospital name", "Drug name", "Ward", "Unit", "IP address type", "Region"))
    )


def test_what_is_medical_is_not_a_person() -> None:
    assert not any(
        map(names_staff, ("Prescripción médica", "Tratamiento médico", "Servicio médico", "Ärztliche Verordnung"))
    )
    assert all(map(names_staff, ("Médico", "Firma del médico", "Arzt", "Aufnahmearzt", "Ordered by", "Verordnet von")))


def test_names_of_persons_are_no_subgroups(tmp_path: Path, formulary: Formulary) -> None:
    rows = [["HADM", "Age", "Diagnoses", "Seen by", "Team", "Specialty"]]
    rows += [
        [str(n), "60", "gout", seen, "DR.LEE", "Surgery, General"] for n, seen in enumerate(("Lee, S", "Woźniak, J.K."))
    ]
    cohort = read(table(tmp_path / "a.csv", rows), formulary)
    assert {tuple(admission.labels) for admission in cohort.admissions} == {("Specialty",)}
    told = [problem.where for problem in cohort.problems if "direct identifier" in problem.message]
    assert len(told) == 2 and "Seen by" in told[0] and "Team" in told[1]


@pytest.mark.parametrize(
    "header", ["Bemerkung", "Comentarios", "Facultativo", "Aufnehmender Arzt", "Seen by", "主治医生"]
)
def test_columns_that_may_name_persons_are_no_subgroups(header: str, tmp_path: Path, formulary: Formulary) -> None:
    rows = [["HADM", "Age", "Diagnoses", header], ["1", "60", "gout", "Weber"], ["2", "61", "gout", "Weber"]]
    assert [dict(a.labels) for a in read(table(tmp_path / "a.csv", rows), formulary).admissions] == [{}, {}]


def test_who_prescribed_is_no_drug(tmp_path: Path, formulary: Formulary) -> None:
    rows = [
        ["Fall", "Alter", "Diagnosen", "verordnet von"],
        ["1", "60", "Gicht", "Dr. Weber"],
        ["1", "60", "Gicht", "Lang"],
    ]
    cohort = read(table(tmp_path / "a.csv", rows), formulary)
    assert not any(admission.orders or admission.unmapped_orders for admission in cohort.admissions)
    assert not cohort.unmapped


def test_synonyms_of_ones_own_are_added(tmp_path: Path, formulary: Formulary) -> None:
    path = table(tmp_path / "a.csv", [["Kennwort", "Age", "Leiden", "Chipnr"], ["1", "60", "Gicht", "x"]])
    with pytest.raises(InputError, match="no column for the admission id"):
        read(path, formulary)
    words = {"admission_id": ["Kennwort"], "diagnoses": ["Leiden"]}
    (admission,) = read(path, formulary, own(tmp_path, synonyms=words, identifiers=["Chipnr"])).admissions
    assert (admission.age, admission.diagnoses, dict(admission.labels)) == (60, ("Gicht",), {})


def test_a_year_of_birth_of_two_figures_is_before_the_admission(tmp_path: Path, formulary: Formulary) -> None:
    header = ["Fallnummer", "Geburtsdatum", "Geschlecht", "Aufnahmedatum", "Diagnose"]
    rows = [["1", "29.08.64", "m", "07.10.18", "I10"], ["2", "14.01.96", "w", "18.12.21", "I10"]]
    rows += [["3", "03.01.1955", "m", "18.09.19", "I10"], ["4", "31.12.2031", "m", "18.09.19", "I10"]]
    cohort = read(table(tmp_path / "a.csv", [header, *rows]), formulary)
    assert {a.admission_id: a.age for a in cohort.admissions} == {"1": 54, "2": 25, "3": 64}
    assert [each.admission_id for each in cohort.set_aside] == ["4"]


def test_orders_cancelled_in_traditional_characters_do_not_count(tmp_path: Path, formulary: Formulary) -> None:
    header = ["入院編號", "年齡", "性別", "診斷", "藥名", "醫囑狀態"]
    rows = [["1", "67歲", "女", "sepsis", drug, state] for drug, state in [("aspirin", "已執行"), ("heparin", "作廢")]]
    (admission,) = read(table(tmp_path / "a.csv", [header, *rows]), formulary).admissions
    assert admission.orders == ("aspirin",)


def test_an_age_that_cannot_be_read_gives_way_to_the_birth(tmp_path: Path, formulary: Formulary) -> None:
    header = ["Fallnummer", "Alter", "Geb.-Jahr", "Geschlecht", "Aufnahmedatum", "Diagnose"]
    rows = [["1", "Mitte 60", "1957", "m", "2022-03-01", "I10"], ["2", "achtzig", "", "w", "2022-03-01", "I10"]]
    cohort = read(table(tmp_path / "a.csv", [header, *rows]), formulary)
    assert [(a.admission_id, a.age) for a in cohort.admissions] == [("1", 65)]
    assert [each.admission_id for each in cohort.set_aside] == ["2"]


def test_starts_written_in_figures_alone_are_dates_whatever_the_header_abbreviates(
    tmp_path: Path, formulary: Formulary
) -> None:
    stays = [["Visit ID", "Age", "Sex", "Admit date", "Diagnosis"], ["1", "67", "F", "202012150332", "sepsis"]]
    orders = [["Visit ID", "Drug", "Start D/T"], ["1", "morphine", "202012151132"], ["1", "heparin", "202012201132"]]
    cohort = read(book(tmp_path / "a.xlsx", Admissions=stays, Orders=orders), formulary)
    assert cohort.admissions[0].orders == ("morphine",)


def test_chinese_names_between_commas_are_entries_and_a_flush_among_them_is_none(
    tmp_path: Path, formulary: Formulary
) -> None:
    drugs = (
        "阿哌沙班, Insulin regular human, 呋塞米, 吗啡, heparin flush 100 units/mL, sodium chloride 0.9 % flush 10 mL"
    )
    header = ["Admission ID", "Age", "Sex", "Diagnosis", "Orders"]
    cohort = read(table(tmp_path / "a.csv", [header, ["1", "67", "F", "sepsis", drugs]]), formulary)
    (admission,) = cohort.admissions
    assert admission.orders == ("insulin regular",)
    assert set(admission.unmapped_orders) == {"阿哌沙班", "呋塞米", "吗啡"}
