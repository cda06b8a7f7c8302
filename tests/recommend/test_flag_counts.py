"""Counting flags by arrays gives what counting them one by one gives."""

from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.model.package import load_package
from lamo_desktop.recommend import flag_counts
from lamo_desktop.recommend.flag_counts import FlagCounter
from lamo_desktop.recommend.safety import safety_flags

ALLERGIES = (
    (),
    ("NKDA",),
    ("PENICILLIN", "aspirin"),
    ("sulfa",),
    ("ASPIRIN", "aspirin 81 mg"),
    ("no allergies but heparin",),
)
OUTSIDE = ("enoxaparin zzz", "warfarin", "ibuprofen", "lovastatin", "captopril", "dalteparin")


@pytest.fixture(scope="module")
def formulary(tmp_path_factory: pytest.TempPathFactory) -> Formulary:
    """With the site's own interactions, so that there are many."""
    path = tmp_path_factory.mktemp("site") / "interactions.csv"
    names = [drug.name for drug in load_package().drugs]
    generator = np.random.default_rng(3)
    chosen = {tuple(sorted(generator.choice(names, 2, replace=False))) for _ in range(300)} | {
        ("ibuprofen", "warfarin")
    }
    path.write_text("drug_a,drug_b,severity\n" + "".join(f"{a},{b},major\n" for a, b in sorted(chosen)))
    return load_formulary(interactions=path)


def test_the_counts_are_those_of_the_flags(
    formulary: Formulary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(flag_counts, "BLOCK", 17)
    generator = np.random.default_rng(0)
    names = [drug.name for drug in load_package().drugs]
    place = {name: d for d, name in enumerate(names)}
    admissions, ordered = [], np.zeros((60, len(names)), dtype=bool)
    for n in range(60):
        drugs = {*generator.choice(names, generator.integers(0, 30), replace=False), *generator.choice(OUTSIDE, n % 3)}
        orders = None if n % 7 == 0 else tuple(sorted(map(str, drugs)))
        admissions.append(Admission(str(n), str(n), allergies=ALLERGIES[n % len(ALLERGIES)], orders=orders))
        ordered[n, [place[drug] for drug in orders or () if drug in place]] = True
    lists = generator.random(ordered.shape) < 0.15
    lists[::5] = ordered[::5]  # findings that both have, and a list that is the orders'
    expected = [
        len(safety_flags(a, [names[d] for d in np.flatnonzero(row)], a.orders or (), formulary))
        for a, row in zip(admissions, lists, strict=True)
    ]
    assert sum(expected) > 500
    counter = FlagCounter(formulary, names, admissions, ordered)
    assert counter.counts(lists).tolist() == expected
    assert counter.counts(np.zeros_like(lists)).tolist() == [
        len(safety_flags(a, (), a.orders or (), formulary)) for a in admissions
    ]
    assert FlagCounter(formulary, names, [], ordered[:0]).counts(lists[:0]).tolist() == []
