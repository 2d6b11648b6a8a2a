"""From changes to steps: what is done, and what has to be done before it.

                 creates and updates                       deletes
                 parent  ->  child                         child  ->  parent
                 referred to  ->  referring                referring  ->  referred to
                 followed kind  ->  (join)  ->  follower   users of a kind  ->  (join)  ->  that kind

A replacement is a delete and a create with an edge between them. The join is there because the API lets go of what a
device used some time after the device: what devices may use goes when all devices of the project that go are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.graph import Cycle, ordered
from reconciler.model.kind import Catalog, Verb, Wish
from reconciler.model.live import Phase
from reconciler.model.mark import Mark
from reconciler.model.plan import Action, Change, Step
from reconciler.values import Address

CREATE_FIRST_IMPOSSIBLE = "create_before_destroy does not hold here, since it needs something that is itself replaced"


@dataclass(frozen=True)
class Ordered:
    """Steps in an order that can be executed, and the changes, since a create-first may have become a delete-first."""

    changes: tuple[Change, ...]
    steps: tuple[Step, ...]


def order(changes: Sequence[Change], catalog: Catalog, stack: str) -> Ordered:
    """Turn changes into ordered steps. Raises `graph.Cycle` only if the rules above contradict themselves."""
    current = {each.address: each for each in changes}
    while True:
        steps = {step.id: step for change in current.values() for step in _steps(change, current, catalog, stack)}
        edges = list(_edges(current, catalog, steps))
        joins = {end: Step(end, _address_of_join(end), Verb.JOIN, "", "", implied=True) for end in _joins(edges, steps)}
        steps |= joins
        try:
            in_order = ordered(list(steps), edges)
        except Cycle as cycle:
            if not _give_up_create_first(current, cycle):
                raise
            continue
        before: dict[str, list[str]] = {each: [] for each in in_order}
        for earlier, later in edges:
            before[later].append(earlier)
        done = tuple(replace(steps[each], requires=tuple(dict.fromkeys(before[each]))) for each in in_order)
        return Ordered(tuple(current.values()), done)


def step_id(address: Address, verb: Verb) -> str:
    return f"{address}:{verb}"


def _steps(change: Change, changes: Mapping[Address, Change], catalog: Catalog, stack: str) -> Iterable[Step]:
    kind = catalog[change.kind]
    working = change.live is not None and change.live.status.phase is Phase.WORKING
    if working and kind.waits and change.resource is not None and not change.action.deletes:
        yield _step(change, Verb.AWAIT, f"GET {kind.listing('{id}').route}")
    wish = _preview(change, changes, stack)
    if change.action.creates:
        call = kind.create(wish)
        yield _step(change, Verb.CREATE, f"{call.method} {call.path}")
    if change.action is Action.UPDATE and change.live is not None:
        call = kind.update(wish, change.live, change.changed)
        yield _step(change, Verb.UPDATE, f"{call.method} {call.path}")
    if change.action.deletes and change.live is not None:
        above = changes.get(change.address.parent) if change.address.parent is not None else None
        implied = kind.removed_with_parent and above is not None and above.action.deletes
        if implied:
            yield _step(change, Verb.DELETE, f"(goes with {change.address.parent})", implied=True)
        else:
            call = kind.delete(change.live)
            yield _step(change, Verb.DELETE, f"{call.method} {call.path}")


def _step(change: Change, verb: Verb, call: str, implied: bool = False) -> Step:
    return Step(step_id(change.address, verb), change.address, verb, change.kind, call, implied=implied)


def _preview(change: Change, changes: Mapping[Address, Change], stack: str) -> Wish:
    """A wish for show: ids that are not known yet appear as `{address}`, values as empty texts."""
    parent = changes.get(change.address.parent) if change.address.parent is not None else None
    parent_id = None
    if parent is not None:
        parent_id = parent.live.id if parent.live is not None and not parent.action.creates else f"{{{parent.address}}}"
    values = {**change.after, **dict.fromkeys(change.unknown, "")}
    return Wish(values, Mark(stack, str(change.address)), parent_id, parent_id)


def _edges(changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]) -> Iterable[tuple[str, str]]:
    for address, change in changes.items():
        create, update, delete, wait = (
            step_id(address, verb) for verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.AWAIT)
        )
        if wait in steps and update in steps:
            yield wait, update
        if change.action is Action.DELETE_CREATE:
            yield delete, create
        elif change.action is Action.CREATE_DELETE:
            yield create, delete
        needs = sorted(_needs(change), key=lambda each: each.sort_key)
        for mine in (create, update):
            if mine in steps:
                yield from ((theirs, mine) for each in needs for theirs in _readying(each, steps))
        if delete in steps:
            yield from _delete_edges(change, needs, delete, steps)
    yield from _use_edges(changes, catalog, steps)
    yield from _follow_edges(changes, catalog, steps)


def _needs(change: Change) -> set[Address]:
    found = set(change.resource.references) if change.resource is not None else set()
    if change.address.parent is not None:
        found.add(change.address.parent)
    return found


def _readying(address: Address, steps: Mapping[str, Step]) -> Iterable[str]:
    """The steps after which a resource can be relied on."""
    for verb in (Verb.CREATE, Verb.UPDATE, Verb.AWAIT):
        if step_id(address, verb) in steps:
            yield step_id(address, verb)


def _delete_edges(
    change: Change, needs: Iterable[Address], delete: str, steps: Mapping[str, Step]
) -> Iterable[tuple[str, str]]:
    for each in needs:
        theirs = step_id(each, Verb.DELETE)
        if theirs not in steps:
            continue
        if steps[delete].implied and each == change.address.parent:
            yield theirs, delete
        else:
            yield delete, theirs


def _use_edges(
    changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]
) -> Iterable[tuple[str, str]]:
    """Deletes of what a kind uses come after the deletes of that kind, project by project."""
    deletes: dict[tuple[str, str], list[str]] = {}
    for address, change in changes.items():
        delete = step_id(address, Verb.DELETE)
        if delete in steps and change.live is not None and change.live.owner_id is not None:
            deletes.setdefault((change.live.owner_id, change.kind), []).append(delete)
    for kind in catalog.kinds:
        for used in kind.uses:
            for (owner, name), users in deletes.items():
                targets = deletes.get((owner, used), ()) if name == kind.name else ()
                if targets:
                    join = f"{_JOIN}{owner}/{kind.section}"
                    yield from ((each, join) for each in users)
                    yield from ((join, each) for each in targets)


def _follow_edges(
    changes: Mapping[Address, Change], catalog: Catalog, steps: Mapping[str, Step]
) -> Iterable[tuple[str, str]]:
    """Creates that the API takes into account by itself come first: a project's keys before its devices."""
    creates: dict[tuple[str, str], list[str]] = {}
    for address in changes:
        create = step_id(address, Verb.CREATE)
        if create in steps:
            group = str(address.root) if address.parent is not None else ""
            creates.setdefault((group, changes[address].kind), []).append(create)
    for (group, name), followers in creates.items():
        for followed in catalog[name].follows:
            earlier = [*creates.get((group, followed), ()), *(creates.get(("", followed), ()) if group else ())]
            if earlier:
                join = f"{_JOIN}{group}/{catalog[followed].section}"
                yield from ((each, join) for each in earlier)
                yield from ((join, each) for each in followers)


_JOIN = "join:"


def _joins(edges: Iterable[tuple[str, str]], steps: Mapping[str, Step]) -> list[str]:
    return list(dict.fromkeys(end for edge in edges for end in edge if end not in steps and end.startswith(_JOIN)))


def _address_of_join(join: str) -> Address:
    owner, _, section = join.removeprefix(_JOIN).partition("/")
    return Address(Address(None, "join", owner), section)


def _give_up_create_first(changes: dict[Address, Change], cycle: Cycle) -> bool:
    """Turn create-first into delete-first for the members of a cycle; False when there is none to turn."""
    members = {str(each).rpartition(":")[0] for each in cycle.members}
    turned = False
    for address, change in changes.items():
        if change.action is Action.CREATE_DELETE and str(address) in members:
            impact = (*change.impact, CREATE_FIRST_IMPOSSIBLE)
            changes[address] = replace(change, action=Action.DELETE_CREATE, impact=impact)
            turned = True
    return turned
