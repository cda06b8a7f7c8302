"""One reading of drug texts: the same texts through every reader give the same labels and home medications."""

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.order_mapper import OrderMapper, Orders, listed_allergies
from lamo_desktop.formulary import Formulary, load_formulary

ALWAYS = ("ASPIRIN 81 MG PO TABS", "METOPROLOL TARTRATE 25 MG PO TABS", "FUROSEMIDE 40 MG TAB")
DRUGS = (
    "Heparin 5,000 units subcutaneous",
    "hydrALAZINE 10 mg IV",
    "VANCOMYCIN 1 GM IVPB",
    "Insulin lispro sliding scale",
    "Pantoprazole",
    "potassium chloride 20 mEq tablet",
    "Magnesium sulfate 2 g",
    "DEXTROSE 50% SYRINGE",
    "Sodium chloride 3 %",
    "Ondansetron ODT 4mg",
    "levothyroxine 50 mcg, oral",
    "Enoxaparin",
    "Morphine 2 mg/mL inj",
    "Warfarin",
    "prednisone",
    "Amiodarone 150 mg bolus",
    "Lasix",
    "Tylenol 325 mg tablet",
    "Lopressor",
    "Zosyn 3.375 g",
    "Lovenox 40 mg SC",
    "Lipitor",
    "Rocephin",
    "Protonix 40 mg",
    "Coumadin",
    "Ativan 1 mg",
    "piperacillin-tazobactam 4.5 g",
    "amoxicillin/clavulanate 875 mg",
    "lisinopril-hydrochlorothiazide 20-12.5",
    "oxycodone-acetaminophen 5-325",
    "ipratropium-albuterol nebulizer",
    "Percocet",
    "DuoNeb",
    "sulfamethoxazole-trimethoprim DS",
    "Bactrim",
)
NO_DRUGS = (
    "Heparin flush",
    "HEPARIN LOCK FLUSH 10 UNITS/ML",
    "sodium chloride 0.9 % flush",
    "Sodium chloride 0.9 %",
    "NaCl 0.9% 1000 mL",
    "Dextrose 5 % in water",
    "Lactated Ringers",
    "D5W",
    "Sterile water",
    "Influenza vaccine",
    "pneumococcal 23-valent vaccine",
    "Tetanus-diphtheria toxoids vaccine",
    "Iohexol",
    "Iopamidol 300 mg/ml",
    "gadobutrol",
    "STUDY DRUG 12-345",
    "placebo",
)
UNKNOWN = (
    "metoprlol tartrate",
    "hydralzine 10 mg",
    "Vanocmycin",
    "zzyzx 5 mg",
    "Drug of the house",
    "Quxorimab 200 mg",
    "warfrin",
    "Blorptide-metformin",
)
TEXTS = (*DRUGS, *NO_DRUGS, *UNKNOWN)
STAYS = tuple(str(1000 + place) for place in range(len(TEXTS)))


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def write(path: Path, header: str, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def eicu(folder: Path) -> Path:
    """One stay for each text, ordered and taken at home, beside three drugs that every stay has ordered."""
    write(
        folder / "patient.csv",
        "patientunitstayid,patienthealthsystemstayid,uniquepid,age,gender,unitvisitnumber,hospitaldischargeyear,"
        "apacheadmissiondx,hospitalid,ethnicity,unittype,unitadmitsource",
        [[stay, f"9{stay}", f"p{stay}", 67, "Female", 1, 2015, "Sepsis", 7, "", "MICU", "Floor"] for stay in STAYS],
    )
    write(
        folder / "diagnosis.csv",
        "patientunitstayid,diagnosisoffset,diagnosisstring,icd9code,diagnosispriority",
        [[stay, 30, "renal|disorder of kidney|acute renal failure", "N17.9", "Major"] for stay in STAYS],
    )
    write(
        folder / "medication.csv",
        "patientunitstayid,drugstartoffset,drugname,drughiclseqno,drugordercancelled",
        [[stay, 60, drug, "", "No"] for stay, text in zip(STAYS, TEXTS, strict=True) for drug in (*ALWAYS, text)],
    )
    write(
        folder / "admissionDrug.csv",
        "patientunitstayid,drugenteredoffset,drugname,drughiclseqno",
        [[stay, 10, text, ""] for stay, text in zip(STAYS, TEXTS, strict=True)],
    )
    return folder


def mimic3(folder: Path) -> Path:
    write(folder / "PATIENTS.csv", "subject_id,gender,dob", [[f"p{stay}", "F", "2080-01-02"] for stay in STAYS])
    write(
        folder / "ADMISSIONS.csv",
        "subject_id,hadm_id,admittime,diagnosis",
        [[f"p{stay}", stay, "2147-03-04 08:00:00", "Sepsis"] for stay in STAYS],
    )
    write(folder / "DIAGNOSES_ICD.csv", "hadm_id,seq_num,icd9_code", [[stay, 1, "5849"] for stay in STAYS])
    write(
        folder / "PRESCRIPTIONS.csv",
        "hadm_id,startdate,drug_type,drug",
        [
            [stay, "2147-03-04", "MAIN", drug]
            for stay, text in zip(STAYS, TEXTS, strict=True)
            for drug in (*ALWAYS, text)
        ],
    )
    write(
        folder / "NOTEEVENTS.csv",
        "hadm_id,category,description,iserror,text",
        [
            [stay, "Discharge summary", "Report", "", f"Medications on Admission:\n1. {text}\n\nHospital Course:\nx"]
            for stay, text in zip(STAYS, TEXTS, strict=True)
        ],
    )
    return folder


def flat_rows(*orders: str) -> list[list[str]]:
    header = ["Admission ID", "Age", "Sex", "Diagnosis", "Home medications"]
    rows = [[stay, "67", "F", "N17.9", text] for stay, text in zip(STAYS, TEXTS, strict=True)]
    if orders:
        header = [*header, "Orders"]
        rows = [[*row, order] for row, order in zip(rows, orders, strict=True)]
    return [header, *rows]


def flat_cell(folder: Path) -> Path:
    header, *rows = flat_rows(*["\n".join((*ALWAYS, text)) for text in TEXTS])
    write(folder / "cell.csv", ",".join(header), rows)
    return folder / "cell.csv"


def flat_repeated(folder: Path) -> Path:
    """The row of the admission repeats for each order."""
    header, *rows = flat_rows(*TEXTS)
    more = [[*row[:-1], drug] for row in rows for drug in (*ALWAYS, row[-1])]
    write(folder / "repeated.csv", ",".join([*header[:-1], "Drug name"]), more)
    return folder / "repeated.csv"


def flat_sheet(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in flat_rows():
        book.active.append(row)
    book.active.title = "Admissions"
    orders = book.create_sheet("Orders")
    orders.append(["Admission ID", "Drug name"])
    for stay, text in zip(STAYS, TEXTS, strict=True):
        for drug in (*ALWAYS, text):
            orders.append([stay, drug])
    book.save(folder / "sheet.xlsx")
    return folder / "sheet.xlsx"


EXPORTS = (eicu, mimic3, flat_cell, flat_repeated, flat_sheet)


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory, formulary: Formulary) -> dict[str, Cohort]:
    return {made.__name__: read_cohort(made(tmp_path_factory.mktemp(made.__name__)), formulary) for made in EXPORTS}


def test_sixty_order_texts_give_the_same_labels_in_every_reader(
    cohorts: dict[str, Cohort], formulary: Formulary
) -> None:
    assert len(TEXTS) == 60
    always = {name for text in ALWAYS for name in formulary.map(text).ingredients}
    expected = {
        stay: (
            tuple(sorted(always | set(formulary.map(text).ingredients if text in DRUGS else ()))),
            (text,) if text in UNKNOWN else (),
        )
        for stay, text in zip(STAYS, TEXTS, strict=True)
    }
    for reader, cohort in cohorts.items():
        found = {a.admission_id: (a.orders, a.unmapped_orders) for a in cohort.admissions}
        assert found == expected, reader


def test_orders_that_are_no_drugs_are_counted_by_reason_and_text(cohorts: dict[str, Cohort]) -> None:
    for reader, cohort in cohorts.items():
        assert {text: rows for (_, text), rows in cohort.excluded.items()} == dict.fromkeys(NO_DRUGS, 1), reader
        assert dict(cohort.unmapped) == dict.fromkeys(UNKNOWN, 1), reader
        reasons = {text: reason for reason, text in cohort.excluded}
        assert reasons["Heparin flush"] == "line flush" and reasons["Influenza vaccine"] == "vaccine"
        assert reasons["Sodium chloride 0.9 %"] in {"fluid", "diluent"} and "contrast" in reasons["Iohexol"]


def test_the_same_home_medications_in_every_reader(cohorts: dict[str, Cohort], formulary: Formulary) -> None:
    expected = {
        stay: ()
        if text in NO_DRUGS
        else (text.casefold(),)
        if text in UNKNOWN
        else tuple(dict.fromkeys(formulary.map(text).ingredients))
        for stay, text in zip(STAYS, TEXTS, strict=True)
    }
    for reader, cohort in cohorts.items():
        assert {a.admission_id: a.home_medications for a in cohort.admissions} == expected, reader


def test_codes_of_medications_are_the_same_in_every_reader(cohorts: dict[str, Cohort]) -> None:
    shared = ("sex:", "age:", "med:", "icd:N17", "allergy:")
    codes = [
        {a.admission_id: tuple(c for c in a.codes if c.startswith(shared)) for a in cohort.admissions}
        for name, cohort in cohorts.items()
        if name != "mimic3"  # ICD-9
    ]
    assert all(found == codes[0] for found in codes)
    medications = [
        {a.admission_id: tuple(c for c in a.codes if c.startswith("med:")) for a in cohort.admissions}
        for cohort in cohorts.values()
    ]
    assert all(found == medications[0] for found in medications)


def test_allergies_are_read_alike(tmp_path: Path, formulary: Formulary) -> None:
    names = ("Penicillins", "LATEX", "Tylenol")
    write(
        eicu(tmp_path) / "allergy.csv",
        "patientunitstayid,allergyenteredoffset,allergyname",
        [[STAYS[0], 5, name] for name in names],
    )
    chart = next(a for a in read_cohort(tmp_path, formulary).admissions if a.admission_id == STAYS[0])
    flat = tmp_path / "flat"
    flat.mkdir()
    write(flat / "a.csv", "Admission ID,Diagnosis,Allergies", [["1", "I10", "; ".join(names)]])
    (row,) = read_cohort(flat / "a.csv", formulary).admissions
    assert row.allergies == chart.allergies == ("penicillins", "latex", "tylenol")
    of_chart, of_row = ({code for code in a.codes if code.startswith("allergy:")} for a in (chart, row))
    assert of_chart == of_row and "allergy:acetaminophen" in of_row


@pytest.mark.parametrize(
    ("diagnosis", "codes"),
    [
        ("J189", {"icd:J18.9", "icd:J18"}),
        ("J18.9", {"icd:J18.9", "icd:J18"}),
        ("e11.65", {"icd:E11.65", "icd:E11"}),
        ("486", {"icd:486"}),
        ("401.9", {"icd:401.9", "icd:401"}),
        ("V58.61", {"icd:V58.61", "icd:V58"}),
        ("E879.8", {"icd:E879.8", "icd:E879"}),
        ("T2DM", set()),
        ("Pneumonia", set()),
    ],
)
def test_a_diagnosis_that_is_a_code(tmp_path: Path, formulary: Formulary, diagnosis: str, codes: set[str]) -> None:
    write(tmp_path / "a.csv", "Admission ID,Diagnosis", [["1", diagnosis]])
    (admission,) = read_cohort(tmp_path / "a.csv", formulary).admissions
    assert {code for code in admission.codes if code.startswith("icd:")} == codes
    assert f"dx:{diagnosis.casefold()}" in admission.codes


def test_a_comma_parts_drugs_but_not_a_drug_from_its_dose(tmp_path: Path, formulary: Formulary) -> None:
    cell = "Lisinopril, aspirin; Metoprolol, 25 mg tablet; Sodium chloride 0.9 %, 1000 ml"
    write(tmp_path / "a.csv", "Admission ID,Diagnosis,Orders", [["1", "I10", cell]])
    cohort = read_cohort(tmp_path / "a.csv", formulary)
    assert cohort.admissions[0].orders == ("aspirin", "lisinopril", "metoprolol")
    assert list(cohort.excluded.values()) == [1] and not cohort.unmapped


@pytest.mark.parametrize(
    "text",
    [
        "unbekannt",
        "nicht bekannt",
        "Nicht erhoben.",
        "geen",
        "geen bekende allergieën",
        "onbekend",
        "nessuna",
        "nenhuma",
        "ingen kända",
    ],
)
def test_that_none_is_known_is_neither_an_allergy_nor_a_medication(formulary: Formulary, text: str) -> None:
    mapper = OrderMapper(formulary)
    assert listed_allergies(text) == ((), {}) and formulary.understands_allergy(text)
    assert formulary.understands_allergy(f"Allergien: {text}") and mapper.home_medications([(text, "")]) == ()
    assert mapper.listed_medications(text) == ((), True)
    assert listed_allergies(f"Penicillin, {text}")[0] == ("penicillin",)


def test_what_is_said_of_an_unknown_allergen_stays() -> None:
    allergies, told = listed_allergies("unbekanntes Antibiotikum; Penicillin: Reaktion unbekannt; nicht Latex")
    assert allergies == ("unbekanntes antibiotikum", "penicillin", "nicht latex")
    assert told == {"penicillin": "reaktion unbekannt"}


def test_a_full_stop_at_the_end_makes_no_other_name(formulary: Formulary) -> None:
    mapper, orders = OrderMapper(formulary), Orders()
    for text in ("Abcdefix 3 g i.v", "Abcdefix 3 g i.v."):
        mapper.add(orders, [text])
    assert mapper.unmapped == {"Abcdefix 3 g i.v": 2} and orders.unmapped == {"Abcdefix 3 g i.v"}
