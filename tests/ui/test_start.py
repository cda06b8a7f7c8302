"""What can be said to `lamo-desktop`: it is answered without a window, a screen or Qt."""

import os
import subprocess
import sys

import pytest

from lamo_desktop import __version__

NO_SCREEN = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
NO_SCREEN.pop("QT_QPA_PLATFORM", None)


def start(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "lamo_desktop", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=NO_SCREEN)


def test_help_and_version_are_printed_and_no_window_opens() -> None:
    told = start("--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("usage: lamo-desktop") and "--picture" in told.stdout and "not for" in told.stdout
    assert start("-h").stdout == told.stdout
    version = start("--version")
    assert (version.returncode, version.stdout) == (0, f"lamo-desktop {__version__}\n")


@pytest.mark.parametrize("arguments", [("--no-such-option",), ("-x",), ("--picture",), ("a.csv", "b.csv")])
def test_what_is_no_option_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...]) -> None:
    told = start(*arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("lamo-desktop: ") and told.stderr.count("\n") == 1
    assert told.stderr.endswith("see lamo-desktop --help.\n")
