"""Section cutting, leakage removal, allergies and medications, on notes written for the tests."""

import re

import pytest

from lamo_desktop.admissions.notes import before_later_text, cut_sections, parse_allergies, parse_medications
from lamo_desktop.admissions.order_mapper import listed_allergies

DISCHARGE = """Admission Date: [**2151-7-16**]       Discharge Date: [**2151-8-4**]
Service: MEDICINE
Allergies:
Patient recorded as having No Known Allergies to Drugs
Attending: Dr. X
Chief Complaint:
Shortness of breath
History of Present Illness:
An 81-year-old woman with dyspnea for three days.

She was given furosemide at home.
Past Medical History:
1. Asthma
2. Hypertension
Social History:
Retired.
Physical Exam:
Lungs: crackles.
Brief Hospital Course:
She was treated with ceftriaxone and vancomycin.
Medications on Admission:
Lisinopril 10 mg daily
Aspirin 81 mg daily
Discharge Medications:
1. Warfarin 5 mg
Discharge Diagnosis:
Pneumonia
"""


def test_a_discharge_summary_keeps_only_what_was_known_at_admission() -> None:
    sections = cut_sections(DISCHARGE)
    assert sections == {
        "allergies": "Patient recorded as having No Known Allergies to Drugs",
        "history_of_present_illness": "An 81-year-old woman with dyspnea for three days.\n\n"
        "She was given furosemide at home.",
        "past_medical_history": "1. Asthma\n2. Hypertension",
        "medications_on_admission": "Lisinopril 10 mg daily\nAspirin 81 mg daily",
    }
    assert not any(word in str(sections) for word in ("ceftriaxone", "Warfarin", "Pneumonia", "Retired"))


@pytest.mark.parametrize(
    ("note", "section", "text"),
    [
        ("HISTORY OF PRESENT ILLNESS: Pain.\nPLAN: Aspirin.", "history_of_present_illness", "Pain"),
        ("HPI\n\nPain for days.\n\nPHYSICAL EXAM\n\nNormal.", "history_of_present_illness", "Pain for days"),
        ("history of present illness: pain\nsocial history: none", "history_of_present_illness", "pain"),
        ("**Past Medical History**\nGout\n**Plan**\nRest", "past_medical_history", "Gout"),
        ("# Past Medical History:\nGout\n# Plan:\nRest", "past_medical_history", "Gout"),
        ("2. PAST MEDICAL HISTORY: Gout.\n3. FAMILY HISTORY: None.", "past_medical_history", "Gout"),
        ("PMH - Gout\nFH - none", "past_medical_history", "Gout"),
        ("CC: Pain. PAST MEDICAL HISTORY: Gout. ALLERGIES: Latex. PLAN: Rest.", "allergies", "Latex"),
        (
            "CHIEF COMPLAINT:, Pain.,ALLERGIES:,  Penicillin.,MEDICATIONS:,  Aspirin.,PLAN:, Rest.",
            "allergies",
            "Penicillin",
        ),
        ("CHIEF COMPLAINT:, Pain.,ALLERGIES:,  Latex.,MEDICATIONS:,  Gout.", "medications_on_admission", "Gout"),
        (
            "HOME MEDICATIONS\n1. Aspirin.\n2. Plavix.\nREVIEW OF SYSTEMS\nFine",
            "medications_on_admission",
            "1. Aspirin.\n2. Plavix",
        ),
        (
            "主诉：胸痛\n现病史：胸痛三天。\n既往史：高血压。\n诊疗经过：给予肝素。",
            "history_of_present_illness",
            "胸痛三天。",
        ),
        ("【过敏史】青霉素\n【体格检查】正常", "allergies", "青霉素"),
        ("Vorerkrankungen: Gicht\nTherapie und Verlauf: Heparin", "past_medical_history", "Gicht"),
    ],
)
def test_headings_in_their_variants(note: str, section: str, text: str) -> None:
    assert cut_sections(note)[section].rstrip(".") == text


@pytest.mark.parametrize(
    "note",
    [
        "HOSPITAL COURSE: Improved.\nMEDICATIONS: Warfarin.",
        "DISCHARGE MEDICATIONS: Warfarin.",
        "MEDICATIONS ON DISCHARGE: Warfarin.",
        "CONDITION ON DISCHARGE: Stable.\nMEDICATIONS: Warfarin.",
        "ASSESSMENT AND PLAN: Start warfarin.\nMEDICATIONS: Warfarin.",
        "HISTORY AND HOSPITAL COURSE: Pain, given warfarin.",
        "MEDICATIONS ON TRANSFER: Warfarin.",
        "Discharge Instructions:\nTake warfarin.\nMedications:\nWarfarin",
        "出院带药：华法林 Warfarin\n",
        "Entlassmedikation: Warfarin",
        "The patient got warfarin. No heading at all.",
        "",
    ],
)
def test_nothing_written_after_admission_is_returned(note: str) -> None:
    assert "arfarin" not in str(cut_sections(note))


def test_a_plan_that_comes_first_does_not_hide_the_home_medications() -> None:
    note = "IMPRESSION: Gout.\nHISTORY OF PRESENT ILLNESS: Pain.\nMEDICATIONS: Aspirin."
    assert cut_sections(note)["medications_on_admission"] == "Aspirin."
    note = "DISCHARGE DIAGNOSIS: Gout.\nMEDICATIONS: Aspirin.\nHOSPITAL COURSE: Good."
    assert cut_sections(note)["medications_on_admission"] == "Aspirin."


def test_a_column_is_cut_at_the_first_later_heading() -> None:
    assert before_later_text("Pain for days.\nHOSPITAL COURSE: Heparin.") == "Pain for days."
    assert before_later_text("Pain for days.") == "Pain for days."


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (
            "Cough for days. X-ray was clear, so we will discharge the child with amoxicillin. Fever of 39.5.",
            "Cough for days. Fever of 39.5.",
        ),
        ("On hospital day 2 heparin was started. Pain.", "Pain."),
        ("Pain.\nHe will be discharged on warfarin by Dr. Smith.\nFever.", "Pain.\nFever."),
        ("He was discharged from hospital two weeks ago on warfarin.", None),
        ("Purulent discharge from the ear, with pain on swallowing.", None),
        ("Vaginal discharge for two days.", None),
    ],
)
def test_sentences_about_the_later_stay_are_taken_out(told: str, kept: str | None) -> None:
    assert cut_sections(f"HISTORY OF PRESENT ILLNESS: {told}")["history_of_present_illness"] == (kept or told)
    assert before_later_text(told) == (kept or told)


@pytest.mark.parametrize(
    ("text", "allergens"),
    [
        ("NKDA", ()),
        ("NKDA.", ()),
        ("N.K.D.A.", ()),
        ("No known drug allergies.", ()),
        ("Patient recorded as having No Known Allergies to Drugs", ()),
        ("The patient denies any allergies.", ()),
        ("None", ()),
        ("DENIED.", ()),
        ("无", ()),
        ("否认药物过敏史", ()),
        ("Keine bekannt", ()),
        ("", ()),
        ("No known drug allergies except latex.", ("latex",)),
        ("NKDA. Latex (rash)", ("Latex",)),
        ("1. PENICILLIN.\n2. SULFA.", ("PENICILLIN", "SULFA")),
        ("CODEINE AND FLAGYL.", ("CODEINE", "FLAGYL")),
        ("Penicillin - hives; codeine: nausea", ("Penicillin", "codeine")),
        ("She is allergic to PENICILLIN and sulfa.", ("PENICILLIN", "sulfa")),
        ("HE IS ALLERGIC ONLY TO TETANUS SERUM.", ("TETANUS SERUM",)),
        ("Levaquin and Cipro cause rashes; ibuprofen causes his throat to swell.", ("Levaquin", "Cipro", "ibuprofen")),
        ("Lisinopril with cough, penicillin causes rash, hives", ("Lisinopril", "penicillin")),
        ("No allergies, but is allergic to aspirin", ("aspirin",)),
        ("He states that Imuran caused him to develop tachycardia.", ("Imuran",)),
        ("Penicillin, no other known allergies", ("Penicillin",)),
        ("At this time, no known allergies", ()),
        ("青霉素、头孢", ("青霉素", "头孢")),
        ("He denies shrimp, sea food or dye allergy.", ()),
        ("Codeine. No shrimp, seafood, or dye allergy.", ("Codeine",)),
        ("Antibiotic(s): Keflex. Intolerance/Analgesic(s): Codeine.", ("Keflex", "Codeine")),
        ("He said he cannot take aspirin because of his stomach, but no true allergy to aspirin.", ("aspirin",)),
        ("No known allergies. He does seem to react to certain adhesives.", ("adhesives",)),
        ("No allergies; however, she gets dizzy with caffeine or Sudafed.", ("caffeine", "Sudafed")),
        ("Allergic to Tylenol with codeine, but he can get morphine.", ("Tylenol with codeine",)),
        ("An ACE inhibitor may have caused a cough.", ("ACE inhibitor",)),
        ("See chart.", ()),
        ("As above.", ()),
        ("Penicillin.\nOf note, she does not smoke. She is a lawyer.", ("Penicillin",)),
        ("Aspirin resulting in GI upset, disorientation", ("Aspirin",)),
        ("No known allergies.\n5. History of gout.", ()),
    ],
)
def test_allergies(text: str, allergens: tuple[str, ...]) -> None:
    assert tuple(parse_allergies(text)) == allergens


@pytest.mark.parametrize(
    ("text", "reactions"),
    [
        ("codeine (nausea)", {"codeine": "nausea"}),
        ("Penicillin - hives; codeine: nausea; latex", {"penicillin": "hives", "codeine": "nausea"}),
        ("penicillin (nausea, hives), sulfa", {"penicillin": "nausea hives"}),
        ("penicillin (nausea and throat closing), sulfa", {"penicillin": "nausea throat closing"}),
        ("penicillin - nausea and throat closing", {"penicillin": "nausea throat closing"}),
        ("Codeine: upset stomach. Rash as well.", {"codeine": "upset stomach rash as well"}),
        ("penicillin (nausea). Penicillin (anaphylaxis)", {"penicillin": "nausea; anaphylaxis"}),
        ("Aspirin resulting in GI upset, disorientation", {"aspirin": "resulting in gi upset disorientation"}),
        ("penicillin, no other known allergies", {}),
        ("NKDA", {}),
    ],
)
def test_a_reaction_stays_with_its_allergen(text: str, reactions: dict[str, str]) -> None:
    allergies, told = listed_allergies(text)
    words = {name: " ".join(re.sub(r"[^\w;]", " ", reaction).split()) for name, reaction in told.items()}
    assert words == reactions and told.keys() <= set(allergies)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("None.", ()),
        ("The patient takes no medications.", ()),
        ("1. Aspirin 81 mg.\n2. Tylenol No. 3.", ("Aspirin 81 mg", "Tylenol No. 3")),
        ("Femara, verapamil, and metformin.", ("Femara", "verapamil", "metformin")),
        ("Lisinopril 10 mg, one tablet daily; Plavix", ("Lisinopril 10 mg, one tablet daily", "Plavix")),
        ("Lisinopril 20 mg p.o. b.i.d. Atenolol 50 mg daily.", ("Lisinopril 20 mg p.o. b.i.d", "Atenolol 50 mg daily")),
        ("1. Lipitor 10 mg 2. Zocor 20 mg", ("Lipitor 10 mg", "Zocor 20 mg")),
        ("The patient is currently taking metformin and Lasix.", ("metformin", "Lasix")),
        ("阿司匹林；二甲双胍", ("阿司匹林", "二甲双胍")),
    ],
)
def test_medications(text: str, entries: tuple[str, ...]) -> None:
    assert parse_medications(text) == entries
