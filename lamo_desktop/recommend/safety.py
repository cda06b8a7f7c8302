"""What a reader of a list must be told: safety findings, each once with its reason and source, and notes on the data.

Findings are allergies, contraindications by the patient's conditions, interactions and duplicated classes, on what is
recommended, ordered and taken at home. They are computed from the admission and the formulary alone. Orders are checked
with those that are active at the same time, where the export says when orders start and stop.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import SEVERITIES, Formulary, Severity, as_ordered, shown_name
from lamo_desktop.formulary.rules import DUPLICATE, INTERACTION, Hit, Source, milder
from lamo_desktop.recommend.organ_function import organ_function

__all__ = ["DUPLICATE", "INTERACTION", "Flag", "Withholding", "flag_text", "gravest", "model_flags", "safety_flags"]

ALLERGY = "allergy"
CONDITION = "condition"
UNSEEN = "unseen drug"
LEARNED_HERE = "learned here"
NOT_A_CANDIDATE = "not a candidate"
CONTEXT_CUT = "context cut"
LOW_COVERAGE = "low coverage"

SAFETY_KINDS = (ALLERGY, CONDITION, INTERACTION, DUPLICATE)
WITHHELD_FROM: Severity = "serious"  # an allergy this grave keeps a drug off the list
GRAVE: tuple[Severity, ...] = ("contraindicated", "serious")
LOW_COVERAGE_SHARE = 0.2  # of an admission's distinct orders, from which too little of the label is known to judge it
LONGEST_QUOTE = 100  # characters of a diagnosis, a reaction or a finding shown in a reason


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding on drugs of an admission, or a note; `drugs` is empty for one on the admission itself.

    A finding has a `severity` and a source; a note about the data or the model (None) is no safety finding.
    """

    kind: str
    drugs: tuple[str, ...]
    text: str
    severity: Severity | None = None
    source: str = ""
    dated: str = ""
    link: str = ""


def gravest(flags: Iterable[Flag]) -> str:
    """The gravest severity among flags; "" where there is no safety finding."""
    return min((flag.severity for flag in flags if flag.severity), key=SEVERITIES.index, default="")


def flag_text(flag: Flag, severity: str, kind: str) -> str:
    """One flag with its severity and kind, in the reader's words, its reason and where that is from."""
    source = ", ".join(filter(None, (flag.source, flag.dated)))
    title = " ".join(filter(None, (severity, kind)))
    return f"{title}: {flag.text}" + (f" [{source}]" if source else "")


@dataclass(frozen=True, slots=True)
class _Lists:
    """The drugs of an admission by where they stand."""

    recommended: frozenset[str]
    ordered: frozenset[str]
    withheld: frozenset[str]
    home: frozenset[str]

    def only_at_home(self, drugs: Collection[str]) -> frozenset[str]:
        """Those of some drugs that are home medications and neither recommended nor ordered nor withheld."""
        return self.home.intersection(drugs) - self.recommended - self.ordered - self.withheld

    def where(self, drugs: Collection[str]) -> str:
        """The places of some drugs, for example "ordered: aspirin, heparin; home: warfarin"."""
        recommended, ordered = self.recommended.intersection(drugs), self.ordered.intersection(drugs)
        places = [("recommended and ordered", recommended)] if recommended == ordered else []
        places = places or [("recommended", recommended), ("ordered", ordered)]
        beside = frozenset(drugs) - self.recommended - self.ordered
        places += [("withheld", self.withheld & beside), ("home", beside - self.withheld)]
        return "; ".join(f"{place}: {', '.join(sorted(map(shown_name, names)))}" for place, names in places if names)


def safety_flags(
    admission: Admission,
    recommended: Collection[str],
    ordered: Collection[str],
    formulary: Formulary,
    withheld: Collection[str] = (),
) -> list[Flag]:
    """Every safety finding of an admission, the gravest first; each rule, drug or allergy is said once.

    `recommended` is the list as shown, `withheld` what was taken off it. Interactions and duplicates are looked for
    among the drugs recommended and among those ordered, interactions also between these and the home medications.
    """
    conditions = conditions_of(admission, formulary)
    home = frozenset(as_ordered(admission.home_medications))
    lists = _Lists(frozenset(recommended), frozenset(ordered), frozenset(withheld), home)
    found = [
        *_allergies(admission, lists, formulary),
        *_contraindications(lists, conditions, formulary),
        *_rules(admission, lists, conditions, formulary),
    ]
    return sorted(found, key=_gravest_first)


def _gravest_first(flag: Flag) -> tuple[int, int, tuple[str, ...], str]:
    severity = SEVERITIES.index(flag.severity) if flag.severity else len(SEVERITIES)
    return severity, SAFETY_KINDS.index(flag.kind), flag.drugs, flag.text


def conditions_of(admission: Admission, formulary: Formulary) -> dict[int, str]:
    """The conditions the rules know that an admission's diagnoses, history, procedures, codes and findings name."""
    current = (admission.reason, *admission.diagnoses, *admission.procedures)
    found = organ_function(admission) if admission.observations else {}
    return formulary.rules.conditions(current, admission.past_history, admission.codes, found)


class Withholding:
    """Which candidates a list must not hold: those that a recorded allergy or a condition speaks gravely against.

    `mask` bool (n, d): for every admission and candidate, whatever its probability.
    """

    def __init__(self, formulary: Formulary, candidates: Sequence[str], admissions: Sequence[Admission]) -> None:
        self._formulary = formulary
        self._candidates = candidates
        self._admissions = admissions
        self._of_entry: dict[tuple[str, str], NDArray[np.bool_]] = {}
        self._of_condition: dict[int, NDArray[np.bool_]] = {}
        for d, drug in enumerate(candidates):
            for entry in formulary.rules.by_condition.get(drug, ()):
                if entry.severity == "contraindicated":
                    barred = self._of_condition.setdefault(entry.condition, np.zeros(len(candidates), dtype=bool))
                    barred[d] = True
        self.mask = np.zeros((len(admissions), len(candidates)), dtype=bool)
        for n, admission in enumerate(admissions):
            for allergy in admission.allergies:
                self.mask[n] |= self._by_allergy(allergy, admission.reactions.get(allergy, ""))
            for condition in conditions_of(admission, formulary):
                if condition in self._of_condition:
                    self.mask[n] |= self._of_condition[condition]

    def _by_allergy(self, entry: str, reaction: str) -> NDArray[np.bool_]:
        key = entry, reaction
        if key not in self._of_entry:
            found = [bool(_grave(self._formulary, (entry,), {entry: reaction}, drug)) for drug in self._candidates]
            self._of_entry[key] = np.array(found, dtype=bool)
        return self._of_entry[key]

    def reason(self, row: int, drug: str) -> str:
        """Why a candidate is kept off an admission's list: "allergy to penicillin", "contraindicated: hyperkalemia"."""
        admission = self._admissions[row]
        if entry := _grave(self._formulary, admission.allergies, admission.reactions, drug):
            return f"allergy to {entry}"
        held = self._formulary.rules.contraindicated(drug, conditions_of(admission, self._formulary))
        return "; ".join(f"contraindicated: {entry.name}" for entry in held if entry.severity == "contraindicated")


def _grave(formulary: Formulary, allergies: Sequence[str], reactions: Mapping[str, str], drug: str) -> str:
    """The first allergy entry that keeps a drug off the list; "" for none."""
    for hit in formulary.allergy_hits(allergies, drug, reactions):
        if SEVERITIES.index(hit.severity) <= SEVERITIES.index(WITHHELD_FROM):
            return hit.allergy
    return ""


def model_flags(
    admission: Admission,
    recommended: Collection[str],
    ordered: Collection[str],
    candidates: Collection[str],
    vocabulary: Collection[str],
    cut: Sequence[str],
    learned_here: Mapping[str, int] = MappingProxyType({}),
) -> list[Flag]:
    """How far to trust the list: `vocabulary` is what the model was trained on, `cut` what its prompt left out.

    `learned_here`: drugs that were learned at this hospital alone, with the number of orders.
    """
    found = [
        Flag(UNSEEN, (drug,), "the model was not trained on this drug")
        for drug in recommended
        if drug not in vocabulary and drug not in learned_here
    ]
    found += [
        Flag(LEARNED_HERE, (drug,), f"known from {learned_here[drug]:,} orders of this hospital alone")
        for drug in recommended
        if drug in learned_here
    ]
    found += [
        Flag(NOT_A_CANDIDATE, (drug,), "this model is not asked about it") for drug in ordered if drug not in candidates
    ]
    if cut:
        found.append(Flag(CONTEXT_CUT, (), f"left out of the model's prompt for length: {', '.join(cut)}"))
    unmapped, mapped = len(set(admission.unmapped_orders)), len(ordered)
    if unmapped and unmapped / (unmapped + mapped) >= LOW_COVERAGE_SHARE:
        have = "has" if unmapped == 1 else "have"
        text = f"{unmapped} of {unmapped + mapped} distinct orders {have} no known ingredient"
        found.append(Flag(LOW_COVERAGE, (), text))
    return found


def _allergies(admission: Admission, lists: _Lists, formulary: Formulary) -> list[Flag]:
    """One flag for all drugs that the same recorded allergies speak against in the same way."""
    concerned: dict[tuple[Severity, str, Source], list[str]] = {}
    for drug in sorted(lists.recommended | lists.ordered | lists.withheld) if admission.allergies else ():
        hits = formulary.allergy_hits(admission.allergies, drug, admission.reactions)
        if hits:
            worst = min(hits, key=lambda hit: SEVERITIES.index(hit.severity))
            quoted = ", ".join(f'"{_as_recorded(admission, hit.allergy)}"' for hit in hits)
            reason = f"Recorded allergy: {quoted}." + (f" {worst.reason}" if worst.reason else "")
            concerned.setdefault((worst.severity, reason, worst.source), []).append(drug)
    return [
        _flag(ALLERGY, tuple(drugs), severity, reason, source, lists)
        for (severity, reason, source), drugs in concerned.items()
    ]


def _as_recorded(admission: Admission, allergy: str) -> str:
    reaction = admission.reactions.get(allergy, "")
    return f"{allergy} ({_quote(reaction)})" if reaction else allergy


def _quote(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _contraindications(lists: _Lists, conditions: Mapping[int, str], formulary: Formulary) -> list[Flag]:
    """One flag for each condition that speaks against drugs of the lists, and gravely against those taken at home.

    Whether a home medication goes on is not known: what speaks against one alone is a tier less grave.
    """
    if not conditions:
        return []
    here = lists.recommended | lists.ordered | lists.withheld
    concerned: dict[int, list[str]] = {}
    entries = {}
    for drug in sorted(here | lists.home):
        for entry in formulary.rules.contraindicated(drug, conditions):
            if drug in here or entry.severity in GRAVE:
                entries[id(entry)] = entry
                concerned.setdefault(id(entry), []).append(drug)
    found = []
    for number, drugs in concerned.items():
        entry = entries[number]
        reason = f'{entry.reason} Recorded: "{_quote(conditions[entry.condition])}".'
        severity = entry.severity if here.intersection(drugs) else milder(entry.severity)
        if severity is not None:
            source = entry.source.said_of(drugs, (entry.drugs,), formulary.drug_class)
            found.append(_flag(CONDITION, tuple(drugs), severity, reason, source, lists))
    return found


def _rules(admission: Admission, lists: _Lists, conditions: Mapping[int, str], formulary: Formulary) -> list[Flag]:
    """One flag for each rule that holds on a list; what both lists have is said once."""
    moments = _moments(admission, lists.ordered)
    hits = _said_once([formulary.rules.hits(drugs, lists.home, conditions) for drugs in moments])
    if moments != [lists.recommended]:
        hits = [*formulary.rules.hits(lists.recommended, lists.home, conditions), *hits]
    of_rule: dict[int, list[Hit]] = {}
    for hit in hits:
        of_rule.setdefault(id(hit.rule), []).append(hit)
    found = []
    for same in of_rule.values():
        rule = same[0].rule
        severity = min((hit.severity for hit in same), key=SEVERITIES.index)
        drugs = tuple(sorted(frozenset[str]().union(*(hit.drugs | hit.home for hit in same))))
        source = rule.source.said_of(drugs, [group for group, _ in rule.needs], formulary.drug_class)
        found.append(_flag(rule.kind, drugs, severity, rule.reason, source, lists))
    return found


def _moments(admission: Admission, ordered: frozenset[str]) -> list[frozenset[str]]:
    """The drugs ordered at one time, for each such time; all at once where no times are known."""
    moments = [ordered.intersection((*as_ordered(names), *names)) for names in admission.orders_together]
    untimed = ordered - frozenset[str]().union(*moments)
    return [moment | untimed for moment in moments] or [ordered]


def _said_once(moments: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of all times, without those that say less than a hit of another time about the same drugs."""
    hits = [hit for found in moments for hit in found]
    return [hit for hit in hits if not any(_says_more(other, hit) for other in hits if other.rule is not hit.rule)]


def _says_more(other: Hit, hit: Hit) -> bool:
    drugs = hit.drugs | hit.home
    return (
        drugs < (other.drugs | other.home)
        and SEVERITIES.index(other.severity) <= SEVERITIES.index(hit.severity)
        and all(other.rule.covers(a, b) for a, b in combinations(sorted(drugs), 2))
    )


def _flag(kind: str, drugs: tuple[str, ...], severity: Severity, reason: str, source: Source, lists: _Lists) -> Flag:
    if kind in (CONDITION, INTERACTION) and (paused := lists.only_at_home(drugs)):
        named = ", ".join(map(shown_name, sorted(paused)))
        reason = f"{reason} Taken at home: {named}: continue or pause?"
    text = f"{reason} ({lists.where(drugs)})"
    return Flag(kind, drugs, text, severity, source.title, source.dated, source.link)
