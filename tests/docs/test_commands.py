"""The documentation's commands exist, and its blocks marked `run` do what the page says, on the demonstration data."""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
PROGRAMS = {"lamo": "lamo_desktop.cli", "lamo-train": "trainer.cli"}


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, whether it is marked `run`, and its text."""

    language: str
    run: bool
    text: str


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w+)( run)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [Block(language, bool(run), text) for language, run, text in found]


def commands(page: str) -> list[list[str]]:
    """Every `lamo` and `lamo-train` command of a page's shell blocks and of its `inline code`, as words."""
    text = (ROOT / page).read_text(encoding="utf-8")
    scripts = [block.text.replace("\\\n", " ") for block in blocks(page) if block.language == "sh"]
    lines = [line for script in scripts for line in script.splitlines()]
    lines += re.findall(r"`(lamo(?:-train)? [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    words = [shlex.split(" ".join(line.split()), comments=True) for line in lines]
    return [[Path(line[0]).name, *line[1:]] for line in words if line and Path(line[0]).name in PROGRAMS]


def parser_of(program: str) -> argparse.ArgumentParser:
    if program == "lamo":
        from lamo_desktop.cli import parser
    else:
        from trainer.cli import parser
    return parser()


def actions(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    choices = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(choices[0]) if choices else {}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_exists(page: str) -> None:
    """Verbs are verbs of the program, and options are options of the verb (values may be made up)."""
    for program, *words in commands(page):
        parser = parser_of(program)
        while words and words[0] in actions(parser):
            parser = actions(parser)[words.pop(0)]
        known = {option for action in parser._actions for option in action.option_strings}
        used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        verbs = actions(parser)
        assert not verbs or not words or words[0].startswith("-") or set(words) & {"|", "..."} or words == ["worker"], (
            f"{page}: {program} has no command {words[0]}"
        )
        assert used <= known, f"{page}: {program} {' '.join(words)} uses unknown {used - known}"


@pytest.mark.parametrize("page", [page for page in PAGES if any(block.run for block in blocks(page))])
def test_blocks_marked_run_do_what_the_page_says(page: str, few: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "resources" / "demo", tmp_path / "resources" / "demo")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    ran = 0
    for block in blocks(page):
        if not block.run:
            continue
        if block.language == "python":
            lines = [[sys.executable, "-c", block.text]]
        else:
            split = [shlex.split(line, comments=True) for line in block.text.splitlines() if line.strip()]
            lines = [[sys.executable, "-m", PROGRAMS[words[0]], *words[1:], *lighter(words, few)] for words in split]
        for line in lines:
            done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, f"{page}: {' '.join(line[2:])}\n{done.stdout}{done.stderr}"
            ran += 1
    assert ran


def lighter(words: list[str], few: Path) -> list[str]:
    """Tests share the machine: what scores does it with one thread, and where several admissions are, for few drugs."""
    if words[1] not in ("recommend", "resume", "validate"):
        return []
    several = words[1] != "resume" and "--limit 1 " not in " ".join(words)
    return ["--threads", "1", *(["--model", str(few)] if several else [])]
