"""Tables of drugs, groups, rival models, recalibration and the threshold shift."""

import numpy as np

from lamo_desktop.adapt.adaptation import LEAST_ORDERS
from lamo_desktop.report.table import FIGURE_NAMES, Cell, Table
from lamo_desktop.validate.adaptation import what_more_would_bring
from lamo_desktop.validate.subgroups import DrugGroup
from lamo_desktop.validate.validation import Comparison, Validation

DRUG_HEADERS = (
    "ordered",
    "recommended",
    "both",
    "recommended only",
    "ordered only",
    "mean probability",
    "ratio",
    "recall",
    "precision",
)


def _drug_row(d: DrugGroup) -> tuple[Cell, ...]:
    counts = (d.n_ordered, d.n_recommended, d.n_both, d.recommended_only, d.ordered_only)
    return (*counts, d.mean_probability, d.ratio, d.recall, d.precision)


def drugs(v: Validation) -> Table:
    """Every drug shown alone, and the rest pooled."""
    rows = tuple((d.name, d.drug_class, *_drug_row(d)) for d in v.drugs)
    return Table(
        "Drugs",
        "By drug",
        ("drug", "class", *DRUG_HEADERS),
        rows,
        "Counts are admissions; recall and precision pooled.",
    )


def classes(v: Validation) -> Table:
    """Drug classes."""
    rows = tuple((d.name, d.n_drugs, *_drug_row(d)) for d in v.classes)
    return Table("Classes", "By drug class", ("class", "drugs", *DRUG_HEADERS), rows)


def deciles(v: Validation) -> Table:
    """Tenths of the vocabulary by frequency."""
    rows = tuple((d.name, d.n_drugs, *_drug_row(d)) for d in v.deciles)
    note = "The first tenth holds the drugs ordered most often here, the last those ordered least."
    return Table("Frequency", "By how often a drug is ordered", ("frequency", "drugs", *DRUG_HEADERS), rows, note)


def most_often(v: Validation, most: int = 15) -> tuple[Table, Table]:
    """Drugs most often recommended but not ordered, and most often ordered but not recommended."""
    single, n = [d for d in v.drugs if d.n_drugs == 1], len(v.outcomes.admission_ids)
    over = sorted((d for d in single if d.recommended_only), key=lambda d: (-d.recommended_only, d.name))[:most]
    under = sorted((d for d in single if d.ordered_only), key=lambda d: (-d.ordered_only, d.name))[:most]
    headers = ("drug", "admissions", "per 100 admissions")
    over_rows = tuple(
        (d.name, d.recommended_only, 100 * d.recommended_only / n, d.recommended_only / d.n_recommended, d.ratio.value)
        for d in over
    )
    under_rows = tuple(
        (d.name, d.ordered_only, 100 * d.ordered_only / n, d.ordered_only / d.n_ordered, d.ratio.value) for d in under
    )
    return (
        Table("Over", "Most often recommended, not ordered", (*headers, "of its recommendations", "ratio"), over_rows),
        Table("Under", "Most often ordered, not recommended", (*headers, "of its orders", "ratio"), under_rows),
    )


GROUP_FIGURES = {
    "overprescribing_ratio": "ratio",
    "visit_mean.jaccard": "Jaccard",
    "visit_mean.precision": "precision",
    "visit_mean.recall": "recall",
    "visit_mean.prauc": "PRAUC",
    "calibration.observed_expected": "observed / expected",
    "coverage.orders_in_vocabulary": "coverage",
}


def groups(v: Validation) -> Table:
    """Every group of every column; those suppressed have no figures."""
    rows: list[tuple[Cell, ...]] = [
        (g.column, g.value, f"<{v.options.small_cell}", *(None,) * (len(GROUP_FIGURES) + 1))
        if g.n_admissions is None
        else (g.column, g.value, g.n_admissions, *(g.figures[f] for f in GROUP_FIGURES), g.difference)
        for g in v.groups
    ]
    headers = ("column", "value", "admissions", *GROUP_FIGURES.values(), "Jaccard against the others")
    note = (
        f"Groups of fewer than {v.options.small_cell} admissions are suppressed. Jaccard, precision, recall and PRAUC "
        "are visit means. A column of dates, hospitals or units shows drift: compare its rows, coverage included."
    )
    return Table("Subgroups", "All figures by group", headers, tuple(rows), note)


COMPARED = {
    "visit_mean.jaccard": "Jaccard (visit mean)",
    "visit_mean.f1": "F1 (visit mean)",
    "visit_mean.prauc": "PRAUC (visit mean)",
    "overprescribing_ratio": "Overprescribing ratio",
    "calibration.slope": "Calibration slope",
    "calibration.brier": "Brier score",
}


def comparisons(v: Validation) -> tuple[Table, Table]:
    """The model and each rival; then the paired differences."""
    names = tuple(COMPARED.values())
    seconds = float(np.median(v.outcomes.seconds)) if len(v.outcomes.seconds) else None
    own: tuple[Cell, ...] = ("this model", *(v.estimates[c] for c in COMPARED), seconds)
    rows = (own, *(_compared(c) for c in v.comparisons))
    differences: list[tuple[Cell, ...]] = [
        (f"minus {c.name}", *(c.difference[f] for f in COMPARED)) for c in v.comparisons
    ]
    note = (
        "Frequency and logistic regression are fitted on this site's rows by five-fold cross-validation: every row is "
        "predicted by a model that has not seen its patient."
    )
    return (
        Table("Comparison", "Next to other models", ("model", *names, "s per admission"), rows, note),
        Table("Differences", "This model minus the other (paired)", ("difference", *names), tuple(differences)),
    )


def _compared(c: Comparison) -> tuple[Cell, ...]:
    return (c.name, *(c.figures[f] for f in COMPARED), c.seconds)


def recalibration(v: Validation) -> Table | None:
    """Before and after on the held-out half."""
    r = v.recalibration
    if r is None:
        return None
    rows = tuple((FIGURE_NAMES[n], r.before[n], r.after[n], r.difference[n]) for n in r.before)
    note = f"Fitted on {r.n_fitting:,} admissions, shown on {r.n_evaluation:,} others; no patient is in both."
    headers = ("figure", "as shipped", "recalibrated", "difference")
    return Table("Recalibration", "Local recalibration, on held-out admissions", headers, rows, note)


def adaptation(v: Validation) -> tuple[Table, ...]:
    """The package as shipped, adapted, and what these rows alone give; then how much more admissions would bring."""
    a = v.adaptation
    if isinstance(a, str):
        return ()
    names = tuple(COMPARED.values())
    rows: tuple[tuple[Cell, ...], ...] = (
        ("adapted to this hospital", *(a.adapted[c] for c in COMPARED)),
        ("as shipped", *(a.shipped[c] for c in COMPARED)),
        (f"best of these rows alone: {a.site_only_name}", *(a.site_only[c] for c in COMPARED)),
        ("adapted minus shipped", *(a.adapted_minus_shipped[c] for c in COMPARED)),
        ("adapted minus best of these rows alone", *(a.adapted_minus_site_only[c] for c in COMPARED)),
    )
    every = a.all_orders
    of_all = (
        ("adapted to this hospital", every.adapted, every.coverage_adapted),
        ("as shipped", every.shipped, every.coverage_shipped),
        ("adapted minus shipped", every.adapted_minus_shipped, every.coverage_adapted - every.coverage_shipped),
    )
    of_all_note = (
        f"Over every ordered ingredient, candidate or not; lists are together as long as all orders. Beside the "
        f"model's candidates, drugs that were ordered in {LEAST_ORDERS} admissions or more can be listed once they are "
        f"learned here ({every.n_own_drugs:.0f} of them, a mean over the folds)."
    )
    before = (
        f" The {a.n_earlier:,} admissions before the latest {a.n_evaluation:,} were not used." if a.n_earlier else ""
    )
    note = (
        f"Each admission is predicted by models fitted on about {a.n_fitting:,} admissions of other patients. All "
        f"lists are together as long as the orders.{before}"
    )
    curve = tuple((point.n_admissions, point.jaccard, point.log_loss) for point in a.learning)
    return (
        Table("Adaptation", "Adapted to this hospital, on held-out admissions", ("model", *names), rows, note),
        Table(
            "Adaptation, all orders",
            "Adapted to this hospital, over all ordered drugs",
            ("model", "Jaccard", "orders that can be listed"),
            of_all,
            of_all_note,
        ),
        Table(
            "Adaptation by size",
            "How many admissions it takes",
            ("admissions", "Jaccard", "log-loss"),
            curve,
            what_more_would_bring(a),
        ),
    )


def threshold_shifts(v: Validation) -> Table:
    """The threshold curve as numbers."""
    rows = tuple(
        (p.threshold_shift, p.n_recommended, p.ratio, p.jaccard, p.precision, p.recall) for p in v.threshold_curve
    )
    headers = ("threshold shift", "drugs per compared admission", "ratio", "Jaccard", "precision", "recall")
    return Table("Threshold", "Along the threshold shift", headers, rows)
