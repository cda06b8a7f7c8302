"""What each command was asked: one typed dataclass a command, made of what argparse read and of nothing else.

A command's function takes its dataclass; only `command.py` sees argparse's own namespace.
"""

import argparse
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, TypeVar

ALL_CORES = 0  # what `--threads all` is
Told = Literal["auto", "json", "none"]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The site's own tables beside those that ship."""

    names: Path | None = None
    """Drug names: text, ingredients."""
    interactions: Path | None = None
    knowledge: Path | None = None
    """A folder of knowledge tables, or one of them."""


@dataclass(frozen=True, kw_only=True)
class Input(Tables):
    """An export and how it is read."""

    input: Path
    profile: str | None = None
    """A shipped profile or a file; None: found from the input."""
    order_window: str | None = None
    """Which orders count, "FROM..TO" in hours or "all"; None: as the profile says."""
    encoding: str | None = None
    """Of a text table; None: found."""
    strict: bool = False
    """End with 1 when rows were set aside."""
    progress: Told = "auto"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Model and engine; None: the default, or for a resumed job what its last run had."""

    device: Literal["auto", "cpu", "gpu"] | None = None
    threads: int | None = None
    """`ALL_CORES` for all."""
    model: Path | None = None
    progress: Told = "auto"


@dataclass(frozen=True, kw_only=True)
class Overlaid(Engine):
    """A model with what was learned of a hospital."""

    overlay: Path | None = None
    """The site overlay to apply to the package."""


@dataclass(frozen=True, kw_only=True)
class Scoring(Engine):
    """What is scored and where it is kept."""

    job: Path | None = None
    """None: a job file that is kept only when interrupted."""
    limit: int | None = None
    """Only so many admissions."""
    output: Path
    """What is written in the end: a workbook or a report."""


@dataclass(frozen=True, kw_only=True)
class Lists:
    """How scores become lists; None: as the job says, else the default."""

    policy: str | None = None
    threshold_shift: float | None = None
    """Logits."""
    show_withheld: bool = False


@dataclass(frozen=True, kw_only=True)
class Check(Input):
    """`lamo check`."""

    xlsx: Path | None = None
    quarantine: Path | None = None
    save_profile: Path | None = None
    save_names: Path | None = None
    audit: bool = False


@dataclass(frozen=True, kw_only=True)
class Recommend(Input, Scoring, Overlaid, Lists):
    """`lamo recommend`."""

    candidates: str | None = None
    """"all", a file, or names with commas; None: the package's."""


@dataclass(frozen=True, kw_only=True)
class Resume(Tables, Overlaid, Lists):
    """`lamo resume`."""

    job: Path
    output: Path
    retry_failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """Where a validation is written and from how many admissions a group is shown."""

    output: Path
    json: Path | None = None
    xlsx: Path | None = None
    small_cell: int


@dataclass(frozen=True, kw_only=True)
class Validate(Input, Scoring, Overlaid, Lists, Report):
    """`lamo validate`."""

    compare: tuple[Path, ...] = ()
    """Other packages, or GGUF files."""
    save_overlay: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Adapt(Input, Scoring):
    """`lamo adapt`; the input may be a job file, too."""

    name: str | None = None
    """What results call the hospital; None: the name of the file."""


@dataclass(frozen=True, kw_only=True)
class JobFile:
    """`lamo audit`, `purge`, `lock` and `unlock`."""

    job: Path


@dataclass(frozen=True, kw_only=True)
class Package:
    """`lamo model info` and `verify`."""

    package: Path | None = None
    """None: the embedded one."""


@dataclass(frozen=True, kw_only=True)
class InstallBase:
    """`lamo model install-base`."""

    source: Path
    model: Path | None = None
    to: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Bench(Engine):
    """`lamo bench`."""

    json: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Demo(Engine):
    """`lamo demo`."""

    out: Path
    small_cell: int


Options = TypeVar("Options")


def options_of(kind: type[Options], read: argparse.Namespace) -> Options:
    """A command's dataclass from what argparse read; each of its fields is an option of the command."""
    found = {field.name: getattr(read, field.name) for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})
