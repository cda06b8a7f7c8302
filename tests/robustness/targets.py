"""All fuzz targets, and how one input is tried: only a LamoError may come out, soon and in little memory."""

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from lamo_desktop.errors import LamoError
from tests.robustness import exports, loaders
from tests.robustness.hostile import Files

CPU_SECONDS = 5.0  # for one input
FILES: dict[str, tuple[st.SearchStrategy[Files], Callable[[Path], None]]] = {
    "csv": (exports.CSV_FILES, exports.read),
    "workbook": (exports.BOOK_FILES, exports.read),
    "check": (exports.CSV_FILES | exports.BOOK_FILES, exports.check),
    "eicu": (exports.folder_files("eicu"), exports.read),
    "mimic3": (exports.folder_files("mimic3"), exports.read),
    "mimic4": (exports.folder_files("mimic4"), exports.read),
    "profile": (loaders.PROFILE_FILES, loaders.profile),
    "profiled": (loaders.PROFILED_FILES, loaders.profiled),
    "names": (loaders.table_files("text,ingredients"), loaders.names),
    "interactions": (loaders.table_files("drug_a,drug_b,severity"), loaders.interactions),
    "adapted overlay": (
        st.deferred(lambda: loaders.json_files("overlay.json", loaders.adapted_overlay())),
        loaders.used_overlay,
    ),
    "overlay": (loaders.json_files("overlay.json", json.dumps(loaders.OVERLAY)), loaders.overlay),
    "manifest": (loaders.MANIFEST_FILES, loaders.load),
    "adapter": (loaders.ADAPTER_FILES, loaders.load),
    "terms": (loaders.TERMS_FILES, loaders.terms),
    "gguf": (loaders.ADAPTER_FILES, loaders.header),
    "job": (loaders.JOB_FILES, loaders.job),
}
COHORT = "written"  # the target whose inputs are no files but cohorts
NAMES = (*FILES, COHORT)


class TooSlowError(BaseException):
    """One input took more processor time than anyone should wait for."""


def inputs(name: str) -> st.SearchStrategy[Any]:
    return loaders.COHORTS if name == COHORT else FILES[name][0]


def attempt(name: str, given: Any) -> bool:
    """Try one input: True when it was taken, False when it was refused in one sentence; any other end is a finding."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        if name == COHORT:
            run = lambda: loaders.written(folder, given)  # noqa: E731
        else:
            for path, content in given.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            run = lambda: FILES[name][1](folder)  # noqa: E731
        screen = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")  # as cli.main makes it
        with within(CPU_SECONDS), contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            run()
        return True
    except LamoError as error:
        said = str(error)
        assert said.strip() and said.isprintable() and len(said) < 1000, f"not one sentence: {said[:200]!r}"
        said.encode()  # a half character could not be
        return False
    finally:
        csv.field_size_limit(131_072)
        shutil.rmtree(folder)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TooSlowError when the block uses more processor time (not waiting time: the computer may be busy)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: object) -> None:
        raise TooSlowError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, ring)
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if time.process_time() - begun > seconds:
        raise TooSlowError(f"{time.process_time() - begun:.1f} s of {os.getpid()}")
