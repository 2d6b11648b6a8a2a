"""Finding what a request names: devices (which may be gone in two ways), facilities, lists of codes."""

from __future__ import annotations

import math
from datetime import UTC, datetime

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


def unix_seconds(call: Read, name: str) -> int | None:
    """A moment given in whole seconds since 1970 UTC, or None; a fraction is cut off."""
    value = call.params.number(name)
    return None if value is None else math.floor(value)


def future_moment(call: Read, name: str) -> float | None:
    """A moment to come, from ISO 8601 (UTC where no zone is said), or None."""
    text, title = call.params.text(name), name.replace("_", " ").capitalize()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise invalid(f"{title} is invalid") from None  # text unsure
    if at <= call.now:
        raise invalid(f"{title} must be in the future")  # text unsure
    return at
