"""The architecture, checked: import fences, and no network in any process."""

import argparse
import dataclasses
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lamo_desktop.cli import parser

ROOT = Path(__file__).parent.parent
FOR_TRAINING_ONLY = ("torch", "transformers", "peft", "accelerate", "sklearn", "scipy")


def test_import_contracts_hold() -> None:
    command = [shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_loads_no_training_library_and_no_qt() -> None:
    code = (
        "import sys, lamo_desktop.model.engine\n"
        "from lamo_desktop.cli import adapt, check, jobs, recommend, validate\n"
        f"print([name for name in {(*FOR_TRAINING_ONLY, 'PySide6')!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_help_and_refusals_load_no_table_reader() -> None:
    code = (
        "import sys; from lamo_desktop.cli import parser; parser();"
        "print([name for name in ('numpy', 'pandas', 'openpyxl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_qt_is_imported_by_the_window_and_by_all_of_it() -> None:
    """A module of `ui/` imports Qt, or a module of `ui/` that does: what needs neither belongs below both doors."""
    rooms = ROOT / "lamo_desktop"
    qt = re.compile(r"^\s*(?:from|import) PySide6", re.MULTILINE)
    imports = {path: path.read_text(encoding="utf-8") for path in rooms.rglob("*.py") if path.name != "__init__.py"}
    window = {path.stem: imports.pop(path) for path in list(imports) if path.is_relative_to(rooms / "ui")}
    assert [path.relative_to(rooms) for path, text in imports.items() if qt.search(text)] == []
    own = re.compile(r"^from lamo_desktop\.ui(?:\.(?:pages|validation))?(?:\.(\w+))? import (.*)", re.MULTILINE)
    drawn = {name for name, text in window.items() if qt.search(text)}
    for _ in window:
        used = {name: {*own.findall(text)} for name, text in window.items() if name not in drawn}
        drawn |= {name for name, found in used.items() if any({m, *n.split(", ")} & drawn for m, n in found)}
    assert sorted(window.keys() - drawn) == []


def test_what_argparse_read_stays_with_the_commands() -> None:
    """Below them options are typed: `cli/options.py` has a dataclass for each command of `lamo`."""
    seen = {
        path.relative_to(ROOT).as_posix()
        for room in ("lamo_desktop", "trainer")
        for path in (ROOT / room).rglob("*.py")
        if "Namespace" in path.read_text(encoding="utf-8")
    }
    assert {name for name in seen if not name.startswith("trainer/cli/")} == {"lamo_desktop/cli/options.py"}


def test_every_option_of_a_command_reaches_its_dataclass() -> None:
    verbs = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)).choices
    actions = [action for action in verbs.pop("model")._actions if isinstance(action, argparse._SubParsersAction)]
    for verb in (*verbs.values(), *actions[0].choices.values()):
        read = {action.dest for action in verb._actions} - {"help"}
        assert read == {field.name for field in dataclasses.fields(verb.get_default("kind"))}, verb.prog


def test_sockets_are_forbidden_in_tests() -> None:
    with pytest.raises(AssertionError, match="network"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
