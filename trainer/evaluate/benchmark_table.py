"""The benchmark as a document: Markdown tables for people, JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from lamo_desktop.validate.bootstrap import Estimate, estimate
from trainer.evaluate.benchmark import BEST, HERE, TRAINED, Difference, Evaluated, SplitResult

NOTE = (
    f"Jaccard, F1, precision, recall and PRAUC are means over admissions; ratio = drugs recommended / drugs ordered. "
    f'"{TRAINED}" and "{BEST}": thresholds chosen on training rows. "{HERE}": the threshold that gives as many drugs '
    "as were ordered on the judged rows themselves, for every model alike; it judges the ranking and is nothing a user "
    "would get. In brackets: 95 % intervals of {resamples} patient resamples, paired where models are compared."
)


def markdown(results: Sequence[SplitResult], origin: Mapping[str, Any], resamples: int) -> str:
    """All splits' tables, and what each model is."""
    counts = ", ".join(f"{count} {name}" for name, count in origin.get("admissions", {}).items() if count)
    head = ["# Benchmark", "", f"{origin.get('source') or 'Cohort'}: {counts}.", "", NOTE.format(resamples=resamples)]
    models = [f"- **{each.model.name}** ({each.model.kind}): {_about(each)}" for each in results[0].evaluated]
    return "\n".join([*head, *(line for result in results for line in _split(result)), "", "## Models", *models]) + "\n"


def _about(each: Evaluated) -> str:
    """What is known of a model but its long tables."""
    known = {key: value for key, value in each.model.about.items() if key != "out_of_fold_log_loss"}
    losses = each.model.about.get("out_of_fold_log_loss")
    said = "; ".join(f"{key.replace('_', ' ')} {value}" for key, value in known.items())
    return f"{said}; log loss on training rows, out of fold, {min(losses.values()):.5f}" if losses else said


def _split(result: SplitResult) -> list[str]:
    lines = ["", f"## {result.split}: {result.admissions} admissions of {result.patients} patients, "]
    lines[-1] += f"{result.ordered:.1f} candidate drugs ordered each"
    lines += ["", "| model | PRAUC | log loss | calibration slope | ECE |", "| --- | --- | --- | --- | --- |"]
    for each in result.evaluated:
        figures = [_cell(each.scored[name]) for name in ("prauc", "log_loss", "slope", "ece")]
        lines.append(f"| {each.model.name} | {' | '.join(figures)} |")
    lines += ["", "| model | cut | Jaccard | F1 | precision | recall | ratio |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for cut in _cuts(result.evaluated):
        for each in result.evaluated:
            if cut in each.listed:
                lines.append(f"| {each.model.name} | {cut} | {_listed(each, cut)} |")
    rows = [line for each in result.differences if (line := _difference(each, result))]
    if rows:
        lines += ["", "| model | against | cut | Jaccard | relative | PRAUC | log loss |"]
        lines += ["| --- | --- | --- | --- | --- | --- | --- |", *rows]
    return lines


def _cuts(evaluated: Sequence[Evaluated]) -> list[str]:
    return list(
        dict.fromkeys([cut for cut in (TRAINED, HERE, BEST) if any(cut in each.listed for each in evaluated)])
    ) + list(dict.fromkeys(cut for each in evaluated for cut in each.listed if cut not in (TRAINED, HERE, BEST)))


def _listed(each: Evaluated, cut: str) -> str:
    found = each.listed[cut]
    ratio = f"{_number(found['ratio'][0], 2)} ({_span(found['ratio'], 2)})"
    plain = [_number(found[name][0], 3) for name in ("f1", "precision", "recall")]
    return " | ".join([_cell(found["jaccard"]), *plain, ratio])


def _difference(each: Difference, result: SplitResult) -> str:
    baselines = {evaluated.model.name for evaluated in result.evaluated if evaluated.model.kind == "baseline"}
    best = result.best.get(each.cut) == each.than
    if each.than in baselines and not best:
        return ""  # the JSON has it
    than = f"{each.than} (the best single baseline here)" if best else each.than
    relative = each.relative_jaccard
    share = f"{100 * relative.value:+.1f} % ({100 * relative.low:+.1f} to {100 * relative.high:+.1f})"
    figures = [_signed(each.jaccard), share if np.isfinite(relative.value) else "", _signed(each.prauc)]
    return f"| {each.model} | {than} | {each.cut} | {' | '.join(figures)} | {_signed(each.log_loss)} |"


def as_json(results: Sequence[SplitResult], origin: Mapping[str, Any], resamples: int) -> dict[str, Any]:
    """The same with every figure's interval; undefined numbers are null."""
    return {"cohort": dict(origin), "resamples": resamples, "splits": {each.split: _json(each) for each in results}}


def _json(result: SplitResult) -> dict[str, Any]:
    models = [
        {
            "name": each.model.name,
            "kind": each.model.kind,
            **each.model.about,
            **{name: _plain(estimate(*figure)) for name, figure in each.scored.items()},
            "cuts": {
                cut: {
                    "threshold": round(each.thresholds[cut], 6),
                    **{name: _plain(estimate(*figure)) for name, figure in found.items()},
                }
                for cut, found in each.listed.items()
            },
        }
        for each in result.evaluated
    ]
    differences = [
        {
            key: _plain(value) if isinstance(value, Estimate) else value
            for key, value in ((key, getattr(each, key)) for key in Difference.__slots__)
        }
        for each in result.differences
    ]
    return {
        "admissions": result.admissions,
        "patients": result.patients,
        "ordered_per_admission": round(result.ordered, 4),
        "models": models,
        "best_baseline": result.best,
        "differences": differences,
    }


def _plain(figure: Estimate) -> dict[str, float | None]:
    return {name: round(value, 6) if np.isfinite(value) else None for name, value in asdict(figure).items()}


def _cell(figure: tuple[float, Any]) -> str:
    return f"{_number(figure[0], 4)} ({_span(figure, 3)})"


def _span(figure: tuple[float, Any], digits: int) -> str:
    found = estimate(*figure)
    return f"{_number(found.low, digits)} to {_number(found.high, digits)}"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "none"


def _signed(found: Estimate) -> str:
    return f"{found.value:+.4f} ({found.low:+.4f} to {found.high:+.4f})"
