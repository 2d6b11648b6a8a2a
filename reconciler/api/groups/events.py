"""Events, newest first."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Event


class Events(Group):
    def list(self, *, include: Names = ()) -> Items[Event]:
        """Those of the current user."""
        return self._items(Event, endpoints.list_events(), include)

    def list_of_project(self, project_id: str, *, include: Names = ()) -> Items[Event]:
        return self._items(Event, endpoints.list_project_events(project_id), include)

    def list_of_organization(self, organization_id: str, *, include: Names = ()) -> Items[Event]:
        return self._items(Event, endpoints.list_organization_events(organization_id), include)

    def list_of_device(self, device_id: str, *, include: Names = ()) -> Items[Event]:
        return self._items(Event, endpoints.list_device_events(device_id), include)

    def list_of_volume(self, volume_id: str, *, include: Names = ()) -> Items[Event]:
        return self._items(Event, endpoints.list_volume_events(volume_id), include)

    def get(self, event_id: str, *, include: Names = ()) -> Event:
        return self._one(Event, endpoints.get_event(event_id), include)
