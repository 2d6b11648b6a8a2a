"""Devices: the machines, what is done to them and what they have used.

`usages` is not in REF (packngo, OpenAPI document). `timeframe` of the traffic stands in the body of a GET in REF; the
OpenAPI document puts it in the query, as here, since bodies of GETs get lost on the way.
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read, update
from reconciler.wire import Call, Listing


def list_devices(project_id: str) -> Listing:
    return collection("/projects/{id}/devices", project_id, key="devices", paged=True)


def list_organization_devices(organization_id: str) -> Listing:
    return collection("/organizations/{id}/devices", organization_id, key="devices", paged=True)


def get_device(device_id: str) -> Call:
    return read("/devices/{id}", device_id)


def create_device(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/devices", project_id, body=body)


def update_device(device_id: str, body: Body) -> Call:
    return update("/devices/{id}", device_id, body=body)


def delete_device(device_id: str, force: bool | None = None) -> Call:
    """`force` detaches volumes that are still attached."""
    return delete("/devices/{id}", device_id, query=given({"force_delete": force}))


def act_on_device(device_id: str, action: str, options: Body | None = None) -> Call:
    """power_on, power_off, reboot, rescue or reinstall, the last with options. Never sent again: look at the state."""
    return create("/devices/{id}/actions", device_id, body={**(options or {}), "type": action})


def get_device_bandwidth(device_id: str, since: int, until: int) -> Call:
    """Both times in Unix seconds."""
    return read("/devices/{id}/bandwidth", device_id, query=given({"from": since, "until": until}))


def get_device_traffic(
    device_id: str,
    direction: str,
    started_at: str,
    ended_at: str,
    interval: str | None = None,
    bucket: str | None = None,
) -> Call:
    """`direction` is inbound or outbound; both times are RFC 3339."""
    frame = {"timeframe[started_at]": started_at, "timeframe[ended_at]": ended_at}
    query = {**given({"direction": direction}), **frame, **given({"interval": interval, "bucket": bucket})}
    return read("/devices/{id}/traffic", device_id, query=query)


def get_device_usages(device_id: str) -> Call:
    """What was billed: `usages`, entries without ids."""
    return read("/devices/{id}/usages", device_id)


def get_device_customdata(device_id: str) -> Call:
    return read("/devices/{id}/customdata", device_id)
