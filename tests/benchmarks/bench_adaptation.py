"""What adapting to a hospital brings there, and whether it ever harms: the figures of docs/adapting-method.md.

    lamo recommend MIMIC3_FOLDER -o mimic3.xlsx --job mimic3.lamo
    lamo recommend EICU_FOLDER -o eicu.xlsx --job eicu.lamo
    python -m tests.benchmarks.bench_adaptation mimic3.lamo eicu.lamo:region=Northeast [--draws 100]

A job gives one site: all of its admissions, or those of a label's value. Figures are of five folds by patients, a mean
over five seeds, with lists of equal length; the intervals resample patients. A draw learns from 30 admissions and is
judged on those of the other patients.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from lamo_desktop.adapt import SiteRows, adapt
from lamo_desktop.adapt.adaptation import cross_fitted, fit_once
from lamo_desktop.formulary import load_formulary
from lamo_desktop.jobs.batch import results
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import load_package
from lamo_desktop.model.site_prior import SitePrior
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.stats import Floats, log_loss, log_odds, mean_jaccard, sigmoid, threshold_for_count
from lamo_desktop.validate.adaptation import JACCARD, NO_HISTORY, evaluate_adaptation, lists_of, rows_of
from lamo_desktop.validate.outcomes import Outcomes, from_recommendations

SEEDS = (11, 12, 13, 14, 15)
DRAWN = 30  # admissions of a draw


def site(place: str) -> Outcomes:
    """The outcomes of a job, or of those of its admissions that have a label's value: "JOB.lamo:region=Northeast"."""
    path, _, condition = place.partition(":")
    package, formulary = load_package(), load_formulary()
    with JobStore.open(Path(path), read_only=True) as store:
        outcomes = from_recommendations(results(store, package, formulary), package, formulary, Policy())
    if not condition:
        return outcomes
    label, _, value = condition.partition("=")
    return outcomes.rows(np.array([each == value for each in outcomes.labels[label]]))


def jaccard(logits: Floats, ordered: np.ndarray) -> float:
    """With lists that are together as long as the orders."""
    return mean_jaccard(logits >= threshold_for_count(logits, ordered.sum()), ordered)


def by_expected_agreement(p: Floats, total: int) -> np.ndarray:
    """Lists whose length is chosen for each admission by its expected Jaccard, together as long as `total` drugs."""
    falling = np.sort(p, axis=1)[:, ::-1]
    both, length = falling.cumsum(1), np.arange(1, p.shape[1] + 1)
    expected = both / (length + falling.sum(1)[:, None] - both)
    low, high = -1.0, 1.0  # what a drug on a list costs
    for _ in range(60):
        cost = (low + high) / 2
        lengths = np.hstack([np.zeros((len(p), 1)), expected - cost * length]).argmax(1)
        low, high = (cost, high) if lengths.sum() > total else (low, cost)
    return np.asarray((-p).argsort(1).argsort(1) < lengths[:, None])


def figures(name: str, outcomes: Outcomes) -> None:
    """Print a site's table: one evaluation with intervals, and means over the seeds."""
    found = evaluate_adaptation(outcomes)
    if isinstance(found, str):
        print(name, found)
        return
    rows = rows_of(outcomes)
    print(f"\n{name}: {len(rows)} admissions, {found.n_fitting} to learn from in each fold; groups: {rows.group_label}")
    for title, of in (
        ("shipped", found.shipped),
        ("adapted", found.adapted),
        (f"rows alone: {found.site_only_name}", found.site_only),
        ("adapted minus shipped", found.adapted_minus_shipped),
        ("adapted minus rows alone", found.adapted_minus_site_only),
    ):
        jac, prauc = of[JACCARD], of["visit_mean.prauc"]
        print(f"  {title:45s} Jaccard {jac.value:.4f} ({jac.low:.4f} to {jac.high:.4f})  PRAUC {prauc.value:.4f}")
    every = found.all_orders
    for title, estimate in (("shipped", every.shipped), ("adapted", every.adapted)):
        print(f"  all orders, {title:33s} Jaccard {estimate.value:.4f} ({estimate.low:.4f} to {estimate.high:.4f})")
    print(f"  can be listed: {every.coverage_shipped:.3f} -> {every.coverage_adapted:.3f} of the orders")
    print(f"  log loss {', '.join(f'{each} {loss:.5f}' for each, loss in found.log_losses.items())}")
    for point in found.learning:
        print(f"  after {point.n_admissions:4d} admissions: Jaccard {point.jaccard:.4f}, log loss {point.log_loss:.5f}")
    d, ordered = rows.n_candidates, outcomes.ordered
    scores: dict[str, list[float]] = {
        "adapted": [],
        "by expected agreement": [],
        "without the package": [],
        "log loss": [],
        "ratio in use": [],
    }
    for seed in SEEDS:
        lists: list[np.ndarray] = []

        def learned(fitting: SiteRows, lists: list[np.ndarray] = lists):
            adapted = adapt(fitting.of_candidates, outcomes.site_prior)

            def apply(held: SiteRows) -> Floats:
                logits = lists_of(adapted)(held)
                if not isinstance(adapted, str):
                    lists.append(logits[:, :d] >= adapted.threshold)
                return logits

            return apply

        adapted = cross_fitted(rows, learned, seed=seed)[:, :d]
        scores["adapted"].append(jaccard(adapted, ordered))
        expected = by_expected_agreement(sigmoid(adapted), int(ordered.sum()))
        scores["by expected agreement"].append(mean_jaccard(expected, ordered))
        scores["log loss"].append(log_loss(adapted, ordered))
        scores["ratio in use"].append(sum(each.sum() for each in lists) / ordered.sum())
        alone = cross_fitted(replace(rows.of_candidates, states=None), _alone, seed=seed)
        scores["without the package"].append(jaccard(alone, ordered))
    print("  mean of five seeds: " + ", ".join(f"{each} {np.mean(of):.4f}" for each, of in scores.items()))


def _alone(rows: SiteRows):
    base = log_odds(rows.ordered)
    found = fit_once(replace(rows, logits=np.tile(base, (len(rows), 1))), SitePrior(history=NO_HISTORY))
    return lambda held: found.logits(replace(held, logits=np.tile(base, (len(held), 1))))


def draws(sites: dict[str, SiteRows], prior: SitePrior, count: int) -> None:
    """Print how often 30 admissions made the package worse on the other patients of their site."""
    rng = np.random.default_rng(3)
    names = list(sites)
    gains: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    n_left = 0
    for each in range(count):
        name = names[each % len(names)]
        rows = sites[name]
        drawn = np.zeros(len(rows), dtype=bool)
        drawn[rng.permutation(len(rows))[:DRAWN]] = True
        held = ~drawn & ~np.isin(rows.patients, rows.patients[drawn])
        found = adapt(rows.at(drawn), prior)
        before, after, ordered = rows.logits[held], lists_of(found)(rows.at(held)), rows.ordered[held]
        n_left += isinstance(found, str)
        gains[name].append(
            (log_loss(after, ordered) - log_loss(before, ordered), jaccard(after, ordered) - jaccard(before, ordered))
        )
    print(f"\n{count} draws of {DRAWN} admissions; the package was left as it is in {n_left}. Worse than shipped:")
    for name, of in gains.items():
        if not of:
            continue
        loss, gain = np.array(of).T
        print(f"  {name} ({len(of)}): log loss {(loss > 0).sum()} (largest {loss.max():+.4f}, mean {loss.mean():+.4f})")
        print(f"    Jaccard {(gain < 0).sum()} (lowest {gain.min():+.4f}, mean {gain.mean():+.4f})")


def right_package(rows: SiteRows, prior: SitePrior, count: int) -> None:
    """Print what adapting costs where orders follow the package's probabilities: expected loss on other patients."""
    rng = np.random.default_rng(4)
    costs = []
    for _ in range(count):
        simulated = replace(rows, ordered=rng.random(rows.logits.shape) < sigmoid(rows.logits))
        fitting = np.isin(rows.patients, rng.permutation(np.unique(rows.patients))[::2])
        found = adapt(simulated.at(fitting), prior)
        held = rows.at(~fitting)
        truth, logits = sigmoid(held.logits), lists_of(found)(held)
        costs.append(float((np.logaddexp(0, logits) - truth * logits - np.logaddexp(0, held.logits)
                            + truth * held.logits).mean()))  # fmt: skip
    print(f"the package is right, {count} times: mean loss {np.mean(costs):+.6f}, largest {max(costs):+.6f}")


def shifted(rows: SiteRows, seed: int = 5) -> SiteRows:
    """A made-up hospital: the admissions of one, whose orders follow the package but for a habit of each drug."""
    rng = np.random.default_rng(seed)
    truth = rows.logits + rng.normal(0, 0.5, rows.logits.shape[1])
    return replace(rows, ordered=rng.random(truth.shape) < sigmoid(truth))


def main() -> None:
    """Figures of each site, then the draws."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", nargs="+", metavar="JOB.lamo[:LABEL=VALUE]")
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--only-draws", action="store_true")
    options = parser.parse_args()
    found = {place: site(place) for place in options.sites}
    for name, outcomes in found.items():
        if not options.only_draws:
            figures(name, outcomes)
    rows = {name: rows_of(outcomes).of_candidates for name, outcomes in found.items()}
    first = next(iter(rows))
    prior = found[first].site_prior
    draws(rows | {"a made-up hospital": shifted(rows[first])}, prior, options.draws)
    right_package(rows[first], prior, 20)


if __name__ == "__main__":
    main()
