"""IP addresses: blocks that a project has reserved, and the parts of them that devices hold.

A DELETE on `/ips/{id}` takes an address off a device or gives a block back for good, depending on whose id it is, so
the two meanings have two builders. REF lost the paths of GET and DELETE and has no update; packngo shows them.
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read, update
from reconciler.wire import Call, Listing


def list_ip_reservations(project_id: str) -> Listing:
    return collection("/projects/{id}/ips", project_id, key="ip_addresses")


def list_device_ips(device_id: str) -> Listing:
    return collection("/devices/{id}/ips", device_id, key="ip_addresses")


def get_ip(ip_id: str) -> Call:
    """A reservation or an assignment."""
    return read("/ips/{id}", ip_id)


def reserve_ip(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/ips", project_id, body=body)


def update_ip_reservation(reservation_id: str, body: Body) -> Call:
    """PATCH is the only update verb that the API ever documented for an address."""
    return update("/ips/{id}", reservation_id, body=body, method="PATCH")


def release_ip_reservation(reservation_id: str) -> Call:
    """Gives the whole block back, for good."""
    return delete("/ips/{id}", reservation_id)


def assign_ip(device_id: str, body: Body) -> Call:
    return create("/devices/{id}/ips", device_id, body=body)


def unassign_ip(assignment_id: str) -> Call:
    """Takes an address off a device; it stays reserved. Must never be given a reservation's id."""
    return delete("/ips/{id}", assignment_id)


def list_available_ips(reservation_id: str, cidr: int) -> Call:
    """`available`: the free blocks of that prefix length in a reservation, as CIDR texts."""
    return read("/ips/{id}/available", reservation_id, query=given({"cidr": cidr}))


def get_ip_customdata(ip_id: str) -> Call:
    return read("/ips/{id}/customdata", ip_id)


def get_project_ip_customdata(project_id: str, reservation_id: str) -> Call:
    return read("/projects/{project_id}/ips/{id}/customdata", project_id, reservation_id)


def get_device_ip_customdata(device_id: str, assignment_id: str) -> Call:
    return read("/devices/{instance_id}/ips/{id}/customdata", device_id, assignment_id)
