"""The API's calls as typed builders: each returns the `Call` or `Listing` for one endpoint and sends nothing.

Verbs and paths follow the 2019 Packet API reference; where its text lost the verb, the clients of the time (packngo,
packet-python, fog-packet) show it. A DELETE on `/ips/{id}` unassigns or releases for good depending on whose id it is,
so the two meanings have two builders.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.wire import Call, Listing, Repeat

Body = Mapping[str, Any]


def _create(route: str, owner_id: str | None, body: Body) -> Call:
    path = route if owner_id is None else route.replace("{id}", owner_id)
    return Call("POST", route, path, body=dict(body), repeat=Repeat.NEVER)


def _update(route: str, identifier: str, body: Body, method: str = "PUT") -> Call:
    return Call(method, route, route.replace("{id}", identifier), body=dict(body))


def _delete(route: str, identifier: str) -> Call:
    return Call("DELETE", route, route.replace("{id}", identifier))


# projects


def list_projects() -> Listing:
    return Listing("/projects", "/projects", "projects", paged=True)


def create_project(body: Body) -> Call:
    return _create("/projects", None, body)


def update_project(project_id: str, body: Body) -> Call:
    return _update("/projects/{id}", project_id, body)


def delete_project(project_id: str) -> Call:
    return _delete("/projects/{id}", project_id)


# ssh keys


def list_user_ssh_keys() -> Listing:
    return Listing("/ssh-keys", "/ssh-keys", "ssh_keys", paged=False)


def list_project_ssh_keys(project_id: str) -> Listing:
    return Listing("/projects/{id}/ssh-keys", f"/projects/{project_id}/ssh-keys", "ssh_keys", paged=False)


def create_user_ssh_key(body: Body) -> Call:
    return _create("/ssh-keys", None, body)


def create_project_ssh_key(project_id: str, body: Body) -> Call:
    return _create("/projects/{id}/ssh-keys", project_id, body)


def update_ssh_key(key_id: str, body: Body) -> Call:
    return _update("/ssh-keys/{id}", key_id, body)


def delete_ssh_key(key_id: str) -> Call:
    return _delete("/ssh-keys/{id}", key_id)


# virtual networks: no update call in 2019


def list_virtual_networks(project_id: str) -> Listing:
    route = "/projects/{id}/virtual-networks"
    return Listing(route, route.replace("{id}", project_id), "virtual_networks", paged=False)


def create_virtual_network(project_id: str, body: Body) -> Call:
    return _create("/projects/{id}/virtual-networks", project_id, body)


def delete_virtual_network(network_id: str) -> Call:
    return _delete("/virtual-networks/{id}", network_id)


# addresses


def list_ip_reservations(project_id: str) -> Listing:
    return Listing("/projects/{id}/ips", f"/projects/{project_id}/ips", "ip_addresses", paged=False)


def reserve_ip(project_id: str, body: Body) -> Call:
    return _create("/projects/{id}/ips", project_id, body)


def update_ip_reservation(reservation_id: str, body: Body) -> Call:
    """PATCH is the only update verb that the API ever documented for an address."""
    return _update("/ips/{id}", reservation_id, body, method="PATCH")


def release_ip_reservation(reservation_id: str) -> Call:
    """Gives the whole block back, for good."""
    return _delete("/ips/{id}", reservation_id)


def assign_ip(device_id: str, body: Body) -> Call:
    return _create("/devices/{id}/ips", device_id, body)


def unassign_ip(assignment_id: str) -> Call:
    """Takes an address off a device; it stays reserved. Must never be given a reservation's id."""
    return _delete("/ips/{id}", assignment_id)


# BGP


def get_bgp_config(project_id: str) -> Listing:
    """A singleton: the body is `{}` when BGP was never requested."""
    return Listing("/projects/{id}/bgp-config", f"/projects/{project_id}/bgp-config", "", paged=False, single=True)


def request_bgp_config(project_id: str, body: Body) -> Call:
    return _create("/projects/{id}/bgp-configs", project_id, body)


def list_bgp_sessions(project_id: str) -> Listing:
    route = "/projects/{id}/bgp/sessions"
    return Listing(route, route.replace("{id}", project_id), "bgp_sessions", paged=False)


def create_bgp_session(device_id: str, body: Body) -> Call:
    return _create("/devices/{id}/bgp/sessions", device_id, body)


def update_bgp_session(session_id: str, body: Body) -> Call:
    return _update("/bgp/sessions/{id}", session_id, body)


def delete_bgp_session(session_id: str) -> Call:
    return _delete("/bgp/sessions/{id}", session_id)


# devices


def list_devices(project_id: str) -> Listing:
    return Listing("/projects/{id}/devices", f"/projects/{project_id}/devices", "devices", paged=True)


def create_device(project_id: str, body: Body) -> Call:
    return _create("/projects/{id}/devices", project_id, body)


def update_device(device_id: str, body: Body) -> Call:
    return _update("/devices/{id}", device_id, body)


def delete_device(device_id: str) -> Call:
    return _delete("/devices/{id}", device_id)


def get_device(device_id: str) -> Call:
    return Call("GET", "/devices/{id}", f"/devices/{device_id}")


# catalogues


def list_facilities() -> Listing:
    return Listing("/facilities", "/facilities", "facilities", paged=False)


def list_plans() -> Listing:
    return Listing("/plans", "/plans", "plans", paged=False)


def list_operating_systems() -> Listing:
    return Listing("/operating-systems", "/operating-systems", "operating_systems", paged=False)
