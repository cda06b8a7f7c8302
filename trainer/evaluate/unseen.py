"""The unseen-drug experiment: drugs left out of training altogether, then recommended by their names alone.

`lamo-train cohort --hold-out PERCENT` makes a cohort without some candidates, on which a package is fitted and
calibrated; it is judged on the cohort that has them all. An unseen drug takes the mean calibration of its class, else
of all drugs, and no adapter, as in the desktop; beside that it is asked with its class's adapter. The rival is the
class frequency: the mean log-odds of the drug's class, else of all drugs, the same for every patient. It ranks drugs
but no patients, so its AUROC over one drug's admissions is 0.5.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import InputError
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.recommend.policy import probabilities
from lamo_desktop.stats import divide, logit
from lamo_desktop.validate.bootstrap import PatientBootstrap, estimate
from trainer.cohort.rows import ordered_matrix
from trainer.evaluate.benchmark import HERE, Figure, Floats, ModelUnderTest, evaluate_split
from trainer.evaluate.models import Scorer

Bools = NDArray[np.bool_]
FREQUENCY = "class frequency"
FEWEST = 5  # orders of a drug in a split for its own AUROC
HEADINGS = {
    "auroc": "AUROC per drug",
    "average_precision": "PRAUC per drug",
    "prauc": "PRAUC per admission",
    "jaccard": "Jaccard at ratio 1",
}


def evaluate_unseen(
    packages: Mapping[str, ModelPackage],
    splits: Sequence[str],
    scorer: Scorer,
    drug_class: Callable[[str], str],
    resamples: int,
) -> dict[str, Any]:
    """Every package and the class frequency, within the candidates that the first package does not know.

    Figures with intervals by split and model. Per drug: means over the drugs that are ordered in `FEWEST` admissions or
    more. Per admission: means over those with an order of such a drug. Other packages may know the drugs: a reference.
    Raises InputError when the first package knows all candidates, or a split has hardly an order of the others.
    """
    first_name, first = next(iter(packages.items()))
    drugs = [drug for drug in sorted(scorer.rows.candidates) if drug not in first.by_name]
    if len(drugs) < 2:
        raise InputError(
            f"The package {first_name} knows all candidates but {len(drugs)} of this cohort: fit it on a cohort made "
            "with --hold-out, and judge it here on the one made without."
        )
    rates = tuple(replace(drug, scale=0.0, offset=drug.log_odds) for drug in first.drugs)
    classless = replace(first, drugs=rates, knowledge=None)
    found: dict[str, Any] = {}
    for split in splits:
        admissions = scorer.rows.of([split])
        ordered = ordered_matrix(admissions, drugs)
        frequent = np.flatnonzero(ordered.sum(0) >= FEWEST)
        if not len(frequent):
            raise InputError(f"No unseen drug is ordered in {FEWEST} {split} admissions: there is nothing to judge.")
        shape = np.zeros(ordered.shape)
        logits = {FREQUENCY: logit(probabilities(classless, drugs, shape, drug_class))}
        for name, package in packages.items():
            for title, asked in (
                (name, package),
                (f"{name}, adapter of the class", adopted(package, drugs, drug_class)),
            ):
                if title == name or asked.adapters != package.adapters:
                    scores = scorer.scores(asked, admissions, drugs)
                    logits[title] = logit(probabilities(package, drugs, scores, drug_class))
        bootstrap = PatientBootstrap([a.patient_id for a in admissions], resamples)
        weights = np.vstack([np.ones(len(admissions)), bootstrap.weights[:, bootstrap.index]])
        some = [place for place in range(len(admissions)) if ordered[place].any()]
        under_test = [ModelUnderTest(name, "package", {split: x[some]}, {}) for name, x in logits.items()]
        evaluated = evaluate_split(split, under_test, [admissions[place] for place in some], drugs, resamples).evaluated
        models = {}
        for each in evaluated:
            name = each.model.name
            auroc, precision = zip(*(ranked(logits[name][:, d], ordered[:, d], weights) for d in frequent), strict=True)
            figures: dict[str, Figure] = {
                "auroc": _mean_of(auroc),
                "average_precision": _centred(_mean_of(precision)),
                "prauc": each.scored["prauc"],
                "jaccard": each.listed[HERE]["jaccard"],
                "ratio": each.listed[HERE]["ratio"],
            }
            models[name] = {key: asdict(estimate(*figure)) for key, figure in figures.items()} | {
                "knows": sum(name in packages and drug in packages[name].by_name for drug in drugs),
                "auroc_by_drug": {drugs[d]: round(float(a[0]), 4) for d, a in zip(frequent, auroc, strict=True)},
            }
        found[split] = {
            "drugs": drugs,
            "admissions": len(admissions),
            "admissions_with_an_order": len(some),
            "drugs_with_own_figures": len(frequent),
            "models": models,
        }
    return found


def adopted(package: ModelPackage, drugs: Sequence[str], drug_class: Callable[[str], str]) -> ModelPackage:
    """The package with each unknown drug given to the adapter of most drugs of its class, where there is one."""
    home: dict[str, int] = {}
    for drug in drugs:
        kin = Counter(d.group for d in package.drugs if d.group is not None and d.drug_class == drug_class(drug) != "")
        if kin and drug not in package.by_name:
            home[drug] = min(kin, key=lambda group: (-kin[group], group))
    adapters = (
        replace(adapter, drugs=(*adapter.drugs, *(drug for drug, group in home.items() if group == place)))
        for place, adapter in enumerate(package.adapters)
    )
    return replace(package, adapters=tuple(adapters))


def ranked(scores: Floats, ordered: Bools, weights: Floats) -> tuple[Floats, Floats]:
    """AUROC and average precision of one drug's ranking of admissions under several weightings.

    scores and ordered (n,), weights (r, n) → (r,) each, NaN where a weighting has no order or nothing but orders. Equal
    scores count half in the AUROC and enter the average precision together.
    """
    places = np.argsort(-scores, kind="stable")
    falling, y = scores[places], ordered[places]
    starts = np.flatnonzero(np.append(True, falling[1:] != falling[:-1]))
    w = weights[:, places].astype(np.float64)
    hits, misses = (np.add.reduceat(w * chosen, starts, axis=1) for chosen in (y, ~y))
    all_hits, all_misses = hits.sum(1), misses.sum(1)
    below = all_misses[:, None] - np.cumsum(misses, axis=1) + misses / 2
    precision = divide(np.cumsum(hits, axis=1), np.cumsum(hits + misses, axis=1))
    auroc = divide((hits * below).sum(1), all_hits * all_misses, np.nan)
    return auroc, np.where(all_misses > 0, divide((hits * precision).sum(1), all_hits, np.nan), np.nan)


def _mean_of(by_drug: Sequence[Floats]) -> Figure:
    values = np.array(by_drug)
    means = divide(np.nansum(values, axis=0), np.isfinite(values).sum(0), np.nan)
    return float(means[0]), means[1:]


def _centred(figure: Figure) -> Figure:
    """Resamples moved to lie around the estimate: an order drawn twice ranks beside itself, which lifts their mean."""
    return figure[0], figure[1] - (np.nanmean(figure[1]) - figure[0])


def unseen_markdown(found: Mapping[str, Any], resamples: int) -> str:
    """The experiment as Markdown tables."""
    lines = ["# Drugs left out of training", ""]
    for split, result in found.items():
        lines += [f"## {split}: {len(result['drugs'])} unseen drugs, {result['admissions']} admissions", ""]
        lines.append(
            f"Per drug: means over the {result['drugs_with_own_figures']} drugs ordered in {FEWEST} admissions or "
            f"more. Per admission: means over the {result['admissions_with_an_order']} admissions with an order of "
            f"such a drug, lists as long in all as what was ordered. In brackets: 95 % intervals of {resamples} "
            f"patient resamples. Drugs: {', '.join(result['drugs'])}."
        )
        lines += ["", f"| model | knows | {' | '.join(HEADINGS.values())} | ratio |"]
        lines.append("| --- | --- | --- | --- | --- | --- | --- |")
        for name, model in result["models"].items():
            cells = [_cell(model[key]) for key in HEADINGS]
            lines.append(f"| {name} | {model['knows']} | {' | '.join(cells)} | {model['ratio']['value']:.2f} |")
        lines.append("")
    return "\n".join(lines)


def _cell(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}-{figure['high']:.3f})"
