"""The architecture, checked: import fences, and no network in any process."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOR_TRAINING_ONLY = ("torch", "transformers", "peft", "accelerate", "sklearn", "scipy")


def test_import_contracts_hold() -> None:
    command = [shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_loads_no_training_library_and_no_qt() -> None:
    code = (
        "import sys, lamo_desktop.cli, lamo_desktop.model.engine, lamo_desktop.report.workbook;"
        f"print([name for name in {(*FOR_TRAINING_ONLY, 'PySide6')!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_sockets_are_forbidden_in_tests() -> None:
    with pytest.raises(AssertionError, match="network"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
