"""Events, newest first. REF lost the path of the user's own. A volume's events live under `/volumes`."""

from __future__ import annotations

from reconciler.api.endpoints.build import collection, read
from reconciler.wire import Call, Listing


def list_events() -> Listing:
    return collection("/events", key="events", paged=True)


def list_project_events(project_id: str) -> Listing:
    return collection("/projects/{id}/events", project_id, key="events", paged=True)


def list_organization_events(organization_id: str) -> Listing:
    return collection("/organizations/{id}/events", organization_id, key="events", paged=True)


def list_device_events(device_id: str) -> Listing:
    return collection("/devices/{id}/events", device_id, key="events", paged=True)


def list_volume_events(volume_id: str) -> Listing:
    return collection("/volumes/{id}/events", volume_id, key="events", paged=True)


def get_event(event_id: str) -> Call:
    return read("/events/{id}", event_id)
