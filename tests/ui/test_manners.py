"""The window's manners: names for every control, the keyboard, what is remembered, deleting what is kept, colours."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QSplitter,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lamo_desktop.errors import InputError
from lamo_desktop.jobs import kept_jobs, local_data
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.paths import data_dir
from lamo_desktop.ui import language
from lamo_desktop.ui.app import open_window
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.help.purge import PurgeDialog
from lamo_desktop.ui.kit import theme
from lamo_desktop.ui.kit.plots import Plot
from lamo_desktop.ui.kit.tables import Table
from lamo_desktop.ui.settings import settings
from lamo_desktop.ui.shortcuts import ShortcutsDialog
from lamo_desktop.ui.window import MainWindow
from tests.ui.samples import write_job

LONG = 120_000
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
    Plot,
)
INNER = (QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar, QHeaderView, QScrollBar)


@pytest.fixture
def full(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window with results and a comparison, so that every page shows what it has."""
    window.open_path(write_job(tmp_path / "job.lamo", n=24, n_scored=24))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    window.session.start_validation()
    qtbot.waitUntil(lambda: window.session.evaluation.validation is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
    return window


def controls(root: QWidget) -> Iterator[QWidget]:
    """What a person can work with; not the parts that Qt makes of them itself."""
    for kind in CONTROLS:
        for widget in root.findChildren(kind):
            inner = any(isinstance(above, INNER) for above in ancestors(widget)) or widget.objectName().startswith(
                "qt_"
            )
            if not inner and not isinstance(widget, (QScrollBar, QHeaderView)):
                yield widget


def ancestors(widget: QWidget) -> Iterator[QObject]:
    above = widget.parent()
    while above is not None:
        yield above
        above = above.parent()


def unnamed(root: QWidget) -> list[str]:
    buddies = {label.buddy() for label in root.findChildren(QLabel) if label.buddy() is not None}
    found = []
    for widget in controls(root):
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        hidden_button = isinstance(widget, QAbstractButton) and widget.isHidden()  # offers nothing at present
        if not (widget.accessibleName() or text or widget in buddies or hidden_button):
            parent = widget.parent()
            found.append(f"{type(widget).__name__} '{widget.objectName()}' in {type(parent).__name__}")
    return found


def test_every_control_has_a_name_and_can_be_reached_by_keyboard(full: MainWindow, qtbot: QtBot) -> None:
    for step in Step:
        full.go(step)
        for index in range(full.validating.tabs.count() if step == Step.VALIDATE else 1):
            full.validating.tabs.setCurrentIndex(index)
            assert unnamed(full) == []
    for widget in controls(full):
        if isinstance(widget, (QProgressBar, QAbstractButton)) and (
            widget.isHidden() or widget.inherits("QProgressBar")
        ):
            continue
        if isinstance(widget, Plot) and not widget.focusPolicy():
            continue  # a picture: nothing to work with
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{widget} cannot be reached"


def test_every_dialog_has_names_for_its_controls_too(full: MainWindow, qtbot: QtBot) -> None:
    full.show_about()
    full.show_help()
    full.show_shortcuts()
    purge = PurgeDialog(full)
    purge.open()
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    assert len(dialogs) == 4
    for dialog in dialogs:
        assert unnamed(dialog) == []
        assert dialog.windowTitle()
        dialog.close()
        dialog.deleteLater()


def test_mnemonics_do_not_collide_on_what_is_shown_together(full: MainWindow) -> None:
    for step in Step:
        full.go(step)
        for index in range(full.validating.tabs.count() if step == Step.VALIDATE else 1):
            full.validating.tabs.setCurrentIndex(index)
            QApplication.processEvents()
            texts = [b.text() for b in full.findChildren(QAbstractButton) if b.isVisible()]
            texts += [label.text() for label in full.findChildren(QLabel) if label.isVisible() and label.buddy()]
            texts += [action.text() for action in full.menuBar().actions()]
            letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text.replace("&&", "")]
            assert len(letters) == len(set(letters)), f"{step}, tab {index}: {sorted(letters)} of {texts}"


def test_the_shortcuts_listed_are_those_of_the_menus_and_none_is_there_twice(full: MainWindow) -> None:
    dialog = ShortcutsDialog(full)
    model = dialog.table.model()
    rows = {model.index(row, 1).data(): model.index(row, 0).data() for row in range(model.rowCount())}
    assert rows["Open file"] == "Ctrl+O"
    assert rows["Save workbook"] == "Ctrl+S"
    assert "Ctrl+1" in rows.values() and "Ctrl+6" in rows.values()
    keys = [key for keys in rows.values() for key in keys.split(", ") if key.startswith(("Ctrl", "F"))]
    assert len(keys) == len(set(keys))
    dialog.deleteLater()


def test_the_layout_is_remembered(window: MainWindow, qtbot: QtBot, styled: QApplication) -> None:
    window.resize(900, 611)
    validating = window.validating.findChildren(Table)
    validating[2].own_widths = {"0123456789ab": {1: 123}}
    splitters = [s for s in window.findChildren(QSplitter) if s.objectName()]
    window.close()
    again = open_window(styled)
    qtbot.addWidget(again)
    assert again.height() == 611  # the width is cut to the screen there is
    assert [t.own_widths for t in again.validating.findChildren(Table)][2] == {"0123456789ab": {1: 123}}
    assert not any(table.own_widths for table in again.reviewing.findChildren(Table))
    assert len([s for s in again.findChildren(QSplitter) if s.objectName()]) == len(splitters)


def test_a_damaged_settings_file_does_no_harm(qtbot: QtBot, styled: QApplication, own_jobs: Path) -> None:
    own_jobs.mkdir(exist_ok=True)
    (own_jobs / "window.ini").write_bytes(
        b"[General]\ngeometry=\x00\xff\xfenonsense\nlanguage=xx\nscheme=7\n[columns\n"
    )
    window = open_window(styled)
    qtbot.addWidget(window)
    assert language.chosen() == language.SYSTEM


def test_purging_says_what_there_is_and_really_deletes(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    first = write_job(kept_jobs.folder() / "first.lamo")
    write_job(kept_jobs.folder() / "second.lamo")
    (kept_jobs.folder() / "second.xlsx").write_text("a workbook left by a crash", encoding="utf-8")
    (data_dir() / "profiles").mkdir(exist_ok=True)
    (data_dir() / "profiles" / "ours.yaml").write_text("kind: flat\n", encoding="utf-8")
    (data_dir() / "models").mkdir(exist_ok=True)
    (data_dir() / "models" / "base.gguf").write_bytes(b"GGUF")
    exported = tmp_path / "recommendations.xlsx"
    exported.write_text("mine", encoding="utf-8")
    window.open_path(first)
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
    dialog = PurgeDialog(window)
    assert {kind: box.isChecked() for kind, box in dialog.boxes.items()} == {
        local_data.JOBS: True, local_data.OWN: False, local_data.WEIGHTS: False,
    } | ({local_data.LOGS: True} if local_data.LOGS in dialog.boxes else {}) | (
        {local_data.SETTINGS: False} if local_data.SETTINGS in dialog.boxes else {}
    )  # fmt: skip
    window.delete_kept(dialog.chosen)
    dialog.deleteLater()
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
    assert window.session.results is None
    assert [file for file in (data_dir() / "jobs").rglob("*") if file.is_file()] == []
    assert (data_dir() / "profiles" / "ours.yaml").exists() and exported.exists()
    assert "deleted" in window.notice.accessibleName()
    window.delete_kept(local_data.kept())
    assert not (data_dir() / "models" / "base.gguf").exists()
    assert not (data_dir() / "profiles" / "ours.yaml").exists()


def test_a_job_in_use_is_not_deleted_and_the_others_are(window: MainWindow, tmp_path: Path) -> None:
    busy = write_job(kept_jobs.folder() / "busy.lamo", n_scored=2)
    idle = write_job(kept_jobs.folder() / "idle.lamo")
    with JobStore.open(busy):
        with pytest.raises(InputError, match="in use"):
            local_data.delete(local_data.kept())
        assert busy.exists() and not idle.exists()
    local_data.delete(local_data.kept())
    assert not busy.exists()


def test_nothing_is_deleted_while_something_runs(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_path(write_job(tmp_path / "job.lamo", n=12, n_scored=12))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    window.session.start_validation()
    window.purge()  # would block on its dialog otherwise
    assert "first" in window.notice.accessibleName()
    window.session.evaluation.validator.cancel()


def test_colours_follow_the_system_or_the_choice_and_stay_legible(window: MainWindow) -> None:
    for name, expected in (("dark", "dark"), ("light", "light")):
        window.choose_scheme(name)
        assert theme.tokens().name == expected
    window.choose_scheme("system")
    assert settings().value("scheme") == "system"
    for tokens in (theme.LIGHT, theme.DARK):
        for text, ground in (("text", "surface"), ("muted", "window"), ("accent", "surface"), ("on_accent", "accent"),
                             ("good", "good_soft"), ("warn", "warn_soft"), ("bad", "bad_soft"), ("muted", "sunken"),
                             ("accent", "accent_soft"), ("text", "accent_soft")):  # fmt: skip
            assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5, (tokens.name, text, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours "#rrggbb"."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_notice_is_always_visible(full: MainWindow) -> None:
    words = " ".join(label.text() for label in full.footer.findChildren(QLabel))
    assert "retrospective analysis, not for prescribing" in words
    assert "Nothing leaves this computer" in words
    for step in Step:
        full.go(step)
        assert full.footer.isVisible()


def test_nothing_that_starts_the_window_loads_what_only_reading_needs(own_jobs: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from lamo_desktop.ui.app import make_application, open_window\n"
        "app = make_application(['x']); window = open_window(app); app.processEvents(); window.close()\n"
        "heavy = ('pandas', 'openpyxl', 'python_calamine', 'rapidfuzz', 'llama_cpp', 'PySide6.QtNetwork',"
        " 'lamo_desktop.validate.validation')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_the_language_is_the_systems_until_one_is_chosen(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    assert language.chosen() == language.SYSTEM
    window.choose_language("zh_CN")
    assert language.chosen() == "zh_CN"
    assert QLocale().name() != "zh_CN"  # what is shown stays as it is until the next start
    assert "next" in window.notice.accessibleName() or "again" in window.notice.accessibleName()
