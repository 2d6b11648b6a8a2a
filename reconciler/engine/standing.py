"""Objects that stand with their parent (a device's ports): what a plan changes of them though nobody says so.

Nobody creates or deletes them, so a declared one that is left out, or one that holds what is to be deleted, is changed
and not removed. And what one sibling does may undo another (a conversion of the bond takes VLANs off its members):
such an object is made right again in the same run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.engine.fields import differences
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Action, Change
from reconciler.model.resource import Resource, deferred
from reconciler.model.standing import StandingKind
from reconciler.values import Address


def after_reshaping(resources: Sequence[Resource], catalog: Catalog) -> tuple[Resource, ...]:
    """The resources, with those that read a device after the conversion that changes its addresses as well.

    Not where the conversion itself waits for the reader: that would go round in a circle.
    """
    by_address = {each.address: each for each in resources}
    shapers: dict[Address, list[tuple[Address, frozenset[Address]]]] = {}
    for each in resources:
        kind = catalog[each.kind]
        if not isinstance(kind, StandingKind) or each.parent is None:
            continue
        plain = {name: value for name, value in each.values.items() if not deferred(value)}
        if kind.reshaped(plain, None):
            shapers.setdefault(each.parent, []).append((each.address, frozenset(_earlier(each, by_address))))
    if not shapers:
        return tuple(resources)
    found = []
    for each in resources:
        read = [address for address in each.references if address in shapers and not each.address.within(address)]
        more = {shaper for address in read for shaper, earlier in shapers[address] if each.address not in earlier}
        found.append(replace(each, references=each.references | more) if more else each)
    return tuple(found)


def reshaped(kind: Kind, change: Change) -> frozenset[str]:
    """The attributes of what it stands in that a planned change of a standing object changes."""
    if not isinstance(kind, StandingKind) or change.action is not Action.UPDATE or change.live is None:
        return frozenset()
    return kind.reshaped(change.after, change.live)


def _earlier(resource: Resource, resources: Mapping[Address, Resource]) -> set[Address]:
    """Everything that a resource waits for."""
    found: set[Address] = set()
    frontier = [resource]
    while frontier:
        here = frontier.pop()
        for address in here.references | ({here.parent} if here.parent else set()):
            if address in resources and address not in found:
                found.add(address)
                frontier.append(resources[address])
    return found


def standing_changes(
    snapshot: Snapshot, catalog: Catalog, changes: Mapping[Address, Change], leaving: Iterable[Change]
) -> list[Change]:
    """Changes of standing objects that no resource declares: they let go of what is deleted, those in a section that
    the stack names go back to nothing, and those that were made something of go with their parent.
    """
    leaving = tuple(leaving)
    going = {
        each.live.id: each.address
        for each in (*changes.values(), *leaving)
        if each.live is not None and each.action.deletes
    }
    by_live = {each.live.id: each for each in (*changes.values(), *leaving) if each.live is not None}
    claimed = {(each.kind, each.live.id) for each in changes.values() if each.live is not None}
    found = []
    for kind in (each for each in catalog.kinds if isinstance(each, StandingKind)):
        for live in snapshot.of_kind(kind.name):
            above = by_live.get(live.parent_id or "")
            if (live.kind, live.id) in claimed or above is None or not live.present:
                continue
            if above.action is Action.DELETE and kind.configured(live):
                found.append(_goes(kind, live, above))
            if above.resource is None or above.action.deletes or not above.resource.managed:
                continue
            held = sorted((going[each] for each in live.holds if each in going), key=lambda each: each.sort_key)
            if kind.section in above.resource.managed_sections:
                because = f"because it is no longer in the configuration of {above.address}"
                found += _changed(kind, live, above.resource, kind.unset(live), "not_declared", because)
            elif held:
                because = f"because {', '.join(map(str, held))} is destroyed"
                found += _changed(kind, live, above.resource, kind.without(live, frozenset(going)), "lets_go", because)
    return found


def _goes(kind: StandingKind, live: LiveObject, above: Change) -> Change:
    because = f"because {above.address} is destroyed"
    return Change(
        _address(kind, live, above.address),
        kind.name,
        Action.DELETE,
        live=live,
        parent_id=live.parent_id,
        reason="parent_deleted",
        because=because,
        before=live.values,
    )


def _address(kind: StandingKind, live: LiveObject, parent: Address) -> Address:
    return Address(parent, kind.section, "" if live.key == kind.section else live.key)


def _changed(
    kind: StandingKind, live: LiveObject, parent: Resource, values: Mapping[str, Any], reason: str, because: str
) -> list[Change]:
    address = _address(kind, live, parent.address)
    resource = Resource(address, kind.name, values, parent.place, parent.address, frozenset({parent.address}))
    fields = differences(resource, kind, values, frozenset(), live)
    if not fields:
        return []
    before = {name: live.values[name] for name in values if name in live.values}
    return [
        Change(
            address, kind.name, Action.UPDATE, resource, live, live.parent_id, reason, because, fields, before, values
        )
    ]


def made_right_again(catalog: Catalog, changes: Mapping[Address, Change]) -> dict[Address, Change]:
    """The changes, with unchanged objects that a sibling's change may undo turned into updates."""
    found = dict(changes)
    below: dict[Address, list[Change]] = {}
    for change in changes.values():
        if change.address.owner is not None and catalog[change.kind].standing:
            below.setdefault(change.address.owner, []).append(change)
    for siblings in below.values():
        for change in siblings:
            kind = catalog[change.kind]
            if change.action is not Action.NOOP or change.live is None or not isinstance(kind, StandingKind):
                continue
            for other in siblings:
                sooner = other.kind in kind.after_siblings or (
                    other.kind == change.kind and kind.turn(other.address.name) < kind.turn(change.address.name)
                )
                at_work = other.action not in (Action.NOOP, Action.DELETE)
                if at_work and sooner and kind.upset(change.live, other.kind, other.after):
                    because = f"because the change of {other.address} may undo it"
                    found[change.address] = replace(
                        change, action=Action.UPDATE, reason="sibling_changes", because=because
                    )
    return found


def with_losses(snapshot: Snapshot, catalog: Catalog, changes: Mapping[Address, Change]) -> dict[Address, Change]:
    """The changes, with what an update of a standing object takes away told as its impact."""
    found = dict(changes)
    by_parent: dict[str, list[LiveObject]] = {}
    concerned = [each for each in changes.values() if catalog[each.kind].standing and each.action is Action.UPDATE]
    if not concerned:
        return found
    parents = {each.live.parent_id for each in concerned if each.live is not None}
    for live in snapshot:
        if live.parent_id in parents:
            by_parent.setdefault(live.parent_id or "", []).append(live)
    for change in concerned:
        kind = catalog[change.kind]
        if change.live is None or not isinstance(kind, StandingKind):
            continue
        siblings = by_parent.get(change.live.parent_id or "", [])
        lost = kind.losses(change.live, siblings, change.after)
        if lost:
            found[change.address] = replace(change, impact=(*change.impact, *lost))
    return found
