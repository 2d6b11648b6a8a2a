"""Devices: how they are shown, updated, deleted. Creating and acting on them have modules of their own.

Fields follow recorded devices of 2018 and 2019 (libcloud devices_for_project, device_create; fog-packet),
together with the spot and hardware fields of the 2019 API reference. `provisioning_events` and
`provisioning_percentage` are there while a device is being provisioned and gone afterwards, as in the
recordings; the events stay readable at /devices/{id}/events.
"""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.catalogue import OperatingSystem
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import DELETE_LOCKED, DELETE_PROVISIONING, invalid
from reconciler.emulator.ids import derived_id
from reconciler.emulator.lifecycle import PROVISIONING, is_installing, percentage, shows_root_password, state, steps
from reconciler.emulator.records import Assignment, BgpSession, Device, Project, VolumeAttachment
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.addresses import address_text, first_address, on_device
from reconciler.emulator.resources.device_end import end
from reconciler.emulator.resources.device_request import hostname_of, tags_of
from reconciler.emulator.resources.events import show_step
from reconciler.emulator.resources.finding import find_device

BILLING_CYCLES = ("hourly", "daily", "monthly", "yearly")


def show_device(device: Device, scene: Scene) -> View:
    """A device's JSON at the scene's moment."""
    catalogue, now = scene.catalogue, scene.now
    plan, facility = catalogue.plan(device.plan), catalogue.facility(device.facility)
    system = catalogue.operating_system(device.operating_system)
    addresses = on_device(scene.tables, device, now)
    current = state(device, now)
    project = f"/projects/{device.project_id}"
    view: View = {
        "id": device.id,
        "short_id": device.id[:8],
        "hostname": device.hostname,
        "description": device.description,
        "state": current,
        "tags": list(device.tags),
        "image_url": None,
        "billing_cycle": device.billing_cycle,
        "user": _login(system),
        "iqn": f"iqn.{rfc3339(device.created_at)[:7]}.net.packet:device.{device.id[:8]}",
        "locked": device.locked,
        "bonding_mode": plan.bonding_mode if plan else 4,
        "created_at": rfc3339(device.created_at),
        "updated_at": rfc3339(device.updated_at),
        "ipxe_script_url": device.ipxe_script_url,
        "always_pxe": device.always_pxe,
        "storage": json.loads(device.storage),
        "customdata": json.loads(device.customdata),
        "spot_instance": device.spot_instance,
        "spot_price_max": device.spot_price_max,
        "termination_time": _termination_time(device),
        "operating_system": Link(f"/operating-systems/{system.id}", True, system) if system else None,
        "facility": Link(f"/facilities/{facility.id}", True, facility) if facility else None,
        "project": Link(project),
        "ssh_keys": [Link(f"/ssh-keys/{identifier}") for identifier in device.ssh_key_ids],
        "project_lite": Link(project),
        "volumes": [Link(f"/storage/{a.volume_id}") for a in scene.tables.where(VolumeAttachment, "device", device.id)],
        "ip_addresses": [Link(f"/ips/{assignment.id}", True, assignment) for assignment in addresses],
        "plan": Link(f"/plans/{plan.id}", True, plan) if plan else None,
        "userdata": device.userdata,
        "switch_uuid": derived_id("switch", device.facility)[:8],
        "network_ports": [Link(f"/ports/{port.id}", True, port) for port in device.ports],
        "href": f"/devices/{device.id}",
    }
    if is_installing(device, now):
        view["provisioning_percentage"] = percentage(device, now)
        view["provisioning_events"] = [show_step(device, step, now) for step in steps(device)]
    if device.hardware_reservation_id:
        view["hardware_reservation"] = Link(f"/hardware-reservations/{device.hardware_reservation_id}")
    if shows_root_password(device, now):
        view["root_password"] = device.root_password
    return view


def _termination_time(device: Device) -> str | None:
    """When the platform ends it: as its owner asked, or sooner where it is outbid."""
    moments = [moment for moment in (device.termination_time, device.reclaim_at) if moment is not None]
    return rfc3339(min(moments)) if moments else None


def _login(system: OperatingSystem | None) -> str:
    return system.default_user if system else "root"


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/devices, narrowed by `search`, `hostname`, `facility`, `tag`, `type` and others."""
    devices = call.tables.where(Device, "project", call.get(Project).id)
    return Listed(narrowed(call, devices))


def narrowed(call: Read, devices: list[Device]) -> list[Device]:
    """The devices that the list's filters leave (packngo, OAS; `hostname` and `search` match a part)."""
    part, wanted_text = call.params.text("hostname"), call.params.text("search")
    if part:
        devices = [device for device in devices if part in device.hostname]
    if wanted_text:
        devices = [d for d in devices if any(wanted_text.lower() in text.lower() for text in _searched(call, d))]
    place, tag = call.params.text("facility"), call.params.text("tag")
    if place:
        devices = [device for device in devices if device.facility == place]
    if tag:
        devices = [device for device in devices if tag in device.tags]
    kind = call.params.text("type")
    if kind:
        devices = [device for device in devices if kind in _kinds(device)]
    if "reserved" in call.params:
        wanted = call.params.flag("reserved")
        devices = [device for device in devices if (device.hardware_reservation_id is not None) is wanted]
    if "has_termination_time" in call.params:
        wanted = call.params.flag("has_termination_time")
        devices = [device for device in devices if (_termination_time(device) is not None) is wanted]
    return devices


def _searched(call: Read, device: Device) -> list[str]:
    """The texts that `search` looks into, as OAS lists them; that case makes no difference is unsure."""
    plan, system = call.catalogue.plan(device.plan), call.catalogue.operating_system(device.operating_system)
    facility = call.catalogue.facility(device.facility)
    addresses = on_device(call.tables, device, call.now)
    return [
        device.hostname,
        device.description or "",
        device.id[:8],
        (device.hardware_reservation_id or "")[:8],
        *device.tags,
        *((plan.name, plan.slug) if plan else ()),
        *((facility.code, facility.name) if facility else ()),
        *((system.name, system.slug) if system else ()),
        *(address_text(each.family, first_address(each)) for each in addresses),
    ]


def _kinds(device: Device) -> tuple[str, ...]:
    """How a device was ordered, in the words that the filter `type` takes (which of the two for spot is unsure)."""
    if device.spot_instance:
        return ("spot", "spot_market")
    return ("reserved",) if device.hardware_reservation_id else ("on_demand",)


def one(call: Read) -> Reply:
    """GET /devices/{id}"""
    return Shown(find_device(call))


def custom_data(call: Read) -> Reply:
    """GET /devices/{id}/customdata"""
    return Plain(json.loads(find_device(call).customdata))


def update(call: Write) -> Reply:
    """PUT or PATCH /devices/{id}: what is absent stays, what cannot change is ignored."""
    old, params = find_device(call), call.params
    if params.flag("spot_instance") and not old.spot_instance:
        raise invalid("Spot instance can only be turned off")  # text unsure
    cycle = params.text("billing_cycle") or old.billing_cycle
    if cycle not in BILLING_CYCLES:
        raise invalid(f"{cycle} is not a valid billing cycle")  # text unsure
    spot = params.flag("spot_instance", old.spot_instance)
    updated = replace(
        old,
        hostname=hostname_of(params) or old.hostname,
        description=params.text("description") if "description" in params else old.description,
        userdata=params.text("userdata") or "" if "userdata" in params else old.userdata,
        customdata=params.custom_data() if "customdata" in params else old.customdata,
        tags=tags_of(params) if "tags" in params else old.tags,
        locked=params.flag("locked", old.locked),
        always_pxe=params.flag("always_pxe", old.always_pxe),
        ipxe_script_url=params.text("ipxe_script_url") if "ipxe_script_url" in params else old.ipxe_script_url,
        billing_cycle=cycle,
        spot_instance=spot,
        spot_price_max=old.spot_price_max if spot else None,
        outbid_at=old.outbid_at if spot else None,
        reclaim_at=old.reclaim_at if spot else None,
        updated_at=call.now,
    )
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /devices/{id}: 204 at once, `deprovisioning` for a while, then 404.

    Refused while volumes are attached, unless `force_delete` has them detached (2019 API reference).
    """
    end_by_owner(call, find_device(call), forced=call.params.flag("force_delete"))
    return Empty()


def end_by_owner(call: Write, device: Device, *, forced: bool = False) -> None:
    """Begin deprovisioning, if nothing stands in the way. `forced` detaches the volumes."""
    attachments = call.tables.where(VolumeAttachment, "device", device.id)
    current = state(device, call.now)
    if current in PROVISIONING:
        raise invalid(DELETE_PROVISIONING)
    if current == "deprovisioning":
        raise invalid("Cannot delete a device while it is deprovisioning")  # text unsure
    if device.locked:
        raise invalid(DELETE_LOCKED)
    if attachments and not forced:
        raise invalid("Cannot delete a device while volumes are attached to it")  # text unsure
    end(call.change, device, call.now, call.settings.deprovision_seconds)
    call.deleted.extend([device.id, *_goes_along(call, device)])
    for attachment in attachments:
        call.drop(attachment)


def _goes_along(call: Write, device: Device) -> list[str]:
    elastic = [a.id for a in call.tables.where(Assignment, "device", device.id) if not a.management]
    return elastic + [session.id for session in call.tables.where(BgpSession, "device", device.id)]
