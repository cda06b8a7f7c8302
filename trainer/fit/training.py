"""A training run: how a step's loss is made, how the validation rows are watched, what is saved.

A step takes a few admissions. With suffix-only adapters each one's prefix is encoded once by the frozen base, or taken
from memory, and every group's adapter is trained on its own drugs' suffixes after it; otherwise prefix and suffixes
are one sequence. Groups do not touch each other's weights, so each has its own best epoch and stops by itself. Several
processes share a step's admissions and add up their gradients.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import get_scheduler

from lamo_desktop.errors import ModelError
from lamo_desktop.stats import divide, log_loss, threshold_for_count
from trainer.fit.adapted_model import AdaptedModel
from trainer.fit.adapters import places
from trainer.fit.base import Base
from trainer.fit.curves import Curves
from trainer.fit.examples import Examples, check_groups
from trainer.fit.packing import Asked, pack, within_budget
from trainer.fit.processes import Processes
from trainer.fit.recipe import Recipe

Floats = NDArray[np.float64]


@dataclass
class EarlyStopping:
    """One group's progress on the validation rows: its best value (higher is better), where, and its weights then."""

    value: float = -np.inf
    epoch: int = 0
    worse: int = 0
    stopped: bool = False
    weights: dict[str, Tensor] = field(default_factory=dict)


class Training:
    """A run: the model that learns, its optimiser and its position. `run.fit` carries it to its end."""

    def __init__(
        self, base: Base, examples: Examples, groups: Sequence[Sequence[str]], recipe: Recipe, folder: Path
    ) -> None:
        """Raises InputError for a group with too few orders or a base without the recipe's layers."""
        self.base, self.examples, self.groups, self.recipe, self.folder = base, examples, groups, recipe, folder
        self.processes = Processes(cpu=base.device.type == "cpu")
        check_groups(examples, groups, places(groups, examples.drugs))
        torch.manual_seed(recipe.seed)
        torch.use_deterministic_algorithms(recipe.repeatable)  # or sums of gradients depend on timing, on a GPU
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        self.model = AdaptedModel(base, examples, groups, recipe, self.processes)
        learned = [{"params": self.model.adapters.parameters(), "lr": recipe.learning_rate}]
        if self.model.head:
            learned.append({"params": self.model.head.parameters(), "lr": recipe.head_learning_rate})
        self.optimiser = torch.optim.AdamW(learned, weight_decay=recipe.weight_decay)
        self.steps_per_epoch = -(-len(examples.train) // recipe.admissions_per_step)
        self.scheduler = get_scheduler(
            recipe.scheduler, self.optimiser, recipe.warmup_steps, recipe.epochs * self.steps_per_epoch
        )
        self.epoch, self.step, self.seconds = 0, 0, 0.0
        self.early_stopping = [EarlyStopping() for _ in groups]
        self.curves = Curves(folder / "curves.csv")

    def loss(self, group: int, admissions: Sequence[int], epoch: int) -> float:
        """Mean loss of a group's pairs in one step; its gradients are added to the adapter's, over all processes."""
        asked, weights = self._asked(group, self.processes.share(admissions), epoch)
        self.model.adapters.use(group)
        pairs = len(admissions) * len(self.model.columns[group])
        total = 0.0
        n_drugs = len(self.examples.drugs)
        for run in within_budget(asked, self.recipe.token_budget):
            packed = pack(run, self.base.device)
            scores = self.model.read(packed)
            rows, drugs = np.divmod(np.array(packed.places), n_drugs)
            loss = (
                binary_cross_entropy_with_logits(
                    scores + torch.from_numpy(self.model.offset[rows, drugs]).to(scores.device),
                    torch.from_numpy(self.examples.ordered[rows, drugs]).to(scores),
                    torch.from_numpy(weights[rows, drugs]).to(scores),
                    reduction="sum",
                )
                / pairs
            )
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        self.processes.add_gradients(weight for weight in self.model.learning() if weight.requires_grad)
        return float(self.processes.total(np.array([total]))[0])

    def repeats(self) -> bool:
        """Whether a step's gradients are the same bits when computed again; asked of the longest prompts."""
        longest = sorted(self.examples.train.tolist(), key=lambda row: -len(self.examples.prefixes[row]))
        found = []
        for _ in range(2):
            torch.manual_seed(self.recipe.seed)
            self.loss(0, longest[: self.recipe.admissions_per_step], 0)
            found.append([weight.grad.clone() for weight in self.model.learning() if weight.grad is not None])
            self.optimiser.zero_grad()
        return all(torch.equal(*pair) for pair in zip(*found, strict=True))

    def _asked(self, group: int, admissions: Sequence[int], epoch: int) -> tuple[list[Asked], NDArray[np.float32]]:
        """A step's pairs of one group and every pair's weight; places are admission * drugs + drug."""
        weights = np.zeros(self.examples.ordered.shape, dtype=np.float32)
        asked = []
        for admission in admissions:
            drugs, weight = self._drawn(group, admission, epoch)
            weights[admission, drugs] = weight
            asked.append(self.model.asked(admission, drugs))
        return asked, weights

    def _drawn(self, group: int, admission: int, epoch: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The drugs to ask one admission in one epoch: all ordered ones, and all or some of the others with weights."""
        members = np.array(self.model.columns[group])
        ordered = self.examples.ordered[admission, members]
        others = int((~ordered).sum())
        keep = self.recipe.negatives
        if keep is None or others <= keep:
            return members, np.ones(len(members), dtype=np.float32)
        rng = np.random.default_rng([self.recipe.seed, 2, epoch, group, admission])
        drawn = rng.choice(members[~ordered], keep, replace=False)
        chosen = np.sort(np.concatenate([members[ordered], drawn]))
        weight = np.where(self.examples.ordered[admission, chosen], 1.0, others / keep)
        return chosen, weight.astype(np.float32)

    def validate(self, say: Callable[[str], None]) -> None:
        """Score the validation rows by every group that still learns, and keep what is best."""
        aside = self.examples.validation.tolist()
        self.model.adapters.train(False)
        for group, stopping in enumerate(self.early_stopping):
            if stopping.stopped:
                continue
            members = self.model.columns[group]
            logits = self.model.scores(aside, group)[:, members] + self.model.offset[np.ix_(aside, members)]
            ordered = self.examples.ordered[np.ix_(aside, members)]
            figures = {"jaccard": jaccard_at_ratio_one(logits, ordered), "loss": log_loss(logits, ordered)}
            value = figures["jaccard"] if self.recipe.watch == "jaccard" else -figures["loss"]
            if not np.isfinite(figures["loss"]):
                raise ModelError("Training diverged: a score is not a finite number; lower the learning rate.")
            if value > stopping.value:
                stopping.value, stopping.epoch, stopping.worse = value, self.epoch, 0
                stopping.weights = self.model.weights(group)
            else:
                stopping.worse += 1
                stopping.stopped = stopping.worse >= self.recipe.patience
            self.curves.add(self.epoch, self.step, group, "validation", **figures)
            note = "stopped" if stopping.stopped else f"best at epoch {stopping.epoch}"
            say(f"  group {group}: Jaccard {figures['jaccard']:.4f}, log loss {figures['loss']:.4f}, {note}")
        self.model.adapters.train(True)

    def state(self, identity: str) -> dict[str, Any]:
        """Everything that `restore` needs to go on exactly."""
        return {
            "identity": identity,
            "position": [self.epoch, self.step, self.seconds],
            "weights": [self.model.weights(group) for group in range(len(self.groups))],
            "watches": [vars(stopping) for stopping in self.early_stopping],
            "optimiser": self.optimiser.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "offset": torch.from_numpy(self.model.offset),
            "curves": self.curves.rows,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.epoch, self.step, self.seconds = state["position"]
        for group, weights in enumerate(state["weights"]):
            self.model.set_weights(group, weights)
        self.early_stopping = [EarlyStopping(**stopping) for stopping in state["watches"]]
        self.optimiser.load_state_dict(state["optimiser"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.model.offset = state["offset"].numpy()
        self.curves.restore(state["curves"])


def jaccard_at_ratio_one(logits: Floats, ordered: NDArray[np.bool_]) -> float:
    """Pooled |P∩G| / |P∪G| when the highest logits are recommended, as many as were ordered; 0 without any order."""
    recommended = logits >= threshold_for_count(logits, ordered.sum())
    both = int((recommended & ordered).sum())
    return float(divide(both, recommended.sum() + ordered.sum() - both))
