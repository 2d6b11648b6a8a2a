"""A device's network type: the intent that its port steps are compiled from.

It is no field of the API. It stands with the device from birth (layer 3), so it is never created or deleted: an apply
converts, call by call, reading the machine again after each, since answers to conversions were seen to lag
(packngo#134, #203). That is also what mends a machine that was left half-converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of
from reconciler.kinds.machine import ADDRESSES
from reconciler.kinds.offered import feature_errors
from reconciler.kinds.wiring import (
    HYBRID,
    HYBRID_ONLY,
    LAYER3,
    LAYER3_ONLY,
    NEEDS_LAYER3,
    Port,
    already_so,
    conversion,
    network_type_of,
    ports_of,
)
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Form, Spec, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.offers import Offers
from reconciler.model.rules import Update
from reconciler.model.standing import StandingKind
from reconciler.wire import Call, Listing, Rejected

_KEY = "network_type"


class NetworkTypeSpec(Spec):
    type: Annotated[
        Literal["layer3", "hybrid", "layer2-bonded", "layer2-individual"] | None,
        Update(clears=False, effect=Effect.NETWORK),
        Field(description="How the ports are wired; layer3 is how a machine is born."),
    ] = None


class NetworkType(StandingKind):
    name = "network_type"
    section = "network_type"
    parents = ("device",)
    spec = NetworkTypeSpec
    listed_under = ("project",)
    offered = frozenset({"type"})
    beside = frozenset({"device"})
    summary = "How a device's ports are wired: `network_type: hybrid`."
    form = Form.SINGLETON
    scalar_field = "type"
    create_seconds = 600.0
    create_effect = Effect.NETWORK
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    outputs = {"id": "the device's uuid and `/network_type`"}

    def listing(self, owner_id: str | None) -> Listing:
        return endpoints.list_devices(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        ports = ports_of(body)
        found = network_type_of(ports)
        if found is None:
            return
        leaving = body.get("state") == "deprovisioning"
        identifier = f"{id_of(body)}/{_KEY}"
        yield LiveObject(
            kind=self.name,
            id=identifier,
            label=found,
            values={"type": found},
            attributes={"type": found, "id": identifier, "ports": ports, "addresses": _addresses(body)},
            owner_id=owner_id,
            parent_id=id_of(body),
            key=_KEY,
            status=Status(Phase.LEAVING if leaving else Phase.READY),
            automatic=True,
        )

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return _KEY

    def check_beside(
        self, values: Mapping[str, Any], around: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> list[FieldError]:
        plan = next((each.get("plan") for each in around.get("device", ())), None)
        wanted = values.get("type")
        if plan in LAYER3_ONLY and wanted not in (None, LAYER3):
            return [FieldError(("type",), f"{plan} knows layer3 only, not {wanted}", "choose another plan")]
        if plan in HYBRID_ONLY and wanted not in (None, HYBRID):
            return [FieldError(("type",), f"{plan} knows hybrid only, not {wanted}", "choose another plan")]
        return []

    def check_offers(
        self, offers: Offers, values: Mapping[str, Any], parent: Mapping[str, Any]
    ) -> Iterable[FieldError]:
        if values.get("type") in (None, LAYER3):
            return ()
        return feature_errors(offers, parent.get("facility"), "layer_2", ("type",))

    def at_birth(self, wish: Wish) -> LiveObject:
        bond = Port("{bond0}", "bond0", bond=True, bonded=True, layer2=False)
        members = (Port(f"{{{name}}}", name, bond=False, bonded=True, bond_id=bond.id) for name in ("eth0", "eth1"))
        attributes = {"ports": (bond, *members)}
        return LiveObject(self.name, "", LAYER3, {"type": LAYER3}, attributes, parent_id=wish.parent_id, key=_KEY)

    def configured(self, live: LiveObject) -> bool:
        return live.label != LAYER3

    def calls(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> tuple[Call, ...]:
        target = wish.values.get("type")
        return conversion(live.attributes["ports"], target) if target else ()

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return endpoints.get_device(wish.parent_id or (live.parent_id if live is not None else None) or "")

    def reshaped(self, values: Mapping[str, Any], live: LiveObject | None) -> frozenset[str]:
        """Layer 2 has no addresses, and layer 3 gives new ones."""
        wanted = values.get("type")
        same = live is not None and _on_layer3(live) is (wanted in NEEDS_LAYER3)
        return frozenset() if wanted is None or same else ADDRESSES

    def losses(self, live: LiveObject, siblings: Sequence[LiveObject], values: Mapping[str, Any]) -> tuple[str, ...]:
        wanted = values.get("type")
        on_layer3 = _on_layer3(live)
        if wanted in NEEDS_LAYER3:
            return () if on_layer3 else ("the device gets new addresses: the ones it had in layer 3 are gone",)
        addresses = live.attributes["addresses"]
        if not on_layer3 or not addresses:
            return ()
        return (f"the device loses all its addresses ({', '.join(addresses)}): nothing reaches it over the internet",)

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        return Verdict.DONE if rejected.status == 422 and already_so(rejected.errors) else Verdict.FAILED


def _on_layer3(live: LiveObject) -> bool:
    return any(each.bond and each.layer2 is False for each in live.attributes["ports"])


def _addresses(body: Mapping[str, Any]) -> list[str]:
    shown = [each for each in body.get("ip_addresses") or () if isinstance(each, Mapping)]
    return [str(each["address"]) for each in shown if each.get("address")]
