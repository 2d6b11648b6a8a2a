"""After a run: what it created has to be seen in a whole list, and only once.

An answer that says so is not enough: lists may lag behind, and a server may say more than it does. Two objects with one
mark are what a create leaves that came through after it was given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic, error
from reconciler.engine.observe import read_collection
from reconciler.model.catalog import Catalog
from reconciler.model.journal import Journal
from reconciler.model.live import LiveObject
from reconciler.wire import Account, WireError

RELIST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Made:
    """An object that this run created. `doubted` says that an answer to its create was lost, or that a list has shown
    another one with its mark.
    """

    address: str
    live: LiveObject
    doubted: bool = False


def confirm(
    made: Sequence[Made],
    seen: frozenset[str],
    known: frozenset[str],
    account: Account,
    catalog: Catalog,
    journal: Journal,
    clock: Clock,
    settle_seconds: float,
) -> tuple[Diagnostic, ...]:
    """List the collections again in which something was created that no list has shown, or of which an answer was lost;
    until all of it shows, or for the settle window.

    `seen` are the ids that a list has shown already, `known` those of all objects that were there before. What could
    not be read stays open in the journal and is no finding: the next run looks again.
    """
    waiting = {each.live.id: each for each in made if each.live.id not in seen}
    collections = _collections(each for each in made if each.live.id in waiting or each.doubted)
    twins: dict[str, Diagnostic] = {}
    deadline = clock.now() + settle_seconds
    unread = False
    while collections:
        began, unread = clock.now(), False
        for (kind, owner_id), those in collections.items():
            try:
                objects = read_collection(account, catalog[kind], owner_id)
            except (WireError, KeyError, TypeError, ValueError, AttributeError):
                unread = True
                continue
            for live in objects:
                found = waiting.pop(live.id, None)
                if found is not None:
                    journal.seen(found.address, live.id)
            twins |= {each.address: each for each in _twins(those, objects, known)}
        collections = _collections(waiting.values())
        if began >= deadline or not collections:
            break
        clock.sleep(RELIST_SECONDS)
    missing = () if unread else tuple(map(_not_listed, waiting.values()))
    return (*twins.values(), *missing)


def _collections(made: Iterable[Made]) -> Mapping[tuple[str, str | None], Sequence[Made]]:
    found: dict[tuple[str, str | None], list[Made]] = {}
    for each in made:
        found.setdefault((each.live.kind, each.live.owner_id), []).append(each)
    return found


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
