"""Every test runs offline, with its own user folder."""

import os
import socket
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # tests share the cores, and threads that wait for one another spin


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program opens no socket, so a test that does is a fault."""

    def refused(*_: object) -> None:
        raise AssertionError("a test tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket.socket, "bind", refused)


@pytest.fixture(scope="session", autouse=True)
def own_user_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jobs, profiles and derived weights of the tests go to a folder of theirs, made once because weights are large."""
    folder = tmp_path_factory.mktemp("user")
    os.environ["LAMO_DATA_DIR"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded package with eight drugs, some of which the demo's first patients have: an admission is quick."""
    from tests.robustness.kills import FEW, few_candidates

    ordered = ("acetaminophen", "lisinopril", "lidocaine", "pantoprazole")
    return few_candidates(tmp_path_factory.mktemp("package") / "few", (*FEW, *ordered))
