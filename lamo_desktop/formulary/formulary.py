"""The formulary: drug text to ingredients, and what is known about each ingredient."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from itertools import combinations, product
from pathlib import Path

from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary.allergies import is_intolerance, statements
from lamo_desktop.formulary.fixed_combinations import FIXED_COMBINATIONS, fixed_combinations, parts_of, parts_only
from lamo_desktop.formulary.matching import NameIndex, Names
from lamo_desktop.formulary.order_text import Mapped, OrderReader
from lamo_desktop.formulary.rules import SEVERITIES, ClinicalRules, Severity, load_rules
from lamo_desktop.formulary.safety_tables import (
    AllergyHit,
    AllergySubject,
    Interaction,
    Pairs,
    read_allergy_terms,
    read_interactions,
)
from lamo_desktop.formulary.site_names import read_site_names
from lamo_desktop.formulary.suggestions import Suggester, Suggestion
from lamo_desktop.formulary.tables import Ingredient, digest, read_ingredients, rows
from lamo_desktop.formulary.text import LONGEST_TEXT, plain, words
from lamo_desktop.paths import resource

NDFRT = "NDF-RT 2014"
OPIOID = "opioid"  # the allergy class
NO_REACTIONS: Mapping[str, str] = {}
INTOLERANCE = "What is recorded is a side effect, not an allergy."
BESIDE_OPIOID = "The entry names a product with an opioid, which is the likelier cause."


class Formulary:
    """Shipped tables plus a site's own; answers are pure functions of the tables, and mappings are cached."""

    def __init__(
        self,
        table: Mapping[str, Ingredient],
        index: NameIndex,
        reader: OrderReader,
        site_names: Mapping[tuple[str, ...], Mapped],
        allergy_terms: NameIndex,
        version: str,
    ) -> None:
        self.version = version
        self.rules = ClinicalRules()
        self.knowledge_sha256: Mapping[str, str] = {}
        self._table = table
        self._index = index
        self._reader = reader
        self._site_names = site_names
        self._site_ingredients = frozenset(n for m in site_names.values() for n in m.ingredients)
        self._allergy_terms = allergy_terms
        self._pairs: Pairs = {}
        self._interacting: set[str] = set()  # the names in them
        self._cache: dict[str, Mapped] = {}
        self._subjects: dict[str, tuple[AllergySubject, ...]] = {}

    def map(self, text: str) -> Mapped:
        """The ingredients an order text names; a text the tables do not know is "unmapped", never guessed."""
        mapped = self._cache.get(text)
        if mapped is None:
            mapped = self._map(text)
            if len(text) <= LONGEST_TEXT:
                self._cache[text] = mapped
        return mapped

    def _map(self, text: str) -> Mapped:
        if self._site_names and len(text) <= LONGEST_TEXT:
            confirmed = self._site_names.get(words(plain(text)))
            if confirmed is not None:
                return confirmed
        return self._reader.read(text)

    def suggest(self, text: str, limit: int = 3) -> tuple[Suggestion, ...]:
        """Known names near to a text that `map` leaves unmapped, for a person to confirm; nothing uses them by itself.

        "hydralzine" gives hydralazine with its look-alikes: hydroxyzine, hydrochlorothiazide.
        """
        return self._suggester.suggest(text, limit)

    @cached_property
    def _suggester(self) -> Suggester:
        pairs = [cells for _, cells in rows(resource("formulary/look_alikes.csv"), ("name_a", "name_b"))]
        return Suggester(self._index, ((first, second) for first, second in pairs))

    def mentioned(self, text: str) -> frozenset[str]:
        """Every ingredient of kind "drug" that a text of any length names, for searching prose."""
        found, _ = self._index.find(words(plain(text)))
        return frozenset(name for name in found if self._table[name].kind == "drug")

    @property
    def drugs(self) -> tuple[str, ...]:
        """Every drug of the shipped table, as ordered: no fluid, contrast or the like, fixed combinations as one."""
        names = {name for name, entry in self._table.items() if entry.kind == "drug"}
        return tuple(sorted(names - parts_only()))

    def known(self, ingredient: str) -> bool:
        """Whether the shipped table or the site's own map has this ingredient name."""
        return ingredient in self._table or ingredient in self._site_ingredients

    def drug_class(self, ingredient: str) -> str:
        """The one class of an ingredient ("beta blocker"); "" if it is not in the table."""
        entry = self._table.get(ingredient)
        return entry.drug_class if entry else ""

    def allergy_hits(
        self, allergies: Sequence[str], ingredient: str, reactions: Mapping[str, str] = NO_REACTIONS
    ) -> tuple[AllergyHit, ...]:
        """The allergy entries that speak against the ingredient, each with how gravely; negated ones never do.

        `reactions` holds, by entry, reactions that are not written in the entry itself; drugs they name are not meant.
        """
        hits = (self._allergy_hit(allergy, ingredient, reactions.get(allergy, "")) for allergy in allergies)
        return tuple(hit for hit in hits if hit is not None)

    def allergic_to(self, allergies: Sequence[str]) -> frozenset[str]:
        """The ingredients that allergy entries name, negated ones and allergy classes left out."""
        subjects = (subject for allergy in allergies for subject in self._subjects_of(allergy))
        return frozenset(name for subject in subjects for name in subject.names)

    def understands_allergy(self, allergy: str) -> bool:
        """Whether an entry names a drug or an allergy class that is known, or says that there is no allergy."""
        return bool(self._subjects_of(allergy)) or not statements(allergy)

    def _subjects_of(self, allergy: str) -> tuple[AllergySubject, ...]:
        if allergy not in self._subjects:
            self._subjects[allergy] = self._allergy_subjects(allergy)
        return self._subjects[allergy]

    def _allergy_hit(self, allergy: str, ingredient: str, reaction: str) -> AllergyHit | None:
        """The gravest that any statement of the entry says: by name, by a class it names, by a class they share."""
        found: list[AllergyHit] = []
        side_effect = bool(reaction) and is_intolerance(plain(reaction[:LONGEST_TEXT]))
        for subject in self._subjects_of(allergy):
            hit = self._hit_of(allergy, subject, ingredient)
            if hit is not None and (subject.intolerance or side_effect):
                hit = AllergyHit(allergy, ingredient, hit.by, "note", INTOLERANCE)
            if hit is not None:
                found.append(hit)
        return min(found, key=lambda hit: SEVERITIES.index(hit.severity), default=None)

    def _hit_of(self, allergy: str, subject: AllergySubject, ingredient: str) -> AllergyHit | None:
        own = self._allergy_classes(ingredient)
        if ingredient in subject.names or not subject.names.isdisjoint(parts_of(ingredient)):
            beside_opioid = OPIOID not in own and any(OPIOID in self._allergy_classes(name) for name in subject.names)
            severity: Severity = "caution" if beside_opioid else "contraindicated"
            return AllergyHit(allergy, ingredient, "name", severity, BESIDE_OPIOID if beside_opioid else "")
        if subject.classes.intersection(own):
            return AllergyHit(allergy, ingredient, "class", "contraindicated", "")
        shared = subject.classes.union(*(self._allergy_classes(name) for name in subject.names))
        crossed = [
            self.rules.cross_allergies[pair] for pair in product(shared, own) if pair in self.rules.cross_allergies
        ]
        if not crossed:
            return None
        gravest = min(crossed, key=lambda cross: (SEVERITIES.index(cross.severity), cross.reason))
        return AllergyHit(allergy, ingredient, "class", gravest.severity, gravest.reason, gravest.source)

    def _allergy_subjects(self, allergy: str) -> tuple[AllergySubject, ...]:
        """What each statement of an entry is about; a reaction in a statement of its own belongs to the one before."""
        subjects: list[AllergySubject] = []
        for statement in statements(allergy):
            written = words(self._reader.english(statement))
            names, _ = self._index.find(written)
            classes, _ = self._allergy_terms.find(written)
            if names or classes:
                subjects.append(AllergySubject(frozenset(names), frozenset(classes), is_intolerance(statement)))
            elif subjects and is_intolerance(statement):
                subjects[-1] = replace(subjects[-1], intolerance=True)
        return tuple(subjects)

    def _allergy_classes(self, ingredient: str) -> Names:
        entry = self._table.get(ingredient)
        return entry.allergy_classes if entry else ()

    def interactions_among(self, ingredients: Iterable[str]) -> tuple[Interaction, ...]:
        """Every tabled interaction between two of the ingredients, sorted by their names."""
        pairs = combinations(sorted(self._interacting.intersection(ingredients)), 2)
        return tuple(self._pairs[pair] for pair in pairs if pair in self._pairs)

    @property
    def interaction_sources(self) -> tuple[str, ...]:
        """The tables the interactions come from, for provenance: "NDF-RT 2014" and the name of a site's own."""
        return tuple(sorted({pair.source for pair in self._pairs.values()}))

    def _add_interactions(self, path: Path, source: str) -> None:
        found = read_interactions(path, source, self._interaction_name)
        self._pairs.update(found)
        combined = [(each.drug, part) for each in fixed_combinations() for part in each.parts]
        for pair in found.values():  # a fixed combination interacts as its parts do
            for drug, part in combined:
                if part in (pair.drug_a, pair.drug_b):
                    other = pair.drug_b if part == pair.drug_a else pair.drug_a
                    first, second = sorted((drug, other))
                    if other not in parts_of(drug):
                        self._pairs.setdefault((first, second), replace(pair, drug_a=first, drug_b=second))
        self._interacting = {name for pair in self._pairs for name in pair}

    def _interaction_name(self, written: str) -> str:
        """Our name for a drug of an interaction table; the table's own where we have none or more than one."""
        text = written.replace("_", " ").lower()
        mapped = self.map(text)
        if mapped.status != "unmapped" and len(mapped.ingredients) == 1:
            return mapped.ingredients[0]
        return text


def load_formulary(
    site_names: Path | None = None, interactions: Path | None = None, knowledge: Path | None = None
) -> Formulary:
    """The formulary from the shipped tables and, where given, a site's own.

    site_names: CSV with columns text, ingredients (joined by "+", or "excluded"): names a site has confirmed; they
    stand before everything shipped, and rows without ingredients wait for a decision. interactions: CSV with columns
    drug_a, drug_b, severity; it is added to NDF-RT, and for a pair in both the site's row stands. knowledge: a folder
    of tables named as in resources/knowledge, or one of them; their rows are added, or stand in place of the shipped.
    The shipped tables alone are read once. Raises InputError naming file and row when a table cannot be used.
    """
    if site_names is None and interactions is None and knowledge is None:
        return _shipped()
    return _read(site_names, interactions, knowledge)


@cache
def _shipped() -> Formulary:
    return _read(None, None, None)


def _read(site_names: Path | None, interactions: Path | None, knowledge: Path | None) -> Formulary:
    shipped = [
        resource(f"formulary/{name}.csv") for name in ("ingredients", "combinations", "allergy_terms", "interactions")
    ]
    ingredients_csv, combinations_csv, allergy_csv, interactions_csv = shipped
    table = read_ingredients(ingredients_csv)
    index = _index(table, combinations_csv)
    table |= _products(table)
    reader = OrderReader(index, table)
    formulary = Formulary(
        table,
        index,
        reader,
        read_site_names(site_names, reader, table) if site_names else {},
        read_allergy_terms(allergy_csv),
        digest([*shipped, resource(FIXED_COMBINATIONS), *(path for path in (site_names, interactions) if path)]),
    )
    formulary._add_interactions(interactions_csv, NDFRT)
    if interactions:
        formulary._add_interactions(interactions, interactions.name)
    formulary.rules = load_rules(
        {entry.name: entry.drug_class for entry in table.values()},
        formulary._interaction_name,
        [(interactions, interactions.name)] if interactions else [],
        knowledge,
    )
    formulary.knowledge_sha256 = {
        f"{'' if path.parent == resource('knowledge') else 'site '}{path.name}": sha256_of(path)
        for path in formulary.rules.files
    }
    return formulary


def _products(table: Mapping[str, Ingredient]) -> dict[str, Ingredient]:
    """The fixed combinations as drugs: of the class of their first part, and of the allergy classes of all."""
    found = {}
    for each in fixed_combinations():
        unknown = [name for name in each.parts if name not in table]
        if unknown:
            raise InputError(f"{FIXED_COMBINATIONS}: {unknown[0]!r} is not in the ingredient table.")
        entries = [table[name] for name in each.parts]
        allergy_classes = tuple(dict.fromkeys(name for entry in entries for name in entry.allergy_classes))
        found[each.drug] = replace(
            table.get(each.drug) or replace(entries[0], name=each.drug, synonyms=()),
            allergy_classes=allergy_classes,
        )
    return found


def _index(table: Mapping[str, Ingredient], combinations_csv: Path) -> NameIndex:
    index = NameIndex()
    for entry in table.values():
        if f"={entry.name}" not in entry.synonyms:
            index.add(entry.name, (entry.name,))
    for entry in table.values():
        for synonym in entry.synonyms:
            index.add(synonym, (entry.name,))
    for row, (text, joined) in rows(combinations_csv, ("text", "ingredients")):
        members = tuple(joined.split("+"))
        unknown = [name for name in members if name not in table]
        if unknown:
            raise InputError(f"{combinations_csv.name} row {row}: {unknown[0]!r} is not in the ingredient table.")
        index.add(text, members)
    return index
