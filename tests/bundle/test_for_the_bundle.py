"""What the program does for being bundled, tried from the source: no bundle is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lamo_desktop import __main__ as window
from lamo_desktop.errors import ModelError
from lamo_desktop.model import process
from lamo_desktop.model.package import load_package
from lamo_desktop.paths import engine_folder, resources


def test_another_engine_is_named_by_a_folder_or_lies_beside_the_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAMO_LLAMA_LIB", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "lamo"))
    (tmp_path / "gpu").mkdir()
    assert engine_folder() is None  # not a bundle
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert engine_folder() == tmp_path / "gpu"
    monkeypatch.setenv("LAMO_LLAMA_LIB", str(tmp_path))
    assert engine_folder() == tmp_path
    monkeypatch.setenv("LAMO_LLAMA_LIB", "")
    assert engine_folder() is None


def test_resources_of_an_installed_wheel_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = resources()
    installed = tmp_path / "share" / "lamo-desktop" / "resources"
    installed.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert resources() == source  # the source tree's own come first
    monkeypatch.setattr("lamo_desktop.paths.__file__", str(tmp_path / "lib" / "lamo_desktop" / "paths.py"))
    assert resources() == installed


@pytest.mark.skipif(sys.platform == "win32", reason="signals are not Windows's")
def test_a_processor_without_the_instructions_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    dying = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGILL)"]
    monkeypatch.setattr(process, "worker_command", lambda: dying)
    with pytest.raises(ModelError, match="needs a processor with AVX2"):
        process.EngineProcess(load_package(), process.EngineSettings(device="cpu"))


def test_programs_that_the_window_opens_do_not_get_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/site")
    window._keep_libraries_to_ourselves()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/site" and "LD_LIBRARY_PATH_ORIG" not in os.environ
    window._keep_libraries_to_ourselves()
    assert "LD_LIBRARY_PATH" not in os.environ


def test_the_window_takes_its_picture_and_closes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lamo_desktop", f"--picture={tmp_path / 'window.png'}"]
    environment = {**os.environ, "LAMO_DATA_DIR": str(tmp_path / "user")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "window.png").read_bytes().startswith(b"\x89PNG")
    command[-1] = f"--picture={tmp_path / 'no folder' / 'window.png'}"
    assert subprocess.run(command, env=environment, capture_output=True, timeout=300).returncode == 3
