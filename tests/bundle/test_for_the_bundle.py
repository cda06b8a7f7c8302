"""What the program does for being bundled, tried from the source: no bundle is needed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lamo_desktop import __main__ as window
from lamo_desktop.errors import ModelError
from lamo_desktop.model import process
from lamo_desktop.model.package import load_package
from lamo_desktop.paths import engine_folder, resources

ROOT = Path(__file__).parents[2]


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
    monkeypatch.setenv("PYINSTALLER_RESET_ENVIRONMENT", "")
    window._keep_libraries_to_ourselves()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/site" and "LD_LIBRARY_PATH_ORIG" not in os.environ
    window._keep_libraries_to_ourselves()
    assert "LD_LIBRARY_PATH" not in os.environ
    assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1"


def test_the_window_takes_its_picture_and_closes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lamo_desktop", f"--picture={tmp_path / 'window.png'}"]
    environment = {**os.environ, "LAMO_DATA_DIR": str(tmp_path / "user")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "window.png").read_bytes().startswith(b"\x89PNG")
    command[-1] = f"--picture={tmp_path / 'no folder' / 'window.png'}"
    assert subprocess.run(command, env=environment, capture_output=True, timeout=300).returncode == 3


def test_the_stylesheet_is_read_wherever_the_program_lies(tmp_path: Path) -> None:
    """A letter such as ü in the path of its pictures ended it, and the window stood there without a style."""
    elsewhere = tmp_path / "Programme für 病房"
    left_out = shutil.ignore_patterns("__pycache__", "models")
    shutil.copytree(ROOT / "lamo_desktop", elsewhere / "lamo_desktop", ignore=left_out)
    shutil.copytree(ROOT / "resources", elsewhere / "resources", ignore=left_out)
    (elsewhere / "resources" / "models").symlink_to(ROOT / "resources" / "models")
    picture = tmp_path / "window.png"
    command = [sys.executable, "-m", "lamo_desktop", f"--picture={picture}"]
    environment = {**os.environ, "PYTHONPATH": str(elsewhere), "LAMO_DATA_DIR": str(tmp_path / "user")}
    done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and picture.exists(), done.stderr
    assert "stylesheet" not in done.stderr and "Cannot open file" not in done.stderr, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have a screen and Qt's libraries")
def test_a_computer_without_a_screen_or_its_libraries_is_told_in_one_sentence() -> None:
    bare = {name: value for name, value in os.environ.items() if name not in window._SCREENS}
    command = [sys.executable, "-m", "lamo_desktop"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "lamo-desktop: there is no screen here (DISPLAY is not set); `lamo` does the same work.\n"
    lost = "import sys; sys.modules['PySide6.QtGui'] = None; from lamo_desktop.__main__ import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", lost], capture_output=True, text=True, timeout=300)
    assert done.returncode == 3 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("lamo-desktop: a part of the window is missing on this computer: ")


def test_the_windows_recipe_is_that_of_the_makefile() -> None:
    """It cannot be run here, so what it shares with the recipe that is run must not part from it."""
    recipe, makefile = (ROOT / "docs/windows.md").read_text("utf-8"), (ROOT / "Makefile").read_text("utf-8")
    flags = re.findall(r"-DGGML_\w+=\w+", recipe)
    assert flags == re.findall(r"-DGGML_\w+=\w+", makefile) and len(flags) > 5
    pins = re.findall(r"[\w-]+==[\d.]+", recipe)
    assert pins == []  # versions stand in the lock files, which both read
    layers = re.findall(r"\.ci\\lock\\(\w+)\.txt", recipe)
    assert layers == ["build", "engine", "run", "bundle", "weights"]
    assert all(f"$(LOCK)/{layer}.txt" in makefile for layer in layers)
    workflow = (ROOT / ".github/workflows/checks.yml").read_text("utf-8")
    assert flags == re.findall(r"-DGGML_\w+=\w+", workflow)
    commands = [line for line in recipe.splitlines() if line.startswith("build\\venv\\Scripts\\")]
    assert len(commands) > 10 and [line for line in commands if line not in workflow] == []
    scripts = re.findall(r"\.ci\\(\w+\.\w+)", recipe)
    assert {"notices.py", "archive.py", "interpreter.py", "windows.iss"} == set(scripts)
    assert "/DVersion=" in recipe and "\nAppVersion={#Version}\n" in (ROOT / ".ci/windows.iss").read_text("utf-8")
