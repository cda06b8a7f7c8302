"""A workbook or text file with one row per admission to a Cohort; a row that is not used is set aside with its cell.

Orders stand in a column, on a second sheet in long form, or the rows themselves are orders and the admission repeats.
Earlier admissions of the same patient, by date, become the previous hospitalization.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lamo_desktop.admissions.codes import admission_codes, icd_codes_among, text_codes
from lamo_desktop.admissions.cohort import Admission, Cohort, Problem, Question, SetAside, Severity, Source
from lamo_desktop.admissions.flat_findings import FlatFindingsReader
from lamo_desktop.admissions.flat_history import Stay, add_previous, eligible
from lamo_desktop.admissions.flat_home import HomeReader
from lamo_desktop.admissions.flat_orders import Ordered, OrderReader
from lamo_desktop.admissions.headers import HeaderMapping, map_headers
from lamo_desktop.admissions.notes import SECTIONS, before_later_text, cut_sections, tells_of_stay
from lamo_desktop.admissions.order_mapper import ENTRY_LENGTH, OrderMapper, listed_allergies, with_reactions
from lamo_desktop.admissions.profile import Profile
from lamo_desktop.admissions.sex_column import SexColumn
from lamo_desktop.admissions.synonyms import Vocabulary
from lamo_desktop.admissions.tables import read_tables
from lamo_desktop.admissions.values import (
    EXCEL_ERRORS,
    AmbiguousDateError,
    DateOrder,
    decided_order,
    has_time,
    identifier,
    is_day_number,
    is_unknown,
    parse_age,
    parse_date,
    parse_year,
    split_list,
)
from lamo_desktop.errors import row_fault
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary import Formulary

Progress = Callable[[str, float], None]
TOLD_ROWS = 2_000  # rows between two reports of progress
DATES = ("admission_date", "birth_date")
LISTED = 20  # problems of one kind that are listed one by one; the rest are counted
LISTS = SECTIONS[1:]  # sections that a column may hold as a list; the history of present illness is told
CUT = "{n} characters were left out: text that says it was written after admission (under a later heading, say)"
YEAR_OF_BIRTH = "only the year of birth is known: the age is the year of admission less this, one too many at most"
DAY_NUMBER = "a number, read as a date as Excel counts days"
UNTOLD_REACTION = (
    "cannot tell to which allergy each reaction belongs: not used; give one for each allergy, in their order"
)
NUMBERED = "rows of the file, each taken for one admission"
ERROR_VALUE = "error value of a spreadsheet, read as empty; expected a value"
SHORTENED_NUMBER = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)


def read_mapping(path: Path, profile: Profile, formulary: Formulary) -> tuple[HeaderMapping, list[Problem]]:
    """How the file would be read: its sheets and columns, for a person to confirm, and what there is to say about them.

    Raises InputError where the file as a whole cannot be used.
    """
    vocabulary = Vocabulary(profile.data)
    header_sheet = profile.data["sheets"]["admissions"]
    header_row, encoding = int(profile.data["header_row"]), profile.data["encoding"]
    file = read_tables(path, vocabulary.recognised, header_row, header_sheet, encoding)
    data = {**profile.data, "sheets": dict.fromkeys(profile.data["sheets"], "")} if file.repaired else profile.data
    mapping = map_headers(file.tables, data, vocabulary, formulary)
    return mapping, [*file.problems, *mapping.problems]


def read_flat(path: Path, profile: Profile, formulary: Formulary, progress: Progress) -> tuple[Cohort, HeaderMapping]:
    """The cohort of one workbook or text file, and its mapping.

    Raises InputError where the file as a whole cannot be used.
    """
    progress("reading the file", 0.0)
    mapping, problems = read_mapping(path, profile, formulary)
    progress("reading admissions", 0.15)
    reader = _RowReader(mapping, profile, formulary)
    stays, ordered = reader.rows(lambda share: progress("reading admissions", 0.15 + 0.7 * share))
    progress("reading orders", 0.85)
    known: dict[str, Ordered | None] = {**dict.fromkeys((a.admission_id for a in reader.aside), None), **ordered}
    reader.orders.add_sheet(mapping, known)
    problems += reader.orders.problems() + reader.home.problems(known)
    reader.drop_failed(stays, ordered)
    progress("building admissions", 0.9)
    has_orders = bool(mapping.columns("orders")) or mapping.orders is not None
    for name, stay in stays.items():
        orders = tuple(sorted(ordered[name].ingredients)) if has_orders else None
        unmapped = tuple(sorted(ordered[name].unmapped))
        together = reader.mapper.together(ordered[name].spans)
        stay.admission = replace(stay.admission, orders=orders, unmapped_orders=unmapped, orders_together=together)
    linked = reader.link_patients(list(stays.values()))
    counted_as = "admissions in the file" if mapping.columns("admission_id") else NUMBERED
    adult_age = profile.data["adult_age"]
    admissions, steps, young = eligible((s.admission for s in linked), reader.total, adult_age, counted_as)
    aside = sorted([*reader.aside, *young], key=lambda entry: reader.place[entry.where])
    counted = reader.orders.account() if has_orders else ""
    whole_stays = has_orders and reader.orders.whole_stays
    files = {path.name: sha256_of(path)}
    row_numbers = not (mapping.columns("patient_id") or mapping.columns("admission_id"))
    numbered = reader.numbered_patients or row_numbers  # neither is the same patient's in another export
    source = Source(str(path), files, profile.name, counted, whole_stays, numbered_patients=numbered)
    progress("building admissions", 1.0)
    problems += [*reader.problems(), *reader.findings.faults.problems(lambda where: where.partition("!")[0])]
    unread = reader.findings.faults.counts()
    unmapped_texts, excluded = dict(reader.mapper.unmapped.most_common()), dict(reader.mapper.excluded.most_common())
    cohort = Cohort(admissions, source, steps, tuple(problems), tuple(aside), unmapped_texts, excluded, unread)
    return cohort, mapping


class UnusableRowError(ValueError):
    """A row that cannot be an admission; the text says which cell and why."""


class _RowReader:
    """Reads the admissions table row by row; collects the rows set aside and the problems by kind."""

    def __init__(self, mapping: HeaderMapping, profile: Profile, formulary: Formulary) -> None:
        self.mapping = mapping
        self.table = mapping.admissions
        self.data = profile.data
        self.mapper = OrderMapper(formulary)
        self.orders = OrderReader(self.mapper, mapping, profile)
        self.aside: list[SetAside] = []
        self.total = len(self.table)
        self.place = {self.table.where(i): i for i in range(len(self.table))}
        self._kinds: dict[tuple[str, Severity], list[str]] = defaultdict(list)
        self._cut: list[tuple[str, int]] = []  # cells with text written after admission, and its length
        self._day_numbered: set[str] = set()  # fields of dates that are counted as Excel does
        self._date_orders = {name: self._decided(name) for name in DATES}
        self._sexes = self._sex_column()
        self.home = HomeReader(mapping.home)
        self.findings = FlatFindingsReader(mapping.findings, self.table, profile.data["date_order"])
        self._pseudonyms: dict[str, str] = {}
        self._last = (0, 0)  # row and column of the cell that was read last
        patient = mapping.columns("patient_id")
        self.numbered_patients = bool(patient) and Vocabulary(profile.data).is_identifier(
            self.table.columns[patient[0]]
        )
        if self.numbered_patients:
            self._note("patient_id", 0, "a record number of persons: replaced by running numbers, kept nowhere", "info")

    def rows(self, progress: Callable[[float], None]) -> tuple[dict[str, Stay], dict[str, Ordered]]:
        """Every readable row and what it orders, by admission id; the others are set aside."""
        stays: dict[str, Stay] = {}
        ordered: dict[str, Ordered] = {}
        for i in range(len(self.table)):
            if i % TOLD_ROWS == 0:
                progress(i / len(self.table))
            name = ""
            try:
                numbered = not self.mapping.columns("admission_id")
                name = self.mapping.row_name(i) if numbered else identifier(self._cell("admission_id", i))
                reason = self._add_row(name, i, stays, ordered)
            except UnusableRowError as error:
                reason = str(error)
            except Exception as error:
                reason = f"{self.table.where(*self._last)}: {row_fault(error)}"
            if reason:
                self.aside.append(SetAside(name, self.table.where(i), reason))
        return stays, ordered

    def _add_row(self, name: str, row: int, stays: dict[str, Stay], ordered: dict[str, Ordered]) -> str:
        """Add one row, an admission or a further order of one; says why it cannot be used, else ""."""
        first = stays.get(name)
        if first and self.mapping.long_form and self._person(row) == self._person(first.row):
            self.total -= 1
            try:
                self.orders.add_row(ordered[name], row, self._cell("orders", row))
            except Exception as error:  # without this order the admission's label would be wrong
                ordered[name].failed = f"{self.table.where(*self._last)}: {row_fault(error)}"
            return ""
        if reason := self._unusable(name, row, first):
            return reason
        stay = self._stay(name, row)
        orders = Ordered(admitted=stay.admitted, by_day=not has_time(self._cell("admission_date", row)))
        self.orders.add_row(orders, row, self._cell("orders", row))
        stays[name], ordered[name] = stay, orders
        return ""

    def drop_failed(self, stays: dict[str, Stay], ordered: Mapping[str, Ordered]) -> None:
        """Set aside the admissions of which an order could not be read."""
        for name in [name for name in stays if ordered[name].failed]:
            self.aside.append(SetAside(name, self.table.where(stays.pop(name).row), ordered[name].failed))

    def link_patients(self, stays: list[Stay]) -> list[Stay]:
        """Previous hospitalizations, whether this is the patient's first visit in the file, and codes.

        Returns the stays without those that had to be set aside.
        """
        patients: dict[str, list[Stay]] = defaultdict(list)
        for stay in stays:
            patients[stay.admission.patient_id].append(stay)
        for same in patients.values():
            for stay in add_previous(same, bool(self.data["rows_in_time_order"])):
                self._note(
                    "admission_date", stay.row, "no certain order of this patient's stays: history left out", "info"
                )
        linked = []
        for stay in stays:
            labels = dict(stay.admission.labels)
            if self.mapping.columns("patient_id"):
                labels.setdefault("visit", "repeat" if stay.admission.previous else "first")
            try:
                stay.admission = replace(stay.admission, codes=self._codes(stay.admission), labels=labels)
                linked.append(stay)
            except Exception as error:
                where = self.table.where(stay.row)
                self.aside.append(SetAside(stay.admission.admission_id, where, row_fault(error)))
        return linked

    def _codes(self, admission: Admission) -> tuple[str, ...]:
        codes = text_codes("adm", [admission.reason]) | text_codes("dx", admission.diagnoses)
        codes |= text_codes("hx", admission.past_history) | icd_codes_among(admission.diagnoses)
        return admission_codes(admission, self.mapper, codes)

    def problems(self) -> list[Problem]:
        """The problems of each kind: the first ones by cell, the rest as a count."""
        listed = []
        for (message, severity), places in self._kinds.items():
            shown = 1 if severity == "error" else LISTED  # an error here is a question to the user, asked once
            question: Question = "date order" if severity == "error" else ""  # the one question about cells
            listed += [Problem(place, message, severity, question) for place in places[:shown]]
            if len(places) > shown:
                listed.append(
                    Problem(self.table.title, f"{len(places) - shown:,} more cells: {message}", severity, question)
                )
        for place, characters in self._cut[:LISTED]:
            listed.append(Problem(place, CUT.format(n=f"{characters:,}"), "info"))
        if len(self._cut) > LISTED:
            rest = [characters for _, characters in self._cut[LISTED:]]
            listed.append(
                Problem(self.table.title, f"{len(rest):,} more cells: " + CUT.format(n=f"{sum(rest):,}"), "info")
            )
        return listed

    def _note(self, name: str, row: int, message: str, severity: Severity = "warning") -> None:
        if self.mapping.columns(name):
            self._kinds[message, severity].append(self._where(name, row))
        else:
            self._kinds[f"no column for {name.replace('_', ' ')}: {message}", severity] = [self.table.title]

    def _note_column(self, column: int, message: str) -> None:
        """What holds for every cell of a column, said once."""
        place = f"{self.table.title}, column {self.table.columns[column][:60]}"
        if place not in self._kinds[message, "info"]:
            self._kinds[message, "info"].append(place)

    def _where(self, name: str, row: int) -> str:
        return self.table.where(row, next(iter(self.mapping.columns(name)), None))

    def _cell(self, name: str, row: int) -> str:
        """The cell of a field, several columns joined by line breaks; "" when the file has no such column."""
        texts = []
        for j in self.mapping.columns(name):
            text = self.table.cells[j][row]
            self._last = row, j
            if text in EXCEL_ERRORS:
                self._kinds[ERROR_VALUE, "warning"].append(self.table.where(row, j))
            elif text:
                texts.append(text)
        return "\n".join(texts)

    def _person(self, row: int) -> tuple[str, ...]:
        return tuple(self._cell(name, row) for name in ("patient_id", "age", "sex", "admission_date"))

    def _unusable(self, name: str, row: int, first: Stay | None) -> str:
        """Why a row cannot be an admission; "" when it can."""
        shortened = bool(self.table.long_numbers & set(self.mapping.columns("admission_id")))
        if row in self.table.overfull:
            return "the row has more cells than the header: text with the delimiter in it must stand in quotation marks"
        if is_unknown(name):
            return "the admission id is missing"
        if SHORTENED_NUMBER.fullmatch(name) or (shortened and name.isdigit() and len(name) > 15):
            return "the admission id was shortened by Excel (numbers keep 15 digits): format the column as text"
        if first is not None:
            differs = " with another patient, age, sex or date" if self.mapping.long_form else ""
            return f"the admission id stands in {self.table.where(first.row)} already{differs}"
        return ""

    def _stay(self, name: str, row: int) -> Stay:
        """One row; UnusableRowError where its age cannot be used."""
        admitted = self._date("admission_date", row)
        age = self._age(row, admitted)
        try:
            sex = self._sexes.read(self._cell("sex", row))
        except ValueError as error:
            sex = None
            self._note("sex", row, f"{error}; left empty")
        sections, past = self._narrative(row)
        allergies, reactions = listed_allergies(sections.pop("allergies", ""))
        reactions, told = with_reactions(allergies, reactions, self._cell("allergy_reaction", row))
        if not told:
            self._note("allergy_reaction", row, UNTOLD_REACTION)
        home, is_list = self.mapper.listed_medications(sections.get("medications_on_admission", ""))
        home = tuple(dict.fromkeys([*home, *self.mapper.home_medications((text, "") for text in self.home.of(name))]))
        if is_list:  # else it is prose, which stays narrative
            sections.pop("medications_on_admission", None)
        admission = Admission(
            admission_id=name,
            patient_id=self._patient(row) or name,
            age=age,
            sex=sex,
            reason=" ".join(self._cell("reason", row).split()),
            diagnoses=tuple(split_list(self._cell("diagnoses", row))),
            procedures=tuple(split_list(self._cell("procedures", row))),
            past_history=past,
            allergies=allergies,
            reactions=reactions,
            home_medications=home,
            sections=sections,
            observations=self.findings.of(name, row, admitted, sex),
            labels={self.table.columns[j]: self.table.cells[j][row] or "unknown" for j in self.mapping.labels},
            source_row=self.table.where(row),
        )
        return Stay(admission, row, admitted)

    def _age(self, row: int, admitted: datetime | None) -> int | None:
        born = None
        try:
            age = self._written_age(row)
            if age is None and admitted and (year := parse_year(self._cell("birth_date", row))):
                self._note_column(self.mapping.columns("birth_date")[0], YEAR_OF_BIRTH)
                return parse_age(str(admitted.year - year))
            if age is None and admitted and (born := self._date("birth_date", row)):
                years = admitted.year - born.year - ((admitted.month, admitted.day) < (born.month, born.day))
                if years < 0 and str(born.year) not in self._cell("birth_date", row):
                    years += 100  # "29.08.64" is of 1964
                age = parse_age(str(years))
        except ValueError as error:
            raise UnusableRowError(f"{self._where('birth_date' if born else 'age', row)}: {error}") from error
        if age is None:
            self._note("age", row, "no age: kept, though nobody can tell whether this is an adult")
        return age

    def _written_age(self, row: int) -> int | None:
        """The age as written; what cannot be read ("Mitte 60") is passed over where the birth tells it."""
        try:
            return parse_age(self._cell("age", row))
        except ValueError:
            if is_unknown(self._cell("birth_date", row)):
                raise
            return None

    def _patient(self, row: int) -> str:
        text = identifier(self._cell("patient_id", row))
        if is_unknown(text):
            return ""
        return (
            self._pseudonyms.setdefault(text, f"P{len(self._pseudonyms) + 1:05d}") if self.numbered_patients else text
        )

    def _sex_column(self) -> SexColumn:
        """What the values of the sex column mean; asks once where they do not tell."""
        column = next(iter(self.mapping.columns("sex")), None)
        if column is None:
            return SexColumn("", (), {})
        header = self.table.columns[column]
        sexes = SexColumn(header, self.table.cells[column], self.data["sex_values"])
        if sexes.question:
            self._kinds[sexes.question, "warning"].append(f"{self.table.title}, column {header[:60]}")
        return sexes

    def _decided(self, name: str) -> DateOrder:
        """The order of day and month in the column of a date, told where its own cells prove it."""
        asked: DateOrder = self.data["date_order"]
        for column in self.mapping.columns(name):
            filled = [cell for cell in self.table.cells[column] if not is_unknown(cell)]
            if filled and sum(map(is_day_number, filled)) > len(filled) / 2:
                self._day_numbered.add(name)
                self._note_column(column, DAY_NUMBER)
            decided, said = decided_order(self.table.cells[column], asked)
            if said:
                self._note_column(column, said)
            return decided
        return asked

    def _date(self, name: str, row: int) -> datetime | None:
        text = self._cell(name, row)
        if is_day_number(text) and name not in self._day_numbered:
            self._note(name, row, DAY_NUMBER, "info")
        try:
            return parse_date(text, self._date_orders[name]) if text else None
        except ValueError as error:
            severity: Severity = "error" if isinstance(error, AmbiguousDateError) else "warning"
            self._note(name, row, f"{error}; left empty", severity)
            return None

    def _narrative(self, row: int) -> tuple[dict[str, str], tuple[str, ...]]:
        """Sections from their own columns, else cut from the note; and the past history where its column is a list."""
        note = self._cell("note", row)
        sections = cut_sections(note) if note else {}
        if note and not sections:
            self._note("note", row, "no heading of a section known at admission in this note: not used", "info")
        past: tuple[str, ...] = ()
        for name in SECTIONS:
            cell = self._cell(name, row).strip()
            entries = split_list(cell)
            is_list = name in LISTS and all(len(entry) <= ENTRY_LENGTH for entry in entries) and not tells_of_stay(cell)
            text = cell if is_list else before_later_text(cell)
            if len(text) < len(cell):
                self._cut.append((self._where(name, row), len(cell) - len(text)))
            if is_list and name == "past_medical_history" and entries:
                past = tuple(entries)
                sections.pop(name, None)
            elif text:
                sections[name] = text
        return sections, past
