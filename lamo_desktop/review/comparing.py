"""Comparing a job's lists with orders, beside other models. Runs in a process of its own; imports where they are used.

Another model scores the same admissions into a job file of its own under `jobs/compare`, so that a comparison that was
cancelled goes on where it stopped, and lists cut otherwise score nothing again. It is emptied when the window closes.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lamo_desktop.errors import InputError
from lamo_desktop.recommend.policy import Policy

if TYPE_CHECKING:
    from lamo_desktop.formulary import Formulary
    from lamo_desktop.jobs.store import JobStore
    from lamo_desktop.model.package import ModelPackage
    from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay
    from lamo_desktop.validate.outcomes import Outcomes
    from lamo_desktop.validate.overlay import SiteOverlay
    from lamo_desktop.validate.readapt import Readaptation
    from lamo_desktop.validate.validation import Validation

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Question:
    """What is compared: the lists of a job under a policy, with or without a site overlay, beside other models.

    A rival is the folder of a model package, a .gguf file or the .json file of a saved site overlay.
    """

    job: Path
    policy: Policy
    overlay: "SiteOverlay | None" = None
    rivals: tuple[Path, ...] = ()


def folder() -> Path:
    """Where other models' scores lie while the window is open; readable by their owner only."""
    from lamo_desktop.paths import own_folder

    return own_folder("jobs", "compare")


def remove_scores() -> None:
    """Delete other models' scores, except those that a process is working on."""
    from lamo_desktop.jobs.store import purge

    for job in folder().glob("*.lamo"):
        with contextlib.suppress(InputError):
            purge(job)
            job.with_name(job.name + ".lock").unlink(missing_ok=True)


def validate_job(question: "Question", progress: Progress) -> "Validation":
    """A job's lists against its orders, every figure with its interval; beside its rivals where there are some.

    With a site overlay in use, the held-out test of local recalibration is that of the package as shipped.
    """
    from lamo_desktop.adapt import patient_tags
    from lamo_desktop.admissions.site_files import used_knowledge, used_names
    from lamo_desktop.formulary import load_formulary
    from lamo_desktop.jobs.batch import package_of
    from lamo_desktop.jobs.store import JobStore
    from lamo_desktop.validate.adaptation_overlay import n_learned_from
    from lamo_desktop.validate.compare import AS_SHIPPED
    from lamo_desktop.validate.recalibrate import recalibrate
    from lamo_desktop.validate.validation import ValidationOptions, validate

    progress("results", 0.0)
    formulary = load_formulary(used_names(), knowledge=used_knowledge())
    with JobStore.open(question.job, read_only=True) as store:
        shipped = package_of(store.job())
        outcomes = _outcomes(store, shipped, formulary, question.policy, question.overlay)
        others = {AS_SHIPPED: _outcomes(store, shipped, formulary, question.policy)} if question.overlay else {}
        if question.overlay:
            source, key = store.job().source, patient_tags.kept_key()
            known = n_learned_from(question.overlay, outcomes.patient_ids, source, key)
            outcomes = replace(outcomes, n_learned_from=known)
        for path in question.rivals:
            name, found = _rival(path, store, shipped, outcomes, formulary, question.policy, progress)
            others[name] = found
    options = ValidationOptions(recalibration=not question.overlay)
    validation = validate(outcomes, options, progress, others)
    if question.overlay:
        held_out = recalibrate(others[AS_SHIPPED], options.n_resamples, options.seed)
        validation = replace(validation, recalibration=held_out)
    return validation


@dataclass(frozen=True)
class Relearned:
    """What was learned, and how it and the overlay in use before compare on new patients.

    `compared`: a sentence where they cannot be compared, None where none was in use.
    """

    overlay: "AdaptationOverlay"
    compared: "Readaptation | str | None"


def adapt_site(job: Path, earlier: "SiteOverlay | None", progress: Progress) -> Relearned:
    """What the job's admissions with orders teach, with what it brings on held-out patients, as `lamo adapt` learns it.

    Raises InputError, saying why, where nothing can be learned or the model is better left as it is.
    """
    from lamo_desktop.adapt import patient_tags
    from lamo_desktop.admissions.site_files import used_knowledge, used_names
    from lamo_desktop.formulary import load_formulary
    from lamo_desktop.jobs.batch import package_of
    from lamo_desktop.jobs.store import JobStore
    from lamo_desktop.validate.adaptation import evaluate_adaptation
    from lamo_desktop.validate.adaptation_overlay import BETTER_AS_SHIPPED, make_adaptation_overlay
    from lamo_desktop.validate.readapt import compare_with_earlier

    progress("adaptation", 0.0)
    with JobStore.open(job, read_only=True) as store:
        package = package_of(store.job())
        outcomes = _outcomes(store, package, load_formulary(used_names(), knowledge=used_knowledge()), Policy())
    found = evaluate_adaptation(outcomes, progress=lambda share: progress("adaptation", share))
    if isinstance(found, str):
        raise InputError(found)
    if found.adaptation is None:
        raise InputError(BETTER_AS_SHIPPED)
    key = patient_tags.own_key()
    overlay = make_adaptation_overlay(found.adaptation, outcomes, package, "", key, found)
    return Relearned(overlay, None if earlier is None else compare_with_earlier(earlier, found, outcomes, key))


def _outcomes(
    store: "JobStore",
    shipped: "ModelPackage",
    formulary: "Formulary",
    policy: Policy,
    overlay: "SiteOverlay | None" = None,
) -> "Outcomes":
    from lamo_desktop.jobs import batch
    from lamo_desktop.validate.outcomes import from_recommendations

    package = overlay.apply(shipped) if overlay else shipped
    return from_recommendations(batch.results(store, shipped, formulary, policy, package), package, formulary, policy)


def _rival(
    path: Path,
    store: "JobStore",
    shipped: "ModelPackage",
    first: "Outcomes",
    formulary: "Formulary",
    policy: Policy,
    progress: Progress,
) -> tuple[str, "Outcomes"]:
    """Another model's outcomes on the rows and drugs of `first`, with the name it is shown under."""
    from lamo_desktop.jobs import batch
    from lamo_desktop.validate.compare import on_same_rows
    from lamo_desktop.validate.overlay import load_overlay

    if path.suffix.lower() == ".json":
        return f"site overlay {path.stem}", _outcomes(store, shipped, formulary, policy, load_overlay(path))
    package = other_package(path, shipped)
    with _scored(store, package, progress) as other:
        recommendations = batch.results(other, package, formulary, policy)
    return f"{package.name} {package.version}", on_same_rows(first, recommendations, package)


def other_package(path: Path, shipped: "ModelPackage") -> "ModelPackage":
    """The package in a folder, or the plain model in a .gguf file asked about the drugs of `shipped`."""
    from lamo_desktop.model.package import load_package
    from lamo_desktop.model.plain import plain_package

    if path.suffix.lower() == ".gguf":
        return plain_package(path, shipped.drugs, tuple(shipped.policies), shipped.context_tokens)
    return load_package(path)


@contextlib.contextmanager
def _scored(store: "JobStore", package: "ModelPackage", progress: Progress) -> Iterator["JobStore"]:
    """The other model's job on the admissions that `store` has scored, finished where it was not."""
    from lamo_desktop.admissions.cohort import Cohort
    from lamo_desktop.jobs import batch
    from lamo_desktop.jobs.store import JobStore, purge

    job = store.job()
    admissions = tuple(item.admission for item in store.items() if item.state == "done")
    shared = [name for name in package.candidates if name in set(job.candidates)]
    if not shared:
        raise InputError(f"{package.name} {package.version} knows none of the candidate drugs of this job.")
    stage = f"scoring: {package.name} {package.version}"
    path = folder() / f"{store.events()[0].hash[:16]}-{(package.sha256 or package.base_sha256)[:16]}.lamo"
    if path.exists():
        other = JobStore.open(path)
        if other.counts().total != len(admissions):  # the job has grown since
            other.close()
            purge(path)
    if not path.exists():
        cohort = Cohort(admissions, job.source)
        other = batch.create_job(path, cohort, package, job.settings, shared, job.policy)
    with other:
        progress(stage, 0.0)
        batch.run_job(other, package, job.settings, lambda step: progress(stage, step.done / step.total), lambda: False)
        yield other
