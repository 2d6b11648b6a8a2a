"""Reserved machines."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import Device, HardwareReservation
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import hardware_reservations
from reconciler.emulator.routing import Lists, Route, get, listing, post

LISTED: Lists = {"hardware_reservations": (HardwareReservation, Device)}

VIEWS: Views = {HardwareReservation: hardware_reservations.show_hardware_reservation}


def routes() -> Iterator[Route]:
    path = "/hardware-reservations/{id}"
    yield listing(
        "/projects/{id}/hardware-reservations", "hardware_reservations", hardware_reservations.of_project, paged=True
    )
    yield get(path, hardware_reservations.one)
    yield post(f"{path}/move", hardware_reservations.move)
    yield post(f"{path}/move/{{project_id}}", hardware_reservations.move_by_path)
