"""Values of findings as hospitals write them: names, units, numbers, and what must not be guessed."""

import math

import pytest

from lamo_desktop.admissions.measurements import ImpossibleError, NoValueError, UnclearError, read_value
from lamo_desktop.admissions.quantities import measured, quantities, rows, units

# header or name, cell, finding, value in its unit
SPELLINGS = [
    ("Creatinine (mg/dL)", "2.3", "creatinine", 2.3),
    ("Creatinine", "2.3 mg/dL", "creatinine", 2.3),
    ("Kreatinin", "2,3 mg/dl (H)", "creatinine", 2.3),
    ("Kreatinin [µmol/l]", "203", "creatinine", 2.2963),
    ("Kreatinin im Serum in µmol/l", "88,4", "creatinine", 1.0),
    ("LAB_CREATININE_MG_DL", "0.9", "creatinine", 0.9),
    ("serum creatinine umol/L", "133 ↑", "creatinine", 1.5045),
    ("Créatinine (µmol/L)", "71", "creatinine", 0.8032),
    ("Créatininémie", "12 mg/L", "creatinine", 1.2),
    ("Creatinina sérica", "1,1 mg/dl", "creatinine", 1.1),
    ("肌酐(μmol/L)", "97", "creatinine", 1.0973),
    ("Scr", "97 umol/l", "creatinine", 1.0973),
    ("Creatinine first", "<0.2 mg/dL", "creatinine", 0.2),
    ("K+", "4,1", "potassium", 4.1),
    ("K", "2.9 L", "potassium", 2.9),
    ("Kalium mmol/l", "5,6 (H)", "potassium", 5.6),
    ("Kaliémie", "3,4 mmol/l", "potassium", 3.4),
    ("Potasio", "4.0 mEq/L", "potassium", 4.0),
    ("血钾", "3.1", "potassium", 3.1),
    ("Na+ (mmol/L)", "128*", "sodium", 128),
    ("Natrium", "141", "sodium", 141),
    ("eGFR", ">90", "eGFR", 90),
    ("GFR (CKD-EPI)", "45 ml/min/1,73m²", "eGFR", 45),
    ("DFG (mL/min/1.73m2)", "> 60", "eGFR", 60),
    ("INR", "2,4", "INR", 2.4),
    ("PT - INR", "1.1", "INR", 1.1),
    ("BUN", "28 mg/dL", "urea nitrogen", 28),
    ("Harnstoff (mg/dl)", "60", "urea nitrogen", 27.987),
    ("Urée (mmol/L)", "10", "urea nitrogen", 28.014),
    ("尿素氮 mmol/L", "7.1", "urea nitrogen", 19.8899),
    ("Glucose", "11.1 mmol/L", "glucose", 199.9776),
    ("Blutzucker", "180 mg/dl", "glucose", 180),
    ("Glycémie (g/L)", "1,26", "glucose", 126),
    ("Hb", "9,8 g/dl", "haemoglobin", 9.8),
    ("Hämoglobin [g/l]", "98", "haemoglobin", 9.8),
    ("Hb (mmol/l)", "6,1", "haemoglobin", 9.8295),
    ("Hct", "0.38 L/L", "haematocrit", 38),
    ("Hkt (%)", "38", "haematocrit", 38),
    ("WBC (K/uL)", "12.4", "white cells", 12.4),
    ("Leukozyten", "12400 /µl", "white cells", 12.4),
    ("Leukozyten (Gpt/l)", "12,4", "white cells", 12.4),
    ("白细胞(×10⁹/L)", "12.4", "white cells", 12.4),
    ("Platelets", "150,000 /mm3", "platelets", 150),
    ("Thrombozyten", "150 Tsd/µl", "platelets", 150),
    ("Plaquettes (G/L)", "150", "platelets", 150),
    ("Bilirubin gesamt µmol/l", "34", "bilirubin", 1.9879),
    ("Total bilirubin (mg/dL)", "<0.1", "bilirubin", 0.1),
    ("Albumin (g/L)", "28", "albumin", 2.8),
    ("Calcium (mmol/L)", "2,1", "calcium", 8.4164),
    ("Ionized Ca (mmol/L)", "1.05", "ionised calcium", 1.05),
    ("Mg++", "0.7 mmol/L", "magnesium", 1.7014),
    ("Magnesium", "0.7 mmol/L", "magnesium", 1.7014),
    ("Phosphate mmol/L", "1.2", "phosphate", 3.7169),
    ("Lactate", "36 mg/dL", "lactate", 3.9964),
    ("HbA1c (mmol/mol)", "53", "HbA1c", 7.0004),
    ("CRP (mg/dL)", "12", "CRP", 120),
    ("CRP", "<5 mg/l", "CRP", 5),
    ("ALT (µkat/L)", "1.0", "ALT", 60),
    ("Temp (°F)", "101.3", "temperature", 38.5),
    ("Temp_F", "98.6", "temperature", 37),
    ("Temperature Celsius", "38.5", "temperature", 38.5),
    ("Körpertemperatur", "38,5 °C", "temperature", 38.5),
    ("Heart rate", "112 bpm", "heart rate", 112),
    ("Herzfrequenz", "112/min", "heart rate", 112),
    ("RR systolisch", "90", None, None),  # RR is the pressure here and the breathing there
    ("Blutdruck systolisch (mmHg)", "90", "systolic blood pressure", 90),
    ("SpO2 (%)", "91", "oxygen saturation", 91),
    ("PaO2 (kPa)", "8,0", "PaO2", 60.005),
    ("FiO2 (%)", "60", "FiO2", 60),
    ("pH arterial", "7,21", "pH", 7.21),
    ("GCS", "7", "GCS", 7),
    ("Weight (lbs)", "180", "weight", 81.6466),
    ("Gewicht in kg", "82,5", "weight", 82.5),
    ("Poids", "82 kg", "weight", 82),
    ("Height", "5'11\"", "height", 180.34),
    ("Größe (cm)", "180", "height", 180),
    ("Taille (m)", "1,80", "height", 180),
    ("QTc (s)", "0.48", "QTc", 480),
    ("Intubated", "yes", "intubated", 1),
    ("Beatmet", "nein", "ventilated", 0),
    ("透析", "是", "dialysis", 1),
    ("Troponin (ng/L)", "12", None, None),
    ("Urine creatinine (mg/dL)", "80", None, None),
    ("Creatinine (urine)", "80", None, None),
    ("Creatinine clearance", "60", None, None),
    ("Creatinine date", "2024-03-01", None, None),
    ("Discharge creatinine", "1.0", None, None),
]


@pytest.mark.parametrize(("header", "cell", "finding", "value"), SPELLINGS, ids=[f"{h}: {c}" for h, c, *_ in SPELLINGS])
def test_a_spelling_of_a_hospital(header: str, cell: str, finding: str | None, value: float | None) -> None:
    of = measured(header)
    if finding is None:
        assert of is None
        return
    assert of is not None and of.quantity.name == finding
    (reading,) = read_value(cell, of)
    assert value is not None and math.isclose(reading.value, value, rel_tol=2e-4)
    assert reading.bound == (cell.strip()[0] if cell.strip()[0] in "<>" else "")


def test_a_blood_pressure_is_two_findings() -> None:
    of = measured("BP (mmHg)")
    assert of is not None
    assert [(r.quantity.name, r.value) for r in read_value("128/74", of)] == [
        ("systolic blood pressure", 128),
        ("diastolic blood pressure", 74),
    ]
    for cell in ("74/128", "128"):
        with pytest.raises(ValueError):
            read_value(cell, of)


def test_five_hundred_impossible_values_are_set_aside() -> None:
    """Beyond what a patient can have in every unit that the quantity has: none becomes a value."""
    tried = 0
    for name, quantity in quantities().items():
        of = measured(name)
        if quantity.kind == "state" or of is None:
            continue
        for unit in of.choices():
            for beyond in (quantity.highest * 1.01, quantity.highest * 10, quantity.highest * 1000, -quantity.highest):
                written = (beyond - unit.offset) / unit.factor
                for text in (f"{written:.4f} {unit.name}", f"{written:.4f} {unit.name}".replace(".", ",", 1)):
                    with pytest.raises(ImpossibleError):
                        read_value(text, of)
                    tried += 1
    assert tried >= 500


@pytest.mark.parametrize("cell", ["hemolyzed", "neg", "see comment", "3+", "not enough material", "?!"])
def test_a_cell_without_a_value_is_none(cell: str) -> None:
    of = measured("Potassium")
    assert of is not None
    with pytest.raises(NoValueError):
        read_value(cell, of)


@pytest.mark.parametrize("cell", ["4.0-5.0", "4.1 / 4.3", "4.1 mg/kg", "4.1 4.3 4.5 mmol/L x", "45", "0.41"])
def test_nothing_is_guessed(cell: str) -> None:
    of = measured("Potassium")
    assert of is not None
    with pytest.raises(ValueError):
        read_value(cell, of)


@pytest.mark.parametrize("cell", ["", "-", "n/a", "unknown", "#N/A"])
def test_an_empty_cell_says_nothing(cell: str) -> None:
    of = measured("Potassium")
    assert of is not None and read_value(cell, of) == ()


def test_a_value_without_unit_is_not_read_where_there_are_several() -> None:
    of = measured("Creatinine")
    assert of is not None
    with pytest.raises(UnclearError, match="no unit"):
        read_value("88", of)
    assert read_value("88", of, of.unit_of("µmol/L"))[0].value == pytest.approx(0.9955, abs=1e-3)


def test_the_tables_belong_together() -> None:
    names = {row["quantity"] for row in rows("names.csv")}
    assert names <= quantities().keys() and {row["name"] for row in rows("bands.csv")} <= quantities().keys()
    for row in rows("names.csv"):
        assert quantities()[row["quantity"]].kind == "state" or row["measured"] in units(), row["measured"]
    for name, quantity in quantities().items():
        own = [unit for unit in (units().get(name) or {}).values() if unit.name == quantity.unit]
        assert quantity.kind == "state" or (own and (own[0].factor, own[0].offset) == (1.0, 0.0)), name


def test_every_band_has_its_source() -> None:
    for row in rows("bands.csv"):
        limits = [float(row[c]) for c in ("very low below", "low below", "high above", "very high above") if row[c]]
        assert limits == sorted(limits) and limits and row["source"], row["name"]
