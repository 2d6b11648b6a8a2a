"""The world's file: SQLite, one row per record, one transaction per accepted request.

A commit is in the operating system's hands before the answer is sent (WAL, synchronous NORMAL), so a killed
process loses nothing that it answered. Several processes may have the file open: each mutation takes the
write lock first, and `PRAGMA data_version` says when somebody else has committed since. Every row carries
the revision (commit number) that last touched it, and a removed record leaves an empty row, so that
catching up reads only what changed.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FORMAT = "2"
"""The layout below; a file of another layout is refused rather than misread."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects(
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, revision INTEGER NOT NULL,
    body TEXT);
CREATE INDEX IF NOT EXISTS objects_by_revision ON objects(revision);
CREATE TABLE IF NOT EXISTS ledger(number INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests(
    method TEXT NOT NULL, route TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY(method, route)) WITHOUT ROWID;
"""

_PUT = """
INSERT INTO objects(id, kind, revision, body) VALUES(?, ?, ?, ?)
ON CONFLICT(id) DO UPDATE
SET kind = excluded.kind, revision = excluded.revision, body = excluded.body
"""

_COUNT = """
INSERT INTO requests(method, route, count) VALUES(?, ?, ?)
ON CONFLICT(method, route) DO UPDATE SET count = count + excluded.count
"""

RequestCounts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Row:
    """A record as stored; `body` is None where it was removed."""

    id: str
    kind: str
    body: str | None


class UnusableFile(Exception):
    """The file exists but is no world of this version; told with what is wrong and what to do."""


class Journal:
    """One connection to a world's file, or to a database in memory when `path` is None. Not locked: its owner is."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                _create_private(path)
            except OSError as error:
                problem = error.strerror or error
                raise UnusableFile(f"{path} cannot be an emulator's world: {problem}; name another file") from error
        self._shared = path is not None
        self._connection = sqlite3.connect(
            ":memory:" if path is None else str(path),
            isolation_level=None,
            check_same_thread=False,
            timeout=30,
        )
        try:
            self._prepare()
        except (sqlite3.DatabaseError, UnusableFile) as error:
            self._connection.close()
            raise UnusableFile(f"{path} cannot be an emulator's world: {error}; name another file") from error
        self._seen = self._data_version()

    def begin(self) -> None:
        """Take the write lock; waits for another process's transaction, for at most 30 seconds."""
        self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make the transaction durable."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forget the transaction, if there is one."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def changed_elsewhere(self) -> bool:
        """Whether another connection committed since this was last asked."""
        if not self._shared:
            return False
        version = self._data_version()
        changed, self._seen = version != self._seen, version
        return changed

    def meta(self) -> dict[str, str]:
        """The world's counters: `revision`, `epoch` (resets so far), `offset` and `last_time` in seconds."""
        return dict(self._connection.execute("SELECT key, value FROM meta"))

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Write some counters."""
        self._connection.executemany("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)", values.items())

    def rows_since(self, revision: int) -> Iterator[Row]:
        """What changed after a revision, in the order of first creation; after -1 it is all that is there."""
        query = "SELECT id, kind, body FROM objects WHERE revision > ? ORDER BY seq"
        for identifier, kind, body in self._connection.execute(query, (revision,)):
            yield Row(identifier, kind, body)

    def put(self, revision: int, rows: Iterable[Row]) -> None:
        """Write records, or empty rows for removed ones."""
        self._connection.executemany(_PUT, [(row.id, row.kind, revision, row.body) for row in rows])

    def add_ledger(self, entry: Mapping[str, object]) -> None:
        """Append an accepted mutation; it gets the next number."""
        self._connection.execute("INSERT INTO ledger(body) VALUES(?)", (json.dumps(entry),))

    def ledger(self) -> list[dict[str, object]]:
        """All accepted mutations, in order, each with its number first."""
        rows = self._connection.execute("SELECT number, body FROM ledger ORDER BY number")
        return [{"number": number, **json.loads(body)} for number, body in rows]

    def add_requests(self, counts: RequestCounts) -> None:
        """Add to the number of requests by method and route."""
        self._connection.executemany(_COUNT, [(method, route, n) for (method, route), n in counts.items()])

    def requests(self) -> dict[tuple[str, str], int]:
        """The number of requests by method and route."""
        return {(method, route): n for method, route, n in self._connection.execute("SELECT * FROM requests")}

    def empty(self) -> None:
        """Forget all records, the ledger and the counts."""
        for table in ("objects", "ledger", "requests"):
            self._connection.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self.begin()
        for statement in _SCHEMA.split(";"):
            self._connection.execute(statement)
        found = self.meta().get("format", FORMAT)
        if found != FORMAT:
            self.rollback()
            raise UnusableFile(f"its layout is {found}, this version's is {FORMAT}")
        self.set_meta({"format": FORMAT})
        self.commit()

    def _data_version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


def _create_private(path: Path) -> None:
    """Make the file readable by its owner only: it holds user data and passwords, if only emulated ones. What is there
    already has to be a file, and no link to one. Raises OSError.
    """
    flags = os.O_RDWR | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(0, "it is a link") from None
        raise
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "it is no regular file")
    finally:
        os.close(handle)
