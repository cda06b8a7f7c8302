"""A job's results as arrays, ready to be listed, sorted and cut to lists by any policy without scoring again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.admissions.not_understood import not_understood
from lamo_desktop.admissions.site_files import used_knowledge, used_names
from lamo_desktop.formulary import Formulary, load_formulary, without_parts
from lamo_desktop.jobs.batch import context_of, overlay_asked_for, package_of
from lamo_desktop.jobs.job import Job
from lamo_desktop.jobs.marks import read_marks
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.protocol import EngineSettings
from lamo_desktop.recommend.flag_counts import FlagCounter
from lamo_desktop.recommend.mark import Marks
from lamo_desktop.recommend.ordered import Ordered, count_ordered
from lamo_desktop.recommend.policy import Policy, cut_offs, in_use, probabilities, recommended
from lamo_desktop.recommend.safety import Flag, Withholding, model_flags, safety_flags

if TYPE_CHECKING:
    from lamo_desktop.validate.overlay import SiteOverlay

Lists = NDArray[np.bool_]


@dataclass(frozen=True)
class Results:
    """What a job file holds so far. n admissions that were scored or failed, in input order, d candidates."""

    path: Path
    job: Job
    package: ModelPackage
    formulary: Formulary
    cohort: Cohort
    admissions: tuple[Admission, ...]  # (n,)
    probabilities: NDArray[np.float64]  # (n, d), NaN for a failed row
    ordered: Lists  # (n, d)
    cut: tuple[tuple[str, ...], ...]  # (n,) what of the prompt was cut
    errors: tuple[str, ...]  # (n,) why a row failed, else ""
    n_total: int
    ordinals: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (n,) places in the job
    marks: Marks = field(default_factory=dict)  # the analyst's, as they were when the file was read
    settings: EngineSettings = field(default_factory=EngineSettings)  # of the last run
    ran_on: str = ""  # the device of the last run, and why not another
    overlay: "SiteOverlay | None" = None  # that is in use on `package`
    overlay_asked_for: Mapping[str, Any] = field(default_factory=dict)  # what the last run noted of the one it had

    @property
    def n_done(self) -> int:
        """Admissions that are finished, scored or failed."""
        return len(self.admissions)

    @property
    def complete(self) -> bool:
        """Whether no admission waits any more."""
        return self.n_done == self.n_total

    @property
    def n_failed(self) -> int:
        """Admissions that could not be scored."""
        return sum(bool(error) for error in self.errors)

    @cached_property
    def scored(self) -> Lists:
        """Which admissions have scores, (n,)."""
        return np.array([not error for error in self.errors], dtype=bool)

    @cached_property
    def with_orders(self) -> Lists:
        """For which admissions the export says what was ordered, (n,)."""
        return np.array([a.orders is not None for a in self.admissions], dtype=bool)

    @property
    def has_orders(self) -> bool:
        """Whether there is anything to validate against."""
        return bool(self.with_orders.any())

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """The drugs of the columns: those that the model was asked about, then those learned at this hospital."""
        return in_use(self.package, self.asked)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The drugs that the model was asked about, a combination's own parts apart."""
        return without_parts(self.job.candidates)

    def lists(self, policy: Policy) -> Lists:
        """Which drugs a policy recommends, (n, d), without those that are withheld."""
        listed = recommended(self.package, self.candidates, self.probabilities, policy)
        return listed if policy.show_withheld else listed & ~self._withholding.mask

    @cached_property
    def _withholding(self) -> Withholding:
        return Withholding(self.formulary, self.candidates, self.admissions)

    def withheld(self, lists: Lists, thresholds: NDArray[np.float64]) -> Lists:
        """Which drugs are probable enough and kept off the lists, (n, d)."""
        return self._withholding.mask & ~lists & (self.probabilities >= thresholds)

    def withheld_from(self, row: int, listed: Lists, thresholds: NDArray[np.float64]) -> dict[str, str]:
        """The drugs kept off one admission's list, bool (d,), each with the reason."""
        kept_off = self._withholding.mask[row] & ~listed & (self.probabilities[row] >= thresholds)
        drugs = [self.candidates[place] for place in np.flatnonzero(kept_off)]
        return {drug: self._withholding.reason(row, drug) for drug in drugs}

    def thresholds(self, policy: Policy) -> NDArray[np.float64]:
        """The probability from which each drug is recommended, (d,)."""
        return cut_offs(self.package, self.candidates, policy)

    def flags(self, row: int, lists: Lists, thresholds: NDArray[np.float64]) -> tuple[Flag, ...]:
        """What a reader of one admission's list must be told, as in the workbook; nothing for a failed row."""
        if self.errors[row]:
            return ()
        withheld = tuple(self.withheld_from(row, lists[row], thresholds))
        return self.flags_of(self.admissions[row], lists[row], self.cut[row], withheld)

    @property
    def learned_here(self) -> Mapping[str, int]:
        """The drugs that were learned at this hospital alone, with the number of orders."""
        return self.package.site.own_drugs if self.package.site else {}

    def flags_of(
        self, admission: Admission, listed: Lists, cut: Sequence[str], withheld: Sequence[str] = ()
    ) -> tuple[Flag, ...]:
        """What a reader of a list, bool (d,), for this admission must be told; also for an imagined one."""
        names = [self.candidates[place] for place in np.flatnonzero(listed)]
        ordered = admission.ordered(self.candidates)
        return (
            *safety_flags(admission, names, ordered, self.formulary, withheld),
            *model_flags(admission, names, ordered, self.candidates, self.package.by_name, cut, self.learned_here),
        )

    @cached_property
    def _flag_counter(self) -> FlagCounter:
        return FlagCounter(self.formulary, self.candidates, self.admissions)

    def flag_counts(self, lists: Lists, thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many safety findings each admission's list and orders have, (n,)."""
        return np.where(self.scored, self._flag_counter.counts(lists, self.withheld(lists, thresholds)), 0)

    @cached_property
    def ordered_counts(self) -> Ordered:
        """How much clinicians ordered in the scored admissions."""
        scored = (admission for admission, error in zip(self.admissions, self.errors, strict=True) if not error)
        return count_ordered(scored, self.candidates)


def load_results(path: Path, overlay: "SiteOverlay | None" = None) -> Results:
    """Read a job file, also one that another process is working on; with a hospital's overlay where one is in use.

    Raises InputError for a file that is no job, ModelError when its model package is gone or is another one by now.
    """
    with JobStore.open(path, read_only=True) as store:
        job, total = store.job(), store.counts().total
        items = list(store.items())
        settings = store.last_settings()
        events = store.events()
        engines = [event.detail["engine"] for event in events if event.kind == "started"]
    package = package_in_use(job, overlay)
    formulary = load_formulary(used_names(), knowledge=used_knowledge())
    finished = [item for item in items if item.state in ("done", "failed")]
    asked = without_parts(job.candidates)
    known = set(asked)
    places = [place for place, name in enumerate(job.candidates) if name in known]
    candidates = in_use(package, asked)
    columns = {name: place for place, name in enumerate(candidates)}
    logits = np.full((len(finished), len(asked)), np.nan)
    ordered = np.zeros((len(finished), len(columns)), dtype=bool)
    for row, item in enumerate(finished):
        if item.scores is not None:
            logits[row] = np.asarray(item.scores)[places]
        ordered[row, [columns[name] for name in item.admission.ordered(candidates) if name in columns]] = True
    admissions = tuple(item.admission for item in items)
    unknown = not_understood(admissions, formulary)
    excluded = None if job.excluded is None else {(e.reason, e.text): e.rows for e in job.excluded}
    return Results(
        path=path,
        job=job,
        package=package,
        formulary=formulary,
        cohort=Cohort(
            *(admissions, job.source, job.attrition, job.problems, job.set_aside, job.unmapped, excluded),
            not_understood=unknown,
        ),
        admissions=tuple(item.admission for item in finished),
        probabilities=probabilities(
            package, asked, logits, formulary.drug_class, [context_of(item) for item in finished]
        ),
        ordered=ordered,
        cut=tuple(item.cut for item in finished),
        errors=tuple(item.error for item in finished),
        n_total=total,
        ordinals=np.array([item.ordinal for item in finished], dtype=np.int64),
        marks=read_marks(path),
        settings=settings,
        ran_on=engine_words(engines[-1]) if engines else "",
        overlay=overlay,
        overlay_asked_for=overlay_asked_for(events),
    )


def engine_words(engine: Mapping[str, Any]) -> str:
    """What a run was on, as its log says: "CPU, threads: 4", and why not on what was asked for."""
    note = engine.get("device_note")
    return f"{str(engine.get('device', '')).upper()}, threads: {engine.get('threads')}" + (f" ({note})" if note else "")


def package_in_use(job: Job, overlay: "SiteOverlay | None") -> ModelPackage:
    """The job's package, with a hospital's overlay where one is in use. Raises as `package_of` and `apply` do."""
    return package_of(job) if overlay is None else overlay.apply(package_of(job))
