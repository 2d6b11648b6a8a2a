"""Projects.

Fields follow recorded answers of 2018 and 2019 (fog-packet get_project, libcloud projects). What stands in
the way of a delete is known for servers and "other infrastructure" (metal-cli's documentation; texts unsure),
here devices and volumes: keys, the BGP config, address blocks, VLANs and licences go with the project, as
packngo's tests leave them behind.
"""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.emulator.access import members_of_project, visible_projects
from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import invalid
from reconciler.emulator.records import (
    ApiKey,
    Assignment,
    Batch,
    BgpConfig,
    BgpSession,
    Device,
    Event,
    HardwareReservation,
    Invitation,
    License,
    Membership,
    Organization,
    PaymentMethod,
    Project,
    Record,
    Reservation,
    SpotMarketRequest,
    SshKey,
    Transfer,
    Vlan,
    Volume,
)
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.account import add_organization, full_name
from reconciler.emulator.resources.hardware_reservations import give_to
from reconciler.emulator.resources.invitations import forget_in_invitations
from reconciler.emulator.resources.organizations import organization_of
from reconciler.emulator.resources.payment_methods import pays_for


def show_project(project: Project, scene: Scene) -> View:
    """A project's JSON."""
    tables, catalogue = scene.tables, scene.catalogue
    devices, method = tables.where(Device, "project", project.id), pays_for(tables, project)
    config = tables.where(BgpConfig, "project", project.id)
    metal = [plan for plan in catalogue.plans if plan.line == "baremetal"]
    return {
        "id": project.id,
        "name": project.name,
        "created_at": rfc3339(project.created_at),
        "updated_at": rfc3339(project.updated_at),
        "backend_transfer_enabled": project.backend_transfer_enabled,
        "customdata": json.loads(project.customdata),
        "event_alert_configuration": None,
        "max_devices": {plan.legacy_slug or plan.slug: scene.settings.devices_per_project_and_plan for plan in metal},
        "network_status": dict.fromkeys(sorted({device.facility for device in devices}), "provisioned"),
        "memberships": [Link(f"/memberships/{m.id}") for m in tables.where(Membership, "project", project.id)],
        "invitations": [Link(f"/invitations/{i.id}") for i in tables.where(Invitation, "project", project.id)],
        "payment_method": Link(f"/payment-methods/{method.id}") if method else None,
        "devices": [Link(f"/devices/{device.id}") for device in devices],
        "ssh_keys": [Link(f"/ssh-keys/{key.id}") for key in tables.where(SshKey, "owner", f"/projects/{project.id}")],
        "volumes": [Link(f"/storage/{volume.id}") for volume in tables.where(Volume, "project", project.id)],
        "members": [Link(f"/users/{user.id}") for user in members_of_project(tables, project)],
        "transfers": [Link(f"/transfers/{t.id}") for t in tables.where(Transfer, "project", project.id)],
        "organization": Link(f"/organizations/{project.organization_id}"),
        "bgp_config": Link(f"/bgp-configs/{config[0].id}") if config else None,
        "href": f"/projects/{project.id}",
    }


def all_projects(call: Read) -> Listed:
    """GET /projects; `name` and `search` narrow it."""
    return Listed(_named(call, visible_projects(call.tables, call.caller)))


def of_organization(call: Read) -> Listed:
    """GET /organizations/{id}/projects"""
    identifier = call.get(Organization).id
    projects = visible_projects(call.tables, call.caller)
    return Listed(_named(call, [project for project in projects if project.organization_id == identifier]))


def one(call: Read) -> Reply:
    """GET /projects/{id}"""
    return Shown(call.get(Project))


def custom_data(call: Read) -> Reply:
    """GET /projects/{id}/customdata"""
    return Plain(json.loads(call.get(Project).customdata))


def create(call: Write) -> Reply:
    """POST /projects: in the organization named, or the user's own; who has none gets one (2019 API reference)."""
    organization_id = call.params.text("organization_id") or call.user.default_organization_id
    if organization_id is not None:
        return _create(call, organization_of(call, organization_id))
    user = call.user
    made = add_organization(call.change, call.change.new_id(), full_name(user), user.id)
    call.change.put(replace(user, default_organization_id=made.id))
    return _create(call, made)


def create_in_organization(call: Write) -> Reply:
    """POST /organizations/{id}/projects"""
    return _create(call, call.get(Organization))


def update(call: Write) -> Reply:
    """PUT or PATCH /projects/{id}: name, payment_method_id, backend_transfer_enabled, customdata."""
    old, params = call.get(Project), call.params
    updated = replace(
        old,
        name=_name(call) if "name" in params else old.name,
        payment_method_id=_payment(call, old.organization_id, old.payment_method_id),
        backend_transfer_enabled=params.flag("backend_transfer_enabled", old.backend_transfer_enabled),
        customdata=params.custom_data() if "customdata" in params else old.customdata,
        updated_at=call.now,
    )
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /projects/{id}; refused while a device of it is not at least being deprovisioned."""
    project = call.get(Project)
    devices = call.tables.where(Device, "project", project.id)
    if any(device.deleted_at is None for device in devices):
        raise invalid("Cannot delete a project that has active devices")  # text unsure
    if call.tables.count(Volume, "project", project.id):
        raise invalid("Cannot delete a project that has volumes")  # text unsure
    call.drop(project)
    for held in _held(call, project, devices):
        call.change.remove(held)
        if not isinstance(held, Event | Assignment | Device):
            call.deleted.append(held.id)
    forget_in_invitations(call, project)
    return Empty()


def _held(call: Write, project: Project, devices: list[Device]) -> list[Record]:
    """All that goes with a project, what is cut from something before that something."""
    tables = call.tables
    held: list[Record] = []
    for device in devices:
        held += tables.where(Assignment, "device", device.id)
    held += tables.where(BgpSession, "project", project.id)
    held += devices
    held += tables.where(Batch, "project", project.id)
    held += tables.where(HardwareReservation, "project", project.id)
    held += tables.where(Reservation, "project", project.id)
    held += tables.where(Vlan, "project", project.id)
    held += tables.where(SshKey, "owner", f"/projects/{project.id}")
    held += tables.where(License, "project", project.id)
    held += tables.where(BgpConfig, "project", project.id)
    held += tables.where(SpotMarketRequest, "project", project.id)
    held += tables.where(Membership, "project", project.id)
    held += tables.where(Transfer, "project", project.id)
    held += tables.where(ApiKey, "project", project.id)
    held += tables.where(Event, "project", project.id)
    return held


def _create(call: Write, organization: Organization) -> Reply:
    made = Project(
        id=call.change.new_id(),
        organization_id=organization.id,
        name=_name(call),
        customdata=call.params.custom_data(),
        payment_method_id=_payment(call, organization.id, None),
        backend_transfer_enabled=False,
        created_at=call.now,
        updated_at=call.now,
    )
    call.add(made)
    give_to(call, made)
    return Shown(made, 201)


def _payment(call: Write, organization_id: str, default: str | None) -> str | None:
    """The id in `payment_method_id`, which must be one of the organization's; null is the organization's default."""
    if "payment_method_id" not in call.params:
        return default
    identifier = call.params.text("payment_method_id")
    if not identifier:
        return None
    method = call.tables.get(PaymentMethod, identifier)
    if method is None or method.organization_id != organization_id:
        raise invalid("Payment method is invalid")  # text unsure
    return method.id


def _name(call: Write) -> str:
    """The name; four-byte characters are refused (text unsure)."""
    name = call.params.required("name")
    if any(ord(character) > 0xFFFF for character in name):
        raise invalid("Name is invalid")
    return name


def _named(call: Read, projects: list[Project]) -> list[Project]:
    name, part = call.params.text("name"), call.params.text("search")
    if name:
        projects = [project for project in projects if project.name == name]
    return [project for project in projects if part in project.name] if part else projects
