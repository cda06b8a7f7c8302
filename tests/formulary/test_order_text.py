"""Order texts of many hospitals' styles: the right ingredients, knowingly excluded, or unmapped; never a guess."""

import csv
import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.formulary.text import LONGEST_TEXT


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


DRUGS = {
    "METOPROLOL TARTRATE 25 MG PO TABS": "metoprolol",
    "5 ML VIAL : DILTIAZEM HCL 25 MG/5ML IV SOLN": "diltiazem",
    "HYDROCODONE-ACETAMINOPHEN 5-325 MG PO TABS": "hydrocodone+acetaminophen",
    "1000 ML FLEX CONT : KCL IN DEXTROSE-NACL 20-5-0.45 MEQ/L-%-% IV SOLN": "potassium chloride",
    "LASIX": "furosemide",
    "DuoNeb": "albuterol+ipratropium",
    "hydrALAZINE 20 mg/mL inj": "hydralazine",
    "hydrOXYzine HCl 25 mg tab": "hydroxyzine",
    "ASA EC 325": "aspirin",
    "HCTZ 25": "hydrochlorothiazide",
    "NTG 0.4 SL": "nitroglycerin",
    "MgSO4 2g": "magnesium sulfate",
    "KCl 20": "potassium chloride",
    "PARACETAMOL 500 MG": "acetaminophen",
    "Salbutamol neb": "albuterol",
    "FRUSEMIDE 40": "furosemide",
    "Adrénaline 1 mg": "epinephrine",
    "ALBUTEROL INH 2 PUFFS": "albuterol",
    "INSULIN REGULAR HUMAN 100 UNIT/ML IJ SOLN": "insulin regular",
    "insulin aspart (NovoLOG) inj": "insulin aspart",
    "INSULIN LISPRO (HUMAN) 100 UNIT/ML SC SOLN": "insulin lispro",
    "INSULIN GLARGINE": "insulin glargine",
    "Unacid 3 g i.v": "ampicillin+sulbactam",
    "Tazobac 4,5 g i.v.": "piperacillin+tazobactam",
    "Clont 500 mg": "metronidazole",
    "Kalinor Brausetabletten": "potassium",
    "Kalinor retard P": "potassium chloride",
    "Solu-Decortin H 50 mg": "prednisolone",
    "ben-u-ron 500": "acetaminophen",
    "Insulin n. Schema": "insulin",
    "Insulin (n. Plan)": "insulin",
    "Insulin n BZ": "insulin",
    "Insulin n.": "insulin",
    "Insulin N 10 IE": "insulin nph",
    "Insulin lispro n. Schema": "insulin lispro",
    "INSULIN NPH HUMAN (ISOPHANE) 100 UNIT/ML": "insulin nph",
    "INSULIN NPH ISOPH & REG (HUMAN) 70-30 SC SUSP": "insulin nph+insulin regular",
    "HumaLOG Mix 75/25": "insulin lispro protamine+insulin lispro",
    "100 ML BAG : INSULIN INFUSION": "insulin",
    "INSULIN REGULAR 1 UNIT/ML SYRINGE : 1 ML SYRINGE": "insulin regular",
    "HEPARIN/DEXTROSE 5% 25000 UNITS 250 ML BAG": "heparin",
    "HEPARIN (PORCINE) IN D5W 100 UNIT/ML": "heparin",
    "RITUXIMAB-PVVR": "rituximab",
    "GUAIFENESIN-DM 100-10 MG/5ML": "guaifenesin+dextromethorphan",
    "PHOSPHATE ENEMA": "sodium phosphate laxative",
    "DIGOXIN IMMUNE FAB 40 MG": "digoxin immune fab",
    "DEXAMETHASONE SODIUM PHOSPHATE 4 MG/ML": "dexamethasone",
    "KETOROLAC TROMETHAMINE": "ketorolac",
    "ATORVASTATIN CALCIUM 40 MG PO TABS": "atorvastatin",
    "PENICILLIN G POTASSIUM": "penicillin g",
    "IRON": "iron",
    "K PHOS MONO-SOD PHOS DI & MONO 155-852-130 MG PO TABS": "potassium phosphate+sodium phosphate",
    "POTASSIUM PHOSPHATE 15 MMOL IN SODIUM CHLORIDE 0.9% 250 ML": "potassium phosphate",
    "MVI, ADULT NO.4 WITH VIT K 3300 UNIT-150 MCG/10 ML IV": "multivitamin",
    "DEXTROSE 50 % IV SOLN": "glucose",
    "37.5 G TUBE : GLUCOSE 40 % PO GEL": "glucose",
    "SODIUM CHLORIDE 3% (HYPERTONIC)": "sodium chloride, hypertonic",
    "SODIUM CHLORIDE 1 GM PO TABS": "sodium chloride, oral",
    "EFAVIRENZ-EMTRICITAB-TENOFOVIR": "efavirenz+emtricitabine+tenofovir",
    "Nacl0.9% furosemide40mg": "furosemide",
    "VANCOMYCIN CONSULT TO PHARMACY": "vancomycin",
}


@pytest.mark.parametrize(("text", "expected"), DRUGS.items())
def test_an_order_becomes_its_ingredients(formulary: Formulary, text: str, expected: str) -> None:
    mapped = formulary.map(text)
    assert (mapped.status, "+".join(mapped.ingredients)) == ("drug", expected)


EXCLUDED = {
    "1000 ML FLEX CONT : SODIUM CHLORIDE 0.9 % IV SOLN": "fluid",
    "LACTATED RINGER'S 1,000 ML BAG.": "fluid",
    "DEXTROSE 10 % IV SOLN": "fluid",
    "D5 1/2NS": "fluid",
    "SW": "diluent",
    "Sterile Diluent for Flolan": "diluent",
    "HEPARIN SODIUM LOCK FLUSH 10 UNIT/ML IV SOLN": "line flush",
    "saline lock 0.9 % flush 10 mL": "line flush",
    "HEPARIN, PORCINE (PF) 10 UNIT/ML IV SYRINGE : 5 ML": "line flush",
    "NS (Glass Bottle)": "fluid",
    "IOPAMIDOL 76 % IV SOLN": "contrast",
    "0.5 ML - INFLUENZA VAC SPLIT QUAD 0.5 ML IM SUSP": "vaccine",
    "Fat Emulsion 20%": "nutrition",
    "INSULIN SYRINGE": "supply",
    "Vial": "supply",
    "10 ML SYRINGE": "packaging only",
    "donepezil 5 mg or placebo": "study drug or placebo",
}


@pytest.mark.parametrize(("text", "reason"), EXCLUDED.items())
def test_what_is_no_drug_is_excluded_with_its_reason(formulary: Formulary, text: str, reason: str) -> None:
    mapped = formulary.map(text)
    assert (mapped.status, mapped.reason) == ("excluded", reason)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \t\n",
        "500",
        "%%%",
        "MS",
        "X",
        "阿司匹林",
        "HYDROXYZNE",
        "HYDRALZINE",
        "metforminn",
        "Propra",
        "WONDERCILLIN 5 MG",
        "PERINDOPRIL-FOOBARBIDE 4-1 MG",
        "foobarbide/lisinopril",
        "FOOBARBIDE 5 MG IN DEXTROSE 5% 100 ML",
    ],
)
def test_an_unknown_or_misspelled_name_stays_unmapped(formulary: Formulary, text: str) -> None:
    mapped = formulary.map(text)
    assert (mapped.status, mapped.ingredients) == ("unmapped", ())
    assert mapped.reason


def test_hostile_text_is_mapped_or_refused_without_error(formulary: Formulary) -> None:
    assert formulary.map("lisinopril " * 100_000).status == "unmapped"
    assert formulary.map("-" * LONGEST_TEXT).status == "unmapped"
    assert formulary.map("a-" * (LONGEST_TEXT // 2)).status != "drug"
    assert formulary.map("\x00\x1bLISIN\u200bOPRIL\ud800").status == "unmapped"
    assert formulary.map("\x00\x1bLISINOPRIL\x07\r\n5 mg\ud800").ingredients == ("lisinopril",)


def test_case_and_repetition_do_not_change_the_mapping(formulary: Formulary) -> None:
    for text in DRUGS:
        assert formulary.map(text.upper()) == formulary.map(text.lower()) == formulary.map(text)


@pytest.mark.skipif("LAMO_DATA" not in os.environ, reason="LAMO_DATA not set")
@pytest.mark.parametrize(
    ("file", "column"), [("eicu-demo/medication.csv.gz", "drugname"), ("mimic3-demo/PRESCRIPTIONS.csv.gz", "drug")]
)
def test_nearly_every_order_of_the_demonstration_data_is_mapped_or_excluded(
    formulary: Formulary, file: str, column: str
) -> None:
    with gzip.open(Path(os.environ["LAMO_DATA"]) / file, "rt", encoding="utf-8") as rows:
        counts = Counter(formulary.map(r[column]).status for r in csv.DictReader(rows) if r[column].strip())
    assert counts["unmapped"] < 0.02 * counts.total()
