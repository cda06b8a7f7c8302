"""How well recommended lists agree with ordered lists, admission by admission, and the averages over them.

Definitions (recommended set P, ordered set G of one admission):

- precision |P∩G|/|P| (0 if P is empty), recall |P∩G|/|G| (0 if G is empty), F1, Jaccard |P∩G|/|P∪G| (0 if both are
  empty).
- PRAUC: average precision of the ranking of all candidates by probability, ties counted as one step, as scikit-learn
  does.
- DDI rate: interacting pairs / pairs of the list. *Visit mean* (LAMO): mean over visits, 0 for a list without a pair;
  *pooled* (SafeDrug): sum over sum.
- Averages: *visit mean* (LAMO, FLAME), *patient mean* (mean over patients of the mean over their visits; SafeDrug
  family), *micro* (counts pooled over all admissions and drugs).
- Overprescribing ratio: drugs recommended / drugs ordered.

Everything is a function of sums over patients, so that one formula serves the estimate and each bootstrap resample.
"""

from collections.abc import Mapping

import numpy as np

from lamo_desktop.stats import average_precision, divide
from lamo_desktop.validate.outcomes import Outcomes

PER_VISIT = ("jaccard", "f1", "precision", "recall", "prauc", "ddi_rate", "ddi_rate_ordered")
COUNTS = ("both", "recommended", "ordered", "ddi", "pairs", "ddi_ordered", "pairs_ordered")
SUMS = ("squared_error", "candidates", "expected", "outside")
COLUMNS = ("visits", *PER_VISIT, *COUNTS, *SUMS)


def pooled_average_precision(probabilities: np.ndarray, ordered: np.ndarray) -> float:
    """Average precision of all admission x drug pairs ranked together (micro PRAUC)."""
    return float(average_precision(probabilities.reshape(1, -1), ordered.reshape(1, -1))[0])


def interacting_pairs(lists: np.ndarray, interacting: np.ndarray) -> np.ndarray:
    """Number of interacting pairs in each row of `lists` (n, d) bool, float64 (n,)."""
    chosen = lists.astype(np.float32)
    return np.asarray(
        np.einsum("ij,ij->i", chosen @ np.triu(interacting, 1).astype(np.float32), chosen), dtype=np.float64
    )


def per_admission(outcomes: Outcomes) -> np.ndarray:
    """The measures of every admission, float64 (n, len(COLUMNS)), columns named by `COLUMNS`."""
    recommended, ordered = outcomes.recommended, outcomes.ordered
    both = (recommended & ordered).sum(1).astype(np.float64)
    n_recommended, n_ordered = recommended.sum(1).astype(np.float64), ordered.sum(1).astype(np.float64)
    ddi, ddi_ordered = (interacting_pairs(lists, outcomes.interacting) for lists in (recommended, ordered))
    pairs, pairs_ordered = (size * (size - 1) / 2 for size in (n_recommended, n_ordered))
    columns = {
        "visits": np.ones(len(both)),
        "jaccard": divide(both, n_recommended + n_ordered - both),
        "f1": divide(2 * both, n_recommended + n_ordered),
        "precision": divide(both, n_recommended),
        "recall": divide(both, n_ordered),
        "prauc": average_precision(outcomes.probabilities, ordered),
        "ddi_rate": divide(ddi, pairs),
        "ddi_rate_ordered": divide(ddi_ordered, pairs_ordered),
        "both": both,
        "recommended": n_recommended,
        "ordered": n_ordered,
        "ddi": ddi,
        "pairs": pairs,
        "ddi_ordered": ddi_ordered,
        "pairs_ordered": pairs_ordered,
        "squared_error": ((outcomes.probabilities - ordered) ** 2).sum(1, dtype=np.float64),
        "candidates": np.full(len(both), float(ordered.shape[1])),
        "expected": outcomes.probabilities.sum(1, dtype=np.float64),
        "outside": outcomes.n_outside if len(outcomes.n_outside) else np.zeros(len(both)),
    }
    return np.column_stack([columns[name] for name in COLUMNS])


def with_patient_means(by_patient: np.ndarray) -> np.ndarray:
    """Appends to sums per patient (P, k) one column of ones and each patient's own means of `PER_VISIT`."""
    visits = by_patient[:, :1]
    means = divide(by_patient[:, 1 : 1 + len(PER_VISIT)], visits)
    return np.hstack([by_patient, (visits > 0).astype(np.float64), means])


def averages(sums: np.ndarray) -> dict[str, np.ndarray]:
    """All averages from sums of `with_patient_means` rows: (..., k) in, one array (...) per name out.

    Names are "visit_mean.jaccard", "patient_mean.f1", "micro.precision", "overprescribing_ratio" and so on. Micro PRAUC
    is no function of these sums: see `bins.py`. NaN where nothing was summed.
    """
    at = {name: sums[..., i] for i, name in enumerate(COLUMNS)}
    patients = sums[..., len(COLUMNS)]
    out = {f"visit_mean.{name}": divide(at[name], at["visits"], np.nan) for name in PER_VISIT}
    for i, name in enumerate(PER_VISIT):
        out[f"patient_mean.{name}"] = divide(sums[..., len(COLUMNS) + 1 + i], patients, np.nan)
    out |= pooled(at["both"], at["recommended"], at["ordered"])
    out["micro.ddi_rate"] = divide(at["ddi"], at["pairs"], np.nan)
    out["micro.ddi_rate_ordered"] = divide(at["ddi_ordered"], at["pairs_ordered"], np.nan)
    out["n_recommended"] = divide(at["recommended"], at["visits"], np.nan)
    out["n_ordered"] = divide(at["ordered"], at["visits"], np.nan)
    out["n_expected"] = divide(at["expected"], at["visits"], np.nan)
    out["coverage.orders_in_vocabulary"] = divide(at["ordered"], at["ordered"] + at["outside"], np.nan)
    out["coverage.micro_recall_all_orders"] = divide(at["both"], at["ordered"] + at["outside"], np.nan)
    out["calibration.observed_expected"] = divide(at["ordered"], at["expected"], np.nan)
    out["calibration.brier"] = divide(at["squared_error"], at["candidates"], np.nan)
    return out


def pooled(both: np.ndarray, recommended: np.ndarray, ordered: np.ndarray) -> dict[str, np.ndarray]:
    """Micro Jaccard, F1, precision, recall and the overprescribing ratio from pooled counts."""
    return {
        "micro.jaccard": divide(both, recommended + ordered - both, np.nan),
        "micro.f1": divide(2 * both, recommended + ordered, np.nan),
        "micro.precision": divide(both, recommended),
        "micro.recall": divide(both, ordered, np.nan),
        "overprescribing_ratio": divide(recommended, ordered, np.nan),
    }


def nested(flat: Mapping[str, object]) -> dict[str, object]:
    """{"micro.f1": x} → {"micro": {"f1": x}}; names without a dot stay at the top."""
    out: dict[str, object] = {}
    for name, value in flat.items():
        group, _, leaf = name.partition(".")
        if not leaf:
            out[group] = value
        else:
            inner = out.setdefault(group, {})
            assert isinstance(inner, dict)
            inner[leaf] = value
    return out
