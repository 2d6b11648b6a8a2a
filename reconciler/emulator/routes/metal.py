"""Reserved machines, and batches of devices."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import Batch, Device, HardwareReservation
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import batches, hardware_reservations
from reconciler.emulator.routing import Lists, Route, delete, get, listing, post
from reconciler.emulator.settling import Settling, Settlings

LISTED: Lists = {"hardware_reservations": (HardwareReservation, Device), "batches": (Batch, Device)}

SETTLED: Settlings = {Batch: Settling(batches.due, batches.settle)}

VIEWS: Views = {HardwareReservation: hardware_reservations.show_hardware_reservation, Batch: batches.show_batch}


def routes() -> Iterator[Route]:
    path = "/hardware-reservations/{id}"
    yield listing(
        "/projects/{id}/hardware-reservations", "hardware_reservations", hardware_reservations.of_project, paged=True
    )
    yield get(path, hardware_reservations.one)
    yield post(f"{path}/move", hardware_reservations.move)
    yield post(f"{path}/move/{{project_id}}", hardware_reservations.move_by_path)
    yield listing("/projects/{id}/batches", "batches", batches.of_project)
    yield post("/projects/{id}/devices/batch", batches.create)
    yield get("/batches/{id}", batches.one)
    yield delete("/batches/{id}", batches.delete)
