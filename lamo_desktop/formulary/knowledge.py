"""What is openly known about each drug: what it is given for, its labelled indications, and its FDA classes.

The tables are those of `resources/knowledge` (its README names sources and licences). Every table has a SHA-256, which
goes into the provenance of what was computed with it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from lamo_desktop.errors import InputError
from lamo_desktop.formulary.tables import rows
from lamo_desktop.paths import resource

ClassKind = Literal["EPC", "MoA", "PE", "Chemical/Ingredient"]
USES, INDICATIONS, CLASSES = "uses.csv", "indications.csv", "classes.csv"


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
    """The shipped tables; a file of the same name in the folder `site` adds drugs to them or replaces their entries.

    Raises InputError naming file and row when a table cannot be used.
    """
    paths = {name: _files(name, site) for name in (USES, INDICATIONS, CLASSES)}
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
            f"site {path.name}" if path.parent == site else path.name: file_sha256(path)
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


def file_sha256(path: Path) -> str:
    """SHA-256 of a table's bytes, hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(name: str, site: Path | None) -> tuple[Path, ...]:
    shipped, own = resource(f"knowledge/{name}"), site / name if site else None
    return (shipped, own) if own and own.is_file() else (shipped,)


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
