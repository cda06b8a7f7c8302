"""A small cohort with codes and two splits, and an uncalibrated package over the tiny random base."""

import shutil
from dataclasses import replace
from pathlib import Path

from lamo_desktop.admissions.cohort import Admission, PreviousStay
from lamo_desktop.files import sha256_of
from lamo_desktop.model.manifest import Drug, ModelPackage
from lamo_desktop.model.package import write_package
from lamo_desktop.model.prompt import PROMPT_VERSION
from lamo_desktop.paths import data_dir
from tests.trainer.tiny import tiny_rows
from trainer.cohort.rows import Rows


def benchmark(n_train: int = 60, n_internal: int = 24) -> Rows:
    """The reason decides most orders, and is a code too; half of the admissions take something at home."""
    train = coded(tiny_rows(n_train, seed=3).of(["train"]), "t")
    internal = coded(tiny_rows(n_internal, seed=4).of(["train"]), "i")
    origin = {"source": "made up", "admissions": {"train": n_train, "internal": n_internal}}
    return Rows({"train": train, "internal": internal}, tiny_rows(n_train, seed=3).candidates, origin)


def coded(admissions: tuple[Admission, ...], letter: str) -> tuple[Admission, ...]:
    return tuple(
        replace(
            a,
            admission_id=f"{letter}{place}",
            patient_id=f"{letter}{place // 2}",
            codes=(f"adm:{a.reason}", f"age:{a.age}", *(f"hx:{entry}" for entry in a.past_history)),
            home_medications=("metformin",) if place % 2 else (),
            previous=PreviousStay(40, drugs=("heparin",)) if place % 4 == 1 else None,
        )
        for place, a in enumerate(admissions)
    )


def tiny_package(weights: Path, folder: Path, drugs: list[str], drug_class: str = "") -> Path:
    """Written to disk, its base among the user's; every drug has its raw score as logit; there are no thresholds."""
    package = ModelPackage(
        path=folder,
        name="tiny",
        version="1",
        fine_tuned=False,
        label="random weights",
        base_file=weights.name,
        base_sha256=sha256_of(weights),
        architecture="llama",
        prompt_version=PROMPT_VERSION,
        context_tokens=512,
        adapters=(),
        drugs=tuple(Drug(name, -1.0, 1.0, 0.0, drug_class=drug_class) for name in sorted(drugs)),
        policies={},
    )
    write_package(folder, package)
    models = data_dir() / "models"
    models.mkdir(parents=True, exist_ok=True)
    shutil.copy(weights, models / weights.name)
    return folder
