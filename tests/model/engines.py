"""What the engine's tests share: the real base weights, a small vocabulary, and patients of any length."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lamo_desktop.model.bench import made_up_adapter
from lamo_desktop.model.engine import Engine
from lamo_desktop.model.manifest import Adapter
from lamo_desktop.model.native import Model
from lamo_desktop.model.package import ModelPackage, load_package
from lamo_desktop.model.prompt import Part
from lamo_desktop.model.weights import Weights, fast_weights

DRUGS = (  # 36 of 2 to 12 tokens: more than one round
    *("metoprolol", "insulin aspart", "vancomycin", "hydrochlorothiazide", "acetaminophen", "furosemide", "heparin"),
    *("potassium chloride", "iron", "pantoprazole", "ondansetron", "morphine", "fentanyl", "propofol", "aspirin"),
    *("norepinephrine", "piperacillin-tazobactam", "senna", "digoxin", "trimethoprim-sulfamethoxazole", "zinc"),
    *("levothyroxine", "polyethylene glycol", "quetiapine", "ipratropium", "cyanocobalamin", "warfarin", "saline"),
    *("dexmedetomidine", "magnesium sulfate", "epoetin alfa", "lisinopril", "atorvastatin", "amiodarone", "docusate"),
    "thiamine",
)
WORDS = ("chest", "pain", "shortness", "of", "breath", "fever", "renal", "failure", "diabetes", "stroke", "seizure")


def patient(words: int, seed: int = 0) -> list[Part]:
    """A prompt whose middle part has `words` random words."""
    text = " ".join(random.Random(seed).choices(WORDS, k=words))
    return [
        Part("patient", "Patient: 70-year-old woman.\n", 0),
        Part("note: history", f"History: {text}\n", 4),
        Part("question", "Answer Yes or No.\n", 0),
    ]


@cache
def default_package() -> ModelPackage:
    """The embedded package; fails with a sentence saying how to install its base weights where they are missing."""
    package = load_package()
    assert package.base_path.is_file()
    return package


@cache
def weights() -> Weights:
    """The fast form of the base weights, made once per test run in the tests' own user folder."""
    package = default_package()
    return fast_weights(package.base_path, package.base_sha256, threads=1)


def engine(adapters: Sequence[tuple[Path, Sequence[str]]] = (), threads: int = 1, **options: Any) -> Engine:
    return Engine(weights().path, adapters, threads=threads, **{"context_tokens": 512, **options})


def bits(logits: Sequence[float] | np.ndarray) -> list[int]:
    """Scores as their float32 bit patterns, for comparisons that forgive nothing."""
    return [int(bits) for bits in np.asarray(logits, dtype=np.float32).view(np.uint32)]


def random_adapter(path: Path, seed: int, size: float = 0.05) -> Path:
    """A random LoRA file that fits the base weights."""
    model = Model(weights().path)
    made_up_adapter(model, "llama", path, seed, size)
    model.close()
    return path


def package_with(adapters: Sequence[tuple[Path, Sequence[str]]], **changes: object) -> ModelPackage:
    """The embedded package without terms and knowledge, with a short context; its other adapters lie in one folder."""
    made = tuple(
        Adapter(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), tuple(drugs)) for path, drugs in adapters
    )
    folder = adapters[0][0].parent if adapters else default_package().path
    settled = {"path": folder, "adapters": made, "terms": None, "knowledge": None, "context_tokens": 512, **changes}
    return replace(default_package(), **settled)  # type: ignore[arg-type]
