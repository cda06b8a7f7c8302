"""A hospital's own tables of drug knowledge: taken over from the menu, used for the flags and given up again."""

from pathlib import Path

import pytest

from lamo_desktop.admissions import site_files
from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.recommend.safety import safety_flags
from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.window import MainWindow

HEADER = "a,b,severity,reason,source,dated,link\n"
REASON = "Our committee does not want these two together."


def shown() -> Formulary:
    return load_formulary(knowledge=site_files.used_knowledge())


def choose(window: MainWindow, name: str) -> None:
    (file,) = [action.menu() for action in window.menuBar().actions() if action.text() == "&File"]
    (action,) = [action for action in file.actions() if action.text().replace("&", "") == name]
    action.trigger()


def test_own_knowledge_is_used_and_given_up(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    monkeypatch.setattr(dialogs, "folder_to_open", lambda *_: folder)
    choose(window, "Own drug knowledge…")  # an empty folder
    assert site_files.used_knowledge() is None
    (folder / "pairs.csv").write_text(HEADER + "aspirin,no such drug 9,serious,x,y,2026-01,\n", encoding="utf-8")
    choose(window, "Own drug knowledge…")
    assert site_files.used_knowledge() is None  # a table that cannot be used changes nothing
    (folder / "pairs.csv").write_text(
        HEADER + f"aspirin,metoprolol,serious,{REASON},Pharmacy,2026-01,\n", encoding="utf-8"
    )
    choose(window, "Own drug knowledge…")
    flags = safety_flags(Admission("A1", "P1"), ["aspirin", "metoprolol"], [], shown())
    assert [flag.text for flag in flags if REASON in flag.text]
    choose(window, "Drug knowledge as shipped")
    assert site_files.used_knowledge() is None
    flags = safety_flags(Admission("A1", "P1"), ["aspirin", "metoprolol"], [], shown())
    assert not [flag.text for flag in flags if REASON in flag.text]
