"""The answer in plain words: a few questions an analyst asks, each judged by an interval and not by a single figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.subgroups import Subgroup

Level = Literal["good", "caution", "poor"]
RATIO_RANGE = (0.95, 1.05)
SLOPE_RANGE = (0.8, 1.25)
LEAST_COVERAGE = 0.9
FEW_ADMISSIONS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One question, how it turned out and the sentence that says so; `figures` is what it says without a verdict."""

    question: str
    level: Level
    text: str
    figures: str = ""


def findings(
    n_admissions: int,
    estimates: dict[str, Estimate],
    differences: Sequence[tuple[str, Estimate]],
    groups: Sequence[Subgroup],
    whole_stays: bool = False,
) -> tuple[Finding, ...]:
    """The findings in reading order; `differences` are visit-mean Jaccard, model minus each baseline. `whole_stays`:
    the orders are those of the whole stay.
    """
    facts = [_whole_stays()] if whole_stays else []
    found = [_ratio(estimates["overprescribing_ratio"]), _agreement(estimates)]
    if differences:
        found.append(_simpler(differences))
    found += [_calibration(estimates), _coverage(estimates["coverage.orders_in_vocabulary"])]
    if any(g.difference for g in groups):
        found.append(_groups(groups))
    if n_admissions < FEW_ADMISSIONS:
        return (_size(n_admissions), *facts, *map(_undecided, found))
    return (*facts, *found)


def _undecided(finding: Finding) -> Finding:
    """The same figures where there are too few admissions for any verdict, good or bad."""
    figures = f"Here: {finding.figures}." if finding.figures else finding.text
    return Finding(finding.question, "caution", f"Too few admissions to say. {figures}")


def _size(n: int) -> Finding:
    return Finding(
        "Are there enough admissions?",
        "poor",
        f"No: {n} admissions are too few to decide anything. Below {FEW_ADMISSIONS} the intervals are wide and "
        f"unreliable; "
        "read this report as a trial run.",
    )


def _whole_stays() -> Finding:
    return Finding(
        "Are the orders those of the first day?",
        "caution",
        "No: whole stays are compared with a first-day question. The model answers for the first day, so drugs that "
        "were ordered later count against it. Choose the column that says when an order starts.",
    )


def _ratio(ratio: Estimate) -> Finding:
    low, high = RATIO_RANGE
    question = "Does it recommend more than clinicians order?"
    figure = f"{ratio.value:.2f} drugs recommended for each drug ordered ({ratio.low:.2f} to {ratio.high:.2f})"
    if ratio.low > high:
        return Finding(
            question, "poor", f"Yes, it overprescribes: {figure}. Raise the threshold shift or recalibrate.", figure
        )
    if ratio.high < low:
        return Finding(
            question,
            "caution",
            f"No, its lists are shorter: {figure}. Lower the threshold shift or recalibrate.",
            figure,
        )
    if low <= ratio.low and ratio.high <= high:
        return Finding(question, "good", f"No: {figure}.", figure)
    return Finding(question, "caution", f"Not clearly: {figure}; the interval reaches beyond {low} to {high}.", figure)


def _agreement(estimates: dict[str, Estimate]) -> Finding:
    jaccard, recall, precision = (estimates[f"visit_mean.{m}"] for m in ("jaccard", "recall", "precision"))
    level: Level = "good" if jaccard.low >= 0.3 else "caution" if jaccard.low >= 0.15 else "poor"
    return Finding(
        "How well do its lists agree with the orders?",
        level,
        f"In the average admission {precision.value:.0%} of the recommended drugs were ordered and "
        f"{recall.value:.0%} of the "
        f"ordered drugs were recommended; the lists overlap by {jaccard.value:.0%} "
        f"(Jaccard, {jaccard.low:.0%} to {jaccard.high:.0%}).",
    )


def _simpler(differences: Sequence[tuple[str, Estimate]]) -> Finding:
    question = "Is it better than something simple?"
    name, worst = min(differences, key=lambda d: d[1].value)
    interval = f"{_signed(worst.low)} to {_signed(worst.high)}"
    figure = f"Jaccard {_signed(worst.value)} ({interval}) against {name}, the strongest simple model"
    if worst.low > 0:
        return Finding(question, "good", f"Yes: {figure} fitted on your own admissions.", figure)
    if worst.high < 0:
        return Finding(question, "poor", f"No: {figure} fitted on your own admissions.", figure)
    return Finding(
        question, "caution", f"Not shown: {figure} fitted on your own admissions; the interval holds zero.", figure
    )


def _calibration(estimates: dict[str, Estimate]) -> Finding:
    slope, ece = estimates["calibration.slope"], estimates["calibration.ece"]
    ratio = estimates["calibration.observed_expected"]
    low, high = SLOPE_RANGE
    figure = (
        f"calibration slope {slope.value:.2f} ({slope.low:.2f} to {slope.high:.2f}), {ratio.value:.2f} orders "
        f"observed for each "
        f"one expected, mean gap {ece.value:.1%}"
    )
    question = "Can its probabilities be believed?"
    if low <= slope.low and slope.high <= high and 0.9 <= ratio.value <= 1.1:
        return Finding(question, "good", f"Yes: {figure}.", figure)
    if slope.high < low or slope.low > high or not 0.8 <= ratio.value <= 1.25:
        return Finding(question, "poor", f"Not as they are: {figure}. Adapt it to this hospital.", figure)
    return Finding(question, "caution", f"With care: {figure}.", figure)


def _coverage(coverage: Estimate) -> Finding:
    level: Level = "good" if coverage.low >= LEAST_COVERAGE else "caution" if coverage.value >= 0.75 else "poor"
    return Finding(
        "Does it know the drugs used here?",
        level,
        f"{coverage.value:.1%} of the ordered ingredients ({coverage.low:.1%} to {coverage.high:.1%}) are "
        f"candidates of the "
        "model; the others can never be recommended and are left out of the comparison.",
    )


def _groups(groups: Sequence[Subgroup]) -> Finding:
    question = "Does it hold for every group?"
    worse = [g for g in groups if g.difference and g.difference.high < 0]
    compared = sum(g.difference is not None for g in groups)
    if not worse:
        return Finding(
            question, "good", f"No group of the {compared} compared agrees clearly less than the other admissions."
        )
    worse.sort(key=lambda g: g.difference.value if g.difference else 0.0)
    names = "; ".join(f"{g.column} {g.value} ({_signed(g.difference.value)})" for g in worse[:4] if g.difference)
    return Finding(
        question,
        "caution",
        f"{len(worse)} of {compared} groups agree less than the other admissions (Jaccard difference): {names}. "
        f"With this many "
        "comparisons about one in forty would look so by chance.",
    )


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
