"""What the findings of an admission say of the organs that drugs are dosed by, as the clinical rules read it.

The last value by the index time counts; where only the worst of the first 24 hours is known, that. Kidney function is
taken from an eGFR in the export, else from creatinine: glomerular filtration by CKD-EPI 2021, without race (Inker et
al., N Engl J Med 2021;385:1737), creatinine clearance by Cockcroft and Gault (Nephron 1976;16:31) where the weight is
known. "kidney function" is the clearance, else the filtration. Where the sex is not known, the value that is milder of
the two is an upper bound: what holds by it holds for either sex. On dialysis neither says anything.
"""

from collections.abc import Mapping, Sequence

from lamo_desktop.admissions.cohort import Admission, Observation
from lamo_desktop.admissions.findings import last_values, value_text
from lamo_desktop.admissions.quantities import quantities
from lamo_desktop.formulary.rules import Found

ADULT = 18
EGFR, CLEARANCE, KIDNEY = "eGFR", "creatinine clearance", "kidney function"


def organ_function(admission: Admission) -> Mapping[str, Found]:
    """The measured values that rules may speak of, by the name of the finding; empty without observations."""
    last = last_values(admission.observations)
    found = {name: _found(each) for name, each in last.items()}
    dialysis = last.get("dialysis")
    if dialysis is not None and dialysis.value:
        found.pop(EGFR, None)
        return found
    creatinine, weight = last.get("creatinine"), last.get("weight")
    if creatinine is not None and not creatinine.bound and admission.age is not None and admission.age >= ADULT:
        said, age = value_text(creatinine), admission.age
        sexes = (admission.sex == "female",) if admission.sex else (True, False)
        if EGFR not in found:
            rates = [ckd_epi_2021(creatinine.value, age, female) for female in sexes]
            found[EGFR] = _computed(EGFR, rates, "mL/min/1.73 m²", f"CKD-EPI 2021, creatinine {said}")
        if weight is not None:
            rates = [cockcroft_gault(creatinine.value, age, weight.value, female) for female in sexes]
            by = f"Cockcroft-Gault, creatinine {said}, {value_text(weight)}"
            found[CLEARANCE] = _computed(CLEARANCE, rates, "mL/min", by)
    if CLEARANCE in found or EGFR in found:
        found[KIDNEY] = found.get(CLEARANCE) or found[EGFR]
    return found


def ckd_epi_2021(creatinine: float, age: int, female: bool) -> float:
    """Estimated glomerular filtration rate, mL/min/1.73 m²; creatinine in mg/dL, age in years."""
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    rate = 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age
    return float(rate * 1.012 if female else rate)


def cockcroft_gault(creatinine: float, age: int, weight: float, female: bool) -> float:
    """Creatinine clearance, mL/min; creatinine in mg/dL, age in years, weight in kg."""
    rate = (140 - age) * weight / (72 * creatinine)
    return rate * 0.85 if female else rate


def _computed(name: str, rates: Sequence[float], unit: str, by: str) -> Found:
    """A computed rate; of two sexes the milder as an upper bound."""
    least, most = min(rates), max(rates)
    if len(rates) == 1:
        return Found(least, most, f"{name} {most:.0f} {unit} ({by})")
    return Found(least, most, f"{name} at most {most:.0f} {unit} (either sex, {by})")


def _found(observation: Observation) -> Found:
    least = float("-inf") if observation.bound == "<" else observation.value
    most = float("inf") if observation.bound == ">" else observation.value
    of = "" if observation.hours is not None or not observation.worst else ", worst of the first 24 hours"
    said = "" if quantities()[observation.name].kind == "state" else f" {value_text(observation)}"
    return Found(least, most, f"{observation.name}{said}{of}")
