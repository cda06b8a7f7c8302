"""A job on disk: one SQLite file that holds the admissions, what became of each, and the log of what happened.

The file is all a resume needs. It is readable by its owner only, and every commit survives a crash at any moment.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.codec import from_json, to_json
from lamo_desktop.errors import InputError
from lamo_desktop.files import durable, erase
from lamo_desktop.jobs import audit, journal, schema
from lamo_desktop.jobs.job import FACTS, Counts, Item, Job, Outcome
from lamo_desktop.jobs.lock import JobLock
from lamo_desktop.model.protocol import EngineSettings

PARTIAL = ".partial"  # ending of a job that is being decrypted


class JobStore:
    """An open job file. Made by `create` or `open`; close it, or use it as a context manager. For one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: JobLock | None) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock

    @classmethod
    def create(cls, path: Path, job: Job, admissions: Sequence[Admission]) -> Self:
        """A new job file, all or nothing. Raises InputError when there is one already or it cannot be written."""
        lock = JobLock(path)
        connection, begun = None, False
        try:
            _make_private_file(path)
            with schema.explained(path, begun=False):
                connection = schema.connect(path)
                if not schema.is_unborn(connection):
                    raise InputError(f"{path.name} exists already: resume it if it is a job, or choose another name.")
                begun = True
                schema.claim(connection)
                schema.make_durable(connection, path)
                store = cls(path, connection, lock)
                store._fill(job, admissions)
            return store
        except BaseException:
            if connection is not None and begun:  # nothing of it is to be resumed, and admissions may be in its journal
                connection.close()
                with contextlib.suppress(OSError):
                    _erase_all(path)
            _close(None if begun else connection, lock)
            raise

    @classmethod
    def open(cls, path: Path, read_only: bool = False) -> Self:
        """An existing job file, brought to the present schema.

        `read_only` may look at a job that another process is working on. Raises InputError when the file is missing,
        something else, damaged, of a newer version, or (for work) in use.
        """
        if not path.is_file():
            raise InputError(f"There is no job file {path}.")
        lock = None if read_only else JobLock(path)
        connection = None
        try:
            with schema.explained(path):
                connection = schema.connect(path)
                if schema.is_unborn(connection):
                    raise InputError(f"{path.name} holds no job: creating it was interrupted, so start it again.")
                schema.check(connection, path)
                if schema.is_outdated(connection):
                    _upgrade(connection, path, lock)
                if read_only:
                    connection.execute("PRAGMA query_only = ON")
                else:
                    schema.check_pages(connection, path)
                    schema.make_durable(connection, path)
            return cls(path, connection, lock)
        except BaseException:
            _close(connection, lock)
            raise

    def _fill(self, job: Job, admissions: Sequence[Admission]) -> None:
        facts = {name: job.created if name == "created" else to_json(getattr(job, name)) for name in FACTS}
        items = [(n, _storable(a.admission_id), to_json(a)) for n, a in enumerate(admissions)]
        with schema.transaction(self._connection):
            schema.migrate(self._connection)
            self._connection.execute(
                f"INSERT INTO run (id, {', '.join(facts)}) VALUES (1{', ?' * len(facts)})", tuple(facts.values())
            )
            self._connection.executemany("INSERT INTO item (ordinal, admission_id, admission) VALUES (?, ?, ?)", items)
            content = audit.content_sha256(self._connection, list(FACTS))
            journal.append(self._connection, "created", {"columns": list(FACTS), "sha256": content})

    def job(self) -> Job:
        """What the job is."""
        with self._reading():
            row = self._connection.execute(f"SELECT {', '.join(FACTS)} FROM run").fetchone()
            texts = dict(zip(FACTS, row, strict=True))
            facts = {name: from_json(hint, texts[name]) for name, hint in FACTS.items() if name != "created"}
            datetime.fromisoformat(texts["created"])
            if not facts["candidates"] or len(set(facts["candidates"])) < len(facts["candidates"]):
                raise ValueError("a candidate is missing or named twice")
            return Job(created=texts["created"], **facts)

    def counts(self) -> Counts:
        """How many admissions are in each state."""
        with self._reading():
            return Counts(**dict(self._connection.execute("SELECT state, count(*) FROM item GROUP BY state")))

    def weights_sha256(self) -> str | None:
        """Hash of the weights file the scores come from; None before any scoring."""
        with self._reading():
            found: str | None = self._connection.execute("SELECT weights_sha256 FROM run").fetchone()[0]
            return found

    def seconds(self) -> float:
        """Seconds spent on scoring so far, over all runs."""
        with self._reading():
            return float(self._connection.execute("SELECT coalesce(sum(seconds), 0) FROM item").fetchone()[0])

    def items(self, first: int = 0) -> Iterator[Item]:
        """All admissions from ordinal `first` on with their results, in input order."""
        columns = ", ".join((*audit.RESULT, "admission", "attempts", "seconds", "prefix_state"))
        query = f"SELECT {columns} FROM item WHERE ordinal >= ? ORDER BY ordinal"
        with self._reading():
            n_candidates = len(self.job().candidates)
            for row in self._connection.execute(query, (first,)):
                ordinal, state, scores, prefix, suffix, cut, error, text, attempts, seconds, prefix_state = row
                yield Item(
                    ordinal,
                    from_json(Admission, text),
                    state,
                    _scores(scores, n_candidates) if state == "done" else None,
                    prefix or 0,
                    suffix or 0,
                    from_json(tuple[str, ...], cut) if cut else (),
                    error or "",
                    attempts,
                    seconds or 0.0,
                    None if prefix_state is None else _prefix_state(prefix_state),
                )

    def events(self) -> list[journal.Event]:
        """The log, oldest first."""
        with self._reading():
            found = list(journal.events(self._connection))
            if not found:
                raise ValueError("a job begins with an event")
            return found

    def last_settings(self) -> EngineSettings:
        """How the engine was last asked to run for this job; the job's own settings before any run."""
        started = [event.detail for event in self.events() if event.kind == "started"]
        noted = [detail["settings"] for detail in started if "settings" in detail]
        with self._reading():
            found: EngineSettings = from_json(EngineSettings, to_json(noted[-1])) if noted else self.job().settings
            return found

    def start(self, weights_sha256: str, engine: dict[str, Any], settings: EngineSettings | None = None) -> None:
        """A run begins: what was in hand when the last one ended is queued again, and the engine is noted."""
        with self._writing():
            self._connection.execute("UPDATE run SET weights_sha256 = ?", (weights_sha256,))
            cursor = self._connection.execute("UPDATE item SET state = 'pending' WHERE state = 'running'")
            detail = {"engine": engine, "weights": weights_sha256, "queued_again": cursor.rowcount}
            asked = {} if settings is None else {"settings": asdict(settings)}
            journal.append(self._connection, "started", detail | asked)

    def claim(self, number: int) -> list[Item]:
        """The next waiting admissions, at most `number`, now marked as running."""
        with self._writing():
            rows = self._connection.execute(
                "UPDATE item SET state = 'running', attempts = attempts + 1 WHERE ordinal IN "
                "(SELECT ordinal FROM item WHERE state = 'pending' ORDER BY ordinal LIMIT ?) "
                "RETURNING ordinal, admission, attempts",
                (number,),
            ).fetchall()
            return [Item(n, from_json(Admission, text), "running", attempts=tries) for n, text, tries in sorted(rows)]

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Save what scoring gave, all in one transaction; other running admissions go back to waiting."""
        with self._writing():
            for outcome in outcomes:
                scores = None if outcome.scores is None else np.asarray(outcome.scores, dtype="<f4").tobytes()
                self._connection.execute(
                    "UPDATE item SET state = ?, scores = ?, prefix_tokens = ?, suffix_tokens = ?, cut = ?, error = ?, "
                    "seconds = ?, prefix_state = ? WHERE ordinal = ?",
                    (
                        "failed" if scores is None else "done",
                        scores,
                        outcome.prefix_tokens,
                        outcome.suffix_tokens,
                        to_json(outcome.cut),
                        _storable(outcome.error) or None,
                        outcome.seconds,
                        _half(outcome.prefix_state),
                        outcome.ordinal,
                    ),
                )
            self._connection.execute("UPDATE item SET state = 'pending' WHERE state = 'running'")
            if outcomes:
                digests = {str(o.ordinal): audit.result_sha256(self._connection, o.ordinal) for o in outcomes}
                journal.append(self._connection, "scored", {"columns": list(audit.ROW), "sha256": digests})

    def retry_failed(self) -> int:
        """Queue the admissions that could not be scored again; returns how many."""
        with self._writing():
            rows = self._connection.execute(
                "UPDATE item SET state = 'pending', prefix_tokens = NULL, suffix_tokens = NULL, cut = NULL, "
                "error = NULL, seconds = NULL, prefix_state = NULL WHERE state = 'failed' RETURNING ordinal"
            ).fetchall()
            if rows:
                journal.append(self._connection, "queued again", {"ordinals": sorted(n for (n,) in rows)})
            return len(rows)

    def note(self, kind: str, detail: dict[str, Any]) -> None:
        """Add an event to the log (no patient text)."""
        with self._writing():
            journal.append(self._connection, kind, detail)

    def audit(self) -> list[str]:
        """Whatever in the file does not agree with its log, one sentence each; empty when nothing was changed.

        Raises InputError when the file is damaged beyond that.
        """
        with self._reading():
            schema.check_pages(self._connection, self.path)
            return audit.disagreements(self._connection)

    def close(self) -> None:
        """Leave one plain file behind, and let others work on the job."""
        _close(self._connection, self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with schema.explained(self.path):
                yield
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError) as error:
            raise InputError(f"{self.path.name} is damaged and cannot be used as a job file.") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with self._reading(), schema.transaction(self._connection):
            yield


def purge(path: Path) -> None:
    """Delete a job file and all that belongs to it. Raises InputError when it is in use or cannot be deleted."""
    lock = JobLock(path)
    try:
        _erase_all(path)
    except OSError as error:
        raise InputError(f"{path.name} could not be deleted: {error.strerror}.") from error
    finally:
        lock.release()


def _erase_all(path: Path) -> None:
    for suffix in ("-wal", "-journal", "-shm", PARTIAL, ""):
        erase(path.with_name(path.name + suffix))
    durable(path.absolute().parent)


def _upgrade(connection: sqlite3.Connection, path: Path, lock: JobLock | None) -> None:
    own = JobLock(path) if lock is None else None
    try:
        with schema.transaction(connection):
            schema.migrate(connection)
    finally:
        if own is not None:
            own.release()


def _make_private_file(path: Path) -> None:
    """An empty file for its owner only, before anything is written to it; SQLite's own files copy its mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if path.stat().st_size == 0:
            path.chmod(0o600)
    except OSError as error:
        raise InputError(f"The job file {path} cannot be written ({error.strerror}): choose another place.") from error


def _close(connection: sqlite3.Connection | None, lock: JobLock | None) -> None:
    if connection is not None:
        if lock is not None:
            with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):  # a reader is looking, or the file is damaged
                connection.execute("PRAGMA busy_timeout = 0")
                connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
    if lock is not None:
        lock.release()


def _scores(blob: bytes, n_candidates: int) -> np.ndarray:
    scores = np.frombuffer(blob, dtype="<f4")
    if scores.shape != (n_candidates,) or not np.isfinite(scores).all():  # the engine gives no others
        raise ValueError(f"{scores.size} scores for {n_candidates} candidates, or one that is no number")
    return scores


def _half(state: np.ndarray | None) -> bytes | None:
    """A state in half precision, which changes no adapted logit by more than .002; None stays None."""
    if state is None or not state.size:
        return None
    most = np.finfo(np.float16).max
    return bytes(np.clip(state, -most, most).astype("<f2").tobytes())


def _prefix_state(blob: bytes) -> np.ndarray:
    state = np.frombuffer(blob, dtype="<f2")
    if not state.size or not np.isfinite(state).all():
        raise ValueError("a state that is no number")
    return state


def _storable(text: str) -> str:
    """Text that SQLite takes: a lone surrogate is spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
