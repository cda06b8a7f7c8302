"""Fitting: set up, then for every epoch train each group's adapter, validate, keep the best, save."""

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch

from lamo_desktop.errors import ModelError
from trainer.checkpoint import load_checkpoint, save_checkpoint
from trainer.training import Training


def fit(training: Training, identity: str, say: Callable[[str], None], checkpoint_seconds: float = 300.0) -> None:
    """Carry a run to its end, from its checkpoint when it has one; the adapters then hold each group's best weights.

    A run may go on with another number of processes than it was begun with. Only the main process saves.
    Raises ModelError when memory or disk run out, or when a result could not be had again; the checkpoint stays.
    """
    try:
        state = load_checkpoint(training.folder, identity)
        training.adapters.train(True)
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
    for group, watch in enumerate(training.watches):
        training.set_weights(group, watch.weights)
    training.adapters.train(False)


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
    count = f"{sum(weight.numel() for weight in training.learning()):,} weights"
    say(f"{count} in {len(training.groups)} adapters{' and a head' if training.head else ''}; figures before training:")
    training.adapters.train(False)
    if training.recipe.centred:
        training.centre()
    training.settle()
    training.validate(say)
    if training.recipe.repeatable and training.base.device.type != "cpu" and not training.repeats():
        say(_MAY_DIFFER)


def _epochs(training: Training, identity: str, say: Callable[[str], None], checkpoint_seconds: float) -> None:
    recipe = training.recipe
    saved = begun = time.monotonic()
    before, done = training.seconds, 0
    while training.epoch < recipe.epochs and not all(watch.stopped for watch in training.watches):
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
    learning = [group for group, watch in enumerate(training.watches) if not watch.stopped]
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
