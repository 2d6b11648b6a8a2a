"""Asking for what is on its way: a whole collection, or one object that its list does not show."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.clock import Clock
from reconciler.engine.observe import NOT_UNDERSTOOD, read_collection
from reconciler.engine.task import reason_of
from reconciler.engine.watch import Awaited, Collection, Probed, Read
from reconciler.model.live import LiveObject
from reconciler.wire import Account, Gone, Rejected, WireError


def read(account: Account, clock: Clock, collection: Collection) -> Read:
    """A collection as its list shows it, or why it could not be read. Never raises for what the API does."""
    began = clock.now()
    objects: Sequence[LiveObject] = ()
    problem: WireError | None = None
    try:
        objects = read_collection(account, collection.kind, collection.owner_id)
    except WireError as failed:
        problem = failed
    except NOT_UNDERSTOOD as failed:
        problem = WireError(f"the answer is not understood: {type(failed).__name__} {failed}")
    return Read(collection, objects, problem, clock.now() - began)


def probe(account: Account, clock: Clock, settle_seconds: float, awaited: Awaited) -> Probed:
    """Whether one object that the list does not show is gone: lists can be stale, and a failed device is taken away."""
    call, began = awaited.kind.probe(awaited.live.id), clock.now()
    try:
        if call is not None:
            account.send(call)
    except Gone:
        # single objects may lag as lists do: a new one that nothing has shown yet is given the settle window
        if awaited.seen or began - awaited.since >= settle_seconds:
            return Probed(awaited, "it is gone")
    except Rejected as rejected:
        if rejected.status == 403:  # how the API shows a device that failed to provision and was taken away
            return Probed(awaited, f"it failed to provision and was taken away: {reason_of(rejected)}")
    except WireError:
        pass  # nothing was learnt; the next list may show it
    return Probed(awaited, "")
