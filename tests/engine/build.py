"""Stacks as Python values, written as briefly as in YAML: `resource("projects.edge.vlans.a", facility="ewr1")`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from reconciler.diagnostics import Place
from reconciler.kinds import catalog
from reconciler.model.resource import Evaluated, Lifecycle, Output, Resource, Stack, Timeouts, World
from reconciler.model.rules import FromKey
from reconciler.values import Address, Unknown, parse_address

CATALOG = catalog()
_BY_SECTION = {each.section: each for each in CATALOG.kinds}


@dataclass(frozen=True)
class Ref:
    """An expression that reads one attribute of another resource; `shape` makes the field's value of it."""

    address: Address
    attribute: str
    shape: Callable[[Any], Any] = lambda value: value
    secret: bool = False

    @property
    def place(self) -> Place:
        return Place("stack.yaml", 999)

    @property
    def references(self) -> frozenset[Address]:
        return frozenset({self.address})

    def evaluate(self, world: World) -> Evaluated:
        value = world.attribute(self.address, self.attribute)
        return Evaluated(value if isinstance(value, Unknown) else self.shape(value), self.secret)


def ref(address: str, attribute: str = "id", shape: Callable[[Any], Any] | None = None, secret: bool = False) -> Ref:
    return Ref(parse_address(address), attribute, shape or (lambda value: value), secret=secret)


def resource(
    address: str,
    /,
    *,
    existing: str | None = None,
    after: tuple[str, ...] = (),
    lifecycle: Lifecycle | None = None,
    timeouts: Timeouts | None = None,
    sections: tuple[str, ...] = (),
    secrets: tuple[str, ...] = (),
    line: int = 0,
    **values: Any,
) -> Resource:
    """One resource. Required fields that a test does not care about are filled in; fields stand on lines of their own:
    the resource on `line`, its fields below it in the order given."""
    at = parse_address(address)
    kind = _BY_SECTION[at.section]
    if existing is None:
        values = {**_given(kind.name, at), **values}
        if kind.key_field is not None:
            key = at.name if at.index is None else f"{at.name}-{at.index}"
            always = isinstance(kind.fields[kind.key_field].rule, FromKey)
            values = {kind.key_field: key, **values} if not always else {**values, kind.key_field: key}
    known = {name: value for name, value in values.items() if not isinstance(value, Ref)}
    waiting = {name: value for name, value in values.items() if isinstance(value, Ref)}
    if existing is None:
        checked = kind.check(known, frozenset(waiting))
        assert not isinstance(checked, list), (address, checked)
        known = dict(checked)
    references = {parse_address(each) for each in after} | {each.address for each in waiting.values()}
    return Resource(
        address=at,
        kind=kind.name,
        values={name: {**known, **waiting}[name] for name in values if name in known or name in waiting},
        place=Place("stack.yaml", line or 1),
        parent=at.parent,
        references=frozenset(references),
        lifecycle=lifecycle or Lifecycle(),
        timeouts=timeouts or Timeouts(),
        existing=existing,
        secrets=frozenset(secrets),
        field_places={name: Place("stack.yaml", (line or 1) + 1 + row) for row, name in enumerate(values)},
        managed_sections=frozenset(sections),
    )


def _given(kind: str, at: Address) -> dict[str, Any]:
    name = at.name if at.index is None else f"{at.name}-{at.index}"
    given: dict[str, dict[str, Any]] = {
        "device": {
            "hostname": name,
            "facility": "ewr1",
            "plan": "t1.small.x86",
            "operating_system": "ubuntu_18_04",
        },
        "vlan": {"facility": "ewr1"},
        "ssh_key": {"key": f"ssh-ed25519 AAAA{name} {name}"},
        "ip_reservation": {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"},
        "bgp_config": {"deployment_type": "local", "asn": 65000},
    }
    return given.get(kind, {})


def stack(*resources: Resource, name: str = "shop", outputs: tuple[Output, ...] = ()) -> Stack:
    """A stack; sections that are named by a child count as managed in its parent."""
    named: dict[Address, set[str]] = {}
    for each in resources:
        if each.parent is not None:
            named.setdefault(each.parent, set()).add(each.address.section)
    filled = [
        replace(each, managed_sections=each.managed_sections | frozenset(named.get(each.address, ())))
        for each in resources
    ]
    return Stack(name, tuple(sorted(filled, key=lambda each: each.address.sort_key)), outputs)


def devices(count: int, project: str = "projects.edge", name: str = "web", **values: Any) -> list[Resource]:
    """`count` devices `web[0]`, `web[1]`, ..."""
    return [resource(f"{project}.devices.{name}[{number}]", **values) for number in range(count)]


def shop(count: int = 1) -> Stack:
    """One of every kind, tied together by references."""
    return stack(
        resource("projects.edge", name="Edge"),
        resource("ssh_keys.me"),
        resource("projects.edge.ssh_keys.ops"),
        resource("projects.edge.vlans.storage", description="storage"),
        resource("projects.edge.ip_reservations.vip", tags=["vip"]),
        resource("projects.edge.bgp_config", md5="Secret4thenight"),
        *devices(
            count,
            tags=["web"],
            userdata=ref("projects.edge.ip_reservations.vip", "address", lambda value: f"vip={value}"),
            project_ssh_keys=ref("projects.edge.ssh_keys.ops", "id", lambda value: [value]),
        ),
        resource(
            "projects.edge.devices.web[0].ip_assignments.vip",
            address=ref("projects.edge.ip_reservations.vip", "block"),
        ),
        resource("projects.edge.devices.web[0].bgp_sessions.ipv4", default_route=True),
    )
