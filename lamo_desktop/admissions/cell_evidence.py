"""What the cells of a column say about the field its header seems to name: they agree, contradict, or leave it open.

A header alone may mislead ("Admission" may be a number, a date or a reason). Cells never choose a field by themselves.
"""

import re
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import pairwise

from lamo_desktop.admissions.values import (
    is_day_number,
    is_unknown,
    parse_age,
    parse_date,
    parse_sex,
    split_list,
)
from lamo_desktop.errors import row_fault
from lamo_desktop.formulary import Formulary
from lamo_desktop.formulary.order_text import PACKAGING_ONLY

SAMPLE = 200  # filled cells that are looked at
BEGINNING = 400  # characters of a cell that are looked at: what it holds is told by them
WITHIN = 5_000  # rows among which they are sought
MOST = 0.7  # share of the cells from which they agree
MOST_STATES = 15  # different values of a column of states, at most
REMARK = 60  # characters, below which a text is a remark and no note
ENOUGH = 10  # texts from which they tell that a column is something else
MOST_PROBED = 60  # texts looked up in the formulary
NEARLY_NONE = 0.05  # share of drugs up to which a column names none
ENTRY, LISTED = 80, 0.1  # characters of an entry at most; share of cells that list several, at least
SOME = 0.3  # share of the cells without a figure from which they are no ids
FEW = 0.1  # share of the cells up to which they contradict

_ICD = re.compile(r"[A-TV-Z]\d[\dA-Z](?:\.?[\dA-Z]{1,4})?[+*!]?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_SPAN = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:$|\s*[a-z]+\b)", re.IGNORECASE)
_YES_NO = frozenset("y n yes no ja nein oui non si sí true false 0 1 x 是 否 有 无".split())  # noqa: SIM905


_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[.!?。](?:\s|$)").search
_SMALL = re.compile(r"\d{1,3}").fullmatch
_DECIMAL = re.compile(r"\d+[.,]\d*[1-9]\d*").fullmatch


DISEASES = re.compile(
    r"(?:itis|osis|emia|ämie|émie|oma|opathy|pathie|patía|insuffici|insuffiz|insufic|failure|disease|disorder|syndrom|"
    r"infarct|infarkt|infarto|pneumon|neumon|sepsis|infection|infektion|infección|fracture|fraktur|fractura|diabet|"
    r"hypertens|hiperten|fibrill|fibrilación|embol|thrombo|trombo|hemorrh|blutung|bleeding|cancer|krebs|tumor|stroke|"
    r"ischem|ischäm|ischém|asthma|copd|bpco|krankheit|versagen|maladie|enfermedad|shock|arrest|overdose|seizure|trauma)"
    r"|病|炎|症|癌|瘤|衰竭|感染|梗死|出血|骨折|综合征|高血压",
    re.IGNORECASE,
)


class Evidence(Enum):
    """What the cells say to a field."""

    CONTRADICT = -1
    OPEN = 0
    AGREE = 1


def sample_of(cells: Sequence[str]) -> list[str]:
    """The beginnings of up to SAMPLE filled cells, from the whole of the first rows."""
    filled = [cell[:BEGINNING] for cell in cells[:WITHIN] if not is_unknown(cell)]
    step = max(1, len(filled) // SAMPLE)
    return filled[::step][:SAMPLE]


def evidence(field: str, cells: Sequence[str], formulary: Formulary | None = None) -> Evidence:
    """Whether the cells of a column can hold a field; open where there is nothing to tell by."""
    sample = sample_of(cells)
    if not sample:
        return Evidence.OPEN
    dates, numbers = _share(sample, is_date), _share(sample, _NUMBER.fullmatch)
    if field == "sex":
        distinct = {cell.casefold() for cell in sample}
        return _judged(_share(sample, _reads(parse_sex)), wrong=len(distinct) > 12 or dates > MOST)
    if field == "age":
        return _judged(_share(sample, _reads(parse_age)), wrong=dates > MOST or _share(sample, _wordy) > 0.9)
    # Nothing tells one date, number or identifier from another: these cells may contradict, and never agree.
    if field in ("admission_date", "discharge_date", "birth_date"):
        dated = numbers if field == "birth_date" else _share(sample, _is_recent_day)
        return _judged(0.0, wrong=dates <= FEW and dated < 0.9)
    if field in ("order_start", "order_end"):
        return _judged(0.0, wrong=dates + _share(sample, _SPAN.match) <= FEW)
    if field in ("admission_id", "patient_id"):
        few = field == "admission_id" and len(sample) >= 20 and len(set(sample)) <= 2
        named = _share(sample, _is_name) > MOST
        wrong = dates > MOST or max(map(len, sample)) > 60 or few or named or _share(sample, _DECIMAL) > FEW
        wrong = wrong or _counts_something(sample)
        wrong = wrong or (len(sample) >= ENOUGH and _share(sample, lambda cell: not re.search(r"\d", cell)) > SOME)
        return _judged(0.0, wrong=wrong)
    if field == "order_status":
        return _judged(0.0, wrong=dates <= MOST and len(set(sample)) > MOST_STATES)
    if dates > MOST or _share(sample, lambda cell: cell.casefold() in _YES_NO) > MOST:
        return Evidence.CONTRADICT  # all other fields are texts
    if field == "note":
        return _judged(0.0, wrong=numbers > MOST or _share(sample, _is_text) <= FEW)
    if field == "reason":
        return _judged(0.0, wrong=numbers > MOST or _is_category(sample))
    if field == "history_of_present_illness":
        return _judged(0.0, wrong=numbers > MOST or _lists_entries(sample))
    if field in ("orders", "order_drug", "medications_on_admission"):
        drugs = 0.0 if formulary is None else _share(sample[:60], lambda cell: names_drug(cell, formulary))
        return _judged(drugs, wrong=numbers > MOST, enough=0.5)
    if field in ("diagnoses", "procedures"):
        coded = _share(sample, lambda cell: all(_ICD.fullmatch(entry) for entry in split_list(cell) or ["-"]))
        counts = _share(sample, re.compile(r"\d{1,2}").fullmatch) > MOST
        ill = _share(sample, DISEASES.search) if field == "diagnoses" else 0.0
        return _judged(max(coded, ill) if field == "diagnoses" else 0.0, wrong=counts)
    return Evidence.CONTRADICT if numbers > MOST else Evidence.OPEN


def is_date(cell: str) -> bool:
    """Whether a cell holds a date, in whatever order day and month stand."""
    if _NUMBER.fullmatch(cell) and (len(cell) not in (8, 12, 14) or not cell.isdecimal()):  # 20240105 is one
        return False
    try:
        return parse_date(cell, "dmy") is not None
    except ValueError:
        try:
            return parse_date(cell, "mdy") is not None
        except ValueError:
            return False


def is_clinical_text(cells: Sequence[str]) -> bool:
    """Whether a column may hold diagnoses or a note: codes, or words of some length that differ."""
    sample = sample_of(cells)
    coded = _share(sample, lambda cell: any(_ICD.fullmatch(entry) for entry in split_list(cell)))
    return bool(sample) and (coded > MOST or (_share(sample, _wordy) > MOST and len(set(sample)) > len(sample) / 4))


def names_no_drug(cells: Sequence[str], formulary: Formulary) -> bool:
    """Whether a column of many texts names no drug at all; Chinese ones may be drugs unknown to the formulary."""
    sample = sample_of(cells)
    distinct = list(dict.fromkeys(sample))[:MOST_PROBED]
    if _share(distinct, _CHINESE.search) > FEW or (len(distinct) < ENOUGH and len(sample) < 3 * ENOUGH):
        return False
    return _share(distinct, lambda cell: names_drug(cell, formulary)) <= NEARLY_NONE


def _counts_something(sample: Sequence[str]) -> bool:
    """Whether small numbers come and go from row to row: lengths of stay, not the rows' own numbers."""
    if len(sample) < ENOUGH or _share(sample, _SMALL) <= MOST:
        return False
    changes = sum(a != b for a, b in pairwise(sample))
    return changes > 1.3 * len(set(sample))


def _is_category(sample: Sequence[str]) -> bool:
    """Whether a few words come again and again, none of them a disease: "Emergency", "Transfer"."""
    few = len(set(sample)) <= max(3, 0.2 * len(sample))
    return len(sample) >= ENOUGH and few and _share(sample, DISEASES.search) <= FEW


def _is_text(cell: str) -> bool:
    """Whether a cell is long enough for a note; a Chinese one says as much in a third of the characters."""
    return len(cell) + 2 * len(_CHINESE.findall(cell)) >= REMARK


def _lists_entries(sample: Sequence[str]) -> bool:
    """Whether cells are lists of short entries, and no prose."""
    entries = [split_list(cell) for cell in sample]
    short = all(len(entry) <= ENTRY for each in entries for entry in each)
    return (
        short and _share(sample, _SENTENCE) <= FEW and sum(len(each) > 1 for each in entries) >= LISTED * len(entries)
    )


def _judged(share: float, wrong: bool, enough: float = MOST) -> Evidence:
    return Evidence.AGREE if share > enough else Evidence.CONTRADICT if wrong else Evidence.OPEN


def _share(sample: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(_holds(holds, cell) for cell in sample) / len(sample) if sample else 0.0


def _holds(holds: Callable[[str], object], cell: str) -> bool:
    try:
        return bool(holds(cell))
    except Exception as error:  # one cell says nothing of its column; its row is set aside when it is read
        row_fault(error)
        return False


def _reads(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def read(cell: str) -> bool:
        try:
            parse(cell)
        except ValueError:
            return False
        return True

    return read


def _wordy(cell: str) -> bool:
    return sum(c.isalpha() for c in cell) >= max(6, len(cell) / 2) or len(re.findall(r"[\u4e00-\u9fff]", cell)) >= 2


def _is_recent_day(cell: str) -> bool:
    """Whether a number can be a day of an export as Excel counts days: from 1970 to 2043."""
    return is_day_number(cell) and 25_569 <= float(cell.replace(",", ".")) < 52_600


def _is_name(cell: str) -> bool:
    """Whether a cell may name a person: words without a figure."""
    return not any(c.isdigit() for c in cell) and bool(re.search(r"\w{2,}[\s,.]+\w|[\u4e00-\u9fff]{2}", cell))


def names_drug(cell: str, formulary: Formulary) -> bool:
    """Whether one of the first entries of a cell names something that the formulary knows, not a packaging alone."""
    read = (formulary.map(entry) for entry in split_list(cell)[:3])
    return any(m.status != "unmapped" and PACKAGING_ONLY not in (m.reason, *m.ingredients) for m in read)
