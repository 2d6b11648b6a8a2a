"""Waiting for slow objects: one list call asks for all of a collection, whatever their number.

The watch keeps the books; the coordinator runs the reads. Nothing here sleeps or starts a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.kind import Kind, Verb
from reconciler.model.live import LiveObject, Phase
from reconciler.model.plan import Step
from reconciler.wire import WireError

FIRST_POLL_SECONDS = 1.0
LONGEST_POLL_SECONDS = 5.0
UNSURE_SECONDS = 10.0
"""How long an end that may only seem so has to last."""
MISSES_BEFORE_PROBE = 3
"""How many whole lists may lack a new object before it is asked for by itself: lists can be stale for a moment."""


@dataclass(slots=True)
class Awaited:
    """One object on its way. `since` and `deadline` are seconds of the clock; `values` is what is declared of it."""

    step: Step
    kind: Kind
    live: LiveObject
    since: float
    deadline: float
    values: Mapping[str, Any] = field(default_factory=dict)
    misses: int = 0
    seen: bool = False
    unsure_since: float | None = None
    shown: tuple[str, float | None, str] = ("", None, "")


@dataclass(frozen=True, slots=True)
class Arrived:
    """The waiting is over: `live` as it is now; `problem` says why it will not become what was wanted."""

    awaited: Awaited
    live: LiveObject
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """It is still on its way, and something about it changed that a person may want to see."""

    awaited: Awaited
    live: LiveObject


@dataclass(slots=True)
class Collection:
    """The objects of one list that are waited for, and when it is to be read next."""

    kind: Kind
    owner_id: str | None
    due: float
    started: float
    reading: bool = False
    waiting: dict[str, Awaited] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """A list call of the watch came back, with the objects or the problem; `took` is its seconds."""

    collection: Collection
    objects: Sequence[LiveObject]
    problem: WireError | None
    took: float


@dataclass(frozen=True, slots=True)
class Probed:
    """A single object was asked for: `gone` says why it will not come, empty when it is still there."""

    awaited: Awaited
    gone: str


class Watch:
    """All objects that are waited for."""

    def __init__(self) -> None:
        self._collections: dict[str, Collection] = {}

    def add(self, awaited: Awaited, now: float) -> None:
        listing = awaited.kind.listing(awaited.live.owner_id)
        collection = self._collections.get(listing.path)
        if collection is None or not collection.waiting:
            due = now + FIRST_POLL_SECONDS
            collection = Collection(awaited.kind, awaited.live.owner_id, due, now)
            self._collections[listing.path] = collection
        collection.waiting[awaited.step.id] = awaited

    def __len__(self) -> int:
        return sum(len(each.waiting) for each in self._collections.values())

    def due(self, now: float) -> list[Collection]:
        """Collections to read now, each marked as being read."""
        found = [each for each in self._collections.values() if each.waiting and not each.reading and each.due <= now]
        for each in found:
            each.reading = True
        return found

    def next_due(self) -> float | None:
        return min((each.due for each in self._collections.values() if each.waiting and not each.reading), default=None)

    def everything(self) -> Iterable[Awaited]:
        for collection in self._collections.values():
            yield from collection.waiting.values()

    def failed_to_read(self, collection: Collection, now: float) -> list[Arrived]:
        """A read went wrong; it is tried again, and whatever ran out of time is given up."""
        self._rest(collection, now, 0.0)
        return self._expired(collection, now)

    def read(
        self, collection: Collection, objects: Sequence[LiveObject], now: float, took: float
    ) -> tuple[list[Arrived], list[Moved], list[Awaited]]:
        """Take in a whole list. Returns what arrived, what moved, and what should be asked for by itself."""
        self._rest(collection, now, took)
        by_id = {each.id: each for each in objects}
        arrived: list[Arrived] = []
        moved: list[Moved] = []
        probes: list[Awaited] = []
        for awaited in list(collection.waiting.values()):
            live = by_id.get(awaited.live.id)
            if live is not None and awaited.step.verb is not Verb.DELETE:
                live = awaited.kind.regard(awaited.values, live)
            ended = _ended(awaited, live) if self._is_sure(awaited, live, now) else None
            if ended is not None:
                arrived.append(ended)
                del collection.waiting[awaited.step.id]
            elif live is None:
                awaited.misses += 1
                if awaited.misses >= MISSES_BEFORE_PROBE:
                    awaited.misses = 0
                    probes.append(awaited)
            else:
                awaited.misses, awaited.seen = 0, True
                shown = (live.status.word, live.status.percentage, live.status.message)
                if shown != awaited.shown:
                    awaited.shown = shown
                    moved.append(Moved(awaited, live))
        return [*arrived, *self._expired(collection, now)], moved, probes

    def _is_sure(self, awaited: Awaited, live: LiveObject | None, now: float) -> bool:
        if live is None or not live.status.unsure or awaited.step.verb is Verb.DELETE:
            awaited.unsure_since = None
            return True
        awaited.unsure_since = now if awaited.unsure_since is None else awaited.unsure_since
        return now - awaited.unsure_since >= UNSURE_SECONDS

    def vanished(self, awaited: Awaited, why: str) -> list[Arrived]:
        """Asked for by itself, an object turned out to be gone."""
        for collection in self._collections.values():
            if collection.waiting.pop(awaited.step.id, None) is not None:
                return [Arrived(awaited, awaited.live, why)]
        return []

    def _rest(self, collection: Collection, now: float, took: float) -> None:
        """Poll more slowly the longer it takes, and never more than a third of the time."""
        waited = now - collection.started
        collection.reading = False
        collection.due = now + max(min(LONGEST_POLL_SECONDS, max(FIRST_POLL_SECONDS, waited / 20)), 2 * took)

    def _expired(self, collection: Collection, now: float) -> list[Arrived]:
        late = [each for each in collection.waiting.values() if each.deadline <= now]
        for each in late:
            del collection.waiting[each.step.id]
        return [
            Arrived(
                each,
                each.live,
                f"not {'gone' if each.step.verb is Verb.DELETE else 'ready'} after {now - each.since:.0f} s; "
                "run the same command again to go on waiting",
            )
            for each in late
        ]


def _ended(awaited: Awaited, live: LiveObject | None) -> Arrived | None:
    if awaited.step.verb is Verb.DELETE:
        return Arrived(awaited, awaited.live) if live is None else None
    if live is None:
        return None
    if live.status.phase is Phase.READY:
        return Arrived(awaited, live)
    if live.status.phase in (Phase.FAILED, Phase.LEAVING):
        return Arrived(awaited, live, live.status.told)
    return None
