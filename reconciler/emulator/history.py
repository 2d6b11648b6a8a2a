"""The recent past, so that a list can be shown as it was.

Eventually consistent reads are a fact of the service ("lists may be stale right after writes": packngo#139
saw a list and its element disagree). Commits are kept with what they replaced; going back means undoing
them on a copy of the tables.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from reconciler.emulator.records import Record
from reconciler.emulator.tables import Tables

Change = tuple[Record | None, Record | None]

KEPT_SECONDS = 600.0
KEPT_COMMITS = 20_000


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit replaced by what, and when."""

    time: float
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """The tables as they were, and the time to look at them from."""

    tables: Tables
    now: float


class History:
    """The last commits, newest last."""

    def __init__(self) -> None:
        self._commits: deque[Commit] = deque(maxlen=KEPT_COMMITS)

    def add(self, time: float, changes: tuple[Change, ...]) -> None:
        """Remember a commit, and forget those that nobody can ask for any more."""
        self._commits.append(Commit(time, changes))
        while self._commits[0].time < time - KEPT_SECONDS:
            self._commits.popleft()

    def clear(self) -> None:
        """Forget the past."""
        self._commits.clear()

    def at(self, tables: Tables, moment: float) -> Past:
        """The world at a moment."""
        return Past(self._without(tables, [c for c in self._commits if c.time > moment]), moment)

    def before_last(self, tables: Tables, kinds: tuple[type[Record], ...], now: float) -> Past:
        """The world just before the last commit that touched one of these kinds; the present one if none did."""
        undone: list[Commit] = []
        for commit in reversed(self._commits):
            undone.append(commit)
            if any(isinstance(new or old, kinds) for old, new in commit.changes):
                return Past(self._without(tables, undone[::-1]), commit.time)
        return Past(tables, now)

    def before_change_of(self, tables: Tables, ids: frozenset[str], now: float) -> Past:
        """The world just before the last commit that touched one of these objects; the present one if none did."""
        undone: list[Commit] = []
        for commit in reversed(self._commits):
            undone.append(commit)
            if any(record is not None and record.id in ids for change in commit.changes for record in change):
                return Past(self._without(tables, undone[::-1]), commit.time)
        return Past(tables, now)

    @staticmethod
    def _without(tables: Tables, commits: list[Commit]) -> Tables:
        """A copy of the tables with these commits (oldest first) undone."""
        past = tables.copy()
        for commit in reversed(commits):
            for old, new in reversed(commit.changes):
                past.apply(new, old)
        return past
