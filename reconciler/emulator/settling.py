"""What time does to the stored world, carried out when somebody next looks.

Deleted devices go, failed ones are taken away, termination times come. The platform frees what a device
held only at its end, and a device that the platform took is answered with 403 for ever (packngo#112,
cluster-api-provider-packet).
"""

from __future__ import annotations

from reconciler.emulator.records import Assignment, BgpSession, Device, Vanished
from reconciler.emulator.resources.devices import end
from reconciler.emulator.tables import Tables
from reconciler.emulator.world import Transaction


def settle_device(change: Transaction, tables: Tables, device: Device, deprovision_seconds: float) -> None:
    """Do what fell due for a device at `change.now`."""
    if device.gone_at is not None:
        _remove(change, tables, device, by_platform=device.reclaimed)
    elif device.fades_at is not None:
        _remove(change, tables, device, by_platform=True)
    else:
        end(change, device, change.now, deprovision_seconds, reclaimed=True)


def _remove(change: Transaction, tables: Tables, device: Device, *, by_platform: bool) -> None:
    for assignment in tables.where(Assignment, "device", device.id):
        change.remove(assignment)
    for session in tables.where(BgpSession, "device", device.id):
        change.remove(session)
    change.remove(device)
    if by_platform:
        change.put(Vanished(device.id))
