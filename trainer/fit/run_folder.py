"""A finished run on disk: `run.json` and one PEFT adapter folder per group, which `lamo-train export` reads.

RUN/run.json                                    what was trained, on what, with which result
RUN/adapters/group-00/adapter_config.json       PEFT's own two files, usable with PEFT and with llama.cpp's converter
RUN/adapters/group-00/adapter_model.safetensors
RUN/adapters/shared/                            the adapter beneath the groups, where the run had a shared one
RUN/head.safetensors                            the reading head, own or shared, if any: weight (state, drugs), bias
RUN/curves.csv, RUN/checkpoint.pt
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import save_file

from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.model.prompt import PROMPT_VERSION
from trainer.cohort.rows import Rows
from trainer.fit.recipe import as_dict
from trainer.fit.training import Training

FORMAT = 1
HEAD, SHARED = "head.safetensors", "shared"


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its record and its adapters' folders by group."""

    folder: Path
    record: dict[str, Any]

    @property
    def groups(self) -> list[tuple[Path, tuple[str, ...]]]:
        """Each group's PEFT folder and its drugs."""
        return [(self.folder / "adapters" / g["adapter"], tuple(g["drugs"])) for g in self.record["groups"]]

    @property
    def shared(self) -> Path | None:
        """PEFT folder of the adapter for the whole prompt that lies beneath the groups', if there is one."""
        return self.folder / "adapters" / SHARED if "shared" in self.record else None

    @property
    def head(self) -> Path | None:
        """The reading head's file, when the run or the shared one has one."""
        recipe = self.record.get("shared", self.record)["recipe"]
        return self.folder / HEAD if recipe.get("head") else None


def write_run(training: Training, rows: Rows, identity: str, shared: Run | None = None) -> Run:
    """Write a fitted run's adapters and record; `run.json` comes last, so a folder that has it is whole.

    `rows` are those it learned from, as `learning_rows` gives them; `shared` is the run beneath it.
    """
    adapters = training.model.adapters
    for group, name in enumerate(adapters.names):
        folder = training.folder / "adapters" / name
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / "adapter_model.safetensors") as scratch:
            save_file(adapters.weights(group), scratch)
        config = adapters.model.peft_config[name].to_dict()
        config = {key: sorted(value) if isinstance(value, set) else value for key, value in config.items()}
        config |= {"base_model_name_or_path": training.base.path.name, "inference_mode": True}
        _write_json(folder / "adapter_config.json", config)
    if training.model.head:
        with replacing(training.folder / HEAD) as scratch:
            save_file(training.model.head.plain(), scratch)
    record = _record(training, rows, identity)
    if shared:
        _copy_shared(shared, training.folder)
        kept = ("identity", "recipe", "epochs", "seconds", "device", "precision", "versions")
        record |= {"offset": shared.record["offset"], "shared": {key: shared.record[key] for key in kept}}
    _write_json(training.folder / "run.json", record)
    return Run(training.folder, record)


def learned_from(rows: Rows) -> dict[str, Any]:
    """For a run's record: the cohort, its splits, and the candidates with their counts among the rows."""
    return {
        "candidates": rows.candidates,
        "cohort": {key: value for key, value in rows.origin.items() if key != "learned_from"},
        "splits": rows.origin.get("learned_from", ["train"]),
    }


def _copy_shared(shared: Run, folder: Path) -> None:
    (folder / "adapters" / SHARED).mkdir(parents=True, exist_ok=True)
    copies = {file: folder / "adapters" / SHARED / file.name for file in shared.groups[0][0].iterdir()}
    copies |= {shared.head: folder / HEAD} if shared.head else {}
    for source, target in copies.items():
        with replacing(target) as scratch:
            shutil.copyfile(source, scratch)


def _record(training: Training, rows: Rows, identity: str) -> dict[str, Any]:
    examples = training.examples
    mean_offset = training.model.offset[examples.train].mean(0)
    return {
        "format": FORMAT,
        "identity": identity,
        "prompt_version": PROMPT_VERSION,
        "recipe": as_dict(training.recipe),
        "base": {"file": training.base.path.name, "sha256": training.base.sha256},
        "groups": [
            {
                "adapter": name,
                "drugs": list(drugs),
                "best_epoch": stopping.epoch,
                f"validation_{training.recipe.watch}": round(abs(stopping.value), 6),
            }
            for name, drugs, stopping in zip(
                training.model.adapters.names, training.groups, training.early_stopping, strict=True
            )
        ],
        **learned_from(rows),
        "offset": {drug: round(float(mean), 6) for drug, mean in zip(examples.drugs, mean_offset, strict=True)},
        "frozen_logits": bool((training.model.offset != training.model.offset[0]).any()),
        "admissions": {
            "train": len(examples.train),
            "validation": len(examples.validation),
            "with_cut_prompt": examples.n_cut,
        },
        "weights": sum(weight.numel() for weight in training.model.learning()),
        "epochs": training.epoch,
        "seconds": round(training.seconds, 1),
        "device": str(training.base.device),
        "precision": training.base.precision,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    }


def check_free(folder: Path, identity: str) -> None:
    """Raises InputError when the folder holds a finished run of something else."""
    try:
        other = json.loads((folder / "run.json").read_bytes())["identity"] != identity
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError):
        other = True
    if other:
        raise InputError(f"{folder} holds a run of other data, base or recipe: name another folder.")


def load_run(folder: Path) -> Run:
    """A finished run. Raises InputError when it is not finished, or not a run."""
    try:
        record = json.loads((folder / "run.json").read_bytes())
        if record["format"] != FORMAT:
            raise ValueError
        run = Run(folder, record)
        folders = [path for path, _ in run.groups] + ([run.shared] if run.shared else [])
        lacking = [path for path in folders if not (path / "adapter_model.safetensors").is_file()]
        lacking += [run.head] if run.head and not run.head.is_file() else []
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} holds no finished run: `lamo-train fit` writes run.json when it is done."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / 'run.json'} is damaged, or of another version of lamo-train.") from error
    if lacking:
        what = "reading head" if lacking[0] == run.head else f"adapter {lacking[0].name}"
        raise InputError(f"The run {folder} lacks its {what}.")
    return run


def _write_json(path: Path, content: dict[str, Any]) -> None:
    with replacing(path) as scratch:
        scratch.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
