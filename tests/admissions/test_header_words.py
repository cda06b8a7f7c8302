"""Headers by the meaning of their words: what names a field, and what only resembles it."""

import pytest

from lamo_desktop.admissions.header_words import abbreviates, denies, names
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.synonyms import CERTAIN, GROUP, Vocabulary


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Hospitalisation visit no", "admission_id"),
        ("Dossier d'hospitalisation n°", "admission_id"),
        ("stationäre Fallkennung", "admission_id"),
        ("Num. del episodio hospitalario", "admission_id"),
        ("患者住院流水号", "admission_id"),
        ("Anonymised client key", "patient_id"),
        ("Nº de historia clínica", "patient_id"),
        ("Patienten-Kennnummer", "patient_id"),
        ("Alter der Patientin (Jahre)", "age"),
        ("Sexe administratif", "sex"),
        ("Beginn des Krankenhausaufenthalts", "admission_date"),
        ("Début de l'hospitalisation", "admission_date"),
        ("Weitere Krankenhausdiagnosen", "diagnoses"),
        ("Codes CIM-10 du séjour", "diagnoses"),
        ("Verordnetes Präparat", "order_drug"),
        ("Produit prescrit", "order_drug"),
        ("Horas desde el ingreso", "order_start"),
        ("Datum Verordnungsbeginn", "order_start"),
    ],
)
def test_a_header_names_a_field_by_all_of_its_words(header: str, field: str) -> None:
    assert names(header, field)
    assert Vocabulary(load_profile("flat").data).confidence(header, field) >= CERTAIN


@pytest.mark.parametrize(
    "header",
    [
        "Prescrit par", "Verordnet von", "Ordered by", "N° prescription", "Drug code", "Number of drugs", "Stay (d)",
        "Venue prévue", "Fallpauschale", "Ward arrival", "ICU admission date", "Validé le", "Age band", "Jahrgang",
        "Discharge drug", "Home drugs", "Dose of drug", "Diagnosis date", "Anzahl Diagnosen", "Report date", "住院天数",
    ],
)  # fmt: skip
def test_a_header_with_another_idea_names_no_field(header: str) -> None:
    fields = ("admission_id", "patient_id", "age", "sex", "admission_date", "order_drug", "orders", "order_start")
    assert not [field for field in fields if names(header, field)]


def test_a_number_of_an_order_or_a_length_is_denied_though_it_resembles_a_synonym() -> None:
    assert denies("N° prescription", "order_drug")
    assert denies("Stay (d)", "admission_id")
    assert not denies("Drug 3", "orders")
    assert not denies("Xyz prescription", "order_drug")


def test_short_forms_of_one_country_are_possible_diagnoses_at_most() -> None:
    vocabulary = Vocabulary(load_profile("flat").data)
    for header in ("HD", "ND 3", "DP / DAS", "ND (ICD)"):
        assert abbreviates(header, "diagnoses"), header
        assert vocabulary.confidence(header, "diagnoses") < CERTAIN
    assert not abbreviates("HD video", "diagnoses")


def test_a_group_header_and_the_one_below_are_read_together() -> None:
    vocabulary = Vocabulary(load_profile("flat").data)
    for group, own, field in (
        ("Visit", "Start", "admission_date"),
        ("Episodio", "Nº", "admission_id"),
        ("Identité", "Id", "patient_id"),
        ("Pharmacy order", "Begin", "order_start"),
    ):
        header = f"{group}{GROUP}{own}"
        best = max(vocabulary.fields, key=lambda name: vocabulary.confidence(header, name))
        assert best == field, header
