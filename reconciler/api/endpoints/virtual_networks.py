"""VLANs of a project. No update call in 2019. REF lost the reads of one and the delete; packngo shows them."""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, read
from reconciler.wire import Call, Listing


def list_virtual_networks(project_id: str) -> Listing:
    return collection("/projects/{id}/virtual-networks", project_id, key="virtual_networks")


def get_virtual_network(network_id: str) -> Call:
    return read("/virtual-networks/{id}", network_id)


def create_virtual_network(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/virtual-networks", project_id, body=body)


def delete_virtual_network(network_id: str) -> Call:
    return delete("/virtual-networks/{id}", network_id)
