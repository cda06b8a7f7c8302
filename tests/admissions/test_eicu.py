"""The eICU reader on small tables written here: every rule of the cohort, and every defect a real export can have."""

import csv
from pathlib import Path

import pytest

from lamo_desktop.admissions import load_profile
from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.admissions.eicu import read_eicu
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary

Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def patient(stay: int, **other: object) -> dict[str, object]:
    row = {
        "patientunitstayid": stay,
        "patienthealthsystemstayid": stay + 1000,
        "uniquepid": f"p{stay}",
        "age": 67,
        "gender": "Female",
        "unitvisitnumber": 1,
        "hospitaldischargeyear": 2015,
        "apacheadmissiondx": "Sepsis, pulmonary",
        "hospitalid": 7,
        "ethnicity": "",
        "unittype": "MICU",
        "unitadmitsource": "Floor",
    }
    return {**row, **other}


def order(stay: int, name: str, offset: object = 60, code: object = "", cancelled: str = "No") -> dict[str, object]:
    return {
        "patientunitstayid": stay,
        "drugstartoffset": offset,
        "drugname": name,
        "drughiclseqno": code,
        "drugordercancelled": cancelled,
        "drugstopoffset": "",
    }


def orders(stay: int) -> Rows:
    return [
        order(stay, name) for name in ("ASPIRIN 81 MG PO", "METOPROLOL TARTRATE 25 MG PO TABS", "HEPARIN 5000 UNITS")
    ]


def diagnosis(stay: int, path: str, offset: object = 30, priority: str = "Major", icd: str = "") -> dict[str, object]:
    return {
        "patientunitstayid": stay,
        "diagnosisoffset": offset,
        "diagnosisstring": path,
        "icd9code": icd,
        "diagnosispriority": priority,
    }


def write(folder: Path, **tables: Rows) -> Path:
    tables = {"diagnosis": [diagnosis(1, "renal|disorder of kidney|acute renal failure")], **tables}
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def read(folder: Path, formulary: Formulary) -> Cohort:
    return read_eicu(folder, load_profile("eicu"), formulary, lambda what, fraction: None)


def only(cohort: Cohort) -> Admission:
    (admission,) = cohort.admissions
    return admission


def test_adults_first_unit_stays_with_a_diagnosis_and_three_drugs(tmp_path: Path, formulary: Formulary) -> None:
    rows = [
        patient(1, unitvisitnumber=2),
        patient(2, patienthealthsystemstayid=1001, unitvisitnumber=1),  # the first unit stay of the same hospital stay
        patient(3, age=17),
        patient(4, apacheadmissiondx=""),
        patient(5),
        patient(6),
        patient(7),
    ]
    lists = [row for stay in (1, 2, 3, 4, 7) for row in orders(stay)] + orders(5)[:2]
    cohort = read(write(tmp_path, patient=rows, medication=lists), formulary)
    assert [a.admission_id for a in cohort.admissions] == ["2", "7"]
    assert [(step.remaining, step.removed) for step in cohort.attrition] == [
        (7, 0),
        (7, 0),
        (6, 1),
        (5, 1),
        (4, 1),
        (3, 1),
        (2, 1),
    ]


def test_the_label_is_the_window_without_cancelled_orders_and_fluids(tmp_path: Path, formulary: Formulary) -> None:
    lists = [
        *orders(1),
        order(1, "ONDANSETRON HCL 4 MG/2ML IJ SOLN", -1440),
        order(1, "PANTOPRAZOLE SODIUM 40 MG IV SOLR", 1440),
        order(1, "WARFARIN SODIUM 5 MG PO TABS", -1441),
        order(1, "FUROSEMIDE 10 MG/ML IJ SOLN", 1441),
        order(1, "VANCOMYCIN 1 G IV", cancelled="Yes"),
        order(1, "1000 ML : SODIUM CHLORIDE 0.9 % IV SOLN"),
        order(1, "QQXYZZ 12"),
        order(1, "QQXYZZ 12"),
        order(1, "", code=""),
    ]
    cohort = read(write(tmp_path, patient=[patient(1)], medication=lists), formulary)
    assert only(cohort).orders == ("aspirin", "heparin", "metoprolol", "ondansetron", "pantoprazole")
    assert only(cohort).unmapped_orders == ("(no drug name and no code)", "QQXYZZ 12")
    assert cohort.unmapped == {"QQXYZZ 12": 2, "(no drug name and no code)": 1}


def test_nameless_orders_are_read_by_code(tmp_path: Path, formulary: Formulary) -> None:
    lists = [
        *orders(1),
        order(1, "", code="182"),  # shipped: diltiazem
        order(1, "FAMOTIDINE 20 MG PO TABS", 9000, code="9999991"),  # learned here, although outside the window
        order(1, "", code="9999991.0"),
        order(1, "LISINOPRIL 5 MG TAB", 9000, code="9999992"),  # one code, two readings: not believed
        order(1, "DIGOXIN 0.25 MG TAB", 9000, code="9999992"),
        order(1, "", code="9999992"),
    ]
    admission = only(read(write(tmp_path, patient=[patient(1)], medication=lists), formulary))
    assert admission.orders is not None
    assert {"diltiazem", "famotidine"} <= set(admission.orders)
    assert not {"lisinopril", "digoxin"} & set(admission.orders)
    assert admission.unmapped_orders == ("(drug code 9999992)",)


def test_only_what_was_entered_by_the_index_time_is_context(tmp_path: Path, formulary: Formulary) -> None:
    history = "notes/Progress Notes/Past History/Organ Systems/"
    tables = {
        "patient": [patient(1)],
        "medication": orders(1),
        "diagnosis": [
            diagnosis(1, "renal|disorder of kidney|acute renal failure", 1440, "Other", "584.9, N17.9"),
            diagnosis(
                1, "cardiovascular|arrhythmias|atrial fibrillation|with rapid ventricular response", 10, "Primary"
            ),
            diagnosis(1, "cardiovascular|arrhythmias|atrial fibrillation", 20, "Primary"),
            diagnosis(1, "pulmonary|respiratory failure|acute respiratory failure", 1441),
        ],
        "pasthistory": [
            {
                "patientunitstayid": 1,
                "pasthistoryenteredoffset": at,
                "pasthistorypath": history + path,
                "pasthistoryvalue": value,
            }
            for at, path, value in (
                (5, "Cardiovascular (R)/Congestive Heart Failure/CHF", "CHF"),
                (6, "Cardiovascular (R)/Congestive Heart Failure/CHF - class II", "CHF - class II"),
                (5, "Hematology/Oncology (R)/Cancer/Metastases/lung", "lung"),
                (2000, "Pulmonary/Asthma/asthma", "asthma"),
            )
        ],
        "allergy": [
            {"patientunitstayid": 1, "allergyenteredoffset": at, "allergyname": name}
            for at, name in ((1, "PENICILLINS"), (2, "Penicillins"), (3, "NKDA"), (1500, "LATEX"))
        ],
        "admissiondrug": [
            {"patientunitstayid": 1, "drugenteredoffset": at, "drugname": name, "drughiclseqno": ""}
            for at, name in ((1, "LASIX"), (2, "FUROSEMIDE"), (1500, "WARFARIN"))
        ],
        "admissiondx": [
            {
                "patientunitstayid": 1,
                "admitdxenteredoffset": 9,
                "admitdxpath": f"admission diagnosis|{path}",
                "admitdxname": name,
            }
            for path, name in (
                ("All Diagnosis|Operative|Diagnosis|Cardiovascular|CABG alone", "CABG alone"),
                ("Additional APACHE  Information|Thrombolytic Therapy received within 24 hours|Yes", "Yes"),
            )
        ],
    }
    admission = only(read(write(tmp_path, **tables), formulary))
    assert admission.diagnoses == ("atrial fibrillation with rapid ventricular response", "acute renal failure")
    assert admission.past_history == ("CHF - class II", "metastases: lung")
    assert admission.allergies == ("penicillins",)
    assert admission.home_medications == ("furosemide",)
    assert admission.procedures == ("CABG alone",)
    codes = set(admission.codes)
    assert {"icd:584.9", "icd:584", "icd:N17", "dx:renal|disorder of kidney", "med:furosemide", "unit:micu"} <= codes
    assert not any(
        word in code
        for code in codes
        for word in ("thrombolytic", "asthma", "latex", "warfarin", "respiratory failure")
    )


def test_an_earlier_stay_is_history_only_where_the_order_is_certain(tmp_path: Path, formulary: Formulary) -> None:
    rows = [
        patient(1, uniquepid="a", hospitaldischargeyear=2015, age=70),
        patient(2, uniquepid="a", hospitaldischargeyear=2014, age=70),
        patient(3, uniquepid="b", hospitaldischargeyear=2015),
        patient(4, uniquepid="b", hospitaldischargeyear=2015),
        patient(5, uniquepid="c", hospitaldischargeyear=2015, age=71),
        patient(6, uniquepid="c", hospitaldischargeyear=2015, age=70),
        patient(7, uniquepid="d", hospitaldischargeyear=2015, age="> 89"),
        patient(8, uniquepid="d", hospitaldischargeyear=2015, age="> 89"),
    ]
    lists = [row for stay in range(1, 9) for row in orders(stay)]
    late = [diagnosis(2, "renal|disorder of kidney|acute renal failure", 9999)]
    cohort = read(write(tmp_path, patient=rows, medication=lists, diagnosis=late), formulary)
    by_id = {a.admission_id: a for a in cohort.admissions}
    assert {stay: a.labels["visit"] for stay, a in by_id.items()} == {
        "1": "repeat",
        "2": "first",
        "3": "unknown",
        "4": "unknown",
        "5": "repeat",
        "6": "first",
        "7": "unknown",
        "8": "unknown",
    }
    assert {stay for stay, a in by_id.items() if a.previous} == {"1", "5"}
    previous = by_id["1"].previous
    assert previous is not None
    assert (previous.age, previous.diagnoses) == (70, ("acute renal failure",))  # known since: the whole stay counts
    assert previous.drugs == ("aspirin", "heparin", "metoprolol")
    assert by_id["2"].diagnoses == ()


def test_bad_rows_are_set_aside_and_the_others_go_on(tmp_path: Path, formulary: Formulary) -> None:
    rows = [
        patient(1),
        patient(1),
        patient(2, age=-4),
        patient(3, age="adult"),
        patient(4, age=""),
        {**patient(5), "patientunitstayid": ""},
        patient(6, uniquepid=""),
        patient(7, age="> 89", gender="Other"),
    ]
    lists = [row for stay in (1, 7) for row in orders(stay)] + [
        order(7, "ASPIRIN", offset="soon"),
        order(7, "ASPIRIN", offset=""),
    ]
    cohort = read(write(tmp_path, patient=rows, medication=lists), formulary)
    assert [(a.admission_id, a.age, a.sex) for a in cohort.admissions] == [("1", 67, "female"), ("7", 90, None)]
    assert [entry.where for entry in cohort.set_aside] == [f"patient.csv row {row}" for row in range(3, 9)]
    assert cohort.attrition[1].removed == len(cohort.set_aside) == 6
    assert {"medication.csv row 8", "medication.csv row 9"} <= {problem.where for problem in cohort.problems}
    assert not any("soon" in problem.message for problem in cohort.problems)  # cell contents stay out of messages


def test_many_defects_of_one_kind_are_counted_not_listed(tmp_path: Path, formulary: Formulary) -> None:
    lists = orders(1) + [order(1, "ASPIRIN", offset="x")] * 50
    cohort = read(write(tmp_path, patient=[patient(1)], medication=lists), formulary)
    found = [problem for problem in cohort.problems if problem.where.startswith("medication.csv")]
    assert len(found) == 21
    assert found[-1].message.startswith("30 more rows")


def test_without_medication_admissions_can_still_be_scored(tmp_path: Path, formulary: Formulary) -> None:
    cohort = read(write(tmp_path, patient=[patient(1)]), formulary)
    assert only(cohort).orders is None
    assert not cohort.has_orders
    assert "medication.csv" in {problem.where for problem in cohort.problems if problem.severity == "warning"}


def test_names_in_any_case_other_separators_and_encodings(tmp_path: Path, formulary: Formulary) -> None:
    write(tmp_path, patient=[patient(1, apacheadmissiondx="Sépsis")], medication=orders(1))
    text = (tmp_path / "patient.csv").read_text(encoding="utf-8").replace(",", ";").splitlines()
    text[0] = " ; ".join(text[0].upper().split(";"))
    (tmp_path / "patient.csv").unlink()
    (tmp_path / "PATIENT.CSV").write_bytes("\r\n".join(text).encode("cp1252"))
    cohort = read(tmp_path, formulary)
    assert only(cohort).reason == "Sépsis"
    assert "PATIENT.CSV" in cohort.source.files
    assert len(cohort.source.files["PATIENT.CSV"]) == 64


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda folder: (folder / "diagnosis.csv").unlink(), "diagnosis.csv"),
        (
            lambda folder: (folder / "patient.csv").write_text("patientunitstayid,age\n1,70\n"),
            "patienthealthsystemstayid",
        ),
        (lambda folder: (folder / "patient.csv").write_text(""), "no header row"),
        (lambda folder: (folder / "medication.csv").write_text("drug\naspirin\n"), "medication.csv"),
        (lambda folder: (folder / "medication.csv").write_bytes(b"\x1f\x8bnot really gzip"), "damaged"),
    ],
)
def test_unusable_tables_end_in_one_sentence(tmp_path: Path, formulary: Formulary, change, expected: str) -> None:
    change(write(tmp_path, patient=[patient(1)], medication=orders(1)))
    with pytest.raises(InputError, match=expected) as raised:
        read(tmp_path, formulary)
    assert "\n" not in str(raised.value)
