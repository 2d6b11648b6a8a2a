"""What the passing of time will do to the stored world: when the next record falls due.

Most of time's work is computed on reading. A few things change what is stored (a deleted device goes, a
failed one is taken away, a termination time comes, a late request is carried out); they are done by whoever
comes next after they fell due, so the world needs no thread of its own and lives on while no process has
its file open.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from reconciler.emulator.records import Record

DueOf = Callable[[Record], float | None]


class Agenda:
    """Due times by record. Entries that a later change made void are dropped when they come up."""

    def __init__(self, due_of: DueOf) -> None:
        self._due_of = due_of
        self._heap: list[tuple[float, str]] = []
        self._due: dict[str, float] = {}

    def clear(self) -> None:
        """Nothing is due any more."""
        self._heap.clear()
        self._due.clear()

    def observe(self, old: Record | None, new: Record | None) -> None:
        """Follow a change of the tables."""
        due = None if new is None else self._due_of(new)
        if due is not None and new is not None:
            if self._due.get(new.id) != due:
                self._due[new.id] = due
                heapq.heappush(self._heap, (due, new.id))
        elif old is not None:
            self._due.pop(old.id, None)

    def first(self, now: float) -> tuple[float, str] | None:
        """The time and id of the first record that is due by now, or None."""
        while self._heap and self._heap[0][0] <= now:
            due, identifier = self._heap[0]
            if self._due.get(identifier) == due:
                return due, identifier
            heapq.heappop(self._heap)
        return None
