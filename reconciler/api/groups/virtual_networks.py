"""VLANs."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import VirtualNetwork


class VirtualNetworks(Group):
    def list(self, project_id: str, *, include: Names = (), exclude: Names = ()) -> Items[VirtualNetwork]:
        return self._items(VirtualNetwork, endpoints.list_virtual_networks(project_id), include, exclude)

    def get(self, network_id: str, *, include: Names = (), exclude: Names = ()) -> VirtualNetwork:
        return self._one(VirtualNetwork, endpoints.get_virtual_network(network_id), include, exclude)

    def create(
        self, project_id: str, facility: str, *, description: str | None = None, vxlan: int | None = None
    ) -> VirtualNetwork:
        """The API of 2019 chose the number itself and may ignore `vxlan`."""
        wishes = {"description": description, "vxlan": vxlan}
        body = {"facility": facility, **{name: value for name, value in wishes.items() if value is not None}}
        return self._one(VirtualNetwork, endpoints.create_virtual_network(project_id, body))

    def delete(self, network_id: str) -> None:
        self._done(endpoints.delete_virtual_network(network_id))
