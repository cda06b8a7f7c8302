"""A finished run as a model package: GGUF adapters over the base, or one base with its single adapter merged in.

The package scores at once, but its probabilities are raw: `lamo-train calibrate` gives it calibration and thresholds.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.package import Adapter, Drug, LinearTerms, ModelPackage, load_package, write_package
from lamo_desktop.model.terms import Terms, write_terms
from trainer.fit.base import weights_sha256
from trainer.fit.run_folder import Run
from trainer.package.gguf_adapter import Shape, deltas, export_adapter, gguf_shape, matrices
from trainer.package.merge import Precision, merge

DrugClass = Callable[[str], str]
TERMS = "terms.npz"


def export_adapters(
    run: Run, base: Path, folder: Path, drug_class: DrugClass, about: Mapping[str, str]
) -> ModelPackage:
    """Write a package of one GGUF adapter per group, with a shared one if the run had it, or one for the whole prompt.

    `about` may hold name, version, licence and base_source. Raises InputError for a run of several groups whose
    adapters act on the whole prompt (the desktop decodes it once), ModelError for another base.
    """
    whole = not run.record["recipe"]["suffix_only"]
    if whole and len(run.groups) > 1:
        raise InputError(
            "This run has several adapters that act on the whole prompt, and the desktop decodes it once: "
            "train with groups: one, or with suffix_only: true."
        )
    sha256, shape = _base(run, base)
    with tempfile.TemporaryDirectory(prefix="lamo-export-") as scratch:
        found = {"prompt.gguf" if whole else f"{path.name}.gguf": (path, drugs) for path, drugs in run.groups}
        found |= {"prompt.gguf": (run.shared, ())} if run.shared else {}
        files = {name: Path(scratch) / name for name in found}
        for name, (path, _) in found.items():
            export_adapter(path, files[name], shape)
        adapters = tuple(
            Adapter(name, sha256_of(files[name]), *(((), True) if name == "prompt.gguf" else (drugs, False)))
            for name, (_, drugs) in found.items()
        )
        package = _package(run, folder, base.name, sha256, shape, adapters, drug_class, about)
        return write_package(*_with_head(run, package, files, Path(scratch)))


def export_merged(
    run: Run,
    base: Path,
    folder: Path,
    precision: Precision,
    drug_class: DrugClass,
    about: Mapping[str, str],
    threads: int = 1,
) -> ModelPackage:
    """Write a package whose base is the run's base with its only adapter merged in, at a precision; all or nothing.

    Raises InputError for a run of several groups or of a suffix-only adapter, ModelError for another base.
    """
    if len(run.groups) != 1 or run.record["recipe"]["suffix_only"]:
        raise InputError("Only a run of one group whose adapter acts on the whole prompt can be merged into its base.")
    if folder.exists():
        raise InputError(f"{folder} exists already: name a new folder.")
    _, shape = _base(run, base)
    found, strength = matrices(run.groups[0][0], shape)
    name = f"{base.stem.removesuffix('.gguf')}-{about.get('name', 'merged')}.{precision}.gguf"
    folder = folder.absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            file, new = Path(scratch) / name, Path(scratch) / folder.name
            merge(base, deltas(found, strength), file, precision, threads)
            package = _package(run, new, name, sha256_of(file), shape, (), drug_class, about)
            write_package(*_with_head(run, package, {}, Path(scratch)))
            file.rename(new / name)
            new.rename(folder)
    except OSError as error:
        raise ModelError(f"The package {folder} could not be written: {error.strerror or error}.") from error
    return load_package(folder)


def _with_head(
    run: Run, package: ModelPackage, files: dict[str, Path], scratch: Path
) -> tuple[Path, ModelPackage, dict[str, Path]]:
    """The arguments of `write_package`, with the run's reading head as linear terms where it has one."""
    if run.head is None:
        return package.path, package, files
    head = {name: tensor.numpy().astype("float32") for name, tensor in load_file(run.head).items()}
    drugs = tuple(drug.name for drug in package.drugs)
    none, one = np.zeros(len(drugs), dtype=np.float32), np.ones(len(drugs), dtype=np.float32)
    terms = Terms((), drugs, np.zeros((0, len(drugs)), dtype=np.float32), head["bias"], one, none, head["weight"])
    write_terms(terms, scratch / TERMS)
    package = replace(package, terms=LinearTerms(TERMS, sha256_of(scratch / TERMS)))
    return package.path, package, {**files, TERMS: scratch / TERMS}


def _base(run: Run, base: Path) -> tuple[str, Shape]:
    """Hash and shape of the GGUF base; a base trained from that very file must be the same file."""
    if not base.is_file():
        raise InputError(f"There is no GGUF file {base}: name the base with --base.")
    sha256 = weights_sha256(base)
    trained: Mapping[str, str] = run.record["base"]
    if trained["file"].endswith(".gguf") and trained["sha256"] != sha256:
        raise ModelError(f"{base.name} is not the file that the run was trained on: the hashes differ.")
    return sha256, gguf_shape(base)


def _package(
    run: Run,
    folder: Path,
    base_file: str,
    base_sha256: str,
    shape: Shape,
    adapters: tuple[Adapter, ...],
    drug_class: DrugClass,
    about: Mapping[str, str],
) -> ModelPackage:
    record = run.record
    group = {drug: place for place, adapter in enumerate(adapters) for drug in adapter.drugs}
    n_train = sum(record["admissions"][rows] for rows in ("train", "validation"))
    counts: dict[str, int] = record["candidates"]
    drugs = tuple(
        Drug(
            name=drug,
            log_odds=_log_odds(counts[drug], n_train),
            scale=1.0,
            offset=record["offset"][drug],
            drug_class=drug_class(drug),
            group=group.get(drug),
            n_train=counts[drug],
        )
        for drug in sorted(counts)
    )
    kept = (
        "recipe",
        "shared",
        "splits",
        "cohort",
        "groups",
        "admissions",
        "weights",
        "epochs",
        "seconds",
        "device",
        "precision",
        "versions",
    )
    return ModelPackage(
        path=folder,
        name=about.get("name", folder.name),
        version=about.get("version", "0.1.0"),
        fine_tuned=True,
        label=f"fine-tuned on {record['admissions']['train']} admissions, recipe {record['recipe']['name']}",
        base_file=base_file,
        base_sha256=base_sha256,
        architecture=shape.architecture,
        prompt_version=record["prompt_version"],
        context_tokens=record["recipe"]["context_tokens"],
        adapters=adapters,
        drugs=drugs,
        policies={},
        training={"base": record["base"], **{key: record[key] for key in kept if key in record}},
        licence=about.get("licence", ""),
        base_source=about.get("base_source", ""),
    )


def _log_odds(ordered: int, admissions: int) -> float:
    return round(log((ordered + 0.5) / (admissions - ordered + 0.5)), 6)
