"""From scores to a list: calibration makes probabilities, a policy's threshold makes the list. Everything is per cell.

p(x, d) = sigmoid(scale_d * score(x, d) + offset_d), with score = logit_yes - logit_no; where a hospital's overlay is in
use, its own terms are added to the logit. A drug is recommended when logit(p) reaches the policy's threshold + the
drug's own + the user's shift. No cell looks at another admission, so a list does not depend on who else is in the file.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.codec import FORMERLY
from lamo_desktop.errors import InputError
from lamo_desktop.model.package import Drug, ModelPackage
from lamo_desktop.model.site import Context
from lamo_desktop.stats import sigmoid

Floats = NDArray[np.float64]

POLICIES = {
    "no-more-than-ordered": "about as many drugs as clinicians ordered in tuning; here it may be more or fewer",
    "balanced": "the lists that agreed best with the orders (Jaccard) when the model was made",
    "precise": "the longest lists of which at least the chosen share was ordered when the model was made",
}
DEFAULT_POLICY = "no-more-than-ordered"


@dataclass(frozen=True, slots=True)
class Policy:
    """How a list is cut. `threshold_shift` (logits) is added to every threshold: above 0 gives shorter lists.

    `precision` is the floor that "precise" keeps, a share of the recommended drugs; the other policies ignore it.
    `show_withheld`: drugs that an allergy or a condition speaks against stand on the list all the same.
    """

    name: str = DEFAULT_POLICY
    threshold_shift: float = field(default=0.0, metadata={FORMERLY: "knob"})
    precision: float = 0.5
    show_withheld: bool = False


def probabilities(
    package: ModelPackage,
    candidates: Sequence[str],
    logits: NDArray[np.floating],
    drug_class: Callable[[str], str] = lambda drug: "",
    contexts: Sequence[Context] | None = None,
) -> Floats:
    """Calibrated probabilities, shape (admissions, candidates in use), from scores of shape (admissions, candidates).

    `contexts`, one of each admission, are needed where the package is adapted to a hospital; its own drugs follow the
    candidates (see `in_use`).

    A candidate the package was not trained on takes the mean calibration of its class, which `drug_class` names (give
    `Formulary.drug_class`), else of all drugs; in a package with knowledge terms it starts at the base rate of the
    rarest known drug, since it was ordered less often than any of them in training. Scores that are NaN (a failed row)
    stay NaN.
    """
    drugs = [package.by_name.get(name) or _unseen(package, name, drug_class(name)) for name in candidates]
    scale = np.array([drug.scale for drug in drugs])
    offset = np.array([drug.offset for drug in drugs])
    calibrated = np.ascontiguousarray(logits, dtype=np.float64) * scale + offset
    if package.site is not None and package.site.terms is not None:
        if contexts is None:
            raise ValueError("a package adapted to a hospital needs the context of each admission")
        names = in_use(package, candidates)
        failed = np.isnan(calibrated).all(axis=1) if len(candidates) else np.zeros(len(calibrated), dtype=bool)
        own = np.where(failed[:, None], np.nan, np.zeros((len(calibrated), len(names) - len(candidates))))
        calibrated = package.site.terms.logits(names, np.hstack([calibrated, own]), contexts)
    return sigmoid(calibrated)


def in_use(package: ModelPackage, candidates: Sequence[str]) -> tuple[str, ...]:
    """The candidates that the model was asked about, then the drugs that were learned at this hospital, if any."""
    own = package.site.own_drugs if package.site else {}
    asked = set(candidates)
    return (*candidates, *(drug for drug in own if drug not in asked))


def recommended(
    package: ModelPackage, candidates: Sequence[str], probabilities: Floats, policy: Policy
) -> NDArray[np.bool_]:
    """Which candidates are on each admission's list, shape (admissions, candidates); NaN probabilities never are.

    Raises InputError for a policy or a precision the package has no threshold for.
    """
    return probabilities >= cut_offs(package, candidates, policy)


def cut_offs(package: ModelPackage, candidates: Sequence[str], policy: Policy) -> Floats:
    """From which probability each candidate is recommended, shape (candidates,). Raises InputError for bad settings."""
    if not (math.isfinite(policy.threshold_shift) and 0 <= policy.precision <= 1):
        raise InputError(
            "A policy's threshold shift is a finite number of logits, and its precision a share from 0 to 1."
        )
    own = np.array([package.by_name[name].threshold if name in package.by_name else 0.0 for name in candidates])
    if package.site is not None and package.site.terms is not None:
        own = np.zeros(len(candidates))  # the length of the lists was learned with one threshold for all drugs
    return sigmoid(threshold(package, policy) + policy.threshold_shift + own)


def threshold(package: ModelPackage, policy: Policy) -> float:
    """The policy's threshold on logit(p), before the user's shift. Raises InputError when the package has none."""
    return _shipped_threshold(package, policy) + (package.site.threshold_shift if package.site else 0.0)


def _shipped_threshold(package: ModelPackage, policy: Policy) -> float:
    if policy.name == "precise":
        floors = precision_floors(package)
        reached = [floor for floor in floors if floor >= policy.precision - 1e-9]
        if not reached:
            best = f"at most {max(floors):.2f}" if floors else "no such floor"
            raise InputError(f"A precision of {policy.precision:.2f} is not available: this model keeps {best}.")
        return floors[min(reached)]
    if policy.name not in POLICIES or policy.name not in package.policies:
        raise InputError(f'There is no policy "{policy.name}": choose one of {", ".join(POLICIES)}.')
    return package.policies[policy.name]


def precision_floors(package: ModelPackage) -> dict[float, float]:
    """The precision floors "precise" can keep with this package, each with its threshold on logit(p)."""
    named = {name.removeprefix("precise-"): value for name, value in package.policies.items() if name[:8] == "precise-"}
    return {float(floor): value for floor, value in named.items()}


def _unseen(package: ModelPackage, name: str, drug_class: str) -> Drug:
    kin = package.kin(drug_class)
    starts = [min(package.drugs, key=lambda drug: drug.offset)] if package.knowledge else kin
    return Drug(
        name=name,
        log_odds=float(np.mean([drug.log_odds for drug in starts])),
        scale=float(np.mean([drug.scale for drug in kin])),
        offset=float(np.mean([drug.offset for drug in starts])),
        drug_class=drug_class,
    )
