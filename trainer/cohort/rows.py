"""A cohort file: a benchmark's admissions with their splits and candidates, one JSON object a line, gzip by name."""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions import read_cohort
from lamo_desktop.admissions.cohort import Admission, Cohort
from lamo_desktop.codec import from_json, to_json
from lamo_desktop.errors import InputError
from lamo_desktop.files import replacing
from lamo_desktop.formulary import load_formulary
from trainer.cohort.splits import SPLITS, SplitRule, hold_out, split, vocabulary

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Rows:
    """Admissions by split, and the candidates (ingredient → number of training admissions that have it).

    `origin` says where they came from: source files with hashes, the rules of the split, the counts.
    """

    splits: dict[str, tuple[Admission, ...]]
    candidates: dict[str, int]
    origin: dict[str, Any] = field(default_factory=dict)

    def of(self, names: Sequence[str]) -> tuple[Admission, ...]:
        """The admissions of some splits. Raises InputError when there are none."""
        chosen = tuple(admission for name in names for admission in self.splits.get(name, ()))
        if not chosen:
            raise InputError(f"The cohort has no {' or '.join(names)} rows.")
        return chosen


def learning_rows(rows: Rows, splits: Sequence[str], leave_out: Path | None, say: Callable[[str], None]) -> Rows:
    """Some splits' admissions as the training rows, without the patients of an export, and no other rows.

    The candidates stay, with their counts among these. Raises InputError when nobody is left.
    """
    chosen = without(rows.of(splits), leave_out, say)
    ordered = ordered_matrix(chosen, list(rows.candidates)).sum(0).tolist()
    counts = dict(zip(rows.candidates, ordered, strict=True))
    return Rows({"train": tuple(chosen)}, counts, {**rows.origin, "learned_from": list(splits)})


def without(admissions: Sequence[Admission], export: Path | None, say: Callable[[str], None]) -> Sequence[Admission]:
    """The admissions of other patients than an export's. Raises InputError when there are none."""
    if export is None:
        return admissions
    patients = {admission.patient_id for admission in read_cohort(export, load_formulary()).admissions}
    kept = [admission for admission in admissions if admission.patient_id not in patients]
    say(f"{len(admissions) - len(kept)} admissions of {export} left out")
    if not kept:
        raise InputError(f"{export} holds every patient to learn from.")
    return kept


@dataclass(frozen=True, slots=True)
class _Line:
    split: str
    admission: Admission


def benchmark_rows(
    cohort: Cohort, rule: SplitRule, fewest: int, source: str = "", hold_out_percent: float = 0.0
) -> Rows:
    """Split a cohort and take its vocabulary from the training rows; `source` names the data and its licence.

    `hold_out_percent` of the candidates are taken out of it for the unseen-drug experiment, drawn by the rule's seed.
    """
    splits = split(cohort.admissions, rule)
    candidates = vocabulary(splits["train"], fewest)
    held_out = hold_out(candidates, hold_out_percent, rule.seed) if hold_out_percent else ()
    candidates = {drug: count for drug, count in candidates.items() if drug not in held_out}
    orders = {name: [set(a.orders or ()) for a in rows] for name, rows in splits.items()}
    origin = {
        "source": source,
        "profile": cohort.source.profile,
        "files": dict(cohort.source.files),
        "split": asdict(rule),
        "fewest_admissions": fewest,
        "held_out": list(held_out),
        "admissions": {name: len(rows) for name, rows in splits.items()},
        "orders_in_vocabulary": {
            name: round(sum(len(o & candidates.keys()) for o in rows) / max(1, sum(map(len, rows))), 4)
            for name, rows in orders.items()
        },
    }
    return Rows(splits, candidates, origin)


def write_rows(rows: Rows, path: Path) -> None:
    """Write a cohort file whole or not at all. Raises InputError when the place cannot be written."""
    head = {"format": FORMAT, "candidates": rows.candidates, "origin": rows.origin}
    lines = [json.dumps(head)]
    for name in SPLITS:
        lines += [to_json(_Line(name, admission)) for admission in rows.splits.get(name, ())]
    content = ("\n".join(lines) + "\n").encode()
    with replacing(path) as scratch:
        scratch.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def read_rows(path: Path) -> Rows:
    """Read a cohort file. Raises InputError naming the line that is not of this format."""
    at = 1
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()
        first, *others = text.splitlines()
        head = json.loads(first)
        if head["format"] != FORMAT:
            raise ValueError
        splits: dict[str, list[Admission]] = {name: [] for name in SPLITS}
        for text in others:
            at += 1
            line = from_json(_Line, text)
            splits[line.split].append(line.admission)
        return Rows({name: tuple(found) for name, found in splits.items()}, dict(head["candidates"]), head["origin"])
    except gzip.BadGzipFile as error:
        raise InputError(f"{path} is damaged: it is not a whole gzip file.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise InputError(f"{path} line {at} is not of a cohort file: make it with `lamo-train cohort`.") from error


def ordered_matrix(admissions: Sequence[Admission], candidates: Sequence[str]) -> NDArray[np.bool_]:
    """Which candidates clinicians ordered, shape (admissions, candidates)."""
    orders = [set(admission.orders or ()) for admission in admissions]
    cells = [[drug in each for drug in candidates] for each in orders]
    return np.array(cells, dtype=bool).reshape(len(admissions), len(candidates))


def read_offsets(path: Path, admission_ids: Sequence[str], drugs: Sequence[str]) -> NDArray[np.float32]:
    """Frozen logits to add to every pair, from an .npz with `admission_ids` (n,), `drugs` (d,), `logits` (n, d).

    Raises InputError when an admission or a drug is missing or a number is not finite.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            ids, names, logits = file["admission_ids"].tolist(), file["drugs"].tolist(), file["logits"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} is not an offset file: it needs admission_ids, drugs and logits (.npz).") from error
    if logits.shape != (len(ids), len(names)):
        raise InputError(f"{path} has logits of shape {logits.shape} for {len(ids)} admissions and {len(names)} drugs.")
    row, column = ({name: place for place, name in enumerate(each)} for each in (ids, names))
    missing = [str(key) for key in admission_ids if key not in row] + [drug for drug in drugs if drug not in column]
    if missing:
        raise InputError(f"{path} has no offset for {missing[0]}.")
    found = logits[np.ix_([row[key] for key in admission_ids], [column[drug] for drug in drugs])]
    if not np.isfinite(found).all():
        raise InputError(f"{path} holds an offset that is not a finite number.")
    return np.asarray(found, dtype=np.float32)


def write_offsets(path: Path, admission_ids: Sequence[str], drugs: Sequence[str], logits: NDArray[np.floating]) -> None:
    """Write a file that `read_offsets` reads. Raises InputError when the place cannot be written."""
    with replacing(path) as scratch, scratch.open("wb") as file:
        np.savez_compressed(file, admission_ids=np.array(admission_ids), drugs=np.array(drugs), logits=logits)
