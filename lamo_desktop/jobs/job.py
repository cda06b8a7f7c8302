"""The nouns of a job file: what a job is, its items, and what scoring one of them gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_type_hints

import numpy as np

from lamo_desktop.admissions.cohort import Admission, AttritionStep, Problem, SetAside, Source
from lamo_desktop.admissions.excluded import ExcludedOrder
from lamo_desktop.errors import InputError
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.policy import Policy

State = Literal["pending", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class PackageIdentity:
    """What decides the scores besides the admission; `manifest_sha256` covers vocabulary, calibration and adapters."""

    path: str
    name: str
    version: str
    label: str
    fine_tuned: bool
    manifest_sha256: str
    prompt_version: str
    architecture: str
    base_file: str
    base_sha256: str
    adapters: Mapping[str, str]  # file -> SHA-256
    licence: str = ""
    base_source: str = ""

    @property
    def folder(self) -> Path:
        """Where the package was. Raises InputError for a place on another computer.

        A job file may come from anyone, and must not make the program ask a computer that its maker chose.
        """
        if self.path.replace("\\", "/").startswith("//"):
            raise InputError(f"The job's model package lies on another computer ({self.path}): give it with --model.")
        return Path(self.path)


@dataclass(frozen=True, slots=True)
class Job:
    """What a job is, fixed when it is created: the account of the input, the model, the candidates and the settings."""

    created: str  # UTC, ISO 8601
    versions: Mapping[str, str]
    source: Source
    attrition: tuple[AttritionStep, ...]
    problems: tuple[Problem, ...]
    set_aside: tuple[SetAside, ...]
    unmapped: Mapping[str, int]
    package: PackageIdentity
    candidates: tuple[str, ...]
    policy: Policy
    settings: EngineSettings
    row_limit: int | None = None
    excluded: tuple[ExcludedOrder, ...] | None = None  # None: made before they were recorded


FACTS = get_type_hints(Job)  # the columns of table `run`, with their types


@dataclass(frozen=True, slots=True)
class Item:
    """One admission of the job; `scores` float32 (n_candidates,), logit_yes - logit_no, None unless done.

    `prefix_state` float16 (width,) is the model's state of the patient's text; None where it was not kept.
    """

    ordinal: int
    admission: Admission
    state: State
    scores: np.ndarray | None = None
    prefix_tokens: int = 0
    suffix_tokens: int = 0
    cut: tuple[str, ...] = ()
    error: str = ""
    attempts: int = 0
    seconds: float = 0.0
    prefix_state: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What scoring one item gave: scores, float32 (n_candidates,), or the reason there are none.

    `prefix_state` float32 (width,) where the package asks for it; a job file keeps it in half precision.
    """

    ordinal: int
    scores: np.ndarray | None
    prefix_tokens: int = 0
    suffix_tokens: int = 0
    cut: tuple[str, ...] = ()
    error: str = ""
    seconds: float = 0.0
    prefix_state: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many admissions of the job are in each state."""

    pending: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All admissions of the job."""
        return self.pending + self.running + self.done + self.failed

    @property
    def open(self) -> int:
        """Those that still have to be scored."""
        return self.pending + self.running
