"""Changes, written as briefly as they can be said, and the steps that come of them.

`.vlans.v` is `projects.p.vlans.v`, in what a test says and in what it reads; what exists has its name for an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.engine.order import Ordered, order
from reconciler.kinds.wiring import Port
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark
from reconciler.model.plan import Action, Change, FieldChange
from reconciler.values import Address, parse_address

from .build import CATALOG, resource

WORKING: Mapping[str, Any] = {"status": Status(Phase.WORKING)}
VOLUME: Mapping[str, Any] = {"plan": "storage_1", "size": 20, "facility": "ewr1"}
Edges = set[tuple[str, str]]


def full(address: str) -> str:
    return f"projects.p{address}" if address.startswith(".") else address


def short(text: str) -> str:
    return text.replace("projects.p.", ".")


@dataclass
class Changes:
    every: list[Change] = field(default_factory=list)

    def create(self, *addresses: str, **more: Any) -> Changes:
        return self.add(Action.CREATE, *addresses, **more)

    def update(self, *addresses: str, **more: Any) -> Changes:
        return self.add(Action.UPDATE, *addresses, **more)

    def delete(self, *addresses: str, **more: Any) -> Changes:
        return self.add(Action.DELETE, *addresses, **more)

    def replace(self, *addresses: str, **more: Any) -> Changes:
        return self.add(Action.DELETE_CREATE, *addresses, **more)

    def create_first(self, *addresses: str, **more: Any) -> Changes:
        return self.add(Action.CREATE_DELETE, *addresses, **more)

    def keep(self, *addresses: str, **more: Any) -> Changes:
        return self.add(Action.NOOP, *addresses, **more)

    def add(
        self,
        action: Action,
        *addresses: str,
        live: Mapping[str, Any] | None = None,
        changed: Iterable[str] = (),
        unknown: Iterable[str] = (),
        reason: str = "",
        moved_from: str = "",
        after: Iterable[str] = (),
        **declared: Any,
    ) -> Changes:
        for address in map(full, addresses):
            at = parse_address(address)
            needs = tuple(map(full, after))
            wanted = resource(address, after=needs, **declared) if action is not Action.DELETE else None
            values = dict(wanted.values) if wanted is not None else {}
            self.every.append(
                Change(
                    at,
                    CATALOG.way_to(at)[-1].name,
                    action,
                    wanted,
                    there(at, **(live or {})) if action is not Action.CREATE else None,
                    at.owner.name if at.owner is not None else None,
                    reason,
                    fields=tuple(FieldChange((name,), None, None) for name in changed),
                    after={name: value for name, value in values.items() if name not in set(unknown)},
                    unknown=frozenset(unknown),
                    moved_from=moved_from,
                )
            )
        return self

    def ordered(self) -> Ordered:
        return order(self.every, CATALOG, "shop")

    def calls(self) -> dict[str, str]:
        """What each step sends, the steps in their order."""
        return {short(each.id): each.call for each in self.ordered().steps if each.kind}

    def edges(self) -> Edges:
        """Which step waits for which, but for the joins."""
        return {
            (short(earlier), short(step.id))
            for step in self.ordered().steps
            for earlier in step.requires
            if step.kind and not earlier.startswith("join:")
        }


def there(at: Address, **more: Any) -> LiveObject:
    kind = CATALOG.way_to(at)[-1]
    mark = Mark("shop", str(at)) if kind.marked else None
    blank = LiveObject(kind.name, at.name or at.section, "", {}, {}, mark)
    if at.owner is not None:
        blank = replace(blank, owner_id=at.root.name, parent_id=at.owner.name)
    return replace(blank, **more)


def port(name: str, *vlans: str) -> Mapping[str, Any]:
    """A port as it is, in these VLANs."""
    shown = Port(name, name, name.startswith("bond"), bonded=True, vlans=vlans)
    return {"attributes": {"port": shown}, "holds": frozenset(vlans)}


def wired() -> Mapping[str, Any]:
    """A machine's network type as it is born."""
    bond = Port("bond0", "bond0", bond=True, bonded=True, layer2=False)
    members = (Port(name, name, bond=False, bonded=True, bond_id="bond0") for name in ("eth0", "eth1"))
    return {"attributes": {"ports": (bond, *members)}}
