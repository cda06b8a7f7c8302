"""What a model is trained on is what it is shown in use, to the letter."""

from dataclasses import replace

import pytest

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from lamo_desktop.model.package_terms import PackageTerms
from lamo_desktop.model.prompt import PROMPT_VERSION, parts
from tests.trainer.tiny import tiny_rows
from trainer.cohort.rows import Rows
from trainer.fit.examples import make_examples
from trainer.fit.recipe import Recipe

SHIPPED = load_package()


def letters(text: str, begin: bool) -> list[int]:
    return [ord(character) for character in text]


@pytest.fixture
def rows() -> Rows:
    """Rows with allergies in the list and in a note."""
    tiny = tiny_rows()
    allergic = tuple(
        replace(admission, allergies=("penicillin",), sections={"allergies": "Rash with aspirin.", "plan": "Rest."})
        for admission in tiny.splits["train"]
    )
    return Rows({**tiny.splits, "train": allergic}, tiny.candidates, tiny.origin)


def in_use(admission: Admission, knowledge: bool) -> str:
    """The prompt that the engine gets, of a package trained now, with knowledge terms or without."""
    package = replace(SHIPPED, prompt_version=PROMPT_VERSION, knowledge=SHIPPED.knowledge if knowledge else None)
    return "".join(part.text for part in PackageTerms(package, load_formulary()).shown(parts(admission)))


@pytest.mark.parametrize("knowledge", [False, True])
def test_training_and_use_read_the_same_prompt(rows: Rows, knowledge: bool) -> None:
    examples = make_examples(rows, replace(Recipe(), context_tokens=4096), letters)
    trained = ["".join(map(chr, prefix)) for prefix in examples.prefixes]
    assert trained == [in_use(admission, knowledge) for admission in rows.of(["train"])]
    assert all("penicillin" not in text and "Rash" not in text and "Plan: Rest." in text for text in trained)


def test_the_shipped_package_is_of_the_first_version_and_is_asked_as_before(rows: Rows) -> None:
    admission, old = rows.of(["train"])[0], replace(SHIPPED, knowledge=None)
    assert SHIPPED.prompt_version == "1"
    shown = PackageTerms(old, load_formulary()).shown(parts(admission))
    assert "Allergies: penicillin.\n" in [part.text for part in shown]
