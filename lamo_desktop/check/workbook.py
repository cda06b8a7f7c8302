"""The workbook of `lamo check --xlsx`: columns, attrition, problems, rows set aside, unknown names and entries,
excluded orders, findings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

from lamo_desktop.admissions.excluded import ranked
from lamo_desktop.admissions.mapping import Export
from lamo_desktop.admissions.order_mapper import NAMELESS
from lamo_desktop.admissions.quarantine import ROWS, QuarantineTable, quarantine
from lamo_desktop.admissions.repaired import REASON
from lamo_desktop.check.account import unmapped
from lamo_desktop.check.findings import AS_OLD_AS_ORDERS, findings_read
from lamo_desktop.check.leakage import Audit
from lamo_desktop.files import check_writable, replacing
from lamo_desktop.formulary import Formulary, SiteName
from lamo_desktop.report.cells import Column, Value
from lamo_desktop.report.packing import new_workbook
from lamo_desktop.report.sheets import NOTICE, LongTexts, TableSheet

SUGGESTED = 2000  # unknown names that get suggestions; the rarest rest would take minutes in a large export


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


def write_check(export: Export, formulary: Formulary, path: Path, found: Audit | None = None) -> None:
    """Write everything there is to say about an export to `path` (.xlsx); the audit's sheet only where there is one.

    Raises InputError, leaving an existing file alone, when it cannot be written.
    """
    check_writable(path, ".xlsx")
    source = export.cohort.source
    notice = f"{NOTICE} {Path(source.path).name}, read with profile {source.profile}."
    pages = [*_pages(export, formulary), *([_audit_page(found)] if found else [])]
    long_texts = LongTexts()
    with replacing(path) as scratch, new_workbook(scratch) as workbook:
        workbook.properties.creator = "LAMO Desktop"
        workbook.properties.title = "Import check"
        for page in pages:
            _write(workbook, page, notice, long_texts)
        if long_texts.texts:
            _write(workbook, _Page(long_texts.title, long_texts.columns, long_texts.rows()), notice, long_texts)


def write_quarantine(export: Export, source: Path, path: Path) -> int:
    """Write the rows set aside to `path` (.xlsx), in the export's own layout and with their reasons, to be repaired.

    Returns how many. Raises InputError when it cannot be written.
    """
    check_writable(path, ".xlsx")
    reasons = {row.where: row.reason for row in export.cohort.set_aside}
    tables = quarantine(source, export.profile, export.headers, reasons)
    notice = f"Repair these rows of {source.name} and open this workbook as an export: the first column is not read."
    long_texts = LongTexts()
    with replacing(path) as scratch, new_workbook(scratch) as workbook:
        workbook.properties.creator = "LAMO Desktop"
        workbook.properties.title = "Quarantine"
        for table in tables or (QuarantineTable(ROWS, (REASON,), ()),):
            columns = (Column(table.header[0], width=60, wrap=True), *map(Column, table.header[1:]))
            _write(workbook, _Page(table.title, columns, table.rows), notice, long_texts)
        if long_texts.texts:
            _write(workbook, _Page(long_texts.title, long_texts.columns, long_texts.rows()), notice, long_texts)
    return len(tables[0].rows) if tables else 0


def _write(workbook: Workbook, page: _Page, notice: str, long_texts: LongTexts) -> None:
    sheet = TableSheet(workbook, page.title, page.columns, len(page.rows), notice, long_texts)
    for row in page.rows:
        sheet.append(row)


def _pages(export: Export, formulary: Formulary) -> Iterator[_Page]:
    cohort = export.cohort
    yield _Page(
        "Columns",
        (
            Column("Table", width=24),
            Column("Holds", width=18),
            Column("Field", width=28),
            Column("Column", width=9),
            Column("Header", width=36, wrap=True),
            Column("Confidence", "percent", 12),
            Column("File", width=34),
            Column("Header row", "whole", 9),
        ),
        [
            (t.name, t.role, c.field, c.letter, c.header, c.confidence, t.form, t.header_row)
            for t in export.tables
            for c in t.columns
        ]
        + [
            (t.name, t.role, field, "", "(no column)" if t.form else "(no table)", 0.0, t.form, t.header_row)
            for t in export.tables
            for field in t.missing
        ],
    )
    yield _Page(
        "Attrition",
        (
            Column("Step", width=44),
            Column("Remaining", "whole"),
            Column("Removed", "whole"),
            Column("Reason", width=70),
        ),
        [(step.step, step.remaining, step.removed, step.reason) for step in cohort.attrition],
    )
    yield _Page(
        "Problems",
        (Column("Severity", width=10), Column("Where", width=36), Column("What", width=100, wrap=True)),
        [(problem.severity, problem.where, problem.message) for problem in cohort.problems],
    )
    yield _Page(
        "Set aside",
        (Column("Admission", width=18), Column("Where", width=36), Column("Why", width=100, wrap=True)),
        [(row.admission_id, row.where, row.reason) for row in cohort.set_aside],
    )
    yield _Page(
        "Unmapped names",
        (
            Column("Order text", width=44, wrap=True),
            Column("Order rows", "whole", 11),
            Column("Nearest known name", width=28),
            Column("Its ingredients", width=34),
            Column("Alike", "percent", 9),
            Column("Look-alike: check", width=40, wrap=True),
            Column("Other near names", width=40, wrap=True),
        ),
        [_unmapped_row(text, rows, formulary, place) for place, (text, rows) in enumerate(unmapped(cohort))],
    )
    yield _Page(
        "Excluded orders",
        (Column("Reason", width=30), Column("Order text", width=60, wrap=True), Column("Order rows", "whole", 11)),
        [(entry.reason, entry.text, entry.rows) for entry in ranked(cohort.excluded)],
    )
    yield _Page(
        "Not understood",
        (
            Column("Kind", width=18),
            Column("Entry", width=60, wrap=True),
            Column("Admissions", "whole", 11),
            Column("First at", width=36),
        ),
        [(entry.kind, entry.text, entry.admissions, entry.where) for entry in cohort.not_understood],
    )
    yield _Page(
        "Findings",
        (
            Column("Finding", width=28),
            Column("Unit", width=18),
            Column("Admissions", "whole", 12),
            Column("Converted", "whole", 12),
            Column("Converted from", width=24),
            Column("Only the worst of the first 24 hours", "whole", 18),
            Column("Values set aside", "whole", 12),
            Column("First value at", width=34),
        ),
        [
            (
                *(each.name, each.unit, each.admissions, each.converted, ", ".join(each.units)),
                *(each.worst, each.set_aside, each.first),
            )
            for each in findings_read(cohort)
        ],
    )


def _unmapped_row(text: str, rows: int, formulary: Formulary, place: int) -> tuple[Value, ...]:
    near = formulary.suggest(text) if place < SUGGESTED else ()
    if not near:
        return text, rows, "", "", None, "", ""
    first, *others = near
    joined = "+".join(first.ingredients)
    names = ", ".join(other.name for other in others)
    return text, rows, first.name, joined, first.similarity, ", ".join(first.look_alikes), names


def _audit_page(found: Audit) -> _Page:
    rows: list[tuple[Value, ...]] = [(p.part, p.drugs, p.admissions, p.meaning) for p in found.parts]
    if found.as_old_as_orders:
        rows.append(("findings, worst of 24 hours", None, found.as_old_as_orders, AS_OLD_AS_ORDERS))
    rows.append(("ingredients named only in cut text", found.in_cut_text, found.notes, "must not be in the prompt"))
    rows.append(("of these in a prompt", len(found.leaks), len({leak[0] for leak in found.leaks}), "must be 0"))
    return _Page(
        "Leakage audit",
        (
            Column("Part of the prompt", width=36),
            Column("Ordered ingredients named", "whole", 14),
            Column("Admissions", "whole", 12),
            Column("Meaning", width=40),
        ),
        rows,
    )


def names_to_confirm(export: Export, formulary: Formulary, confirmed: Sequence[SiteName]) -> list[SiteName]:
    """A names file for a person to fill in: what is confirmed already, then every unknown order text, undecided."""
    waiting = []
    named = [entry for entry in unmapped(export.cohort) if entry[0] != NAMELESS]
    for place, (text, rows) in enumerate(named):
        near = formulary.suggest(text, 1) if place < SUGGESTED else ()
        suggested = "+".join(near[0].ingredients) if near else ""
        waiting.append(SiteName(text, (), rows, suggested, ", ".join(near[0].look_alikes) if near else ""))
    return [*confirmed, *waiting]
