"""The batch job: scores every admission of a cohort, saves as it goes, resumes where it stopped, and gives the results.

A score depends on the admission, the package and the settings that `run_job` holds fixed, on nothing else: so a resumed
job ends with the same results as one that was never interrupted.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lamo_desktop.admissions.cohort import AttritionStep, Cohort
from lamo_desktop.admissions.excluded import ranked
from lamo_desktop.admissions.not_understood import not_understood
from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.formulary import Formulary, load_formulary, without_parts
from lamo_desktop.jobs import provenance
from lamo_desktop.jobs.job import Item, Job, Outcome, PackageIdentity
from lamo_desktop.jobs.journal import Event, now
from lamo_desktop.jobs.marks import read_marks
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import ModelPackage, earlier_default, load_package
from lamo_desktop.model.process import EngineProcess, EngineSettings, RowFailed
from lamo_desktop.model.prompt import parts
from lamo_desktop.model.site import Context
from lamo_desktop.recommend import safety
from lamo_desktop.recommend.mark import Mark
from lamo_desktop.recommend.policy import Policy, in_use, probabilities, recommended
from lamo_desktop.recommend.recommendations import Recommendation, Recommendations

CHUNK_SECONDS = 2.0  # work between two commits, which is what a crash can cost
CHUNK_ROWS = 32
OVERLAY = "site overlay"  # the event that names the one whose probabilities were asked for


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` admissions, `failed` among them, earlier runs included.

    `seconds` and `rate` (admissions per second) are this run's; `eta` is the seconds left at that rate.
    """

    done: int
    failed: int
    total: int
    seconds: float
    rate: float
    eta: float


def create_job(
    path: Path,
    cohort: Cohort,
    package: ModelPackage,
    settings: EngineSettings,
    candidates: Sequence[str],
    policy: Policy,
    limit: int | None = None,
) -> JobStore:
    """A new job file for a cohort's first `limit` admissions. Raises InputError when there is nothing to score."""
    if not cohort.admissions:
        raise InputError(f"{Path(cohort.source.path).name} has no admission that meets the eligibility rules.")
    if not candidates or len(set(candidates)) != len(candidates):
        raise InputError("The candidate drugs must be at least one, each named once.")
    if limit is not None and limit < 1:
        raise InputError("The limit on admissions must be 1 or more.")
    admissions = cohort.admissions[:limit]
    left_out = len(cohort.admissions) - len(admissions)
    attrition = cohort.attrition
    if left_out:
        step = AttritionStep(f"first {limit} admissions", len(admissions), left_out, "not scored: the run was limited")
        attrition = (*attrition, step)
    job = Job(
        created=now(),
        versions=provenance.versions(),
        source=cohort.source,
        attrition=attrition,
        problems=cohort.problems,
        set_aside=cohort.set_aside,
        unmapped=cohort.unmapped,
        package=_identity(package),
        candidates=tuple(candidates),
        policy=policy,
        settings=settings,
        row_limit=limit,
        excluded=None if cohort.excluded is None else ranked(cohort.excluded),
    )
    return JobStore.create(path, job, admissions)


def run_job(
    store: JobStore,
    package: ModelPackage,
    settings: EngineSettings,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> None:
    """Score what the job still lacks. Returns when all is done or `cancelled()` says so between two admissions.

    An admission that cannot be scored is set aside with the reason, and the job goes on. Raises InputError, before any
    work, when the model, the prompt or the settings are not the job's; ModelError when the engine cannot start. What
    was scored until then is saved in every case.
    """
    job = store.job()
    _check_same(job, package, settings)
    if not store.counts().open:
        progress(_progress(store, 0, 0.0))
        return
    with EngineProcess(package, settings, facts=load_formulary()) as engine:
        weights = engine.info.weights_sha256
        _check_weights(store, weights)
        store.start(weights, asdict(engine.info), settings)
        if package.site is not None:
            store.note(OVERLAY, dict(package.site.facts))
        _score_all(store, engine, job.candidates, progress, cancelled)
    finished = not store.counts().open
    store.note("finished" if finished else "stopped", asdict(store.counts()))


def _score_all(
    store: JobStore,
    engine: EngineProcess,
    candidates: Sequence[str],
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> None:
    begun, n_scored, chunk, n_replaced = time.monotonic(), 0, 1, 0
    while claimed := store.claim(chunk):
        outcomes: list[Outcome] = []
        try:
            for item in claimed:
                if cancelled():
                    return
                outcome = _score(engine, item, candidates)
                for why in engine.replaced[n_replaced:]:  # on other weights its scores would not belong here
                    _check_weights(store, engine.info.weights_sha256)
                    store.note("engine restarted", {"why": why, "engine": asdict(engine.info)})
                    n_replaced += 1
                outcomes.append(outcome)
                n_scored += 1
                progress(_progress(store, n_scored, time.monotonic() - begun, outcomes))
        finally:
            store.record(outcomes)
        pace = n_scored / max(time.monotonic() - begun, 1e-9)
        chunk = min(max(int(pace * CHUNK_SECONDS), 1), CHUNK_ROWS)


def _check_weights(store: JobStore, weights_sha256: str) -> None:
    begun_with = store.weights_sha256()
    if begun_with not in (None, weights_sha256):
        raise InputError(
            f"{store.path.name} was begun with other weights ({begun_with[:12]}, not {weights_sha256[:12]}): "
            "put those back, or start a new job."
        )


def _score(engine: EngineProcess, item: Item, candidates: Sequence[str]) -> Outcome:
    begun = time.monotonic()
    try:
        scored = engine.score(parts(item.admission), candidates, item.admission.codes)
    except RowFailed as error:
        return Outcome(
            item.ordinal, None, error=str(error) or "The model could not score it.", seconds=time.monotonic() - begun
        )
    return Outcome(
        item.ordinal,
        scored.logits,
        scored.prefix_tokens,
        scored.suffix_tokens,
        tuple(scored.cut),
        seconds=scored.seconds,
        prefix_state=scored.state,
    )


def _progress(store: JobStore, n_scored: int, seconds: float, unsaved: Sequence[Outcome] = ()) -> Progress:
    counts = store.counts()
    failed = counts.failed + sum(outcome.scores is None for outcome in unsaved)
    done = counts.done + counts.failed + len(unsaved)
    rate = n_scored / seconds if seconds > 0 else 0.0
    return Progress(done, failed, counts.total, seconds, rate, (counts.total - done) / rate if rate else 0.0)


def _identity(package: ModelPackage) -> PackageIdentity:
    return PackageIdentity(
        path=str(package.path),
        name=package.name,
        version=package.version,
        label=package.label,
        fine_tuned=package.fine_tuned,
        manifest_sha256=package.sha256,
        prompt_version=package.prompt_version,
        architecture=package.architecture,
        base_file=package.base_file,
        base_sha256=package.base_sha256,
        adapters={adapter.file: adapter.sha256 for adapter in package.adapters},
        licence=package.licence,
        base_source=package.base_source,
    )


def _check_same(job: Job, package: ModelPackage, settings: EngineSettings | None = None) -> None:
    """Raises InputError naming what differs from the job's model or from its settings that decide scores."""
    now_used = _identity(package)
    if now_used.prompt_version != job.package.prompt_version:
        raise InputError(
            f"The job was begun with prompt version {job.package.prompt_version} and this model has "
            f"{now_used.prompt_version}: go on with the older program, or start a new job."
        )
    if now_used.manifest_sha256 != job.package.manifest_sha256:
        raise InputError(
            f"The job was begun with model package {job.package.name} {job.package.version} "
            f"({job.package.manifest_sha256[:12]}), not {package.name} {package.version} "
            f"({now_used.manifest_sha256[:12]}): give that package, or start a new job."
        )
    for name in ("context_tokens", "ubatch"):
        before, after = getattr(job.settings, name), getattr(settings or job.settings, name)
        if before != after:
            raise InputError(f"The job was begun with {name.replace('_', ' ')} {before}, not {after}: use the same.")


def results(
    store: JobStore,
    package: ModelPackage,
    formulary: Formulary,
    policy: Policy | None = None,
    calibrated: ModelPackage | None = None,
) -> Recommendations:
    """The lists of every admission, computed from the saved scores; `policy` replaces the job's own.

    `calibrated` is the same package with a site's calibration, which changes no score: its probabilities are taken.
    Deterministic: the same job, package, formulary and policy give the same recommendations. Raises InputError when the
    package is not the one that the job was scored with.
    """
    job = store.job()
    _check_same(job, package)
    package = calibrated or package
    chosen = policy or job.policy
    asked = without_parts(job.candidates)
    columns = [d for d, drug in enumerate(job.candidates) if drug in asked]
    items = list(store.items())
    scores = np.full((len(items), len(asked)), np.nan)
    for n, item in enumerate(items):
        if item.scores is not None:
            scores[n] = np.asarray(item.scores)[columns]
    candidates = in_use(package, asked)
    chances = probabilities(package, asked, scores, formulary.drug_class, [context_of(item) for item in items])
    listed = recommended(package, candidates, chances, chosen)
    withholding = safety.Withholding(formulary, candidates, [item.admission for item in items])
    barred = withholding.mask & (not chosen.show_withheld)
    kept_off = listed & barred
    place = {drug: d for d, drug in enumerate(candidates)}
    marks: dict[int, dict[str, Mark]] = {}
    for (ordinal, drug), mark in read_marks(store.path).items():
        marks.setdefault(ordinal, {})[drug] = mark
    found = []
    for n, item in enumerate(items):
        ordered = np.zeros(len(place), dtype=bool)
        ordered[[place[drug] for drug in item.admission.ordered(candidates) if drug in place]] = True
        row = Recommendation(
            admission=item.admission,
            state="pending" if item.state == "running" else item.state,
            candidates=candidates,
            probabilities=chances[n],
            recommended=listed[n] & ~kept_off[n],
            ordered=ordered,
            cut=item.cut,
            failed=item.error,
            prefix_tokens=item.prefix_tokens,
            suffix_tokens=item.suffix_tokens,
            seconds=item.seconds,
            prefix_state=item.prefix_state,
            marks=marks.get(item.ordinal, {}),
            barred=barred[n],
            withheld={candidates[d]: withholding.reason(n, candidates[d]) for d in np.flatnonzero(kept_off[n])},
        )
        found.append(replace(row, flags=_flags(row, formulary, package)) if row.state == "done" else row)
    return Recommendations(
        candidates=candidates,
        items=tuple(found),
        attrition=job.attrition,
        problems=job.problems,
        set_aside=job.set_aside,
        unmapped=job.unmapped,
        excluded=job.excluded,
        not_understood=not_understood((item.admission for item in items), formulary),
        source=job.source,
        provenance=provenance.describe(store, job, package, formulary, chosen),
    )


def package_of(job: Job) -> ModelPackage:
    """The package a job was scored with: the embedded one, that of an earlier version of the program, or where it was.

    Raises ModelError if it is none of these, InputError where the job would have it read from another computer.
    """
    sha256 = job.package.manifest_sha256
    if (package := load_package()).sha256 == sha256:
        return package
    if earlier := earlier_default(sha256):
        return earlier
    with contextlib.suppress(ModelError):  # gone, or damaged
        if (package := load_package(job.package.folder)).sha256 == sha256:
            return package
    raise ModelError(
        f"This job was scored with the model package {job.package.name} {job.package.version}, which is not on "
        "this computer in that state; put it back where it was to see the results."
    )


def overlay_asked_for(events: Sequence[Event]) -> Mapping[str, Any]:
    """What the last run of a job noted of the site overlay that it was given; empty where it was given none."""
    last: Mapping[str, Any] = {}
    for event in events:
        if event.kind == "started":
            last = {}
        elif event.kind == OVERLAY:
            last = event.detail
    return last


def context_of(item: Item) -> Context:
    """What a hospital's own terms look at in an admission of a job."""
    return Context(item.admission.codes, item.admission.labels, item.prefix_state)


def _flags(row: Recommendation, formulary: Formulary, package: ModelPackage) -> tuple[safety.Flag, ...]:
    listed, ordered = row.recommended_drugs, row.ordered_drugs
    learned_here = package.site.own_drugs if package.site else {}
    return (
        *safety.safety_flags(row.admission, listed, ordered, formulary, row.withheld),
        *safety.model_flags(row.admission, listed, ordered, row.candidates, package.by_name, row.cut, learned_here),
    )
