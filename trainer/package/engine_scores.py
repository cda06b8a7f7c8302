"""What the desktop's own engine says of admissions x candidates, kept in a file as it comes so a run can go on.

The file holds the model's answers and its state of each prompt, which cost the time; a package's own terms are added
when scores are asked for, so packages that differ in them alone share a file.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.package_terms import PackageTerms
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.model.prompt import Part, parts, without_allergies
from lamo_desktop.model.weights import fast_weights


@dataclass(frozen=True, slots=True)
class Answers:
    """The model's logit_yes - logit_no, `llm` (admissions, candidates), and states (admissions, width); float32."""

    llm: NDArray[np.float32]
    states: NDArray[np.float32]


class ScoreFile:
    """Answers by admission and drug with the state, one JSON line per scored admission; the first line names the model.

    A pair's answer does not depend on its neighbours, so other candidates later only need their own. A file of another
    model or prompt is refused.
    """

    def __init__(self, path: Path, identity: str) -> None:
        """Open or create. Raises InputError when the file holds scores of something else."""
        self.path = path
        self.scores: dict[str, dict[str, float]] = {}
        self.states: dict[str, NDArray[np.float32]] = {}
        content = path.read_bytes() if path.is_file() else b""
        whole = content[: content.rfind(b"\n") + 1]  # what a kill cut short is scored again
        head, *lines = whole.decode(errors="replace").splitlines() or [identity]
        if head != identity:
            raise InputError(f"{path} holds scores of another model or prompt: name another file.")
        try:
            for key, values, state in map(json.loads, lines):
                self._keep(key, values, np.frombuffer(base64.b64decode(state), dtype="<f4"))
        except (ValueError, TypeError) as error:
            raise InputError(f"{path} is damaged: name another file to score anew.") from error
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(whole or f"{identity}\n".encode())

    def missing(self, key: str, candidates: Sequence[str]) -> list[str]:
        """The candidates that have no answer yet for an admission."""
        known = self.scores.get(key, {})
        return [drug for drug in candidates if drug not in known]

    def add(self, key: str, candidates: Sequence[str], scores: NDArray[np.float32], state: NDArray[np.float32]) -> None:
        """Keep some answers of one admission and its state, on disk when this returns."""
        values = dict(zip(candidates, scores.tolist(), strict=True))
        encoded = base64.b64encode(state.astype("<f4").tobytes()).decode()
        with self.path.open("a") as file:
            file.write(json.dumps([key, values, encoded]) + "\n")
        self._keep(key, values, state)

    def _keep(self, key: str, values: dict[str, float], state: NDArray[np.float32]) -> None:
        self.scores.setdefault(key, {}).update(values)
        self.states[key] = state


def answers(
    package: ModelPackage,
    admissions: Sequence[Admission],
    candidates: Sequence[str],
    path: Path,
    settings: EngineSettings,
    progress: Callable[[str], None],
    allergies: bool = True,
) -> Answers:
    """The model's answers and states, from the file where it has them, else from the engine.

    `allergies` says whether a model without knowledge terms is shown them; one with such terms never is. Raises
    InputError for a file of other scores, ModelError when the engine fails twice on a row.
    """
    terms = PackageTerms(package, load_formulary())
    prompts = [terms.shown(parts(admission)) for admission in admissions]
    prompts = prompts if allergies else [without_allergies(prompt) for prompt in prompts]
    keys = [_key(admission, prompt) for admission, prompt in zip(admissions, prompts, strict=True)]
    file = ScoreFile(path, identity(package))
    todo = [(key, prompt) for key, prompt in zip(keys, prompts, strict=True) if file.missing(key, candidates)]
    if todo:
        with EngineProcess(package, settings, state=True) as engine:
            started = time.monotonic()
            for done, (key, prompt) in enumerate(todo):
                seconds = (time.monotonic() - started) / max(done, 1) * (len(todo) - done)
                progress(f"scored {done} of {len(todo)} admissions" + (f", {seconds:.0f} s left" if done else ""))
                missing = file.missing(key, candidates)
                scored = engine.score(prompt, missing)
                file.add(key, missing, scored.llm, scored.state)
    llm = np.array([[file.scores[key][drug] for drug in candidates] for key in keys], dtype=np.float32)
    return Answers(llm, np.stack([file.states[key] for key in keys]))


def score_rows(
    package: ModelPackage,
    admissions: Sequence[Admission],
    candidates: Sequence[str],
    path: Path,
    settings: EngineSettings,
    progress: Callable[[str], None],
    allergies: bool = True,
) -> NDArray[np.float32]:
    """The package's scores, its own terms added, shape (admissions, candidates). Raises as `answers`."""
    terms = PackageTerms(package, load_formulary())
    found = answers(package, admissions, terms.asked(candidates), path, settings, progress, allergies)
    rows = zip(admissions, found.llm, found.states, strict=True)
    return np.stack([terms.scores(parts(a), a.codes, candidates, llm, state) for a, llm, state in rows])


def identity(package: ModelPackage) -> str:
    """The first line of a score file: a hash of all that an answer depends on besides the admission and the drug."""
    adapters = [
        (adapter.sha256, "whole prompt" if adapter.whole_prompt else adapter.drugs) for adapter in package.adapters
    ]
    weights = fast_weights(package.base_path, package.base_sha256, 1)  # what the engine decodes with
    what = [package.base_sha256, weights.sha256, adapters, package.prompt_version, package.context_tokens]
    return json.dumps({"scores of": hashlib.sha256(json.dumps(what).encode()).hexdigest()})


def _key(admission: Admission, shown: Sequence[Part]) -> str:
    text = "".join(part.text for part in shown)
    return f"{admission.admission_id} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
