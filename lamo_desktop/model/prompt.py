"""The one prompt: training, calibration and the desktop all ask the model through this module and no other.

An admission becomes a prefix, one line per kind of information, that ends with a fixed question; a candidate drug is a
suffix of about five tokens (`" Metoprolol ->"`), after which the model's next token is `" Yes"` or `" No"`:

    Patient: 67-year-old woman.
    Reason for admission: sepsis, pulmonary.
    Diagnoses: septic shock; acute renal failure.
    Medications before admission: lisinopril; metformin.
    Question: which drugs does this patient need on the first day? Answer Yes or No after each drug.
     Metoprolol -> Yes

Change anything that alters the text and `PROMPT_VERSION` must change with it: a calibration holds for one prompt only.
Version 1 had a line of allergies; version 2 has none, since an allergy speaks against a drug and a model takes any
mention of a drug for it. A package's manifest says which version its model was trained and calibrated with.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lamo_desktop.errors import ModelError

if TYPE_CHECKING:  # the engine's worker process imports this module and should not load the readers of exports with it
    from lamo_desktop.admissions.cohort import Admission, PreviousStay

WITH_ALLERGIES, WITHOUT_ALLERGIES = "1", "2"
PROMPT_VERSIONS = (WITH_ALLERGIES, WITHOUT_ALLERGIES)  # those that packages can have
PROMPT_VERSION = WITHOUT_ALLERGIES  # of what is trained now
ANSWERS = (" Yes", " No")
QUESTION = "Question: which drugs does this patient need on the first day? Answer Yes or No after each drug.\n"

NOTE = "note: "  # how the name of a narrative part begins; every other part is a list
# Narrative sections in prompt order with their cutting rank; sections a site adds follow in alphabetical order.
SECTION_RANKS = {
    "history_of_present_illness": 4,
    "past_medical_history": 6,
    "medications_on_admission": 5,
    "allergies": 2,
}
OTHER_SECTION_RANK = 7
ALLERGY_PARTS = ("allergies", f"{NOTE}allergies")

MARKER_ROUNDS = 8
_MARKER = re.compile(r"<[|/!]?([A-Za-z_][\w|:.-]{0,40}?)[|/]?>|<\||\|>|\[/?([A-Z_]{3,20})\]")
_ARROW = re.compile(r"(?<![-=~–—−])[-=~–—−]++ ?>|[→⇒⟶⟹➔➙➜➝➞➡]")
_NO_BRACKETS = str.maketrans("<>[]", "    ")
_HEADING = re.compile(r"\b(question|answer)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the prefix; `text` ends with a newline. The highest `rank` is cut first, rank 0 never."""

    name: str
    text: str
    rank: int


def flatten(text: str) -> str:
    """Text from a cell as one harmless line, which can imitate neither control tokens nor the question nor a suffix.

    Control characters and line breaks become spaces, invisible ones vanish, template markers (`<|im_end|>`, `</s>`,
    `[INST]`) lose their brackets, arrows become "to" (only a suffix carries `->`), and "Question:" loses its colon.
    """
    folded = unicodedata.normalize("NFKC", text)
    if not folded.isprintable():
        folded = "".join(_printable(character) for character in folded)
    folded = " ".join(folded.split())
    for _ in range(MARKER_ROUNDS):  # taking one marker away can leave another
        before, folded = folded, _MARKER.sub(lambda match: match[1] or match[2] or " ", folded)
        if folded == before:
            break
    else:  # nobody nests so many by accident
        folded = folded.translate(_NO_BRACKETS)
    folded = _HEADING.sub(r"\1,", _ARROW.sub(" to ", folded))
    return " ".join(folded.split())


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cf", "Cs"}:  # invisible joiners and broken surrogates would hide a marker from the patterns above
        return ""
    return " " if category[0] in "CZ" else character


def suffix(drug: str) -> str:
    """The text that asks about one candidate drug, to be scored right after the prefix."""
    name = flatten(drug)
    return f" {name[:1].upper()}{name[1:]} ->"


def parts(admission: "Admission") -> tuple[Part, ...]:
    """The prefix of one admission in prompt order; the last part is the fixed question. Empty fields leave no line."""
    lines = [
        Part("patient", f"Patient: {_person(admission)}.\n", 0),
        _list("reason", "Reason for admission", [admission.reason], 1),
        _list("diagnoses", "Diagnoses", admission.diagnoses, 3),
        _list("procedures", "Procedures", admission.procedures, 8),
        _list("past history", "Past history", admission.past_history, 9),
        _list("allergies", "Allergies", admission.allergies, 2),
        _list("medications before admission", "Medications before admission", admission.home_medications, 4),
        *_sections(admission),
        *_previous(admission.previous),
    ]
    return (*(line for line in lines if line is not None), Part("question", QUESTION, 0))


def shown(parts: Sequence[Part], version: str) -> tuple[Part, ...]:
    """What a model of a prompt version is shown of a prefix, in training as in use."""
    return tuple(parts) if version == WITH_ALLERGIES else without_allergies(parts)


def without_allergies(parts: Sequence[Part]) -> tuple[Part, ...]:
    """A prefix without the allergies, those of a note included."""
    return tuple(part for part in parts if part.name.casefold() not in ALLERGY_PARTS)


def _person(admission: "Admission") -> str:
    if admission.age is None and admission.sex is None:
        return "age and sex not recorded"
    who = {"female": "woman", "male": "man", None: "patient"}[admission.sex]
    if admission.age is None:
        return who
    return f"{'over 89' if admission.age >= 90 else admission.age}-year-old {who}"


def _list(name: str, heading: str, entries: Iterable[str], rank: int) -> Part | None:
    """A line of entries joined by "; " (an entry's own semicolons become commas), each said once."""
    distinct: dict[str, str] = {}
    for entry in entries:
        flat = flatten(entry).replace(";", ",").strip(" .,")
        if flat:
            distinct.setdefault(flat.casefold(), flat)
    return Part(name, f"{heading}: {'; '.join(distinct.values())}.\n", rank) if distinct else None


def _sections(admission: "Admission") -> list[Part]:
    known = [key for key in SECTION_RANKS if key in admission.sections]
    found = []
    for key in [*known, *sorted(set(admission.sections) - set(known))]:
        heading, text = flatten(re.sub("[_:]", " ", key)).strip(" ."), flatten(admission.sections[key])
        if text and heading:
            rank = SECTION_RANKS.get(key, OTHER_SECTION_RANK)
            found.append(Part(NOTE + heading, f"{heading[:1].upper()}{heading[1:]}: {text}\n", rank))
    return found


def _previous(stay: "PreviousStay | None") -> list[Part | None]:
    if stay is None:
        return []
    heading = "Previous stay" if stay.age is None else f"Previous stay at age {min(stay.age, 90)}"
    return [
        _list("previous diagnoses", f"{heading}, diagnoses", stay.diagnoses, 11),
        _list("previous procedures", f"{heading}, procedures", stay.procedures, 12),
        _list("previous drugs", f"{heading}, drugs", stay.drugs, 10),
    ]


def fit(whole: Sequence[Part], budget: int, count: Callable[[str], int]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Cut the prefix to at most `budget` tokens, where `count(text)` gives a text's tokens.

    The rule: oldest and least specific first, that is by falling rank, each part from its tail (lists by entry,
    narrative by word, ending at a sentence where one is near), the next part only once the one before is gone. Returns
    the parts kept and what was cut, for example "past history (12 of 30 entries kept)". Asks `count` at most
    2 + log2(pieces) times a part. Raises ModelError when not even the patient line and the question fit.
    """
    kept = list(whole)
    cut = []

    def fits() -> bool:
        return count("".join(part.text for part in kept)) <= budget

    cuttable = [place for place, part in enumerate(whole) if part.rank > 0]
    for place in sorted(cuttable, key=lambda place: -whole[place].rank):
        if fits():
            break
        part = whole[place]
        pieces, unit = _pieces(part)
        fewest, most = 0, len(pieces) - 1
        while fewest < most:
            tried = (fewest + most + 1) // 2
            kept[place] = _shortened(part, tried)
            fewest, most = (tried, most) if fits() else (fewest, tried - 1)
        kept[place] = _shortened(part, fewest)
        remaining = fewest if unit == "entries" else len(_body(kept[place]).split())
        cut.append(f"{part.name} ({remaining} of {len(pieces)} {unit} kept)")
    if not fits():
        raise ModelError(
            f"The model's context leaves {budget} tokens for the patient: too few for the shortest prompt."
        )
    return tuple(part for part in kept if part.text), tuple(cut)


def _body(part: Part) -> str:
    return part.text.partition(": ")[2].rstrip("\n")


def _pieces(part: Part) -> tuple[list[str], str]:
    """What a part is shortened by, and the name of that unit."""
    body = _body(part)
    entries = body.split("; ")
    if part.name.startswith(NOTE) or len(entries) == 1:  # a list of one long entry is cut like a narrative
        return body.split(), "words"
    return entries, "entries"


def _shortened(part: Part, number: int) -> Part:
    """The part with its first `number` pieces (fewer for a narrative that can end at a sentence); empty text for 0."""
    heading = part.text.partition(": ")[0]
    pieces, unit = _pieces(part)
    if number == 0:
        return replace(part, text="")
    if unit == "entries":
        return replace(part, text=f"{heading}: {'; '.join(pieces[:number])}.\n")
    ends = [place for place in range(number * 2 // 3, number) if pieces[place].endswith((".", "!", "?"))]
    return replace(part, text=f"{heading}: {' '.join(pieces[: ends[-1] + 1 if ends else number])}\n")
