"""Scores of admissions x candidates by the desktop's own engine, kept in a file as they come so a run can go on."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import PROMPT_VERSION, parts


class ScoreFile:
    """Scores by admission and drug, one JSON line per scored admission; the first line names what they are scores of.

    A pair's score does not depend on its neighbours, so other candidates later only need their own scores. A file of
    another model or prompt is refused.
    """

    def __init__(self, path: Path, identity: str) -> None:
        """Open or create. Raises InputError when the file holds scores of something else."""
        self.path = path
        self.scores: dict[str, dict[str, float]] = {}
        content = path.read_bytes() if path.is_file() else b""
        whole = content[: content.rfind(b"\n") + 1]  # what a kill cut short is scored again
        head, *lines = whole.decode(errors="replace").splitlines() or [identity]
        if head != identity:
            raise InputError(f"{path} holds scores of another model or prompt: name another file.")
        try:
            for key, values in map(json.loads, lines):
                self.scores.setdefault(key, {}).update(values)
        except (ValueError, TypeError) as error:
            raise InputError(f"{path} is damaged: name another file to score anew.") from error
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(whole or f"{identity}\n".encode())

    def missing(self, key: str, candidates: Sequence[str]) -> list[str]:
        """The candidates that have no score yet for an admission."""
        known = self.scores.get(key, {})
        return [drug for drug in candidates if drug not in known]

    def add(self, key: str, candidates: Sequence[str], scores: NDArray[np.float32]) -> None:
        """Keep some scores of one admission, on disk when this returns."""
        values = dict(zip(candidates, scores.tolist(), strict=True))
        with self.path.open("a") as file:
            file.write(json.dumps([key, values]) + "\n")
        self.scores.setdefault(key, {}).update(values)


def score_rows(
    package: ModelPackage,
    admissions: Sequence[Admission],
    candidates: Sequence[str],
    path: Path,
    settings: EngineSettings,
    progress: Callable[[str], None],
) -> NDArray[np.float32]:
    """Scores (logit_yes - logit_no), shape (admissions, candidates), from the file where it has them, else the engine.

    Raises InputError for a file of other scores, ModelError when the engine fails twice on a row.
    """
    keys = [_key(admission) for admission in admissions]
    file = ScoreFile(path, _identity(package))
    todo = [(key, row) for key, row in zip(keys, admissions, strict=True) if file.missing(key, candidates)]
    if todo:
        with EngineProcess(package, settings) as engine:
            started = time.monotonic()
            for done, (key, row) in enumerate(todo):
                seconds = (time.monotonic() - started) / max(done, 1) * (len(todo) - done)
                progress(f"scored {done} of {len(todo)} admissions" + (f", {seconds:.0f} s left" if done else ""))
                missing = file.missing(key, candidates)
                file.add(key, missing, engine.score(parts(row), missing).logits)
    return np.array([[file.scores[key][drug] for drug in candidates] for key in keys], dtype=np.float32)


def _identity(package: ModelPackage) -> str:
    adapters = [(adapter.sha256, adapter.drugs) for adapter in package.adapters]
    what = [package.base_sha256, adapters, PROMPT_VERSION, package.context_tokens]
    return json.dumps({"scores of": hashlib.sha256(json.dumps(what).encode()).hexdigest()})


def _key(admission: Admission) -> str:
    text = "".join(part.text for part in parts(admission))
    return f"{admission.admission_id} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
