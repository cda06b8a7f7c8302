"""`lamo adapt`: learn a hospital from its own past admissions, say what that brings, and write it to one file."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lamo_desktop.adapt import patient_tags
from lamo_desktop.adapt.adaptation import LEAST_ADMISSIONS, LEAST_PATIENTS
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.cli.options import Adapt
from lamo_desktop.cli.steps import NOTICE, engine_settings, exit_code, job_file, read_input, run_to_end, score_cohort
from lamo_desktop.errors import InputError
from lamo_desktop.files import check_writable
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.jobs import batch
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import ModelPackage, load_package
from lamo_desktop.progress import Progress, Reporter
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.recommend.recommendations import Recommendations
from lamo_desktop.report.learned_tables import effect_words, share_used
from lamo_desktop.stats import FOLDS
from lamo_desktop.validate.adaptation import JACCARD, SiteAdaptation, evaluate_adaptation
from lamo_desktop.validate.adaptation_overlay import BETTER_AS_SHIPPED, AdaptationOverlay, make_adaptation_overlay
from lamo_desktop.validate.adaptation_overlay import NOTICE as OVERLAY_NOTICE
from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.learned import Learned, LearnedDrug, LearnedPart
from lamo_desktop.validate.outcomes import Outcomes, from_recommendations
from lamo_desktop.validate.overlay import SiteOverlay, load_overlay, set_aside
from lamo_desktop.validate.readapt import Readaptation, compare_with_earlier

JOB_SUFFIX = ".lamo"
TOLD = 5  # drugs, features and hospitals named of each kind


def adapt(options: Adapt) -> int:
    """`lamo adapt`: from an export, or from a job file whose scores are there already, to a site overlay."""
    reporter = Reporter(options.progress)
    check_writable(options.output, ".json", options.input)
    earlier = _earlier(options.output)
    formulary = load_formulary(options.names, options.interactions, options.knowledge)
    code = 0
    if options.input.suffix.lower() == JOB_SUFFIX:
        if options.limit is not None:
            raise InputError("--limit is for an export: of a job file, all admissions are used.")
        package, found = _from_job(options, formulary, reporter)
        print(learn(found, package, formulary, options, reporter, earlier))
    else:
        package, policy = load_package(options.model), Policy()
        cohort = read_input(options, formulary, reporter)
        _check_enough(cohort.admissions[: options.limit])
        with job_file(options.job, options.output, f"lamo adapt {{job}} -o {options.output}") as path:
            found = score_cohort(
                path, cohort, package, policy, formulary, engine_settings(options), options.limit, reporter
            )
            print(learn(found, package, formulary, options, reporter, earlier))
        code = exit_code(options, cohort)
    print(NOTICE)
    return code


def _from_job(options: Adapt, formulary: Formulary, reporter: Reporter) -> tuple[ModelPackage, Recommendations]:
    """The results of a job, as its model was shipped; what it lacks is scored first."""
    with JobStore.open(options.input) as store:
        package = load_package(options.model) if options.model else batch.package_of(store.job())
        _check_enough([item.admission for item in store.items()])
        if store.counts().open:
            run_to_end(store, package, engine_settings(options, store.last_settings()), reporter)
        return package, batch.results(store, package, formulary, Policy())


def _check_enough(admissions: Sequence[Admission]) -> None:
    """Raises InputError before anything is scored for nothing."""
    with_orders = [admission for admission in admissions if admission.orders]
    n_patients = len({admission.patient_id for admission in with_orders})
    if len(with_orders) < LEAST_ADMISSIONS or n_patients < LEAST_PATIENTS:
        missing = [
            f"{max(least - there, 0)} more {what}"
            for least, there, what in (
                (LEAST_ADMISSIONS, len(with_orders), "admissions with orders"),
                (LEAST_PATIENTS, n_patients, "patients"),
            )
            if there < least
        ]
        raise InputError(
            f"Adapting takes {LEAST_ADMISSIONS} admissions with orders, of {LEAST_PATIENTS} patients; here are "
            f"{len(with_orders):,} of {n_patients:,}: add {' and '.join(missing)}."
        )


def learn(
    found: Recommendations,
    package: ModelPackage,
    formulary: Formulary,
    options: Adapt,
    reporter: Reporter,
    earlier: SiteOverlay | None,
) -> str:
    """Learn from scored admissions, write the overlay, and return what is to be told.

    Raises InputError where nothing can be learned, or the model is better left as it is.
    """
    outcomes = from_recommendations(found, package, formulary, Policy())
    evaluated = evaluate_adaptation(outcomes, progress=_with_eta(reporter, "adapting"))
    if isinstance(evaluated, str):
        raise InputError(evaluated)
    if evaluated.adaptation is None:
        raise InputError(BETTER_AS_SHIPPED)
    key = patient_tags.own_key()
    name = options.name or options.output.stem
    overlay = make_adaptation_overlay(evaluated.adaptation, outcomes, package, name, key, evaluated)
    lines = [*held_out_lines(evaluated), "", *_learned_lines(overlay)]
    if earlier is not None:
        lines += ["", *_earlier_lines(earlier, evaluated, outcomes, key), f"Earlier: {set_aside(options.output)}"]
    overlay.save(options.output)
    lines += ["", f"Site overlay: {options.output} (use it with --overlay; SHA-256 of its content {overlay.sha256})"]
    return "\n".join([*lines, OVERLAY_NOTICE])


def _with_eta(reporter: Reporter, stage: str) -> Callable[[float], None]:
    begun = time.monotonic()

    def told(share: float) -> None:
        spent = time.monotonic() - begun
        eta = spent * (1 - share) / share if share > 0 else None
        reporter(Progress(stage, round(100 * share), 100, eta=eta))

    told(0.0)
    return told


def _earlier(output: Path) -> SiteOverlay | None:
    """The overlay that lies where the new one goes. Raises InputError for a file that is none."""
    return load_overlay(output) if output.exists() else None


def held_out_lines(found: SiteAdaptation) -> Iterator[str]:
    """What adapting brings on held-out patients, beside the model as shipped and the best of these rows alone."""
    n = found.n_evaluation
    yield f"On {n:,} admissions, each predicted without its own patient, with lists together as long as the orders"
    yield f"(Jaccard, mean over admissions; learned from about {found.n_fitting:,} admissions of other patients each):"
    width = max(len(found.site_only_name) + 27, 30)
    for name, figures in (
        ("as shipped", found.shipped),
        ("adapted to this hospital", found.adapted),
        (f"best of these rows alone ({found.site_only_name})", found.site_only),
        ("adapted minus shipped", found.adapted_minus_shipped),
        ("adapted minus these rows alone", found.adapted_minus_site_only),
    ):
        sign = "+" if "minus" in name else ""
        yield f"  {name:<{width}} {_interval(figures[JACCARD], sign)}"
    better = "better" if found.better else "no better"
    losses = found.log_losses
    yield (
        f"Its probabilities are {better} than as shipped (log-loss {losses['adapted']:.4f} against "
        f"{losses['shipped']:.4f})."
    )
    if n_shipped := found.folds_as_shipped:
        yield (
            f"Of {FOLDS} parts of the patients, {n_shipped} {'is' if n_shipped == 1 else 'are'} predicted as shipped, "
            "because what the others teach did not help; there the difference is 0."
        )


def _interval(figure: Estimate, sign: str = "") -> str:
    return f"{figure.value:{sign}.3f} ({figure.low:{sign}.3f} to {figure.high:{sign}.3f})"


def _learned_lines(overlay: AdaptationOverlay) -> Iterator[str]:
    learned: Learned = overlay.learned
    yield (
        f"Learned from {learned.n_admissions:,} admissions of {learned.n_patients:,} patients."
        + (f" The {overlay.adaptation.n_earlier:,} before them were not used." if overlay.adaptation.n_earlier else "")
        + f" {share_used(overlay.adaptation)}"
    )
    for title, drugs in (("Ordered more here", learned.more), ("Ordered less here", learned.less)):
        if drugs:
            yield f"{title} than the model expects: {', '.join(map(_drug, drugs[:TOLD]))}"
    if learned.own_drugs:
        own = ", ".join(f"{drug.name} ({drug.n_ordered:,} orders)" for drug in learned.own_drugs[:TOLD])
        more = len(learned.own_drugs) - TOLD
        yield f"Learned here alone: {own}" + (f" and {more} more" if more > 0 else "")
    for title, parts in (("Matters here", learned.features), (f"Differs by {learned.group_label}", learned.groups)):
        if parts:
            yield f"{title}: {'; '.join(map(_part, parts[:TOLD]))}"


def _drug(drug: LearnedDrug) -> str:
    return f"{drug.name} ({drug.n_ordered:,} ordered, {drug.expected or 0:.0f} expected)"


def _part(part: LearnedPart) -> str:
    return f"{part.name} ({part.n_admissions:,} admissions): {effect_words(part)}"


def _earlier_lines(earlier: SiteOverlay, found: SiteAdaptation, outcomes: Outcomes, key: bytes) -> Iterator[str]:
    compared = compare_with_earlier(earlier, found, outcomes, key)
    if isinstance(compared, str):
        yield compared
        return
    yield from _readaptation_lines(compared)


def _readaptation_lines(compared: Readaptation) -> Iterator[str]:
    yield (
        f"On the {compared.n_new:,} admissions of patients that are new since the earlier overlay (Jaccard, log loss; "
        f"{compared.n_known:,} of patients that it knows are left out):"
    )
    for name, figure in (("shipped", compared.shipped), ("earlier", compared.earlier), ("new", compared.new)):
        title = "as shipped" if name == "shipped" else name
        yield f"  {title:<18} {_interval(figure)}   {compared.log_losses[name]:.4f}"
    yield f"  {'new minus earlier':<18} {_interval(compared.new_minus_earlier, '+')}"
