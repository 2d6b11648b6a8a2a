"""Virtual networks (VLANs): numbered from 1000 up by facility, 12 to a project.

Fields follow fog-packet's recordings of 2018; the limit is the 2020 documentation's, its refusal text
unsure. There was no update call in 2019, and a number asked for was ignored (packngo's comment).
"""

from __future__ import annotations

from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import invalid
from reconciler.emulator.records import Device, Project, Vlan
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.events import note
from reconciler.emulator.resources.finding import find_facility

_NUMBERS = range(1000, 4000)


def show_vlan(vlan: Vlan, scene: Scene) -> View:
    """A VLAN's JSON; `instances` are the devices with a port in it."""
    facility = scene.catalogue.facility(vlan.facility)
    return {
        "id": vlan.id,
        "description": vlan.description,
        "vxlan": vlan.vxlan,
        "created_at": rfc3339(vlan.created_at),
        "internet_gateway": None,
        "facility": Link(f"/facilities/{facility.id}") if facility else None,
        "instances": [Link(f"/devices/{device.id}") for device in scene.tables.where(Device, "vlan", vlan.id)],
        "assigned_to": Link(f"/projects/{vlan.project_id}"),
        "facility_code": vlan.facility,
        "href": f"/virtual-networks/{vlan.id}",
    }


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/virtual-networks"""
    return Listed(call.tables.where(Vlan, "project", call.get(Project).id))


def one(call: Read) -> Reply:
    """GET /virtual-networks/{id}"""
    return Shown(call.get(Vlan))


def create(call: Write) -> Reply:
    """POST /projects/{id}/virtual-networks"""
    project, facility = call.get(Project), find_facility(call)
    description = call.params.text("description")
    if "layer_2" not in facility.features:
        raise invalid(f"{facility.code} does not support Layer 2")  # text unsure
    if call.tables.count(Vlan, "project", project.id) >= call.settings.vlans_per_project:
        raise invalid(f"Project is limited to {call.settings.vlans_per_project} virtual networks")  # text unsure
    number = next((n for n in _NUMBERS if not call.tables.count(Vlan, "number", f"{facility.code}/{n}")), None)
    if number is None:
        raise invalid(f"There are no virtual networks left in {facility.code}")  # the emulator's own limit
    made = Vlan(call.change.new_id(), project.id, facility.code, number, description, call.now)
    call.add(made)
    body = f'{call.user.first_name} assigned the VNID {number} to "%project%" in {facility.code}.'
    note(call, "virtual_network.assigned", body, project, about=(made.id,))
    return Shown(made, 201)


def delete(call: Write) -> Reply:
    """DELETE /virtual-networks/{id}; refused while any port is in it, a deleted device's until that is gone."""
    vlan = call.get(Vlan)
    if call.tables.count(Device, "vlan", vlan.id):
        raise invalid("Cannot delete Virtual Network when port is assigned")
    call.drop(vlan)
    return Empty()
