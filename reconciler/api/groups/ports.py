"""Network ports. One call at a time per port: the API mixes up simultaneous ones (Terraform's provider)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.groups.core import Group, Names
from reconciler.api.models import Port


class Ports(Group):
    def get(self, port_id: str, *, include: Names = (), exclude: Names = ()) -> Port:
        return self._one(Port, endpoints.get_port(port_id), include, exclude)

    def assign(self, port_id: str, vnid: str, *, include: Names = ()) -> Port:
        """Attach a VLAN, by its id."""
        return self._one(Port, endpoints.assign_port(port_id, vnid), include)

    def unassign(self, port_id: str, vnid: str, *, include: Names = ()) -> Port:
        return self._one(Port, endpoints.unassign_port(port_id, vnid), include)

    def bond(self, port_id: str, *, bulk: bool | None = None) -> Port:
        """`bulk`, on a bond, joins its ports too."""
        return self._one(Port, endpoints.bond_port(port_id, bulk))

    def disbond(self, port_id: str, *, bulk: bool | None = None) -> Port:
        """`bulk`, on a bond, parts all its ports."""
        return self._one(Port, endpoints.disbond_port(port_id, bulk))

    def convert_to_layer_2(self, port_id: str, *, vnid: str | None = None) -> Port:
        """Drops every address of the bond. `vnid` attaches a VLAN at once."""
        return self._one(Port, endpoints.convert_port_to_layer_2(port_id, vnid))

    def convert_to_layer_3(self, port_id: str, *, request_ips: Iterable[Mapping[str, Any]] | None = None) -> Port:
        """The bond gets new addresses: of the kinds in `request_ips`, `{"address_family": 4, "public": True}`."""
        return self._one(Port, endpoints.convert_port_to_layer_3(port_id, request_ips))

    def set_native_vlan(self, port_id: str, vnid: str, *, include: Names = ()) -> Port:
        """The VLAN must be attached already."""
        return self._one(Port, endpoints.assign_native_vlan(port_id, vnid), include)

    def remove_native_vlan(self, port_id: str) -> Port | None:
        return self._maybe(Port, endpoints.remove_native_vlan(port_id))
