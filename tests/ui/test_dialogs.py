"""The dialogs for files begin where the last file of their kind was, and nothing of that is written down."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.settings import settings
from lamo_desktop.ui.window import MainWindow
from tests.ui.samples import write_export

LONG = 120_000


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "_last_folders", {})


def test_a_dialog_begins_where_the_last_file_of_its_kind_was(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ward 7"
    folder.mkdir()
    export, begun = write_export(folder), []
    answers = {"open": str(export), "save": str(tmp_path / "results" / "out")}

    def to_open(parent: object, title: str, start: str, kinds: str) -> tuple[str, str]:
        begun.append(start)
        return answers["open"], ""

    def to_save(parent: object, title: str, start: str, kinds: str) -> tuple[str, str]:
        begun.append(start)
        return answers["save"], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", to_open)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", to_save)
    window.open_file()
    qtbot.waitUntil(lambda: window.session.cohort is not None, timeout=LONG)
    answers["open"] = ""  # cancelled
    window.open_file()
    window.open_file()
    assert begun == ["", str(folder), str(folder)]
    begun.clear()
    (tmp_path / "results").mkdir()
    for _ in range(2):
        chosen = dialogs.file_to_save(window, "Save", "Workbooks (*.xlsx)", dialogs.RESULTS, "recommendations.xlsx")
        assert chosen == tmp_path / "results" / "out.xlsx"
    assert begun == [str(Path.home() / "recommendations.xlsx"), str(tmp_path / "results" / "recommendations.xlsx")]
    window.close()
    assert "ward 7" not in Path(settings().fileName()).read_text(encoding="utf-8")


def test_a_folder_that_is_gone_is_not_begun_in(tmp_path: Path) -> None:
    dialogs.remember_folder(dialogs.EXPORTS, tmp_path / "gone")
    assert dialogs.last_folder(dialogs.EXPORTS) is None
    assert dialogs.last_folder(dialogs.JOBS, tmp_path) == tmp_path
