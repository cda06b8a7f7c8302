"""The sheet Run: what was read, what became of it, and everything needed to repeat the run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook

from lamo_desktop.admissions.excluded import ExcludedOrder, by_reason, n_rows
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.report.cells import CellMaker, Column, Value
from lamo_desktop.report.sheets import BOLD_FONT, NOTICE_FONT, SECTION_FONT, LongTexts, set_up_printing, styled

MOST_PROBLEMS = 1000  # listed on the sheet; the job file has all
MOST_UNMAPPED = 50
TITLES = {
    "package": "Model package",
    "site": "Site overlay",
    "engine": "Engine",
    "policy": "Policy and thresholds",
    "input": "Input",
    "formulary": "Formulary",
    "program": "Program",
    "job": "Job",
}
LABELS = {  # where the name in the provenance is not what a reader would say
    "fine_tuned": "Fine-tuned",
    "sha256": "SHA-256",
    "device_asked": "Device asked for",
    "llama_version": "llama-cpp-python version",
    "n_ctx": "Context (tokens)",
    "selftest": "Self-test",
    "threshold_shift_logits": "Threshold shift (logits)",
    "share_used": "Share of what was learned that is used",
    "threshold_shift_of_site_logits": "Shift of all thresholds (logits)",
    "precision": "Precision floor",
    "threshold_logits": "Threshold (logits)",
    "threshold_probability": "Threshold (probability)",
    "thresholds_per_drug": "Drugs with a threshold of their own",
    "limit": "Limit on admissions",
    "files_sha256": "SHA-256 of",
    "adapters_sha256": "SHA-256 of adapter",
    "program": "LAMO Desktop",
    "numpy": "NumPy",
    "sqlite": "SQLite",
    "seconds_scoring": "Seconds of scoring",
}

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a title, with headers where they are a table."""

    title: str
    rows: Sequence[Row]
    headers: tuple[str, ...] = ()


def write_run_sheet(
    workbook: Workbook,
    title: str,
    recommendations: Recommendations,
    notice: str,
    long_texts: LongTexts,
    not_repeated: str = "",
) -> None:
    """Sections of name, value and remark, one under the other.

    `not_repeated` says which rows that were not scored are on no sheet of rows to repair.
    """
    sheet = workbook.create_sheet(title)
    for letter, width in (("A", 46), ("B", 86), ("C", 14), ("D", 14)):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    set_up_printing(sheet, title_rows=1)
    whole = [CellMaker(sheet, Column("", "whole", align=align), long_texts) for align in (None, "left", None, None)]
    decimal = [CellMaker(sheet, Column("", "decimal", align=align), long_texts) for align in (None, "left", None, None)]
    sheet.append([styled(sheet, notice, NOTICE_FONT)])
    for section in _sections(recommendations, not_repeated):
        sheet.append([])
        sheet.append([styled(sheet, section.title, SECTION_FONT)])
        if section.headers:
            sheet.append([styled(sheet, header, BOLD_FONT) if header else None for header in section.headers])
        for row in section.rows:
            sheet.append([(decimal if isinstance(v, float) else whole)[n](v) for n, v in enumerate(row)])


def _sections(recommendations: Recommendations, not_repeated: str) -> Iterator[Section]:
    repair: list[Row] = [("Rows to repair", not_repeated)] if not_repeated else []
    yield Section("Counts in, counts out", [*_account(recommendations), *repair])
    yield Section("Results", _results(recommendations))
    steps = [(step.step, step.reason, step.removed, step.remaining) for step in recommendations.attrition]
    yield Section("Eligibility", steps, ("Step", "Reason", "Removed", "Remaining"))
    for name, title in TITLES.items():
        if name in recommendations.provenance:
            yield Section(title, list(_flat(recommendations.provenance[name])))
    unmapped = sorted(recommendations.unmapped.items(), key=lambda pair: (-pair[1], pair[0]))
    texts: list[Row] = [(text, None, n) for text, n in unmapped]
    yield Section("Orders without a known ingredient", *_first(texts, MOST_UNMAPPED, ("Order text", "", "Order rows")))
    yield Section("Orders left out as no drugs", *_excluded(recommendations.excluded))
    entries: list[Row] = [(f"{e.kind}: {e.text}", e.where, e.admissions) for e in recommendations.not_understood]
    headers = ("Entry", "First at", "Admissions")
    yield Section("Allergies and home medications not understood", *_first(entries, MOST_UNMAPPED, headers))
    problems: list[Row] = [(p.where, p.message, p.severity) for p in recommendations.problems]
    yield Section("Problems found in the input", *_first(problems, MOST_PROBLEMS, ("Where", "What", "Severity")))


def _first(rows: list[Row], most: int, headers: tuple[str, ...]) -> tuple[list[Row], tuple[str, ...]]:
    if not rows:
        return [("none",)], ()
    left_out = len(rows) - most
    return rows[:most] + ([(f"and {left_out} more, kept in the job file",)] if left_out > 0 else []), headers


def _excluded(entries: Sequence[ExcludedOrder] | None) -> tuple[list[Row], tuple[str, ...]]:
    if entries is None:
        return [("not recorded by the version that made this job",)], ()
    rows: list[Row] = [(entry.text, entry.reason, entry.rows) for entry in entries]
    listed, headers = _first(rows, MOST_UNMAPPED, ("Order text", "Reason", "Order rows"))
    totals: list[Row] = [(f"All: {reason}", None, number) for reason, number in by_reason(entries).items()]
    return [*totals, *([("All of them", None, n_rows(entries))] if totals else []), *listed], headers


def _account(recommendations: Recommendations) -> list[Row]:
    """Every row of the input is somewhere: read = left out + scored + failed + waiting."""
    figures, steps = recommendations.figures, recommendations.attrition
    left_out = sum(step.removed for step in steps)
    read = steps[0].remaining + steps[0].removed if steps else figures.n_admissions + len(recommendations.set_aside)
    if not steps:
        left_out = len(recommendations.set_aside)
    rows: list[Row] = [
        ("Rows read", read),
        ("Left out before scoring", left_out, "by the eligibility steps below"),
        ("  of these listed on 'Set aside'", len(recommendations.set_aside)),
        ("Scored", figures.n_scored),
        ("Failed in scoring", figures.n_failed, "listed on 'Set aside'"),
        ("Not scored yet", figures.n_pending, "resume the job to score them" if figures.n_pending else None),
        ("Not accounted for", read - left_out - figures.n_admissions, "must be 0"),
    ]
    return rows


def _results(recommendations: Recommendations) -> list[Row]:
    figures = recommendations.figures
    mean = figures.n_recommended / figures.n_scored if figures.n_scored else None
    rows: list[Row] = [
        ("Drugs recommended", figures.n_recommended, "over all scored admissions"),
        ("Drugs recommended per admission", mean),
        ("Drugs withheld from the lists", figures.n_withheld, "an allergy or a condition speaks against them"),
    ]
    if figures.ordered.n_admissions:
        rows += [
            ("Drugs ordered per admission", figures.ordered.per_admission, "candidates or not, where orders are given"),
            ("  of these candidates", figures.ordered.candidates_per_admission),
        ]
    if figures.ratio is not None:
        rows += [
            ("Admissions compared with orders", figures.n_compared, "scored, with a candidate ordered"),
            ("Drugs recommended in them", figures.n_recommended_compared),
            ("Drugs ordered in them", figures.n_ordered, "candidates of the model only"),
            ("Both recommended and ordered", figures.n_both),
            ("Ratio of recommended to ordered", figures.ratio, "above 1: more drugs than clinicians ordered"),
            ("Jaccard, mean over admissions", figures.jaccard, "candidates of the model only"),
            ("Orders that are no candidates", figures.n_outside, "left out of the comparison"),
            ("Order texts without a known ingredient", figures.n_unmapped, "left out of the comparison"),
        ]
    rows += [(f"Safety findings: {severity}", number, "each once") for severity, number in figures.findings.items()]
    rows += [(f"Admissions with flag: {kind}", number) for kind, number in figures.flags.items()]
    rows += _limits(recommendations)
    return rows


def _limits(recommendations: Recommendations) -> list[Row]:
    """What the safety findings could not see in this export."""
    scored = recommendations.scored
    whole = recommendations.provenance.get("input", {}).get("whole_stays_compared") == "yes"
    span = "the whole stay" if whole else "one first day"
    apart = sum(bool(item.admission.orders_together) for item in scored)
    rows: list[Row] = [("Times of orders", "not known", f"orders of {span} are taken to overlap")]
    if apart:
        told = "admissions with orders that stop before others start: these are not flagged together"
        rows = [("Times of orders", apart, told)]
    for what, known in (
        ("Admissions with allergies", sum(bool(item.admission.allergies) for item in scored)),
        ("Admissions with home medications", sum(bool(item.admission.home_medications) for item in scored)),
    ):
        rows.append((what, known, None if known or not scored else "none in this export: no such finding is possible"))
    return rows


def _flat(section: Mapping[str, Any]) -> Iterator[Row]:
    for name, value in section.items():
        label = LABELS.get(name) or name[:1].upper() + name[1:].replace("_", " ").replace("sha256", "SHA-256")
        if isinstance(value, Mapping):
            yield from ((f"{label} {key}", entry) for key, entry in value.items())
        else:
            yield label, "none" if value is None else value
