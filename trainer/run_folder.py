"""A finished run on disk: `run.json` and one PEFT adapter folder per group, which `lamo-train export` reads.

RUN/run.json                                    what was trained, on what, with which result
RUN/adapters/group-00/adapter_config.json       PEFT's own two files, usable with PEFT and with llama.cpp's converter
RUN/adapters/group-00/adapter_model.safetensors
RUN/head.safetensors                            the reading head, if the recipe has one: weight (state, drugs), bias
RUN/curves.csv, RUN/checkpoint.pt
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import save_file

from lamo_desktop.errors import InputError
from lamo_desktop.model.prompt import PROMPT_VERSION
from trainer.checkpoint import replacing
from trainer.recipe import as_dict
from trainer.rows import Rows
from trainer.training import Training

FORMAT = 1
HEAD = "head.safetensors"


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
    def head(self) -> Path | None:
        """The reading head's file, when the recipe has one."""
        return self.folder / HEAD if self.record["recipe"].get("head") else None


def write_run(training: Training, rows: Rows, identity: str) -> Run:
    """Write a fitted run's adapters and record; `run.json` comes last, so a folder that has it is whole.

    `rows` are those it learned from, as `learning_rows` gives them.
    """
    adapters = training.adapters
    for group, name in enumerate(adapters.names):
        folder = training.folder / "adapters" / name
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / "adapter_model.safetensors") as scratch:
            save_file(adapters.weights(group), scratch)
        config = adapters.model.peft_config[name].to_dict()
        config = {key: sorted(value) if isinstance(value, set) else value for key, value in config.items()}
        config |= {"base_model_name_or_path": training.base.path.name, "inference_mode": True}
        _write_json(folder / "adapter_config.json", config)
    if training.head:
        with replacing(training.folder / HEAD) as scratch:
            save_file(training.head.plain(), scratch)
    record = _record(training, rows, identity)
    _write_json(training.folder / "run.json", record)
    return Run(training.folder, record)


def _record(training: Training, rows: Rows, identity: str) -> dict[str, Any]:
    examples = training.examples
    mean_offset = training.offset[examples.train].mean(0)
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
                "best_epoch": watch.epoch,
                f"validation_{training.recipe.watch}": round(abs(watch.value), 6),
            }
            for name, drugs, watch in zip(training.adapters.names, training.groups, training.watches, strict=True)
        ],
        "candidates": rows.candidates,
        "offset": {drug: round(float(mean), 6) for drug, mean in zip(examples.drugs, mean_offset, strict=True)},
        "cohort": {key: value for key, value in rows.origin.items() if key != "learned_from"},
        "splits": rows.origin.get("learned_from", ["train"]),
        "admissions": {
            "train": len(examples.train),
            "validation": len(examples.validation),
            "with_cut_prompt": examples.n_cut,
        },
        "weights": sum(weight.numel() for weight in training.learning()),
        "epochs": training.epoch,
        "seconds": round(training.seconds, 1),
        "device": str(training.base.device),
        "precision": training.base.precision,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    }


def load_run(folder: Path) -> Run:
    """A finished run. Raises InputError when it is not finished, or not a run."""
    try:
        record = json.loads((folder / "run.json").read_bytes())
        if record["format"] != FORMAT:
            raise ValueError
        run = Run(folder, record)
        lacking = [path for path, _ in run.groups if not (path / "adapter_model.safetensors").is_file()]
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
