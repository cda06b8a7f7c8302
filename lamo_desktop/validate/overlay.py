"""A site overlay: what was learned of one hospital for one model package, as one JSON file beside it.

Version 1 is a calibration: a scale, an offset and a threshold of each drug. Version 2 is an adaptation (see adapt/).
Everything is in the one file, so that whoever mails or copies it has all of it: arrays stand in it as base64 of 32-bit
little-endian numbers. There is nothing to unpack, so no archive can swell and no pickle can run; a hash over the whole
content shows damage. The same adaptation gives the same bytes.

A file holds aggregates, no admission. Few admissions can still be recognised in aggregates, so it is for its owner
only, like a job file, and says so.
"""

import base64
import binascii
import hashlib
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.site import Site
from lamo_desktop.safe_load import parse_json, read_small
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.recalibrate import SiteCalibration

FORMAT = "lamo-site-overlay"
CALIBRATION, ADAPTATION = 1, 2  # versions
LARGEST_FILE = 24_000_000  # bytes; a real one has two million


@dataclass(frozen=True, eq=False)
class SiteOverlay(ABC):
    """What every overlay says of itself; `package_sha256` is the hash of the manifest of the package it belongs to."""

    package_sha256: str
    package: str
    n_admissions: int
    created: str = ""
    source: Mapping[str, Any] = field(default_factory=dict)

    @property
    @abstractmethod
    def version(self) -> int:
        """Of the file's format."""

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """What the file holds besides format, version and hash; the order of keys is fixed."""

    @abstractmethod
    def _applied(self, package: ModelPackage) -> ModelPackage: ...

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, by which results name the overlay that they were made with."""
        return content_hash(self._whole())

    @property
    def facts(self) -> dict[str, Any]:
        """What results say of the overlay they were made with."""
        return {
            "version": self.version,
            "sha256": self.sha256,
            "created": self.created,
            "admissions": self.n_admissions,
        }

    def _whole(self) -> dict[str, Any]:
        return {"format": FORMAT, "version": self.version, **self.content()}

    def save(self, path: Path) -> None:
        """Writes the file whole or not at all, for its owner only."""
        content = self._whole() | ({"sha256": self.sha256} if self.version > CALIBRATION else {})
        text = json.dumps(content, indent=1, allow_nan=False) + "\n"
        if len(text) > LARGEST_FILE:
            raise InputError(f"{path.name} was not written: what was learned is too large for a site overlay.")
        with replacing(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8")

    def apply(self, package: ModelPackage) -> ModelPackage:
        """The package with this overlay in use. InputError if it was made for another."""
        if package.sha256 != self.package_sha256:
            raise InputError(
                f"This site overlay was made for the model package {self.package}, not for {package.name} "
                f"{package.version}: validate again with this model to make a new one."
            )
        return self._applied(package)


@dataclass(frozen=True, eq=False)
class CalibrationOverlay(SiteOverlay):
    """Version 1: scale, offset and threshold of each drug.

    Scale and offset act on the package's calibrated logit: logit p' = scale * logit p + offset. The threshold (logits)
    is added to the drug's own.
    """

    drugs: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    prior_sd: float = 0.0

    @property
    def version(self) -> int:
        """Of the file's format."""
        return CALIBRATION

    def content(self) -> dict[str, Any]:
        """What the file holds besides format, version and hash; the order of keys is fixed."""
        names = ("scale", "offset", "threshold")
        return {
            "package_sha256": self.package_sha256,
            "package": self.package,
            "created": self.created,
            "source": dict(self.source),
            "n_admissions": self.n_admissions,
            "prior_sd": self.prior_sd,
            "drugs": {drug: dict(zip(names, values, strict=True)) for drug, values in sorted(self.drugs.items())},
        }

    def _applied(self, package: ModelPackage) -> ModelPackage:
        drugs = []
        for drug in package.drugs:
            scale, offset, threshold = self.drugs.get(drug.name, (1.0, 0.0, 0.0))
            drugs.append(
                replace(
                    drug,
                    scale=scale * drug.scale,
                    offset=scale * drug.offset + offset,
                    threshold=drug.threshold + threshold,
                )
            )
        label = f"{package.label}, with this site's calibration of {self.created[:10]}"
        return replace(package, drugs=tuple(drugs), label=label, site=Site("", self.facts))


def make_overlay(calibration: SiteCalibration, outcomes: Outcomes) -> CalibrationOverlay:
    """The overlay of a calibration fitted on `outcomes` for the package that scored them."""
    values = {
        drug: (round(float(a), 6), round(float(b), 6), round(calibration.shift, 6))
        for drug, a, b in zip(outcomes.drugs, calibration.scale, calibration.offset, strict=True)
    }
    return CalibrationOverlay(
        **identity(outcomes),
        n_admissions=len(outcomes.admission_ids),
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        drugs=values,
        prior_sd=calibration.prior_sd,
    )


def identity(outcomes: Outcomes) -> dict[str, Any]:
    """The package that scored the admissions, and where they came from."""
    return {
        "package_sha256": str(outcomes.model["manifest_sha256"]),
        "package": f"{outcomes.model['name']} {outcomes.model['version']}",
        "source": dict(outcomes.provenance.get("input", {})),
    }


def load_overlay(path: Path) -> SiteOverlay:
    """Reads an overlay of any version. InputError names the file and what is wrong with it."""
    from lamo_desktop.validate.adaptation_overlay import read_adaptation

    try:
        content = parse_json(read_small(path, LARGEST_FILE))
    except OSError as error:
        raise InputError(f"The site overlay {path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise InputError(f"{path} is not a site overlay: expected JSON text.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f'{path} is not a site overlay: expected "format": "{FORMAT}".')
    readers: dict[Any, Callable[[dict[str, Any]], SiteOverlay]] = {
        CALIBRATION: _read_calibration,
        ADAPTATION: read_adaptation,
    }
    version = content.get("version")
    if type(version) is not int or version not in readers:
        raise InputError(
            f"{path} is a site overlay of version {str(version)[:20]}; this program reads versions 1 and 2."
        )
    try:
        if version == ADAPTATION and content.get("sha256") != content_hash(content):
            raise UnusableError("been changed since it was written: use the file as it was")
        return readers[version](content)
    except UnusableError as error:
        raise InputError(f"The site overlay {path} has {error}.") from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(
            f"The site overlay {path} is incomplete or damaged: a value is missing or not a number."
        ) from error


def set_aside(path: Path) -> Path:
    """Give the overlay at a place a name of its own beside a new one; returns where it is now."""
    number = 1
    while (kept := path.with_name(f"{path.stem} (earlier {number}){path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept


class UnusableError(Exception):
    """Says what an overlay has that cannot be used."""


def _read_calibration(content: dict[str, Any]) -> CalibrationOverlay:
    drugs = {
        str(name): (float(v["scale"]), float(v["offset"]), float(v["threshold"]))
        for name, v in content["drugs"].items()
    }
    for name, values in drugs.items():
        if not all(math.isfinite(v) for v in values) or values[0] <= 0:
            raise UnusableError(f"an unusable calibration for {name}")
    return CalibrationOverlay(
        package_sha256=str(content["package_sha256"]),
        package=str(content["package"]),
        n_admissions=int(content["n_admissions"]),
        created=str(content.get("created", "")),
        source=dict(content.get("source", {})),
        drugs=drugs,
        prior_sd=float(content["prior_sd"]),
    )


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as compact JSON with sorted keys, without the hash itself."""
    rest = {name: value for name, value in content.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def packed(array: NDArray[np.floating]) -> str:
    """Numbers as base64 of 32-bit little-endian floats."""
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode("ascii")


def unpacked(text: object, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """What `packed` wrote, which must have this shape. Raises ValueError for anything else."""
    if not isinstance(text, str) or len(text) != 4 * -(-4 * math.prod(shape) // 3):
        raise ValueError("an array of another size")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    return np.frombuffer(data, dtype="<f4").reshape(shape).astype(np.float64)
