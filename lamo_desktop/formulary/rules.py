"""The rules a ward pharmacist checks orders by: pairs, sets and conditions, each with its severity, reason and source.

Written by hand in `resources/knowledge` (pairs.csv, sets.csv, contraindications.csv, over the groups of groups.csv);
below them stand the tables of the ANSM and of NDF-RT, read through tiers.csv. A site's own rows stand above all.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from lamo_desktop.errors import InputError
from lamo_desktop.formulary.allergies import statements
from lamo_desktop.formulary.fixed_combinations import fixed_combinations, parts_of
from lamo_desktop.formulary.knowledge import tables_of
from lamo_desktop.formulary.tables import rows
from lamo_desktop.formulary.text import LONGEST_TEXT, plain, words
from lamo_desktop.paths import resource

Severity = Literal["contraindicated", "serious", "caution", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the gravest first
NONE = "none"  # in a table: known, and not flagged
INTERACTION, DUPLICATE = "interaction", "duplicate class"
NOW, EVER = "now", "ever"

GROUPS, PAIRS, SETS = "groups.csv", "pairs.csv", "sets.csv"
CONTRAINDICATIONS, CROSS_ALLERGIES, TIERS = "contraindications.csv", "cross_allergies.csv", "tiers.csv"
ANSM, NDFRT = "ANSM 2020", "NDF-RT 2014"
_SITE_TIERS: Mapping[str, Severity] = {
    "contraindicated": "contraindicated",
    **dict.fromkeys(("critical", "major", "serious", "severe", "high", "not recommended"), "serious"),
    **dict.fromkeys(("minor", "note", "low", "consider"), "note"),
}  # any other word of a site's interaction table is a caution
_CODE = re.compile(r"[A-Z]?\d[\dA-Z]{1,2}(?:\.?[\dA-Z]+)?")
_LIMIT = re.compile(r"(?P<name>[^<>]+)(?P<side>[<>])\s*(?P<limit>\d+(?:\.\d+)?)")
_LABEL = re.compile(r"FDA label of ([^,]+)")
_SEARCHED = re.compile(r"(?<=[?&]query=)[^&]*")
_OWN_LABEL = re.compile(r"\{([ab])\}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PAST = re.compile(r"\b(?:h ?/ ?o|history of|hx of|personal history)\b")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is from: the document, its date (for one that changes, when the rule was written), and a link."""

    title: str
    dated: str = ""
    link: str = ""

    def said_of(
        self, drugs: Iterable[str], groups: Sequence[frozenset[str]], class_of: Callable[[str], str]
    ) -> "Source":
        """The source as it is cited for some drugs of the `groups` that a row is about.

        "{a}" or "{b}" stands for the drug of that group: all their labels say it. Where the label is that of another
        drug of the group, the citation says so if both are of one class of the formulary; else the drugs have no more
        in common than what the row says, and the labels are cited as a whole, with a link to the drug's own.
        """
        named = {*drugs, *(part for drug in drugs for part in parts_of(drug))}
        if own := _OWN_LABEL.search(self.title):
            name = min(named & groups["ab".index(own[1])], default="the drug")
            title, link = (text.replace(own[0], name) for text in (self.title, self.link))
            return replace(self, title=title, link=link.replace(" ", "+"))
        label = _LABEL.match(self.title)
        if label is None:
            return self
        of = frozenset(label[1].removesuffix(" injection").split(" and "))  # of a product: what it is made of
        if of & named:
            return self
        beside = sorted(frozenset[str]().union(*(named & group for group in groups if of & group)))
        if not beside:
            return self
        classes = {class_of(name) for name in of}
        if alike := [name for name in beside if class_of(name) in classes]:
            rest = self.title[label.end() :]
            return replace(self, title=f"{label[0]} (of the class of {alike[0]}){rest}")
        link = _SEARCHED.sub(beside[0].replace(" ", "+"), self.link)
        return replace(self, title="FDA labels of these drugs", link=link)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """Drugs that should not stand on one list unseen: at least `needs[i][1]` of the drugs of each group `needs[i][0]`.

    `family`: of the rules of one family only the first that holds is said. `usual_in`: the number of the condition in
    which the combination is usual, so that it is only noted. `never`: its source calls it contraindicated.
    """

    kind: str
    severity: Severity
    reason: str
    source: Source
    needs: tuple[tuple[frozenset[str], int], ...]
    family: str = ""
    usual_in: int | None = None
    never: bool = False

    @property
    def with_home(self) -> Severity | None:
        """How grave it is where it holds only with a home medication, which may have been paused: a tier less, but not
        below serious where the combination is contraindicated. None: not worth saying.
        """
        if self.severity == "contraindicated" or (self.never and self.severity == "serious"):
            return "serious"
        return milder(self.severity)

    def members(self, drugs: frozenset[str]) -> frozenset[str]:
        """The drugs that make the rule hold; none when it does not."""
        found = [drugs & group for group, _ in self.needs]
        if any(len(part) < least for part, (_, least) in zip(found, self.needs, strict=True)):
            return frozenset()
        return frozenset().union(*found)

    def usual(self, conditions: Mapping[int, str]) -> bool:
        """Whether the combination is usual in one of these conditions."""
        return self.usual_in is not None and self.usual_in in conditions

    def covers(self, a: str, b: str) -> bool:
        """Whether the rule says what there is to say about this pair."""
        inside = [(a in group, b in group, least) for group, least in self.needs]
        if any(has_a and has_b and least > 1 for has_a, has_b, least in inside):
            return True
        return any(
            (inside[i][0] and inside[j][1]) or (inside[i][1] and inside[j][0])
            for i in range(len(inside))
            for j in range(i)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Contraindication:
    """A condition in which drugs are contraindicated, or to be given with care; `condition` is its number."""

    drugs: frozenset[str]
    name: str
    severity: Severity
    reason: str
    source: Source
    condition: int


@dataclass(frozen=True, slots=True)
class CrossAllergy:
    """How far an allergy to a drug of one allergy class speaks against the drugs of another."""

    severity: Severity
    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds on a list: the drugs of the list, and those of the home medications, that make it hold."""

    rule: Rule
    severity: Severity
    drugs: frozenset[str]
    home: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A measured value, from `least` to `most` where a test only says below or above, and how it is said."""

    least: float
    most: float
    text: str


@dataclass(frozen=True, slots=True)
class FindingLimit:
    """A finding below or above a limit ("eGFR<30", "potassium>5.5")."""

    name: str
    below: bool
    limit: float

    def holds(self, found: Found) -> bool:
        """Whether a value certainly lies beyond the limit."""
        return found.most < self.limit if self.below else found.least > self.limit


@dataclass(slots=True)
class _Condition:
    """What a condition is recognised by: phrases in words, beginnings of ICD codes, findings beyond a limit.

    Unless `now`, in the past too.
    """

    now: bool
    phrases: list[tuple[str, ...]]
    codes: tuple[str, ...]
    findings: tuple[FindingLimit, ...] = ()


@dataclass(slots=True)
class ClinicalRules:
    """All rules, by drug; `conditions` and `hits` are what a list is checked with."""

    partners: dict[str, dict[str, Rule]] = field(default_factory=dict)  # the one rule of each pair
    sets: list[Rule] = field(default_factory=list)
    by_condition: dict[str, list[Contraindication]] = field(default_factory=dict)
    cross_allergies: dict[tuple[str, str], CrossAllergy] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    _conditions: list[_Condition] = field(default_factory=list)
    _by_word: dict[str, list[tuple[tuple[str, ...], int]]] = field(default_factory=dict)
    _whole: dict[tuple[str, ...], list[int]] = field(
        default_factory=dict
    )  # phrases that are the whole text but for a year
    _of_text: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)

    def conditions(
        self,
        current: Iterable[str],
        past: Iterable[str],
        codes: Iterable[str],
        findings: Mapping[str, Found] = MappingProxyType({}),
    ) -> dict[int, str]:
        """Numbers of the conditions that an admission has, each with the text, code or finding that says so."""
        found: dict[int, str] = {}
        for text in current:
            for number in self._in_text(text)[0]:
                found.setdefault(number, text)
        for text in past:
            for number in self._in_text(text)[1]:
                if not self._conditions[number].now:
                    found.setdefault(number, text)
        for code in codes:
            prefix, _, value = code.rpartition(":")
            if prefix in ("icd", "dx") and _CODE.fullmatch(value.upper()):
                for number in self._of_code(value.upper()):
                    found.setdefault(number, value.upper())
        for number, condition in enumerate(self._conditions) if findings else ():
            for limit in condition.findings:
                if limit.name in findings and limit.holds(findings[limit.name]):
                    found.setdefault(number, findings[limit.name].text)
        return found

    def _in_text(self, text: str) -> tuple[frozenset[int], frozenset[int]]:
        """Conditions that a text asserts: as of now (nothing after "history of"), and at any time."""
        known = self._of_text.get(text)
        if known is None:
            asserted = " ".join(statements(text))
            ever = self._found(words(asserted))
            past = _PAST.search(asserted)
            now = self._found(words(asserted[: past.start()])) if past else ever
            known = frozenset(n for n in ever if n in now or not self._conditions[n].now), ever
            if len(text) <= LONGEST_TEXT:
                self._of_text[text] = known
        return known

    def _found(self, text_words: Sequence[str]) -> frozenset[int]:
        found = set(self._whole.get(tuple(word for word in text_words if not _YEAR.fullmatch(word)), ()))
        for place, word in enumerate(text_words):
            for phrase, number in self._by_word.get(word, ()):
                if tuple(text_words[place : place + len(phrase)]) == phrase:
                    found.add(number)
        return frozenset(found)

    def _of_code(self, code: str) -> list[int]:
        dotted = code if "." in code or len(code) <= 3 else f"{code[:3]}.{code[3:]}"
        return [n for n, condition in enumerate(self._conditions) if dotted.startswith(condition.codes or ("?",))]

    def hits(self, drugs: frozenset[str], home: frozenset[str], conditions: Mapping[int, str]) -> list[Hit]:
        """The rules that hold on a list of drugs, alone or together with the home medications.

        Whether a home medication goes on is not known: what holds only with one is as grave as `with_home` says. A pair
        that the rule of a set speaks of is not said again, unless it is graver.
        """
        beside = home - drugs
        found = self._set_hits(drugs, beside, conditions)
        pairs: dict[Rule, list[tuple[str, str]]] = {}
        everything = drugs | beside
        for a in drugs:
            for b in everything.intersection(self.partners.get(a, ())):
                if b in drugs and b < a:
                    continue
                rule = self.partners[a][b]
                if not any(
                    _as_grave(_judged(hit, conditions), rule.severity) and hit.rule.covers(a, b) for hit in found
                ):
                    pairs.setdefault(rule, []).append((a, b))
        for rule, members in pairs.items():
            inside = [pair for pair in members if pair[1] in drugs]
            severity = rule.severity if inside else rule.with_home
            if severity is not None:
                chosen = inside or members
                named = frozenset(name for pair in chosen for name in pair)
                found.append(Hit(rule, "note" if rule.usual(conditions) else severity, named & drugs, named - drugs))
        return found

    def _set_hits(self, drugs: frozenset[str], beside: frozenset[str], conditions: Mapping[int, str]) -> list[Hit]:
        found: list[Hit] = []
        said: set[str] = set()
        for rule in self.sets:
            if rule.family in said:
                continue
            members, severity = rule.members(drugs), rule.severity
            if not members and beside and rule.kind == INTERACTION:
                members = rule.members(drugs | beside)
                lower = rule.with_home
                if not members & drugs or lower is None:
                    continue
                severity = lower
            if members:
                said.add(rule.family)
                found.append(
                    Hit(rule, "note" if rule.usual(conditions) else severity, members & drugs, members - drugs)
                )
        return found

    def contraindicated(self, drug: str, conditions: Mapping[int, str]) -> list[Contraindication]:
        """The gravest contraindications of a drug in these conditions, in the order of the table."""
        held = [entry for entry in self.by_condition.get(drug, ()) if entry.condition in conditions]
        worst = min((SEVERITIES.index(entry.severity) for entry in held), default=0)
        return [entry for entry in held if SEVERITIES.index(entry.severity) == worst]


def milder(severity: Severity) -> Severity | None:
    """The next tier below; None below a note."""
    place = SEVERITIES.index(severity) + 1
    return SEVERITIES[place] if place < len(SEVERITIES) else None


def _judged(hit: Hit, conditions: Mapping[int, str]) -> Severity:
    """How grave a rule is that was looked at: its own severity where what it says is usual and so only noted."""
    return hit.rule.severity if hit.rule.usual(conditions) else hit.severity


def _as_grave(first: Severity, second: Severity) -> bool:
    return SEVERITIES.index(first) <= SEVERITIES.index(second)


def load_rules(
    drug_class: Mapping[str, str],
    name_of: Callable[[str], str],
    interactions: Sequence[tuple[Path, str]],
    site: Path | None = None,
) -> ClinicalRules:
    """The rules of the shipped tables and of a site's own.

    drug_class: the class of every ingredient. name_of: our name for a drug of an interaction table. interactions: the
    tables with columns drug_a, drug_b, severity that stand above the ANSM's (NDF-RT below it), each with its name.
    Raises InputError naming file and row when a table cannot be used.
    """
    return _Reader(drug_class, name_of, site).read(interactions)


class _Reader:
    """Reads the tables in the order of their authority, the least first."""

    def __init__(self, drug_class: Mapping[str, str], name_of: Callable[[str], str], site: Path | None) -> None:
        self._by_class: dict[str, set[str]] = {}
        for drug, name in drug_class.items():
            self._by_class.setdefault(name, set()).add(drug)
        self._known = frozenset(drug_class)
        self._name_of = name_of
        self._own = tables_of(site) if site else {}
        self._groups: dict[str, frozenset[str]] = {}
        self._rules = ClinicalRules()

    def read(self, interactions: Sequence[tuple[Path, str]]) -> ClinicalRules:
        tiers = self._read_tiers()
        for path in self._paths(GROUPS):
            self._read_groups(path)
        ndfrt = resource("formulary/interactions.csv")
        self._read_table(ndfrt, Source("National Drug File - Reference Terminology (US VA)", "2014"), tiers[NDFRT])
        ansm = Source("ANSM, thesaurus of drug interactions", "2020-10", "https://ansm.sante.fr")
        self._read_table(resource("knowledge/interactions.csv"), ansm, tiers[ANSM])
        shipped, *own = self._paths(PAIRS)
        self._read_pairs(shipped)
        for path, name in interactions:
            self._read_table(path, Source(name), None)
        for path in own:
            self._read_pairs(path)
        sets: dict[str, Rule | None] = {}
        for path in self._paths(SETS):
            self._read_sets(path, sets)
        self._rules.sets = [rule for rule in sets.values() if rule is not None]
        for path in self._paths(CONTRAINDICATIONS):
            self._read_contraindications(path)
        for path in self._paths(CROSS_ALLERGIES):
            self._read_cross_allergies(path)
        self._add_products()
        self._rules.files = (
            *(
                resource(f"knowledge/{name}")
                for name in (GROUPS, PAIRS, SETS, CONTRAINDICATIONS, CROSS_ALLERGIES, TIERS)
            ),
            resource("knowledge/interactions.csv"),
            *self._own.values(),
        )
        return self._rules

    def _add_products(self) -> None:
        """What the rules say of an ingredient they say of the fixed combinations with it, too."""
        for each in fixed_combinations():
            own = dict(self._rules.partners.get(each.drug, {}))
            inherited: dict[str, Rule] = {}
            for part in each.parts:
                for partner, rule in self._rules.partners.get(part, {}).items():
                    known = inherited.get(partner)
                    if partner not in (*each.parts, each.drug) and (
                        known is None or not _as_grave(known.severity, rule.severity)
                    ):
                        inherited[partner] = rule
            for partner, rule in (inherited | own).items():
                self._set_pair(each.drug, partner, rule)
            held = self._rules.by_condition.setdefault(each.drug, [])
            for part in each.parts:
                held += [entry for entry in self._rules.by_condition.get(part, ()) if entry not in held]
        self._rules.sets = [
            replace(rule, needs=tuple((_with_products(group), least) for group, least in rule.needs))
            for rule in self._rules.sets
        ]

    def _paths(self, name: str) -> list[Path]:
        return [resource(f"knowledge/{name}"), *([self._own[name]] if name in self._own else [])]

    def _read_tiers(self) -> dict[str, dict[str, Severity | None]]:
        tiers: dict[str, dict[str, Severity | None]] = {ANSM: {}, NDFRT: {}}
        for path in self._paths(TIERS):
            for row, (table, severity, tier) in rows(path, ("table", "severity", "tier")):
                if table not in tiers:
                    raise InputError(f"{path.name} row {row}: {table!r} is not one of {', '.join(tiers)}.")
                tiers[table][severity] = _severity(path, row, tier)
        return tiers

    def _read_groups(self, path: Path) -> None:
        for row, (group, members) in rows(path, ("group", "members")):
            if not group or not members:
                raise InputError(f"{path.name} row {row}: group and members must both be filled in.")
            taken, left_out = set[str](), set[str]()
            for member in (part.strip() for part in members.split(";")):
                bare = member.removeprefix("-")
                (left_out if member.startswith("-") else taken).update(self._drugs(path, row, bare))
            self._groups[group] = frozenset(taken - left_out)

    def _drugs(self, path: Path, row: int, name: str) -> frozenset[str]:
        """The drugs a name stands for: "class:..." or "group:...", a group, or one drug."""
        kind, colon, rest = name.partition(":")
        if colon and kind == "class" and rest in self._by_class:
            return frozenset(self._by_class[rest])
        if colon and kind == "group" and rest in self._groups:
            return self._groups[rest]
        if name in self._groups:
            return self._groups[name]
        if name in self._known:
            return frozenset((name,))
        raise InputError(f"{path.name} row {row}: {name!r} is neither a drug nor a group (groups.csv).")

    def _read_table(self, path: Path, source: Source, tiers: Mapping[str, Severity | None] | None) -> None:
        """A table of pairs with severities; `tiers` says what they mean, None: a site's own words."""
        for _, (drug_a, drug_b, written) in rows(path, ("drug_a", "drug_b", "severity")):
            severity = _SITE_TIERS.get(written.lower(), "caution") if tiers is None else tiers.get(written.lower())
            first, second = (name if name in self._known else self._name_of(name) for name in (drug_a, drug_b))
            if severity is None:  # where two tables know a pair, the later one's word stands
                self._forget(first, second)
                continue
            reason = f"{source.title} calls them {written.lower()} together."
            needs = ((frozenset((first,)), 1), (frozenset((second,)), 1))
            never = written.lower() == "contraindicated"
            self._set_pair(first, second, Rule(INTERACTION, severity, reason, source, needs, never=never))

    def _set_pair(self, a: str, b: str, rule: Rule) -> None:
        self._rules.partners.setdefault(a, {})[b] = rule
        self._rules.partners.setdefault(b, {})[a] = rule

    def _forget(self, a: str, b: str) -> None:
        self._rules.partners.get(a, {}).pop(b, None)
        self._rules.partners.get(b, {}).pop(a, None)

    def _read_pairs(self, path: Path) -> None:
        """Of two rows about one pair the one that speaks of fewer drugs stands; "none" takes a pair away."""
        chosen: dict[tuple[str, str], tuple[int, Rule | None]] = {}
        columns = ("a", "b", "severity", "reason", "source", "dated", "link")
        for row, (a, b, written, reason, *source, usual_in) in rows(path, columns, ("usual_in",)):
            severity = _severity(path, row, written)
            first, second = self._drugs(path, row, a), self._drugs(path, row, b)
            _need(path, row, reason=reason, source=source[0])
            rule = None
            if severity is not None:
                usual = self._condition(usual_in.split("|"), (), now=False) if usual_in else None
                needs = ((first, 1), (second, 1))
                rule = Rule(INTERACTION, severity, reason, Source(*source), needs, usual_in=usual)
            width = len(first) * len(second)
            for one, other in product(first, second):
                pair = (min(one, other), max(one, other))
                if one != other and width <= chosen.get(pair, (width, None))[0]:
                    chosen[pair] = (width, rule)
        for (one, other), (_, rule) in chosen.items():
            if rule is None:
                self._forget(one, other)
            else:
                self._set_pair(one, other, rule)

    def _read_sets(self, path: Path, found: dict[str, Rule | None]) -> None:
        columns = ("name", "needs", "kind", "severity", "usual_in", "reason", "source", "dated", "link")
        for row, (name, needs, kind, written, usual_in, reason, *source) in rows(path, columns):
            _need(path, row, name=name, needs=needs, reason=reason, source=source[0])
            if kind not in (INTERACTION, DUPLICATE):
                raise InputError(f"{path.name} row {row}: kind {kind!r} is neither {INTERACTION} nor {DUPLICATE}.")
            severity = _severity(path, row, written)
            if severity is None:
                found[name] = None
                continue
            usual = self._condition(usual_in.split("|"), (), now=False) if usual_in else None
            groups = tuple(self._term(path, row, term.strip()) for term in needs.split("+"))
            family = name.partition(",")[0]
            found[name] = Rule(kind, severity, reason, Source(*source), groups, family, usual)

    def _term(self, path: Path, row: int, term: str) -> tuple[frozenset[str], int]:
        name, star, number = term.partition("*")
        if star and not (number.isdigit() and int(number) > 0):
            raise InputError(f"{path.name} row {row}: {term!r} does not end in a number of drugs.")
        return self._drugs(path, row, name), int(number) if star else 1

    def _read_contraindications(self, path: Path) -> None:
        columns = ("drugs", "condition", "when", "words", "codes", "severity", "reason", "source", "dated", "link")
        shipped = resource(f"knowledge/{CONTRAINDICATIONS}")
        numbers: dict[tuple[str, str, str, str], int] = {}
        for row, cells in rows(path, columns, optional=("findings",)):
            names, condition, when, phrases, codes, written, reason, *source, beyond = cells
            _need(path, row, drugs=names, condition=condition, reason=reason, source=source[0])
            if when not in (NOW, EVER):
                raise InputError(f"{path.name} row {row}: when is {when!r}, not {NOW} or {EVER}.")
            if not phrases and not codes and not beyond:
                raise InputError(f"{path.name} row {row}: words, codes or findings must be filled in.")
            drugs = frozenset[str]().union(*(self._drugs(path, row, name) for name in names.split("|")))
            severity = _severity(path, row, written)
            for drug in drugs:  # a site's row about the condition stands in place of the shipped one
                held = self._rules.by_condition.setdefault(drug, [])
                if path != shipped:
                    held[:] = [entry for entry in held if entry.name != condition]
            if severity is None:
                continue
            key = (when, phrases, codes, beyond)
            if key not in numbers:
                limits = tuple(_limit(path, row, text) for text in beyond.split("|") if text)
                numbers[key] = self._condition(phrases.split("|"), codes.split("|"), when == NOW, limits)
            entry = Contraindication(drugs, condition, severity, reason, Source(*source), numbers[key])
            for drug in drugs:
                self._rules.by_condition[drug].append(entry)

    def _condition(
        self, phrases: Iterable[str], codes: Iterable[str], now: bool, limits: tuple[FindingLimit, ...] = ()
    ) -> int:
        number = len(self._rules._conditions)
        written = [phrase.strip() for phrase in phrases if phrase.strip()]
        known = [words(plain(phrase)) for phrase in written if not phrase.startswith("=")]
        self._rules._conditions.append(_Condition(now, known, tuple(code.upper() for code in codes if code), limits))
        for phrase in known:
            self._rules._by_word.setdefault(phrase[0], []).append((phrase, number))
        for whole in written:
            if whole.startswith("="):
                self._rules._whole.setdefault(words(plain(whole)), []).append(number)
        return number

    def _read_cross_allergies(self, path: Path) -> None:
        columns = ("allergy_to", "drug_of", "severity", "reason", "source", "dated", "link")
        for row, (first, second, written, reason, *source) in rows(path, columns):
            _need(path, row, allergy_to=first, drug_of=second, reason=reason, source=source[0])
            severity = _severity(path, row, written)
            if severity is None:
                self._rules.cross_allergies.pop((first, second), None)
            else:
                self._rules.cross_allergies[first, second] = CrossAllergy(severity, reason, Source(*source))


def _with_products(drugs: frozenset[str]) -> frozenset[str]:
    return drugs.union(p.drug for p in fixed_combinations() if not drugs.isdisjoint(p.parts))


def _limit(path: Path, row: int, text: str) -> FindingLimit:
    """ "eGFR<30" or "potassium>5.5"."""
    match = _LIMIT.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{path.name} row {row}: {text!r} is no finding and limit, as in eGFR<30 or potassium>5.5.")
    return FindingLimit(match["name"].strip(), match["side"] == "<", float(match["limit"]))


def _severity(path: Path, row: int, written: str) -> Severity | None:
    """The tier a cell names; None for "none"."""
    for severity in SEVERITIES:
        if written == severity:
            return severity
    if written == NONE:
        return None
    raise InputError(f"{path.name} row {row}: severity {written!r} is not one of {', '.join(SEVERITIES)}, {NONE}.")


def _need(path: Path, row: int, **cells: str) -> None:
    empty = [name for name, text in cells.items() if not text]
    if empty:
        raise InputError(f"{path.name} row {row}: {empty[0]} must be filled in.")
