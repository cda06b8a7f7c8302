"""The analyst's documentation says what the program does: its examples run, and its tables name every key."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from lamo_desktop.admissions.profile import KINDS, load_profile
from lamo_desktop.cli import main
from lamo_desktop.paths import resource

DOCS = Path(__file__).parent.parent.parent / "docs"


def blocks(file: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / file).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def ward7(tmp_path: Path) -> Path:
    (tmp_path / "ward7.csv").write_text(blocks("mapping.md", "csv")[0], encoding="utf-8")
    (tmp_path / "names.csv").write_text(blocks("mapping.md", "csv")[1], encoding="utf-8")
    (tmp_path / "ward7.yaml").write_text(blocks("mapping.md", "yaml")[0], encoding="utf-8")
    return tmp_path


def test_the_example_of_the_analysts_guide(ward7: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(ward7 / "ward7.csv"), "--profile", str(ward7 / "ward7.yaml"), "--progress", "none"]
    assert main(["check", *files]) == 0
    told = capsys.readouterr().out
    assert "1 admissions can be scored, with orders to compare with" in told
    assert "ward7.csv row 3: the row has more cells than the header" in told
    assert "1  house mix 7" in told
    assert main(["check", *files, "--names", str(ward7 / "names.csv")]) == 0
    assert "not mapped" not in capsys.readouterr().out


def test_the_example_profile_of_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, profile = tmp_path / "icu", tmp_path / "our.yaml"
    shutil.copytree(resource("demo/eicu"), folder)
    (folder / "patient.csv").rename(folder / "stays.csv")
    profile.write_text(blocks("profiles.md", "yaml")[0], encoding="utf-8")
    assert main(["check", str(folder), "--profile", str(profile), "--progress", "none"]) == 0
    told = capsys.readouterr().out
    assert "read with profile our-icu" in told and "75 admissions can be scored" in told
    assert "no column for: payer" in told


def test_every_key_and_field_is_documented() -> None:
    guide, schema = ((DOCS / name).read_text(encoding="utf-8") for name in ("mapping.md", "profiles.md"))
    flat = load_profile("flat").data
    assert [field for field in flat["synonyms"] if f"`{field}`" not in guide] == []
    assert [key for key in flat if key != "kind" and f"`{key}`" not in schema] == []
    rules = {rule for kind in KINDS if kind != "flat" for rule in load_profile(kind).data["rules"]}
    assert [rule for rule in sorted(rules) if f"`{rule}`" not in schema] == []
    assert all(isinstance(yaml.safe_load(block), dict) for block in blocks("mapping.md", "yaml"))
