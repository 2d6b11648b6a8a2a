"""After a run: what answers said was changed or deleted has to show in the lists.

One list call for each collection, at the end of the run, proves all of its steps: an answer may be of a cache, of a
proxy, or of a server that says more than it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic, error
from reconciler.engine.observe import read_collection
from reconciler.model.catalog import Catalog
from reconciler.model.live import LiveObject
from reconciler.wire import Account, Gone, WireError

RELIST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """A change or a delete that the API said was done. `wrong` says what is otherwise in the object as a list shows it,
    given None when none does; empty when it is as the API said.
    """

    address: str
    live: LiveObject
    wrong: Callable[[LiveObject | None], str]


def prove(
    told: Sequence[Told], account: Account, catalog: Catalog, clock: Clock, settle_seconds: float
) -> tuple[Diagnostic, ...]:
    """What the lists contradict, when they still do after the settle window. What cannot be read proves nothing."""
    waiting: Mapping[tuple[str, str | None], Sequence[Told]] = _by_collection(told)
    deadline = clock.now() + settle_seconds
    while waiting:
        began = clock.now()
        found: list[tuple[Told, str]] = []
        for (kind, owner_id), those in waiting.items():
            try:
                objects = {each.id: each for each in read_collection(account, catalog[kind], owner_id)}
            except Gone:
                objects = {}
            except (WireError, KeyError, TypeError, ValueError, AttributeError):
                continue
            found += [(each, wrong) for each in those if (wrong := each.wrong(objects.get(each.live.id)))]
        if began >= deadline:
            return tuple(_contradicted(each, wrong) for each, wrong in found)
        waiting = _by_collection([each for each, _ in found])
        if waiting:
            clock.sleep(RELIST_SECONDS)
    return ()


def _by_collection(told: Sequence[Told]) -> Mapping[tuple[str, str | None], Sequence[Told]]:
    found: dict[tuple[str, str | None], list[Told]] = {}
    for each in told:
        found.setdefault((each.live.kind, each.live.owner_id), []).append(each)
    return found


def _contradicted(told: Told, wrong: str) -> Diagnostic:
    summary = f"{told.address}: the API said that it was done, but {wrong}"
    return error("not-as-told", summary, address=told.address, hint="run the same command again")
