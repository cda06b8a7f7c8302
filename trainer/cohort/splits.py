"""Which admissions a model may learn from, and which judge it: the benchmark's splits, always whole patients.

train, internal   earlier year, not the held-out region; `internal_percent` of the patients are internal
temporal          later year, not the held-out region, and no patient of the earlier year
external          the held-out region

An export without years or regions is split by patient alone: everybody is in train or internal.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError

SPLITS = ("train", "internal", "temporal", "external")


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How admissions are told apart."""

    by: Literal["year-region", "patient"] = "year-region"
    """year-region: by the admissions' labels `year` and `region`; patient: at random, train and internal only."""
    train_year: str = "2014"
    """Discharge year of the training and internal rows."""
    temporal_year: str = "2015"
    """Discharge year of the temporal rows."""
    external_region: str = "Northeast"
    """Region whose hospitals are never trained on."""
    internal_percent: int = 20
    """Share of the (training year's) patients set apart as internal rows."""
    seed: int = 0
    """Changes which patients are internal."""


def split(admissions: Sequence[Admission], rule: SplitRule) -> dict[str, tuple[Admission, ...]]:
    """The admissions with orders by split, in their own order; those that no split takes are left out.

    Raises InputError when there is no training row.
    """
    usable = [admission for admission in admissions if admission.orders is not None]
    if rule.by == "patient":
        return _by_patient(usable, rule)
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
            "there is nothing to train on. An export without years is split with --split patient."
        )
    return {name: tuple(rows) for name, rows in chosen.items()}


def _by_patient(usable: Sequence[Admission], rule: SplitRule) -> dict[str, tuple[Admission, ...]]:
    inside = {
        name: tuple(a for a in usable if _internal(a.patient_id, rule) == (name == "internal")) for name in SPLITS
    }
    if not inside["train"]:
        raise InputError("No admission with orders is left to train on.")
    return {name: rows if name in ("train", "internal") else () for name, rows in inside.items()}


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


def hold_out(candidates: Iterable[str], percent: float, seed: int) -> tuple[str, ...]:
    """The candidates to leave out of training altogether, by name: `percent` of them, drawn by hash.

    Raises InputError when that is none or all of them.
    """
    drawn = sorted(candidates, key=lambda drug: hashlib.sha256(f"{seed}:{drug}".encode()).digest())
    count = round(len(drawn) * percent / 100) if 0 < percent < 100 else 0
    if not 0 < count < len(drawn):
        raise InputError(f"Holding out {percent:g} % of {len(drawn)} candidates does not leave out some and keep some.")
    return tuple(sorted(drawn[:count]))


def validation_split(
    admissions: Sequence[Admission], percent: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the admissions that a run learns from and of those it only watches, by patient.

    Raises InputError when there are too few patients to keep some aside.
    """
    patients = sorted({admission.patient_id for admission in admissions})
    shuffled = np.random.default_rng([seed, 1]).permutation(len(patients))
    count = round(len(patients) * percent / 100)
    if not 0 < count < len(patients):
        raise InputError(f"The cohort has {len(patients)} training patients: too few to keep {percent} % aside.")
    chosen = {patients[place] for place in shuffled[:count]}
    aside = np.array([admission.patient_id in chosen for admission in admissions])
    return np.flatnonzero(~aside), np.flatnonzero(aside)
