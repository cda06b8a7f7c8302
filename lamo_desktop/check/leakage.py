"""Leakage audit: which ordered drugs a prompt already names, in which part, and whether a cut section is the cause.

A drug that is ordered may be named in the prompt for a good reason: the patient took it at home, or the history tells
of it. What must not happen is that it is named because text written after admission (hospital course, discharge
medications, plan) got in. So every note is read again, and what it names outside the sections that were kept is
compared with the prompt.

Findings name no drug, but a value may be the consequence of one: those that are only the worst of the first 24 hours,
in which the orders were given, are counted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.folder import TableFolder
from lamo_desktop.admissions.mapping import Export
from lamo_desktop.admissions.mimic_tables import read_discharge_summaries
from lamo_desktop.admissions.notes import SECTIONS, section_spans, without_later_sentences
from lamo_desktop.admissions.values import identifier
from lamo_desktop.formulary import Formulary
from lamo_desktop.model.prompt import parts

# Parts in which an ordered drug is expected to be named, and why; in any other a person should read it.
LEGITIMATE = {
    "medications before admission": "taken before admission",
    "note: medications on admission": "taken before admission",
    "previous drugs": "ordered in the stay before",
    "allergies": "as an allergy",
    "note: allergies": "as an allergy",
}
READ_IT = "named in the text"
FROM_NOTES = ("allergies", "medications before admission", "past history", "note: ")  # beginnings of part names


@dataclass(frozen=True, slots=True)
class Note:
    """A note in two: what of it may reach the prompt, and what was cut away."""

    kept: str
    cut: str


@dataclass(frozen=True, slots=True)
class PartMentions:
    """How many ordered ingredients the prompts name in one of their parts, in how many admissions, and its meaning."""

    part: str
    drugs: int
    admissions: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of a cohort with orders.

    `ordered` counts (admission, ingredient) pairs, since a text may name one part of a fixed combination alone, and
    `ordered_as_drugs` the same orders with combinations as one. `named` are pairs that the prompt names anywhere,
    `in_cut_text` those that a note names only in text that was cut, and `leaks` those of them that a prompt names in a
    part made from notes, as (admission id, ingredient, part): it must be empty. `known_before` and `as_old_as_orders`
    count admissions with a finding that has a time by the index time, and with one that is the worst value of the first
    24 hours, which what was ordered may have changed.
    """

    admissions: int
    ordered: int
    named: int
    parts: tuple[PartMentions, ...]
    notes: int
    in_cut_text: int
    leaks: tuple[tuple[str, str, str], ...]
    known_before: int = 0
    as_old_as_orders: int = 0
    ordered_as_drugs: int = 0


def audit(admissions: Iterable[Admission], notes: Mapping[str, Note], formulary: Formulary) -> Audit:
    """Search every prompt for the drugs ordered in its admission; `notes` by admission id, where there are any."""
    drugs: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    leaks: list[tuple[str, str, str]] = []
    n_admissions = ordered = as_drugs = named = n_notes = in_cut_text = known_before = as_old = 0
    for admission in admissions:
        if admission.orders is None:
            continue
        orders = frozenset(admission.orders)
        mentions = {part.name: orders & formulary.mentioned(part.text) for part in parts(admission)[:-1]}
        n_admissions += 1
        known_before += any(each.hours is not None for each in admission.observations)
        as_old += any(each.worst for each in admission.observations)
        ordered += len(orders)
        as_drugs += len(admission.ordered())
        named += len(frozenset().union(*mentions.values()))
        for part, found in mentions.items():
            drugs[part] += len(found)
            holders[part] += bool(found)
        note = notes.get(admission.admission_id)
        if note is not None:
            only_cut = (orders & formulary.mentioned(note.cut)) - formulary.mentioned(note.kept)
            n_notes += 1
            in_cut_text += len(only_cut)
            from_notes = {part: found for part, found in mentions.items() if part.startswith(FROM_NOTES)}
            leaks += [
                (admission.admission_id, drug, part)
                for part, found in from_notes.items()
                for drug in sorted(found & only_cut)
            ]
    counted = tuple(
        PartMentions(part, count, holders[part], LEGITIMATE.get(part, READ_IT)) for part, count in drugs.items()
    )
    return Audit(
        n_admissions, ordered, named, counted, n_notes, in_cut_text, tuple(leaks), known_before, as_old, as_drugs
    )


def notes_of(export: Export, path: Path) -> dict[str, Note]:
    """The notes of an export, by admission id; none for tables without notes (eICU)."""
    if export.headers is not None:
        return _flat_notes(export)
    if "notes" not in export.profile.data["tables"]:
        return {}
    wanted = {admission.admission_id for admission in export.cohort.admissions}
    return {name: split(text) for name, text in _summaries(export, path, wanted).items()}


def _summaries(export: Export, path: Path, wanted: Collection[str]) -> dict[str, str]:
    return read_discharge_summaries(TableFolder(path, export.profile), export.profile, wanted)


def split(text: str, beside: str = "") -> Note:
    """A note in what was kept and what was cut; `beside` is text from columns of its own, which is kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept, cut, end = [beside], [], 0
    for span in section_spans(text):
        piece = text[span.start : span.end]
        known = without_later_sentences(piece)
        kept.append(known)
        cut += [text[end : span.start], *([piece] if known != piece else [])]
        end = span.end
    return Note("\n".join(kept), "\n".join([*cut, text[end:]]))


def _flat_notes(export: Export) -> dict[str, Note]:
    mapping = export.headers
    assert mapping is not None
    table = mapping.admissions
    ids = next(iter(mapping.columns("admission_id")), None)
    notes: dict[str, Note] = {}
    for row in range(len(table)):
        note = "\n".join(table.cells[j][row] for j in mapping.columns("note"))
        if note:
            beside = "\n".join(table.cells[j][row] for name in SECTIONS for j in mapping.columns(name))
            name = mapping.row_name(row) if ids is None else identifier(table.cells[ids][row])
            notes.setdefault(name, split(note, beside))
    return notes
