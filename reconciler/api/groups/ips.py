"""IP addresses: reservations of a project and their assignments to devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import IpReservationRequest, IpReservationUpdate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import AvailableBlocks, IpAddress, IpAssignment, IpReservation
from reconciler.values import Json


class Ips(Group):
    def list(self, project_id: str, *, include: Names = (), exclude: Names = ()) -> Items[IpReservation]:
        return self._items(IpReservation, endpoints.list_ip_reservations(project_id), include, exclude)

    def list_on_device(self, device_id: str, *, include: Names = (), exclude: Names = ()) -> Items[IpAssignment]:
        return self._items(IpAssignment, endpoints.list_device_ips(device_id), include, exclude)

    def get(self, ip_id: str, *, include: Names = (), exclude: Names = ()) -> IpReservation | IpAssignment:
        """A reservation or an assignment, depending on whose id it is."""
        found = self._one(IpAddress, endpoints.get_ip(ip_id), include, exclude).as_answer()
        return (IpAssignment if "assigned_to" in found else IpReservation).model_validate(found)

    def reserve(self, project_id: str, wish: IpReservationRequest | Mapping[str, Any]) -> IpReservation:
        """Without an id in the answer, people have to approve the request first."""
        return self._one(IpReservation, endpoints.reserve_ip(project_id, body_of(wish)))

    def update(self, reservation_id: str, changes: IpReservationUpdate | Mapping[str, Any]) -> IpReservation:
        return self._one(IpReservation, endpoints.update_ip_reservation(reservation_id, body_of(changes)))

    def release(self, reservation_id: str) -> None:
        """Give the whole block back, for good."""
        self._done(endpoints.release_ip_reservation(reservation_id))

    def assign(
        self, device_id: str, address: str, *, manageable: bool | None = None, customdata: Json = None
    ) -> IpAssignment:
        """`address` is a part of a reservation, with its prefix length: `203.0.113.8/32`."""
        wishes = {"manageable": manageable, "customdata": customdata}
        given = {name: value for name, value in wishes.items() if value is not None}
        return self._one(IpAssignment, endpoints.assign_ip(device_id, {"address": address, **given}))

    def unassign(self, assignment_id: str) -> None:
        """Take an address off its device. With a reservation's id the API would release the whole block."""
        self._done(endpoints.unassign_ip(assignment_id))

    def available(self, reservation_id: str, cidr: int) -> AvailableBlocks:
        """The free blocks of that prefix length in a reservation."""
        return self._one(AvailableBlocks, endpoints.list_available_ips(reservation_id, cidr))

    def customdata(self, ip_id: str) -> Json:
        return self._json(endpoints.get_ip_customdata(ip_id))

    def customdata_in_project(self, project_id: str, reservation_id: str) -> Json:
        return self._json(endpoints.get_project_ip_customdata(project_id, reservation_id))

    def customdata_on_device(self, device_id: str, assignment_id: str) -> Json:
        return self._json(endpoints.get_device_ip_customdata(device_id, assignment_id))
