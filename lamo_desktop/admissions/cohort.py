"""The nouns every room shares: an admission as known at its index time, and the cohort it belongs to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lamo_desktop.formulary.fixed_combinations import as_ordered

Sex = Literal["female", "male"]
Severity = Literal["error", "warning", "info"]
Question = Literal["", "date order"]


@dataclass(frozen=True, slots=True)
class PreviousStay:
    """The same patient's hospitalization before this one, as LAMO puts it into the prompt."""

    age: int | None = None
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()  # ingredients ordered then


@dataclass(frozen=True, slots=True)
class Observation:
    """One finding of an admission: a measured value, or a state (intubated) whose value is 1 or 0.

    `name` and `unit` are those of `resources/observations/quantities.csv`. `hours` from the index time, negative before
    it; None where the time is not known. `worst`: the worst value of the first 24 hours, as old as the orders. `bound`:
    "<" where the laboratory gives only that the value lies below. `written`: the unit it was converted from.
    """

    name: str
    value: float
    unit: str = ""
    hours: float | None = None
    worst: bool = False
    bound: Literal["", "<", ">"] = ""
    written: str = ""
    source: str = ""  # where it came from: "Admissions!K17" or "apacheapsvar.csv row 12"


@dataclass(frozen=True, slots=True)
class Admission:
    """One admission at its index time: what the model may see, and what clinicians then ordered.

    Everything except `orders`, `orders_together`, `unmapped_orders` and `labels` was known at the index time and may
    enter the prompt. Lists run from the most specific or most recent entry to the least. Ages above 89 are given as 90.
    """

    admission_id: str
    patient_id: str
    age: int | None = None  # years
    sex: Sex | None = None
    reason: str = ""  # the admission diagnosis, one line
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    past_history: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    reactions: Mapping[str, str] = field(default_factory=dict)  # to an allergy, as written; not in prompts
    home_medications: tuple[str, ...] = ()  # ingredients where they could be mapped, else the text as written
    sections: Mapping[str, str] = field(default_factory=dict)  # narrative, by the names of notes.SECTIONS
    previous: PreviousStay | None = None
    observations: tuple[Observation, ...] = ()  # the last and the worst value of each finding by the index time
    codes: tuple[str, ...] = ()  # structured codes ("dx:...", "hx:...", "med:..."), for models on codes
    orders: tuple[str, ...] | None = None  # the label: distinct ingredients, sorted; None: no orders given
    orders_together: tuple[tuple[str, ...], ...] = ()  # sets of orders active at one time; (): all, or it is not known
    unmapped_orders: tuple[str, ...] = ()  # order texts that could not be mapped, as written
    labels: Mapping[str, str] = field(default_factory=dict)  # subgroups: hospital, unit, year, any further column
    source_row: str = ""  # where it came from, for messages: "Sheet1!A17" or "patient.csv row 12"

    def ordered(self, candidates: Collection[str] = frozenset()) -> tuple[str, ...]:
        """The drugs as ordered, sorted: fixed combinations as one; none where no orders are given.

        `candidates`: of a model, which may know a combination by its ingredients alone.
        """
        return as_ordered(self.orders or (), candidates)


@dataclass(frozen=True, slots=True)
class AttritionStep:
    """One step of the eligibility table: `remaining` admissions after it, and why the others left."""

    step: str
    remaining: int
    removed: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the input a person should know: where it is, what it is and what was expected."""

    where: str  # "Admissions!C17", "medication.csv row 204", or the file name
    message: str
    severity: Severity = "warning"
    question: Question = ""  # what the user can answer for the cells to be used


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is not processed, and why."""

    admission_id: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """An allergy or a home medication that is not known, in how many admissions it stands, and where first."""

    kind: str  # "allergy" or "home medication"
    text: str
    admissions: int
    where: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a cohort came from: file names with their SHA-256 (hex) and the profile that read them.

    `orders` says which orders count as what clinicians ordered; "" when the export has none. `whole_stays`: all of a
    stay do, though the model answers for the first day. The next three say how to read it again: its place (absolute),
    and the profile as its kind and what it states besides; empty where that is not known. `numbered_patients`: the
    patients' ids are numbers that the reader gave, which say nothing in another export; None: not recorded.
    """

    path: str
    files: Mapping[str, str]
    profile: str
    orders: str = ""
    whole_stays: bool = False
    place: str = ""
    kind: str = ""
    stated: Mapping[str, Any] = field(default_factory=dict)
    numbered_patients: bool | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The admissions of one export that meet the eligibility rules, in input order, and the account of all others."""

    admissions: tuple[Admission, ...]
    source: Source
    attrition: tuple[AttritionStep, ...] = ()
    problems: tuple[Problem, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    unmapped: Mapping[str, int] = field(default_factory=dict)  # order text as written -> number of order rows
    # (reason, order text) -> rows that are no drugs; None: not recorded
    excluded: Mapping[tuple[str, str], int] | None = field(default_factory=dict)
    unread_values: Mapping[str, int] = field(default_factory=dict)  # finding -> values set aside as impossible
    not_understood: tuple[NotUnderstood, ...] = ()  # allergies and home medications that nothing follows from

    @property
    def has_orders(self) -> bool:
        """Whether any admission carries clinicians' orders, which validation needs."""
        return any(a.orders is not None for a in self.admissions)
