"""The site validation report: one HTML file that opens offline, prints on A4 and holds its own figures and style."""

import math
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from lamo_desktop.files import replacing
from lamo_desktop.paths import resource
from lamo_desktop.report import svg_figures as figures
from lamo_desktop.report import validation_group_tables as group_tables
from lamo_desktop.report import validation_tables as tables
from lamo_desktop.report.learned_tables import learned_of, learned_tables, share_used
from lamo_desktop.report.table import Cell, Table
from lamo_desktop.report.tripod import checklist
from lamo_desktop.validate.adaptation_overlay import learned_from_words
from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.validation import Validation

LEVELS = {"good": ("✓", "holds"), "caution": ("!", "with care"), "poor": ("✕", "does not hold")}
NOTICE = "Decision support for retrospective analysis of prescribing. Not for prescribing, and not a medical device."


def write_report(validation: Validation, path: Path) -> None:
    """Writes the report whole or not at all. InputError if the file cannot be written."""
    text = render(validation)
    with replacing(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


def render(v: Validation) -> str:
    """The report as HTML text."""
    sections = [(key, title, body) for key, title, body in _sections(v) if body]
    page = Template(resource("templates/validation.html").read_text(encoding="utf-8"))
    model = v.outcomes.model
    label = str(model.get("label") or f"{model.get('name', '')} {model.get('version', '')}")
    return page.substitute(
        style=resource("templates/validation.css").read_text(encoding="utf-8"),
        title=f"Site validation: {escape(label)}",
        label=escape(label),
        about=escape(_about(v)),
        notice=escape(NOTICE),
        warning=_warning(v),
        contents="".join(f'<li><a href="#{key}">{escape(title)}</a></li>' for key, title, _ in sections),
        sections="".join(
            f'<section id="{key}"><h2>{escape(title)}</h2>{body}</section>' for key, title, body in sections
        ),
    )


def _about(v: Validation) -> str:
    n, orders = len(v.outcomes.admission_ids), int(v.outcomes.ordered.sum())
    counted = f" · counted: {v.outcomes.orders_counted}" if v.outcomes.orders_counted else ""
    return (
        f"{n:,} admissions of {v.n_patients:,} patients · {orders:,} orders of {len(v.outcomes.drugs)} candidate drugs"
        f"{counted}"
    )


def _warning(v: Validation) -> str:
    n, known = len(v.outcomes.admission_ids), v.outcomes.n_learned_from
    warnings = []
    if known:
        warnings.append(f'<p class="warning"><strong>Not held out.</strong> {escape(learned_from_words(known, n))}</p>')
    if v.few:
        text = "Too few to decide anything: a trial run, not a validation."
        warnings.append(f'<p class="warning"><strong>Only {n} admissions.</strong> {text}</p>')
    return "".join(warnings)


def _sections(v: Validation) -> Iterable[tuple[str, str, str]]:
    over, under = group_tables.most_often(v)
    outside, unmapped = tables.not_covered(v)
    yield "summary", "Does the model hold here?", _findings(v) + _tiles(v)
    yield (
        "data",
        "Data and eligibility",
        _table(tables.attrition(v)) + _table(tables.missingness(v)) + _table(tables.not_understood(v)),
    )
    yield "coverage", "Coverage of the orders", _table(tables.coverage(v)) + _pair(outside, unmapped)
    yield "metrics", "Agreement, with 95 % intervals", _table(tables.metrics(v)) + _table(tables.single_figures(v))
    yield (
        "prescribing",
        "Over- and under-prescribing",
        _figure(figures.list_lengths(v), "Drugs per compared admission: recommended, and candidates ordered.")
        + _pair(over, under),
    )
    yield (
        "threshold",
        "What the threshold shift does",
        _figure(
            figures.threshold_curve(v),
            "A higher threshold shift shortens the lists, a lower one lengthens them. Bands: 95 % intervals.",
        )
        + _details(group_tables.threshold_shifts(v)),
    )
    yield (
        "calibration",
        "Calibration",
        _figure(
            figures.calibration_curve(v),
            "Pairs of admission and drug, by tenths of probability; counts below on a logarithmic scale.",
        ),
    )
    yield (
        "decision",
        "Decision curve",
        _figure(
            figures.decision_curve(v),
            "Net benefit: right recommendations per admission, less wrong ones weighed by the odds of the threshold. "
            "The model is worth using at thresholds where its line is above both others.",
        ),
    )
    yield "groups", "Subgroups, units, sites and periods", _groups(v)
    yield "drugs", "By drug, class and frequency", _drugs(v)
    yield "simple", "Is it better than something simple?", _comparisons(v)
    yield "recalibration", "Local recalibration", _recalibration(v)
    yield "adaptation", "Adapting to this hospital", _adaptation(v)
    yield "safety", "Safety findings", _table(tables.safety(v))
    yield "tripod", "TRIPOD-LLM checklist", _checklist(v)
    yield "provenance", "Provenance", _table(tables.provenance(v), css="plain")


def _findings(v: Validation) -> str:
    items = []
    for f in v.findings:
        glyph, word = LEVELS[f.level]
        items.append(
            f'<li class="{f.level}"><span class="mark" aria-hidden="true">{glyph}</span><div><h3>{escape(f.question)} '
            f'<span class="level">{word}</span></h3><p>{escape(f.text)}</p></div></li>'
        )
    counts = [(sum(f.level == level for f in v.findings), *marks) for level, marks in LEVELS.items()]
    total = " · ".join(f"{glyph} {word}: {n}" for n, glyph, word in counts)
    intro = f"{len(v.findings)} questions, each judged by its 95 % interval. {total}."
    return f'<p>{intro}</p><ul class="findings">{"".join(items)}</ul>'


def _tiles(v: Validation) -> str:
    names = {
        "overprescribing_ratio": "drugs recommended per drug ordered",
        "visit_mean.jaccard": "Jaccard, visit mean",
        "visit_mean.f1": "F1, visit mean",
        "visit_mean.prauc": "PRAUC, visit mean",
        "calibration.slope": "calibration slope",
    }
    figures_alike = [(_alike(v.estimates[key]), name) for key, name in names.items()]
    tiles = "".join(
        f"<div><b>{value}</b><span>{low} to {high}</span><small>{escape(name)}</small></div>"
        for (value, low, high), name in figures_alike
    )
    return f'<div class="tiles">{tiles}</div>'


def _groups(v: Validation) -> str:
    if not v.groups:
        return "<p>The export has no column by which admissions could be grouped.</p>"
    forest = figures.subgroup_forest(
        v.groups, v.estimates["visit_mean.jaccard"], "visit_mean.jaccard", "Jaccard, visit mean"
    )
    ratio = figures.subgroup_forest(
        v.groups, v.estimates["overprescribing_ratio"], "overprescribing_ratio", "drugs recommended per drug ordered"
    )
    caption = "Dashed: all admissions. Lines: 95 % intervals. The largest groups of each column; all are in the table."
    return _figure(forest, caption) + _figure(ratio, caption) + _table(group_tables.groups(v), css="small tight")


def _drugs(v: Validation) -> str:
    caption = (
        "The most ordered drugs. Right of the dashed line a drug is recommended more often than it is ordered. "
        f"Drugs ordered in fewer than {v.options.small_cell} admissions are not shown alone."
    )
    body = _figure(figures.ratio_by_drug(v.drugs), caption) + _table(group_tables.deciles(v), css="small")
    return body + _details(group_tables.classes(v)) + _details(group_tables.drugs(v))


def _comparisons(v: Validation) -> str:
    if not v.comparisons:
        return "<p>Not done: it takes the orders of at least five patients.</p>" if v.options.baselines else ""
    models, differences = group_tables.comparisons(v)
    return _table(models, css="small") + _table(differences, css="small")


def _recalibration(v: Validation) -> str:
    table = group_tables.recalibration(v)
    if table is None:
        return "<p>Not done: it takes at least 40 patients.</p>" if v.options.recalibration else ""
    r = v.recalibration
    assert r is not None
    verdict = "was better" if r.helps else "was not better"
    text = (
        "<p>A scale and an offset per drug, drawn towards the pooled ones, and one shift of all thresholds. On "
        "held-out "
        f"admissions it {verdict} than the model as shipped (log-loss {r.log_loss_after:.4f} against "
        f"{r.log_loss_before:.4f}).</p>"
    )
    caption = "How many admissions it takes: log-loss on the held-out half, mean of repeated draws; lower is better."
    return text + _table(table) + _figure(figures.learning_curve(v), caption)


def _adaptation(v: Validation) -> str:
    if isinstance(v.adaptation, str):
        return f"<p>Not tried. {escape(v.adaptation)}</p>" if v.options.adaptation else ""
    a = v.adaptation
    better = "better" if a.better else "no better"
    text = (
        "<p>What the program could learn from this hospital's own orders: which drugs it orders more or less than "
        "others, and what its codes, wards and the patients' own medications say beyond the model. On admissions of "
        f"patients that it did not learn from, the adapted model's probabilities are {better} than as shipped "
        f"(log-loss {a.log_losses['adapted']:.4f} against {a.log_losses['shipped']:.4f}). This is an estimate of what "
        "adapting would bring; lists are made with it where its overlay is given (--overlay). "
        f"{escape(share_used(a.adaptation))}</p>"
    )
    outside = "".join(_table(table, css="small") for table in group_tables.adaptation(v))
    learned = learned_of(v)
    if learned is None:
        return text + outside
    caption = (
        "Drugs that this hospital orders more (right) or less (left) than the model expects, all else equal: the ratio "
        "of odds, as far as it is used."
    )
    tables_of = "".join(_table(table, css="small") for table in learned_tables(learned))
    return text + outside + _figure(figures.learned_drugs(learned), caption) + tables_of


def _checklist(v: Validation) -> str:
    rows = "".join(
        f"<tr><td>{escape(i.number)}</td><td>{escape(i.section)}</td><td>{escape(i.text)}</td>"
        f"<td>{escape(i.answer) or '<span class=blank>to be answered by the site</span>'}</td></tr>"
        for i in checklist(v)
    )
    head = "".join(f"<th>{name}</th>" for name in ("item", "section", "what", "answer"))
    return f'<div class="wide"><table class="plain"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>" if svg else ""


def _pair(left: Table, right: Table) -> str:
    return f'<div class="pair"><div>{_table(left, "small")}</div><div>{_table(right, "small")}</div></div>'


def _details(table: Table) -> str:
    summary = f"{escape(table.title)}: all {len(table.rows)} rows"
    return f"<details><summary>{summary}</summary>{_table(table, css='small')}</details>"


def _table(table: Table, css: str = "") -> str:
    if not table.rows:
        return ""
    numeric = [
        all(not isinstance(r[i], str) or str(r[i]).startswith("<") for r in table.rows)
        for i in range(len(table.headers))
    ]
    numeric[0] = False
    css_of = [' class="n"' if is_numeric else "" for is_numeric in numeric]
    head = "".join(f"<th{c}>{escape(h)}</th>" for h, c in zip(table.headers, css_of, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{c}>{_cell(x)}</td>" for x, c in zip(row, css_of, strict=True)) + "</tr>"
        for row in table.rows
    )
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="wide"><table class="{css}"><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}"
    )


def _cell(value: Cell) -> str:
    if isinstance(value, Estimate):
        text, *ends = _alike(value)
        return f"{text} <i>{ends[0]} to {ends[1]}</i>" if math.isfinite(value.value) else "–"
    if isinstance(value, float):
        return _alike(Estimate(value, value, value))[0]
    if isinstance(value, int):
        return f"{value:,}"
    return "–" if value is None else escape(value)


def _alike(e: Estimate) -> tuple[str, ...]:
    """The figure and the ends of its interval with the same number of decimals."""
    size = max((abs(x) for x in (e.value, e.low, e.high) if math.isfinite(x)), default=0.0)
    digits = 1 if size >= 10 else 2 if size >= 0.9 else 3 if size >= 0.05 or size == 0 else 4
    # + 0.0 turns -0.0 into 0.0
    rounded = (round(x, digits) + 0.0 if math.isfinite(x) else None for x in (e.value, e.low, e.high))
    return tuple("–" if x is None else f"{x:,.{digits}f}".replace("-", "−") for x in rounded)
