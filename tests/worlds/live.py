"""What the account holds, and whether that is what the stack says: read from the API's answers by hand, so that no
kind can be wrong in both places.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from reconciler.emulator.records import (
    ApiKey,
    Device,
    Invitation,
    License,
    Record,
    Reservation,
    SpotMarketRequest,
    SshKey,
    Vlan,
    Volume,
)
from reconciler.model.resource import Resource, Stack, deferred

_MARK = "reconciler:"
_COLLECTIONS = {
    "ssh_key": ("ssh-keys", "ssh_keys"),
    "vlan": ("virtual-networks", "virtual_networks"),
    "ip_reservation": ("ips", "ip_addresses"),
    "volume": ("storage?include=attachments,snapshot_policies,facility", "volumes"),
    "license": ("licenses", "licenses"),
    "device": ("devices", "devices"),
    "spot_market_request": ("spot-market-requests", "spot_market_requests"),
    "api_key": ("api-keys", "api_keys"),
    "invitation": ("invitations", "invitations"),
}
_RECORDS: Mapping[str, type[Record]] = {
    "ssh_key": SshKey,
    "vlan": Vlan,
    "ip_reservation": Reservation,
    "volume": Volume,
    "license": License,
    "device": Device,
    "spot_market_request": SpotMarketRequest,
    "api_key": ApiKey,
    "invitation": Invitation,
}
"""What the collections list: where the account has none of it at all, nobody need ask."""


class Listing(Protocol):
    """An account of which whole collections can be read."""

    def listed(self, path: str, key: str) -> list[dict[str, Any]]: ...

    def may_hold(self, kind: type[Record]) -> bool:
        """False where there is certainly nothing of a kind."""
        ...


MACHINE = "machine of several"
_MADE_BY = ("device_batches", "spot_market_requests")


@dataclass(frozen=True)
class Held:
    """One object of the account. `mark` is `stack:address`, empty for a stranger."""

    kind: str
    body: Mapping[str, Any]
    mark: str
    project: str = ""

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def address(self) -> str:
        return self.mark.partition(":")[2]


def everything(account: Listing) -> list[Held]:
    """All objects that are there, those on their way out left out."""
    found = [_held("organization", each) for each in account.listed("/organizations", "organizations")]
    found += [_held("ssh_key", each) for each in account.listed("/ssh-keys", "ssh_keys")]
    found += [_held("api_key", each) for each in account.listed("/user/api-keys", "api_keys")]
    for project in account.listed("/projects", "projects"):
        found.append(_held("project", project))
        found += _in_project(account, project["id"])
    return found


def _in_project(account: Listing, project: str) -> Iterator[Held]:
    for kind, (path, key) in _COLLECTIONS.items():
        if not account.may_hold(_RECORDS[kind]):
            continue
        for body in account.listed(f"/projects/{project}/{path}", key):
            if kind == "device" and body["state"] == "deprovisioning":
                continue
            if kind == "ip_reservation" and (body.get("management") or body["address_family"] == 6):
                continue
            held = _held(kind, body, project)
            if kind == "device" and any(
                f".{each}." in held.mark for each in ("device_batches", "spot_market_requests")
            ):
                held = replace(held, kind=MACHINE)
            yield held
            if kind == "device":
                assignments = [each for each in body["ip_addresses"] if each["management"] is False]
                yield from (_held("ip_assignment", each, project) for each in assignments)


def _held(kind: str, body: Mapping[str, Any], project: str = "") -> Held:
    return Held(kind, body, mark_of(body), project)


def mark_of(body: Mapping[str, Any]) -> str:
    of_machines = (body.get("instance_parameters") or {}).get("tags")
    for tag in body.get("tags") or of_machines or ():
        if str(tag).startswith(_MARK):
            return str(tag).removeprefix(_MARK)
    for name in ("description", "label"):
        text = str(body.get(name) or "")
        if text.endswith("]") and f"[{_MARK}" in text:
            return text.rpartition(f"[{_MARK}")[2][:-1]
    custom = body.get("customdata")
    own = custom.get("reconciler") if isinstance(custom, Mapping) else None
    return f"{own['stack']}:{own['address']}" if isinstance(own, Mapping) else ""


def ours(account: Listing, stack: str) -> list[Held]:
    return owned(everything(account), stack)


def owned(there: Iterable[Held], stack: str) -> list[Held]:
    """Those of the objects that carry the mark of a stack."""
    return [each for each in there if each.mark.startswith(f"{stack}:")]


def doubles(account: Listing, stack: str) -> list[str]:
    """Addresses that more than one object carries."""
    counts = Counter((each.kind, each.mark) for each in ours(account, stack) if each.kind != MACHINE)
    return [f"{kind} {mark}" for (kind, mark), count in sorted(counts.items()) if count > 1]


def unlike(account: Listing, stack: Stack, kept: Collection[str] = ()) -> list[str]:
    """Everything in which the account is not as declared. `kept` are ids of what stays for others' sake."""
    return differing(everything(account), stack, kept)


def differing(there: Iterable[Held], stack: Stack, kept: Collection[str] = ()) -> list[str]:
    """Everything in which what is there is not as declared."""
    every = owned(there, stack.name)
    by_address = {(each.kind, each.address): each for each in every if each.kind != MACHINE}
    machines = Counter(each.address for each in every if each.kind == MACHINE)
    wanted = {(each.kind, str(each.address)): each for each in stack.resources if each.managed}
    marked = {each.kind for each in by_address.values()} | {*_COLLECTIONS, "project", "organization", "ip_assignment"}
    found = []
    for key in sorted({*by_address, *(each for each in wanted if each[0] in marked)}):
        if key not in wanted and by_address[key].id in kept:
            continue
        if key not in wanted:
            found.append(f"{key[1]}: is there and is not declared")
        elif key not in by_address:
            found.append(f"{key[1]}: is declared and is not there")
        else:
            found += [f"{key[1]}: {each}" for each in _differences(wanted[key], by_address[key])]
    for resource in stack.resources:
        made = machines.pop(str(resource.address), 0)
        ignored = resource.lifecycle.ignore_changes
        if resource.kind == "device_batch" and "quantity" not in ignored and made != resource.values["quantity"]:
            found.append(f"{resource.address}: it has {made} machines")
        most = resource.values.get("devices_max") if "devices_max" not in ignored else None
        if resource.kind == "spot_market_request" and most is not None and made > most:
            found.append(f"{resource.address}: it has {made} machines")
        if resource.kind in _STANDING:
            device = by_address.get(("device", str(resource.parent)))
            found += [f"{resource.address}: {each}" for each in _standing(resource, device, by_address)]
    return [*found, *(f"{address}: {count} machines are left of it" for address, count in machines.items())]


_STANDING = ("network_type", "port", "bgp_session", "volume_attachment")
_PLAIN = {
    "device": ("hostname", "description", "billing_cycle", "userdata", "always_pxe", "locked"),
    "project": ("name", "backend_transfer_enabled"),
    "organization": ("name", "description", "website", "twitter"),
    "ip_reservation": ("details",),
    "volume": ("size", "billing_cycle", "locked", "description"),
    "license": ("size", "description"),
    "ssh_key": ("key", "label"),
    "vlan": ("description",),
    "api_key": ("description", "read_only"),
    "spot_market_request": ("devices_min", "devices_max"),
}
_ALIASES = {"baremetal_1": "c1.small.x86"}


def _differences(resource: Resource, held: Held) -> Iterator[str]:
    ignored = resource.lifecycle.ignore_changes
    values = {name: value for name, value in resource.values.items() if not deferred(value) and name not in ignored}
    body = held.body
    for name in _PLAIN.get(held.kind, ()):
        if name in values and (values[name] or None) != (_without_mark(body.get(name)) or None):
            yield f"{name} is {body.get(name)!r}, not {values[name]!r}"
    if "plan" in values and body["plan"]["slug"] != _ALIASES.get(values["plan"], values["plan"]):
        yield f"plan is {body['plan']['slug']}"
    if "operating_system" in values and body["operating_system"]["slug"] != values["operating_system"]:
        yield f"operating_system is {body['operating_system']['slug']}"
    if held.kind in ("device", "volume", "vlan") and isinstance(values.get("facility"), str):
        code = body.get("facility_code") or body["facility"]["code"]
        if values["facility"] not in (code, "any"):
            yield f"facility is {code}"
    if values.get("power_state") and body["state"] != values["power_state"]:
        yield f"state is {body['state']}"
    if values.get("tags") is not None and not set(values["tags"]) <= set(body["tags"]):
        yield f"tags are {body['tags']}"
    if values.get("hardware_reservation_id") and not body.get("hardware_reservation"):
        yield "it is on no reserved hardware"
    if "quantity" in values and 1 << (32 - body["cidr"]) != values["quantity"]:
        yield f"it has /{body['cidr']}"
    if "customdata" in values:
        yield from _custom(values["customdata"], body)
    if values.get("snapshot_policies") is not None:
        there = sorted((each["snapshot_frequency"], each["snapshot_count"]) for each in body["snapshot_policies"])
        if there != sorted(tuple(each.values()) for each in values["snapshot_policies"]):
            yield f"its policies are {there}"


def _custom(wanted: Any, body: Mapping[str, Any]) -> Iterator[str]:
    there = body["customdata"]
    if isinstance(there, Mapping):
        there = {name: value for name, value in there.items() if name != "reconciler"}
    wanted = json.loads(wanted) if isinstance(wanted, str) else wanted
    if (wanted or None) != (there or None):
        yield f"customdata is {there!r}, not {wanted!r}"


def _without_mark(value: Any) -> Any:
    if isinstance(value, str) and value.endswith("]") and f"[{_MARK}" in value:
        return value.rpartition(f"[{_MARK}")[0].rstrip()
    return value


def _standing(resource: Resource, device: Held | None, by_address: Mapping[tuple[str, str], Held]) -> Iterator[str]:
    if device is None:
        yield "its device is not there"
        return
    ports = {each["name"]: each for each in device.body["network_ports"]}
    values = resource.values
    if resource.kind == "network_type":
        shown = _type_of(ports)
        if values.get("type") not in (None, shown):
            yield f"the ports are {shown}"
    elif resource.kind == "port":
        yield from _port(resource, ports[values["name"]], by_address)
    elif resource.kind == "volume_attachment":
        volumes = [each for each in by_address.values() if each.kind == "volume"]
        attached = [
            each.address
            for each in volumes
            for a in each.body["attachments"]
            if a["device"]["href"].endswith(device.id)
        ]
        wanted = {str(each) for each in resource.references if each.section == "volumes"}
        if not wanted & set(attached):
            yield f"attached to its device are {attached}"


def _port(resource: Resource, port: Mapping[str, Any], by_address: Mapping[tuple[str, str], Held]) -> Iterator[str]:
    vlans = {each.body["href"]: each.address for each in by_address.values() if each.kind == "vlan"}
    there = {vlans.get(each["href"], each["href"]) for each in port["virtual_networks"]}
    wanted = {str(each) for each in resource.references if each.section == "vlans"}
    values = resource.values
    if "vlans" in values and there != wanted:
        yield f"it is in {sorted(there)}, not in {sorted(wanted)}"
    native = port["native_virtual_network"]
    if "native_vlan" in values and bool(native) != bool(values["native_vlan"]):
        yield f"its native VLAN is {native}"
    if values.get("bonded") is not None and port["data"]["bonded"] is not values["bonded"]:
        yield f"bonded is {port['data']['bonded']}"


def _type_of(ports: Mapping[str, Mapping[str, Any]]) -> str:
    """The network type as packngo reads it, by the first bond and the members that are out of their bond."""
    word: str = ports["bond0"]["network_type"]
    out = {name for name, each in ports.items() if name.startswith("eth") and not each["data"]["bonded"]}
    odd = {name for name in ports if name in ("eth1", "eth3")}
    if word in ("layer3", "hybrid") and out == odd:
        return "hybrid"
    if word == "layer2-individual" and len(out) == sum(name.startswith("eth") for name in ports):
        return word
    return word if word in ("layer3", "layer2-bonded") and not out else f"{word} without {sorted(out)}"
