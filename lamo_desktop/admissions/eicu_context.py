"""From the entries of an eICU-CRD chart to the lines a person (and the prompt) reads, and to codes for models on
codes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lamo_desktop.admissions.codes import CACHED, icd_codes, path_codes

_CHART_HINT = re.compile(r"\s*\([^()]*\b(?:see|i\.e\.|do not include)\b[^()]*\)", re.IGNORECASE)
_UNINFORMATIVE = re.compile(r"\s*-\s*(?:date|severity) unknown$")
_JOINED_BY_SPACE = re.compile(r"^(?:with|without|due to|secondary to|s/p|from|after|of|on|in)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DiagnosisEntry:
    """One row of the diagnosis table: its path ("renal|disorder of kidney|acute renal failure"), ICD codes, rank and
    time.
    """

    path: tuple[str, ...]
    icd: tuple[str, ...]
    rank: int  # 0 for the first priority of the profile (Primary)
    offset: float  # minutes after unit admission


def diagnosis_entry(path: str, icd: str, priority: str, offset: float, priorities: Sequence[str]) -> DiagnosisEntry:
    """One row as an entry; a priority the profile does not name ranks last."""
    lowered = priority.casefold()
    rank = priorities.index(lowered) if lowered in priorities else len(priorities)
    return DiagnosisEntry(_levels(path), _icd_codes(icd), rank, offset)


@lru_cache(CACHED)
def _levels(path: str) -> tuple[str, ...]:
    return tuple(" ".join(level.split()) for level in path.split("|") if level.strip())


@lru_cache(CACHED)
def _icd_codes(icd: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.strip().upper() for code in icd.split(",") if code.strip()))


def diagnosis_texts(entries: Iterable[DiagnosisEntry]) -> tuple[str, ...]:
    """Readable diagnoses without repetition: by priority, then the latest first; what a more specific one implies is
    left out.
    """
    best: dict[tuple[str, ...], tuple[int, float]] = {}
    for entry in entries:
        place = (entry.rank, -entry.offset)
        best[entry.path] = min(best.get(entry.path, place), place)
    implied = {path[:depth] for path in best for depth in range(1, len(path))}
    ordered = sorted((path for path in best if path not in implied), key=lambda path: (best[path], path))
    return distinct(diagnosis_text(path) for path in ordered)


@lru_cache(CACHED)
def diagnosis_text(path: tuple[str, ...]) -> str:
    """The path as a phrase: organ system and group are dropped, what refines the diagnosis follows it.

    >>> diagnosis_text(("cardiovascular", "arrhythmias", "atrial fibrillation", "with rapid ventricular response"))
    'atrial fibrillation with rapid ventricular response'
    """
    text, *finer = path[2:] or path[-1:]
    for part in finer:
        if text.casefold() in part.casefold():
            text = part
        else:
            text += f" {part}" if _JOINED_BY_SPACE.match(part) else f", {part}"
    return text


def diagnosis_codes(entries: Iterable[DiagnosisEntry]) -> set[str]:
    """Codes "dx:" with every prefix of the path, "icd:" with the code and its category (the part before the point)."""
    codes: set[str] = set()
    for entry in entries:
        codes |= path_codes("dx", entry.path)
        for icd in entry.icd:
            codes |= icd_codes(icd)
    return codes


def admission_reason(text: str) -> str:
    """The admission diagnosis without the form's hints to whoever fills it in ("(for hepatic see GI, ...)")."""
    return _CHART_HINT.sub("", text).strip()


def admission_paths(paths: Iterable[str], skip: Sequence[str]) -> set[tuple[str, ...]]:
    """The admission form's entries as paths, without its root; sections named in `skip` are not read."""
    read = set()
    for path in paths:
        levels = _levels(path)[1:]
        if levels and levels[0] == "All Diagnosis":
            levels = tuple(level for level in levels[1:] if level != "Diagnosis")
        if levels and not any(levels[0].startswith(word) for word in skip):
            read.add(levels)
    return read


def history_text(path: str, value: str, headings: Mapping[str, str]) -> str:
    """One past-history entry: its value, after the heading above it where the value alone says too little."""
    text = _UNINFORMATIVE.sub("", " ".join(value.split()))
    above = [level.strip() for level in path.removesuffix(f"/{value}").split("/") if level.strip()]
    heading = next((headings[level] for level in reversed(above) if level in headings), None)
    if heading is not None:
        return f"{heading}: {text}"
    if text == "multiple":  # ".../Strokes/multiple/multiple"
        named = [level for level in above if level != "multiple"]
        return f"{named[-1].casefold()}: multiple" if named else text
    return text


def history_texts(
    rows: Iterable[tuple[str, str]], headings: Mapping[str, str], skip: Sequence[str], none: Sequence[str]
) -> tuple[str, ...]:
    """Readable past history from (path, value) rows in the given order; "CHF" goes when "CHF - class II" is there."""
    texts, nothing = [], False
    for path, value in rows:
        if value in none:
            nothing = True
        elif value and not any(f"/{word}/" in path for word in skip):
            texts.append(history_text(path, value, headings))
    kept = distinct(text for text in texts if not any(other.startswith(f"{text} - ") for other in texts))
    return kept or (("no known health problems",) if nothing else ())


@lru_cache(CACHED)
def history_codes(path: str) -> frozenset[str]:
    """Codes "hx:" with the form's item and with the value ticked, without the form's upper levels."""
    levels = [" ".join(level.split()) for level in path.partition("Organ Systems/")[2].split("/") if level.strip()]
    if len(levels) > 2 and levels[-1].casefold() == levels[-2].casefold():  # ".../Asthma/asthma"
        levels.pop()
    return path_codes("hx", tuple(levels[1:])) if len(levels) > 1 else frozenset()


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts in order, each said once (upper and lower case do not matter)."""
    seen: dict[str, str] = {}
    for text in texts:
        seen.setdefault(text.casefold(), text)
    return tuple(seen.values())
