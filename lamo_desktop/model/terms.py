"""The linear terms of a package's score: what an admission's words and codes, and the model's own state, say of a drug.

    score(x, d) = gain_d * (llm(x, d) - centre_d) + bias_d + sum of weights[f, d] over the features f of x
                  + state(x) . head[:, d]

`llm` is logit(" Yes") - logit(" No") of the adapted model, `state` the mean over the prefix's tokens of the base's last
hidden state, which comes with the prefix. The terms are fitted first and frozen; adapters then learn what they do not
say. A drug that the terms do not know takes the mean of its kin: the known drugs of its class, else all.
"""

import math
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.findings import finding_of
from lamo_desktop.errors import ModelError
from lamo_desktop.model.prompt import NOTE, Part

ARRAYS = ("weights", "bias", "gain", "centre", "head")
LARGEST = 1 << 28  # bytes of the arrays of one file; a real one has a few million
TEXT_BYTES = 64  # that Python takes for the name of each feature and drug, even an empty one

# What a line of the prompt is about: words of an admission's reason and of its diagnoses mean the same.
_TOPIC = {
    "reason": "dx",
    "diagnoses": "dx",
    "procedures": "dx",
    "past history": "hx",
    "previous diagnoses": "hx",
    "previous procedures": "hx",
    "medications before admission": "med",
    "previous drugs": "med",
    "allergies": "allergy",
}
_LINE_OF_CODE = {
    "adm": "reason",
    "dx": "diagnoses",
    "icd": "diagnoses",
    "hx": "past history",
    "med": "medications before admission",
    "age": "patient",
    "sex": "patient",
}
_WORD = re.compile(r"[a-z0-9]{2,}")
_EMPTY = frozenset(
    ["of", "the", "and", "or", "in", "to", "with", "without", "due", "for", "by", "on", "an", "other", "no", "not"]
)
_AGE = re.compile(r"(\d+)-year-old|(over 89)")
_SEX = re.compile(r"\b(woman|man)\b")


def features(parts: Sequence[Part], codes: Sequence[str] = ()) -> frozenset[str]:
    """What the linear terms see of an admission: the words of each line of its prompt, and its structured codes.

    A word is named with what its line is about ("dx sepsis", "med metoprolol"); age counts by decade. A code counts
    only beside the line that it is the code of, so a prompt without its diagnoses has no codes of diagnoses either.
    """
    found = set()
    for part in parts:
        text = part.text.casefold()
        if part.name == "patient":
            if age := _AGE.search(text):
                found.add(f"age {int(age[1] or 90) // 10 * 10}")
            if sex := _SEX.search(text):
                found.add(f"sex {sex[1]}")
        elif part.name != "question":
            topic = "note" if part.name.startswith(NOTE) else _TOPIC[part.name]
            found |= {f"{topic} {word}" for word in _WORD.findall(text.partition(": ")[2]) if word not in _EMPTY}
            found.add(f"has {part.name}")
    names = {part.name for part in parts}
    for code in codes:
        line = line_of(code)
        if not line or line in names:
            found.add(f"code {code}")
    return frozenset(found)


def is_finding(feature: str) -> bool:
    """Whether a feature is the code of a finding."""
    return finding_of(feature.removeprefix("code ")) != ""


def without_findings(found: frozenset[str]) -> frozenset[str]:
    """The features that are no findings."""
    return frozenset(feature for feature in found if not is_finding(feature))


def line_of(code: str) -> str:
    """The name of the prompt's line that a structured code is the code of, "" for none."""
    return _LINE_OF_CODE.get(code.partition(":")[0], "")


@dataclass(frozen=True, eq=False)
class Terms:
    """The fitted terms of F features, d drugs and a state of s numbers (0: the state is not used).

    `weights` (F, d), `bias`, `gain` and `centre` (d,) and `head` (s, d) are float32.
    """

    features: tuple[str, ...]
    drugs: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    gain: NDArray[np.float32]
    centre: NDArray[np.float32]
    head: NDArray[np.float32]

    @cached_property
    def _row(self) -> dict[str, int]:
        return {feature: row for row, feature in enumerate(self.features)}

    @cached_property
    def column(self) -> dict[str, int]:
        """Place of each drug."""
        return {drug: column for column, drug in enumerate(self.drugs)}

    def known(self, found: frozenset[str]) -> list[str]:
        """Those of an admission's features that carry weights, sorted."""
        return sorted(feature for feature in found if feature in self._row)

    def of(self, feature: str) -> NDArray[np.float64]:
        """The weights (d,) of a feature that carries some."""
        return np.asarray(self.weights[self._row[feature]], dtype=np.float64)

    def linear(self, found: frozenset[str], state: NDArray[np.float32] | None) -> NDArray[np.float64]:
        """The sum of all terms but the model's, (d,). The order of summation is fixed, so equal input gives equal bits.

        Raises ModelError when the state is missing or of another size.
        """
        rows = [self._row[feature] for feature in self.known(found)]
        total = self.bias + self.weights[rows].sum(axis=0, dtype=np.float64)
        if len(self.head):
            if state is None or state.shape != (len(self.head),):
                raise ModelError("The model's state does not fit the package's reading head.")
            total += (self.head.astype(np.float64) * state[:, None]).sum(axis=0)
        return np.asarray(total, dtype=np.float64)

    def scores(
        self,
        candidates: Sequence[str],
        llm: NDArray[np.float32],
        found: frozenset[str],
        state: NDArray[np.float32] | None,
        kin: Callable[[str], Sequence[str]],
    ) -> NDArray[np.float32]:
        """The package's scores of some candidates, (candidates,), from the model's. Each is its own drug's alone.

        `kin` names the drugs that stand for one that the terms do not know; where they know none of those, all do.
        """
        linear = self.linear(found, state)
        total = []
        for drug, score in zip(candidates, llm.tolist(), strict=True):
            names = [drug] if drug in self.column else kin(drug)
            columns = [self.column[name] for name in names if name in self.column] or slice(None)
            gain, centre, sum_of_terms = (
                float(term[columns].mean(dtype=np.float64)) for term in (self.gain, self.centre, linear)
            )
            total.append(gain * (score - centre) + sum_of_terms)
        return np.array(total, dtype=np.float32)


def read_terms(file: Path) -> Terms:
    """The terms of a package. Raises ModelError when the file is not one or its arrays do not belong together."""
    try:
        with zipfile.ZipFile(file) as archive:
            taken = sum(member.file_size + _size_promised(archive, member) for member in archive.infolist())
            if taken > LARGEST:
                raise ModelError(f"The model file {file.name} is too large for a file of linear terms.")
        with np.load(file, allow_pickle=False) as arrays:
            terms = Terms(
                tuple(map(str, arrays["features"].tolist())),
                tuple(map(str, arrays["drugs"].tolist())),
                *(np.asarray(arrays[name], dtype=np.float32) for name in ARRAYS),
            )
    except (ModelError, MemoryError):
        raise
    except Exception as error:  # of a damaged file, the readers of zip and of arrays raise whatever they come upon
        raise ModelError(f"The model file {file.name} is damaged: it holds no linear terms.") from error
    d, sizes = len(terms.drugs), len(set(terms.features))
    shapes = [getattr(terms, name).shape for name in ARRAYS]
    if not d or sizes != len(terms.features) or shapes != [(sizes, d), (d,), (d,), (d,), (*shapes[4][:1], d)]:
        raise ModelError(f"The model file {file.name} is damaged: its linear terms are not of one size.")
    if not all(np.isfinite(getattr(terms, name)).all() for name in ARRAYS):
        raise ModelError(f"The model file {file.name} holds a number that is not finite.")
    return terms


def _size_promised(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Bytes that its array will take in memory: one of a billion empty names has none in the file."""
    with archive.open(member) as array:
        version = np.lib.format.read_magic(array)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, kind = read(array)
    least = 1 if member.filename.removesuffix(".npy") in ARRAYS else TEXT_BYTES
    return math.prod(max(length, 1) for length in shape) * max(kind.itemsize, least)


def write_terms(terms: Terms, file: Path) -> None:
    """Write a file that `read_terms` reads. Raises OSError."""
    np.savez_compressed(
        file,
        features=np.array(terms.features),
        drugs=np.array(terms.drugs),
        **{name: getattr(terms, name) for name in ARRAYS},
    )
