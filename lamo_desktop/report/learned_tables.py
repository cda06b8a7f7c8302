"""What was learned of a hospital, as tables and sentences that every reader is shown alike."""

from lamo_desktop.adapt import Adaptation
from lamo_desktop.report.table import Table
from lamo_desktop.validate.adaptation_overlay import MODELS, HeldOut
from lamo_desktop.validate.learned import Learned, LearnedPart, counts_of, what_was_learned
from lamo_desktop.validate.readapt import Readaptation
from lamo_desktop.validate.validation import Validation

ODDS_NOTE = "Ratios of odds, all else equal, as far as they are used."
HELD_OUT_HEADERS = ("model", "Jaccard", "log-loss")
PART_HEADERS = ("feature", "admissions", "drugs that it moves most (ratio of odds)")


def learned_of(v: Validation) -> Learned | None:
    """What was learned of the hospital that was validated; None where nothing was, or it was not tried."""
    if isinstance(v.adaptation, str) or v.adaptation.adaptation is None:
        return None
    found = v.adaptation.adaptation
    return what_was_learned(found, counts_of(found, v.outcomes), v.options.small_cell)


def share_used(adaptation: Adaptation | None) -> str:
    """What rho is here and what it means."""
    rho = adaptation.rho if adaptation else 0.0
    used = "Nothing of what was learned is used" if rho == 0 else f"{rho:.0%} of what was learned is used"
    return (
        f"{used} (rho {rho:g}): the share with which patients that were held out were predicted best, drawn to what "
        "so many admissions usually bear. 0 is the model as shipped; 1 takes all that these admissions say."
    )


def held_out_table(found: HeldOut) -> Table:
    """The model as shipped, adapted, and the best of these rows alone, on patients that were held out."""
    names = {
        "shipped": "as shipped",
        "adapted": "adapted",
        "site_only": f"these rows alone: {found.site_only_name}",
        "adapted_minus_shipped": "adapted minus shipped",
        "adapted_minus_site_only": "adapted minus these rows",
    }
    rows = tuple((names[key], found.jaccard[key], found.log_loss.get(key)) for key in MODELS)
    note = (
        f"Each of {found.n_evaluation:,} admissions is predicted from about {found.n_fitting:,} admissions of other "
        "patients. All lists are together as long as the orders."
    )
    return Table("Held out", "What adapting brings, on held-out patients", HELD_OUT_HEADERS, rows, note)


def readaptation_table(found: Readaptation) -> Table:
    """The model as shipped, with the earlier overlay and with the new one, on patients that are new to the earlier."""
    rows = (
        ("as shipped", found.shipped, found.log_losses["shipped"]),
        ("earlier overlay", found.earlier, found.log_losses["earlier"]),
        ("new overlay", found.new, found.log_losses["new"]),
        ("new minus earlier", found.new_minus_earlier, None),
    )
    note = (
        f"{found.n_new:,} admissions of patients that are new since the earlier overlay, each predicted by the new one "
        f"without its own patient; {found.n_known:,} of patients that the earlier one knows are left out."
    )
    return Table(
        "Earlier and new", "The earlier overlay and the new one, on new patients", HELD_OUT_HEADERS, rows, note
    )


def learned_tables(learned: Learned) -> tuple[Table, ...]:
    """Drugs, the hospital's own drugs, features and hospitals; those of which there is nothing to tell are missing."""
    note = f"Learned from {learned.n_admissions:,} admissions of {learned.n_patients:,} patients. {ODDS_NOTE}"
    drugs = tuple(
        ("more" if drug.logits > 0 else "less", drug.name, drug.n_ordered, drug.expected, drug.odds)
        for drug in (*learned.more, *learned.less)
    )
    own = tuple((drug.name, drug.n_ordered) for drug in learned.own_drugs)
    what = learned.group_label or "group"
    tables = (
        Table(
            "Learned drugs",
            "Drugs ordered more or less here than the model expects",
            ("here", "drug", "ordered", "expected as shipped", "ratio of odds"),
            drugs,
            note,
        ),
        Table("Own drugs", "Drugs that only this hospital's orders tell of", ("drug", "orders"), own),
        Table("Learned features", "What matters here", PART_HEADERS, tuple(map(_part, learned.features)), ODDS_NOTE),
        Table(
            "Learned groups",
            f"Where it differs: {what}",
            (what, *PART_HEADERS[1:]),
            tuple(map(_part, learned.groups)),
            ODDS_NOTE,
        ),
    )
    return tuple(table for table in tables if table.rows)


def _part(part: LearnedPart) -> tuple[str, int, str]:
    return part.name, part.n_admissions, effect_words(part)


def effect_words(part: LearnedPart) -> str:
    """The drugs that a feature or a hospital moves, each with its ratio of odds."""
    return ", ".join(f"{drug} ×{odds:.2g}" for drug, odds in part.odds)
