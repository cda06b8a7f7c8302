"""Section cutting against 64 real notes annotated by reading (`section_annotations.csv`: offsets only, no text).

Drawn at random: 20 discharge summaries and 30 other reports that name a section (MTSamples, mtsamples.com), 14 visit
notes (ACI-Bench, Yim et al. 2023, CC BY 4.0). A section counts where a heading announces it; medications listed after
the discharge, or given during an operation, do not count.
"""

import csv
import gzip
import os
from collections import defaultdict
from pathlib import Path

import pytest

from lamo_desktop.admissions.notes import SECTIONS, section_spans

DATA = os.environ.get("LAMO_DATA", "")
NOTES = {"mtsamples": ("sample_id", "transcription"), "aci-bench": ("encounter_id", "note")}
SLACK = 2  # characters of punctuation at either end


def annotations() -> dict[tuple[str, str], set[tuple[str, int, int]]]:
    found: dict[tuple[str, str], set[tuple[str, int, int]]] = defaultdict(set)
    with (Path(__file__).parent / "section_annotations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            spans = found[row["dataset"], row["note"]]
            if row["section"]:
                spans.add((row["section"], int(row["start"]), int(row["end"])))
    return found


def notes() -> dict[tuple[str, str], str]:
    texts = {}
    csv.field_size_limit(10_000_000)
    for dataset, (key, column) in NOTES.items():
        with gzip.open(Path(DATA) / "notes" / f"{dataset}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            texts.update({(dataset, row[key]): row[column] for row in csv.DictReader(file)})
    return texts


def f1(gold: set[object], found: set[object]) -> float:
    return 2 * len(gold & found) / (len(gold) + len(found))


@pytest.mark.skipif(not DATA, reason="LAMO_DATA names no folder with the development data")
@pytest.mark.parametrize("section", SECTIONS)
def test_sections_of_annotated_notes(section: str) -> None:
    gold, texts = annotations(), notes()
    assert len(gold) >= 60
    truth: set[object] = set()
    seen: set[object] = set()
    bounds: set[object] = set()
    cut: set[object] = set()
    for key, spans in gold.items():
        wanted = [(start, end) for name, start, end in spans if name == section]
        found = [(s.start, s.end) for s in section_spans(texts[key]) if s.section == section]
        truth |= {key} if wanted else set()
        seen |= {key} if found else set()
        bounds |= {(key, span) for span in wanted}
        for start, end in found:
            close = [w for w in wanted if abs(w[0] - start) <= SLACK and abs(w[1] - end) <= SLACK]
            cut.add((key, close[0] if close else (start, end)))
    assert f1(truth, seen) >= 0.95
    assert f1(bounds, cut) >= 0.95
