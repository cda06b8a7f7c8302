"""What a run adapts: the frozen base with its adapters and head, and what it says of the run's examples."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.fit.adapters import Adapters, places
from trainer.fit.base import Base
from trainer.fit.examples import Examples
from trainer.fit.head import ReadingHead
from trainer.fit.memory import Memories
from trainer.fit.packing import Asked, Pack, pack, within_budget
from trainer.fit.processes import Processes
from trainer.fit.recipe import Recipe

Floats = NDArray[np.float64]
CENTRING_ADMISSIONS = 100  # enough for each drug's mean score to within a few hundredths


class AdaptedModel:
    """One adapter per group on a base, and a reading head where the recipe has one.

    score(admission, drug) + `offset` is the logit; `columns` are each group's places among the examples' drugs. Several
    processes hold the same weights, and each scores its share of the admissions.
    """

    def __init__(
        self, base: Base, examples: Examples, groups: Sequence[Sequence[str]], recipe: Recipe, processes: Processes
    ) -> None:
        """Raises InputError for a base without the recipe's layers."""
        self.base, self.examples, self.recipe, self.processes = base, examples, recipe, processes
        self.columns = places(groups, examples.drugs)
        self.adapters = Adapters(base.model, len(groups), recipe)
        self.memories = (
            Memories(base, self.adapters, examples.prefixes, examples.suffixes, recipe.memory_gb, recipe.top_layers)
            if recipe.suffix_only
            else None
        )
        self.head = ReadingHead(base.answer.numel(), len(examples.drugs), base.device) if recipe.head else None
        self.offset: NDArray[np.float32] = examples.offset

    def learning(self) -> list[torch.nn.Parameter]:
        """All weights of the run."""
        return self.adapters.parameters() + (self.head.parameters() if self.head else [])

    def asked(self, admission: int, drugs: Sequence[int] | NDArray[np.intp]) -> Asked:
        """One admission with some drugs, from memory what adapters leave alone."""
        places = [int(drug) for drug in drugs]
        suffixes = [self.examples.suffixes[drug] for drug in places]
        memory = self.memories.get(admission) if self.memories else None
        states = self.memories.states(admission, places) if self.memories else None
        first = admission * len(self.examples.drugs)
        return Asked(self.examples.prefixes[admission], suffixes, [first + drug for drug in places], memory, states)

    def read(self, packed: Pack) -> Tensor:
        """The pairs' scores, the reading head's part included."""
        if self.head is None:
            return self.base.scores(packed)
        scores, states = self.base.read(packed)
        drugs = torch.tensor(packed.places, device=scores.device) % len(self.examples.drugs)
        return scores + self.head(states)[packed.owners, drugs]

    @torch.no_grad()
    def scores(self, admissions: Sequence[int], group: int | None) -> Floats:
        """Scores (admissions, all drugs) by one group's adapter, of its drugs; None: by the untuned base, of all.

        Every process computes its share of the admissions and gets all scores; NaN for drugs not asked.
        """
        n_drugs = len(self.examples.drugs)
        drugs = range(n_drugs) if group is None else self.columns[group]
        out = np.zeros((len(admissions), n_drugs))
        row = {admission: place for place, admission in enumerate(admissions)}
        if group is not None:
            self.adapters.use(group)
        own = self.processes.share(admissions)
        out[[row[admission] for admission in own]] = np.nan
        for run in within_budget((self.asked(admission, list(drugs)) for admission in own), self.recipe.token_budget):
            packed = pack(run, self.base.device)
            whose, which = np.divmod(np.array(packed.places), n_drugs)
            out[[row[admission] for admission in whose.tolist()], which] = self.read(packed).cpu().numpy()
        return self.processes.total(out)

    def centre(self) -> None:
        """Take each drug's mean score by the untuned base off its offset."""
        sample = np.random.default_rng([self.recipe.seed, 3]).permutation(self.examples.train)[:CENTRING_ADMISSIONS]
        with self.adapters.off():
            mean = self.scores(sample.tolist(), None).mean(0)
        self.offset = self.examples.offset - mean.astype(np.float32)

    @torch.no_grad()
    def fit_normaliser(self) -> None:
        """Give the reading head the spread of the untuned base's states of the training admissions."""
        if self.head is None:
            return
        prefixes = (Asked(self.examples.prefixes[admission], (), ()) for admission in self.examples.train)
        with self.adapters.off():
            runs = within_budget(prefixes, self.recipe.token_budget)
            states = [self.base.read(pack(run, self.base.device))[1] for run in runs]
        self.head.fit_normaliser(torch.cat(states))

    def weights(self, group: int) -> dict[str, Tensor]:
        """A copy of a group's weights on the CPU, with the reading head's."""
        return self.adapters.weights(group) | (self.head.weights() if self.head else {})

    def set_weights(self, group: int, weights: dict[str, Tensor]) -> None:
        """Put back what `weights` gave."""
        self.adapters.set_weights(group, {name: each for name, each in weights.items() if not name.startswith("head.")})
        if self.head:
            self.head.set_weights(weights)
