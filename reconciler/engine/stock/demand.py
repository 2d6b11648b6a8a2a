"""What the creates of a plan take: out of the stock, by plan and place, and out of projects' reserved machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from reconciler.model.catalog import Catalog
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change
from reconciler.model.stock import Machines
from reconciler.values import Address


@dataclass(frozen=True, slots=True)
class Want:
    """What one change takes."""

    change: Change
    machines: Machines


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Machines of one plan that can be in the same places, and all that want them. Equal to itself alone."""

    plan: str
    names: frozenset[str]
    places: tuple[str, ...]
    """Empty: anywhere."""
    quantity: int
    spread: int | None
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What is wanted of the reserved machines of one project. `brought` are the uuids of those that this plan moves
    into it, `freed` the devices that it ends.
    """

    project_id: str
    wants: tuple[Want, ...]
    brought: frozenset[str]
    freed: frozenset[str]


Gone = Set[tuple[str, str]]
"""Kinds and ids of what a plan takes away."""


def going(changes: Iterable[Change]) -> Gone:
    return {(each.kind, each.live.id) for each in changes if each.action.deletes and each.live is not None}


def stays(address: Address, by_address: Mapping[Address, Change]) -> LiveObject | None:
    """What is at an address and is not made anew; None where nothing is."""
    around = by_address.get(address)
    return around.live if around is not None and not around.action.creates else None


def demands(changes: Sequence[Change], catalog: Catalog) -> list[Demand]:
    """What is taken out of the stock, in the order of addresses. A machine that is ended before it is made again takes
    what it frees.
    """
    grouped: dict[tuple[object, ...], list[Want]] = {}
    for want in wants(changes, catalog):
        machines = want.machines
        if machines.reserved:
            continue
        left = machines.quantity - _freed_first(want, catalog)
        if left <= 0:
            continue
        alone = want.change.address if machines.spread is not None and len(machines.places) != 1 else None
        key = (tuple(sorted(machines.names)), machines.places, alone)
        grouped.setdefault(key, []).append(replace(want, machines=replace(machines, quantity=left)))
    return [_demand(each) for each in grouped.values()]


def claims(changes: Sequence[Change], catalog: Catalog) -> list[Claim]:
    """What is taken out of reserved machines, by project. A project that is yet to be made has none that are known."""
    by_address = {each.address: each for each in changes}
    grouped: dict[str, list[Want]] = {}
    for want in wants(changes, catalog):
        project_id = _project_id(want.change, by_address)
        if want.machines.reserved and project_id is not None:
            grouped.setdefault(project_id, []).append(want)
    if not grouped:
        return []
    freed = frozenset(
        identifier
        for each in changes
        if each.action.deletes and each.live is not None
        for identifier in catalog[each.kind].machine_ids(each.live)
    )
    brought: dict[str | None, frozenset[str]] = {}
    for each in changes:
        if each.action.creates and (ids := catalog[each.kind].brings(each.after)):
            project_id = _project_id(each, by_address)
            brought[project_id] = brought.get(project_id, frozenset()) | ids
    return [
        Claim(project_id, tuple(each), brought.get(project_id, frozenset()), freed)
        for project_id, each in sorted(grouped.items())
    ]


def freed_late(demand: Demand, changes: Sequence[Change], catalog: Catalog) -> int:
    """How many such machines the plan ends besides, at a time that nothing ties to the creates."""
    return sum(
        taken.quantity
        for each in changes
        if each.action in (Action.DELETE, Action.CREATE_DELETE) and each.live is not None
        if (taken := catalog[each.kind].takes(each.live.values)) is not None
        if not taken.reserved and taken.names == demand.names and _within(taken, demand.places)
    )


def wants(changes: Sequence[Change], catalog: Catalog) -> Iterator[Want]:
    """What the creates among the changes take."""
    for change in changes:
        if not change.action.creates or change.resource is None:
            continue
        machines = catalog[change.kind].takes(change.after, change.unknown)
        if machines is not None:
            yield Want(change, machines)


def _freed_first(want: Want, catalog: Catalog) -> int:
    change = want.change
    if change.action is not Action.DELETE_CREATE or change.live is None:
        return 0
    held = catalog[change.kind].takes(change.live.values)
    if held is None or held.reserved or held.names != want.machines.names or not _within(held, want.machines.places):
        return 0
    return held.quantity


def _within(held: Machines, places: tuple[str, ...]) -> bool:
    return not places or (bool(held.places) and set(held.places) <= set(places))


def _demand(together: Sequence[Want]) -> Demand:
    first = together[0].machines
    return Demand(
        plan=first.plan,
        names=first.names,
        places=first.places,
        quantity=sum(each.machines.quantity for each in together),
        spread=first.spread if len(first.places) != 1 else None,
        wants=tuple(together),
    )


def _project_id(change: Change, by_address: Mapping[Address, Change]) -> str | None:
    around = by_address.get(change.address.owner) if change.address.owner is not None else None
    return None if around is None or around.action.creates else change.parent_id
