"""Fields that no header names, found by what stands in the columns: ids that join or number the rows, drugs, codes,
dates in their order. Only where the cells single out one column; what is taken so is said, for a person to check.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from statistics import median

from lamo_desktop.admissions.cell_evidence import (
    DISEASES,
    MOST,
    WITHIN,
    Evidence,
    evidence,
    is_date,
    names_drug,
    sample_of,
)
from lamo_desktop.admissions.sex_column import SexColumn
from lamo_desktop.admissions.synonyms import (
    CERTAIN,
    CLINICAL,
    GROUP,
    LISTS,
    ORDER_FIELDS,
    Vocabulary,
    known_before,
    known_later,
    minutes_per_unit,
    normalised,
    not_ordered_here,
)
from lamo_desktop.admissions.tables import Table
from lamo_desktop.admissions.values import decided_order, is_unknown, parse_age, parse_date, says_years, split_list
from lamo_desktop.formulary import Formulary

ACCEPTED = 0.6  # confidence from which a column is used without being asked for
BY_CELLS = ACCEPTED  # confidence of a column that its cells alone speak for: below the mark of "please check"
SURELY = 0.8  # confidence of a header from which it speaks for a field
JOINED = 0.9  # share of the ids of the orders that must be among the admissions
LIFETIME = 25  # years between the dates of a column from which they are dates of birth
NEAR = 0.3  # share of the starts that must lie within a day of the admission
DETERMINED = 0.98  # share of an id's groups of rows in which nothing of the admission differs
GROWN_OLDER = 15.0  # years between the stays of a person, at most
TELLING = 3  # fields known of the stays from which they tell how many stays there are
MORE_THAN_TOLD = 1.15  # at most so many times as many ids as stays that differ in what is known of them
ENOUGH_DRUGS = 0.6  # share of the distinct cells of a column of drugs
OF_THE_STAY = ("age", "sex", "admission_date", "discharge_date", "birth_date", "diagnoses", "reason")

_ID = re.compile(r"(?=.*\d)[\w./ #-]{1,40}")
_DECIMAL = re.compile(r"-?\d+[.,]\d+")
_MEASURE = re.compile(r"[<>~]?\s*\d+(?:[.,]\d+)?\s*(?:[^\W\d_]{1,8}\.?|%|°)")
_ICD = re.compile(r"[A-TV-Z]\d[\dA-Z](?:\.?[\dA-Z]{1,4})?[+*!]?", re.IGNORECASE)
_DRG = re.compile(r"[A-Z]\d\d[A-Z]")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_PERSON = re.compile(
    r"^(?:pat|pt$|pers|subj|mrn|e?mpi|pid$|piz$|ipp$|nip$|nhc$|nhs$|histor|record|rec$|ur$)|患者|病人|病案|登记|档案|门诊号"
)
_STAY = re.compile(
    r"^(?:enc|adm|stay|visit|epi|case|fal|aufenth|aufn|sejour|venue|ingres|spell|acc|csn|fin$|had|inpatient|contact)"
    r"|住院|就诊|入院|流水"
)
_NOT_AN_ID = re.compile(
    r"^(?:zip|post|plz|phone|tel|fax|insur|kasse|iban|order|verord|prescr|rx|drg|ghm|ward|station|bed|room|bett|zimmer"
    r"|weight|gewicht|poids|peso|height|bmi|los|age|alter|edad|band|bracket|klass|class|group|grup|anz|num(?:ber)?of|nb|count|cost|kosten|version)"
    r"|费用|体重|身高|年龄|天数|次数|邮编|电话|床|科室|医嘱"
)
_OTHER_DATE = re.compile(
    r"^(?:birth|born|dob|geb|naiss|nac|stop|discont|cancel|absetz|abges|ablauf|bis$|until|end|ende|fin|exp|updat|modif"
    r"|last|letzt|ander|aender|enter|entry|eingabe|placed|erfass|valid|saisi|maj$|extract|export|print|creat|collect|result|death|died|verst"
    r"|deces|discharg|disch|entl|sort|alta|egres|transfer|verleg|surg|op$|ops$|oper|ontslag|uscita|dimission|saida|utskriv|report|run|review|sign|verif|admin|given|next)"
    r"|出生|停|结束|出院|导出|更新|死亡|采样|转|录入|审核|校对|打印"
)
_NOT_DIAGNOSES = re.compile(
    r"^(?:fam|proc|prozed|ops|oper|act|surg|allerg|drg|ghm|ward|station|bed|bett|room|zimmer|unit|hist|hx|pmh|past|anamn|vor"
    r"|antec|comment|bemerk|observ|kommentar|note|remark|status|atc|loc|service|provid|site|insur)"
    r"|家族|手术|操作|过敏|备注|既往|床|科"
)
_DIAGNOSIS = re.compile(r"^dx|diagn|诊断")
_LABORATORY = re.compile(
    r"^(?:lab|biolog|result|resultat|component|analys|determin|parameter|test|wert|specimen)"
    r"|检验|化验|结果"
)


@dataclass(frozen=True, slots=True)
class Match:
    """One column taken for one field: 1.0 is an exact synonym or the user's word, 0.65 a misspelling.

    `why` its cells speak for it, where no header does.
    """

    field: str
    column: int
    header: str
    confidence: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One table and the columns that its headers, and then its cells, speak for; best first."""

    table: Table
    matches: tuple[Match, ...]

    @property
    def of_orders(self) -> bool:
        """Whether the table has orders and nothing of the admission beside them."""
        fields = {match.field for match in self.matches}
        return bool(fields & {"orders", "order_drug"}) and not fields & {*CLINICAL, "age", "sex"}

    @property
    def assigned(self) -> tuple[Match, ...]:
        """One field for each column."""
        if self.of_orders:
            return assign(self.matches, ("admission_id", "orders", *ORDER_FIELDS))
        return assign(self.matches, tuple(dict.fromkeys(match.field for match in self.matches)))

    def holding(self, name: str) -> Match | None:
        """The column of a field, the first where it has several."""
        return next((match for match in self.assigned if match.field == name), None)

    def with_match(self, match: Match, instead: bool = False) -> "Candidate":
        """The same with a further column; `instead` of every other one of that field."""
        others = [
            m
            for m in self.matches
            if not (instead and (m.field == match.field or m.column == match.column)) and m != match
        ]
        ranked = sorted([*others, match], key=lambda m: (-m.confidence, m.column))
        return replace(self, matches=tuple(ranked))

    def without(self, gone: Callable[[Match], bool]) -> "Candidate":
        """The same without some matches."""
        return replace(self, matches=tuple(m for m in self.matches if not gone(m)))


def assign(found: Sequence[Match], fields: Sequence[str]) -> tuple[Match, ...]:
    """Best assignment, greedily: a column serves one field, a field one column unless it is a list."""
    chosen: list[Match] = []
    for match in found:
        if match.field not in fields or any(m.column == match.column for m in chosen):
            continue
        if match.field in LISTS or all(m.field != match.field for m in chosen):
            chosen.append(replace(match, confidence=min(match.confidence, 1.0)))
    return tuple(chosen)


@dataclass(frozen=True)
class _Column:
    """What a column holds, looked at once."""

    header: str
    cells: Sequence[str]

    @cached_property
    def sample(self) -> list[str]:
        return sample_of(self.cells)

    @cached_property
    def filled(self) -> float:
        return sum(not is_unknown(cell) for cell in self.cells) / len(self.cells) if self.cells else 0.0

    @cached_property
    def distinct(self) -> set[str]:
        return {cell for cell in self.cells if not is_unknown(cell)}

    def share(self, holds: Callable[[str], object]) -> float:
        return sum(bool(holds(cell)) for cell in self.sample) / len(self.sample) if self.sample else 0.0

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(normalised(self.header.rpartition(GROUP)[2]).split())

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether a word of the header is one of a kind."""
        return any(pattern.search(word) for word in self.words)

    @cached_property
    def dates(self) -> bool:
        return bool(self.sample) and self.share(is_date) > 0.9

    @cached_property
    def is_id(self) -> bool:
        """Short values with figures in nearly every row: neither dates nor measures nor small counts."""
        return (
            self.filled >= 0.9
            and len(self.distinct) > 1
            and self.share(_ID.fullmatch) > 0.95
            and self.share(_is_moment) < 0.1
            and self.share(_DECIMAL.fullmatch) < 0.05
            and self.share(_MEASURE.fullmatch) < 0.5
            and self.share(lambda cell: len(cell.strip()) >= 4) > 0.9
            and self.share(_ICD.fullmatch) < 0.5
            and not self.says(_NOT_AN_ID)
        )

    @cached_property
    def leaning(self) -> int:
        """1 where the header speaks of a stay, -1 where of a person, 0 where of neither."""
        group = normalised(self.header.partition(GROUP)[0]).split() if GROUP in self.header else []
        for words in (self.words, group):
            if any(_STAY.search(word) for word in words):
                return 1
            if any(_PERSON.search(word) for word in words):
                return -1
        return 0

    @cached_property
    def years(self) -> int:
        """How many years the dates span."""
        told = [moment.year for moment in self.moments if moment is not None]
        return max(told) - min(told) if told else 0

    @cached_property
    def moments(self) -> list[datetime | None]:
        order, _ = decided_order(self.cells, "ask")
        return [_moment(cell, order if order != "ask" else "dmy") for cell in self.cells]


@dataclass
class _Finder:
    """Finds the fields still missing, table by table and between two tables."""

    vocabulary: Vocabulary
    formulary: Formulary | None
    given: frozenset[str]  # fields whose columns the user named
    known: dict[tuple[int, int], _Column] = field(default_factory=dict)
    data_rows: dict[int, list[int]] = field(default_factory=dict)

    def column(self, table: Table, index: int) -> _Column:
        key = (id(table), index)
        if key not in self.known:
            cells = table.cells[index]
            self.known[key] = _Column(table.columns[index], [cells[i] for i in self.rows(table)])
        return self.known[key]

    def rows(self, table: Table) -> list[int]:
        """The first rows of a table, without its footers and headers that are repeated on each page."""
        if id(table) not in self.data_rows:
            columns = range(len(table.columns))
            self.data_rows[id(table)] = [
                i
                for i in range(min(len(table), WITHIN))
                if (filled := sum(bool(table.cells[j][i]) for j in columns)) >= max(2, len(columns) / 4)
                and sum(table.cells[j][i] == table.columns[j] for j in columns) < filled / 2
            ]
        return self.data_rows[id(table)]

    def free(self, candidate: Candidate) -> list[int]:
        """Columns that no header speaks for, and that name no person."""
        headers = candidate.table.columns
        return [j for j in self.untaken(candidate) if not self.vocabulary.is_identifier(headers[j])]

    def untaken(self, candidate: Candidate) -> list[int]:
        """Columns that no header speaks for."""
        taken = {match.column for match in candidate.assigned}
        return [j for j in range(len(candidate.table.columns)) if j not in taken]

    def chosen(self, candidate: Candidate, name: str, column: int, why: str, instead: bool = False) -> Candidate:
        header = candidate.table.columns[column]
        return candidate.with_match(Match(name, column, header, BY_CELLS, why), instead)

    def missing(self, candidate: Candidate, *names: str) -> bool:
        return not any(candidate.holding(name) or name in self.given for name in names)

    # Drugs

    def drugs(self, candidates: list[Candidate]) -> list[Candidate]:
        """A column of drugs where no table has one; those taken before the stay go to their own field."""
        if self.formulary is None or {"orders", "order_drug"} & self.given:
            return candidates
        candidates = [self._without_other_words(candidate) for candidate in candidates]
        found: dict[int, list[int]] = {}
        for k, candidate in enumerate(candidates):
            found[k] = [j for j in self.untaken(candidate) if self.drug_share(candidate.table, j) >= ENOUGH_DRUGS]
        candidates = [self._home_drugs(candidate, found[k]) for k, candidate in enumerate(candidates)]
        ordered = [c for c in candidates if not not_ordered_here(c.table.title)]
        if not all(self.missing(candidate, "orders", "order_drug") for candidate in ordered):
            return candidates
        choices = []
        for k, candidate in enumerate(candidates):
            table = candidate.table
            laboratory = any(_LABORATORY.search(word) for word in normalised(table.title).split())
            columns = [j for j in found[k] if not self._drugs_of_another_time(table.columns[j])]
            if columns and not laboratory and not not_ordered_here(table.title):
                choices.append((k, self._family(table, columns)))
        if len(choices) > 1:
            choices.sort(key=lambda choice: -len(candidates[choice[0]].table))
            first, second = (len(candidates[k].table) for k, _ in choices[:2])
            choices = choices[:1] if first >= 2 * second else []
        for k, columns in choices:
            listed = self._of_stays(candidates[k]) and (len(columns) > 1 or self._lists(candidates[k].table, columns))
            for j in columns:
                why = "the formulary knows most of its cells as drugs"
                candidates[k] = self.chosen(candidates[k], "orders" if listed else "order_drug", j, why)
        return candidates

    def _without_other_words(self, candidate: Candidate) -> Candidate:
        """Drops a doubtful column of orders that names no drug at all, where a column beside it names drugs."""
        held = candidate.holding("order_drug")
        if held is None or held.confidence >= 1 or self.drug_share(candidate.table, held.column) > 0.05:
            return candidate
        if not any(self.drug_share(candidate.table, j) >= ENOUGH_DRUGS for j in self.free(candidate)):
            return candidate
        return candidate.without(lambda m: m.column == held.column and m.field in ("order_drug", "orders"))

    def drug_share(self, table: Table, j: int) -> float:
        column = self.column(table, j)
        distinct = list(dict.fromkeys(column.sample))
        if self.formulary is None or column.dates or column.share(_NUMBER.fullmatch) > 0.5:
            return 0.0
        probe = distinct[:: max(1, len(distinct) // 60)][:60]
        formulary = self.formulary
        return sum(names_drug(cell, formulary) for cell in probe) / len(probe) if len(probe) >= 3 else 0.0

    def _drugs_of_another_time(self, header: str) -> bool:
        return known_later(header) or known_before(header) or "allerg" in normalised(header) or "过敏" in header

    def _home_drugs(self, candidate: Candidate, columns: Sequence[int]) -> Candidate:
        header = candidate.table.columns
        home = [j for j in columns if known_before(header[j]) and not known_later(header[j])]
        if not self.missing(candidate, "medications_on_admission") or len(home) != 1:
            return candidate
        why = "drugs, which its header dates before the stay"
        return self.chosen(candidate, "medications_on_admission", home[0], why)

    def _family(self, table: Table, columns: list[int]) -> list[int]:
        """The columns that hold the orders: all of a numbered family, else one that has no equal beside it."""
        families: dict[str, list[int]] = {}
        for j in columns:
            families.setdefault(_family_of(table.columns[j]), []).append(j)
        largest = max(families.values(), key=len)
        if len(largest) > 1:
            return largest
        if len(columns) == 1:
            return columns
        shares = sorted(((self.drug_share(table, j), -j) for j in columns), reverse=True)
        return [-shares[0][1]] if self._same_drugs(table, columns) else []

    def _same_drugs(self, table: Table, columns: Sequence[int]) -> bool:
        """Whether columns name the same drugs row by row: a brand beside its generic name."""
        if self.formulary is None:
            return False
        rows = range(0, min(len(table), WITHIN), max(1, len(table) // 50))
        first, *others = columns
        equal = total = 0
        for i in rows:
            mapped = set(self.formulary.map(table.cells[first][i]).ingredients)
            for j in others:
                beside = set(self.formulary.map(table.cells[j][i]).ingredients)
                if mapped and beside:
                    total += 1
                    equal += mapped == beside
        return total >= 5 and equal >= 0.8 * total

    def _lists(self, table: Table, columns: Sequence[int]) -> bool:
        return any(self.column(table, j).share(lambda cell: len(split_list(cell)) > 1) > 0.3 for j in columns)

    def siblings(self, candidate: Candidate) -> Candidate:
        """The other columns of a numbered family ("DRUG1_NAME", "DRUG2_NAME") of which one holds a list's entry."""
        families: dict[str, list[int]] = {}
        for j, header in enumerate(candidate.table.columns):
            families.setdefault(_family_of(header), []).append(j)
        for match in candidate.assigned:
            family = families[_family_of(match.header)]
            name = "orders" if match.field == "order_drug" else match.field
            if len(family) < 2 or "#" not in _family_of(match.header) or name not in LISTS or name in self.given:
                continue
            free = set(self.free(candidate)) & set(family)
            listed = free or any(m.field == "orders" and m.column in family for m in candidate.assigned)
            if name == "orders" and match.field == "order_drug" and listed and not candidate.of_orders:
                own = [m for m in candidate.matches if m.field == "order_drug" and m.column in family]
                candidate = replace(candidate, matches=tuple(m for m in candidate.matches if m not in own))
                candidate = candidate.with_match(replace(match, field="orders"))
            for j in sorted(free):
                if evidence(name, candidate.table.cells[j], self.formulary) is Evidence.CONTRADICT:
                    continue
                sibling = Match(name, j, candidate.table.columns[j], match.confidence, match.why)
                candidate = candidate.with_match(sibling)
        return candidate

    # Identifiers

    def ids(self, candidate: Candidate) -> Candidate:
        """The admission id: the id with fewest values within which nothing of the admission differs."""
        if "admission_id" in self.given or (candidate.holding("patient_id") and "patient_id" in self.given):
            return candidate
        table = candidate.table
        own = [m for m in candidate.assigned if m.field == "admission_id"]
        free = [j for j in self._id_columns(candidate) if j not in {m.column for m in own}]
        told = [
            m for m in candidate.assigned if m.field in OF_THE_STAY and m.field != "discharge_date"
        ]  # or an order's
        known = [self.column(table, m.column) for m in told]
        held = {m.column for m in candidate.assigned if m.field != "admission_id" and m.confidence > BY_CELLS}
        if own and (not known or self._determines(self.column(table, own[0].column), known)):
            return candidate
        options = [self.column(table, j) for j in free if j not in held]
        rows = len(self.rows(table))
        stays = len(set(zip(*(column.cells for column in known), strict=True))) if known else rows
        able = [column for column in options if self._determines(column, known)]
        if len(known) >= TELLING:  # what numbers the orders has more values than there are stays
            able = [column for column in able if len(column.distinct) <= MORE_THAN_TOLD * stays]
        if not known or (not own and stays >= 0.97 * rows):
            able = [column for column in able if len(column.distinct) >= 0.97 * rows * column.filled]
        if own:  # a better one must hold the other: each stay has one person
            header = self.column(table, own[0].column)
            able = [c for c in able if len(c.distinct) > len(header.distinct) and self._determines(c, [header])]
        if not able:
            return candidate
        fewest = min(len(column.distinct) for column in able)
        best = [column for column in able if len(column.distinct) <= fewest * 1.02]
        leaning = max(column.leaning for column in best)
        best = [column for column in best if column.leaning == leaning]
        if len(best) != 1 or leaning < 0:
            return candidate
        place = next(j for j in free if self.column(table, j) is best[0])
        if not own:
            return self.chosen(candidate, "admission_id", place, "an id that differs from admission to admission")
        why = f"an id that differs from admission to admission, which {own[0].header[:40]!r} does not"
        kept = candidate.without(lambda m: m.field == "admission_id")
        kept = self.chosen(kept, "admission_id", place, why)
        if self.missing(kept, "patient_id"):
            kept = self.chosen(kept, "patient_id", own[0].column, "an id that stays the same over admissions")
        return kept

    def _id_columns(self, candidate: Candidate) -> list[int]:
        columns = range(len(candidate.table.columns))
        return [j for j in columns if self.column(candidate.table, j).is_id]

    def _determines(self, column: _Column, known: Sequence[_Column]) -> bool:
        """Whether rows with the same value are rows of one admission: nothing known of it differs among them."""
        seen: dict[str, tuple[str, ...]] = {}
        differing: set[str] = set()
        for i, value in enumerate(column.cells):
            if is_unknown(value):
                continue
            told = tuple(other.cells[i] for other in known)
            if seen.setdefault(value, told) != told:
                differing.add(value)
        return bool(seen) and len(differing) <= (1 - DETERMINED) * len(seen)

    def _of_one_age(self, candidate: Candidate, column: _Column) -> bool:
        """Whether rows with the same value are of persons of about the same age, where a column tells it."""
        held = candidate.holding("age")
        if held is None:
            return True
        ages: dict[str, list[float]] = {}
        for value, cell in zip(column.cells, self.column(candidate.table, held.column).cells, strict=True):
            if not is_unknown(value) and (age := _age(cell)) is not None:
                ages.setdefault(value, []).append(age)
        apart = sum(max(each) - min(each) > GROWN_OLDER for each in ages.values())
        return apart <= (1 - DETERMINED) * len(ages)

    def _same_things(self, table: Table, first: int, second: int) -> bool:
        """Whether two ids number the same things: each value of one has one of the other."""
        a, b = self.column(table, first), self.column(table, second)
        return self._determines(a, [b]) and self._determines(b, [a])

    def patients(self, candidate: Candidate) -> Candidate:
        """The patient id: an id of which each admission has one."""
        stay, held = candidate.holding("admission_id"), candidate.holding("patient_id")
        if stay is None or "patient_id" in self.given:
            return candidate
        table = candidate.table
        admission = self.column(table, stay.column)
        if held is not None and held.confidence < 1:
            few = len(self.column(table, held.column).distinct) < 0.3 * len(admission.distinct)
            if few and len(admission.distinct) >= 10:  # a ward or a unit, whatever its header
                candidate, held = candidate.without(lambda m: m.field == "patient_id"), None
        if held is not None:
            return candidate
        options = []
        for j in self.free(candidate):
            column = self.column(table, j)
            if column.is_id and column.leaning <= 0 and len(column.distinct) <= len(admission.distinct):
                repeats = 0.5 * len(admission.distinct) <= len(column.distinct) < len(admission.distinct)
                sexes = [self.column(table, m.column) for m in candidate.assigned if m.field == "sex"]
                if not self._determines(column, sexes) or not self._of_one_age(candidate, column):
                    continue  # a bed or a ward: persons of both sexes and all ages
                if self._determines(admission, [column]) and (column.leaning < 0 or repeats):
                    options.append((column.leaning, j))
        told = [j for leaning, j in options if leaning < 0] or [j for _, j in options]
        if not told or not all(self._same_things(table, told[0], j) for j in told[1:]):
            return candidate
        return self.chosen(candidate, "patient_id", told[0], "an id of which each admission has one")

    def joined(self, candidates: list[Candidate]) -> list[Candidate]:
        """The admission id of two tables: the pair of columns whose values join."""
        places = [k for k, c in enumerate(candidates) if c.holding("order_drug") or c.holding("orders")]
        places = [k for k in places if not not_ordered_here(candidates[k].table.title)]
        if not places:
            return candidates
        o = max(places, key=lambda k: len(candidates[k].table))
        told = [self._of_stays(candidate) for candidate in candidates]
        a = max(range(len(candidates)), key=lambda k: told[k])
        if told[a] <= told[o]:
            return candidates
        pairs = self._pairs(candidates[a], candidates[o])
        if "admission_id" in self.given:  # a person named that of one table: the other's joins with it
            named, other = candidates[a].holding("admission_id"), candidates[o].holding("admission_id")
            if named is None or other is not None:
                return candidates
            rights = self._joining(candidates[a], named.column, candidates[o])
            pairs = [(named.column, right) for right in rights] if len(rights) == 1 else []
        if len(pairs) != 1:
            return candidates
        ((left, right),) = pairs
        for k, j in ((a, left), (o, right)):
            held = candidates[k].holding("admission_id")
            if held is None or held.column != j:
                why = f"its values join with those of {candidates[o if k == a else a].table.title!r}"
                candidates[k] = self.chosen(candidates[k], "admission_id", j, why, instead=True)
        return candidates

    def _of_stays(self, candidate: Candidate) -> int:
        return len({m.field for m in candidate.assigned} & {*OF_THE_STAY, "note", "past_medical_history"})

    def _pairs(self, stays: Candidate, orders: Candidate) -> list[tuple[int, int]]:
        """The best pairs of columns that join; more than one where nothing tells between them."""
        joining: list[tuple[tuple[float, ...], int, int]] = []
        for left in self._joining_columns(stays):
            here = self.column(stays.table, left)
            if len(here.distinct) < 0.95 * len(self.rows(stays.table)) * here.filled:
                continue  # a person's id repeats where persons come back
            known = self._confidence(stays, left)
            values = set(stays.table.cells[left])
            for right in self._joining_columns(orders):
                there = self.column(orders.table, right)
                among = sum(value in values for value in there.distinct)
                if among >= JOINED * len(there.distinct) and len(there.distinct) > 1:
                    likely = known + self._confidence(orders, right)
                    joining.append(((float(likely > 0), here.leaning + there.leaning, likely), left, right))
        if not joining:
            return []
        best = max(rank for rank, _, _ in joining)
        return [(left, right) for rank, left, right in joining if rank == best]

    def _joining(self, stays: Candidate, left: int, orders: Candidate) -> list[int]:
        """The columns of the orders nearly all of whose values are in a column of the admissions."""
        values = set(stays.table.cells[left])
        found = []
        for right in self._joining_columns(orders):
            there = self.column(orders.table, right).distinct
            if len(there) > 1 and sum(value in values for value in there) >= JOINED * len(there):
                found.append(right)
        return found

    def _joining_columns(self, candidate: Candidate) -> list[int]:
        certain = {m.column for m in candidate.assigned if m.field not in ("admission_id", "patient_id")}
        named = {m.column for m in candidate.assigned if m.field == "admission_id"}
        every = range(len(candidate.table.columns))
        return [j for j in every if j in named or (j not in certain and self.column(candidate.table, j).is_id)]

    def _confidence(self, candidate: Candidate, column: int) -> float:
        here = [m for m in candidate.matches if m.column == column]
        stay, person = ([m.confidence for m in here if m.field == name] for name in ("admission_id", "patient_id"))
        return max(stay, default=0.0) - max(person, default=0.0)

    # What is known of the admission

    def of_patients(self, candidate: Candidate) -> Candidate:
        """Sex and age, where one column holds nothing else."""
        for name, holds, why in (
            ("sex", _holds_sexes, "its cells say female or male"),
            ("age", _holds_ages, "its cells are ages in years"),
        ):
            if not self.missing(candidate, name, *(["birth_date"] if name == "age" else [])):
                continue
            columns = [j for j in self.free(candidate) if holds(self.column(candidate.table, j))]
            if len(columns) == 1:
                candidate = self.chosen(candidate, name, columns[0], why)
        return candidate

    def diagnoses(self, candidate: Candidate) -> Candidate:
        """Every column of ICD codes; without any, the one column of texts that are diagnoses by their words."""
        table = candidate.table
        reasons = {m.column for m in candidate.matches if m.field == "reason" and m.confidence >= SURELY}
        named = [j for j in reasons if self.column(table, j).says(_DIAGNOSIS)]
        if len(reasons) > 1 and len(named) == 1 and "diagnoses" not in self.given:
            why = "its header speaks of a diagnosis, and another column of the reason"
            candidate = candidate.without(lambda m: m.column == named[0])
            return self.chosen(candidate, "diagnoses", named[0], why)
        if not self.missing(candidate, "diagnoses"):
            for j in [] if "diagnoses" in self.given else self.free(candidate):
                column = self.column(table, j)
                of_the_stay = column.says(_DIAGNOSIS) and not (
                    column.says(_NOT_DIAGNOSES) or known_later(column.header)
                )
                if of_the_stay and _holds_codes(column):
                    why = "its header speaks of diagnoses and its cells are ICD codes"
                    candidate = self.chosen(candidate, "diagnoses", j, why)
            return candidate
        free = [j for j in self.free(candidate) if not self.column(table, j).says(_NOT_DIAGNOSES)]
        coded = [j for j in free if _holds_codes(self.column(table, j))]
        for j in coded:
            candidate = self.chosen(candidate, "diagnoses", j, "its cells are ICD codes")
        if coded:
            return candidate
        texts = [j for j in free if _holds_diseases(self.column(table, j))]
        texts = [j for j in texts if self.drug_share(table, j) < 0.3]
        stems = {_family_of(table.columns[j]) for j in texts}
        if len(stems) == 1:
            for j in texts:
                candidate = self.chosen(candidate, "diagnoses", j, "its cells are names of diseases")
        return candidate

    # Dates

    def dates(self, candidate: Candidate) -> Candidate:
        """Admission and start of orders from the dates of a table: their order in time, and what varies in a stay."""
        dated = {"admission_date", "order_start"} - self.given
        candidate = candidate.without(
            lambda m: m.field in dated and self._same_everywhere(candidate.table, m.column)  # of the extraction
        )
        stay, table = candidate.holding("admission_id"), candidate.table
        if stay is None:
            return candidate
        named = self.column(table, stay.column)
        long = len(named.distinct) < 0.8 * len(self.rows(table))
        of_the_stay = {"admission_date", "discharge_date", "birth_date"} - self.given
        if long:
            candidate = candidate.without(
                lambda m: m.field in of_the_stay and self._moves(named, self.column(table, m.column))
            )
        free = [self.column(table, j) for j in self.free(candidate)]
        free = [c for c in free if c.dates and c.filled >= 0.8 and not c.says(_OTHER_DATE) and len(c.distinct) > 1]
        fixed = [c for c in free if self._determines(named, [c]) and c.years < LIFETIME]
        moving = [c for c in free if c not in fixed] if long else []
        place = {id(self.column(table, j)): j for j in range(len(table.columns))}
        if "admission_date" not in self.given and self._of_stays(candidate) >= 2:
            held = candidate.holding("admission_date")
            if held is not None:
                fixed = [*fixed, self.column(table, held.column)]
            first = _earliest(fixed)
            if held is not None and first is not None and held.confidence < CERTAIN:
                before = candidate.without(lambda m: m.field == "admission_date")
                candidate = candidate if place[id(first)] == held.column else before
            if first is not None and candidate.holding("admission_date") is None:
                why = "the first of the dates of an admission"
                candidate = self.chosen(candidate, "admission_date", place[id(first)], why)
        candidate = self._in_order(candidate)
        if long and (candidate.holding("order_drug") or candidate.holding("orders")):
            candidate = self._starts(candidate, named, moving, place)
        return candidate

    def _in_order(self, candidate: Candidate) -> Candidate:
        """Nobody is discharged before the admission: an earlier date taken for the discharge is the admission's."""
        admitted, discharged = candidate.holding("admission_date"), candidate.holding("discharge_date")
        if admitted is None or discharged is None or {"admission_date", "discharge_date"} & self.given:
            return candidate
        if not _before(self.column(candidate.table, discharged.column), self.column(candidate.table, admitted.column)):
            return candidate
        why = "its dates lie before those of the other date of the stay"
        return self.chosen(candidate, "admission_date", discharged.column, why, instead=True)

    def _moves(self, stay: _Column, column: _Column) -> bool:
        """Whether a column differs from order to order of a stay, so that it is nothing of the stay."""
        pairs = set(zip(stay.cells, column.cells, strict=True))
        return len(pairs) > 2 * len(stay.distinct) and not self._determines(stay, [column])

    def _starts(
        self, candidate: Candidate, stay: _Column, moving: Sequence[_Column], place: Mapping[int, int]
    ) -> Candidate:
        if not self.missing(candidate, "order_start"):
            return candidate
        offsets = [
            column
            for column in (self.column(candidate.table, j) for j in self.free(candidate))
            if minutes_per_unit(column.header) is not None
            and column.filled >= 0.8
            and column.share(_NUMBER.fullmatch) > 0.9
            and not column.says(_OTHER_DATE)
            and not self._determines(stay, [column])
        ]
        start = offsets[0] if len(offsets) == 1 else None if offsets else _earliest(moving)
        if start is None:
            return candidate
        why = "the first of the times that differ within a stay"
        return self.chosen(candidate, "order_start", place[id(start)], why)

    def starts_near(self, candidates: list[Candidate]) -> list[Candidate]:
        """Takes back dates chosen as starts that are not near the admission: they tell when orders ended."""
        admitted: dict[str, datetime] = {}
        for candidate in candidates:
            stay, date = candidate.holding("admission_id"), candidate.holding("admission_date")
            if stay is not None and date is not None and not candidate.of_orders:
                moments = self.column(candidate.table, date.column).moments
                names = self.column(candidate.table, stay.column).cells
                admitted |= {name: moment for name, moment in zip(names, moments, strict=True) if moment}
        return [self._with_near_start(candidate, admitted) for candidate in candidates]

    def _with_near_start(self, candidate: Candidate, admitted: Mapping[str, datetime]) -> Candidate:
        stay, start = candidate.holding("admission_id"), candidate.holding("order_start")
        if stay is None or start is None or not start.why:
            return candidate
        column, names = self.column(candidate.table, start.column), self.column(candidate.table, stay.column).cells
        pairs = [(admitted[n], m) for n, m in zip(names, column.moments, strict=True) if m and n in admitted]
        near = sum(abs((moment.date() - begin.date()).days) <= 1 for begin, moment in pairs)
        if not column.dates or not pairs or near >= NEAR * len(pairs):
            return candidate
        return candidate.without(lambda m: m.field == "order_start")

    def _same_everywhere(self, table: Table, j: int) -> bool:
        column = self.column(table, j)
        return len(table) >= 10 and len(column.distinct) == 1 and column.filled > 0.9


def id_columns(table: Table, matches: Sequence[Match]) -> list[int]:
    """The columns that may hold the admission id and that nothing else was found in, the likeliest first."""
    taken = {match.column for match in matches}
    columns = {
        j: _Column(table.columns[j], table.cells[j][:WITHIN]) for j in range(len(table.columns)) if j not in taken
    }
    able = [j for j, column in columns.items() if column.is_id and column.leaning >= 0]
    return sorted(able, key=lambda j: -columns[j].leaning)


def complete(
    candidates: Sequence[tuple[Table, Sequence[Match]]],
    vocabulary: Vocabulary,
    formulary: Formulary | None,
    given: frozenset[str],
) -> list[tuple[Table, list[Match]]]:
    """The matches of each table with those that its cells speak for, where no header does; `given` fields stay."""
    finder = _Finder(vocabulary, formulary, given)
    tables = [Candidate(table, tuple(matches)) for table, matches in candidates]
    tables = [finder.of_patients(candidate) for candidate in tables]
    tables = finder.drugs(tables)
    tables = [finder.diagnoses(c) if not c.holding("order_drug") or finder._of_stays(c) else c for c in tables]
    tables = [finder.siblings(candidate) for candidate in tables]
    tables = finder.joined(tables)
    tables = [finder.ids(candidate) for candidate in tables]
    tables = [finder.patients(candidate) for candidate in tables]
    tables = [finder.dates(candidate) for candidate in tables]
    tables = finder.starts_near(tables)
    return [(candidate.table, list(candidate.matches)) for candidate in tables]


def _family_of(header: str) -> str:
    """A header without its numbers: what the columns of a numbered family share."""
    return re.sub(r"\d+", "#", normalised(header))


def _is_moment(cell: str) -> bool:
    """Whether a cell is a date; a number of eight figures is one of this or the last century, or a number."""
    return is_date(cell) and (not cell.isdigit() or cell.startswith(("19", "20")))


def _holds_sexes(column: _Column) -> bool:
    values = {cell.strip().casefold() for cell in column.distinct}
    if not 2 <= len(values) <= 4:
        return False
    sexes = SexColumn(column.header, column.cells, {})
    try:
        read = {sexes.read(value) for value in values}
    except ValueError:
        return False
    return {"female", "male"} <= read


def _holds_ages(column: _Column) -> bool:
    """Ages with their unit ("67 J."); bare numbers may be anything."""
    if len(column.distinct) < 3 or column.share(lambda cell: _age(cell) is not None) < 0.95:
        return False
    return column.share(says_years) > MOST


def _age(cell: str) -> float | None:
    try:
        return parse_age(cell)
    except ValueError:
        return None


def _holds_codes(column: _Column) -> bool:
    """ICD codes of many chapters; a bed, a ward or a billing group looks alike, and has neither dots nor lists."""
    entries = [entry for cell in column.sample for entry in split_list(cell)]
    coded = [entry for entry in entries if _ICD.fullmatch(entry)]
    if len(coded) < max(3, MOST * len(entries)) or all(_DRG.fullmatch(entry) for entry in coded):
        return False
    pointed = sum("." in entry for entry in coded) + len(entries) - len(column.sample)
    return pointed > 0.2 * len(coded) and len({entry[0].upper() for entry in coded}) >= 3


def _holds_diseases(column: _Column) -> bool:
    """Names of diseases in most cells, short enough for entries of a list."""
    entries = [entry for cell in column.sample for entry in split_list(cell)]
    if len(column.distinct) < 3 or not entries or median(map(len, entries)) > 80:
        return False
    return column.share(DISEASES.search) > 0.6 and column.share(is_date) < 0.1


def _earliest(columns: Sequence[_Column]) -> _Column | None:
    """The column whose dates come before those of all others in their rows; None where they are mixed."""
    ranked = sorted(columns, key=lambda c: [m.timestamp() for m in c.moments if m is not None][:1] or [0.0])
    if not ranked:
        return None
    for column in ranked:
        if all(other is column or _before(column, other) for other in ranked):
            return column
    return None


def _before(first: _Column, second: _Column) -> bool:
    pairs = [(a, b) for a, b in zip(first.moments, second.moments, strict=True) if a and b]
    earlier = sum(a < b for a, b in pairs)
    return bool(pairs) and sum(a <= b for a, b in pairs) > 0.95 * len(pairs) and earlier > 0.5 * len(pairs)


def _moment(cell: str, order: str) -> datetime | None:
    try:
        return parse_date(cell, "mdy" if order == "mdy" else "dmy")
    except ValueError:
        return None
