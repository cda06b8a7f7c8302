"""Baselines kept beside the cohort: fitting takes minutes, and a table is made more than once."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from lamo_desktop.files import replacing
from trainer.cohort.rows import Rows
from trainer.evaluate import baselines
from trainer.evaluate.baselines import Baseline, Progress, fit_baselines


def kept_baselines(rows: Rows, path: Path, progress: Progress) -> tuple[Baseline, ...]:
    """The baselines of a cohort, from the file when it is of these rows and these models, else fitted and written."""
    identity = _identity(rows)
    kept = _read(path, identity)
    if kept is None:
        kept = fit_baselines(rows, progress)
        _write(kept, path, identity)
    return kept


def _identity(rows: Rows) -> str:
    """Hash of everything the baselines depend on: rows, candidates, the models' settings and their library."""
    seen = {
        name: [(a.admission_id, a.patient_id, a.codes, a.orders if name == "train" else ()) for a in found]
        for name, found in rows.splits.items()
    }
    settings = {name: model[1] for name, model in baselines.MODELS.items()}
    what = [version("scikit-learn"), sorted(rows.candidates), seen, baselines.RAREST, settings]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _write(found: tuple[Baseline, ...], path: Path, identity: str) -> None:
    arrays = {f"{place}/train": each.out_of_fold for place, each in enumerate(found)}
    arrays |= {f"{place}/{split}": x for place, each in enumerate(found) for split, x in each.logits.items()}
    about = [[each.name, each.chosen, dict(each.tried), list(each.logits)] for each in found]
    with replacing(path) as scratch, scratch.open("wb") as file:
        np.savez_compressed(file, about=np.array(json.dumps([identity, about])), **arrays)  # type: ignore[arg-type]


def _read(path: Path, identity: str) -> tuple[Baseline, ...] | None:
    """None for no file, a damaged one or one of something else: it is then fitted anew."""
    try:
        with np.load(path, allow_pickle=False) as file:
            known, about = json.loads(str(file["about"]))
            if known != identity:
                return None
            return tuple(
                Baseline(name, file[f"{place}/train"], {s: file[f"{place}/{s}"] for s in splits}, chosen, tried)
                for place, (name, chosen, tried, splits) in enumerate(about)
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
