"""Version 2 of the site overlay: an adaptation, what it brought on held-out patients, and from whom it was learned."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np

from lamo_desktop.adapt import Adaptation, OwnDrug, StateHead, patient_tags
from lamo_desktop.adapt.local_terms import AdaptedTerms
from lamo_desktop.admissions.cohort import Source
from lamo_desktop.errors import InputError, one_line
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.site import Site
from lamo_desktop.model.site_prior import N_HISTORY
from lamo_desktop.recommend.policy import DEFAULT_POLICY
from lamo_desktop.stats import Floats
from lamo_desktop.validate.adaptation import JACCARD, SiteAdaptation, classes_of
from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.learned import Learned, LearningCounts, counts_of, what_was_learned
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.overlay import (
    ADAPTATION,
    SiteOverlay,
    UnusableError,
    identity,
    packed,
    unpacked,
)

NOTICE = (
    "Aggregates of past admissions, no admission itself. Where these are few, what is said of rare drugs and features "
    "can point to single patients: keep this file as you keep patient data."
)
BETTER_AS_SHIPPED = (
    "On patients that were held out the model predicts better as it is than adapted to these admissions, so there is "
    "nothing to use; add admissions, or use it as shipped."
)
MODELS = ("shipped", "adapted", "site_only", "adapted_minus_shipped", "adapted_minus_site_only")
LARGEST_NAME = 2_000  # characters of a drug, a feature or a group, as the export has them
LARGEST_LINE = 300  # characters of what people write and read
LARGEST_NUMBER = 1e4  # logits, or what they are made of
MOST_NAMES = 100_000
LONGEST_TAGS = 1_000_000  # characters


@dataclass(frozen=True)
class HeldOut:
    """What adapting brings on patients that were held out: Jaccard and log loss of each of the models.

    `jaccard` has the names of `MODELS`; `log_loss` those of the first three.
    """

    n_fitting: int
    n_evaluation: int
    site_only_name: str
    jaccard: Mapping[str, Estimate]
    log_loss: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class AdaptationOverlay(SiteOverlay):
    """What was learned, with the counts by which it is told in words.

    `n_ordered` (d,): admissions in which each drug was ordered; `expected` (d,): in how many the package as shipped
    expected it, NaN-free, 0 for the hospital's own drugs. `group_sizes`: admissions of each group. `tags`: see
    patient_tags; empty where it was not learned on a computer that keeps them.
    """

    name: str = ""
    terms: AdaptedTerms = field(kw_only=True)
    threshold_shift: float = 0.0
    n_ordered: Floats = field(kw_only=True)
    expected: Floats = field(kw_only=True)
    group_sizes: Mapping[str, int] = field(default_factory=dict)
    held_out: HeldOut | None = None
    tags: frozenset[bytes] = frozenset()

    @property
    def version(self) -> int:
        """Of the file's format."""
        return ADAPTATION

    @property
    def adaptation(self) -> Adaptation:
        """What was learned."""
        return self.terms.adaptation

    @cached_property
    def learned(self) -> Learned:
        """What is told of it."""
        counts = LearningCounts(self.n_ordered, self.expected, self.terms.feature_shares, self.group_sizes)
        return what_was_learned(self.adaptation, counts)

    @property
    def facts(self) -> dict[str, Any]:
        """What results say of the overlay they were made with."""
        found = self.adaptation
        return {
            "name": self.name,
            **super().facts,
            "patients": found.n_patients,
            "share_used": found.rho,
            "threshold_shift_of_site_logits": self.threshold_shift,
            "groups_told_apart_by": found.group_label or None,
            "own_drugs": len(found.own_drugs),
        }

    @cached_property
    def _content(self) -> dict[str, Any]:
        found = self.adaptation
        return {
            "notice": NOTICE,
            "name": self.name,
            "package_sha256": self.package_sha256,
            "package": self.package,
            "created": self.created,
            "source": dict(self.source),
            "n_admissions": self.n_admissions,
            "n_patients": found.n_patients,
            "n_earlier": found.n_earlier,
            "rho": found.rho,
            "losses": {str(rho): loss for rho, loss in sorted(found.losses.items())},
            "threshold_shift": self.threshold_shift,
            "scale": found.scale,
            "constant": found.constant,
            "history": [float(beta) for beta in found.history],
            "variances": dict(sorted(found.variances.items())),
            "held_out": None if self.held_out is None else asdict(self.held_out),
            "drugs": list(found.drugs),
            "drug_classes": list(self.terms.drug_classes),
            "own_drugs": [{"name": d.name, "n_orders": d.n_orders, "log_odds": d.log_odds} for d in found.own_drugs],
            "features": list(found.features),
            "group_label": found.group_label,
            "groups": [{"name": name, "n_admissions": self.group_sizes[name]} for name in sorted(found.groups)],
            "state_size": 0 if found.state is None else len(found.state.mean),
            "tags": base64.b64encode(b"".join(sorted(self.tags))).decode("ascii"),
            "arrays": {name: packed(array) for name, array in self._arrays().items()},
        }

    def content(self) -> dict[str, Any]:
        """What the file holds besides format, version and hash; the order of keys is fixed."""
        return self._content

    def _arrays(self) -> dict[str, Floats]:
        found, d = self.adaptation, len(self.adaptation.drugs)
        head = found.state or StateHead(np.zeros(0), np.zeros(0), np.zeros((0, d)))
        return {
            "offset": found.offset,
            "slope": found.slope,
            "base_mean": found.base_mean,
            "n_ordered": self.n_ordered,
            "expected": self.expected,
            "weights": found.weights,
            "feature_shares": self.terms.feature_shares,
            "group_offsets": np.array([found.groups[name] for name in sorted(found.groups)]).reshape(-1, d),
            "state_mean": head.mean,
            "state_deviation": head.deviation,
            "state_weights": head.weights,
        }

    def _applied(self, package: ModelPackage) -> ModelPackage:
        label = f"adapted to {self.name or 'this hospital'} ({self.n_admissions:,} admissions, {self.created[:10]})"
        return replace(package, site=Site(label, self.facts, self.terms, self.threshold_shift))


def make_adaptation_overlay(
    learned: Adaptation,
    outcomes: Outcomes,
    package: ModelPackage,
    name: str = "",
    key: bytes | None = None,
    found: SiteAdaptation | None = None,
) -> AdaptationOverlay:
    """The overlay of what was learned from `outcomes`, which `package` scored.

    `key` is this computer's, by which the patients are known again; None: they are not. `found`: what it brings.
    """
    counts = counts_of(learned, outcomes)
    classes = classes_of(outcomes, [drug.name for drug in learned.own_drugs])
    patients = outcomes.patient_ids[-learned.n_admissions :]
    told_apart = key if patient_tags.lasting(patients, outcomes.numbered_patients) else None
    overlay = AdaptationOverlay(
        **identity(outcomes),
        n_admissions=learned.n_admissions,
        created=datetime.now(UTC).strftime("%Y-%m-%d"),
        name=one_line(name)[:LARGEST_LINE],
        terms=AdaptedTerms(learned, tuple(classes.get(drug, "") for drug in learned.drugs), counts.feature_shares),
        threshold_shift=learned.threshold - package.policies[DEFAULT_POLICY],
        n_ordered=counts.n_ordered,
        expected=counts.expected,
        group_sizes=counts.group_sizes,
        held_out=None if found is None else _held_out(found),
        tags=frozenset() if told_apart is None else patient_tags.tags(patients, told_apart),
    )
    try:
        return read_adaptation(overlay.content())  # in use are the numbers of the file, whether it is saved or not
    except (UnusableError, ValueError) as error:
        raise InputError(f"What was learned cannot be kept in a site overlay: it has {error}.") from error


def _held_out(found: SiteAdaptation) -> HeldOut:
    figures: dict[str, Mapping[str, Estimate]] = {name: getattr(found, name) for name in MODELS}
    losses = {name: found.log_losses[name] for name in MODELS[:2]}
    return HeldOut(
        found.n_fitting,
        found.n_evaluation,
        found.site_only_name,
        {name: each[JACCARD] for name, each in figures.items()},
        losses | {MODELS[2]: found.log_losses[found.site_only_name]},
    )


def read_adaptation(content: Mapping[str, Any]) -> AdaptationOverlay:
    """The overlay of a file's content. Raises UnusableError, or what a missing or wrong value raises."""
    drugs, features = _names(content["drugs"]), _names(content["features"])
    groups = _list(content["groups"])
    group_names = _distinct([_text(group["name"], LARGEST_NAME) for group in groups])
    own = [
        OwnDrug(_name(o["name"]), _count(o["n_orders"]), _number(o["log_odds"])) for o in _list(content["own_drugs"])
    ]
    d, m, g, s = len(drugs), len(features), len(group_names), _count(content["state_size"])
    if not d or tuple(o.name for o in own) != drugs[d - len(own) :]:
        raise ValueError("the hospital's own drugs are not the last")
    shapes: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(("offset", "slope", "base_mean", "n_ordered", "expected"), (d,)),
        "weights": (m, d),
        "feature_shares": (m,),
        "group_offsets": (g, d),
        "state_mean": (s,),
        "state_deviation": (s,),
        "state_weights": (s, d),
    }
    arrays = {name: unpacked(content["arrays"][name], shape) for name, shape in shapes.items()}
    for name, array in arrays.items():
        if not (np.abs(array) < LARGEST_NUMBER).all():  # false for NaN, too
            raise UnusableError(f"a number that cannot be right in {name}")
    rho, scale = _number(content["rho"]), _number(content["scale"])
    if not 0 < rho <= 1 or scale <= 0 or not (arrays["state_deviation"] > 0).all():
        raise UnusableError("a number that cannot be right")
    history = np.array([_number(beta) for beta in _list(content["history"])])
    classes = tuple(_text(name, LARGEST_NAME) for name in _list(content["drug_classes"]))
    if history.shape != (N_HISTORY,) or len(classes) != d:
        raise ValueError("a list of another length")
    adaptation = Adaptation(
        drugs=drugs,
        n_admissions=_count(content["n_admissions"]),
        n_patients=_count(content["n_patients"]),
        scale=scale,
        constant=_number(content["constant"]),
        history=history,
        offset=arrays["offset"],
        slope=arrays["slope"],
        base_mean=arrays["base_mean"],
        features=features,
        weights=arrays["weights"],
        groups=dict(zip(group_names, arrays["group_offsets"], strict=True)),
        variances={_name(name): _number(value) for name, value in content["variances"].items()},
        group_label=_text(content["group_label"], LARGEST_NAME),
        state=StateHead(arrays["state_mean"], arrays["state_deviation"], arrays["state_weights"]) if s else None,
        own_drugs=tuple(own),
        rho=rho,
        losses={float(rho): _number(loss) for rho, loss in content["losses"].items()},
        n_earlier=_count(content["n_earlier"]),
    )
    try:
        tags = base64.b64decode(_text(content["tags"], LONGEST_TAGS), validate=True)
    except binascii.Error as error:
        raise ValueError("tags that are not base64") from error
    size = patient_tags.LENGTH
    return AdaptationOverlay(
        package_sha256=_line(content["package_sha256"]),
        package=_line(content["package"]),
        n_admissions=adaptation.n_admissions,
        created=_line(content["created"]),
        source=_source(content["source"]),
        name=_line(content["name"]),
        terms=AdaptedTerms(adaptation, classes, arrays["feature_shares"]),
        threshold_shift=_number(content["threshold_shift"]),
        n_ordered=arrays["n_ordered"],
        expected=arrays["expected"],
        group_sizes={name: _count(group["n_admissions"]) for name, group in zip(group_names, groups, strict=True)},
        held_out=_read_held_out(content["held_out"]),
        tags=frozenset(tags[i : i + size] for i in range(0, len(tags), size)),
    )


def _read_held_out(content: Any) -> HeldOut | None:
    if content is None:
        return None
    return HeldOut(
        _count(content["n_fitting"]),
        _count(content["n_evaluation"]),
        _line(content["site_only_name"]),
        {
            name: Estimate(*(_number(content["jaccard"][name][end]) for end in ("value", "low", "high")))
            for name in MODELS
        },
        {name: _number(content["log_loss"][name]) for name in MODELS[:3]},
    )


def _source(value: Any) -> dict[str, Any]:
    """Where it came from; whose files it was learned from is looked at by their hashes."""
    source = dict(value)
    if not all(isinstance(digest, str) for digest in dict(source.get("files_sha256", {})).values()):
        raise ValueError("a file without a hash")
    return source


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise ValueError("not a list of a possible length")
    return value


def _names(value: Any) -> tuple[str, ...]:
    return _distinct([_name(name) for name in _list(value)])


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a name twice")
    return tuple(names)


def _name(value: Any) -> str:
    if not (name := _text(value, LARGEST_NAME)):
        raise ValueError("an empty name")
    return name


def _line(value: Any) -> str:
    if (line := _text(value, LARGEST_LINE)) != one_line(line):
        raise ValueError("not a text of one line")
    return line


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("not a text of a possible length")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST_NUMBER:
        raise ValueError("not a number that can be right")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise ValueError("not a count")
    return value


def n_learned_from(overlay: SiteOverlay, patients: Sequence[str], source: Source, key: bytes | None) -> int:
    """How many of a source's admissions, each of a patient, are of patients that an overlay was learned from.

    Known by the patients' tags, where it was learned on this computer and their ids last; else all are, if a file of
    the same hash was read then.
    """
    if (
        isinstance(overlay, AdaptationOverlay)
        and key is not None
        and patient_tags.made_here(overlay.tags, key)
        and patient_tags.lasting(patients, source.numbered_patients)
    ):
        return sum(patient_tags.known(patients, overlay.tags, key))
    learned_from = set(dict(overlay.source.get("files_sha256", {})).values())
    return len(patients) if learned_from & set(source.files.values()) else 0


def learned_from_words(n: int, of: int) -> str:
    """The warning where an overlay is shown on what it was learned from."""
    return (
        f"{n:,} of the {of:,} admissions are of patients that the site overlay in use was learned from: the figures "
        "are too favourable. What it brings on others is what adapting told."
    )
