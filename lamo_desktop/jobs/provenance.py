"""How a result came about: everything a reader needs to repeat it or to doubt it, as plain names and values."""

import platform
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from lamo_desktop import __version__
from lamo_desktop.formulary import Formulary, without_parts
from lamo_desktop.formulary.knowledge import knowledge_version
from lamo_desktop.jobs.job import Job
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.recommend.policy import Policy, in_use, threshold
from lamo_desktop.stats import sigmoid

Section = Mapping[str, Any]


def versions() -> dict[str, str]:
    """Versions of the program and of what computes with it."""
    return {
        "program": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "numpy": np.__version__,
        "sqlite": sqlite3.sqlite_version,
    }


def describe(
    store: JobStore, job: Job, package: ModelPackage, formulary: Formulary, policy: Policy
) -> dict[str, Section]:
    """Sections of names and values. Only "job" has times in it; the rest repeats with the same input and settings."""
    events = store.events()
    engines = [event.detail["engine"] for event in events if "engine" in event.detail]
    shared = threshold(package, policy)
    identity = job.package
    return {
        "program": dict(job.versions),
        "input": {
            "path": job.source.path,
            "profile": job.source.profile,
            "orders_counted": job.source.orders or "none in the export",
            "whole_stays_compared": "yes" if job.source.whole_stays else "no",
            "limit": job.row_limit,
            "files_sha256": dict(job.source.files),
        },
        "package": {
            "name": identity.name,
            "version": identity.version,
            "label": package.described,
            "fine_tuned": identity.fine_tuned,
            "manifest_sha256": identity.manifest_sha256,
            "prompt_version": identity.prompt_version,
            "architecture": identity.architecture,
            "base_file": identity.base_file,
            "base_sha256": identity.base_sha256,
            "base_source": identity.base_source,
            "licence": identity.licence,
            "adapters_sha256": dict(identity.adapters) or None,
            "candidates": len(in_use(package, without_parts(job.candidates))),
            "candidates_in_vocabulary": sum(drug in package.by_name for drug in without_parts(job.candidates)),
        },
        **({"site": dict(package.site.facts)} if package.site else {}),
        "engine": {
            "weights_sha256": store.weights_sha256(),
            "device_asked": job.settings.device,
            **{name: _distinct(engine.get(name) for engine in engines) for name in _names(engines)},
        },
        "policy": {
            "name": policy.name,
            "threshold_shift_logits": policy.threshold_shift,
            **({"precision": policy.precision} if policy.name == "precise" else {}),
            "threshold_logits": shared + policy.threshold_shift,
            "threshold_probability": float(sigmoid(np.array(shared + policy.threshold_shift))),
            "thresholds_per_drug": sum(drug.threshold != 0 for drug in package.drugs),
            "withheld_drugs": "shown on the list" if policy.show_withheld else "kept off the list",
        },
        "formulary": {
            "version": formulary.version,
            "interactions": ", ".join(formulary.interaction_sources),
            "knowledge": knowledge_version(),
            "knowledge_sha256": dict(formulary.knowledge_sha256),
        },
        "job": {
            "file": store.path.name,
            "created": job.created,
            "seconds_scoring": store.seconds(),
            "runs": sum(event.kind == "started" for event in events),
            "last_event": events[-1].at,
            "log_entries": len(events),
            "log_sha256": events[-1].hash,
        },
    }


def _names(engines: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for engine in engines for name in engine if name != "weights_sha256"))


def _distinct(values: Iterable[Any]) -> Any:
    """The one value, or all of them when the job was run in different ways."""
    found = list(dict.fromkeys(value for value in values if value not in (None, "")))
    return found[0] if len(found) == 1 else "; then ".join(map(str, found)) if found else None
