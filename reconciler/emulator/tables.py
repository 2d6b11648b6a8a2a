"""The working set in memory: every record by id, and an index for every question that is asked of them.

Nothing here knows HTTP, time or SQLite. Records are frozen, so a copy of the tables is a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from reconciler.emulator.records import Record

R = TypeVar("R", bound=Record)
Observer = Callable[[Record | None, Record | None], None]

_ALL = ("", "")


class Tables:
    """All records. `apply` is the one way in; observers hear of every change, undone ones included."""

    def __init__(self, observers: tuple[Observer, ...] = ()) -> None:
        self._records: dict[str, Record] = {}
        self._index: dict[tuple[str, str, str], dict[str, None]] = {}
        self._observers = observers

    def find(self, identifier: str) -> Record | None:
        """The record of an id, of whatever kind."""
        return self._records.get(identifier)

    def get(self, kind: type[R], identifier: str) -> R | None:
        """The record of an id if it is of this kind."""
        record = self._records.get(identifier)
        return record if isinstance(record, kind) else None

    def all(self, kind: type[R]) -> list[R]:
        """All records of a kind, oldest first."""
        return self.where(kind, *_ALL)

    def everything(self) -> list[Record]:
        """Every record there is, in the order of first creation."""
        return list(self._records.values())

    def where(self, kind: type[R], key: str, value: str) -> list[R]:
        """The records of a kind that gave `(key, value)` among their `keys()`, oldest first."""
        found = [self._records[i] for i in self._index.get((kind.__name__, key, value), ())]
        return cast(list[R], found)  # the index is by kind

    def count(self, kind: type[R], key: str, value: str) -> int:
        """How many `where` would return, without building them."""
        return len(self._index.get((kind.__name__, key, value), ()))

    def apply(self, old: Record | None, new: Record | None) -> None:
        """Put `new` in the place of `old`; either may be None."""
        if old is not None and new is not None and type(old) is type(new):
            self._replace(old, new)
        else:
            if old is not None:
                del self._records[old.id]
                self._leave(old, (_ALL, *old.keys()))
            if new is not None:
                self._records[new.id] = new
                self._enter(new, (_ALL, *new.keys()))
        for observe in self._observers:
            observe(old, new)

    def copy(self) -> Tables:
        """A snapshot, without observers."""
        twin = Tables()
        twin._records = dict(self._records)
        twin._index = {key: dict(members) for key, members in self._index.items()}
        return twin

    def _replace(self, old: Record, new: Record) -> None:
        self._records[new.id] = new
        before, after = old.keys(), new.keys()
        if before != after:
            self._leave(old, tuple(key for key in before if key not in after))
            self._enter(new, tuple(key for key in after if key not in before))

    def _enter(self, record: Record, keys: tuple[tuple[str, str], ...]) -> None:
        for key, value in keys:
            self._index.setdefault((type(record).__name__, key, value), {})[record.id] = None

    def _leave(self, record: Record, keys: tuple[tuple[str, str], ...]) -> None:
        for key, value in keys:
            place = (type(record).__name__, key, value)
            members = self._index[place]
            del members[record.id]
            if not members:
                del self._index[place]
