"""Drug orders of eICU-CRD: what a row names, by its text or, where that is empty, by its drug code (HICL sequence
number).

In the published tables 40 % of the medication rows have a code but no name. A code means the same in every hospital,
so it is learned from the rows that carry both (orders, drugs on admission, allergies). A shipped table comes first
(`profiles/eicu_hicl.csv`), so that an admission reads the same in a small export as in a large one; codes it does not
know are learned from the export itself by majority.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lamo_desktop.formulary import Formulary, Mapped
from lamo_desktop.paths import resource

NAMELESS = "(no drug name and no code)"


@dataclass(frozen=True, slots=True)
class CodeEvidence:
    """What a drug code means: its reading, its commonest text, how many named rows spoke, which share agreed."""

    code: str
    mapped: Mapped
    text: str
    rows: int
    agreement: float


def learn_codes(named: Mapping[tuple[str, str], int], formulary: Formulary) -> dict[str, CodeEvidence]:
    """The majority reading of every code in `named`, which counts rows by (drug text, code).

    Texts that the formulary cannot map do not vote. Two readings agree when they give the same ingredients.
    """
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    readings: dict[str, Mapped] = {}
    for (text, code), rows in named.items():
        if text not in readings:
            readings[text] = formulary.map(text)
        if readings[text].status != "unmapped":
            texts[code][text] += rows
    return {code: _majority(code, counted, readings) for code, counted in sorted(texts.items())}


def _majority(code: str, texts: Counter[str], readings: Mapping[str, Mapped]) -> CodeEvidence:
    votes: Counter[tuple[str, ...]] = Counter()
    for text, rows in texts.items():
        votes[readings[text].ingredients] += rows
    ingredients, rows = min(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    agreeing = [text for text in texts if readings[text].ingredients == ingredients]
    commonest = min(agreeing, key=lambda text: (-texts[text], text))
    return CodeEvidence(code, readings[commonest], commonest, texts.total(), rows / texts.total())


def trusted(evidence: Iterable[CodeEvidence], minimum_rows: int, minimum_percent: int) -> dict[str, CodeEvidence]:
    """The codes with enough rows and enough agreement."""
    return {
        entry.code: entry
        for entry in evidence
        if entry.rows >= minimum_rows and entry.agreement * 100 >= minimum_percent
    }


def shipped_codes(formulary: Formulary) -> dict[str, Mapped]:
    """What the shipped table says a code means: its columns code and text, the text read by this formulary."""
    with resource("profiles/eicu_hicl.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(line for line in stream if not line.startswith("#"))
        readings = {row["code"]: formulary.map(row["text"]) for row in rows}
    return {code: mapped for code, mapped in readings.items() if mapped.status != "unmapped"}


def recommendable(mapped: Mapped) -> tuple[str, ...]:
    """The ingredients of a reading that count as drugs; none for what is excluded (fluids, ...) or unmapped."""
    return mapped.ingredients if mapped.status == "drug" else ()


class OrderReader:
    """Reads an order row by its text first, then by its code; remembers every text it has seen."""

    def __init__(self, formulary: Formulary, codes: Mapping[str, Mapped]) -> None:
        self._formulary = formulary
        self._codes = codes
        self._texts: dict[str, Mapped] = {}

    def read(self, text: str, code: str) -> Mapped:
        """What one row orders: ingredients, "excluded" (a fluid, a diluent, ...) or "unmapped"."""
        if text:
            if text not in self._texts:
                self._texts[text] = self._formulary.map(text)
            mapped = self._texts[text]
            if mapped.status != "unmapped":
                return mapped
        if code in self._codes:
            return self._codes[code]
        if code and not text:  # a site can confirm what a code means in its names file, as it is listed
            return self._formulary.map(as_written(text, code))
        return Mapped((), "unmapped", "")


def as_written(text: str, code: str) -> str:
    """How an unmapped row appears in reports."""
    return text or (f"(drug code {code})" if code else NAMELESS)
