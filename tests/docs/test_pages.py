"""The pages that describe formats name all of them, and their links lead somewhere."""

import dataclasses
import re
from pathlib import Path

import pytest
import yaml

from lamo_desktop.jobs.schema import MIGRATIONS
from lamo_desktop.model.manifest import Drug, ModelPackage
from lamo_desktop.paths import resource
from lamo_desktop.recommend.policy import POLICIES
from trainer.fit.recipe import Recipe

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SCIENCE = (DOCS / "data-scientists.md").read_text(encoding="utf-8")


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_job_files_schema_is_the_programs() -> None:
    shown = re.findall(r"```sql\n(.*?)```", SCIENCE, re.DOTALL)
    assert [plain(block) for block in shown] == [plain(script) for script in MIGRATIONS]


def test_every_setting_of_a_recipe_is_described_with_its_default() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", SCIENCE, re.MULTILINE))
    defaults = {field.name: str(field.default) for field in dataclasses.fields(Recipe)}
    described = {name: str(value).strip("()").replace('"', "'") for name, value in table.items() if name in defaults}
    assert set(described) == set(defaults)
    for name, value in defaults.items():
        try:
            assert float(described[name]) == float(value)
        except ValueError:
            assert described[name] == value.strip("()")


def test_every_key_of_a_manifest_is_described() -> None:
    from_program = {field.name for field in dataclasses.fields(ModelPackage)} - {"path", "site"}
    keys = from_program | {field.name for field in dataclasses.fields(Drug)}
    assert [key for key in sorted(keys) if f"`{key}`" not in SCIENCE] == []
    analyst = (DOCS / "analyst.md").read_text(encoding="utf-8")
    assert [name for name in POLICIES if f"`{name}`" not in analyst] == []


@pytest.mark.parametrize("profile", ["mimic3", "mimic4", "eicu"])
def test_the_tables_of_a_profile_are_listed(profile: str) -> None:
    tables = yaml.safe_load(resource(f"profiles/{profile}.yaml").read_text(encoding="utf-8"))["tables"].values()
    row = next(line for line in SCIENCE.splitlines() if line.startswith(f"| `{profile}` |"))
    required, optional = row.split("|")[2:4]
    assert {table["file"] for table in tables if table["required"]} == set(re.findall(r"`(.+?)`", required))
    assert {table["file"] for table in tables if not table["required"]} == set(re.findall(r"`(.+?)`", optional))


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda p: p.name)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda p: p.name)
def test_targets_scripts_and_modules_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    scripts = [name.replace("\\", "/") for name in re.findall(r"\.ci[/\\][\w.]+\w", text)]
    modules = [
        name.replace(".", "/") + ".py" for name in re.findall(r"python -m ((?:tests|lamo_desktop|tools)\.[\w.]+)", text)
    ]
    named = re.findall(r"`((?:resources|trainer|lamo_desktop|tests|tools)/[\w./-]+\.\w+)`", text)
    assert [path for path in [*scripts, *modules, *named] if not (ROOT / path).exists()] == []


def test_every_page_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in DOCS.glob("*.md") if f"docs/{page.name}" not in readme] == []


def test_every_shipped_folder_of_resources_is_in_a_wheel() -> None:
    import tomllib

    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["data-files"]
    folders = {p.parent.relative_to(ROOT).as_posix() for p in (ROOT / "resources").rglob("*") if p.is_file()}
    wheels = {pattern.removesuffix("/*") for patterns in data.values() for pattern in patterns}
    assert folders - {"resources/models"} == wheels
