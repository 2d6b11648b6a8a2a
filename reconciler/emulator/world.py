"""The world: the tables, the file behind them, its time, and the one way to change it.

    with world.transaction() as change:      # takes the lock and the file's write lock, catches up
        change.put(record)                   # seen at once by this process's lock holder
    # durable here; or, when the block raised, as if it had never been

One lock guards everything. Reading wants `with world.reading():`, which also takes in what other processes
committed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reconciler.emulator.addressbook import AddressBook
from reconciler.emulator.agenda import Agenda, DueOf
from reconciler.emulator.clock import Clock
from reconciler.emulator.codec import Codec
from reconciler.emulator.history import Change, History
from reconciler.emulator.ids import random_id, seeded_id
from reconciler.emulator.journal import Journal, Row
from reconciler.emulator.records import Record
from reconciler.emulator.tables import Observer, Tables

_FORGOTTEN = 1_000_000
"""More ids than one request ever makes."""


class WorldClosed(Exception):
    """The world was let go of while a request was under way."""


class Transaction:
    """The changes of one accepted request, or of time."""

    def __init__(self, tables: Tables, revision: int, now: float, seed: int | None) -> None:
        self._tables, self._seed, self._ids = tables, seed, 0
        self.revision = revision
        self.now = now
        self.changes: list[Change] = []
        self.entry: Mapping[str, object] | None = None
        """What the ledger is to say, set by whoever answers the request."""

    def new_id(self) -> str:
        """A fresh id, reproducible under a seed."""
        self._ids += 1
        return random_id() if self._seed is None else seeded_id(self._seed, self.revision, self._ids)

    def forget_ids(self) -> None:
        """Give ids from here on that no other transaction gives, as this one will not be kept."""
        self._ids += _FORGOTTEN

    def put(self, record: Record) -> None:
        """Add a record, or put it in the place of the one with its id."""
        old = self._tables.find(record.id)
        self._tables.apply(old, record)
        self.changes.append((old, record))

    def remove(self, record: Record) -> None:
        """Take a record out."""
        self._tables.apply(record, None)
        self.changes.append((record, None))

    def undo(self, keep: int = 0) -> None:
        """Put everything back, but for the first `keep` changes."""
        while len(self.changes) > keep:
            old, new = self.changes.pop()
            self._tables.apply(new, old)


class World:
    """Records in memory, true copies on file."""

    def __init__(
        self,
        path: Path | None,
        clock: Clock,
        seed: int | None,
        due_of: DueOf,
        observers: tuple[Observer, ...],
    ) -> None:
        self.lock = threading.RLock()
        self.addresses = AddressBook()
        self.agenda = Agenda(due_of)
        self.history = History()
        self._observers = (self.addresses.observe, self.agenda.observe, *observers)
        self.tables = Tables(self._observers)
        self._clock, self._seed = clock, seed
        self._codec = Codec()
        self._journal = Journal(path)
        self._requests: Counter[tuple[str, str]] = Counter()
        self._revision, self._epoch, self._offset = 0, 0, 0.0
        self._closed = False
        with self.lock:
            self._load()
            self._never_backwards()

    def now(self) -> float:
        """The world's time, in seconds since 1970 UTC."""
        return self._clock.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the world's time on, for every process that has it open."""
        with self._opened():
            self._journal.begin()
            self._catch_up()
            self._offset += seconds
            self._journal.set_meta({"offset": repr(self._offset)})
            self._journal.commit()

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        """The tables, up to date, for as long as the block lasts."""
        with self._opened():
            self._catch_up()
            yield self.tables

    @contextmanager
    def transaction(self, now: float | None = None) -> Iterator[Transaction]:
        """A change that happens whole or not at all; `now` is when it counts as made, if not this moment."""
        with self._opened():
            self._journal.begin()
            try:
                self._catch_up()
                change = Transaction(self.tables, self._revision + 1, self.now() if now is None else now, self._seed)
            except BaseException:
                self._journal.rollback()
                raise
            try:
                yield change
                if change.changes:
                    self._write(change)
                    self._journal.commit()
            except BaseException:
                change.undo()
                self._journal.rollback()
                raise
            self._journal.rollback()  # ends a transaction in which nothing was changed
            if change.changes:
                self._revision = change.revision
                self.history.add(change.now, tuple(change.changes))

    def count_request(self, method: str, route: str) -> None:
        """Count a request; written with the next commit."""
        with self._opened():
            self._requests[method, route] += 1

    def requests(self) -> dict[tuple[str, str], int]:
        """Requests so far by method and route, this process's and others'."""
        with self._opened():
            return dict(Counter(self._journal.requests()) + self._requests)

    def ledger(self) -> list[dict[str, object]]:
        """Every accepted mutation, in order."""
        with self._opened():
            return self._journal.ledger()

    def reset(self) -> None:
        """Back to nothing: no records, no ledger, no counts, the clock's own time."""
        with self._opened():
            self._journal.begin()
            self._journal.empty()
            epoch = int(self._journal.meta().get("epoch", "0")) + 1
            self._journal.set_meta({"epoch": str(epoch), "revision": "0", "offset": "0.0", "last_time": "0.0"})
            self._journal.commit()
            self._requests.clear()
            self._load()

    def close(self) -> None:
        """Write the request counts that no commit has taken along yet, and let go of the file."""
        with self.lock:
            if self._closed:
                return
            self._closed = True
            if self._requests:
                self._journal.begin()
                self._flush_requests()
                self._journal.commit()
            self._journal.close()

    @contextmanager
    def _opened(self) -> Iterator[None]:
        with self.lock:
            if self._closed:
                raise WorldClosed
            yield

    def _write(self, change: Transaction) -> None:
        last = {row.id: row for row in (self._row(old, new) for old, new in change.changes)}
        self._journal.put(change.revision, last.values())
        if change.entry is not None:
            self._journal.add_ledger(change.entry)
        self._flush_requests()
        self._journal.set_meta({"revision": str(change.revision), "last_time": repr(self.now())})

    def _row(self, old: Record | None, new: Record | None) -> Row:
        if new is not None:
            return Row(new.id, type(new).__name__, self._codec.dump(new))
        assert old is not None
        return Row(old.id, type(old).__name__, None)

    def _flush_requests(self) -> None:
        self._journal.add_requests(self._requests)
        self._requests.clear()

    def _catch_up(self) -> None:
        """Take in what other processes have committed."""
        if not self._journal.changed_elsewhere():
            return
        meta = self._journal.meta()
        if int(meta.get("epoch", "0")) != self._epoch:
            self._load()
            return
        self._offset = float(meta.get("offset", "0"))
        rows = list(self._journal.rows_since(self._revision))
        self._revision = int(meta.get("revision", "0"))
        changes: list[Change] = []
        # What was cut from a block goes before the block, and both before what takes their place.
        for row in reversed([row for row in rows if row.body is None]):
            old = self.tables.find(row.id)
            if old is not None:
                changes.append((old, None))
                self.tables.apply(old, None)
        for row in rows:
            if row.body is not None:
                old, new = self.tables.find(row.id), self._codec.load(row.kind, row.body)
                changes.append((old, new))
                self.tables.apply(old, new)
        if changes:
            self.history.add(self.now(), tuple(changes))

    def _load(self) -> None:
        """Read the whole file afresh."""
        meta = self._journal.meta()
        self._revision, self._epoch = int(meta.get("revision", "0")), int(meta.get("epoch", "0"))
        self._offset = float(meta.get("offset", "0"))
        for old in reversed(self.tables.everything()):
            self.tables.apply(old, None)
        self.addresses.clear()
        self.agenda.clear()
        self.history.clear()
        for row in self._journal.rows_since(-1):
            if row.body is not None:
                self.tables.apply(None, self._codec.load(row.kind, row.body))

    def _never_backwards(self) -> None:
        """A world last seen later than this clock says (a scaled or virtual one made it) goes on from there."""
        behind = float(self._journal.meta().get("last_time", "0")) - self.now()
        if behind > 0:
            self.advance(behind)
