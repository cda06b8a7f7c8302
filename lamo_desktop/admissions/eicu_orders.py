"""The drug codes of eICU-CRD (HICL sequence numbers), which stand in for the drug's name where a row has none.

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
