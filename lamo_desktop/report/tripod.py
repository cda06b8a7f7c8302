"""The TRIPOD-LLM checklist, in short words, with what the program knows filled in and the rest left to the site.

Items after Gallifant et al., Nature Medicine 2025;31:60-69 (doi 10.1038/s41591-024-03425-5), those that apply to
evaluating a fine-tuned model on structured and narrative records; item texts are paraphrased in
`templates/tripod_llm.csv`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from string import Template

import numpy as np

from lamo_desktop.paths import resource
from lamo_desktop.validate.compare import AS_SHIPPED
from lamo_desktop.validate.validation import Validation


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item: `answer` empty where only the site can say."""

    number: str
    section: str
    text: str
    answer: str


def checklist(v: Validation) -> tuple[ChecklistItem, ...]:
    """All items with their answers."""
    facts = _facts(v)
    with resource("templates/tripod_llm.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        ChecklistItem(row["number"], row["section"], row["text"], Template(row["answer"]).substitute(facts))
        for row in rows
    )


def _facts(v: Validation) -> dict[str, str]:
    o, model = v.outcomes, v.outcomes.model
    updated = v.recalibration is not None
    cut = ", ".join(f"{part} in {count}" for part, count in o.cut.items())
    compute = ""
    if len(o.seconds):
        compute = (
            f"Median {np.median(o.seconds):.2f} s and {np.median(o.prefix_tokens):.0f} prompt tokens per admission; "
        )
        compute += "engine and device under Provenance."
    n_orders = int(o.ordered.sum())
    overlay = _overlay(v)
    return {
        "model": f"{model.get('name', '')} {model.get('version', '')}".strip(),
        "tuned": "fine-tuned" if model.get("fine_tuned") else "not fine-tuned",
        "prompt": str(model.get("prompt_version", "")),
        "policy": str(model.get("policy", "")),
        "threshold_shift": str(model.get("threshold_shift", 0)),
        "cut": cut or "nothing",
        "compute": compute,
        "comparisons": f"{len(v.comparisons)} comparisons" if v.comparisons else "no other model was compared",
        "size": f"{len(o.admission_ids):,} admissions of {v.n_patients:,} patients; {n_orders:,} orders of "
        f"{len(o.drugs)} candidate drugs",
        "resamples": f"{v.options.n_resamples:,}",
        "thresholds": f"thresholds fixed on training rows, then shifted as {overlay}"
        if overlay
        else "thresholds fixed on training rows, not on these",
        "recalibration_aim": (f" after updating: {overlay}" if overlay else "")
        + (", with local recalibration on half of the patients" if updated else ""),
        "recalibration_result": "; ".join(_updates(v, overlay)),
    }


def _overlay(v: Validation) -> str:
    """The site overlay that the lists were made with, from how many admissions it is and how many are judged here."""
    site = v.outcomes.provenance.get("site")
    if not site:
        return ""
    name = f" {site['name']}" if site.get("name") else ""
    n, known = len(v.outcomes.admission_ids), v.outcomes.n_learned_from
    among = f"{known:,} of these {n:,} are" if known else f"none of these {n:,} is known to be"
    return (
        f"learned from {site.get('admissions', 0):,} of the hospital's own admissions (site overlay{name} of "
        f"{str(site.get('created', ''))[:10]}; {among} of the same patients)"
    )


def _updates(v: Validation, overlay: str) -> Iterator[str]:
    """What of the model was updated here, or could be, and where its result stands."""
    if overlay:
        yield f"Probabilities and thresholds as {overlay}"
        if any(comparison.name == AS_SHIPPED for comparison in v.comparisons):
            yield f"{AS_SHIPPED} stands beside it under comparisons"
    if v.recalibration is not None:
        yield "Local recalibration, before and after"
    if not isinstance(v.adaptation, str):
        yield "What adapting to this hospital would bring, on held-out patients, before and after"
    if not overlay and v.recalibration is None and isinstance(v.adaptation, str):
        yield "The model was not updated here"
