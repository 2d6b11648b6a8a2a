"""Reserved machines for tests."""

from __future__ import annotations

from typing import Any

from tests.emulator.client import DEVICE, Client


def reserved(api: Client, project: str, **fields: object) -> str:
    """The path of a new hardware reservation of the project: the machine that `DEVICE` asks for."""
    wish = {"project_id": project, "facility": "ewr1", "plan": "c2.medium.x86", **fields}
    return f"/hardware-reservations/{api.control('hardware-reservations', wish)['hardware_reservations'][0]['id']}"


def device_on(api: Client, project: str, path: str, **fields: object) -> Any:
    """A new device on the reservation of that path."""
    wish = {"hardware_reservation_id": path.rpartition("/")[2], **fields}
    return api.make(f"/projects/{project}/devices", {**DEVICE, **wish})
