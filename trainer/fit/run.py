"""A run from its setup to its files: for every epoch train each group's adapter, validate, keep the best, save.

The whole course on one page; what learns and how a step's loss is made is in `training.py`.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from lamo_desktop.errors import ModelError
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from trainer.cohort.rows import learning_rows, read_rows
from trainer.fit.adapters import device_of, dtype_of, group_drugs
from trainer.fit.base import load_base, weights_sha256
from trainer.fit.checkpoint import load_checkpoint, save_checkpoint
from trainer.fit.examples import make_examples
from trainer.fit.processes import Processes
from trainer.fit.recipe import Recipe, as_dict
from trainer.fit.run_folder import check_free, load_run, write_run
from trainer.fit.shared import check_shared, merge_into_base, with_shared_logits
from trainer.fit.training import Training


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What to fit, on which rows, and where to."""

    cohort: Path
    """A cohort file."""
    folder: Path
    """Folder of the run; one cut short goes on."""
    recipe: Recipe
    splits: Sequence[str]
    """Rows to learn from and to watch."""
    leave_out: Path | None = None
    """An export whose patients are not among them."""
    base: Path | None = None
    """Base weights, a GGUF file or a Hugging Face folder; None: the embedded package's."""
    offsets: Path | None = None
    """Frozen logits of every pair."""
    shared: Path | None = None
    """A finished run of one adapter for the whole prompt, frozen below this run's; not with `offsets`."""
    device: str = "auto"
    """auto, cpu or gpu."""
    threads: int | None = None
    """CPU threads of each process; None: all cores."""
    checkpoint_seconds: float = 300.0
    """How often the run is saved within an epoch."""


def run(options: FitOptions, say: Callable[[str], None]) -> None:
    """Fit adapters on a cohort's training rows, or go on with a run that was cut short, and write the run.

    Started by `accelerate launch`, several processes do it together and the main one speaks and writes.
    """
    recipe = options.recipe
    rows = learning_rows(read_rows(options.cohort), options.splits, options.leave_out, say)
    device = device_of(options.device)
    processes = Processes(cpu=device == "cpu")
    if options.threads:
        torch.set_num_threads(options.threads)
    path = options.base or load_package().base_path
    dtype = dtype_of(recipe.precision, device)
    base = load_base(path, str(processes.device), dtype, nf4=recipe.precision == "nf4")

    shared = load_run(options.shared) if options.shared else None
    if shared:
        check_shared(shared, base, recipe, rows)
        recipe = replace(recipe, base_rates=False, centred=False)  # the shared run's offsets have both
        merge_into_base(shared, base)
    examples = make_examples(rows, recipe, base.tokens, options.offsets)
    if shared:
        examples = with_shared_logits(examples, shared, base, recipe.token_budget)
    groups = group_drugs(rows.candidates, recipe, load_formulary().drug_class)
    training = Training(base, examples, groups, recipe, options.folder)

    below = [shared.record["identity"], weights_sha256(shared.groups[0][0])] if shared else []
    identity = _identity([as_dict(recipe), base.sha256, groups, examples.identity, *below])
    main_says = say if processes.main else lambda message: None
    main_says(
        f"{len(examples.train)} admissions to learn from, {len(examples.validation)} to watch, "
        f"{len(examples.drugs)} drugs in {len(groups)} groups, recipe {recipe.name}, on {device}"
        + (f", {processes.count} processes" if processes.count > 1 else "")
    )
    check_free(options.folder, identity)
    fit(training, identity, main_says, options.checkpoint_seconds)
    if processes.main:
        write_run(training, rows, identity, shared)
        say(f"wrote {options.folder}: export it with `lamo-train export {options.folder} -o PACKAGE`")
    processes.leave()


def _identity(what: Sequence[object]) -> str:
    """Hash of everything that the run's result depends on."""
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def fit(training: Training, identity: str, say: Callable[[str], None], checkpoint_seconds: float = 300.0) -> None:
    """Carry a run to its end, from its checkpoint when it has one; the adapters then hold each group's best weights.

    A run may go on with another number of processes than it was begun with. Only the main process saves.
    Raises ModelError when memory or disk run out, or when a result could not be had again; the checkpoint stays.
    """
    try:
        state = load_checkpoint(training.folder, identity)
        training.model.adapters.train(True)
        if state:
            training.restore(state)
            say(f"resumed in epoch {training.epoch + 1} at step {training.step}")
        else:
            _start(training, say)
        _epochs(training, identity, say, checkpoint_seconds)
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise ModelError(_NO_MEMORY) from error
    except RuntimeError as error:
        if "memory" in str(error).lower():  # how PyTorch reports a failed allocation on the CPU
            raise ModelError(_NO_MEMORY) from error
        if "deterministic" in str(error):
            raise ModelError(_NOT_REPRODUCIBLE.format(step=str(error).split()[0])) from error
        raise
    for group, stopping in enumerate(training.early_stopping):
        training.model.set_weights(group, stopping.weights)
    training.model.adapters.train(False)


_NO_MEMORY = (
    "There is not enough memory for this run: lower token_budget or memory_gb of the recipe, then run it again."
)
_NOT_REPRODUCIBLE = (
    "This base has a step ({step}) that PyTorch cannot repeat exactly on this device: train it on another one, or with "
    "--set repeatable=false."
)
_MAY_DIFFER = (
    "this device does not repeat its sums bit by bit: cut short, the run would go on to slightly other weights"
)


def _start(training: Training, say: Callable[[str], None]) -> None:
    model = training.model
    count = f"{sum(weight.numel() for weight in model.learning()):,} weights"
    say(f"{count} in {len(training.groups)} adapters{' and a head' if model.head else ''}; figures before training:")
    model.adapters.train(False)
    if training.recipe.centred:
        model.centre()
    model.fit_normaliser()
    training.validate(say)
    if training.recipe.repeatable and training.base.device.type != "cpu" and not training.repeats():
        say(_MAY_DIFFER)


def _epochs(training: Training, identity: str, say: Callable[[str], None], checkpoint_seconds: float) -> None:
    recipe = training.recipe
    saved = begun = time.monotonic()
    before, done = training.seconds, 0
    while training.epoch < recipe.epochs and not all(stopping.stopped for stopping in training.early_stopping):
        order = np.random.default_rng([recipe.seed, 4, training.epoch]).permutation(training.examples.train)
        while training.step < training.steps_per_epoch:
            start = training.step * recipe.admissions_per_step
            losses = _step(training, order[start : start + recipe.admissions_per_step].tolist())
            training.step, done = training.step + 1, done + 1
            now = time.monotonic()
            training.seconds = before + now - begun
            left = (recipe.epochs - training.epoch) * training.steps_per_epoch - training.step
            say(
                f"epoch {training.epoch + 1} of {recipe.epochs}, step {training.step} of {training.steps_per_epoch}: "
                f"loss {np.mean(losses):.4f}, at most {left * (now - begun) / done / 60:.0f} min left"
            )
            if now - saved > checkpoint_seconds:
                _save(training, identity)
                saved = now
        training.epoch, training.step = training.epoch + 1, 0
        training.validate(say)
        _save(training, identity)
        if training.processes.main:
            training.curves.write()
        saved = time.monotonic()


def _save(training: Training, identity: str) -> None:
    if training.processes.main:
        save_checkpoint(training.folder, training.state(identity))


def _step(training: Training, admissions: Sequence[int]) -> list[float]:
    """One optimiser step of every group that still learns; returns their losses."""
    learning = [group for group, stopping in enumerate(training.early_stopping) if not stopping.stopped]
    losses = []
    # Dropout's draws follow from the step, so that a run goes on with the same ones, and differ between processes.
    place = [training.recipe.seed, 5, training.epoch, training.step, training.processes.index]
    torch.manual_seed(int(np.random.default_rng(place).integers(2**63)))
    rate = training.scheduler.get_last_lr()[0]
    for group in learning:
        losses.append(training.loss(group, admissions, training.epoch))
        training.curves.add(training.epoch, training.step, group, "train", loss=losses[-1], rate=rate)
    training.optimiser.step()
    training.scheduler.step()
    training.optimiser.zero_grad()
    return losses
