"""Why something happens to a resource: the chain of reasons, each down to the line of the stack that is behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.diagnostics import Place
from reconciler.model.plan import Action, Change, FieldChange, Plan
from reconciler.values import Address, Unknown

_FATE: Mapping[Action, str] = {
    Action.NOOP: "stays as it is",
    Action.CREATE: "is created",
    Action.UPDATE: "is updated in place",
    Action.DELETE: "is destroyed",
    Action.DELETE_CREATE: "is destroyed, and then made anew",
    Action.CREATE_DELETE: "is made anew, and then the old one destroyed",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One link: what is so, the line that says it (None where no line does), and why that is."""

    says: str
    place: Place | None = None
    because: tuple[Reason, ...] = ()


def why(plan: Plan, address: Address) -> Reason:
    """The reasons of what a plan does to one resource. Raises KeyError when the plan has none of that address."""
    changes = {each.address: each for each in plan.changes}
    return _reason(changes[address], changes, frozenset())


def _reason(change: Change, changes: Mapping[Address, Change], told: frozenset[Address]) -> Reason:
    """`told` are the addresses further up the chain, which are not told again."""
    says = f"{change.address} {_FATE[change.action]}"
    if change.moved_from:
        says = f"{says}; its mark still says {change.moved_from}"
    because = tuple(_because(change, changes, told | {change.address}))
    return Reason(says, change.place, because)


def _because(change: Change, changes: Mapping[Address, Change], told: frozenset[Address]) -> Iterator[Reason]:
    owner = changes.get(change.address.owner) if change.address.owner is not None else None
    match change.action, change.reason:
        case Action.NOOP, "holds_strangers":
            yield Reason("others keep something in it, so it is not destroyed")
        case Action.NOOP, _:
            yield Reason("the account has it as the stack says")
        case Action.CREATE, _:
            yield Reason("the account has no object that is this one")
            yield from _created_above(owner, changes, told)
        case _, "parent_replaced" if owner is not None:
            yield _once(owner, changes, told)
        case _:
            if change.because:
                yield Reason(change.because.removeprefix("because "))
    for each in change.fields:
        yield _of_field(change, each, changes, told)


def _created_above(
    owner: Change | None, changes: Mapping[Address, Change], told: frozenset[Address]
) -> Iterator[Reason]:
    """What stands in something that is made as well is made with it."""
    if owner is not None and owner.action.creates:
        yield _once(owner, changes, told)


def _of_field(
    change: Change, field: FieldChange, changes: Mapping[Address, Change], told: frozenset[Address]
) -> Reason:
    name = str(field.path[0])
    secret = field.secret or name in change.secrets
    before, after = (_shown(each, secret) for each in (field.before, field.after))
    rule = ", which cannot be changed in place" if field.forces_replacement else ""
    note = f" ({field.note})" if field.note else ""
    place = change.resource.place_of(name) if change.resource is not None else None
    waits = sorted(field.after.waits_for, key=lambda each: each.sort_key) if isinstance(field.after, Unknown) else ()
    because = tuple(_once(changes[each], changes, told) for each in waits if each in changes)
    return Reason(f"{'.'.join(map(str, field.path))}: {before} -> {after}{rule}{note}", place, because)


def _once(change: Change, changes: Mapping[Address, Change], told: frozenset[Address]) -> Reason:
    if change.address in told:
        return Reason(f"{change.address} {_FATE[change.action]}, as said above", change.place)
    return _reason(change, changes, told)


def _shown(value: Any, secret: bool) -> str:
    if secret:
        return "(sensitive value)"
    return "(known after apply)" if isinstance(value, Unknown) else repr(value)
