"""Is a graphics processor to be trusted? Some drivers return garbage, so it must first repeat scores of the CPU."""

import math
from collections.abc import Sequence

from lamo_desktop.model.prompt import Part

LARGEST_DIFFERENCE = 0.25  # logits; half-precision GPUs differ from a CPU by less than 0.1, broken drivers by far more
PROBE = (
    Part("patient", "Patient: 70-year-old woman.\n", 0),
    Part("diagnoses", "Diagnoses: septic shock; acute renal failure; atrial fibrillation; type 2 diabetes.\n", 3),
    Part("question", "Question: which drugs does this patient need on the first day? Answer Yes or No.\n", 0),
)
PROBE_DRUGS = ("norepinephrine", "insulin lispro", "metoprolol", "acetaminophen", "vancomycin", "timolol")


def fault(expected: Sequence[float], measured: Sequence[float]) -> str:
    """What is wrong with a device's scores of the probe, given the CPU's; an empty text when they agree."""
    if len(measured) != len(expected) or not all(map(math.isfinite, measured)):
        return "it returned no usable numbers"
    difference = largest_difference(expected, measured)
    if difference > LARGEST_DIFFERENCE:
        return f"its scores differ from the CPU's by up to {difference:.2f}"
    return ""


def largest_difference(expected: Sequence[float], measured: Sequence[float]) -> float:
    """Largest absolute difference in logits."""
    return max(abs(one - other) for one, other in zip(expected, measured, strict=True))
