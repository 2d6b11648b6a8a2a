"""A device's network port: which VLANs it is in, which of them is native, and, for who wants it port by port, whether
it is bonded and on which layer. Most stacks say `network_type` on the device and only the VLANs here.

A port stands with its device. It is known by its name (`bond0`, `eth1`), and changed by one call at a time
(Terraform's provider holds a lock for each port, since concurrent calls clash). What it lets go of comes first, as a
step of its own, since a VLAN cannot be deleted, and a bond not converted, while a port is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, same_flag, same_members
from reconciler.kinds.machine import ADDRESSES
from reconciler.kinds.offered import CODE, feature_errors, offered_plan
from reconciler.kinds.wiring import HYBRID, LAYER2_INDIVIDUAL, LAYER3, NEEDS_LAYER3, Port, already_so, let_go, may_carry
from reconciler.kinds.wiring import ports_of as read_ports
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.offers import Offers
from reconciler.model.rules import FromKey, Refers, Update
from reconciler.model.standing import StandingKind
from reconciler.wire import Call, Listing, Rejected


class PortSpec(Spec):
    name: Annotated[
        str, FromKey(), Field(pattern=r"^(bond|eth)[0-9]$", description="`bond0`, `eth1`: given by the key.")
    ]
    vlans: Annotated[
        list[str] | None,
        Update(same=same_members, effect=Effect.NETWORK),
        Refers(("vlan",), by_key=True),
        Field(description="The VLANs that it is in: keys of the project's `vlans`, references or uuids."),
    ] = None
    native_vlan: Annotated[
        str | None,
        Update(effect=Effect.NETWORK),
        Refers(("vlan",), by_key=True),
        Field(description="Which of its VLANs, of two or more, its untagged traffic belongs to."),
    ] = None
    bonded: Annotated[
        bool | None,
        Update(same=same_flag, clears=False, effect=Effect.NETWORK),
        Field(
            description="Whether it is in its bond; of a bond, whether it is formed. `network_type` says it as well."
        ),
    ] = None
    layer2: Annotated[
        bool | None,
        Update(same=same_flag, clears=False, effect=Effect.NETWORK),
        Field(description="Of a bond: layer 2 or layer 3. `network_type` says it as well."),
    ] = None


class DevicePort(StandingKind):
    name = "port"
    section = "ports"
    parents = ("device",)
    spec = PortSpec
    listed_under = ("project",)
    offered = frozenset({"name", "vlans", "bonded", "layer2"})
    beside = frozenset({"network_type"})
    summary = "A network port of a device: `ports: {eth1: {vlans: [storage]}}`."
    uses = ("vlan",)
    local_uses = ("vlan",)
    key_field = "name"
    releases = True
    after_siblings = ("network_type",)
    create_seconds = 600.0
    create_effect = Effect.NETWORK
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    outputs = {"id": "the port's uuid", "mac": "its MAC address; a bond has none"}

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_devices(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        device_id = id_of(body)
        status = Status(Phase.LEAVING if body.get("state") == "deprovisioning" else Phase.READY)
        for port in read_ports(body):
            yield self._live(port, device_id, owner_id, status)

    def _live(self, port: Port, device_id: str | None, owner_id: str | None, status: Status) -> LiveObject:
        values: dict[str, Any] = {"vlans": list(port.vlans), "native_vlan": port.native, "bonded": port.bonded}
        if port.layer2 is not None:
            values["layer2"] = port.layer2
        return LiveObject(
            kind=self.name,
            id=port.id,
            label=port.name,
            values=values,
            attributes={**values, "name": port.name, "mac": port.mac, "id": port.id, "port": port},
            owner_id=owner_id,
            parent_id=device_id,
            key=port.name,
            status=status,
            automatic=True,
            holds=frozenset(port.vlans),
        )

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return str(values.get("name", ""))

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        found = []
        bond = str(values.get("name", "")).startswith("bond")
        if values.get("layer2") is not None and not bond:
            found.append(FieldError(("layer2",), "only a bond has a layer", "say it of `bond0`, or use `network_type`"))
        native, vlans = values.get("native_vlan"), values.get("vlans") or ()
        if native is None:
            return found
        if bond:
            found.append(FieldError(("native_vlan",), "a bond has no native VLAN", "take the port out of the bond"))
        if "vlans" in values and (len(set(vlans)) < 2 or native not in vlans):
            hint = "the API wants it to be one of at least two VLANs on the port"
            found.append(FieldError(("native_vlan",), "the native VLAN is not one of several in `vlans`", hint))
        return found

    def check_beside(
        self, values: Mapping[str, Any], around: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> list[FieldError]:
        """What the device's network type rules out for this port."""
        wanted = next((each.get("type") for each in around.get("network_type", ())), None)
        if wanted is None:
            return []
        name = str(values.get("name", ""))
        port = Port("", name, name.startswith("bond"), bonded=True)
        found = []
        if values.get("vlans") and not may_carry(port, str(wanted)):
            where = {HYBRID: "eth1", LAYER2_INDIVIDUAL: "eth0 and eth1", LAYER3: "no port"}.get(str(wanted), "bond0")
            message = f"{name} cannot be in VLANs in {wanted}"
            found.append(FieldError(("vlans",), message, f"in {wanted} {where} can"))
        if port.bond and values.get("layer2") is not None and values["layer2"] is (wanted in NEEDS_LAYER3):
            found.append(FieldError(("layer2",), f"it contradicts `network_type: {wanted}`", "keep one of the two"))
        return found

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        """Ports that the plan has not got, and layer 2 where there is none."""
        name = str(values.get("name", ""))
        plan = offered_plan(offers, parent.get("plan"))
        most = plan.ports if plan is not None else None
        if plan is not None and most is not None:
            number = int(name[-1:]) if name[-1:].isdigit() else 0
            if number >= (most // 2 if name.startswith("bond") else most):
                has = "bond0, eth0 and eth1" if most == 2 else "bond0, bond1 and eth0 to eth3"
                yield FieldError((), f"{plan.slug} has no port {name}", f"it has {has}", CODE)
                return
        layer2 = values.get("vlans") or values.get("layer2") is True or values.get("bonded") is False
        if not layer2:
            return
        path = next((each,) for each in ("vlans", "layer2", "bonded") if each in values)
        if plan is not None and plan.layer2 == "none":
            yield FieldError(path, f"{plan.slug} knows layer3 only", "choose another plan", CODE)
            return
        yield from feature_errors(offers, parent.get("facility"), "layer_2", path)

    def at_birth(self, wish: Wish) -> LiveObject:
        name = str(wish.values.get("name", ""))
        bond = name.startswith("bond")
        port = Port(f"{{{name}}}", name, bond, bonded=True, layer2=False if bond else None)
        return self._live(port, wish.parent_id, wish.owner_id, Status())

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        port, wanted = live.attributes["port"], wish.values
        calls = list(self.release(wish, live, frozenset()))
        bonded, layer2 = wanted.get("bonded"), wanted.get("layer2")
        if bonded is True and not port.bonded:
            calls.append(endpoints.bond_port(port.id, bulk=port.bond))
        if layer2 is not None and port.layer2 is not None and layer2 is not port.layer2:
            convert = endpoints.convert_port_to_layer_2 if layer2 else endpoints.convert_port_to_layer_3
            calls.append(convert(port.id))
        if bonded is False and port.bonded:
            calls.append(endpoints.disbond_port(port.id, bulk=port.bond))
        missing = [each for each in dict.fromkeys(wanted.get("vlans") or ()) if each not in port.vlans]
        calls += [endpoints.assign_port(port.id, each) for each in missing]
        native = wanted.get("native_vlan")
        if native is not None and native != port.native:
            calls.append(endpoints.assign_native_vlan(port.id, native))
        return tuple(calls)

    def release(self, wish: Wish, live: LiveObject, going: frozenset[str]) -> tuple[Call, ...]:
        """Out of the VLANs that are not wanted or about to go, and no native VLAN but the wanted one."""
        port, wanted = live.attributes["port"], wish.values
        kept = (wanted["vlans"] or ()) if "vlans" in wanted else port.vlans
        leaving = [each for each in port.vlans if each in going or each not in kept]
        calls = let_go(port, leaving)
        other = "native_vlan" in wanted and port.native is not None and wanted["native_vlan"] != port.native
        if other and port.native not in leaving:
            calls.insert(0, endpoints.remove_native_vlan(port.id))
        return tuple(calls)

    def without(self, live: LiveObject, going: frozenset[str]) -> Mapping[str, Any]:
        return {"vlans": [each for each in live.values["vlans"] if each not in going]}

    def configured(self, live: LiveObject) -> bool:
        return bool(live.holds)

    def unset(self, live: LiveObject) -> Mapping[str, Any]:
        return {"vlans": []}

    def upset(self, live: LiveObject, sibling: str, values: Mapping[str, Any]) -> bool:
        """Turning a bond to layer 3 wants all VLANs off, also those of a port that keeps them in the end. A bond that
        is formed or broken takes all its members along, also one that is to stay where it is.
        """
        if sibling == self.name:
            return values.get("bonded") is not None and values["bonded"] is not live.values["bonded"]
        return bool(live.holds) and values.get("type") in NEEDS_LAYER3

    def reshaped(self, values: Mapping[str, Any], live: LiveObject | None) -> frozenset[str]:
        wanted = values.get("layer2")
        same = live is not None and live.values.get("layer2") is wanted
        return frozenset() if wanted is None or same else ADDRESSES

    def turn(self, key: str) -> int:
        return 0 if key.startswith("bond") else 1

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return endpoints.get_device(wish.parent_id or (live.parent_id if live is not None else None) or "")

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        return Verdict.DONE if rejected.status == 422 and already_so(rejected.errors) else Verdict.FAILED
