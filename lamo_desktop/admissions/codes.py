"""The structured codes of an admission, for models on codes: one vocabulary for every reader.

    sex:female  age:60 (decade)  adm:(reason)  med:(ingredient)  allergy:(ingredient, else as written)
    dx:(diagnosis)  hx:(past history): texts, or each level of a path ("dx:renal", "dx:renal|disorder of kidney", ...)
    icd:(code with its point, and its category)  procedure:(code)
    unit: source: service: type:  where and how the patient was admitted
    finding:(name, with its band or state)  "finding:creatinine high", "finding:intubated"; normal ones too
    previous med:(ingredient)  previous dx:(diagnosis)  of the hospitalization before

Texts are in lower case, ICD codes in upper case.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.findings import finding_codes
from lamo_desktop.admissions.order_mapper import OrderMapper

CACHED = 50_000  # distinct paths whose codes are kept: they recur in most admissions

# A whole diagnosis entry that is an ICD-10 or ICD-9 code. A letter in third place has few uses (C7A, M1A, O9A, Z3A).
_ICD = re.compile(r"[A-Z]\d[\dAB](?:\.?[\dA-Z]{1,4})?|\d{3}(?:\.\d{1,2})?|E\d{3}\.\d")
_COLUMNS = {"unit": "unit", "unit_source": "source", "source": "source", "service": "service", "admission_type": "type"}


def admission_codes(admission: Admission, mapper: OrderMapper, further: Iterable[str] = ()) -> tuple[str, ...]:
    """All codes of an admission, sorted: what its own entries say, and what its reader knows `further`."""
    codes = {f"sex:{admission.sex or 'unknown'}", *further}
    if admission.age is not None:
        codes.add(f"age:{admission.age // 10 * 10}")
    codes |= text_codes("med", admission.home_medications)
    codes |= text_codes("allergy", mapper.allergens(admission.allergies))
    codes |= finding_codes(admission.observations, admission.sex)
    if admission.previous is not None:
        codes |= text_codes("previous med", admission.previous.drugs)
        codes |= text_codes("previous dx", admission.previous.diagnoses)
    return tuple(sys.intern(code) for code in sorted(codes))


def text_codes(prefix: str, texts: Iterable[str]) -> set[str]:
    """One code for each text that is not empty."""
    return {f"{prefix}:{text.casefold()}" for text in texts if text}


def column_codes(columns: Mapping[str, str]) -> set[str]:
    """Codes of the columns that say where and how the patient was admitted, by the program's name of the column."""
    return {code for name, prefix in _COLUMNS.items() for code in text_codes(prefix, [columns.get(name, "")])}


@lru_cache(CACHED)
def path_codes(prefix: str, path: tuple[str, ...]) -> frozenset[str]:
    """One code for each level of a path: "dx:renal", "dx:renal|disorder of kidney", ..."""
    lowered = [level.casefold() for level in path]
    return frozenset(f"{prefix}:{'|'.join(lowered[:depth])}" for depth in range(1, len(lowered) + 1))


def icd_codes(code: str) -> set[str]:
    """An ICD code with its point, and its category (the part before the point)."""
    return {f"icd:{code}", f"icd:{code.partition('.')[0]}"}


def icd_codes_among(diagnoses: Iterable[str]) -> set[str]:
    """The codes of the diagnosis entries that are an ICD code and nothing else, with or without its point."""
    found: set[str] = set()
    for entry in diagnoses:
        if _ICD.fullmatch(code := entry.upper()):
            found |= icd_codes(code if "." in code or len(code) == 3 else f"{code[:3]}.{code[3:]}")
    return found
