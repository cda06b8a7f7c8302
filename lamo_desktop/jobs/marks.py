"""The analyst's marks: what a person thinks of one drug of one admission, kept in the job file beside the results.

Marks never change a score or a list. They may be written while another process works on the job: each call is one
transaction of its own, on disk when it returns. The job's log notes every mark with a hash, never with its comment.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from lamo_desktop.codec import to_json
from lamo_desktop.errors import InputError
from lamo_desktop.jobs import journal, schema
from lamo_desktop.recommend.mark import LONGEST_COMMENT, MARKS, NOTHING, Line, Mark, Marks


def read_marks(path: Path) -> Marks:
    """All marks of a job file; none for a file of a version before there were any. Raises InputError as the store."""
    with _connection(path) as connection:
        schema.check(connection, path)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'mark'").fetchone():
            return {}
        rows = connection.execute("SELECT ordinal, drug, mark, comment FROM mark ORDER BY ordinal, drug")
        return {(ordinal, drug): Mark(mark, comment) for ordinal, drug, mark, comment in rows}


def write_marks(path: Path, changes: Mapping[Line, Mark]) -> None:
    """Save marks, all or none; an empty one takes a mark away. They are on disk when this returns.

    Raises InputError when a mark is not one, an admission is not of this job, or the file cannot be written.
    """
    if any(mark.mark not in ("", *MARKS) for mark in changes.values()):
        raise InputError(f"A mark is one of {', '.join(MARKS)}.")
    if any(len(mark.comment) > LONGEST_COMMENT for mark in changes.values()):
        raise InputError(f"A comment has at most {LONGEST_COMMENT} characters.")
    with _connection(path) as connection:
        schema.check(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA secure_delete = ON")
        with schema.transaction(connection):
            schema.migrate(connection)
            for line, mark in changes.items():
                _write(connection, path, line, mark)


def _write(connection: sqlite3.Connection, path: Path, line: Line, mark: Mark) -> None:
    ordinal, drug = line
    if not connection.execute("SELECT 1 FROM item WHERE ordinal = ?", (ordinal,)).fetchone():
        raise InputError(f"{path.name} has no admission {ordinal + 1}.")
    at = journal.now()
    comment = mark.comment.encode("utf-8", "replace").decode("utf-8")  # SQLite takes no half characters
    if mark.empty:
        connection.execute("DELETE FROM mark WHERE ordinal = ? AND drug = ?", line)
    else:
        connection.execute(
            "INSERT INTO mark (ordinal, drug, mark, comment, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (ordinal, drug) "
            "DO UPDATE SET mark = excluded.mark, comment = excluded.comment, at = excluded.at",
            (ordinal, drug, mark.mark, comment, at),
        )
    digest = _digest(line, Mark(mark.mark, comment))
    detail = {"ordinal": ordinal, "drug": drug, "mark": mark.mark, "at": at, "sha256": digest}
    journal.append(connection, "marked", detail)


def disagreements(connection: sqlite3.Connection) -> list[str]:
    """One sentence for each mark that is not the one that was logged."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'mark'").fetchone():
        return []
    logged: dict[Line, dict[str, Any]] = {
        (event.detail["ordinal"], event.detail["drug"]): event.detail
        for event in journal.events(connection)
        if event.kind == "marked"
    }
    rows = connection.execute("SELECT ordinal, drug, mark, comment, at FROM mark")
    present = {(ordinal, drug): (Mark(mark, comment), at) for ordinal, drug, mark, comment, at in rows}
    return [
        f"The mark on {line[1]} of admission {line[0] + 1} is not the one that was logged."
        for line in sorted({*logged, *present})
        if not _as_logged(line, logged.get(line, {}), *present.get(line, (NOTHING, "")))
    ]


def _as_logged(line: Line, logged: Mapping[str, Any], mark: Mark, at: str) -> bool:
    """The log of older versions says nothing of the time; a mark that was taken away has none."""
    return logged.get("sha256") == _digest(line, mark) and (mark.empty or logged.get("at", at) == at)


def _digest(line: Line, mark: Mark) -> str:
    return hashlib.sha256(to_json([*line, mark.mark, mark.comment]).encode()).hexdigest()


@contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise InputError(f"There is no job file {path}.")
    with schema.explained(path), closing(schema.connect(path)) as connection:
        yield connection
