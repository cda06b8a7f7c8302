"""Weights in the number format that suits this program best, derived once from the package's and kept.

ggml's fast kernels for many tokens on x86 (llamafile's) know F16, Q8_0 and Q4_0, but not Q4_1 and Q5_1, which decode at
half the speed. Such weights, when small, are converted to F16. On SmolLM2-135M that is as fast as Q8_0 or faster, and
nearer to the exact score: Q8_0 also rounds the activations to 8 bits, which moves a score by up to 0.17 logit when
the same tokens are decoded in other batches, F16 by 0.003.
"""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lamo_desktop.errors import InputError, ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.native import Model, convert_to_f16
from lamo_desktop.paths import data_dir

LARGEST = 1_000_000_000  # bytes; the F16 form of larger weights would not fit an office computer's memory
SCRATCH = ".making-"
ABANDONED_SECONDS = 3600.0
GROWTH = 3.2  # F16 needs 64 bytes for 32 numbers, Q4_1 needs 20


@dataclass(frozen=True, slots=True)
class Weights:
    """The file to decode with, its SHA-256 (hex), and a note for people when it is not the package's own file."""

    path: Path
    sha256: str
    note: str = ""


def fast_weights(source: Path, sha256: str, threads: int, folder: Path | None = None) -> Weights:
    """The F16 form of slow weights, made at most once in `folder` (default: the user's models folder).

    Falls back to the source, with a note, when the folder cannot be written. Raises ModelError when the source is not
    the file with hash `sha256`, or not a model.
    """
    try:
        found = sha256_of(source)
    except OSError as error:
        raise ModelError(f"The model file {source.name} cannot be read: {error.strerror}.") from error
    if found != sha256:
        raise ModelError(f"The model file {source.name} is not the one that the model package was made with.")
    if source.stat().st_size > LARGEST or not _is_slow(source):
        return Weights(source, sha256)
    try:
        kept = (folder or data_dir() / "models") / f"{source.stem}.{sha256[:12]}.F16.gguf"
        kept.parent.mkdir(parents=True, exist_ok=True)
        return _kept(kept) or _derive(source, kept, threads)
    except (OSError, InputError) as error:
        note = f"the faster F16 form of the weights could not be kept: {getattr(error, 'strerror', None) or error}"
        return Weights(source, sha256, note)


def _is_slow(source: Path) -> bool:
    model = Model(source)
    try:
        return model.slow_type
    finally:
        model.close()


def _kept(path: Path) -> Weights | None:
    """Weights derived before, if the file is there and whole."""
    record = _record(path)
    if not path.is_file() or not record.is_file():
        return None
    sha256 = record.read_text(encoding="ascii", errors="replace").strip()
    return Weights(path, sha256, _note(path)) if sha256_of(path) == sha256 else None


def _derive(source: Path, target: Path, threads: int) -> Weights:
    """Convert into a file of this process's own, then give it its name: another process never sees half a file."""
    if shutil.disk_usage(target.parent).free < GROWTH * source.stat().st_size:
        raise OSError("the disk is too full")
    for left in target.parent.glob(f"{SCRATCH}*"):  # by a process that was killed while it converted
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=target.parent) as scratch:
        made = Path(scratch) / "weights.gguf"
        if not convert_to_f16(source, made, threads):
            raise OSError("llama.cpp could not write it")
        sha256 = sha256_of(made)
        record = _record(made)
        record.write_text(sha256 + "\n", encoding="ascii")
        made.replace(target)
        record.replace(_record(target))
    return Weights(target, sha256, _note(target))


def _record(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _note(path: Path) -> str:
    return f"decoded from {path.name}, made from the package's weights"
