"""Functions in processes of their own: results, refusals, crashes, cancelling."""

import os
import time
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lamo_desktop.errors import InputError
from lamo_desktop.ui.workers.background import Background
from lamo_desktop.ui.workers.offload import Offload

Progress = Callable[[str, float], None]


@pytest.fixture(autouse=True)
def prepared_processes() -> None:
    """Here they start as in the program."""


def double(number: int, progress: Progress) -> int:
    progress("Doubling", 0.5)
    return 2 * number


def refuse(progress: Progress) -> None:
    raise InputError("Sheet1!B2 is empty: expected an age.")


def stumble(progress: Progress) -> None:
    raise ValueError("Jane Doe, 67")


def crash(progress: Progress) -> None:
    os._exit(3)


def sleep(progress: Progress) -> None:
    progress("Sleeping", 0.0)
    time.sleep(600)


def test_a_result_comes_back_after_its_progress(qapp: QApplication, qtbot: QtBot) -> None:
    offload = Offload()
    stages: list[tuple[str, float]] = []
    offload.progress.connect(lambda stage, share: stages.append((stage, share)))
    with qtbot.waitSignal(offload.finished, timeout=60_000) as got:
        offload.start(double, 21)
    assert got.args == [42]
    assert stages == [("Doubling", 0.5)]
    assert not offload.running
    offload.close()


def test_a_refusal_is_its_sentence_and_a_fault_tells_no_patient_text(qapp: QApplication, qtbot: QtBot) -> None:
    offload = Offload()
    with qtbot.waitSignal(offload.failed, timeout=60_000) as got:
        offload.start(refuse)
    assert got.args == ["Sheet1!B2 is empty: expected an age."]
    with qtbot.waitSignal(offload.failed, timeout=60_000) as got:
        offload.start(stumble)
    assert "ValueError in stumble" in got.args[0]
    assert "Jane" not in got.args[0]
    offload.close()


def test_a_crash_is_a_message(qapp: QApplication, qtbot: QtBot) -> None:
    offload = Offload()
    with qtbot.waitSignal(offload.failed, timeout=60_000) as got:
        offload.start(crash)
    assert "stopped unexpectedly" in got.args[0]
    offload.close()


def test_cancelling_ends_the_process_and_delivers_nothing_else(qapp: QApplication, qtbot: QtBot) -> None:
    offload = Offload()
    ends: list[str] = []
    offload.finished.connect(lambda _: ends.append("finished"))
    offload.failed.connect(lambda _: ends.append("failed"))
    with qtbot.waitSignal(offload.progress, timeout=60_000):
        offload.start(sleep)
    with qtbot.waitSignal(offload.cancelled, timeout=10_000):
        offload.cancel()
    qtbot.wait(50)
    assert ends == []
    assert not offload.running


def test_a_result_of_before_closing_is_never_delivered(qapp: QApplication, qtbot: QtBot) -> None:
    background, delivered = Background(), []
    for word in ("before", "after"):
        background.run("key", lambda word=word: word, delivered.append, delivered.append)
        if word == "before":
            background.close()  # its result is waiting in the event loop
    qtbot.waitUntil(lambda: not background.running and bool(delivered), timeout=10_000)
    assert delivered == ["after"]
