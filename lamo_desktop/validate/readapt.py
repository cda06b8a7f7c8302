"""Adapting again: the earlier overlay and the new one on the admissions that the earlier one was not learned from."""

from dataclasses import dataclass

import numpy as np

from lamo_desktop.adapt import patient_tags
from lamo_desktop.adapt.adaptation import LEAST_PATIENTS
from lamo_desktop.model.site import Context
from lamo_desktop.stats import Floats, log_loss, logit
from lamo_desktop.validate.adaptation import JACCARD, SiteAdaptation, as_many_as_ordered
from lamo_desktop.validate.adaptation_overlay import AdaptationOverlay
from lamo_desktop.validate.bootstrap import Estimate, PatientBootstrap, estimate
from lamo_desktop.validate.outcomes import Outcomes
from lamo_desktop.validate.overlay import SiteOverlay
from lamo_desktop.validate.recalibrate import headline, paired


@dataclass(frozen=True)
class Readaptation:
    """On `n_new` admissions of patients that the earlier overlay does not know; the new one predicts each held out.

    Lists are as long as the orders. Jaccard of the model as shipped, with the earlier and with the new overlay.
    """

    n_new: int
    n_known: int
    shipped: Estimate
    earlier: Estimate
    new: Estimate
    new_minus_earlier: Estimate
    log_losses: dict[str, float]


def compare_with_earlier(
    earlier: SiteOverlay, found: SiteAdaptation, outcomes: Outcomes, key: bytes, n_resamples: int = 1000
) -> Readaptation | str:
    """The comparison, or a sentence why it cannot be made. `found` is what `outcomes`, the package's, taught now."""
    if not isinstance(earlier, AdaptationOverlay):
        return "The earlier overlay is a calibration of version 1: the two are not compared."
    if earlier.package_sha256 != outcomes.model["manifest_sha256"]:
        return f"The earlier overlay was made for {earlier.package}: the two are not compared."
    rows = outcomes.rows(np.arange(len(outcomes.admission_ids)) >= len(outcomes.admission_ids) - found.n_evaluation)
    if not patient_tags.lasting(outcomes.patient_ids, outcomes.numbered_patients):
        return "Which admissions are new to the earlier overlay is not known: patients here have running numbers."
    if not patient_tags.made_here(earlier.tags, key):
        return (
            "Which admissions are new to the earlier overlay is not known: it was made on another computer, or from "
            "patients without an id that lasts."
        )
    known = np.array(patient_tags.known(rows.patient_ids, earlier.tags, key))
    new = rows.rows(~known)
    n_patients = len(set(new.patient_ids))
    if n_patients < LEAST_PATIENTS:
        return (
            f"{len(new.admission_ids):,} admissions of {n_patients:,} patients are new to the earlier overlay; "
            f"comparing it with this one takes {LEAST_PATIENTS} new patients."
        )
    logits = {
        "shipped": logit(new.probabilities),
        "earlier": _with(earlier, new),
        "new": found.held_out_logits[~known][:, : len(new.drugs)],
    }
    return _compared(new, int(known.sum()), logits, n_resamples)


def _compared(new: Outcomes, n_known: int, logits: dict[str, Floats], n_resamples: int) -> Readaptation:
    bootstrap = PatientBootstrap(new.patient_ids, n_resamples)
    figures = {name: headline(as_many_as_ordered(new, each), bootstrap) for name, each in logits.items()}
    jaccard = {name: estimate(*each[JACCARD]) for name, each in figures.items()}
    return Readaptation(
        n_new=len(new.admission_ids),
        n_known=n_known,
        shipped=jaccard["shipped"],
        earlier=jaccard["earlier"],
        new=jaccard["new"],
        new_minus_earlier=paired(figures["new"], figures["earlier"])[JACCARD],
        log_losses={name: log_loss(each, new.ordered) for name, each in logits.items()},
    )


def _with(overlay: AdaptationOverlay, outcomes: Outcomes) -> Floats:
    """Logits (n, d) of the outcomes' drugs with an overlay."""
    codes = outcomes.codes or ((),) * len(outcomes.admission_ids)
    contexts = [
        Context(
            codes[i],
            {name: values[i] for name, values in outcomes.labels.items()},
            None if outcomes.states is None else outcomes.states[i],
        )
        for i in range(len(outcomes.admission_ids))
    ]
    return overlay.terms.logits(outcomes.drugs, logit(outcomes.probabilities), contexts)
