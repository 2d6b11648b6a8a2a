"""Devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import DeviceCreate, DeviceUpdate, Reinstall, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Bandwidth, Device, Usages
from reconciler.values import Json


class Devices(Group):
    def list(self, project_id: str, *, include: Names = (), exclude: Names = ()) -> Items[Device]:
        return self._items(Device, endpoints.list_devices(project_id), include, exclude)

    def list_in_organization(self, organization_id: str, *, include: Names = (), exclude: Names = ()) -> Items[Device]:
        return self._items(Device, endpoints.list_organization_devices(organization_id), include, exclude)

    def get(self, device_id: str, *, include: Names = (), exclude: Names = ()) -> Device:
        return self._one(Device, endpoints.get_device(device_id), include, exclude)

    def create(self, project_id: str, device: DeviceCreate | Mapping[str, Any], *, include: Names = ()) -> Device:
        """The device is `queued` in the answer; ask again until it is `active`."""
        return self._one(Device, endpoints.create_device(project_id, body_of(device)), include)

    def update(self, device_id: str, changes: DeviceUpdate | Mapping[str, Any], *, include: Names = ()) -> Device:
        return self._one(Device, endpoints.update_device(device_id, body_of(changes)), include)

    def delete(self, device_id: str, *, force: bool | None = None) -> None:
        """`force` detaches volumes that are still attached. The device stays visible for a while."""
        self._done(endpoints.delete_device(device_id, force))

    def act(self, device_id: str, action: str) -> None:
        """power_on, power_off, reboot, rescue or reinstall; accepted is not done, so look at the state."""
        self._done(endpoints.act_on_device(device_id, action))

    def reinstall(self, device_id: str, options: Reinstall | Mapping[str, Any]) -> None:
        self._done(endpoints.act_on_device(device_id, "reinstall", body_of(options)))

    def bandwidth(self, device_id: str, *, since: int, until: int) -> Bandwidth:
        """Both times in Unix seconds."""
        return self._one(Bandwidth, endpoints.get_device_bandwidth(device_id, since, until))

    def traffic(
        self,
        device_id: str,
        *,
        direction: str,
        started_at: str,
        ended_at: str,
        interval: str | None = None,
        bucket: str | None = None,
    ) -> Json:
        """`direction` is inbound or outbound, the times are RFC 3339. No source shows what the answer looks like."""
        return self._json(endpoints.get_device_traffic(device_id, direction, started_at, ended_at, interval, bucket))

    def usages(self, device_id: str) -> Usages:
        """What was billed."""
        return self._one(Usages, endpoints.get_device_usages(device_id))

    def customdata(self, device_id: str) -> Json:
        return self._json(endpoints.get_device_customdata(device_id))
