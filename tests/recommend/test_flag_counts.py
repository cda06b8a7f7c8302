"""Counting flags again where lists changed gives what counting them one by one gives."""

from typing import Any

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.model.package import load_package
from lamo_desktop.recommend import flag_counts
from lamo_desktop.recommend.flag_counts import FlagCounter
from lamo_desktop.recommend.safety import Flag, safety_flags

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


def test_the_counts_are_those_of_the_flags(formulary: Formulary) -> None:
    generator = np.random.default_rng(0)
    names = [drug.name for drug in load_package().drugs]
    admissions = []
    for n in range(60):
        drugs = {*generator.choice(names, generator.integers(0, 30), replace=False), *generator.choice(OUTSIDE, n % 3)}
        orders = None if n % 7 == 0 else tuple(sorted(map(str, drugs)))
        home = tuple(map(str, generator.choice(names, n % 4, replace=False)))
        allergies = ALLERGIES[n % len(ALLERGIES)]
        admissions.append(Admission(str(n), str(n), allergies=allergies, home_medications=home, orders=orders))
    lists = generator.random((60, len(names))) < 0.15
    withheld = ~lists & (generator.random(lists.shape) < 0.02)
    counter = FlagCounter(formulary, names, admissions)
    for changed in (lists, lists, lists & (np.arange(60) % 3 > 0)[:, np.newaxis], np.zeros_like(lists)):
        expected = [
            len(safety_flags(a, _names(names, row), a.orders or (), formulary, _names(names, off)))
            for a, row, off in zip(admissions, changed, withheld, strict=True)
        ]
        assert sum(expected) > 100
        assert counter.counts(changed, withheld).tolist() == expected
    assert FlagCounter(formulary, names, []).counts(lists[:0], withheld[:0]).tolist() == []


def test_only_lists_that_changed_are_looked_at_again(formulary: Formulary, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def watched(admission: Admission, *given: Any) -> list[Flag]:
        seen.append(admission.admission_id)
        return safety_flags(admission, *given)

    monkeypatch.setattr(flag_counts, "safety_flags", watched)
    counter = FlagCounter(formulary, ("aspirin", "heparin"), [Admission("a", "1"), Admission("b", "2")])
    nothing = np.zeros((2, 2), dtype=bool)
    assert counter.counts(nothing, nothing).tolist() == [0, 0]
    assert counter.counts(np.array([[False, False], [True, True]]), nothing).tolist() == [0, 1]
    assert seen == ["a", "b", "b"]


def _names(names: list[str], row: np.ndarray) -> list[str]:
    return [names[d] for d in np.flatnonzero(row)]
