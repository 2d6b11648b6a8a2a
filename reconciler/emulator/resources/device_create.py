"""POST /projects/{id}/devices: what has to be true, and all that is made with a device.

The answer shows the device as it is before anything happened: queued, without addresses, its provisioning
events all still to come, its ports already there (libcloud's recorded device_create; 2018 and 2019
samples). That it was deployed is the first of its events (text: README of ebsarr/packet, 2016).
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.call import Reply, Shown, Write
from reconciler.emulator.catalogue import OperatingSystem
from reconciler.emulator.errors import invalid
from reconciler.emulator.ids import near
from reconciler.emulator.lifecycle import DEPLOYED, addresses_at
from reconciler.emulator.records import Device, Project
from reconciler.emulator.resources import device_request as wanted
from reconciler.emulator.resources.device_addresses import give, told
from reconciler.emulator.resources.device_place import Place, place_of
from reconciler.emulator.resources.devices import BILLING_CYCLES
from reconciler.emulator.resources.events import note
from reconciler.emulator.resources.finding import future_moment
from reconciler.emulator.resources.ports import new_ports
from reconciler.emulator.resources.spot_devices import outbid_at

_BEFORE = 1e-3
"""The answer shows the device this long before its creation, so that nothing has happened yet even in no time."""


def create(call: Write) -> Reply:
    """POST /projects/{id}/devices"""
    return Shown(make(call, call.get(Project)), 201, as_of=call.now - _BEFORE)


def make(call: Write, project: Project) -> Device:
    """Check what `call.params` asks for, then make the device, its addresses, and the project's blocks they come from.

    Whoever makes devices (batches, spot market requests) does it by this. Raises `ApiError`, and what was put by then
    has to be undone: `call.change.undo`.
    """
    place = place_of(call, project)
    _refuse_too_many(call, project, place)
    system = wanted.operating_system_of(call, place.plan)
    wanted.check_ipxe(system, call.params.text("ipxe_script_url"), call.params.text("userdata"))
    addresses = wanted.addresses_of(call.params, system)
    planned = _device(call, project, place, system)
    at = addresses_at(planned.created_at, planned.provision_seconds)
    given = [give(call, planned, address, system, at=at) for address in addresses]
    device = replace(planned, network_text=told(given))
    call.add(device)
    deployed = f'"%device%" ({place.plan.name}) was deployed to project "%project%" by %user%'
    note(call, "instance.created", deployed, project, device, identifier=near(device.id, DEPLOYED))  # type unsure
    return device


def _refuse_too_many(call: Write, project: Project, place: Place) -> None:
    """A project may have so many devices of a plan (its `max_devices`)."""
    most, slug = call.settings.devices_per_project_and_plan, place.plan.slug
    if call.tables.count(Device, "quota", f"{project.id}/{slug}") >= most:
        raise invalid(f"You have reached the limit of {most} {slug} devices for this project")  # text unsure


def _device(call: Write, project: Project, place: Place, system: OperatingSystem) -> Device:
    params, identifier = call.params, call.change.new_id()
    plan, facility, reserved = place.plan, place.facility, place.reservation
    hardware_id = reserved.hardware_id if reserved else call.change.new_id()
    spot, price = wanted.spot_terms(call, place)
    short = wanted.is_ipxe(system)
    seconds = call.settings.provision_seconds if call.fate.provision_seconds is None else call.fate.provision_seconds
    provision_seconds = seconds * (wanted.IPXE_PART if short else 1)
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
        termination_time=future_moment(call, "termination_time"),
        ssh_key_ids=wanted.ssh_keys_of(call, project),
        root_password=wanted.new_password(call),
        hardware_id=hardware_id,
        hardware_reservation_id=reserved.id if reserved else None,
        storage=wanted.storage_of(call, place),
        ports=new_ports(call.change, hardware_id, plan),
        created_at=call.now,
        updated_at=call.now,
        provision_seconds=provision_seconds,
        install_id=identifier,
        installed_from=call.now,
        install_seconds=provision_seconds,
        short_install=short,
        fate=call.fate.end,
        fades_at=ends if call.fate.end == "failed" and not reserved else None,
        operation=None,
        operation_at=0.0,
        operation_seconds=0.0,
        deleted_at=None,
        gone_at=None,
        reclaimed=False,
        outbid_at=outbid_at(call, facility.code, plan.slug, price),
    )


def _billing_cycle(call: Write) -> str:
    cycle = call.params.text("billing_cycle") or "hourly"
    if cycle not in BILLING_CYCLES:
        raise invalid(f"{cycle} is not a valid billing cycle")  # text unsure
    return cycle
