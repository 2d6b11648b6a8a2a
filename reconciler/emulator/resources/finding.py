"""Finding what a request names: devices (which may be gone in two ways), facilities, lists of codes."""

from __future__ import annotations

from reconciler.emulator.call import Read
from reconciler.emulator.catalogue import Facility
from reconciler.emulator.errors import blank, invalid, not_found, not_yours
from reconciler.emulator.records import Device, Vanished


def find_device(call: Read, argument: str = "id") -> Device:
    """The device that a path argument names; 403 for one that the platform took away, 404 for one that is not there."""
    identifier = call.path[argument]
    device = call.tables.get(Device, identifier)
    if device is not None:
        return device
    if call.tables.get(Vanished, identifier) is not None:
        raise not_yours("device")
    raise not_found()


def find_live_device(call: Read) -> Device:
    """The same, but not one that is being deprovisioned: nothing new can be put on that (text unsure)."""
    device = find_device(call)
    if device.deleted_at is not None:
        raise invalid("Device is being deprovisioned")
    return device


def find_facility(call: Read) -> Facility:
    """The one facility that the parameter `facility` names, by code or id."""
    name = call.params.text("facility")
    if not name:
        raise blank("Facility")
    facility = call.catalogue.facility(name)
    if facility is None:
        raise invalid(f"{name} is not a valid facility")
    return facility
