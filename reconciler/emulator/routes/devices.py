"""Devices, their ports and their events."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator import lifecycle
from reconciler.emulator.records import Device, Event, Port
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import (
    device_actions,
    device_create,
    device_end,
    device_traffic,
    devices,
    events,
    keys,
    port_actions,
    ports,
)
from reconciler.emulator.routing import Lists, Route, delete, get, listing, post, put
from reconciler.emulator.settling import Settling, Settlings

LISTED: Lists = {"devices": (Device,), "events": (Event,)}

SETTLED: Settlings = {Device: Settling(lifecycle.due, device_end.settle)}

VIEWS: Views = {Device: devices.show_device, Port: ports.show_port, Event: events.show_event}


def routes() -> Iterator[Route]:
    yield listing("/projects/{id}/devices", "devices", devices.of_project, paged=True)
    yield post("/projects/{id}/devices", device_create.create)
    yield get("/devices/{id}", devices.one)
    yield from put("/devices/{id}", devices.update)
    yield delete("/devices/{id}", devices.delete)
    yield post("/devices/{id}/actions", device_actions.perform)
    yield listing("/devices/{id}/events", "events", events.of_device, paged=True)
    yield listing("/devices/{id}/ssh-keys", "ssh_keys", keys.of_device)
    yield get("/devices/{id}/customdata", devices.custom_data)
    yield get("/devices/{id}/bandwidth", device_traffic.bandwidth)
    yield get("/devices/{id}/traffic", device_traffic.traffic)
    yield get("/devices/{id}/usages", device_traffic.usages)
    yield get("/ports/{id}", ports.one)
    yield post("/ports/{id}/assign", port_actions.assign)
    yield post("/ports/{id}/unassign", port_actions.unassign)
    yield post("/ports/{id}/native-vlan", port_actions.set_native)
    yield delete("/ports/{id}/native-vlan", port_actions.clear_native)
    yield post("/ports/{id}/bond", port_actions.bond)
    yield post("/ports/{id}/disbond", port_actions.disbond)
    yield post("/ports/{id}/convert/layer-2", port_actions.to_layer_2)
    yield post("/ports/{id}/convert/layer-3", port_actions.to_layer_3)
