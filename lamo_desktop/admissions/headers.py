"""Which column holds what: headers matched by synonyms with a confidence, sheets chosen by content."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lamo_desktop.admissions.cell_evidence import Evidence, evidence, is_clinical_text, names_no_drug, sample_of
from lamo_desktop.admissions.clock_times import with_clock_times
from lamo_desktop.admissions.cohort import Problem
from lamo_desktop.admissions.column_cells import ACCEPTED, Match, assign, complete, id_columns
from lamo_desktop.admissions.flat_findings import FlatFindings, find_findings
from lamo_desktop.admissions.flat_home import HomeSheet, find_home_sheet
from lamo_desktop.admissions.header_words import says_orders, tells_entry
from lamo_desktop.admissions.order_status import StatusWords
from lamo_desktop.admissions.order_window import is_number
from lamo_desktop.admissions.synonyms import (
    CERTAIN,
    CLINICAL,
    ORDER_FIELDS,
    POSSIBLE,
    SubgroupWords,
    Vocabulary,
    holds_remarks,
    known_later,
    minutes_per_unit,
    names_staff,
    normalised,
    not_ordered_here,
)
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import has_time, identifier
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary

SUPPORTED = 0.8  # of a likely header with which the cells agree
JOINED_IDS = 5  # ids in the orders, at least, to tell by them which column holds the admission id
TOLD_BY_CELLS = 0.6  # of a header that says nothing, where the cells do
FAMILY = 3  # numbered columns of drugs, at least, that are the orders of a row by themselves
TELLING_ROWS = 20  # from which the values of a subgroup come again
FEW_ROWS = 3  # up to which nothing tells that a row is an admission
DIFFERENT = 0.97  # share of the rows, at least, that differ where each is one admission
TOLD_APART_BY = ("patient_id", "age", "birth_date", "sex", "admission_date", "discharge_date", "diagnoses", "reason")
OF_ADMISSION = ("patient_id", "age", "sex", "admission_date")  # the same in all rows of one admission
OF_DRUGS = ("orders", "order_drug", "medications_on_admission")
NEEDED = {
    ("patient_id",): "patient id",
    ("age", "birth_date"): "age",
    ("sex",): "sex",
    ("admission_date",): "admission date",
    ("diagnoses", "note"): "diagnoses",
    ("orders", "order_drug"): "drugs that were ordered",
}
LATER_FIELDS = ("diagnoses", "procedures", "orders", "order_drug", "medications_on_admission", "allergies", "reason")
KNOWN_LATER = (
    "the header says that this was recorded at discharge, later than the index time: the model would be told what "
    "nobody knew at admission; choose a column recorded at admission if the export has one"
)

NO_SUBGROUP = (
    "their headers are neither those of a field nor of a subgroup: choose the fields they hold, or add to 'subgroups' "
    "in a profile"
)

BESIDE = (
    "not taken for the orders, since the admissions have a column of orders ({column}) and nothing says that the drugs "
    "of this sheet were ordered in the stay; choose it as the sheet of orders if they were"
)

BESIDE_FAMILY = "names drugs too, and is not read beside the columns that surely hold orders; choose it if it does"

_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|(?:\+|00)?\d[\d ()/-]{8,}\d")
_PERSON = re.compile(
    r"[^\W\d_][^\d,;]*, ?[^\W\d_]\.?(?: ?[^\W\d_]\.?)?|(?i:dra?|prof)\b\.? ?\S.*"
)  # "Lee, S." "Dr. Lee"


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """How a file is read: the admissions table, the orders table in long form if any, and what each column holds.

    `long_form`: the admissions table itself has one row per order, so an admission id may repeat. Without a column for
    the admission id each row is one admission, called by its number.
    """

    admissions: Table
    matches: tuple[Match, ...]
    orders: Table | None = None
    order_matches: tuple[Match, ...] = ()
    long_form: bool = False
    labels: tuple[int, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    findings: FlatFindings = field(default_factory=FlatFindings)
    clocks: frozenset[int] = frozenset()  # columns of the admissions table with the time of day of a date
    order_clocks: frozenset[int] = frozenset()  # the same of the orders table
    home: HomeSheet | None = None

    def columns(self, name: str) -> tuple[int, ...]:
        """Columns of the admissions table that hold a field, left to right; empty when it has none."""
        return tuple(sorted(m.column for m in self.matches if m.field == name))

    def row_name(self, row: int) -> str:
        """What an admission is called by whose table has no admission id: its row's number in the file."""
        return f"row {self.admissions.rows[row]}"

    def order_column(self, name: str) -> int | None:
        """Column of the orders table that holds `admission_id`, `order_drug` or `order_start`."""
        return next((m.column for m in self.order_matches if m.field == name), None)


def map_headers(
    tables: Sequence[Table], profile: Mapping[str, Any], vocabulary: Vocabulary, formulary: Formulary | None = None
) -> HeaderMapping:
    """Choose the tables and columns of a file; the formulary tells columns of drugs by their cells.

    Raises InputError when no admission id is found and rows are not clearly admissions.
    """
    problems: list[Problem] = []
    own = _own_columns(profile, vocabulary)
    named = profile["sheets"]
    visible = [t for t in tables if not t.hidden or t.sheet in named.values()]
    problems += [
        Problem(t.sheet, "hidden sheet, not read; show it in Excel to use it", "info")
        for t in tables
        if t not in visible
    ]
    if not visible:
        raise InputError(f"{tables[0].file}: every sheet with data is hidden; show the sheet with the admissions.")
    words = StatusWords(profile)
    found = [(table, _match(table, own, vocabulary, formulary, words)) for table in visible]
    candidates = complete(found, vocabulary, formulary, frozenset(own))
    orders_table, order_matches = _orders(candidates, vocabulary.fields, named["orders"])
    if orders_table is not None and not named["orders"] and not own.keys() & {"orders", "order_drug"}:
        beside = _orders_beside(candidates, orders_table, order_matches)
        if beside is not None:
            problems.append(Problem(orders_table.title, BESIDE.format(column=beside)))
            orders_table, order_matches = None, ()
    joined_by = () if orders_table is None or "admission_id" in own else _column_of(orders_table, order_matches)
    admissions, matches = _admissions(candidates, vocabulary.fields, named["admissions"], orders_table, joined_by)
    if orders_table is admissions:
        orders_table, order_matches = None, ()
    if orders_table is not None and "order_start" not in own and all(m.field != "admission_date" for m in matches):
        possible = next(found for table, found in candidates if table is orders_table)
        order_matches = _counted_from_admission(orders_table, order_matches, possible)
    if not own.keys() & {"orders", "order_drug"}:
        matches, unread = _beside_family(matches)
        problems += [Problem(f"{admissions.title}, column {m.header[:60]}", BESIDE_FAMILY) for m in unread]
    matches, long_form = _orders_here(admissions, matches, orders_table is None, bool(own.get("orders")))
    numbered = all(match.field != "admission_id" for match in matches)
    elsewhere = any(
        table is not admissions and not not_ordered_here(table.title) and any(m.field in OF_DRUGS[:2] for m in found)
        for table, found in candidates
    )
    if numbered and (elsewhere or not _one_row_each(admissions, matches)):
        raise InputError(_asked_for_id(admissions, matches))
    held = {normalised(m.header) for m in (*matches, *order_matches)}
    for name, headers in own.items():
        for header in headers:
            if normalised(header) not in held:
                raise InputError(
                    f"{admissions.title}: the profile expects a column {header!r} for {name}; "
                    f"found {_listed(admissions)}."
                )
    others = [t for t in visible if t is not admissions and t is not orders_table]
    ids = next((m.column for m in matches if m.field == "admission_id"), None)
    order_clocks: set[int] = set()
    known = set() if ids is None else {identifier(cell) for cell in admissions.cells[ids]}
    home = find_home_sheet(others, known, vocabulary, formulary, named["home_medications"])
    others = [t for t in others if home is None or t is not home.table]
    findings = find_findings(admissions, {m.column for m in matches}, ids, others)
    problems += [
        Problem(t.title, "sheet not used: it is neither the admissions nor the orders nor findings", "info")
        for t in others
        if all(t is not sheet.table for sheet in findings.sheets)
    ]
    problems += findings.problems
    measured = {each.column for each in findings.columns if each.of.quantity.kind == "measure"}
    admissions, clocks, said = with_clock_times(admissions, matches)
    states = {each.column for each in findings.columns} - measured  # of which each may be a subgroup, too
    used = {match.column for match in matches} | measured | clocks
    repeated = admissions.cells[ids] if long_form and ids is not None else ()
    labels, not_labels = _labels(admissions, vocabulary, SubgroupWords(profile, vocabulary), used, states, repeated)
    said += not_labels
    said += _recorded_later(admissions, matches)
    said += _numbered(admissions, matches) if numbered else []
    said += _missing(admissions, matches, used | states, orders_table is not None, own)
    said += _chosen_by_cells(admissions, matches) + _entry_for_start(admissions, matches)
    if orders_table is not None:
        said += _chosen_by_cells(orders_table, order_matches) + _entry_for_start(orders_table, order_matches)
        orders_table, order_clocks, timed = with_clock_times(orders_table, order_matches)
        said += [*timed, *_unused_of_orders(orders_table, {m.column for m in order_matches} | order_clocks)]
    problems += said
    return HeaderMapping(
        admissions=admissions,
        matches=matches,
        orders=orders_table,
        order_matches=order_matches,
        long_form=long_form,
        labels=labels,
        problems=problems,
        findings=findings,
        clocks=frozenset(clocks),
        order_clocks=frozenset(order_clocks),
        home=home,
    )


def _own_columns(profile: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, list[str]]:
    own: dict[str, list[str]] = {}
    for name, header in (profile.get("columns") or {}).items():
        if name not in vocabulary.fields:
            raise InputError(
                f"The profile maps an unknown field {name!r}; expected one of {', '.join(vocabulary.fields)}."
            )
        headers = header if isinstance(header, list) else [header]
        own[name] = [str(h) for h in headers if h]
    return own


def _match(
    table: Table,
    own: Mapping[str, Sequence[str]],
    vocabulary: Vocabulary,
    formulary: Formulary | None,
    statuses: StatusWords,
) -> list[Match]:
    """Every plausible (field, column) pair of a table, the user's own first, then by confidence."""
    found = []
    here = {normalised(header) for header in table.columns}
    # The admission id is in two tables; the user's word for it may hold in one of them only.
    named = {name: {normalised(h) for h in mine} for name, mine in own.items()}
    named = {name: mine for name, mine in named.items() if name != "admission_id" or mine & here}
    taken = frozenset().union(*named.values())
    families = Counter(map(_unnumbered, table.columns))
    for column, header in enumerate(table.columns):
        exact = any(vocabulary.confidence(header, name) == 1 for name in vocabulary.fields)
        told = statuses.tell_states(table.cells[column])
        for name in vocabulary.fields:
            if name in named:
                found.append(Match(name, column, header, 2.0 if normalised(header) in named[name] else 0.0))
            elif normalised(header) not in taken:
                likely = vocabulary.confidence(header, name)
                if name in ("orders", "order_drug") and families[_unnumbered(header)] > 1 and re.search(r"\d", header):
                    likely = _of_numbered(header, name, vocabulary)
                if exact and likely < CERTAIN:  # "Orders" is not almost "Order"
                    likely = 0.0
                of_drugs = name in OF_DRUGS and POSSIBLE <= likely < 1
                if of_drugs and (
                    told or names_staff(header) or (formulary and names_no_drug(table.cells[column], formulary))
                ):
                    likely = 0.0
                if likely >= POSSIBLE:
                    likely = _weighed(likely, evidence(name, table.cells[column], formulary))
                if name == "order_start" and tells_entry(header):  # a start, where another column tells it, is that
                    likely = min(likely, ACCEPTED)
                found.append(Match(name, column, header, likely))
        if "order_status" not in named and normalised(header) not in taken and not known_later(header):
            found.append(Match("order_status", column, header, TOLD_BY_CELLS if told else 0.0))
    return sorted((m for m in found if m.confidence >= ACCEPTED), key=lambda m: (-m.confidence, m.column))


def _unnumbered(header: str) -> str:
    return " ".join(re.sub(r"\d+", " ", normalised(header)).split())


def _of_numbered(header: str, name: str, vocabulary: Vocabulary) -> float:
    """The confidence of one of several columns that differ by a number alone ("Drug 1", "Drug 2"): a list of drugs."""
    if name == "order_drug":
        return 0.0
    one_drug = min(CERTAIN, vocabulary.confidence(_unnumbered(header), "order_drug"))
    return max(vocabulary.confidence(header, name), one_drug)


def _weighed(likely: float, cells: Evidence) -> float:
    """The confidence of a header once the cells below it were looked at."""
    if cells is Evidence.CONTRADICT:
        return 0.0
    return max(likely, SUPPORTED) if cells is Evidence.AGREE else likely


def _orders(
    candidates: Sequence[tuple[Table, list[Match]]], every: Sequence[str], wanted: str
) -> tuple[Table | None, tuple[Match, ...]]:
    """The table with orders in long form: an admission id that repeats, a drug, and nothing clinical beside."""
    best: tuple[Table | None, tuple[Match, ...]] = (None, ())
    longest = 0
    for table, found in candidates:
        lists = [replace(m, field="order_drug", confidence=m.confidence - 0.05) for m in found if m.field == "orders"]
        ranked = sorted([*found, *lists], key=lambda m: (-m.confidence, m.column))
        matches = assign([m for m in ranked if m.confidence >= ACCEPTED], ("admission_id", *ORDER_FIELDS))
        fields = {m.field for m in matches}
        if not {"admission_id", "order_drug"} <= fields:
            if table.sheet and table.sheet == wanted:
                raise InputError(f"Sheet {wanted}: expected an admission id and a drug column; found {_listed(table)}.")
            continue
        clinical = {m.field for m in assign(found, every)} & {*CLINICAL, "age", "sex"}
        elsewhere = not_ordered_here(table.title)
        if table.sheet == wanted or (not wanted and not clinical and not elsewhere and len(table) > longest):
            best, longest = (table, matches), len(table)
            if table.sheet == wanted:
                break
    return best


def _orders_beside(
    candidates: Sequence[tuple[Table, list[Match]]], orders: Table, matches: Sequence[Match]
) -> str | None:
    """A column of orders among the admissions that counts more than a sheet of drugs which no word calls orders."""
    if any(match.field == "order_start" for match in matches) or says_orders(orders.title):
        return None
    for table, found in candidates:
        assigned = assign(found, tuple(dict.fromkeys(m.field for m in found)))
        if table is not orders and len({m.field for m in assigned} & {*CLINICAL, *OF_ADMISSION}) >= 2:
            drugs = [m for m in assigned if m.field in ("orders", "order_drug") and m.confidence >= SUPPORTED]
            if drugs:
                return drugs[0].header[:60]
    return None


def _admissions(
    candidates: Sequence[tuple[Table, list[Match]]],
    every: Sequence[str],
    wanted: str,
    orders: Table | None,
    joined_by: Sequence[str],
) -> tuple[Table, tuple[Match, ...]]:
    scored = []
    for table, found in candidates:
        if wanted and table.sheet != wanted:
            continue
        if table is orders and len(candidates) > 1:
            continue
        matches = assign(found, every)
        if table is not orders:
            matches = _joined(table, matches, set(filter(None, joined_by)))
        names = {m.field for m in matches} - set(ORDER_FIELDS)
        scored.append(("admission_id" in names, len(names & set(CLINICAL)), len(names), table, matches))
    if not scored:
        raise InputError(f"{candidates[0][0].file}: there is no sheet {wanted!r} with admissions.")
    *_, table, matches = max(scored, key=lambda entry: entry[:3])
    return table, matches


def _column_of(orders: Table, matches: Sequence[Match]) -> Sequence[str]:
    """The admission ids by which the orders are listed."""
    return orders.cells[next(m.column for m in matches if m.field == "admission_id")]


def _joined(table: Table, matches: tuple[Match, ...], listed: set[str]) -> tuple[Match, ...]:
    """The matches with the admission id by which the orders are listed, where the cells tell that it is another column:
    one that no other field holds, different in every row, with nearly all of the ids `listed`.
    """
    held = {m.column: m.field for m in matches}

    def share(column: int) -> float:
        return len(listed & set(table.cells[column])) / len(listed)

    if len(listed) < JOINED_IDS or any(m.field == "admission_id" and share(m.column) >= 0.5 for m in matches):
        return matches
    for column, cells in enumerate(table.cells):
        filled = [cell for cell in cells if cell]
        unique = len(set(filled)) >= 0.95 * len(filled)
        if held.get(column, "admission_id") == "admission_id" and unique and share(column) >= 0.9:
            others = (m for m in matches if m.field != "admission_id")
            return (*others, Match("admission_id", column, table.columns[column], SUPPORTED))
    return matches


def _beside_family(matches: tuple[Match, ...]) -> tuple[tuple[Match, ...], list[Match]]:
    """The matches without the columns of drugs beside a numbered family of them ("Drug 1" to "Drug 9"), or beside one
    that its header names for certain; and those columns.
    """
    drugs = [m for m in matches if m.field in ("orders", "order_drug")]
    families = Counter(_unnumbered(m.header) for m in drugs if re.search(r"\d", m.header))
    family = max(families, key=lambda name: families[name], default="")
    if families[family] >= FAMILY:
        others = [m for m in drugs if _unnumbered(m.header) != family]
    elif any(m.confidence >= CERTAIN for m in drugs):
        others = [m for m in drugs if m.confidence < CERTAIN]  # named with a word that is not known: of another time
    else:
        others = []
    return tuple(m for m in matches if m not in others), others


def _orders_here(table: Table, matches: tuple[Match, ...], alone: bool, chosen: bool) -> tuple[tuple[Match, ...], bool]:
    """Without another place for orders, a drug column of the admissions table holds them; ids may then repeat. A column
    that a person has `chosen` stays beside a sheet of orders.
    """
    kept = [m for m in matches if m.field not in ORDER_FIELDS]
    drugs = [m for m in matches if m.field in ("orders", "order_drug")]
    listed = any(m.field == "orders" for m in drugs)
    if not alone and not chosen:  # a sheet lists the orders: another column of drugs is of another time
        kept = [m for m in kept if m.field != "orders"]
    if not drugs or not alone:
        return tuple(kept), False
    repeated = _repeats(table, matches, seldom=not listed)
    if listed and not repeated:
        return tuple(kept), False
    if any(m.field == "order_drug" for m in drugs):  # one drug a row stands in one column
        drugs = [max(drugs, key=lambda m: (m.confidence, m.field == "order_drug"))]
    kept = [m for m in kept if m.field != "orders"] + [replace(m, field="orders") for m in drugs]
    if repeated:
        kept += [m for m in matches if m.field in ("order_start", "order_end", "order_status")]
    return tuple(kept), repeated


def _repeats(table: Table, matches: Sequence[Match], seldom: bool) -> bool:
    """Whether the table has one row per order: an id repeats, at least once or, unless `seldom`, mostly, and the rest
    that is known of the admission repeats with it.
    """
    named = next((m.column for m in matches if m.field == "admission_id"), None)
    if named is None:
        return False
    ids = table.cells[named]
    repeats = sum(count - 1 for name, count in Counter(ids).items() if name)
    if seldom or not repeats:
        return repeats > 0
    same = [table.cells[m.column] for m in matches if m.field in OF_ADMISSION]
    rows = len(set(zip(ids, *same, strict=True)))
    return repeats >= len(ids) / 3 and rows <= 1.1 * len(set(ids))


def _one_row_each(table: Table, matches: Sequence[Match]) -> bool:
    """Whether each row is clearly one admission: what is known of the patients and stays differs from row to row."""
    known = {match.field: table.cells[match.column] for match in matches if match.field in TOLD_APART_BY}
    if len(known) < 3 or not {"patient_id", "admission_date"} & known.keys() or len(table) < FEW_ROWS:
        return False
    return len(set(zip(*known.values(), strict=True))) >= DIFFERENT * len(table)


def _asked_for_id(table: Table, matches: Sequence[Match]) -> str:
    """The question for the admission id, in one sentence: which columns may be it, and what was found besides."""
    found = [f"{match.field.replace('_', ' ')} in {match.header[:40]!r}" for match in matches[:6]]
    recognised = f"; recognised: {', '.join(found)}" if found else ""
    able = id_columns(table, matches)
    example = table.columns[able[0]][:40] if able else "HEADER"
    return (
        f"{table.title} row {table.header_row}: no column for the admission id was recognised, and rows are not "
        f"clearly one admission each; {_perhaps(table, able)}say which column identifies an admission, in the window "
        f"or with --profile FILE.yaml, in which stands 'kind: flat' and 'columns: {{admission_id: {example}}}'; "
        f"found {_listed(table)}{recognised}."
    )


def _numbered(table: Table, matches: Sequence[Match]) -> list[Problem]:
    """Says that rows are taken for admissions, and which columns may hold their id."""
    message = (
        "no column was found for the admission id: each row is taken for one admission and called by its number; "
        f"{_perhaps(table, id_columns(table, matches))}choose the column where the export has one"
    )
    return [Problem(table.title, message)]


def _perhaps(table: Table, columns: Sequence[int]) -> str:
    """Which columns may be meant: "perhaps it is 'X' or 'Y': "; nothing where none may."""
    named = " or ".join(repr(table.columns[j][:40]) for j in columns[:3])
    return f"perhaps it is {named}: " if named else ""


def _recorded_later(table: Table, matches: Sequence[Match]) -> list[Problem]:
    """A warning for each column that knows more than was known at the index time."""
    return [
        Problem(f"{table.title}, column {match.header[:60]}", KNOWN_LATER)
        for match in matches
        if match.field in LATER_FIELDS and known_later(match.header)
    ]


def _missing(
    table: Table, matches: Sequence[Match], used: Collection[int], with_orders: bool, own: Mapping[str, Any]
) -> list[Problem]:
    """One sentence for all fields that a reading needs and no column holds, beside the columns that are `used`."""
    held = {match.field for match in matches} | own.keys() | ({"orders"} if with_orders else set())
    gone = [words for names, words in NEEDED.items() if not held & set(names)]
    if not gone:
        return []
    listed = gone[0] if len(gone) == 1 else f"{', '.join(gone[:-1])} and {gone[-1]}"
    spare = [header[:40] for column, header in enumerate(table.columns) if column not in used]
    choice = f" (columns not taken: {', '.join(map(repr, spare[:8]))})" if spare else ""
    if held & {*CLINICAL, "reason"}:
        asked = f"no column was found for the {listed}: choose one where the export has it{choice}"
        return [Problem(table.title, asked)]
    texts = [j for j, cells in enumerate(table.cells) if j not in used and is_clinical_text(cells)]
    asked = f"no column was found for the {listed}: without diagnoses or a note nothing can be recommended; "
    return [Problem(table.title, f"{asked}{_perhaps(table, texts)}choose one{choice}", "error")]


def _entry_for_start(table: Table, matches: Sequence[Match]) -> list[Problem]:
    """Says where the time at which an order was written stands for its start, which nobody has chosen."""
    return [
        Problem(
            f"{table.title}, column {match.header[:60]}",
            "says when an order was written; taken for its start, since no other column surely tells one",
            "info",
        )
        for match in matches
        if match.field == "order_start" and match.confidence <= 1 and tells_entry(match.header)
    ]


def _chosen_by_cells(table: Table, matches: Sequence[Match]) -> list[Problem]:
    """Says of each column that no header speaks for what it was taken for, and why."""
    return [
        Problem(
            f"{table.title}, column {match.header[:60]}",
            f"chosen by its cells as the {match.field.replace('_', ' ')}, please check: {match.why}",
            "info",
        )
        for match in matches
        if match.why
    ]


def _counted_from_admission(table: Table, matches: tuple[Match, ...], possible: Sequence[Match]) -> tuple[Match, ...]:
    """Without an admission date a start says something only where it is the time passed since admission."""
    others = [m for m in matches if m.field != "order_start"]
    taken = {m.column for m in others}
    for match in possible:
        if match.field == "order_start" and match.column not in taken and minutes_per_unit(match.header) is not None:
            filled = sample_of(table.cells[match.column])
            if filled and all(is_number(cell) for cell in filled):
                return (*others, match)
    return matches


def _unused_of_orders(table: Table, used: Collection[int]) -> list[Problem]:
    """Names the columns of the orders that nothing is taken from."""
    unused = [repr(header[:40]) for column, header in enumerate(table.columns) if column not in used]
    return [Problem(table.title, f"columns not used: {', '.join(unused)}", "info")] if unused else []


def _listed(table: Table) -> str:
    shown = [repr(header[:40]) for header in table.columns[:12]]
    return ", ".join(shown) + (" and more" if len(table.columns) > 12 else "")


def _comes_again(values: Collection[str], rows: int) -> bool:
    """Whether the values of a column are few and short enough for a subgroup, and no moments."""
    if max(map(len, values)) > 60 or sum(has_time(value) for value in values) > len(values) / 2:
        return False
    return len(values) <= max(50, rows / 2) and (rows < TELLING_ROWS or len(values) <= rows / 2)


def _labels(
    table: Table,
    vocabulary: Vocabulary,
    subgroups: SubgroupWords,
    used: Collection[int],
    states: Collection[int],
    ids: Sequence[str],
) -> tuple[tuple[int, ...], list[Problem]]:
    """Columns kept as subgroup labels, and why the others are not, beside those that are `used` for something else.

    `ids`: the admission of each row, where rows are orders, in which a subgroup must not differ.
    """
    labels: list[int] = []
    said: list[Problem] = []
    unnamed: list[str] = []
    for column, header in enumerate(table.columns):
        if column in used:
            continue
        where = f"{table.title}, column {header[:60]}"
        values = {cell for cell in table.cells[column] if cell}
        if vocabulary.is_identifier(header) or (
            values and sum(bool(_CONTACT.fullmatch(v) or _PERSON.fullmatch(v)) for v in values) > len(values) / 2
        ):
            said.append(Problem(where, "looks like a direct identifier: not read", "info"))
        elif names_staff(header) or holds_remarks(header):
            said.append(Problem(where, "may name persons: not read", "info"))
        elif not values:
            said.append(Problem(where, "is empty: not read", "info"))
        elif column not in states and not subgroups.name(header):
            unnamed.append(repr(header[:40]))
        elif ids and len(set(zip(ids, table.cells[column], strict=True))) > len(set(ids)):
            said.append(Problem(where, "differs from order to order: not read", "info"))
        elif _comes_again(values, len(table)):
            labels.append(column)
        else:
            said.append(Problem(where, "not recognised and too varied for a subgroup: not read", "info"))
    if unnamed:
        said.append(Problem(table.title, f"columns not used: {', '.join(unnamed)}; {NO_SUBGROUP}", "info"))
    return tuple(labels), said
