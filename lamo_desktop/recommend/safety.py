"""What a reader of a list must be told: allergies, interactions, duplicate classes, and how far to trust the model.

Flags never change a list. They are computed from the admission and the formulary alone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary

ALLERGY = "allergy"
INTERACTION = "interaction"
DUPLICATE = "duplicate class"
UNSEEN = "unseen drug"
NOT_A_CANDIDATE = "not a candidate"
CONTEXT_CUT = "context cut"
LOW_COVERAGE = "low coverage"

SAFETY_KINDS = (ALLERGY, INTERACTION, DUPLICATE)
LOW_COVERAGE_SHARE = 0.2  # of an admission's distinct orders, from which too little of the label is known to judge it


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to know about a drug of an admission, or (`drug` empty) about the admission itself.

    An interaction or a duplicate class is flagged once on each drug concerned; `source` names the table it comes from.
    """

    kind: str
    drug: str
    text: str
    source: str = ""


def safety_flags(
    admission: Admission, recommended: Collection[str], ordered: Collection[str], formulary: Formulary
) -> list[Flag]:
    """Allergies against every drug recommended or ordered; interactions and duplicate classes within each list."""
    return [
        *_allergies(admission.allergies, sorted({*recommended, *ordered}), formulary),
        *_interactions(recommended, ordered, formulary),
        *_duplicates(recommended, ordered, formulary),
    ]


def model_flags(
    admission: Admission,
    recommended: Collection[str],
    ordered: Collection[str],
    candidates: Collection[str],
    vocabulary: Collection[str],
    cut: Sequence[str],
) -> list[Flag]:
    """How far to trust the list: `vocabulary` is what the model was trained on, `cut` what its prompt left out."""
    found = [
        Flag(UNSEEN, drug, "the model was not trained on this drug") for drug in recommended if drug not in vocabulary
    ]
    found += [
        Flag(NOT_A_CANDIDATE, drug, "this model is not asked about it") for drug in ordered if drug not in candidates
    ]
    if cut:
        found.append(Flag(CONTEXT_CUT, "", f"left out of the model's prompt for length: {', '.join(cut)}"))
    unmapped, mapped = len(set(admission.unmapped_orders)), len(ordered)
    if unmapped and unmapped / (unmapped + mapped) >= LOW_COVERAGE_SHARE:
        found.append(
            Flag(LOW_COVERAGE, "", f"{unmapped} of {unmapped + mapped} distinct orders have no known ingredient")
        )
    return found


def _allergies(allergies: Sequence[str], drugs: Sequence[str], formulary: Formulary) -> list[Flag]:
    return [
        Flag(ALLERGY, drug, f'recorded allergy "{hit.allergy}" (match by {hit.by})', "recorded in the admission")
        for drug in drugs
        for hit in formulary.allergy_hits(allergies, drug)
    ]


def _interactions(recommended: Collection[str], ordered: Collection[str], formulary: Formulary) -> list[Flag]:
    lists: dict[tuple[str, str, str, str], list[str]] = {}
    for name, drugs in (("recommended", recommended), ("ordered", ordered)):
        for found in formulary.interactions_among(drugs):
            lists.setdefault((found.drug_a, found.drug_b, found.severity, found.source), []).append(name)
    return [
        Flag(
            INTERACTION, drug, f"with {other}, {severity.lower() or 'severity not given'} (both {_both(names)})", source
        )
        for (a, b, severity, source), names in lists.items()
        for drug, other in ((a, b), (b, a))
    ]


def _duplicates(recommended: Collection[str], ordered: Collection[str], formulary: Formulary) -> list[Flag]:
    lists: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, drugs in (("recommended", recommended), ("ordered", ordered)):
        for found in formulary.duplicates(drugs):
            lists.setdefault((found.drug_class, tuple(found.ingredients)), []).append(name)
    return [
        Flag(DUPLICATE, drug, f"{drug_class}, together with {_others(drug, drugs)} (all {_both(names)})")
        for (drug_class, drugs), names in lists.items()
        for drug in drugs
    ]


def _both(names: Iterable[str]) -> str:
    return " and ".join(names)


def _others(drug: str, drugs: Iterable[str]) -> str:
    return ", ".join(other for other in drugs if other != drug)
