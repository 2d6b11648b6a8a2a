"""A machine's ports as the API shows them, and the way from any state that they can be in to a network type.

A bond port carries the layer (its `network_type` is one of layer3, hybrid, layer2-bonded, layer2-individual), each
member says whether it is in its bond. The network type of the whole machine is no field of the API: clients compute it
(packngo's GetNetworkType). What fits none of the four, such as a layer-2 bond with one member taken out, is a
conversion that was cut short.

The order of calls is the one that loses least and is refused least: VLANs off where they cannot stay, bond, convert,
take members out (packngo's ConvertDevice, the metal_port resource of Terraform's provider).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.api import endpoints
from reconciler.kinds.common import last_segment
from reconciler.wire import Call

LAYER3, HYBRID, LAYER2_BONDED, LAYER2_INDIVIDUAL = "layer3", "hybrid", "layer2-bonded", "layer2-individual"
HALF_CONVERTED = "half-converted"
NEEDS_LAYER3 = (LAYER3, HYBRID)
LAYER3_ONLY = frozenset({"t1.small.x86", "baremetal_0", "c1.small.x86", "baremetal_1"})
"""Plans without layer 2 (2020 documentation, "Layer 2")."""
HYBRID_ONLY = frozenset({"x1.small.x86", "baremetal_1e"})


@dataclass(frozen=True, slots=True)
class Port:
    """One port. `bonded` is whether a member is in its bond, of a bond whether it is formed; `layer2` is None of a
    member, and of a bond that does not tell. `vlans` and `native` are VLANs' uuids.
    """

    id: str
    name: str
    bond: bool
    bonded: bool
    layer2: bool | None = None
    bond_id: str | None = None
    vlans: tuple[str, ...] = ()
    native: str | None = None
    mac: str | None = None

    @property
    def second(self) -> bool:
        """Whether it is a member that hybrid takes out of the bond: eth1, and eth3 where there are four."""
        return not self.bond and self.name[-1:] in ("1", "3")


def ports_of(device: Mapping[str, Any]) -> tuple[Port, ...]:
    """The ports in a device's answer, bonds first; empty when it shows none."""
    shown = [each for each in device.get("network_ports") or () if isinstance(each, Mapping) and each.get("id")]
    addressed = any(
        isinstance(each, Mapping) and each.get("management") is True for each in device.get("ip_addresses") or ()
    )
    return tuple(sorted((_port(each, addressed) for each in shown), key=lambda each: (not each.bond, each.name)))


def _port(body: Mapping[str, Any], addressed: bool) -> Port:
    data = body.get("data") or {}
    bond = body.get("type") == "NetworkBondPort"
    vlans = (last_segment(each) for each in body.get("virtual_networks") or ())
    return Port(
        id=str(body["id"]),
        name=str(body.get("name") or ""),
        bond=bond,
        bonded=data.get("bonded") is True,
        layer2=_layer2(str(body.get("name")), str(body.get("network_type")), addressed) if bond else None,
        bond_id=None if bond else last_segment(body.get("bond")),
        vlans=tuple(each for each in vlans if each is not None),
        native=last_segment(body.get("native_virtual_network")),
        mac=data.get("mac"),
    )


def _layer2(name: str, word: str, addressed: bool) -> bool | None:
    """Whether a bond is in layer 2. A hybrid one was converted if the machine has no address of its own left, and of a
    second bond whose members are out nothing can be said.
    """
    if word in (LAYER3, LAYER2_BONDED):
        return word == LAYER2_BONDED
    if name != "bond0":
        return None
    return not addressed if word == HYBRID else word.startswith("layer2")


def network_type_of(ports: Sequence[Port]) -> str | None:
    """The network type of a machine, `half-converted` when it fits none, None when the answer showed no ports."""
    bonds = [each for each in ports if each.bond]
    members = [each for each in ports if not each.bond]
    if not bonds or not members:
        return None
    first, inside = bonds[0], [each.bonded for each in members]
    if all(inside) and all(each.bonded and each.layer2 is first.layer2 for each in bonds):
        return LAYER2_BONDED if first.layer2 else LAYER3
    if first.layer2 and not any(inside) and not any(each.bonded for each in bonds):
        return LAYER2_INDIVIDUAL
    if first.layer2 is False and first.bonded and all(each.bonded is not each.second for each in members):
        return HYBRID
    return HALF_CONVERTED


def may_carry(port: Port, network_type: str) -> bool:
    """Whether a port can be in VLANs in a network type (2020 documentation, "Layer 2")."""
    if network_type == HYBRID:
        return port.second
    if network_type == LAYER2_INDIVIDUAL:
        return not port.bond
    return network_type == LAYER2_BONDED and port.bond


def conversion(ports: Sequence[Port], target: str) -> tuple[Call, ...]:
    """The calls from where the ports are to a network type, in order; none when they are there."""
    if network_type_of(ports) == target:
        return ()
    bonds = [each for each in ports if each.bond]
    members = [each for each in ports if not each.bond]
    layer2 = target not in NEEDS_LAYER3
    turning_to_layer3 = not layer2 and any(each.layer2 for each in bonds)
    calls: list[Call] = []
    for port in ports:
        if turning_to_layer3 or not may_carry(port, target):
            calls += let_go(port, port.vlans)
    apart = target == LAYER2_INDIVIDUAL
    inside = [each for each in members if not apart and not (target == HYBRID and each.second)]
    calls += _bonding(bonds, inside, target)
    for bond in bonds:
        if bond.layer2 is (not layer2) and (bond is bonds[0] or target in (LAYER3, LAYER2_BONDED)):
            calls.append(endpoints.convert_port_to_layer_2(bond.id) if layer2 else _to_layer3(bond))
    if apart:
        calls += [endpoints.disbond_port(each.id, bulk=True) for each in bonds if each.bonded]
    formed = {each.id for each in bonds if each.bonded}
    out = [each for each in members if each not in inside and each.bonded]
    calls += [endpoints.disbond_port(each.id) for each in out if not (apart and each.bond_id in formed)]
    return tuple(calls)


def _bonding(bonds: Sequence[Port], inside: Sequence[Port], target: str) -> Iterable[Call]:
    """Bonds are formed before their layer is changed; with all members at once where all belong inside."""
    at_once = set()
    for bond in bonds:
        mine = [each for each in inside if each.bond_id == bond.id]
        if mine and not bond.bonded:
            whole = target != HYBRID
            if whole:
                at_once.add(bond.id)
            yield endpoints.bond_port(bond.id, bulk=whole or None)
    yield from (endpoints.bond_port(each.id) for each in inside if not each.bonded and each.bond_id not in at_once)


def _to_layer3(bond: Port) -> Call:
    """Back to layer 3, with the addresses that a new machine gets (packngo's ConvertDevice asks for these)."""
    wanted = [(4, True), (4, False), (6, True)]
    return endpoints.convert_port_to_layer_3(
        bond.id, [{"address_family": family, "public": public} for family, public in wanted]
    )


def let_go(port: Port, vlans: Iterable[str]) -> list[Call]:
    """The calls that take a port out of VLANs; one that is native is cleared first, since the API refuses else."""
    leaving = [each for each in port.vlans if each in set(vlans)]
    calls = [endpoints.remove_native_vlan(port.id)] if port.native in leaving else []
    return [*calls, *(endpoints.unassign_port(port.id, each) for each in leaving)]


def already_so(errors: Iterable[str]) -> bool:
    """Whether a port action was refused because it is done: the API's own texts, as clients in the field match them."""
    known = ("already assigned", "not assigned", "already configured", "already layer", "already bonded", "not bonded")
    return any(word in text for text in errors for word in known)
