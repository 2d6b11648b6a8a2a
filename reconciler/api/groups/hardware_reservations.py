"""Hardware reservations."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import HardwareReservation


class HardwareReservations(Group):
    def list(self, project_id: str, *, include: Names = (), exclude: Names = ()) -> Items[HardwareReservation]:
        return self._items(HardwareReservation, endpoints.list_hardware_reservations(project_id), include, exclude)

    def get(self, reservation_id: str, *, include: Names = (), exclude: Names = ()) -> HardwareReservation:
        return self._one(HardwareReservation, endpoints.get_hardware_reservation(reservation_id), include, exclude)

    def move(self, reservation_id: str, project_id: str, *, include: Names = ()) -> HardwareReservation:
        """To another project of the organization, while the machine is idle."""
        call = endpoints.move_hardware_reservation(reservation_id, project_id)
        return self._one(HardwareReservation, call, include)
