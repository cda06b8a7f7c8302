"""The validation report's tables on data, coverage, agreement and provenance, and the list of all tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from lamo_desktop.report import validation_group_tables as groups
from lamo_desktop.report.learned_tables import learned_of, learned_tables
from lamo_desktop.report.table import FIGURE_NAMES, Cell, Table
from lamo_desktop.validate.validation import Validation

METRIC_NAMES = {
    "jaccard": "Jaccard",
    "f1": "F1",
    "precision": "Precision",
    "recall": "Recall",
    "prauc": "PRAUC (average precision)",
    "ddi_rate": "DDI rate, recommended",
    "ddi_rate_ordered": "DDI rate, ordered",
}


def metrics(v: Validation) -> Table:
    """Every metric under each average."""
    rows = [
        (name, *(v.estimates.get(f"{average}.{key}") for average in ("visit_mean", "patient_mean", "micro")))
        for key, name in METRIC_NAMES.items()
    ]
    return Table(
        "Metrics",
        "Agreement with the orders",
        ("metric", "visit mean", "patient mean", "micro"),
        tuple(rows),
        "Visit mean: mean over admissions (as LAMO and FLAME report). Patient mean: mean over patients of the "
        "mean over their "
        "admissions (SafeDrug family). Micro: counts pooled over all admissions and drugs; the micro DDI rate is "
        "the pooled rate. "
        f"The DDI rate counts the pairs of {v.outcomes.interaction_source or 'no table'} alone; safety findings use "
        "further, larger tables.",
    )


def single_figures(v: Validation) -> Table:
    """Ratio, list lengths, calibration and coverage."""
    names = [n for n in FIGURE_NAMES if not n.startswith("visit_mean")]
    rows = tuple((FIGURE_NAMES[n], v.estimates[n]) for n in names)
    return Table("Ratio and calibration", "Over-prescribing, calibration, coverage", ("figure", "value"), rows)


def attrition(v: Validation) -> Table:
    """The eligibility table, ending with the admissions compared here."""
    o = v.outcomes
    rows: list[tuple[Cell, ...]] = [
        (step, remaining, removed, reason) for step, remaining, removed, reason in o.attrition
    ]
    n = len(o.admission_ids)
    left = n + o.n_without_candidates + o.n_without_orders
    for step, removed, reason in (
        ("scored by the model", o.n_failed, "could not be scored"),
        ("with orders", o.n_without_orders, "the export gives no orders for them"),
        ("with an order of a candidate drug", o.n_without_candidates, "nothing that the model could have recommended"),
    ):
        left -= 0 if step == "scored by the model" else removed
        rows.append((step, left, removed, reason if removed else ""))
    return Table("Attrition", "Eligibility", ("step", "remaining", "removed", "reason"), tuple(rows))


FIELD_NAMES = {
    "sections": "narrative notes",
    "reason": "reason for admission",
    "observations": "findings of the first day",
}
EMPTY = "An empty list counts as missing: exports rarely tell “none” from “not recorded”."
EMPTY_AND_OLD = (
    "An empty list counts as missing: exports rarely tell “none” from “not recorded”. Findings that are the worst of "
    "the first 24 hours are as old as the orders, which may have changed them; the scores may use them."
)


def missingness(v: Validation) -> Table:
    """How many admissions lack each kind of input."""
    n = len(v.outcomes.admission_ids)
    rows = tuple(
        (FIELD_NAMES.get(name, name.replace("_", " ")), count, 100 * count / n)
        for name, count in v.outcomes.missing.items()
    )
    return Table(
        "Missing",
        "Missing input",
        ("input", "admissions without", "% of admissions"),
        rows,
        EMPTY_AND_OLD if v.outcomes.missing.get("observations", n) < n else EMPTY,
    )


def coverage(v: Validation) -> Table:
    """Orders the comparison can and cannot see, and the ones most often missed."""
    names = {
        "ordered_per_admission": "Drugs ordered per admission, candidates or not",
        "n_candidates": "Candidate drugs of the model",
        "n_candidates_never_ordered": "Candidates never ordered here",
        "n_orders_candidates": "Ordered ingredients that are candidates",
        "n_orders_outside_vocabulary": "Ordered ingredients that are no candidate",
        "n_orders_unmapped": "Order texts without a known ingredient",
        "n_order_rows_excluded": "Order rows left out (cancelled, fluids, flushes, vaccines, contrast)",
        "n_admissions_without_candidate_orders": "Admissions left out: no candidate ordered",
        "n_admissions_without_orders": "Admissions left out: no orders given",
        "n_admissions_failed": "Admissions left out: not scored",
    }
    return Table(
        "Coverage",
        "What the comparison can see",
        ("count", "value"),
        tuple((t, v.coverage[k]) for k, t in names.items()),
    )


def not_covered(v: Validation, most: int = 15) -> tuple[Table, Table]:
    """Ingredients that are no candidate, and order texts without an ingredient; rare ones are pooled (small cells)."""
    return (
        _pooled(
            "Outside",
            "Ordered ingredients the model does not know",
            "ingredient",
            "admissions",
            v.outcomes.outside,
            v,
            most,
        ),
        _pooled(
            "Unmapped",
            "Order texts without a known ingredient",
            "order text",
            "order rows",
            v.outcomes.unmapped,
            v,
            most,
        ),
    )


def not_understood(v: Validation, most: int = 15) -> Table:
    """Allergies and home medications that nothing follows from; rare ones are pooled (small cells)."""
    title = "Allergies and home medications not understood"
    return _pooled("Not understood", title, "entry", "admissions", v.outcomes.not_understood, v, most)


def _pooled(key: str, title: str, name: str, unit: str, counts: Mapping[str, int], v: Validation, most: int) -> Table:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = [(text, n) for text, n in ranked if n >= v.options.small_cell][:most]
    rest = len(ranked) - len(shown)
    rows: list[tuple[Cell, ...]] = list(shown)
    if rest:
        rows.append((f"{rest} other{'s' if rest > 1 else ''}", sum(counts.values()) - sum(n for _, n in shown)))
    return Table(
        key,
        title,
        (name, unit),
        tuple(rows),
        f"Those counted fewer than {v.options.small_cell} times, and all beyond the first {most}, are pooled.",
    )


def provenance(v: Validation) -> Table:
    """Model, policy and everything the job says of itself, flattened."""
    rows = [*_flat("model", v.outcomes.model), *_flat("", v.outcomes.provenance)]
    rows += [
        ("validation / bootstrap resamples", str(v.options.n_resamples)),
        ("validation / seed", str(v.options.seed)),
    ]
    return Table("Provenance", "How this report came about", ("what", "value"), tuple(rows))


def _flat(prefix: str, value: Any) -> list[tuple[Cell, ...]]:
    if isinstance(value, Mapping):
        return [
            row for key, inner in value.items() for row in _flat(f"{prefix} / {key}" if prefix else str(key), inner)
        ]
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(str(x) for x in value)
    return [(prefix, str(value))]


def safety(v: Validation) -> Table:
    """Admissions with each kind of safety finding."""
    rows = tuple((kind, n) for kind, n in v.outcomes.flags.items())
    note = "In recommended or ordered drugs of all scored admissions."
    return Table("Safety", "Admissions by finding", ("finding", "admissions with one"), rows, note)


def all_tables(v: Validation) -> tuple[Table, ...]:
    """Every table, in the report's order; those without a row are left out."""
    found: list[Table | None] = [
        metrics(v),
        single_figures(v),
        attrition(v),
        missingness(v),
        coverage(v),
        *not_covered(v),
        not_understood(v),
    ]
    found += [*groups.most_often(v), groups.drugs(v), groups.classes(v), groups.deciles(v), groups.threshold_shifts(v)]
    learned = learned_of(v)
    found += [
        groups.groups(v),
        *groups.comparisons(v),
        groups.recalibration(v),
        *groups.adaptation(v),
        *(learned_tables(learned) if learned else ()),
        safety(v),
        provenance(v),
    ]
    return tuple(t for t in found if t is not None and t.rows)
