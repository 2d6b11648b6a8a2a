"""Which devices may log in to which volumes.

Fields follow libcloud's and fog-packet's recordings. The two known texts are quoted from Terraform's provider and
csi-packet#66 and #68; the others are unsure. Nothing kept one volume from being attached to two devices (csi-packet
PR#77). Volumes of machines that are logged in cannot be detached; nobody logs in here, so the fault `volume_in_use`
says so on order.
"""

from __future__ import annotations

from reconciler.emulator import lifecycle
from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import blank, invalid, not_found
from reconciler.emulator.records import Device, Project, Volume, VolumeAttachment
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.events import note
from reconciler.emulator.resources.volumes import state


def show_attachment(attachment: VolumeAttachment, _scene: Scene) -> View:
    """An attachment's JSON."""
    return {
        "id": attachment.id,
        "created_at": rfc3339(attachment.created_at),
        "volume": Link(f"/storage/{attachment.volume_id}"),
        "device": Link(f"/devices/{attachment.device_id}"),
        "href": f"/storage/attachments/{attachment.id}",
    }


def of_volume(call: Read) -> Listed:
    """GET /storage/{id}/attachments"""
    return Listed(call.tables.where(VolumeAttachment, "volume", call.get(Volume).id))


def one(call: Read) -> Reply:
    """GET /storage/attachments/{id}"""
    return Shown(call.get(VolumeAttachment))


def attach(call: Write) -> Reply:
    """POST /storage/{id}/attachments: an active volume and an installed device of its project and facility.

    That a machine which is switched off can be given a volume is unsure.
    """
    volume, device = call.get(Volume), _device(call)
    if device.project_id != volume.project_id:
        raise invalid("Device must be in the same project as the volume")
    if device.facility != volume.facility:
        raise invalid("Device must be in the same facility as the volume")
    current = state(volume, call.now)
    if current != "active":
        raise invalid(f"Cannot attach a volume while the volume is {current}")
    current = lifecycle.state(device, call.now)
    if current not in lifecycle.INSTALLED:
        raise invalid(f"Cannot attach a volume while the device is {current}")
    attached = call.tables.where(VolumeAttachment, "volume", volume.id)
    if any(attachment.device_id == device.id for attachment in attached):
        raise invalid("Instance is already attached to this volume")
    made = VolumeAttachment(call.change.new_id(), volume.id, device.id, call.now)
    call.add(made)
    _note(call, made, "volume.attached", "%volume% was attached to %device%")
    return Shown(made, 201)


def detach(call: Write) -> Reply:
    """DELETE /storage/attachments/{id}"""
    attachment = call.get(VolumeAttachment)
    call.drop(attachment)
    _note(call, attachment, "volume.detached", "%volume% was detached from %device%")
    return Empty()


def _device(call: Write) -> Device:
    """The device that `device_id` names; an unknown one is 404 (unsure), as an unknown project is for a device."""
    identifier = call.params.text("device_id")
    if not identifier:
        raise blank("Device")
    device = call.tables.get(Device, identifier)
    if device is None:
        raise not_found()
    return device


def _note(call: Write, attachment: VolumeAttachment, kind: str, body: str) -> None:
    """An event of volume and device; no source shows their types."""
    volume, device = call.tables.get(Volume, attachment.volume_id), call.tables.get(Device, attachment.device_id)
    project = call.tables.get(Project, volume.project_id) if volume else None
    if project is not None:
        note(call, kind, body, project, device, volume=volume)
