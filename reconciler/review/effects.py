"""What each change disrupts, and what rests on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.graph import reached
from reconciler.model.catalog import Catalog
from reconciler.model.effect import Effect, worst
from reconciler.model.kind import Kind
from reconciler.model.plan import Action, Change
from reconciler.model.rules import Update
from reconciler.values import Address


def with_effects(changes: Sequence[Change], catalog: Catalog) -> tuple[Change, ...]:
    """The changes, each with its effect; those that disrupt, with what rests on them and stays."""
    users = _users(changes)
    staying = {each.address for each in changes if each.action is not Action.DELETE}
    actions = {each.address: each.action for each in changes}
    return tuple(_assessed(each, catalog[each.kind], users, staying, actions) for each in changes)


def _assessed(
    change: Change,
    kind: Kind,
    users: Mapping[Address, Sequence[Address]],
    staying: set[Address],
    actions: Mapping[Address, Action],
) -> Change:
    effect = _effect(change, kind, actions)
    if effect is Effect.NONE or (effect.rank <= Effect.NETWORK.rank and _goes_along(change, actions)):
        return change
    if not effect.disrupts:
        return replace(change, effect=effect)
    resting = (reached([change.address], users) & staying) - {change.address}
    return replace(change, effect=effect, dependants=tuple(sorted(resting, key=lambda each: each.sort_key)))


def _goes_along(change: Change, actions: Mapping[Address, Action]) -> bool:
    """Whether it stands in what goes or is replaced itself, which says it all: a machine's addresses, a project's
    VLANs.
    """
    owner = change.address.owner
    return owner is not None and actions.get(owner, Action.NOOP).deletes


def _effect(change: Change, kind: Kind, actions: Mapping[Address, Action]) -> Effect:
    if change.action.replaces:
        return kind.replace_effect
    if change.action is Action.DELETE:
        return kind.delete_effect
    owner = change.address.owner
    if change.action is Action.CREATE:  # in a machine that is made as well, nothing runs yet
        inside = owner is not None and not actions.get(owner, Action.NOOP).creates
        return kind.create_effect if inside else Effect.NONE
    if change.action is Action.UPDATE:
        return worst((Effect.IN_PLACE, *(_of_field(kind, str(each.path[0]), each.wipes) for each in change.fields)))
    return Effect.NONE


def _of_field(kind: Kind, name: str, wipes: bool) -> Effect:
    rule = kind.fields[name].rule if name in kind.fields else None
    if wipes:
        return Effect.REINSTALL
    return rule.effect if isinstance(rule, Update) else Effect.IN_PLACE


def _users(changes: Sequence[Change]) -> dict[Address, list[Address]]:
    """By address, what refers to it or stands in it."""
    found: dict[Address, list[Address]] = {}
    for each in changes:
        if each.resource is None:
            continue
        needs = {*each.resource.references, *([each.address.owner] if each.address.owner is not None else [])}
        for need in needs:
            found.setdefault(need, []).append(each.address)
    return found
