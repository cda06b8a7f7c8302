"""The engine runs llama.cpp's bindings and nothing else of their package; what it does not use is not loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

UNUSED = ("diskcache", "jinja2", "llama_cpp.llama", "llama_cpp.llama_chat_format")


def loaded_by(code: str, **environment: str) -> list[str]:
    line = f"{code}\nimport sys; print(*(name for name in {UNUSED!r} if name in sys.modules), sep='\\n')"
    surroundings = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, env=surroundings, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "module", ["model.native", "model.engine", "model.worker", "model.bench", "cli", "ui.app", "validate.validation"]
)
def test_nothing_of_the_program_loads_diskcache(module: str) -> None:
    assert loaded_by(f"import lamo_desktop.{module}") == []


def test_the_bindings_work_where_diskcache_cannot_be_imported() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('diskcache', 'jinja2')))\n"
        "from lamo_desktop.model.native import llama_version; assert llama_version()\n"
        "del sys.modules['diskcache'], sys.modules['jinja2']"
    )
    assert loaded_by(code) == []


def test_a_library_of_another_folder_is_the_one_that_is_loaded(tmp_path: Path) -> None:
    """An empty folder: the sentence names where it was looked for, so the setting has reached the bindings."""
    done = subprocess.run(
        [sys.executable, "-c", "import lamo_desktop.model.bindings"],
        capture_output=True, text=True, env={**os.environ, "LAMO_LLAMA_LIB": str(tmp_path)}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Shared library with base name 'llama' not found" in done.stderr
