"""Whether a job file is still what its log says: hashes of its content and results, compared with the logged ones."""

import hashlib
import sqlite3
from collections.abc import Sequence

from lamo_desktop.codec import to_json
from lamo_desktop.jobs import journal, marks
from lamo_desktop.jobs.job import FACTS

RESULT = ("ordinal", "state", "scores", "prefix_tokens", "suffix_tokens", "cut", "error")
ROW = (
    *RESULT,
    "seconds",
    "attempts",
    "prefix_state",
)  # what the log's hashes cover; those of older job files cover less


def disagreements(connection: sqlite3.Connection) -> list[str]:
    """One sentence for each thing that was changed since it was logged; empty when nothing was.

    Someone who can write the file can also write a whole new log: the hash of its last entry, which every workbook
    carries, is what tells the two apart.
    """
    found = journal.broken_links(connection)
    logged: dict[str, str] = {}
    covered: dict[str, Sequence[str]] = {}
    weights = None
    for event in journal.events(connection):
        if event.kind == "created":
            columns = [name for name in event.detail["columns"] if name in FACTS]
            if event.detail["sha256"] != content_sha256(connection, columns):
                found.append("The job's settings or admissions were changed after it was created.")
        elif event.kind == "started":
            weights = event.detail["weights"]
        elif event.kind == "scored":
            logged.update(event.detail["sha256"])
            columns = [name for name in event.detail.get("columns", RESULT) if name in ROW]
            covered.update(dict.fromkeys(event.detail["sha256"], columns))
        elif event.kind == "queued again":  # their results are gone on purpose; the log keeps that they were
            for ordinal in event.detail["ordinals"]:
                logged.pop(str(ordinal), None)
    if connection.execute("SELECT weights_sha256 FROM run").fetchone()[0] != weights:
        found.append("The hash of the weights in use is not the one that was logged.")
    finished = connection.execute("SELECT ordinal FROM item WHERE state IN ('done', 'failed')").fetchall()
    present = {str(n): result_sha256(connection, n, covered.get(str(n), ROW)) for (n,) in finished}
    for ordinal in sorted({*logged, *present}, key=int):
        if logged.get(ordinal) != present.get(ordinal):
            found.append(f"The result of admission {int(ordinal) + 1} is not the one that was logged.")
    return found + marks.disagreements(connection)


def content_sha256(connection: sqlite3.Connection, columns: Sequence[str]) -> str:
    """Over all that is fixed when a job is created; `columns` are those of `run`, to which later versions may add."""
    digest = hashlib.sha256()
    digest.update(to_json(connection.execute(f"SELECT {', '.join(columns)} FROM run").fetchone()).encode())
    for row in connection.execute("SELECT ordinal, admission_id, admission FROM item ORDER BY ordinal"):
        digest.update(to_json(row).encode())
    return digest.hexdigest()


def result_sha256(connection: sqlite3.Connection, ordinal: int, columns: Sequence[str] = ROW) -> str:
    """Hash (hex) of an item's result, that is of these columns of it."""
    row = connection.execute(f"SELECT {', '.join(columns)} FROM item WHERE ordinal = ?", (ordinal,)).fetchone()
    plain = [value.hex() if isinstance(value, bytes) else value for value in row]
    return hashlib.sha256(to_json(plain).encode()).hexdigest()
