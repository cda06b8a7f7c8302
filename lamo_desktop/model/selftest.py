"""Is this computer to be trusted? Before any patient, the engine scores a made-up one.

On the CPU the scores must be those known of the weights; a graphics processor, whose driver may return garbage, must
repeat the CPU's.
"""

import math
from collections.abc import Sequence

from lamo_desktop.errors import ModelError
from lamo_desktop.model.prompt import Part

LARGEST_DIFFERENCE = 0.25  # logits; half-precision GPUs differ from a CPU by less than 0.1, broken drivers by far more
PROBE = (
    Part("patient", "Patient: 70-year-old woman.\n", 0),
    Part("diagnoses", "Diagnoses: septic shock; acute renal failure; atrial fibrillation; type 2 diabetes.\n", 3),
    Part("question", "Question: which drugs does this patient need on the first day? Answer Yes or No.\n", 0),
)
# Written with a capital, as in the prompt: no vocabulary has these names, so no adapter touches their scores.
PROBE_DRUGS = ("Norepinephrine", "Insulin lispro", "Metoprolol", "Acetaminophen", "Vancomycin", "Timolol")

LARGEST_FROM_KNOWN = 0.5  # logits; other number formats and processors move these scores by less than 0.2
KNOWN = {  # SHA-256 of base weights -> scores of the probe
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53": (
        -2.5497,
        -3.2931,
        -2.7983,
        -3.1814,
        -3.2889,
        -2.1223,
    ),  # SmolLM2-135M-Instruct, decoded as F16
}


def verdict_on_cpu(base_sha256: str, measured: Sequence[float]) -> str:
    """What the probe says of the CPU, for people. Raises ModelError when its scores are no use."""
    known = KNOWN.get(base_sha256)
    if not all(map(math.isfinite, measured)) or len(set(measured)) == 1:
        raise ModelError("The engine does not compute right on this computer: the self-test gave no usable numbers.")
    if known is None:
        return "passed: usable numbers (for these weights none are known to compare them with)"
    difference = largest_difference(known, measured)
    if difference > LARGEST_FROM_KNOWN:
        raise ModelError(
            "The engine does not compute right on this computer: "
            f"the self-test's scores differ from the known ones by up to {difference:.2f} logits."
        )
    return f"passed: scores within {difference:.3f} of the known ones"


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
