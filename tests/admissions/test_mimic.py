"""The MIMIC readers on small tables written here, and on the MIMIC-III demo where LAMO_DATA points to it."""

import os
from pathlib import Path

import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary

SUMMARY = """Admission Date:  [**2150-1-1**]
Allergies:
Penicillins

History of Present Illness:
Woke up short of breath.

Past Medical History:
Hypertension.

Medications on Admission:
1. Lisinopril 10 mg daily
2. Aspirin 81 mg daily

Brief Hospital Course:
Treated with vancomycin.

Discharge Medications:
1. Warfarin 5 mg daily
"""


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def put(folder: Path, name: str, *lines: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def mimic3(folder: Path) -> Path:
    put(
        folder,
        "PATIENTS.csv",
        "subject_id,gender,dob",
        "1,F,2080-01-02 00:00:00",
        "2,M,1850-05-05 00:00:00",
        "3,M,2140-01-01 00:00:00",
    )
    put(
        folder,
        "ADMISSIONS.csv",
        "subject_id,hadm_id,admittime,admission_type,admission_location,insurance,ethnicity,diagnosis",
        "1,11,2150-01-01 23:00:00,EMERGENCY,ER,Private,WHITE,CHEST PAIN\\CATH",
        "1,12,2151-01-02 08:00:00,ELECTIVE,ER,Private,WHITE,Sepsis",
        "2,21,2150-05-05 08:00:00,EMERGENCY,ER,Medicare,WHITE,SEPSIS",
        "3,31,2150-05-05 08:00:00,EMERGENCY,ER,Private,WHITE,ASTHMA",
        "9,91,2150-05-05 08:00:00,EMERGENCY,ER,Private,WHITE,SEPSIS",
        "2,22,sometime,EMERGENCY,ER,Medicare,WHITE,SEPSIS",
        "2,21,2150-05-05 08:00:00,EMERGENCY,ER,Medicare,WHITE,SEPSIS",
    )
    put(folder, "DIAGNOSES_ICD.csv", "hadm_id,seq_num,icd9_code", "11,2,4019", "11,1,99591", "12,1,E8798", "21,1,V5861")
    put(folder, "D_ICD_DIAGNOSES.csv", "icd9_code,long_title", "4019,Hypertension NOS", "99591,Sepsis")
    put(folder, "PROCEDURES_ICD.csv", "hadm_id,seq_num,icd9_code", "11,1,3605")
    put(folder, "D_ICD_PROCEDURES.csv", "icd9_code,long_title", "3605,Multivessel angioplasty")
    put(
        folder,
        "PRESCRIPTIONS.csv",
        "hadm_id,startdate,drug_type,drug,drug_name_generic",
        *[
            f"{admission},{day},{kind},{drug},{generic}"
            for admission in (11, 12, 21)
            for day, kind, drug, generic in (
                ({11: "2150-01-01", 12: "2151-01-02", 21: "2150-05-05"}[admission], "MAIN", "Aspirin", ""),
                ({11: "2150-01-02", 12: "2151-01-03", 21: "2150-05-06"}[admission], "MAIN", "Metoprolol Tartrate", ""),
                ({11: "2150-01-02", 12: "2151-01-03", 21: "2150-05-06"}[admission], "MAIN", "zzqq", "Heparin"),
                ({11: "2150-01-03", 12: "2151-01-04", 21: "2150-05-07"}[admission], "MAIN", "Warfarin", ""),
                ({11: "2150-01-01", 12: "2151-01-02", 21: "2150-05-05"}[admission], "BASE", "D5W", ""),
            )
        ],
        "11,,MAIN,Digoxin,",
    )
    put(
        folder,
        "ICUSTAYS.csv",
        "hadm_id,intime,first_careunit",
        "11,2150-01-03 08:00:00,SICU",
        "11,2150-01-02 08:00:00,MICU",
    )
    put(folder, "SERVICES.csv", "hadm_id,transfertime,curr_service", "11,2150-01-02 08:00:00,CMED")
    quoted = SUMMARY.replace('"', '""')
    put(
        folder,
        "NOTEEVENTS.csv",
        "hadm_id,category,description,iserror,text",
        f'11,Discharge summary,Report,,"{quoted}"',
        '12,Nursing,Report,,"Medications on Admission: digoxin"',
        '12,Discharge summary,Addendum,,"Medications on Admission: digoxin"',
    )
    return folder


def test_mimic3(tmp_path: Path, formulary: Formulary) -> None:
    cohort = read_cohort(mimic3(tmp_path), formulary)
    assert cohort.source.profile == "mimic3"
    by_id = {a.admission_id: a for a in cohort.admissions}
    assert [(a.admission_id, a.age, a.sex) for a in cohort.admissions] == [
        ("11", 69, "female"),
        ("12", 71, "female"),
        ("21", 90, "male"),
    ]
    first = by_id["11"]
    assert first.orders == ("aspirin", "heparin", "metoprolol")
    assert first.reason == "chest pain, cath"
    assert first.diagnoses == ("Sepsis", "Hypertension NOS")
    assert first.procedures == ("Multivessel angioplasty",)
    assert {"icd:995.91", "icd:995", "procedure:3605", "unit:micu", "service:cmed"} <= set(first.codes)
    assert (first.labels["unit"], first.labels["service"], first.labels["visit"]) == ("MICU", "CMED", "first")
    assert first.allergies == ("penicillins",)
    assert first.home_medications == ("lisinopril", "aspirin")
    assert set(first.sections) == {"history_of_present_illness", "past_medical_history"}
    assert not any("warfarin" in text.casefold() or "vancomycin" in text.casefold() for text in first.sections.values())
    second = by_id["12"]
    assert second.diagnoses == ("ICD-9 E879.8",)
    assert second.sections == {} and second.home_medications == ()
    assert second.previous is not None and second.labels["visit"] == "repeat"
    assert (second.previous.age, second.previous.drugs) == (69, ("aspirin", "heparin", "metoprolol"))


def test_mimic3_accounts_for_every_row(tmp_path: Path, formulary: Formulary) -> None:
    cohort = read_cohort(mimic3(tmp_path), formulary)
    assert [(entry.admission_id, entry.where) for entry in cohort.set_aside] == [
        ("91", "ADMISSIONS.csv row 6"),
        ("22", "ADMISSIONS.csv row 7"),
        ("21", "ADMISSIONS.csv row 8"),
    ]
    assert [(step.remaining, step.removed) for step in cohort.attrition][:3] == [(7, 0), (4, 3), (3, 1)]
    places = {problem.where for problem in cohort.problems}
    assert {"DIAGNOSES_ICD.csv", "PRESCRIPTIONS.csv row 17"} <= places  # coded at discharge; an order without a start


def mimic4(folder: Path) -> Path:
    put(
        folder,
        "hosp/patients.csv",
        "subject_id,gender,anchor_age,anchor_year,anchor_year_group",
        "1,F,60,2150,2014 - 2016",
        "2,M,91,2150,2014 - 2016",
    )
    put(
        folder,
        "hosp/admissions.csv",
        "subject_id,hadm_id,admittime,admission_type,admission_location,insurance,race",
        "1,11,2152-01-10 12:00:00,URGENT,ER,Private,WHITE",
        "2,21,2150-01-10 12:00:00,URGENT,ER,Private,WHITE",
    )
    put(
        folder,
        "hosp/diagnoses_icd.csv",
        "hadm_id,seq_num,icd_code,icd_version",
        "11,1,I10,10",
        "11,2,4019,9",
        "11,3,E1165,10",
        "21,1,I10,10",
    )
    put(
        folder,
        "hosp/d_icd_diagnoses.csv",
        "icd_code,icd_version,long_title",
        "I10,10,Essential (primary) hypertension",
        "4019,9,Hypertension NOS",
        "E1165,10,Type 2 diabetes mellitus with hyperglycemia",
    )
    put(folder, "hosp/procedures_icd.csv", "hadm_id,seq_num,icd_code,icd_version", "11,1,02703ZZ,10")
    put(
        folder,
        "hosp/prescriptions.csv",
        "hadm_id,starttime,drug_type,drug",
        "11,2152-01-09 12:00:00,MAIN,Aspirin",
        "11,2152-01-11 12:00:00,MAIN,Metoprolol Tartrate",
        "11,2152-01-11 12:01:00,MAIN,Warfarin",
        "11,2152-01-10 13:00:00,MAIN,Heparin",
        "21,2150-01-10 13:00:00,MAIN,Heparin",
    )
    put(folder, "icu/icustays.csv", "hadm_id,intime,first_careunit", "11,2152-01-10 14:00:00,MICU")
    put(folder, "note/discharge.csv", "note_id,hadm_id,text", f'n1,11,"{SUMMARY}"')
    return folder


def test_mimic4(tmp_path: Path, formulary: Formulary) -> None:
    cohort = read_cohort(mimic4(tmp_path), formulary)
    assert cohort.source.profile == "mimic4"
    (admission,) = cohort.admissions
    assert (admission.age, admission.sex) == (62, "female")
    assert admission.orders == ("aspirin", "heparin", "metoprolol")
    assert admission.diagnoses == (
        "Essential (primary) hypertension",
        "Hypertension NOS",
        "Type 2 diabetes mellitus with hyperglycemia",
    )
    assert {"icd:I10", "icd:401.9", "icd:E11.65", "icd:E11"} <= set(admission.codes)
    assert admission.labels["year"] == "2014 - 2016"
    assert admission.home_medications == ("lisinopril", "aspirin")
    assert "hosp/patients.csv" in cohort.source.files


def test_mimic4_hosp_folder_alone_is_recognised(tmp_path: Path, formulary: Formulary) -> None:
    cohort = read_cohort(mimic4(tmp_path) / "hosp", formulary)
    assert (cohort.source.profile, len(cohort.admissions)) == ("mimic4", 1)


def test_a_row_with_more_cells_than_the_header_is_not_used(tmp_path: Path, formulary: Formulary) -> None:
    mimic3(tmp_path)
    for name, row in (("PRESCRIPTIONS", "11,2150-01-02,MAIN,Digoxin,x,y,z,w,v"), ("ADMISSIONS", "1,77" + ",x" * 12)):
        lines = (tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        commas = lines[0].count(",")
        padded = row + "," * max(0, commas - row.count(",")) + ",beyond"
        put(tmp_path, f"{name}.csv", *lines, padded)
    cohort = read_cohort(tmp_path, formulary)
    told = {p.where: p.message for p in cohort.problems if "more cells than the header" in p.message}
    assert {where.partition(" row ")[0] for where in told} == {"PRESCRIPTIONS.csv", "ADMISSIONS.csv"}
    assert "digoxin" not in str([a.orders for a in cohort.admissions])
    assert "77" not in [a.admission_id for a in cohort.admissions]
    assert sum(a.where == next(w for w in told if w.startswith("ADM")) for a in cohort.set_aside) == 1


def test_a_separator_at_every_line_end_is_harmless(tmp_path: Path, formulary: Formulary) -> None:
    before = read_cohort(mimic3(tmp_path), formulary)
    lines = (tmp_path / "ADMISSIONS.csv").read_text(encoding="utf-8").splitlines()
    put(tmp_path, "ADMISSIONS.csv", lines[0], *(f"{line}," for line in lines[1:]))
    assert read_cohort(tmp_path, formulary).admissions == before.admissions


def test_missing_column_is_named(tmp_path: Path, formulary: Formulary) -> None:
    put(mimic3(tmp_path), "PATIENTS.csv", "subject_id,gender", "1,F")
    with pytest.raises(InputError, match=r"PATIENTS\.csv: the column dob is missing"):
        read_cohort(tmp_path, formulary)


def test_mimic3_demo(formulary: Formulary) -> None:
    data = os.environ.get("LAMO_DATA")
    if not data:
        pytest.skip("LAMO_DATA is not set")
    cohort: Cohort = read_cohort(Path(data) / "mimic3-demo", formulary)
    assert len(cohort.admissions) > 110
    assert sum(a.previous is not None for a in cohort.admissions) > 20
    assert all(a.diagnoses and a.orders for a in cohort.admissions)
