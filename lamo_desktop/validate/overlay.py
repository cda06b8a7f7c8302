"""A site overlay: a hospital's own calibration and thresholds for one model package, as a small JSON file beside it.

    {"format": "lamo-site-overlay", "version": 1,
     "package_sha256": hash of the manifest it belongs to, "package": name and version,
     "created": ISO date, "source": {...}, "n_admissions": int, "prior_sd": float,
     "drugs": {"metoprolol": {"scale": a, "offset": b, "threshold": t}, ...}}

scale and offset act on the package's calibrated logit: logit p' = scale * logit p + offset. threshold is added to the
drug's own threshold (logits). The file holds no patient data.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.safe_load import parse_json, read_small
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.recalibrate import SiteCalibration

FORMAT, VERSION = "lamo-site-overlay", 1


@dataclass(frozen=True)
class SiteOverlay:
    """scale, offset and threshold shift per drug, and the package (hash of its manifest) they belong to."""

    package_sha256: str
    package: str
    drugs: Mapping[str, tuple[float, float, float]]  # scale, offset, threshold
    n_admissions: int
    prior_sd: float
    created: str = ""
    source: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Writes the file whole or not at all; the order of keys is fixed."""
        names = ("scale", "offset", "threshold")
        content = {
            "format": FORMAT,
            "version": VERSION,
            "package_sha256": self.package_sha256,
            "package": self.package,
            "created": self.created,
            "source": dict(self.source),
            "n_admissions": self.n_admissions,
            "prior_sd": self.prior_sd,
            "drugs": {drug: dict(zip(names, values, strict=True)) for drug, values in sorted(self.drugs.items())},
        }
        with replacing(path) as unfinished:
            unfinished.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    def apply(self, package: ModelPackage) -> ModelPackage:
        """The package with this site's scale, offset and threshold in its drugs. InputError if made for another."""
        if package.sha256 != self.package_sha256:
            raise InputError(
                f"This site overlay was made for the model package {self.package}, not for {package.name} "
                f"{package.version}: "
                "validate again with this model to make a new one."
            )
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
        return replace(
            package, drugs=tuple(drugs), label=f"{package.label}, with this site's calibration of {self.created[:10]}"
        )


def make_overlay(calibration: SiteCalibration, outcomes: Outcomes) -> SiteOverlay:
    """The overlay of a calibration fitted on `outcomes` for the package that scored them."""
    values = {
        drug: (round(float(a), 6), round(float(b), 6), round(calibration.shift, 6))
        for drug, a, b in zip(outcomes.drugs, calibration.scale, calibration.offset, strict=True)
    }
    return SiteOverlay(
        package_sha256=str(outcomes.model["manifest_sha256"]),
        package=f"{outcomes.model['name']} {outcomes.model['version']}",
        drugs=values,
        n_admissions=len(outcomes.admission_ids),
        prior_sd=calibration.prior_sd,
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        source=dict(outcomes.provenance.get("input", {})),
    )


def load_overlay(path: Path) -> SiteOverlay:
    """Reads an overlay. InputError names the file and what is wrong with it."""
    try:
        content = parse_json(read_small(path))
    except OSError as error:
        raise InputError(f"The site overlay {path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise InputError(f"{path} is not a site overlay: expected JSON text.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f'{path} is not a site overlay: expected "format": "{FORMAT}".')
    if content.get("version") != VERSION:
        raise InputError(
            f"{path} is a site overlay of version {content.get('version')}; this program reads version {VERSION}."
        )
    try:
        drugs = {
            str(name): (float(v["scale"]), float(v["offset"]), float(v["threshold"]))
            for name, v in content["drugs"].items()
        }
        overlay = SiteOverlay(
            package_sha256=str(content["package_sha256"]),
            package=str(content["package"]),
            drugs=drugs,
            n_admissions=int(content["n_admissions"]),
            prior_sd=float(content["prior_sd"]),
            created=str(content.get("created", "")),
            source=dict(content.get("source", {})),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(
            f"The site overlay {path} is incomplete or damaged: a value is missing or not a number."
        ) from error
    for name, values in drugs.items():
        if not all(math.isfinite(v) for v in values) or values[0] <= 0:
            raise InputError(f"The site overlay {path} has an unusable calibration for {name}.")
    return overlay
