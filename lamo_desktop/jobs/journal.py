"""The job's event log: append-only, each event carrying the SHA-256 of the one before, so no edit goes unnoticed."""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lamo_desktop.codec import to_json
from lamo_desktop.safe_load import parse_json

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a job; `at` is UTC, `hash` is the SHA-256 of `previous` and everything else here."""

    seq: int
    at: str
    kind: str  # created, started, engine restarted, scored, queued again, stopped, finished
    detail: dict[str, Any]
    previous: str
    hash: str


def now() -> str:
    """The present time, UTC, to the millisecond, in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def append(connection: sqlite3.Connection, kind: str, detail: dict[str, Any]) -> None:
    """Add an event within the caller's transaction. `detail` never holds patient text."""
    last = connection.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone() or (0, GENESIS)
    seq, previous, at, text = last[0] + 1, last[1], now(), to_json(detail)
    digest = _hash(seq, at, kind, text, previous)
    connection.execute(
        "INSERT INTO event (seq, at, kind, detail, previous, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (seq, at, kind, text, previous, digest),
    )
    if _has_head(connection):
        connection.execute("UPDATE run SET log_head = ?", (digest,))


def events(connection: sqlite3.Connection) -> Iterator[Event]:
    """All events in order. Raises ValueError for a detail that is not JSON."""
    for seq, at, kind, text, previous, digest in connection.execute(
        "SELECT seq, at, kind, detail, previous, hash FROM event ORDER BY seq"
    ):
        yield Event(seq, at, kind, parse_json(text), previous, digest)


def broken_links(connection: sqlite3.Connection) -> list[str]:
    """One sentence for every event that was changed, removed or put in between; empty when the chain holds."""
    found, expected_seq, expected_previous = [], 1, GENESIS
    for seq, at, kind, text, previous, digest in connection.execute(
        "SELECT seq, at, kind, detail, previous, hash FROM event ORDER BY seq"
    ):
        if seq != expected_seq:
            found.append(f"Event {expected_seq} is missing.")
        elif previous != expected_previous:
            found.append(f"Event {seq} does not follow from the event before it.")
        if digest != _hash(seq, at, kind, text, previous):
            found.append(f"Event {seq} was changed after it was written.")
        expected_seq, expected_previous = seq + 1, digest
    if _has_head(connection) and connection.execute("SELECT log_head FROM run").fetchone()[0] != expected_previous:
        found.append("The log does not end with the event that was written last.")
    return found


def _has_head(connection: sqlite3.Connection) -> bool:
    """Job files of older versions do not say which event is the last."""
    return bool(connection.execute("SELECT 1 FROM pragma_table_info('run') WHERE name = 'log_head'").fetchone())


def _hash(seq: int, at: str, kind: str, text: str, previous: str) -> str:
    return hashlib.sha256("\n".join((str(seq), at, kind, text, previous)).encode()).hexdigest()
