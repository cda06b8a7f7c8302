"""The chooser of candidate drugs: by name, by class, and those the model was not trained on."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lamo_desktop.formulary import load_formulary, without_parts
from lamo_desktop.model.package import load_package
from lamo_desktop.recommend.candidates import by_class, candidates_named
from lamo_desktop.ui.recommend.candidatepicker import CandidatePicker

FORMULARY, PACKAGE = load_formulary(), load_package()
TRAINED = without_parts(drug.name for drug in PACKAGE.drugs)
CLASSES = by_class(PACKAGE, FORMULARY)
Show = Callable[..., CandidatePicker]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    def shown(*chosen: str) -> CandidatePicker:
        picker = CandidatePicker(CLASSES, TRAINED, chosen)
        qtbot.addWidget(picker)
        picker.show()
        return picker

    return shown


def press(qtbot: QtBot, picker: CandidatePicker, title: str) -> None:
    """Space on a class or a drug of the tree."""
    (item,) = picker.tree.findItems(title, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    picker.tree.setCurrentItem(item)
    qtbot.keyClick(picker.tree, Qt.Key.Key_Space)


def test_the_models_own_drugs_are_shown_and_ticked_and_a_fixed_combination_is_one(show: Show) -> None:
    picker = show()
    assert set(picker.items) == set(TRAINED) and picker.chosen() == ()
    assert picker.items["piperacillin"].text(0) == "piperacillin/tazobactam" and "tazobactam" not in picker.items


def test_a_class_is_unticked_and_ticked_from_the_keyboard(show: Show, qtbot: QtBot) -> None:
    picker = show()
    press(qtbot, picker, "Beta blocker")
    assert set(TRAINED) - set(picker.chosen()) == {"carvedilol", "labetalol", "metoprolol"}
    press(qtbot, picker, "Beta blocker")
    assert picker.chosen() == ()


def test_a_whole_class_has_its_other_drugs_too_when_these_are_asked_for(show: Show, qtbot: QtBot) -> None:
    picker = show("aspirin")
    qtbot.keyClick(picker.others, Qt.Key.Key_Space)
    assert len(picker.items) == sum(map(len, CLASSES.values())) and picker.chosen() == ("aspirin",)
    assert picker.items["nadolol"].text(0) == "nadolol (not trained on)"
    press(qtbot, picker, "Beta blocker")
    assert picker.chosen() == tuple(candidates_named(["class:beta blocker", "aspirin"], PACKAGE, FORMULARY))
    qtbot.keyClick(picker.others, Qt.Key.Key_Space)
    assert picker.chosen() == ("aspirin", "carvedilol", "labetalol", "metoprolol")


def test_what_was_chosen_before_is_ticked_again(show: Show) -> None:
    picker = show("aspirin", "nadolol")
    assert picker.others.isChecked() and picker.chosen() == ("aspirin", "nadolol")
