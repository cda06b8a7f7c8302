"""Which admissions a model may learn from, and which judge it: the benchmark's splits, always whole patients.

train, internal   earlier year, not the held-out region; `INTERNAL_PERCENT` of the patients are internal
temporal          later year, not the held-out region, and no patient of the earlier year
external          the held-out region
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError

SPLITS = ("train", "internal", "temporal", "external")


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How admissions are told apart, by their labels `year` and `region`."""

    train_year: str = "2014"
    """Discharge year of the training and internal rows."""
    temporal_year: str = "2015"
    """Discharge year of the temporal rows."""
    external_region: str = "Northeast"
    """Region whose hospitals are never trained on."""
    internal_percent: int = 20
    """Share of the training year's patients set apart as internal rows."""
    seed: int = 0
    """Changes which patients are internal."""


def split(admissions: Sequence[Admission], rule: SplitRule) -> dict[str, tuple[Admission, ...]]:
    """The admissions with orders by split, in their own order; those that no split takes are left out.

    Raises InputError when there is no training row.
    """
    usable = [admission for admission in admissions if admission.orders is not None]
    at_home = [a for a in usable if a.labels.get("region") != rule.external_region]
    early = [a for a in at_home if a.labels.get("year") == rule.train_year]
    known = {a.patient_id for a in early}
    chosen = {
        "train": [a for a in early if not _internal(a.patient_id, rule)],
        "internal": [a for a in early if _internal(a.patient_id, rule)],
        "temporal": [a for a in at_home if a.labels.get("year") == rule.temporal_year and a.patient_id not in known],
        "external": [a for a in usable if a.labels.get("region") == rule.external_region and a.patient_id not in known],
    }
    if not chosen["train"]:
        raise InputError(
            f"No admission with orders is of year {rule.train_year} and outside region {rule.external_region}: "
            "there is nothing to train on."
        )
    return {name: tuple(rows) for name, rows in chosen.items()}


def _internal(patient_id: str, rule: SplitRule) -> bool:
    digest = hashlib.sha256(f"{rule.seed}:{patient_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < rule.internal_percent


def vocabulary(train: Iterable[Admission], fewest: int) -> dict[str, int]:
    """The candidates: ingredients ordered in at least `fewest` training admissions, with in how many, by name.

    Raises InputError when no ingredient reaches it.
    """
    counts = Counter(drug for admission in train for drug in set(admission.orders or ()))
    chosen = {drug: count for drug, count in sorted(counts.items()) if count >= fewest}
    if not chosen:
        raise InputError(f"No ingredient is ordered in at least {fewest} training admissions.")
    return chosen
