"""POST /projects/{id}/devices: what has to be true, and all that is made with a device.

The answer shows the device as it is before anything happened: queued, without addresses, its provisioning
events all still to come, its ports already there (libcloud's recorded device_create; 2018 and 2019
samples).
"""

from __future__ import annotations

import base64

from reconciler.emulator.addressbook import IPV6, PRIVATE_IPV4, PUBLIC_IPV4, Block
from reconciler.emulator.call import Reply, Shown, Write
from reconciler.emulator.catalogue import Facility, OperatingSystem, Plan
from reconciler.emulator.errors import INSUFFICIENT_IPV4, invalid
from reconciler.emulator.ids import derived_id
from reconciler.emulator.lifecycle import addresses_at
from reconciler.emulator.records import Assignment, Device, Project, Reservation
from reconciler.emulator.resources import device_request as wanted
from reconciler.emulator.resources.device_request import WantedAddress
from reconciler.emulator.resources.devices import BILLING_CYCLES
from reconciler.emulator.resources.ports import new_ports

_IPXE_PART = 0.4
"""A custom iPXE device is active once its script is served, before any system runs (2020 documentation)."""

_SMALLEST_WITHOUT_SPACE = 30
"""Larger public subnets than this have to come out of a reservation (metal-cli#222), except where the OS needs them."""

_BEFORE = 1e-3
"""The answer shows the device this long before its creation, so that nothing has happened yet even in no time."""

_AUTOMATIC_CIDR = {4: 25, 6: 56}


def create(call: Write) -> Reply:
    """POST /projects/{id}/devices"""
    return Shown(make(call, call.get(Project)), 201, as_of=call.now - _BEFORE)


def make(call: Write, project: Project) -> Device:
    """Check what `call.params` asks for, then make the device, its addresses, and the project's blocks they come from.

    Whoever makes devices (batches, spot market requests) does it by this. Raises `ApiError`, and what was put by then
    has to be undone: `call.change.undo`.
    """
    plan = wanted.plan_of(call)
    system = wanted.operating_system_of(call, plan)
    wanted.refuse_hardware_reservation(call)
    facility = wanted.facility_of(call, plan)
    wanted.check_ipxe(call, system)
    addresses = wanted.addresses_of(call.params, system)
    device = _device(call, project, plan, system, facility)
    call.add(device)
    for address in addresses:
        _allocate(call, device, address, system)
    return device


def _device(call: Write, project: Project, plan: Plan, system: OperatingSystem, facility: Facility) -> Device:
    params, identifier = call.params, call.change.new_id()
    spot, price = wanted.spot_terms(call, facility, plan)
    short = system.slug == "custom_ipxe"
    seconds = call.settings.provision_seconds if call.fate.provision_seconds is None else call.fate.provision_seconds
    provision_seconds = seconds * (_IPXE_PART if short else 1)
    ends = call.now + provision_seconds + call.settings.deprovision_seconds
    return Device(
        id=identifier,
        project_id=project.id,
        hostname=wanted.hostname_of(params) or f"{identifier[:8]}.packethost.net",
        description=params.text("description"),
        plan=plan.slug,
        facility=facility.code,
        operating_system=system.slug,
        billing_cycle=_billing_cycle(call),
        tags=wanted.tags_of(params),
        userdata=params.text("userdata") or "",
        customdata=params.custom_data(),
        locked=params.flag("locked"),
        always_pxe=params.flag("always_pxe"),
        ipxe_script_url=params.text("ipxe_script_url"),
        spot_instance=spot,
        spot_price_max=price,
        termination_time=wanted.termination_time_of(call),
        ssh_key_ids=wanted.ssh_keys_of(call, project),
        root_password=_password(call.change.new_id()),
        hardware_id=call.change.new_id(),
        ports=new_ports(call.change, identifier, plan),
        created_at=call.now,
        updated_at=call.now,
        provision_seconds=provision_seconds,
        short_install=short,
        fate=call.fate.end,
        fades_at=ends if call.fate.end == "failed" else None,
        operation=None,
        operation_at=0.0,
        operation_seconds=0.0,
        deleted_at=None,
        gone_at=None,
        reclaimed=False,
    )


def _billing_cycle(call: Write) -> str:
    cycle = call.params.text("billing_cycle") or "hourly"
    if cycle not in BILLING_CYCLES:
        raise invalid(f"{cycle} is not a valid billing cycle")  # text unsure
    return cycle


def _password(source: str) -> str:
    return base64.b32encode(derived_id("root password", source).encode()).decode()[:10].lower()


def _allocate(call: Write, device: Device, address: WantedAddress, system: OperatingSystem) -> None:
    """Put one of the addresses it is born with on a device."""
    reservation: Reservation | None
    if address.reservation_ids:
        blocks = [call.tables.get(Reservation, identifier) for identifier in address.reservation_ids]
        reservation, block = _out_of(call, device, [b for b in blocks if b], address)
    elif address.family == 4 and address.public:
        reservation, block = _public_ipv4(call, device, address, system)
    else:
        reservation, block = _out_of_automatic(call, device, address)
    call.change.put(
        Assignment(
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
            created_at=addresses_at(device.created_at, device.provision_seconds),
        )
    )


def _public_ipv4(
    call: Write, device: Device, address: WantedAddress, system: OperatingSystem
) -> tuple[Reservation | None, Block]:
    """A small block from the platform; a large one from the project's own space in the facility."""
    if address.cidr < min(_SMALLEST_WITHOUT_SPACE, system.default_public_cidr):
        return _out_of(call, device, call.tables.where(Reservation, "project", device.project_id), address)
    block = call.addresses.in_pool(PUBLIC_IPV4, 4, address.cidr)
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
            and not reservation.reviewed
        ):
            block = call.addresses.in_reservation(reservation, device.facility, address.cidr)
            if block is not None:
                return reservation, block
    raise invalid(INSUFFICIENT_IPV4)


def _out_of_automatic(call: Write, device: Device, address: WantedAddress) -> tuple[Reservation, Block]:
    """A block out of what the project has been given in the facility; more is given when that is full."""
    key = f"{device.project_id}/{device.facility}/{address.family}"
    for reservation in reversed(
        call.tables.where(Reservation, "automatic", key)
    ):  # the newest is likeliest to have room
        block = call.addresses.in_reservation(reservation, device.facility, address.cidr)
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
