"""The fields a column can hold, in the words of the window."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

TITLES = {
    "admission_id": QT_TRANSLATE_NOOP("fields", "Admission"),
    "patient_id": QT_TRANSLATE_NOOP("fields", "Patient"),
    "age": QT_TRANSLATE_NOOP("fields", "Age"),
    "birth_date": QT_TRANSLATE_NOOP("fields", "Date of birth"),
    "sex": QT_TRANSLATE_NOOP("fields", "Sex"),
    "admission_date": QT_TRANSLATE_NOOP("fields", "Admission date"),
    "discharge_date": QT_TRANSLATE_NOOP("fields", "Discharge date"),
    "reason": QT_TRANSLATE_NOOP("fields", "Reason for admission"),
    "diagnoses": QT_TRANSLATE_NOOP("fields", "Diagnoses"),
    "procedures": QT_TRANSLATE_NOOP("fields", "Procedures"),
    "past_medical_history": QT_TRANSLATE_NOOP("fields", "Past medical history"),
    "allergies": QT_TRANSLATE_NOOP("fields", "Allergies"),
    "allergy_reaction": QT_TRANSLATE_NOOP("fields", "Reaction to an allergen"),
    "medications_on_admission": QT_TRANSLATE_NOOP("fields", "Medications on admission"),
    "history_of_present_illness": QT_TRANSLATE_NOOP("fields", "History of present illness"),
    "note": QT_TRANSLATE_NOOP("fields", "Clinical note"),
    "orders": QT_TRANSLATE_NOOP("fields", "Orders"),
    "order_drug": QT_TRANSLATE_NOOP("fields", "Drug ordered"),
    "order_start": QT_TRANSLATE_NOOP("fields", "Start of the order"),
    "order_end": QT_TRANSLATE_NOOP("fields", "End of the order"),
    "order_status": QT_TRANSLATE_NOOP("fields", "Status of the order"),
    "label": QT_TRANSLATE_NOOP("fields", "Subgroup"),
    "time_of_day": QT_TRANSLATE_NOOP("fields", "Time of day"),
    "finding": QT_TRANSLATE_NOOP("fields", "Finding"),
}
HINTS = {
    "admission_id": QT_TRANSLATE_NOOP("fields", "The number of the stay. Leading zeros count."),
    "patient_id": QT_TRANSLATE_NOOP(
        "fields", "Links the stays of one patient. A record number is replaced by running numbers."
    ),
    "age": QT_TRANSLATE_NOOP("fields", "For example 67, 67y, >89, 18 months."),
    "birth_date": QT_TRANSLATE_NOOP("fields", "Only to work out the age at the admission date."),
    "sex": QT_TRANSLATE_NOOP("fields", "For example F, Female, male, 女. Anything else is left empty and listed."),
    "admission_date": QT_TRANSLATE_NOOP("fields", "Puts the stays of a patient in order of time."),
    "discharge_date": QT_TRANSLATE_NOOP("fields", "Recognised so that it is not taken for something else; not used."),
    "reason": QT_TRANSLATE_NOOP("fields", "Why the patient was admitted, one line."),
    "diagnoses": QT_TRANSLATE_NOOP("fields", "Codes or texts; several columns can hold them."),
    "procedures": QT_TRANSLATE_NOOP("fields", "Codes or texts; several columns can hold them."),
    "past_medical_history": QT_TRANSLATE_NOOP("fields", "A list of illnesses, or the section of a note."),
    "allergies": QT_TRANSLATE_NOOP("fields", "Shown beside each recommended drug it concerns."),
    "allergy_reaction": QT_TRANSLATE_NOOP(
        "fields", "Beside a column of allergies: nausea and the like make a note of what would be withheld."
    ),
    "medications_on_admission": QT_TRANSLATE_NOOP("fields", "What the patient took at home."),
    "history_of_present_illness": QT_TRANSLATE_NOOP("fields", "The section of a note in a column of its own."),
    "note": QT_TRANSLATE_NOOP(
        "fields", "Only what was known at admission is used: hospital course and discharge sections are cut."
    ),
    "orders": QT_TRANSLATE_NOOP("fields", "What clinicians ordered, for validation only; the model never sees it."),
    "order_drug": QT_TRANSLATE_NOOP("fields", "One drug in each row of the sheet with orders."),
    "order_start": QT_TRANSLATE_NOOP(
        "fields", "Only orders of the first day are compared: a time, a date, or minutes or hours from admission."
    ),
    "order_end": QT_TRANSLATE_NOOP(
        "fields", "Flags on pairs of orders look at those active at the same time. An order without an end goes on."
    ),
    "order_status": QT_TRANSLATE_NOOP("fields", "Cancelled orders do not count; stopped ones do."),
}
# At least one of these is needed.
CLINICAL = (
    "diagnoses",
    "note",
    "history_of_present_illness",
    "past_medical_history",
    "allergies",
    "medications_on_admission",
)
SEVERAL = ("diagnoses", "procedures", "allergies", "medications_on_admission", "orders", "note")


def field_title(name: str) -> str:
    """A field's or a table's name for people."""
    if name in TITLES:
        return QCoreApplication.translate("fields", str(TITLES[name]))
    return name[:1].upper() + name[1:].replace("_", " ")


def field_hint(name: str) -> str:
    """One sentence on what belongs into it."""
    return QCoreApplication.translate("fields", str(HINTS[name])) if name in HINTS else ""


def confidence_words(confidence: float) -> str:
    """What a confidence from 0 to 1 means (see docs/mapping.md)."""
    if confidence >= 1:
        return QCoreApplication.translate("fields", "known header")
    if confidence >= 0.9:
        return QCoreApplication.translate("fields", "understood header")
    if confidence >= 0.8:
        return QCoreApplication.translate("fields", "likely; please check")
    return QCoreApplication.translate("fields", "uncertain; please check")
