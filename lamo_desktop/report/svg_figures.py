"""The report's figures, drawn from a Validation."""

import math
from collections.abc import Sequence

from lamo_desktop.report.svg import Panel, figure, legend, number, ticks
from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.curves import ThresholdPoint
from lamo_desktop.validate.learned import Learned
from lamo_desktop.validate.subgroups import DrugGroup, Subgroup
from lamo_desktop.validate.validation import Validation

WIDTH = 720.0
RATIO_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def threshold_curve(v: Validation) -> str:
    """Overprescribing ratio (left) and Jaccard, precision and recall (right) along the threshold shift."""
    used = _as_cut(v)
    at = used.threshold_shift
    shifts = [p.threshold_shift for p in v.threshold_curve]
    span = (shifts[0], shifts[-1])
    ratio = Panel(58, 34, 280, 210, span, (0.0, min(4.0, max(1.5, max(p.ratio.value for p in v.threshold_curve)))))
    ratio.axes("threshold shift (logits)", title="Drugs recommended per drug ordered")
    ratio.segment(span[0], 1.0, span[1], 1.0, "reference")
    ratio.band(shifts, [p.ratio.low for p in v.threshold_curve], [p.ratio.high for p in v.threshold_curve])
    ratio.line(shifts, [p.ratio.value for p in v.threshold_curve])
    ratio.segment(at, 0, at, ratio.y_range[1], "reference")
    ratio.dot(at, used.ratio.value, note=f"shift {at:g}: {used.ratio.value:.2f}")
    share = Panel(412, 34, 280, 210, span, (0.0, 1.0))
    share.axes("threshold shift (logits)", title="Agreement with the orders (visit mean)")
    for css, name in (("a", "jaccard"), ("b", "precision"), ("c", "recall")):
        figures: list[Estimate] = [getattr(p, name) for p in v.threshold_curve]
        share.band(shifts, [e.low for e in figures], [e.high for e in figures], css)
        share.line(shifts, [e.value for e in figures], css)
    share.segment(at, 0, at, 1, "reference")
    names = legend(412, 308, [("a", "Jaccard"), ("b", "precision"), ("c", "recall")])
    hint = '<text class="tick" x="58" y="308">left: longer lists · right: shorter lists</text>'
    return figure(WIDTH, 318, "Ratio and agreement along the threshold shift", [ratio, share], [names, hint])


def _as_cut(v: Validation) -> ThresholdPoint:
    """The point of the lists as they are."""
    return min(v.threshold_curve, key=lambda p: abs(p.threshold_shift - v.outcomes.threshold_shift))


def calibration_curve(v: Validation) -> str:
    """Predicted probability against observed share, and how many pairs each tenth holds."""
    main = Panel(62, 16, 420, 300, (0.0, 1.0), (0.0, 1.0))
    main.axes("", "share ordered")
    main.segment(0, 0, 1, 1, "reference")
    main.line([p.predicted for p in v.calibration], [p.observed.value for p in v.calibration])
    for p in v.calibration:
        main.segment(p.predicted, p.observed.low, p.predicted, p.observed.high, "whisker a")
        note = f"{p.n_pairs:,} pairs: predicted {p.predicted:.3f}, ordered {p.observed.value:.3f}"
        main.dot(p.predicted, p.observed.value, note=note)
    most = max(math.log10(p.n_pairs + 1) for p in v.calibration)
    counts = Panel(62, 352, 420, 60, (0.0, 1.0), (0.0, most))
    counts.axes("probability given by the model", "pairs", y_ticks=[t for t in ticks(0, most, 3) if t == int(t)])
    counts.parts = [part for part in counts.parts if 'text-anchor="end"' not in part]
    for t in range(0, int(most) + 1, 2):
        counts.text(56, counts.at_y(t) + 4, f"{10**t:,}", anchor="end")
    for p in v.calibration:
        counts.bar(p.low + 0.01, p.high - 0.01, math.log10(p.n_pairs + 1), note=f"{p.n_pairs:,} pairs")
    slope, intercept = v.estimates["calibration.slope"], v.estimates["calibration.intercept"]
    lines = [
        f"slope {slope.value:.2f} ({slope.low:.2f} to {slope.high:.2f})",
        f"intercept {intercept.value:+.2f} ({intercept.low:+.2f} to {intercept.high:+.2f})",
        f"Brier {v.estimates['calibration.brier'].value:.4f}",
        f"ECE {v.estimates['calibration.ece'].value:.4f}",
    ]
    for i, line in enumerate(lines):
        main.text(505, 40 + 20 * i, line, css="label left")
    main.text(505, 130, "Dashed: perfect calibration.", css="tick")
    main.text(505, 148, "Below it, the model says too much.", css="tick")
    return figure(WIDTH, 456, "Calibration curve", [main, counts])


def decision_curve(v: Validation) -> str:
    """Net benefit per admission of the model, of recommending everything and of recommending nothing."""
    xs = [p.threshold for p in v.decision]
    top = max(max(p.model.high for p in v.decision if math.isfinite(p.model.high)), 0.1)
    panel = Panel(62, 16, 600, 250, (0.0, xs[-1]), (-0.15 * top, 1.05 * top))
    panel.axes("probability from which a drug is recommended", "net benefit per admission")
    panel.segment(0, 0, xs[-1], 0, "reference")
    panel.band(xs, [p.model.low for p in v.decision], [p.model.high for p in v.decision])
    panel.line(xs, [p.model.value for p in v.decision])
    everything = [(p.threshold, p.everything) for p in v.decision]
    above = [(x, y) for x, y in everything if y > -0.15 * top]
    if len(above) < len(everything) and above:
        above.append(everything[len(above)])
    panel.line([x for x, _ in above], [y for _, y in above], "b")
    names = legend(62, 330, [("a", "the model"), ("b", "recommend everything"), ("reference", "recommend nothing")])
    return figure(WIDTH, 340, "Decision curve", [panel], [names])


def ratio_by_drug(drugs: Sequence[DrugGroup], most: int = 40) -> str:
    """Ratio of each of the most ordered drugs with its interval, on a logarithmic axis."""
    shown = [d for d in drugs if d.n_drugs == 1][:most]
    rows = [(d.name, f"{d.n_recommended:,} / {d.n_ordered:,}", d.ratio) for d in shown]
    return _forest(rows, "recommended / ordered (logarithmic)", "recommended / ordered", 1.0, log=True)


def subgroup_forest(groups: Sequence[Subgroup], overall: Estimate, name: str, label: str) -> str:
    """One figure of the subgroups, the largest 8 of each column, with intervals; dashed: that of all admissions."""
    rows: list[tuple[str, str, Estimate] | str] = []
    column = ""
    for g in groups:
        if (
            g.n_admissions is None
            or sum(o.column == g.column and (o.n_admissions or 0) > g.n_admissions for o in groups) > 7
        ):
            continue
        if g.column != column:
            column = g.column
            rows.append(column)
        rows.append((g.value, f"{g.n_admissions:,}", g.figures[name]))
    return _forest(rows, label, "admissions", overall.value, log=False)


def _forest(
    rows: Sequence[tuple[str, str, Estimate] | str], x_label: str, count_label: str, reference: float, log: bool
) -> str:
    estimates = [r[2] for r in rows if not isinstance(r, str)]
    finite = [x for e in estimates for x in (e.low, e.value, e.high) if math.isfinite(x)]
    if not finite:
        return ""
    step, left = 19.0, 300.0
    height = step * len(rows)
    if log:
        x_range = (max(0.1, min([0.5, *(x for x in finite if x > 0)])), min(10.0, max([2.0, *finite])))
        x_ticks = [t for t in RATIO_TICKS if x_range[0] <= t <= x_range[1]]
    else:
        margin = 0.06 * max(max(finite) - min(finite), 0.02)
        x_range = (max(0.0, min(finite) - margin), max(finite) + margin)
        x_ticks = ticks(*x_range)
    panel = Panel(left, 26, WIDTH - left - 20, height, x_range, (0.0, float(len(rows))), log_x=log)
    panel.axes(x_label, y_ticks=[], x_ticks=x_ticks)
    panel.segment(reference, 0, reference, len(rows), "reference")
    panel.text(left - 14, 16, count_label, anchor="end", css="tick")
    for i, row in enumerate(rows):
        y = len(rows) - i - 0.5
        at = panel.at_y(y) + 4
        if isinstance(row, str):
            panel.text(6, at, row, css="title")
            continue
        name, count, e = row
        panel.text(16, at, _short(name), css="tick strong")
        panel.text(left - 14, at, count, anchor="end")
        if not math.isfinite(e.value):
            continue
        panel.segment(e.low, y, e.high, y, "whisker a")
        if x_range[0] <= e.value <= x_range[1]:
            panel.dot(e.value, y, note=f"{name}: {e.value:.3f} ({e.low:.3f} to {e.high:.3f})")
        else:
            edge = left + 6 if e.value < x_range[0] else WIDTH - 26
            panel.text(edge, at, f"{'‹' if e.value < x_range[0] else '›'} {number(round(e.value, 2))}", anchor="middle")
    return figure(WIDTH, height + 70, x_label, [panel])


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def list_lengths(v: Validation) -> str:
    """How many drugs per admission were recommended and ordered: two outlined distributions."""
    total = max(len(v.outcomes.admission_ids), 1)
    last = max(len(counts) for counts in v.list_lengths.values())
    width = max(1, math.ceil(last / 30))
    shares = {name: _grouped(counts, width, total) for name, counts in v.list_lengths.items()}
    top = max(max(s) for s in shares.values())
    panel = Panel(62, 16, 600, 200, (0.0, float(width * max(len(s) for s in shares.values()))), (0.0, 1.1 * top * 100))
    panel.axes("drugs in an admission's list", "% of admissions")
    for css, name, shift in (("b", "ordered", 0.08), ("a", "recommended", 0.5)):
        for i, share in enumerate(shares[name]):
            if share:
                note = f"{name} {i * width}{f'-{(i + 1) * width - 1}' if width > 1 else ''}: {share:.1%} of admissions"
                panel.bar((i + shift) * width, (i + shift + 0.4) * width, share * 100, css, note)
    names = legend(62, 280, [("bar b", "ordered by clinicians"), ("bar a", "recommended")])
    return figure(WIDTH, 290, "Distribution of list lengths", [panel], [names])


def _grouped(counts: Sequence[int], width: int, total: int) -> list[float]:
    return [sum(counts[i : i + width]) / total for i in range(0, len(counts), width)]


def learning_curve(v: Validation) -> str:
    """Log-loss on held-out admissions by the number of admissions used to recalibrate."""
    r = v.recalibration
    if r is None or len(r.learning) < 2:
        return ""
    xs, ys = [float(p.n_admissions) for p in r.learning], [p.log_loss for p in r.learning]
    low, high = min([*ys, r.log_loss_before]), max([*ys, r.log_loss_before])
    margin = 0.1 * max(high - low, 0.002)
    panel = Panel(84, 16, 580, 190, (xs[0], xs[-1]), (low - margin, high + margin), log_x=True)
    panel.axes("admissions used to recalibrate (logarithmic)", "log-loss", x_ticks=xs)
    panel.segment(xs[0], r.log_loss_before, xs[-1], r.log_loss_before, "reference")
    panel.line(xs, ys)
    for x, y in zip(xs, ys, strict=True):
        panel.dot(x, y, note=f"{x:.0f} admissions: {y:.4f}")
    names = legend(84, 270, [("a", "after recalibration"), ("reference", "as shipped")])
    return figure(WIDTH, 280, "Learning curve of local recalibration", [panel], [names])


def learned_drugs(learned: Learned, most: int = 12) -> str:
    """The drugs whose odds differ most from what the package expects, by their ratio, on a logarithmic axis."""
    drugs = [*learned.more[:most], *reversed(learned.less[:most])]
    if not drugs:
        return ""
    step, left = 19.0, 300.0
    reach = max(2.0, *(max(drug.odds, 1 / drug.odds) for drug in drugs)) * 1.1
    height = step * len(drugs)
    panel = Panel(left, 26, WIDTH - left - 20, height, (1 / reach, reach), (0.0, float(len(drugs))), log_x=True)
    marks = [t for t in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if 1 / reach <= t <= reach]
    panel.axes("odds of an order here / as the model expects (logarithmic)", y_ticks=[], x_ticks=marks)
    panel.segment(1.0, 0, 1.0, len(drugs), "reference")
    panel.text(left - 14, 16, "ordered / expected", anchor="end", css="tick")
    for i, drug in enumerate(drugs):
        y = len(drugs) - i - 0.5
        at = panel.at_y(y) + 4
        panel.text(16, at, _short(drug.name), css="tick strong")
        panel.text(left - 14, at, f"{drug.n_ordered:,} / {drug.expected:,.0f}", anchor="end")
        panel.segment(1.0, y, drug.odds, y, "whisker a")
        panel.dot(drug.odds, y, note=f"{drug.name}: {drug.odds:.2f}")
    return figure(WIDTH, height + 70, "Drugs ordered more or less here than elsewhere", [panel])
