"""The job file's SQLite schema with its numbered migrations, and how a connection to one is opened.

Migration n takes a file from `user_version` n-1 to n. Never edit one that was released: add the next.
"""

import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from lamo_desktop.errors import InputError

APPLICATION_ID = 0x4C414D4F  # "LAMO"

MIGRATIONS = (
    """
    CREATE TABLE run (                  -- one row: what the job is, fixed when it is created; JSON except where said
        id INTEGER PRIMARY KEY CHECK (id = 1),
        created TEXT NOT NULL,          -- UTC, ISO 8601, plain text
        versions TEXT NOT NULL,         -- program, Python, libraries
        source TEXT NOT NULL,           -- input path, SHA-256 of every input file, profile
        attrition TEXT NOT NULL,
        problems TEXT NOT NULL,
        set_aside TEXT NOT NULL,
        unmapped TEXT NOT NULL,         -- order texts without an ingredient, with their number of order rows
        package TEXT NOT NULL,          -- name, version, hashes, prompt version
        candidates TEXT NOT NULL,       -- drug names, in the order of the scores
        policy TEXT NOT NULL,
        settings TEXT NOT NULL,         -- the engine's
        row_limit TEXT NOT NULL,
        weights_sha256 TEXT             -- of the weights in use, plain text; NULL until scoring starts
    ) STRICT;
    CREATE TABLE item (                 -- one row per admission
        ordinal INTEGER PRIMARY KEY,    -- place in the input, from 0
        admission_id TEXT NOT NULL,
        admission TEXT NOT NULL,        -- the Admission as JSON
        state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done', 'failed')),
        scores BLOB,                    -- float32 little-endian, logit_yes - logit_no of each candidate
        prefix_tokens INTEGER,
        suffix_tokens INTEGER,
        cut TEXT,                       -- JSON list: what was cut from the prompt
        error TEXT,                     -- why it failed
        attempts INTEGER NOT NULL DEFAULT 0,
        seconds REAL
    ) STRICT;
    CREATE INDEX item_state ON item (state, ordinal);
    CREATE TABLE event (                -- append-only log; hash = SHA-256 of the other five, joined by newlines
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER event_is_fixed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    """,
    """
    CREATE TABLE mark (                 -- what the analyst thinks of one line; see marks.py
        ordinal INTEGER NOT NULL REFERENCES item (ordinal),
        drug TEXT NOT NULL,
        mark TEXT NOT NULL CHECK (mark IN ('', 'agree', 'disagree', 'unsure')),
        comment TEXT NOT NULL,
        at TEXT NOT NULL,               -- UTC, ISO 8601
        PRIMARY KEY (ordinal, drug)
    ) STRICT;
    """,
    """
    ALTER TABLE run ADD COLUMN log_head TEXT;  -- hash of the last event, so that the log's end cannot be cut off
    UPDATE run SET log_head = (SELECT hash FROM event ORDER BY seq DESC LIMIT 1);
    """,
    """
    -- no table changes: from here on a policy says threshold_shift where it said knob, which older programs cannot read
    """,
    """
    ALTER TABLE run ADD COLUMN excluded TEXT NOT NULL DEFAULT 'null';  -- order texts that are no drugs; null: not known
    """,
    """
    ALTER TABLE item ADD COLUMN prefix_state BLOB;  -- float16 little-endian: the model's state of the text
    """,
)

LOCAL_FILE_SYSTEMS = {
    "ext2",
    "ext3",
    "ext4",
    "xfs",
    "btrfs",
    "zfs",
    "f2fs",
    "tmpfs",
    "overlay",
    "vfat",
    "exfat",
    "ntfs3",
}

_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk that holds {path} is full: what was saved is kept, so free some space and resume",
    sqlite3.SQLITE_READONLY: "{path} cannot be written to: make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: check the folder and its permissions",
    sqlite3.SQLITE_PERM: "{path} cannot be opened: its permissions do not allow it",
    sqlite3.SQLITE_BUSY: "{path} is in use by another program: close that and try again",
    sqlite3.SQLITE_LOCKED: "{path} is in use by another program: close that and try again",
    sqlite3.SQLITE_IOERR: "{path} could not be read or written (disk error or disk full): what was saved is kept",
    sqlite3.SQLITE_NOTADB: "{path} is not a job file",
}


_NOT_BEGUN = {
    sqlite3.SQLITE_FULL: "The disk that holds {path} is full: the job was not begun, so free some space and try again",
    sqlite3.SQLITE_IOERR: "{path} could not be written (disk error or disk full): the job was not begun",
}


@contextlib.contextmanager
def explained(path: Path, begun: bool = True) -> Iterator[None]:
    """Turns SQLite's errors into an InputError of one sentence about the job file, which is `begun` or still to be."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter: SQLite quotes damaged bytes in its message
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        sentences = _SENTENCES if begun else {**_SENTENCES, **_NOT_BEGUN}
        sentence = sentences.get(code, "{path} is damaged and cannot be used as a job file")
        raise InputError(sentence.format(path=path.name) + ".") from error


def connect(path: Path) -> sqlite3.Connection:
    """A connection to an existing file, in autocommit mode, that trusts nothing in the file's schema.

    A file that is gone (deleted this moment, say) is not made anew: raises sqlite3.OperationalError.
    """
    place = path.absolute().as_posix()  # as a URI: /a is file:///a, C:/a is file:///C:/a, //host/a is file:////host/a
    uri = "file://" + quote(os.fsencode(place if place.startswith("/") else f"/{place}"), safe="/:")
    connection = sqlite3.connect(f"{uri}?mode=rw", uri=True, isolation_level=None, timeout=20)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # no patient text in the system's temporary folder
    return connection


def make_durable(connection: sqlite3.Connection, path: Path) -> None:
    """What is committed stays through power loss. The write-ahead log only on a local disk: it needs shared memory."""
    connection.execute(f"PRAGMA journal_mode = {'WAL' if is_local(path) else 'TRUNCATE'}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA secure_delete = ON")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
                connection.execute("ROLLBACK")
        raise


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an empty or older file to the present schema, within the caller's transaction."""
    version = _pragma(connection, "user_version")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    claim(connection)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises InputError unless this is a job file, not of a newer version, with exactly the schema of its version."""
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise InputError(f"{path.name} is not a job file.")
    version = _pragma(connection, "user_version")
    if version > len(MIGRATIONS):
        raise InputError(f"{path.name} was made by a newer version of this program: open it with that version.")
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as reference:
        for script in MIGRATIONS[:version]:
            reference.executescript(script)
        if _objects(reference) != _objects(connection):  # a view or trigger of a stranger could do anything
            raise InputError(f"{path.name} is damaged and cannot be used as a job file.")


def is_outdated(connection: sqlite3.Connection) -> bool:
    """Whether there are migrations to run on this job file."""
    return _pragma(connection, "user_version") < len(MIGRATIONS)


def check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Raises InputError when SQLite finds any page of the file damaged."""
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise InputError(f"{path.name} is damaged and cannot be used as a job file.")


def is_unborn(connection: sqlite3.Connection) -> bool:
    """Whether the file holds nothing yet: creating a job was interrupted before its first commit."""
    return _pragma(connection, "application_id") in (0, APPLICATION_ID) and not _objects(connection)


def claim(connection: sqlite3.Connection) -> None:
    """Say in an empty file itself, before any journal, whose it is: so it can be told, and purged, without that."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def looks_like_a_job(path: Path) -> bool:
    """Whether a file, perhaps damaged, begins as job files do (SQLite's file format, offset 68), or is still empty."""
    with path.open("rb") as file:
        head = file.read(72)
    return not head or (head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:], "big") == APPLICATION_ID)


def is_local(path: Path) -> bool:
    """Whether a file is known to lie on a disk of this machine (unknown counts as no)."""
    if sys.platform == "win32":
        import ctypes

        removable, fixed = 2, 3
        return ctypes.windll.kernel32.GetDriveTypeW(path.resolve().anchor) in (removable, fixed)
    mounts = Path("/proc/self/mounts")
    return mounts.exists() and on_local_disk(str(path.resolve()), mounts.read_text(encoding="utf-8", errors="replace"))


def on_local_disk(path: str, mounts: str) -> bool:
    """Whether the mount point that holds an absolute path is of a local kind; `mounts` as in /proc/self/mounts."""
    kind = ""
    points = [line.split(" ")[1:3] for line in mounts.splitlines()]
    for point, file_system in sorted((point.replace("\\040", " ").rstrip("/"), kind) for point, kind in points):
        if path.startswith(point + "/"):
            kind = file_system  # sorted: the longest mount point that fits comes last
    return kind in LOCAL_FILE_SYSTEMS


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _objects(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return set(connection.execute(query).fetchall())


def _statements(script: str) -> Iterator[str]:
    """The script's statements; `executescript` would end the caller's transaction."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
