"""Live objects that no resource claimed, beside those that some did, said as briefly as the tests of them want."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.engine.scope import Scope
from reconciler.engine.unclaimed import Unclaimed
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.mark import Mark
from reconciler.model.plan import Action, Change
from reconciler.values import parse_address

from .build import CATALOG, resource

P, WEB = "projects.p", "projects.p.devices.web"
OUTLIVED = {"outlived": "yes"}
"""The memo in the mark of a spot market request whose machines are to stay."""
BATCH: dict[str, Any] = {
    "facility": "ewr1",
    "plan": "t1.small.x86",
    "operating_system": "ubuntu_18_04",
    "quantity": 2,
    "hostname": "w-{{index}}",
}

REQUEST: dict[str, Any] = {
    "facilities": ["ewr1"],
    "devices_min": 1,
    "devices_max": 2,
    "max_bid_price": 0.1,
    "instance_parameters": {"plan": "t1.small.x86", "operating_system": "ubuntu_18_04"},
}


def thing(
    kind: str,
    identifier: str,
    mark: str = "",
    parent: str | None = "p1",
    *,
    by: str = "shop",
    memo: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    attributes: dict[str, Any] | None = None,
    holds: Iterable[str] = (),
    label: str = "",
    **more: Any,
) -> LiveObject:
    """One live object; `mark` is the address in its mark, and `by` the stack that wrote it."""
    own = Mark(by, mark, memo or {}) if mark else None
    shown = attributes or {}
    return LiveObject(
        kind, identifier, label, values or {}, shown, own, parent_id=parent, holds=frozenset(holds), **more
    )


def declared(
    address: str, live: LiveObject | None = None, action: Action | None = None, parent: str | None = "p1", **more: Any
) -> Change:
    """A resource that is `live`, or is to be created."""
    wanted = resource(address, **more)
    does = action or (Action.NOOP if live is not None else Action.CREATE)
    return Change(wanted.address, wanted.kind, does, wanted, live, parent, after=wanted.values)


def gone(address: str, live: LiveObject, reason: str = "not_declared") -> Change:
    """What nothing declares any more."""
    return Change(parse_address(address), live.kind, Action.DELETE, live=live, parent_id=live.parent_id, reason=reason)


def rest(*everything: Change | LiveObject, scope: Scope | None = None) -> Unclaimed:
    """Of what is declared and what is there besides."""
    changes = [each for each in everything if isinstance(each, Change)]
    there = [each if isinstance(each, LiveObject) else each.live for each in everything]
    snapshot = Snapshot(tuple(each for each in there if each is not None))
    return Unclaimed("shop", snapshot, CATALOG, {each.address: each for each in changes}, scope or Scope())


PROJECT = declared(P, thing("project", "p1", P, None), parent=None)
