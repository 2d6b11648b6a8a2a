"""Hardware reservations: machines that an organization has rented as such."""

from __future__ import annotations

from reconciler.api.endpoints.build import collection, put_into, read
from reconciler.wire import Call, Listing


def list_hardware_reservations(project_id: str) -> Listing:
    return collection("/projects/{id}/hardware-reservations", project_id, key="hardware_reservations", paged=True)


def get_hardware_reservation(reservation_id: str) -> Call:
    return read("/hardware-reservations/{id}", reservation_id)


def move_hardware_reservation(reservation_id: str, project_id: str) -> Call:
    """To another project of the organization; a second move to the same place changes nothing."""
    return put_into("/hardware-reservations/{id}/move", reservation_id, body={"project_id": project_id})
