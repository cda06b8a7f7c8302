"""What a package's training rows say of how hospitals may differ from it: where adapting to one of them starts.

The file holds the correlations of drugs in what the package leaves over, and how much an admission's history says
beyond it. Both come from probabilities of training admissions that were out of fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import ModelError

Floats = NDArray[np.float64]

LARGEST = 1 << 26  # bytes of the file; a real one has some ten thousand
N_HISTORY = 6
DEFAULT_HISTORY = (1.42, 1.10, 0.13, 0.07, -0.20, -0.27)  # of a package without knowledge terms


@dataclass(frozen=True, eq=False)
class SitePrior:
    """likeness (d, d): correlations of the residuals (y - p) / sqrt(p(1 - p)) of d drugs, over training admissions.

    history (6,): the logits that each of `adapt.rows.HISTORY` adds to the package's. A package without such a file has
    no drugs here: each is like itself alone.
    """

    drugs: tuple[str, ...] = ()
    likeness: Floats | None = None
    history: tuple[float, ...] = DEFAULT_HISTORY

    def among(self, drugs: Sequence[str]) -> Floats:
        """The likeness of some drugs, in their order; one that is not known here is like itself alone."""
        found = np.eye(len(drugs))
        if self.likeness is not None:
            place = {drug: d for d, drug in enumerate(self.drugs)}
            known = [d for d, drug in enumerate(drugs) if drug in place]
            columns = [place[drugs[d]] for d in known]
            found[np.ix_(known, known)] = self.likeness[np.ix_(columns, columns)]
        return found


def read_site_prior(file: Path) -> SitePrior:
    """The prior of a package. Raises ModelError when the file is not one."""
    try:
        if file.stat().st_size > LARGEST:
            raise ModelError(f"The model file {file.name} is too large for what adapting starts from.")
        with np.load(file, allow_pickle=False) as arrays:
            drugs = tuple(map(str, arrays["drugs"].tolist()))
            likeness = np.asarray(arrays["likeness"], dtype=np.float64)
            history = np.asarray(arrays["history"], dtype=np.float64)
    except (ModelError, MemoryError):
        raise
    except Exception as error:  # of a damaged file, the readers of zip and of arrays raise whatever they come upon
        raise ModelError(
            f"The model file {file.name} is damaged: it does not hold what adapting starts from."
        ) from error
    sizes = likeness.shape == (len(drugs), len(drugs)) and history.shape == (N_HISTORY,)
    if not sizes or len(set(drugs)) < len(drugs) or not (np.isfinite(likeness).all() and np.isfinite(history).all()):
        raise ModelError(f"The model file {file.name} is damaged: its arrays are not of one size, or not numbers.")
    if np.abs(likeness).max(initial=0) > 1 + 1e-6 or np.abs(likeness - likeness.T).max(initial=0) > 1e-6:
        raise ModelError(f"The model file {file.name} is damaged: its correlations are none.")
    return SitePrior(drugs, likeness, tuple(history.tolist()))


def write_site_prior(prior: SitePrior, file: Path) -> None:
    """Write a file that `read_site_prior` reads: the correlations in single precision. Raises OSError."""
    np.savez_compressed(
        file,
        drugs=np.array(prior.drugs),
        likeness=prior.among(prior.drugs).astype(np.float32),
        history=np.array(prior.history),
    )
