"""After a run: the lists have to show what the answers said, and what was created only once.

An answer that says so is not enough: lists may lag behind, and an answer may be of a cache, of a proxy, or of a server
that says more than it does. Two objects with one mark are what a create leaves that came through after it was given up.
One list call for each collection proves all of its steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic, error
from reconciler.engine.claims import Claims, Made, Told
from reconciler.engine.observe import NOT_UNDERSTOOD, read_collection
from reconciler.engine.stop import Stop
from reconciler.model.catalog import Catalog
from reconciler.model.live import LiveObject
from reconciler.wire import Account, Gone, WireError

RELIST_SECONDS = 1.0
"""The pause before lists are asked again for what they have to show."""
_Collection = tuple[str, str | None]


class _Claim(Protocol):
    @property
    def live(self) -> LiveObject: ...


_AnyClaim = TypeVar("_AnyClaim", bound=_Claim)


class Unfinished(Exception):
    """The run is to end before the lists have shown what they have to; `found` is what is certain by then."""

    def __init__(self, found: Iterable[Diagnostic] = ()) -> None:
        super().__init__("interrupted before all of it was listed")
        self.found = tuple(found)


def confirm(
    claims: Claims, account: Account, catalog: Catalog, clock: Clock, settle_seconds: float, stop: Stop
) -> tuple[Diagnostic, ...]:
    """List the collections again in which something was created that no list has shown, or that is doubted; until all
    of it shows, or for the settle window. Raises `Unfinished` when the run is to end before that.

    What could not be read stays open in the journal and is no finding: the next run looks again.
    """
    collections = _by_collection(each for each in claims.made.values() if each.doubted or not each.seen)
    twins: dict[str, Diagnostic] = {}
    deadline = clock.now() + settle_seconds
    unread = False
    while collections:
        began, unread = clock.now(), False
        for place, those in collections.items():
            objects = _listed(account, catalog, place)
            if objects is None:
                unread = True
                continue
            claims.shown(objects)
            twins |= {each.address: each for each in _twins(those, objects, claims.known)}
        collections = _by_collection(each for each in claims.made.values() if not each.seen)
        if began >= deadline or not collections:
            break
        _pause(clock, stop, twins.values())
    missing = () if unread else tuple(_not_listed(each) for each in claims.made.values() if not each.seen)
    return (*twins.values(), *missing)


def prove(
    told: Sequence[Told], account: Account, catalog: Catalog, clock: Clock, settle_seconds: float, stop: Stop
) -> tuple[Diagnostic, ...]:
    """What the lists contradict, when they still do after the settle window. What cannot be read proves nothing.
    Raises `Unfinished` when the run is to end before that.
    """
    waiting = _by_collection(told)
    deadline = clock.now() + settle_seconds
    while waiting:
        began = clock.now()
        found: list[tuple[Told, str]] = []
        for place, those in waiting.items():
            objects = _listed(account, catalog, place, if_gone=())
            if objects is not None:
                by_id = {each.id: each for each in objects}
                found += [(each, wrong) for each in those if (wrong := each.wrong(by_id.get(each.live.id)))]
        if began >= deadline:
            return tuple(_contradicted(each, wrong) for each, wrong in found)
        waiting = _by_collection(each for each, _ in found)
        if waiting:
            _pause(clock, stop)
    return ()


def _pause(clock: Clock, stop: Stop, found: Iterable[Diagnostic] = ()) -> None:
    if not stop.requested:
        clock.sleep(RELIST_SECONDS)
    if stop.requested:
        raise Unfinished(found)


def _by_collection(claims: Iterable[_AnyClaim]) -> Mapping[_Collection, Sequence[_AnyClaim]]:
    found: dict[_Collection, list[_AnyClaim]] = {}
    for each in claims:
        found.setdefault((each.live.kind, each.live.owner_id), []).append(each)
    return found


def _listed(
    account: Account, catalog: Catalog, place: _Collection, if_gone: Sequence[LiveObject] | None = None
) -> Sequence[LiveObject] | None:
    """All objects of a collection; `if_gone` when what it is of is not there, None when it cannot be read."""
    kind, owner_id = place
    try:
        return read_collection(account, catalog[kind], owner_id)
    except Gone:
        return if_gone
    except (WireError, *NOT_UNDERSTOOD):
        return None


def _twins(made: Sequence[Made], objects: Sequence[LiveObject], known: frozenset[str]) -> Iterable[Diagnostic]:
    own = {each.live.id for each in made}
    by_mark: dict[tuple[str, str], list[str]] = {}
    for live in objects:
        if live.mark is not None and live.present and live.id not in known and live.id not in own:
            by_mark.setdefault((live.mark.stack, live.mark.address), []).append(live.id)
    for each in made:
        mark = each.live.mark
        others = by_mark.get((mark.stack, mark.address), []) if mark is not None else []
        if others:
            summary = f"{each.address} was created twice: {', '.join(sorted([each.live.id, *others]))} carry its mark"
            hint = "run the same command again: the plan keeps one and says what becomes of the other"
            yield error("twin", summary, address=each.address, hint=hint)


def _not_listed(made: Made) -> Diagnostic:
    summary = f"the API said that it made {made.address} ({made.live.id}), and no list shows it"
    hint = "run the same command again: what shows by then is taken for it, what does not is made anew"
    return error("not-listed", summary, address=made.address, hint=hint)


def _contradicted(told: Told, wrong: str) -> Diagnostic:
    summary = f"{told.address}: the API said that it was done, but {wrong}"
    return error("not-as-told", summary, address=told.address, hint="run the same command again")
