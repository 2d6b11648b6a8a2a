"""Addresses of a reserved block that are bound to a device.

Known by device and address. The mark in customdata tells ours from those that a cluster's own controllers bind. A
delete goes to the same path as the release of a whole block, so only an assignment's own id is ever sent.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from reconciler.api import endpoints
from reconciler.kinds.common import id_of, known, last_segment, missing, reserved_key, same_cidr, same_customdata
from reconciler.kinds.wiring import NEEDS_LAYER3
from reconciler.model.effect import Effect
from reconciler.model.kind import FieldError, Kind, Spec, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark, from_customdata
from reconciler.model.rules import Refers, Replace
from reconciler.wire import Call, Listing


class IpAssignmentSpec(Spec):
    address: Annotated[
        str,
        Replace(same=same_cidr),
        Refers(("ip_reservation",), "block"),
        Field(description="An address with its prefix (`147.75.1.2/32`), or a reference to a reservation."),
    ]
    manageable: Annotated[bool | None, Replace(), Field(description="Whether it can be taken off again.")] = None
    customdata: Annotated[
        dict[str, Any] | None,
        Replace(same=same_customdata),
        Field(description="Free data. A mapping, since the ownership mark is kept in it."),
    ] = None


def _key(address: Any) -> str:
    try:
        return str(ipaddress.ip_interface(str(address)).network)
    except ValueError:
        return str(address)


class IpAssignment(Kind):
    name = "ip_assignment"
    section = "ip_assignments"
    beside = frozenset({"network_type"})
    parents = ("device",)
    spec = IpAssignmentSpec
    listed_under = ("project",)
    summary = "A reserved address bound to a device: `vip: ${{ project.ip_reservations.vip }}`."
    replace_effect = Effect.NETWORK
    delete_effect = Effect.NETWORK
    mark_field = "customdata"
    uses = ("ip_reservation",)
    local_uses = ("ip_reservation",)
    scalar_field = "address"
    after_siblings = ("network_type",)
    outputs = {
        "id": "the assignment's uuid",
        "network": "its network",
        "gateway": "its gateway",
        "cidr": "prefix length",
    }

    def listing(self, owner_id: str | None) -> Listing:
        """A device's item in the project's list shows its addresses, so no call of its own is needed."""
        return endpoints.list_devices(owner_id or "")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        leaving = body.get("state") == "deprovisioning"
        for item in body.get("ip_addresses") or ():
            if isinstance(item, Mapping) and item.get("management") is False and item.get("id"):
                yield self._assignment(item, owner_id, id_of(body), leaving)

    def read_answer(self, body: Any, wish: Wish) -> LiveObject | None:
        if not isinstance(body, Mapping) or not body.get("id"):
            return None
        return self._assignment(body, wish.owner_id, last_segment(body.get("assigned_to")) or wish.parent_id, False)

    def _assignment(
        self, item: Mapping[str, Any], owner_id: str | None, device_id: str | None, leaving: bool
    ) -> LiveObject:
        mark, customdata = from_customdata(item.get("customdata"))
        values: dict[str, Any] = known(item, "manageable")
        if "customdata" in item:
            values["customdata"] = customdata
        key = f"{item.get('network')}/{item.get('cidr')}"
        if item.get("network") and isinstance(item.get("cidr"), int):
            values["address"] = key
        return LiveObject(
            kind=self.name,
            id=id_of(item),
            label=f"{item.get('address')}/{item.get('cidr')}",
            values=values,
            attributes={**values, **known(item, "address", "network", "gateway", "cidr"), "id": id_of(item)},
            mark=mark,
            mark_missing=missing(item, "customdata"),
            owner_id=owner_id,
            parent_id=device_id,
            key=key,
            holds=frozenset({block}) if (block := last_segment(item.get("parent_block"))) else frozenset(),
            status=Status(Phase.LEAVING if leaving else Phase.READY),
            created_at=str(item.get("created_at") or ""),
        )

    def natural_key(self, values: Mapping[str, Any]) -> str:
        return _key(values["address"]) if values.get("address") else ""

    def claims(self, values: Mapping[str, Any], parent_id: str | None) -> frozenset[str]:
        """An address is on one device at a time."""
        key = self.natural_key(values)
        return frozenset({key}) if key else frozenset()

    def check_meaning(self, values: Mapping[str, Any], partial: frozenset[str]) -> list[FieldError]:
        found = reserved_key(values)
        try:
            ipaddress.ip_interface(values.get("address", "0.0.0.0"))
        except ValueError:
            message = f"{values['address']!r} is not an address"
            found.append(FieldError(("address",), message, "write it as `147.75.1.2/32`"))
        return found

    def check_beside(
        self, values: Mapping[str, Any], around: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> list[FieldError]:
        """In layer 2 a machine has no addresses: the conversion drops them, and the API refuses others."""
        wanted = next((each.get("type") for each in around.get("network_type", ())), None)
        if wanted is None or wanted in NEEDS_LAYER3:
            return []
        message = f"a device cannot have addresses in {wanted}"
        return [FieldError(("address",), message, "take the assignment away, or use layer3 or hybrid")]

    def create(self, wish: Wish) -> Call:
        body = {**wish.values, "customdata": wish.mark.to_customdata(wish.values.get("customdata") or {})}
        return endpoints.assign_ip(wish.parent_id or "", body)

    def remark(self, live: LiveObject, mark: Mark) -> Call:
        """The address of an assignment is the same as a block's, and takes the same update (OAS)."""
        body = {"customdata": mark.to_customdata(live.values.get("customdata") or {})}
        return endpoints.update_ip_reservation(live.id, body)

    def delete(self, live: LiveObject) -> Call:
        return endpoints.unassign_ip(live.id)
