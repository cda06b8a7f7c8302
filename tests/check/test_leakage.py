"""The leakage audit on notes written here, and on real ones where LAMO_DATA points to them.

For the real notes a second, much simpler splitter (capitals before a colon) decides which text is later than
admission, so that the program's own section cutter does not judge itself.
"""

import csv
import gzip
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.notes import cut_sections, parse_medications
from lamo_desktop.admissions.read import read_export
from lamo_desktop.check.account import audit_lines
from lamo_desktop.check.leakage import FROM_NOTES, audit, notes_of, split
from lamo_desktop.check.summary import ordered_drugs
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.model.prompt import parts
from tests.admissions.test_mimic import mimic3

DATA = os.environ.get("LAMO_DATA", "")
LATER = re.compile(
    r"COURSE|DISCHARGE|DISCHG|PLAN|IMPRESSION|ASSESSMENT|DISPOSITION|INSTRUCTION|FOLLOW.?UP|RECOMMEND|COUNSEL"
)
_CAPITALS = r"[A-Z][A-Z /,&'()\-]{0,70}[A-Z)]"
_NAMED = (
    r"(?:Discharge|Hospital|Past|Home|Admission|Current|History|Allergies|Medications?|Physical|Social|Family|Chief|"
    r"Review|Labor|Plan|Follow|Disposition|Condition|Diet|Activity|Secondary|Principal|Final|Procedure|Consult)"
    r"[A-Za-z /,&'()\-]{0,60}"
)
HEADING = re.compile(rf"(?:^|(?<=[\n.,;:]))[ \t]*(?:\d+\. ?)?({_CAPITALS}(?=:|[ \t]*$)|{_NAMED}(?=:)):?", re.MULTILINE)

Source = Callable[[Formulary], Iterator[tuple[str, str, set[str]]]]

NOTES = {
    "upper case": (
        "HISTORY OF PRESENT ILLNESS: Took aspirin for pain.\nMEDICATIONS: Lisinopril 10 mg daily.\n"
        "HOSPITAL COURSE: Heparin, then warfarin, aspirin.\nDISCHARGE MEDICATIONS: Warfarin, lisinopril."
    ),
    "discharge list first": (
        "DISCHARGE MEDICATIONS: Warfarin 5 mg.\nHOSPITAL COURSE: Heparin.\nPAST MEDICAL HISTORY: Gout, aspirin use.\n"
        "HOME MEDICATIONS: Lisinopril."
    ),
    "numbered": (
        "1. Allergies\nNKDA\n2. Home Medications\nlisinopril\n3. Hospital Course\nheparin\n4. Medications\nwarfarin\n"
        "5. Past Medical History\naspirin allergy as a child"
    ),
    "run in": (
        "CHIEF COMPLAINT: Pain. PAST MEDICAL HISTORY: Stroke, on aspirin. MEDICATIONS: Lisinopril. "
        "ASSESSMENT AND PLAN: Start heparin and warfarin."
    ),
    "chinese": "现病史：服用 aspirin。\n入院前用药：lisinopril\n诊疗经过：heparin\n出院带药：warfarin",
}
ORDERED = ("aspirin", "heparin", "lisinopril", "warfarin")


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def table(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("name", NOTES)
def test_ordered_drugs_of_cut_sections_are_not_in_the_prompt(name: str, tmp_path: Path, formulary: Formulary) -> None:
    rows = [["Admission ID", "Age", "Note", "Orders"], ["1", "60", NOTES[name], "; ".join(ORDERED)]]
    path = table(tmp_path / "a.csv", rows)
    export = read_export(path, formulary)
    found = audit(export.cohort.admissions, notes_of(export, path), formulary)
    assert (found.admissions, found.ordered, found.notes) == (1, 4, 1)
    assert found.in_cut_text == 2 and found.leaks == ()  # heparin and warfarin
    assert found.named == 2  # aspirin from the history, lisinopril from home
    named = {part.part: part.drugs for part in found.parts if part.drugs}
    assert named["medications before admission"] == 1 and sum(named.values()) == 2


def test_a_leak_is_found_and_located(formulary: Formulary) -> None:
    note = split("PAST MEDICAL HISTORY: Gout.\nHOSPITAL COURSE: Heparin and cefazolin.")
    leaky = Admission("7", "7", sections={"past_medical_history": "Gout. Heparin."}, orders=("cefazolin", "heparin"))
    found = audit([leaky], {"7": note}, formulary)
    assert found.leaks == (("7", "heparin", "note: past medical history"),)
    assert (found.in_cut_text, found.named) == (2, 1)


def test_parts_of_a_fixed_combination_are_searched_for_apart_and_counted_as_the_one_drug_too(
    formulary: Formulary,
) -> None:
    both = Admission("7", "7", sections={"past_medical_history": "Sulbactam."}, orders=("ampicillin", "sulbactam"))
    found = audit([both], {}, formulary)
    assert (found.ordered, found.ordered_as_drugs, found.named) == (2, ordered_drugs([both]).total, 1) == (2, 1, 1)
    assert "of 2 ingredients of 1 drug ordered in 1 admission, 1 (50%)" in next(audit_lines(found))


def test_what_a_column_of_its_own_says_is_no_leak(tmp_path: Path, formulary: Formulary) -> None:
    rows = [
        ["Admission ID", "Age", "Diagnosis", "Note", "Home medications", "Orders"],
        ["1", "60", "Stroke", "HOSPITAL COURSE: Heparin.", "Heparin", "heparin"],
    ]
    path = table(tmp_path / "a.csv", rows)
    export = read_export(path, formulary)
    found = audit(export.cohort.admissions, notes_of(export, path), formulary)
    assert found.leaks == () and found.named == 1


def test_discharge_summaries_of_mimic_are_audited(tmp_path: Path, formulary: Formulary) -> None:
    folder = mimic3(tmp_path)
    text = (folder / "NOTEEVENTS.csv").read_text(encoding="utf-8")
    (folder / "NOTEEVENTS.csv").write_text(
        text.replace("Treated with vancomycin", "Treated with heparin"), encoding="utf-8"
    )
    export = read_export(folder, formulary)
    found = audit(export.cohort.admissions, notes_of(export, folder), formulary)
    assert (found.admissions, found.notes, found.in_cut_text, found.leaks) == (3, 1, 1, ())
    named = {part.part: part.drugs for part in found.parts if part.drugs}
    assert named["medications before admission"] == 1  # aspirin


def test_without_orders_or_notes_nothing_is_claimed(formulary: Formulary) -> None:
    found = audit([Admission("1", "1", reason="pain")], {}, formulary)
    assert (found.admissions, found.ordered, found.notes, found.leaks) == (0, 0, 0, ())


def simple_sections(text: str) -> Iterator[tuple[str, str]]:
    """Heading and text under it, by capitals and a colon."""
    marks = list(HEADING.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        yield mark[1].upper(), text[mark.end() : end]


def real_notes(dataset: str, text: str, key: str) -> Iterator[tuple[str, str]]:
    csv.field_size_limit(10_000_000)
    with gzip.open(Path(DATA) / "notes" / f"{dataset}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from ((row[key], row[text]) for row in csv.DictReader(file))


def discharge_summaries(formulary: Formulary) -> Iterator[tuple[str, str, set[str]]]:
    """MTSamples reports with a discharge medication list: id, text, the ingredients of the list."""
    for name, text in real_notes("mtsamples", "transcription", "sample_id"):
        lists = [body for heading, body in simple_sections(text) if "DISCHARGE" in heading and "MEDIC" in heading]
        entries = [entry for body in lists for entry in parse_medications(body)]
        read = [formulary.map(entry) for entry in entries]
        ingredients = {drug for mapped in read if mapped.status == "drug" for drug in mapped.ingredients}
        if ingredients:
            yield name, text, ingredients


def later_drugs(dataset: str, text: str, key: str, formulary: Formulary) -> Iterator[tuple[str, str, set[str]]]:
    """Notes with the drugs that their hospital course, discharge lists, assessment and plan name."""
    for name, note in real_notes(dataset, text, key):
        later = [body for heading, body in simple_sections(note) if LATER.search(heading)]
        ingredients = set(formulary.mentioned("\n".join(later)))
        if ingredients:
            yield name, note, ingredients


def reports(formulary: Formulary) -> Iterator[tuple[str, str, set[str]]]:
    """MTSamples reports of every kind."""
    return later_drugs("mtsamples", "transcription", "sample_id", formulary)


def visit_notes(formulary: Formulary) -> Iterator[tuple[str, str, set[str]]]:
    """ACI-Bench visit notes."""
    return later_drugs("aci-bench", "note", "encounter_id", formulary)


@pytest.mark.skipif(not DATA, reason="LAMO_DATA names no folder with the development data")
@pytest.mark.parametrize(("source", "fewest"), [(discharge_summaries, 20), (reports, 250), (visit_notes, 60)])
def test_no_ordered_drug_of_a_real_note_comes_from_a_cut_section(
    source: Source, fewest: int, tmp_path: Path, formulary: Formulary
) -> None:
    made = list(source(formulary))
    rows = [["Admission ID", "Diagnosis", "Note", "Orders"]]
    rows += [[name, "as noted", text, "; ".join(sorted(drugs))] for name, text, drugs in made]
    path = table(tmp_path / "notes.csv", rows)
    export = read_export(path, formulary)
    found = audit(export.cohort.admissions, notes_of(export, path), formulary)
    assert found.notes == len(export.cohort.admissions) == len(made) >= fewest
    assert found.in_cut_text > 50 and found.leaks == ()
    texts = {name: text for name, text, _ in made}
    leaks = []
    for admission in export.cohort.admissions:
        known = "\n".join(
            body for head, body in simple_sections(texts[admission.admission_id]) if not LATER.search(head)
        )
        shown = "\n".join(part.text for part in parts(admission)[:-1] if part.name.startswith(FROM_NOTES))
        later = frozenset(admission.orders or ()) - formulary.mentioned(known)
        leaks += [(admission.admission_id, drug) for drug in later & formulary.mentioned(shown)]
    assert leaks == []


def test_an_empty_note_has_nothing_to_cut() -> None:
    assert cut_sections("") == cut_sections("\n \n") == {}
    assert split("").kept == split("").cut == ""
