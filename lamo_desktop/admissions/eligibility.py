"""The last steps of every eligibility table: a diagnosis is needed and, where orders are known, enough drugs."""

from collections.abc import Sequence

from lamo_desktop.admissions.cohort import Admission, AttritionStep


def eligible_admissions(
    admissions: Sequence[Admission], minimum_diagnoses: int, minimum_drugs: int
) -> tuple[tuple[Admission, ...], list[AttritionStep]]:
    """The admissions to use and the two steps.

    The reason for admission counts as a diagnosis; unknown orders exclude no one.
    """
    diagnosed = [a for a in admissions if len(a.diagnoses) + bool(a.reason) >= minimum_diagnoses]
    steps = [
        AttritionStep(
            f"at least {minimum_diagnoses} {'diagnosis' if minimum_diagnoses == 1 else 'diagnoses'} by the index time",
            len(diagnosed),
            len(admissions) - len(diagnosed),
            "too few diagnoses, the admission diagnosis included",
        )
    ]
    ordered = [a for a in diagnosed if a.orders is None or a.orders or a.unmapped_orders]
    kept = tuple(a for a in ordered if a.orders is None or len(a.orders) >= minimum_drugs)
    if any(a.orders is not None for a in admissions):
        reason = "the export has no drug order for them in it, fluids apart"
        steps.append(
            AttritionStep("any order in the label window", len(ordered), len(diagnosed) - len(ordered), reason)
        )
        steps.append(
            AttritionStep(
                f"at least {minimum_drugs} drugs ordered in the label window",
                len(kept),
                len(ordered) - len(kept),
                "fewer recommendable drugs (no fluids, diluents, contrast) were ordered and could be mapped",
            )
        )
    return kept, steps


def faultless(total: int, built: int) -> list[AttritionStep]:
    """The step of the eligibility table for rows that the program failed on; none where there are none."""
    reason = "set aside: the program failed on the row"
    return [AttritionStep("rows read without a fault", built, total - built, reason)] if built < total else []
