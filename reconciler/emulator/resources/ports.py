"""Network ports of devices: how they are made and shown; what changes them is in `port_actions.py`.

bond0 of eth0 and eth1; n2.xlarge has bond0 of eth0 and eth2, bond1 of eth1 and eth3 (libcloud's recorded
devices; packngo's tests).
"""

from __future__ import annotations

from reconciler.emulator.bonding import bond_of, shown_network_type
from reconciler.emulator.call import Read, Reply, Shown
from reconciler.emulator.catalogue import Plan
from reconciler.emulator.errors import not_found
from reconciler.emulator.records import Device, Port
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.world import Transaction


def show_port(port: Port, scene: Scene) -> View:
    """A port's JSON: bonds have a network type, the others a MAC, their bond and the switch port they lead to."""
    device = scene.tables.where(Device, "port", port.id)[0]
    bond = bond_of(device, port)
    head: View = {
        "id": port.id,
        "type": "NetworkBondPort" if port.mac is None else "NetworkPort",
        "name": port.name,
        "data": {"bonded": port.bonded} if port.mac is None else {"mac": port.mac, "bonded": port.bonded},
    }
    if port.mac is None:
        head["network_type"] = shown_network_type(device, port, scene.now)
    else:
        head["bond"] = {"id": bond.id, "name": bond.name}
    native = port.native_vlan_id
    return {
        **head,
        "native_virtual_network": Link(f"/virtual-networks/{native}") if native else None,
        "hardware": Link(f"/hardware/{device.hardware_id}"),
        "virtual_networks": [Link(f"/virtual-networks/{vlan}") for vlan in port.vlan_ids],
        "connected_port": Link(f"/ports/{port.connected_port_id}") if port.connected_port_id else None,
        "href": f"/ports/{port.id}",
    }


def one(call: Read) -> Reply:
    """GET /ports/{id}"""
    return Shown(find_port(call)[1])


def find_port(call: Read) -> tuple[Device, Port]:
    """The port that the path names, and its device."""
    for device in call.tables.where(Device, "port", call.path["id"]):
        return device, next(port for port in device.ports if port.id == call.path["id"])
    raise not_found()


def new_ports(change: Transaction, device_id: str, plan: Plan) -> tuple[Port, ...]:
    """The ports of a new device: all bonded, in layer 3; eth1 stays out where the plan knows only hybrid."""
    count = 4 if plan.four_ports else 2
    bonds = [
        Port(
            id=change.new_id(),
            name=f"bond{number}",
            bonded=True,
            bond_id=None,
            layer2=False,
            mac=None,
            connected_port_id=None,
            vlan_ids=(),
            native_vlan_id=None,
        )
        for number in range(count // 2)
    ]
    members = [
        Port(
            id=change.new_id(),
            name=f"eth{number}",
            bonded=not (plan.hybrid_only and number == 1),
            bond_id=bonds[number % len(bonds)].id,
            layer2=False,
            mac=_mac(device_id, number),
            connected_port_id=change.new_id(),
            vlan_ids=(),
            native_vlan_id=None,
        )
        for number in range(count)
    ]
    return (*bonds, *members)


def _mac(device_id: str, number: int) -> str:
    """A locally administered address taken from the device's id, so that it lies in no maker's range."""
    low = (int(device_id.replace("-", "")[:10], 16) + number) % (1 << 40)
    return ":".join(f"{octet:02x}" for octet in (0x02, *low.to_bytes(5, "big")))
