"""A window for each test, and a check that nothing of it outlives the test: no thread, process, timer or widget."""

import gc
import multiprocessing
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from lamo_desktop.ui.app import open_window
from lamo_desktop.ui.kit import theme
from lamo_desktop.ui.window import MainWindow

if sys.platform != "win32":  # which cannot fork
    from tests.ui.prepared import prepared_context


@pytest.fixture(autouse=True)
def own_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "user"
    monkeypatch.setenv("LAMO_DATA_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def prepared_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "win32":
        monkeypatch.setattr(multiprocessing, "get_context", prepared_context)


@pytest.fixture(scope="session")
def styled(qapp: QApplication) -> QApplication:
    qapp.setStyle("Fusion")
    theme.choose_font(qapp)
    theme.apply(qapp)
    return qapp


@pytest.fixture(scope="session", autouse=True)
def loaded_before() -> Iterator[None]:
    """What other tests loaded (PyTorch alone is a million objects) is not searched for garbage after each test."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    qapp.sendPostedEvents(None, 52)  # 52: DeferredDelete
    qapp.processEvents()
    gc.collect()
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    timers = [o for o in gc.get_objects() if isinstance(o, QTimer) and isValid(o) and o.isActive()]
    assert not left, f"threads left: {left}"
    assert not multiprocessing.active_children(), "processes left"
    assert not timers, "timers left"
    assert not qapp.topLevelWidgets(), f"widgets left: {qapp.topLevelWidgets()}"


@pytest.fixture
def window(styled: QApplication, qtbot: QtBot) -> MainWindow:
    window = open_window(styled)
    qtbot.addWidget(window)  # which also closes and deletes it
    return window
