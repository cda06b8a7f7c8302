"""What is openly known about each drug: what it is given for, its labelled indications, and its FDA classes.

The tables are those of `resources/knowledge` (its README names sources and licences). Every table has a SHA-256, which
goes into the provenance of what was computed with it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from lamo_desktop.errors import InputError
from lamo_desktop.files import sha256_of
from lamo_desktop.formulary.tables import LONGEST_HEADER, rows
from lamo_desktop.paths import resource

ClassKind = Literal["EPC", "MoA", "PE", "Chemical/Ingredient"]
USES, INDICATIONS, CLASSES = "uses.csv", "indications.csv", "classes.csv"
COLUMNS = {  # of each table that a site may add to, the ones that tell it from the others
    USES: ("of", "name", "uses"),
    INDICATIONS: ("ingredient", "indication"),
    CLASSES: ("ingredient", "kind", "class"),
    "groups.csv": ("group", "members"),
    "pairs.csv": ("a", "b", "severity"),
    "sets.csv": ("name", "needs", "severity"),
    "contraindications.csv": ("drugs", "condition", "severity"),
    "cross_allergies.csv": ("allergy_to", "drug_of", "severity"),
    "tiers.csv": ("table", "severity", "tier"),
}


@dataclass(frozen=True, slots=True)
class Indication:
    """A condition that a drug treats; `doid` is its Disease Ontology number, "" where there is none."""

    condition: str
    doid: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FdaClass:
    """A class the FDA gives a drug: established pharmacologic, by mechanism, by physiologic effect or by structure."""

    kind: ClassKind
    name: str


@dataclass(frozen=True, slots=True)
class DrugKnowledge:
    """The tables, by the formulary's ingredient or class; a drug that a table lacks has no entry there."""

    version: str
    sha256: Mapping[str, str]  # file name -> SHA-256 (hex) of its bytes
    class_uses: Mapping[str, tuple[str, ...]]
    drug_uses: Mapping[str, tuple[str, ...]]
    indications: Mapping[str, tuple[Indication, ...]]
    classes: Mapping[str, tuple[FdaClass, ...]]

    def uses(self, drug: str, drug_class: str) -> tuple[str, ...]:
        """What a drug is given for on a first hospital day; its own line stands in place of its class's."""
        return self.drug_uses.get(drug) or self.class_uses.get(drug_class, ())


def load_drug_knowledge(site: Path | None = None) -> DrugKnowledge:
    """The shipped tables; `site` is a site's own (a folder or one table), whose entries replace those of the same name.

    Raises InputError naming file and row when a table cannot be used.
    """
    own = tables_of(site) if site else {}
    paths = {
        name: (resource(f"knowledge/{name}"), *([own[name]] if name in own else []))
        for name in (USES, INDICATIONS, CLASSES)
    }
    class_uses: dict[str, tuple[str, ...]] = {}
    drug_uses: dict[str, tuple[str, ...]] = {}
    for path in paths[USES]:
        read_class_uses, read_drug_uses = _read_uses(path)
        class_uses.update(read_class_uses)
        drug_uses.update(read_drug_uses)
    indications: dict[str, tuple[Indication, ...]] = {}
    for path in paths[INDICATIONS]:
        indications.update(_read_indications(path))
    classes: dict[str, tuple[FdaClass, ...]] = {}
    for path in paths[CLASSES]:
        classes.update(_read_classes(path))
    return DrugKnowledge(
        version=knowledge_version(),
        sha256={
            f"site {path.name}" if path in own.values() else path.name: sha256_of(path)
            for found in paths.values()
            for path in found
        },
        class_uses=class_uses,
        drug_uses=drug_uses,
        indications=indications,
        classes=classes,
    )


def knowledge_version() -> str:
    """The edition of the shipped tables: "2026.11"."""
    return resource("knowledge/VERSION").read_text(encoding="utf-8").strip()


def tables_of(site: Path) -> dict[str, Path]:
    """A site's own tables by the name of the shipped one: those of a folder, or one file, told by its columns.

    Raises InputError when there is none, or a file in the folder has no table's name.
    """
    if not site.is_dir():
        return {_table_of(site): site}
    found = {path.name: path for path in sorted(site.glob("*.csv"))}
    strange = [name for name in found if name not in COLUMNS]
    if strange:
        raise InputError(f"{site.name} has {strange[0]}, which is no table of drug knowledge: {', '.join(COLUMNS)}.")
    if not found:
        raise InputError(f"{site.name} has no table of drug knowledge: {', '.join(COLUMNS)}.")
    return found


def _table_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline(LONGEST_HEADER)
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text; save it as CSV UTF-8.") from error
    cells = next(csv.reader([line], delimiter=max(",;", key=line.count)), [])
    header = {name.strip().lower() for name in cells}
    for name, columns in COLUMNS.items():
        if header.issuperset(columns):
            return name
    raise InputError(f"{path.name} has the columns of no table of drug knowledge: {', '.join(COLUMNS)}.")


def _read_uses(path: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Uses by class and uses by drug."""
    found: dict[str, dict[str, tuple[str, ...]]] = {"class": {}, "drug": {}}
    for row, (of, name, written) in rows(path, ("of", "name", "uses")):
        if of not in found:
            raise InputError(f"{path.name} row {row}: {of!r} is neither class nor drug.")
        uses = tuple(part.strip() for part in written.split(";") if part.strip())
        if not name or not uses:
            raise InputError(f"{path.name} row {row}: name and uses must both be filled in.")
        if name in found[of]:
            raise InputError(f"{path.name} row {row}: the {of} {name!r} appears twice.")
        found[of][name] = uses
    return found["class"], found["drug"]


def _read_indications(path: Path) -> dict[str, tuple[Indication, ...]]:
    found: dict[str, list[Indication]] = {}
    for row, (drug, condition, doid, sources) in rows(path, ("ingredient", "indication", "doid", "sources")):
        if not (drug and condition and sources):
            raise InputError(f"{path.name} row {row}: ingredient, indication and sources must all be filled in.")
        found.setdefault(drug, []).append(Indication(condition, doid, tuple(sources.split("|"))))
    return {drug: tuple(entries) for drug, entries in found.items()}


def _read_classes(path: Path) -> dict[str, tuple[FdaClass, ...]]:
    found: dict[str, list[FdaClass]] = {}
    for row, (drug, written, name) in rows(path, ("ingredient", "kind", "class")):
        kind = next((kind for kind in get_args(ClassKind) if kind == written), None)
        if kind is None or not (drug and name):
            raise InputError(
                f"{path.name} row {row}: ingredient and class must be filled in, and kind must be one of "
                f"{', '.join(get_args(ClassKind))}."
            )
        found.setdefault(drug, []).append(FdaClass(kind, name))
    return {drug: tuple(entries) for drug, entries in found.items()}
