"""BGP: a project's configuration, the sessions of its devices, and whom they talk to.

Updates of a session and the neighbors came after REF (packngo).
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, read, update
from reconciler.wire import Call, Listing


def get_bgp_config(project_id: str) -> Listing:
    """A singleton: the body is `{}` when BGP was never requested."""
    return Listing("/projects/{id}/bgp-config", f"/projects/{project_id}/bgp-config", "", paged=False, single=True)


def request_bgp_config(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/bgp-configs", project_id, body=body)


def list_bgp_sessions(project_id: str) -> Listing:
    return collection("/projects/{id}/bgp/sessions", project_id, key="bgp_sessions")


def list_device_bgp_sessions(device_id: str) -> Listing:
    return collection("/devices/{id}/bgp/sessions", device_id, key="bgp_sessions")


def get_bgp_session(session_id: str) -> Call:
    return read("/bgp/sessions/{id}", session_id)


def create_bgp_session(device_id: str, body: Body) -> Call:
    return create("/devices/{id}/bgp/sessions", device_id, body=body)


def update_bgp_session(session_id: str, body: Body) -> Call:
    return update("/bgp/sessions/{id}", session_id, body=body)


def delete_bgp_session(session_id: str) -> Call:
    return delete("/bgp/sessions/{id}", session_id)


def get_bgp_neighbors(device_id: str) -> Call:
    """`bgp_neighbors`, entries without ids."""
    return read("/devices/{id}/bgp/neighbors", device_id)
