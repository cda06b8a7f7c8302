"""The text that `lamo check` prints: one line per thing a person may want to look up in the export."""

from collections.abc import Iterator
from itertools import groupby

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.admissions.excluded import by_reason, n_rows, ranked
from lamo_desktop.admissions.mapping import LABEL, Export, ReadTable
from lamo_desktop.check.leakage import Audit
from lamo_desktop.check.summary import ordered_drugs, summarise
from lamo_desktop.formulary import Formulary, Suggestion

LISTED = 20  # problems and rows set aside that are printed; the workbook lists all
NAMES_LISTED = 20
EXAMPLES = 3  # excluded order texts that are named for each reason
HEADER_SHOWN = 40  # characters of a header
TEXT_SHOWN = 80  # characters of an order text; the workbook has the whole


def mapping_lines(export: Export) -> Iterator[str]:
    """The tables that were read, and which column holds what with which confidence; headers only, no cell."""
    source = export.cohort.source
    yield f"{source.path}: read with profile {source.profile}"
    for table in export.tables:
        yield from _table_lines(table)


def _table_lines(table: ReadTable) -> Iterator[str]:
    if not table.form:
        yield f"{table.role.replace('_', ' ')}: {table.name} is not in the export"
        return
    rows = "" if table.rows is None else f", {table.rows:,} rows"
    yield f"{table.role.replace('_', ' ')}: {table.name} ({table.form}; header in row {table.header_row}{rows})"
    for column in table.columns:
        field = "subgroup label" if column.field == LABEL else column.field
        header = " ".join(column.header.split())
        shown = _shortened(header, HEADER_SHOWN)
        doubt = "" if column.confidence >= 0.9 else "  please check"
        yield f"  {field:<28} {column.letter:>3}  {shown:<{HEADER_SHOWN}} {column.confidence:4.2f}{doubt}"
    if table.missing:
        yield f"  no column for: {', '.join(table.missing)}"
    if table.unused:
        yield f"  columns not used: {', '.join(repr(_shortened(header, HEADER_SHOWN)) for header in table.unused)}"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def account_lines(cohort: Cohort) -> Iterator[str]:
    """The attrition table, the rows set aside and the problems."""
    width = max((len(step.step) for step in cohort.attrition), default=0)
    for step in cohort.attrition:
        left = f"  (-{step.removed:,}: {step.reason})" if step.removed else ""
        yield f"  {step.step.ljust(width)}  {step.remaining:>9,}{left}"
    if cohort.set_aside:
        yield f"{counted(len(cohort.set_aside), 'row')} set aside:"
        for row in cohort.set_aside[:LISTED]:
            yield f"  {row.reason}" if row.reason.startswith(row.where) else f"  {row.where}: {row.reason}"
        yield from _rest(len(cohort.set_aside) - LISTED)
    if cohort.problems:
        grave = {"error": 0, "warning": 1, "info": 2}
        summary = summarise(cohort)
        yield f"{counted(summary.n_problems, 'problem')}, {counted(summary.n_notes, 'note')}:"
        for problem in sorted(cohort.problems, key=lambda problem: grave[problem.severity])[:LISTED]:
            yield f"  {problem.severity}: {problem.where}: {problem.message}"
        yield from _rest(len(cohort.problems) - LISTED)


def counted(number: int, what: str, several: str = "") -> str:
    """A number with its noun: "1 row", "2 rows", "3 allergies"."""
    return f"{number:,} {what if number == 1 else several or what + 's'}"


def _rest(number: int) -> Iterator[str]:
    if number > 0:
        yield f"  and {number:,} more (--xlsx FILE lists all)"


def unmapped(cohort: Cohort) -> list[tuple[str, int]]:
    """Order texts that could not be mapped with their rows, the most frequent first."""
    return sorted(cohort.unmapped.items(), key=lambda entry: (-entry[1], entry[0]))


def unmapped_lines(cohort: Cohort, formulary: Formulary | None = None) -> Iterator[str]:
    """The unknown order texts, ranked; with a formulary, the nearest name it knows beside each."""
    if not cohort.unmapped:
        return
    total = sum(cohort.unmapped.values())
    names = counted(len(cohort.unmapped), "name")
    yield f"{counted(total, 'order row')} ({names}) not mapped to an ingredient, most frequent first:"
    for text, rows in unmapped(cohort)[:NAMES_LISTED]:
        near = formulary.suggest(text, 1) if formulary else ()
        yield f"  {rows:>7,}  {_shortened(text, TEXT_SHOWN)}" + (f"   near: {suggestion_text(near[0])}" if near else "")
    yield from _rest(len(cohort.unmapped) - NAMES_LISTED)
    ordered = ordered_drugs(cohort.admissions)
    if ordered.many_unknown:
        yield (
            f"  {ordered.unknown:,} of {ordered.total:,} ordered drugs are unknown ({ordered.share_unknown:.0%}): a "
            "comparison with the orders does not see them"
        )
    if formulary:
        yield "  --save-names FILE.csv writes them for you to fill in; nothing is taken over by itself"


def not_understood_lines(cohort: Cohort) -> Iterator[str]:
    """The allergies and home medications that nothing follows from, the most frequent of each kind with its cell."""
    for kind, group in groupby(cohort.not_understood, key=lambda entry: entry.kind):
        listed = list(group)
        number = sum(entry.admissions for entry in listed)
        entries = counted(number, kind, {"allergy": "allergies"}.get(kind, ""))
        them = "it" if number == 1 else "them"
        yield f"{entries} ({counted(len(listed), 'text')}) not understood, so that nothing follows from {them}:"
        for entry in listed[:NAMES_LISTED]:
            yield f"  {entry.admissions:>7,}  {_shortened(entry.text, TEXT_SHOWN)}   first: {entry.where}"
        yield from _rest(len(listed) - NAMES_LISTED)


def order_lines(cohort: Cohort) -> Iterator[str]:
    """Which orders count as what clinicians ordered, and a word of caution where they are those of whole stays."""
    if cohort.source.orders:
        yield f"counted: {cohort.source.orders}"
    if cohort.source.whole_stays:
        yield "  whole stays are compared with a first-day question: the model answers for the first day only"


def excluded_lines(cohort: Cohort) -> Iterator[str]:
    """How many order rows were read but order no drug that is recommended, by reason."""
    entries = ranked(cohort.excluded)
    if not entries:
        return
    totals = by_reason(entries)
    n = n_rows(entries)
    are = "is no ordered drug and is" if n == 1 else "are not ordered drugs and are"
    yield f"{counted(n, 'order row')} {are} left out:"
    for reason, group in groupby(entries, key=lambda entry: entry.reason):
        of_reason = list(group)
        examples = "; ".join(_shortened(entry.text, TEXT_SHOWN) for entry in of_reason[:EXAMPLES])
        more = "; ..." if len(of_reason) > EXAMPLES else ""
        yield f"  {totals[reason]:>7,}  {reason}: {examples}{more}"


def suggestion_text(suggestion: Suggestion) -> str:
    """A suggestion in a few words, with its look-alikes."""
    ingredients = " + ".join(suggestion.ingredients)
    name = "" if ingredients == suggestion.name else f" ({suggestion.name})"
    mistaken = f"; look-alike: check {', '.join(suggestion.look_alikes)}" if suggestion.look_alikes else ""
    return f"{ingredients}{name}, {suggestion.similarity:.0%} alike{mistaken}"


def audit_lines(found: Audit) -> Iterator[str]:
    """The leakage audit: by part of the prompt, and the one figure that must be 0."""
    if not found.admissions:
        yield "leakage audit: the export has no orders to search for"
        return
    share = found.named / found.ordered if found.ordered else 0.0
    yield (
        f"leakage audit: of {counted(found.ordered, 'ingredient')} of {counted(found.ordered_as_drugs, 'drug')} "
        f"ordered in {counted(found.admissions, 'admission')}, "
        f"{found.named:,} ({share:.0%}) are named in their prompt:"
    )
    for part in found.parts:
        if part.drugs:
            yield f"  {part.part:<36} {part.drugs:>7,} in {counted(part.admissions, 'admission')}: {part.meaning}"
    yield (
        f"  {counted(found.notes, 'note')}: {counted(found.in_cut_text, 'ordered ingredient')} named only in text that "
        f"was cut; of these in a prompt: {len(found.leaks)}"
    )
    if found.known_before or found.as_old_as_orders:
        yield (
            f"  findings: {found.known_before:,} admissions have one that was recorded by the index time; "
            f"{found.as_old_as_orders:,} have the worst value of the first 24 hours, which is as old as the orders"
        )
    yield from (f"  LEAK: admission {name}: {drug} in '{part}'" for name, drug, part in found.leaks[:LISTED])
