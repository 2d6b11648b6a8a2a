"""The management addresses of a device: cut from the platform's space, the project's blocks, or a named reservation.

A device is born with them, and gets new ones when its bond comes back to layer 3. Where they come from
follows recorded devices and blocks (libcloud devices_for_project, project_ips) and the 2020 documentation
("Standard IPs", "IP allocation").
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.emulator.addressbook import IPV6, PRIVATE_IPV4, PUBLIC_IPV4, Block
from reconciler.emulator.call import Write
from reconciler.emulator.catalogue import OperatingSystem
from reconciler.emulator.errors import INSUFFICIENT_IPV4, invalid
from reconciler.emulator.records import Assignment, Device, Reservation
from reconciler.emulator.resources.addresses import address_text, first_address, has_addresses
from reconciler.emulator.resources.device_request import WantedAddress

_SMALLEST_WITHOUT_SPACE = 30
"""Larger public subnets than this have to come out of a reservation (metal-cli#222), except where the OS needs them."""

_AUTOMATIC_CIDR = {4: 25, 6: 56}


def give(call: Write, device: Device, address: WantedAddress, system: OperatingSystem, *, at: float) -> Assignment:
    """Put one management block on a device's first bond, to be seen from `at` on; not one that it just lost."""
    reservation: Reservation | None
    if address.reservation_ids:
        blocks = [call.tables.get(Reservation, identifier) for identifier in address.reservation_ids]
        reservation, block = _out_of(call, device, [b for b in blocks if b], address)
    elif address.family == 4 and address.public:
        reservation, block = _public_ipv4(call, device, address, system)
    else:
        reservation, block = _out_of_automatic(call, device, address)
    made = Assignment(
        id=call.change.new_id(),
        project_id=device.project_id,
        device_id=device.id,
        port_id=device.ports[0].id,
        facility=device.facility,
        reservation_id=reservation.id if reservation else None,
        family=block.family,
        network=block.network,
        cidr=block.cidr,
        public=address.public,
        global_ip=None,
        management=True,
        manageable=True,
        customdata="{}",
        created_at=at,
    )
    call.change.put(made)
    return made


def told(assignments: Iterable[Assignment]) -> str:
    """ "addresses a, b, and c", as the event of the configured network tells the management addresses."""
    texts = [address_text(a.family, first_address(a)) for a in assignments if a.management]
    if len(texts) < 2:
        return f"address {texts[0]}" if texts else ""
    return f"addresses {', '.join(texts[:-1])}{',' if len(texts) > 2 else ''} and {texts[-1]}"


def _public_ipv4(
    call: Write, device: Device, address: WantedAddress, system: OperatingSystem
) -> tuple[Reservation | None, Block]:
    """A small block from the platform; a large one from the project's own space in the facility."""
    if address.cidr < min(_SMALLEST_WITHOUT_SPACE, system.default_public_cidr):
        return _out_of(call, device, call.tables.where(Reservation, "project", device.project_id), address)
    block = call.addresses.in_pool(PUBLIC_IPV4, 4, address.cidr, device.ports[0].left_networks)
    if block is None:
        raise invalid(INSUFFICIENT_IPV4)
    return None, block


def _out_of(
    call: Write, device: Device, reservations: list[Reservation], address: WantedAddress
) -> tuple[Reservation, Block]:
    """A block out of one of these reservations, if one of them serves the device."""
    for reservation in reservations:
        if (
            reservation.project_id == device.project_id
            and reservation.facility == device.facility
            and (reservation.family, reservation.public) == (address.family, address.public)
            and has_addresses(reservation, call.now)
        ):
            block = call.addresses.in_reservation(reservation, device.facility, address.cidr)
            if block is not None:
                return reservation, block
    raise invalid(INSUFFICIENT_IPV4)


def _out_of_automatic(call: Write, device: Device, address: WantedAddress) -> tuple[Reservation, Block]:
    """A block out of what the project has been given in the facility; more is given when that is full."""
    key = f"{device.project_id}/{device.facility}/{address.family}"
    lost = device.ports[0].left_networks
    for reservation in reversed(
        call.tables.where(Reservation, "automatic", key)
    ):  # the newest is likeliest to have room
        block = call.addresses.in_reservation(reservation, device.facility, address.cidr, lost)
        if block is not None:
            return reservation, block
    reservation = _given(call, device, address.family)
    block = call.addresses.in_reservation(reservation, device.facility, address.cidr)
    if block is None:
        raise invalid(INSUFFICIENT_IPV4)
    return reservation, block


def _given(call: Write, device: Device, family: int) -> Reservation:
    """A new automatic block: a private IPv4 /25 or an IPv6 /56 for the project there (recorded project_ips)."""
    found = call.addresses.in_pool(PRIVATE_IPV4 if family == 4 else IPV6, family, _AUTOMATIC_CIDR[family])
    if found is None:
        raise invalid(INSUFFICIENT_IPV4)
    made = Reservation(
        id=call.change.new_id(),
        project_id=device.project_id,
        facility=device.facility,
        family=family,
        network=found.network,
        cidr=found.cidr,
        public=family == 6,
        global_ip=None,
        automatic=True,
        details=None,
        tags=(),
        customdata="{}",
        created_at=call.now,
        reviewed=False,
        granted_at=None,
    )
    call.change.put(made)
    return made
