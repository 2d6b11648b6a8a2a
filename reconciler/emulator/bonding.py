"""What the ports of a device make up: each bond's network type, and where VLANs can go, computed from stored facts.

Stored are three facts of a bond: whether it was converted to layer 2, whether the bond itself is bonded, and
which of its members are. A single call changes one of them (a call on the bond, or a bulk call, changes all
its members), so these are all the states that single calls can reach, for a bond of two members:

    layer 2  bond    members  network_type       addresses  VLANs go on    reached by
    -------  ------  -------  -----------------  ---------  -------------  ------------------------------------
    no       bonded  both     layer3             yes        nothing        birth; convert/layer-3; bond
    no       bonded  one      hybrid             yes        eth1 (eth3)    disbond of one member
    no       bonded  none     layer2-individual  no         both members   bond1: disbond of eth1, then of eth3
    no       broken  none     layer2-individual  no         both members   bond1: disbond of bond1
    no       broken  one      layer2-individual  no         the free one   bond1: the same, then bond of a member
    yes      bonded  both     layer2-bonded      no         the bond       convert/layer-2; bond
    yes      bonded  one      hybrid             no         eth1 (eth3)    convert/layer-2 of a hybrid bond;
                                                                           disbond of one member in layer2-bonded
    yes      bonded  none     layer2-individual  no         both members   disbond of one member, then of the other
    yes      broken  none     layer2-individual  no         both members   disbond of the bond
    yes      broken  one      layer2-individual  no         the free one   the same, then bond of one member

A bond all of whose members are bonded is bonded itself. So `hybrid` does not say whether the bond is in layer
3: a hybrid bond that was converted to layer 2 is shown as hybrid still, and a second conversion is refused
(terraform-provider-equinix#143). Its addresses tell: in layer 2 it has none.

Addresses are only ever on the first bond. The second bond of a four-port machine says `layer3` all the same
while it is whole (terraform-provider-packet#306), and can be broken without having been converted; with both
members out it is `layer2-individual` (terraform-provider-packet#224; packngo's GetNetworkType of 2020), which
is how that machine is hybrid. What a bond's own call does to its members, and that a member's call leaves the
bond's flag alone until all are back, follows packngo's conversions (device_ports.go, bond_ports.go); in 2020
n2.xlarge.x86 often went on saying `layer3` after a conversion (packngo#203): see `port_action_seconds`.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.records import Device, Port

LAYER3 = "layer3"
HYBRID = "hybrid"
LAYER2_BONDED = "layer2-bonded"
LAYER2_INDIVIDUAL = "layer2-individual"


def bond_of(device: Device, port: Port) -> Port:
    """The bond that a port belongs to; a bond is its own."""
    return next(other for other in device.ports if other.id == (port.bond_id or port.id))


def members(device: Device, bond: Port) -> tuple[Port, ...]:
    """The ports of a bond, in the order of their names."""
    return tuple(port for port in device.ports if port.bond_id == bond.id)


def network_type(device: Device, bond: Port) -> str:
    """What a bond is, by the table above."""
    bonded = [port.bonded for port in members(device, bond)]
    if not bond.bonded or not any(bonded):
        return LAYER2_INDIVIDUAL
    if not all(bonded):
        return HYBRID
    return LAYER2_BONDED if bond.layer2 else LAYER3


def shown_network_type(device: Device, bond: Port, now: float) -> str:
    """What the API says that a bond is: for a while after a change, what it was before (`port_action_seconds`)."""
    return bond.past_type if bond.past_type and now < bond.past_until else network_type(device, bond)


def carries_addresses(device: Device, bond: Port) -> bool:
    """Whether the device's addresses are on this bond."""
    return not bond.layer2 and bond.id == device.ports[0].id


def takes_vlans(device: Device, port: Port) -> bool:
    """Whether VLANs can be put on a port (2020 documentation, layer 2: only the odd ports of a hybrid bond)."""
    kind = network_type(device, bond_of(device, port))
    if port.bond_id is None:
        return kind == LAYER2_BONDED
    return not port.bonded and (kind == LAYER2_INDIVIDUAL or (kind == HYBRID and is_odd(port)))


def is_odd(port: Port) -> bool:
    """Whether it is eth1 or eth3: the ports that leave the bond when a device becomes hybrid."""
    return int(port.name[-1]) % 2 == 1


def with_ports(device: Device, *changed: Port) -> Device:
    """The device with these ports in the place of those with their ids; bonds with all members back are bonded."""
    fresh = {port.id: port for port in changed}
    updated = replace(device, ports=tuple(fresh.get(port.id, port) for port in device.ports))
    whole = tuple(
        replace(port, bonded=True)
        if port.bond_id is None and all(member.bonded for member in members(updated, port))
        else port
        for port in updated.ports
    )
    return replace(updated, ports=whole)
