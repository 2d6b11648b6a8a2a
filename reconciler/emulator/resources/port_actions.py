"""The calls that change a port: VLANs, the native VLAN, bonding, conversion to layer 2 and back. All answer the port.

Calls and their effects: 2019 API reference (Ports), packngo's port services, tests and conversions of 2018 to
2021, the 2020 documentation ("Layer 2", "Native VLAN"). Texts that issue threads quote are the constants
below (terraform-provider-equinix#143 and #902, packngo#231, terraform-metal-vsphere#19); the others are
unsure. Bonding what is bonded, or breaking what is broken, changes nothing and is no error: packngo's first
port test broke the same bond twice and went on with the port that it got.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.bonding import (
    HYBRID,
    LAYER3,
    bond_of,
    carries_addresses,
    members,
    network_type,
    shown_network_type,
    takes_vlans,
    with_ports,
)
from reconciler.emulator.call import Reply, Shown, Write
from reconciler.emulator.catalogue import OperatingSystem
from reconciler.emulator.errors import invalid
from reconciler.emulator.lifecycle import INSTALLED, state
from reconciler.emulator.records import Assignment, Device, Port, Vlan
from reconciler.emulator.resources.device_addresses import give
from reconciler.emulator.resources.device_request import WantedAddress
from reconciler.emulator.resources.ports import find_port

NOT_ENABLED = "This device is not enabled for Layer 2. Please contact support for more details."
WRONG_TYPE = "Hardware invalid server type"
CONFIGURED_FOR_LAYER_3 = "Can't assign vlan, the port is configured for Layer 3"

_PRIVATE_CIDR, _IPV6_CIDR = 31, 127


def assign(call: Write) -> Reply:
    """POST /ports/{id}/assign"""
    device, port = _ready_port(call)
    return _changed(call, device, _with_vlan(call, device, port, _vlan(call, device)))


def unassign(call: Write) -> Reply:
    """POST /ports/{id}/unassign; a native VLAN has to stop being that first."""
    device, port = _ready_port(call)
    vlan = _vlan(call, device)
    if vlan.id not in port.vlan_ids:
        raise invalid(f"Virtual network {vlan.vxlan} not assigned")
    if port.native_vlan_id == vlan.id:
        raise invalid(f"Virtual network {vlan.vxlan} is the native virtual network")  # text unsure
    left = tuple(identifier for identifier in port.vlan_ids if identifier != vlan.id)
    return _changed(call, device, replace(port, vlan_ids=left))


def set_native(call: Write) -> Reply:
    """POST /ports/{id}/native-vlan: one of at least two VLANs of an unbonded port (Terraform's provider)."""
    device, port = _ready_port(call)
    vlan = _vlan(call, device)
    if port.bond_id is None or port.bonded:
        raise invalid(f"Native virtual network is not supported on {port.name}")  # text unsure
    if vlan.id not in port.vlan_ids:
        raise invalid(f"Virtual network {vlan.vxlan} not assigned")
    if port.native_vlan_id == vlan.id:
        raise invalid(f"Virtual network {vlan.vxlan} already assigned")
    if len(port.vlan_ids) < 2:
        raise invalid("Native virtual network needs two or more virtual networks on the port")  # text unsure
    return _changed(call, device, replace(port, native_vlan_id=vlan.id))


def clear_native(call: Write) -> Reply:
    """DELETE /ports/{id}/native-vlan"""
    device, port = _ready_port(call)
    if port.native_vlan_id is None:
        raise invalid("Native virtual network not assigned")  # text unsure
    return _changed(call, device, replace(port, native_vlan_id=None))


def bond(call: Write) -> Reply:
    """POST /ports/{id}/bond: a member comes back to its bond; called on the bond, or in bulk, all of them do."""
    device, port = _convertible_port(call)
    whole = bond_of(device, port)
    wanted = members(device, whole) if _is_bulk(call, port, "bulk_enable") else (port,)
    coming = [replace(member, bonded=True) for member in wanted if not member.bonded]
    for member in coming:
        _refuse_vlans(member)
    if coming:
        _refuse_vlans(whole)
    return _changed(call, device, port, *coming)


def disbond(call: Write) -> Reply:
    """POST /ports/{id}/disbond: a member leaves its bond; called on the bond, or in bulk, all do and it is broken."""
    device, port = _convertible_port(call)
    whole = bond_of(device, port)
    bulk = _is_bulk(call, port, "bulk_disable")
    wanted = members(device, whole) if bulk else (port,)
    leaving = [replace(member, bonded=False) for member in wanted if member.bonded]
    staying = sum(member.bonded for member in members(device, whole)) - len(leaving)
    if leaving and not staying and carries_addresses(device, whole):
        raise invalid(f"{whole.name} is configured for Layer 3")  # text unsure
    if leaving:
        _refuse_vlans(whole)
    return _changed(call, device, port, *leaving, *([replace(whole, bonded=False)] if bulk else []))


def to_layer_2(call: Write) -> Reply:
    """POST /ports/{id}/convert/layer-2: all addresses leave the bond; with `vnid`, that VLAN comes onto it."""
    device, port = _convertible_bond(call)
    if port.layer2:
        raise invalid(f"{port.name} is already configured for Layer 2")
    lost = [a for a in call.tables.where(Assignment, "device", device.id) if a.port_id == port.id]
    for assignment in lost:
        call.drop(assignment)
    networks = tuple(assignment.network for assignment in lost if assignment.management)
    made = replace(port, layer2=True, left_networks=networks)
    if call.params.raw("vnid") not in (None, ""):
        made = _with_vlan(call, with_ports(device, made), made, _vlan(call, device))
    return _changed(call, device, made)


def to_layer_3(call: Write) -> Reply:
    """POST /ports/{id}/convert/layer-3: the first bond gets new addresses, those of `request_ips` or the usual three.

    A second bond carries none, whatever is asked (packngo#239).
    """
    device, port = _convertible_bond(call)
    if not port.layer2:
        raise invalid(f"{port.name} is already layer3")
    for each in (port, *members(device, port)):
        _refuse_vlans(each)
    if not port.bonded or not any(member.bonded for member in members(device, port)):
        raise invalid(f"{port.name} has to be bonded before it is converted to Layer 3")  # text unsure
    system = call.catalogue.operating_system(device.operating_system)
    assert system is not None
    addresses = _requested(call, system)
    if port.id == device.ports[0].id:
        for address in addresses:
            call.created.append(give(call, device, address, system, at=call.now).id)
    return _changed(call, device, replace(port, layer2=False, left_networks=()))


def _requested(call: Write, system: OperatingSystem) -> list[WantedAddress]:
    """The kinds of address asked for, each once."""
    usual = {
        (4, True): WantedAddress(4, True, system.default_public_cidr, ()),
        (6, True): WantedAddress(6, True, _IPV6_CIDR, ()),
        (4, False): WantedAddress(4, False, _PRIVATE_CIDR, ()),
    }
    asked = {
        (entry.integer("address_family"), entry.flag("public", True)) for entry in call.params.objects("request_ips")
    }
    if not asked <= usual.keys():
        raise invalid("Request ips is invalid")  # text unsure
    return [address for kind, address in usual.items() if kind in asked or not asked]


def _ready_port(call: Write) -> tuple[Device, Port]:
    """The port of the path and its device, which must be up."""
    device, port = find_port(call)
    current = state(device, call.now)
    if current not in INSTALLED:
        raise invalid(f"Cannot change the ports of a device while it is {current}")  # text unsure
    return device, port


def _convertible_port(call: Write) -> tuple[Device, Port]:
    """The same, on a machine and in a facility that know other modes than the one it has.

    Which text goes with which plan is unsure.
    """
    device, port = _ready_port(call)
    plan, facility = call.catalogue.plan(device.plan), call.catalogue.facility(device.facility)
    if plan is None or plan.layer2 == "none" or facility is None or "layer_2" not in facility.features:
        raise invalid(NOT_ENABLED)
    if plan.hybrid_only:
        raise invalid(WRONG_TYPE)
    return device, port


def _convertible_bond(call: Write) -> tuple[Device, Port]:
    device, port = _convertible_port(call)
    if port.bond_id is not None:
        raise invalid(f"{port.name} is not a bond port")  # text unsure
    return device, port


def _is_bulk(call: Write, port: Port, name: str) -> bool:
    return call.params.flag(name) or port.bond_id is None


def _refuse_vlans(port: Port) -> None:
    """VLANs have to go before a port changes its place (2019 API reference; packngo#231)."""
    if port.vlan_ids:
        raise invalid(f"Virtual networks must first be unassigned from {port.name}")  # text unsure


def _with_vlan(call: Write, device: Device, port: Port, vlan: Vlan) -> Port:
    """The port with a VLAN on it."""
    if vlan.id in port.vlan_ids:
        raise invalid(f"Virtual network {vlan.vxlan} already assigned")
    if not takes_vlans(device, port):
        raise invalid(_why_no_vlan(device, port))
    alone = call.settings.first_vlan_becomes_native and port.bond_id is not None and not port.vlan_ids
    return replace(port, vlan_ids=(*port.vlan_ids, vlan.id), native_vlan_id=vlan.id if alone else port.native_vlan_id)


def _why_no_vlan(device: Device, port: Port) -> str:
    kind = network_type(device, bond_of(device, port))
    if kind == LAYER3 or (kind == HYBRID and port.bond_id is None):
        return CONFIGURED_FOR_LAYER_3
    return f"Can't assign vlan, {port.name} cannot have one in {kind} mode"  # text unsure


def _vlan(call: Write, device: Device) -> Vlan:
    """The VLAN that `vnid` names by id or number, of the device's project and facility."""
    raw = call.params.raw("vnid")
    name = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else call.params.required("vnid")
    found = call.tables.get(Vlan, name)
    numbered = call.tables.where(Vlan, "number", f"{device.facility}/{name}")
    vlan = found or next((each for each in numbered if each.project_id == device.project_id), None)
    if vlan is None or vlan.project_id != device.project_id:
        raise invalid(f"Virtual network {name} not found")  # text unsure
    if vlan.facility != device.facility:
        raise invalid(f"Virtual network {vlan.vxlan} is not in {device.facility}")  # text unsure
    return vlan


def _changed(call: Write, device: Device, port: Port, *others: Port) -> Reply:
    """Put the device with these ports, and show the first. A bond whose type changes may go on showing the old one."""
    made = with_ports(device, port, *others)
    until = call.now + call.settings.port_action_seconds
    stale = [
        replace(new, past_type=shown_network_type(device, old, call.now), past_until=until)
        for old, new in zip(device.ports, made.ports, strict=True)
        if call.settings.port_action_seconds and old.bond_id is None
        if network_type(device, old) != network_type(made, new)
    ]
    made = with_ports(made, *stale)
    if made != device:
        call.change.put(made)
    return Shown(next(each for each in made.ports if each.id == port.id))
