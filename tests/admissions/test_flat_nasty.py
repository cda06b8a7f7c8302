"""Every nasty export ends in the right sentence or the right data, and never in another exception."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from lamo_desktop.admissions.flat import read_flat
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from tests.admissions.nasty import NASTY, Nasty


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def test_there_are_enough_of_them() -> None:
    assert len(NASTY) >= 40
    assert len({nasty.name for nasty in NASTY}) == len(NASTY)


@pytest.mark.parametrize("nasty", NASTY, ids=lambda nasty: nasty.name)
def test_nasty_file(nasty: Nasty, tmp_path: Path, formulary: Formulary) -> None:
    path = nasty.build(tmp_path)
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({"kind": "flat", **nasty.profile}), encoding="utf-8")
    profile = load_profile(own)
    read: Callable[[], object] = lambda: read_flat(path, profile, formulary, lambda stage, share: None)  # noqa: E731
    if nasty.error:
        with pytest.raises(InputError, match=nasty.error) as raised:
            read()
        sentence = str(raised.value)
        assert "\n" not in sentence
        assert str(tmp_path) not in sentence
        return
    cohort, _ = read_flat(path, profile, formulary, lambda stage, share: None)
    told = [f"{p.where}: {p.message}" for p in cohort.problems] + [f"{a.where}: {a.reason}" for a in cohort.set_aside]
    assert nasty.check(cohort), (cohort.admissions, told)
