"""Which findings may not speak for which drugs, whatever the orders say: `resources/observations/against.csv`.

The worst value of a day is often made by a drug of that day: a slow heart by metoprolol, low glucose by insulin. Orders
alone would teach that a slow heart asks for metoprolol.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.findings import FINDING
from lamo_desktop.admissions.quantities import rows


@cache
def _against() -> dict[str, frozenset[str]]:
    """The drugs and classes that a finding's code speaks against."""
    found: dict[str, frozenset[str]] = {}
    for row in rows("against.csv"):
        for name in row["findings"].split("|"):
            code = f"{FINDING}{name.casefold()}"
            found[code] = found.get(code, frozenset()) | frozenset(row["drugs"].split("|"))
    return found


def speak_against(features: Sequence[str], drugs: Sequence[str], drug_class: Callable[[str], str]) -> NDArray[np.bool_]:
    """Which weights (features, drugs) may not be above 0."""
    spoken = [_against().get(feature.removeprefix("code "), frozenset()) for feature in features]
    return np.array([[drug in each or drug_class(drug) in each for drug in drugs] for each in spoken], dtype=bool)
