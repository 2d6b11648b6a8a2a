"""The end of a device: deprovisioning begins, and is over; a failed device is taken away.

The platform frees what a device held only at its end, and a device that the platform took is answered with
403 for ever (packngo#112, cluster-api-provider-packet).
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.emulator.access import members_of_project
from reconciler.emulator.call import Write
from reconciler.emulator.records import (
    Assignment,
    BgpSession,
    Device,
    HardwareReservation,
    Project,
    Vanished,
    VolumeAttachment,
)
from reconciler.emulator.resources.notifications import Severity, notify
from reconciler.emulator.resources.spot_devices import give_notice, is_outbid, machine_freed
from reconciler.emulator.world import Transaction


def end(change: Transaction, device: Device, at: float, seconds: float, *, reclaimed: bool = False) -> None:
    """Begin deprovisioning; what the device holds is freed only when that is over, as in the real service."""
    change.put(replace(device, deleted_at=at, gone_at=at + seconds, updated_at=at, reclaimed=reclaimed))


def settle(call: Write, device: Device) -> None:
    """Do what fell due for a device: it is gone, failed and seen to have, outbid, at its termination time."""
    if device.gone_at is not None:
        _remove(call, device, by_platform=device.reclaimed)
        if device.reclaimed:
            _tell(call, device, "device.reclaimed", f"{device.hostname} was taken back", "warning")
    elif device.fades_at is not None:
        _remove(call, device, by_platform=True)
        _tell(call, device, "device.failed", f"{device.hostname} failed to provision and was removed", "error")
    elif is_outbid(device, call.now):
        give_notice(call, device)
    else:
        end(call.change, device, call.now, call.settings.deprovision_seconds, reclaimed=True)


def _tell(call: Write, device: Device, kind: str, text: str, severity: Severity) -> None:
    """Notify all who may see the device's project of what the platform did to it."""
    project = call.tables.get(Project, device.project_id)
    for user in members_of_project(call.tables, project) if project else ():
        notify(call, user.id, kind, text, f"/projects/{device.project_id}", severity)


def _remove(call: Write, device: Device, *, by_platform: bool) -> None:
    for assignment in call.tables.where(Assignment, "device", device.id):
        call.change.remove(assignment)
    for session in call.tables.where(BgpSession, "device", device.id):
        call.change.remove(session)
    for attachment in call.tables.where(VolumeAttachment, "device", device.id):
        call.change.remove(attachment)
    call.change.remove(device)
    reserved = device.hardware_reservation_id
    reservation = call.tables.get(HardwareReservation, reserved) if reserved else None
    if reservation is not None and device.deleted_at is not None:
        call.change.put(replace(reservation, free_at=device.deleted_at + call.settings.reservation_seconds))
    if by_platform:
        call.change.put(Vanished(device.id))
    machine_freed(call, device.facility, device.plan)
